//! What a database driver must do. Everything that takes more than one statement is written once over this trait, in [`ops`](crate::ops).

use std::future::Future;
use std::ops::ControlFlow;
use std::time::Duration;

use crate::advisory::{self, AdvisoryWait};
use crate::error::{Error, Result};
use crate::meta::ModelMeta;
use crate::model::Model;
use crate::row::{ColumnReader, DecodeError};
use crate::sql::Dialect;
use crate::statement::Statement;
use crate::transaction::{TransactionId, TransactionOptions, TransactionOutcome};

/// Whether an operation may change the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It only reads.
    Read,
    /// It may write.
    Write,
}

/// How the connections of a database are used at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metrics {
    /// Connections that are leased, or being opened.
    pub in_use: usize,
    /// Connections that are open and free.
    pub idle: usize,
    /// Callers that wait for a connection.
    pub waiting: usize,
    /// Who has held a connection for longest, where that is known: the call, and for how long.
    pub longest_holder: Option<(&'static str, Duration)>,
}

/// One session with a database.
///
/// On the blocking side the futures of a connection are ready when they are made, so that an operation is polled exactly once.
pub trait Connection: Send {
    /// The SQL that the database speaks.
    fn dialect(&self) -> &'static dyn Dialect;

    /// Runs a statement and hands each row to the sink until the sink has enough.
    fn fetch<S: Statement, K: Sink>(&mut self, statement: &S, sink: &mut K) -> impl Future<Output = Result<()>> + Send;

    /// Runs a statement and tells how many rows it matched.
    fn execute<S: Statement>(&mut self, statement: &S) -> impl Future<Output = Result<u64>> + Send;

    /// Runs an insert of one row and tells the key that the database filled in, if it did.
    fn insert<S: Statement>(&mut self, statement: &S) -> impl Future<Output = Result<i64>> + Send;

    /// Inserts rows in their order, in as few round trips as the database allows, and gives each its generated key unless they are
    /// `keyed`: then they have theirs already.
    ///
    /// The values were checked before. It runs inside a transaction that the caller opened.
    fn insert_rows<M: Model>(&mut self, rows: &mut [M], keyed: bool) -> impl Future<Output = Result<()>> + Send;

    /// Runs SQL that binds nothing and gives nothing, such as DDL.
    fn run_script(&mut self, sql: &str) -> impl Future<Output = Result<()>> + Send;

    /// The names of the columns of a table, empty if there is no such table.
    fn columns_of(&mut self, model: &'static ModelMeta) -> impl Future<Output = Result<Vec<String>>> + Send;

    /// Whether its futures are ready when they are made, so that what waits beside it would never be polled again.
    fn is_always_ready(&self) -> bool {
        false
    }

    /// Switches the checks of foreign keys off, or on again, outside of a transaction. They are on again when the session goes back to
    /// the pool. PostgreSQL, whose constraints can be deferred in a transaction, does nothing.
    fn set_foreign_keys(&mut self, _on: bool) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// For work on the schema: lets statements take as long as they need, and wait at most so long for what others have locked. `None`
    /// puts everything back, as does the return of the session to the pool. A database that one writes to at a time does nothing.
    fn limit_locks(&mut self, _wait: Option<Duration>) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// Whether a transaction is open.
    fn in_transaction(&self) -> bool;

    /// Whether rows that are read now can be locked until a transaction ends.
    ///
    /// # Errors
    /// [`Error::TransactionRequired`] where none is open; [`Error::ReadOnly`] in one that only reads.
    fn check_row_lock(&self) -> Result<()> {
        if self.in_transaction() { Ok(()) } else { Err(Error::TransactionRequired { call: "select_for_update" }) }
    }

    /// Begins a transaction with these options, or, whatever they are, a savepoint inside one.
    fn begin_with(&mut self, options: &TransactionOptions) -> impl Future<Output = Result<()>> + Send;

    /// Begins a transaction, or a savepoint inside one.
    fn begin(&mut self) -> impl Future<Output = Result<()>> + Send {
        self.begin_with(&const { TransactionOptions::new() })
    }

    /// Commits the innermost transaction or savepoint.
    fn commit(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// Undoes the innermost transaction or savepoint.
    fn rollback(&mut self) -> impl Future<Output = Result<()>> + Send;

    /// Takes the advisory lock of a name for the session; whether it was free in time.
    fn advisory_lock(&mut self, _name: &str, _wait: AdvisoryWait) -> impl Future<Output = Result<bool>> + Send {
        std::future::ready(Err(advisory::unsupported(self.dialect().features())))
    }

    /// Lets go of the advisory lock of a name that the session holds.
    fn advisory_unlock(&mut self, _name: &str) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Err(advisory::unsupported(self.dialect().features())))
    }

    /// Takes the advisory lock of a name for the open transaction, waiting for it or not; whether it was free.
    fn transaction_lock(&mut self, _name: &str, _waits: bool) -> impl Future<Output = Result<bool>> + Send {
        std::future::ready(Err(advisory::unsupported_in_transaction(self.dialect().features())))
    }

    /// Asks what became of a transaction.
    fn outcome_of(&mut self, id: TransactionId) -> impl Future<Output = Result<TransactionOutcome>> + Send;
}

/// Polls a future whose connection is always ready: the blocking side of everything in [`ops`](crate::ops).
///
/// # Errors
/// [`Error::Database`] if the future waits, which no blocking connection makes it do.
#[inline]
pub fn ready<T, E: From<Error>>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(result) => result,
        std::task::Poll::Pending => {
            let message = "a blocking connection had to wait; this is a bug in amphi".to_owned();
            Err(Error::Database { code: None, message }.into())
        }
    }
}

/// Takes the rows of a result one by one.
pub trait Sink: Send {
    /// Takes one row; `Break` if no more are wanted.
    ///
    /// # Errors
    /// [`DecodeError`] if the row cannot be read.
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError>;
}
