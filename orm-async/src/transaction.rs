//! Async transactions: a value that holds one connection.

use std::sync::atomic::{AtomicBool, Ordering};

use orm_core::ops::{All, Begin, Commit, Operation, Rollback};
use orm_core::query::{Query, Selectable};
use orm_core::{Error, Result};
use tokio::sync::Mutex;

use crate::database::AsyncDatabase;
use crate::driver::Held;
use crate::handle::sealed::Sealed;
use crate::stream::RowStream;

/// A transaction. Queries that take it belong to it; queries that take the database do not.
///
/// Dropped without an end, it is rolled back. A query on it that is dropped halfway ends it too: what the query did is not known.
#[derive(Debug)]
pub struct AsyncTransaction {
    held: Mutex<Option<Held>>,
    /// An operation failed and was not undone by an inner `atomic`: on PostgreSQL nothing more would be taken, so nothing is anywhere.
    failed: AtomicBool,
}

impl AsyncTransaction {
    pub(crate) async fn begin(database: &AsyncDatabase) -> Result<AsyncTransaction> {
        let (held, begun) = database.driver.hold("atomic").await?.run(Begin).await?;
        begun?;
        Ok(AsyncTransaction { held: Mutex::new(Some(held)), failed: AtomicBool::new(false) })
    }

    /// Commits if the outcome is `Ok`, otherwise rolls back.
    pub(crate) async fn finish<T, E: From<Error>>(self, outcome: Result<T, E>) -> Result<T, E> {
        if outcome.is_ok() && self.failed.load(Ordering::Acquire) {
            self.run_step(true, Rollback).await?;
            return Err(Error::TransactionDead.into());
        }
        match outcome {
            Ok(value) => {
                self.run_step(false, Commit).await?;
                Ok(value)
            }
            Err(error) => {
                // The closure's error is the one to tell; a lease that cannot roll back closes its connection.
                let _ = self.run_step(true, Rollback).await;
                Err(error)
            }
        }
    }

    /// Runs a closure in a savepoint: what it wrote stays if it gives `Ok`, and is undone if it gives `Err`, without ending the
    /// transaction. A closure that panics or is dropped ends the transaction.
    ///
    /// # Errors
    /// The closure's own, or what the savepoint reports.
    pub async fn atomic<T, E: From<Error>>(&self, body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, E>) -> Result<T, E> {
        self.run_step(false, Begin).await?;
        let undo = Unfinished { transaction: self };
        let outcome = body(self).await;
        std::mem::forget(undo);
        let failed = self.failed.swap(false, Ordering::AcqRel);
        match outcome {
            Ok(value) if !failed => {
                self.run_step(false, Commit).await?;
                Ok(value)
            }
            Ok(_) => {
                self.run_step(false, Rollback).await?;
                Err(Error::TransactionDead.into())
            }
            Err(error) => {
                self.run_step(false, Rollback).await?;
                Err(error)
            }
        }
    }

    /// Runs something on the connection.
    async fn run_step<O: Operation<Output: 'static> + 'static>(&self, even_failed: bool, operation: O) -> Result<O::Output> {
        let mut slot = self.held.lock().await;
        if self.failed.load(Ordering::Acquire) && !even_failed {
            return Err(Error::TransactionDead);
        }
        // Gone for good if this future is dropped before the connection is back: then the transaction is over.
        let held = slot.take().ok_or(Error::TransactionDead)?;
        let (held, outcome) = held.run(operation).await?;
        *slot = Some(held);
        outcome
    }
}

/// Ends the transaction when a savepoint is left without its end.
struct Unfinished<'t> {
    transaction: &'t AsyncTransaction,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.transaction.failed.store(true, Ordering::Release);
    }
}

impl Drop for AsyncTransaction {
    fn drop(&mut self) {
        if let Some(held) = self.held.get_mut().take() {
            held.abandon();
        }
    }
}

impl Sealed for &AsyncTransaction {
    async fn run<O: Operation<Output: 'static> + 'static>(self, operation: O) -> Result<O::Output> {
        let outcome = self.run_step(false, operation).await;
        if outcome.as_ref().is_err_and(Error::kills_transaction) {
            self.failed.store(true, Ordering::Release);
        }
        outcome
    }

    fn rows<'t, S: Selectable>(self, query: Box<Query>) -> RowStream<'t, S>
    where
        Self: 't,
    {
        RowStream::whole(self.run(All::<S>::new(query)))
    }
}
