//! The beginning and the end of a transaction or savepoint, for the handles that hold one connection from the one to the other, and what
//! became of one that such a handle lost.

use crate::connection::{Access, Connection};
use crate::error::Result;
use crate::ops::Operation;
use crate::transaction::{TransactionId, TransactionOptions, TransactionOutcome};

/// Begins a transaction, or a savepoint inside one.
#[derive(Debug, Clone, Copy)]
pub struct Begin(TransactionOptions);

impl Begin {
    /// A transaction that is begun so.
    #[must_use]
    pub fn new(options: TransactionOptions) -> Self {
        Begin(options)
    }

    /// A savepoint, inside a transaction.
    #[must_use]
    pub fn savepoint() -> Self {
        Begin(TransactionOptions::new())
    }
}

impl Operation for Begin {
    type Output = ();
    const NAME: &'static str = "begin";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<()> {
        connection.begin_with(&self.0).await
    }
}

/// Commits the innermost transaction or savepoint.
#[derive(Debug, Clone, Copy)]
pub struct Commit;

impl Operation for Commit {
    type Output = ();
    const NAME: &'static str = "commit";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<()> {
        connection.commit().await
    }
}

/// Undoes the innermost transaction or savepoint.
#[derive(Debug, Clone, Copy)]
pub struct Rollback;

impl Operation for Rollback {
    type Output = ();
    const NAME: &'static str = "rollback";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<()> {
        connection.rollback().await
    }
}

/// Asks what became of a transaction.
#[derive(Debug, Clone, Copy)]
pub struct OutcomeOf(pub TransactionId);

impl Operation for OutcomeOf {
    type Output = TransactionOutcome;
    const NAME: &'static str = "outcome_of";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<TransactionOutcome> {
        connection.outcome_of(self.0).await
    }
}
