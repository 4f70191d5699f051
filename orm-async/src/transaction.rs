//! Async transactions: a value that holds one connection.

use std::sync::atomic::{AtomicBool, Ordering};

use orm_core::connection::{Access, Connection, ready};
use orm_core::ops::{All, Operation};
use orm_core::query::{Query, Selectable};
use orm_core::{Error, Result};
use tokio::sync::Mutex;

use crate::database::{AsyncDatabase, Driver};
use crate::handle::sealed::Sealed;
use crate::stream::RowStream;

/// A transaction. Queries that take it belong to it; queries that take the database do not.
///
/// Dropped without an end, it is rolled back. A query on it that is dropped halfway ends it too: what the query did is not known.
#[derive(Debug)]
pub struct AsyncTransaction {
    pool: orm_sqlite::Pool,
    lease: Mutex<Option<orm_sqlite::Lease>>,
    /// An operation failed and was not undone by an inner `atomic`: on PostgreSQL nothing more would be taken, so nothing is anywhere.
    failed: AtomicBool,
}

impl AsyncTransaction {
    pub(crate) async fn begin(database: &AsyncDatabase) -> Result<AsyncTransaction> {
        let Driver::Sqlite(pool) = &database.driver;
        let lease = pool.acquire(Access::Write).await?;
        let (lease, begun) = crate::hop::run_leased(pool, lease, |lease| ready(lease.begin())).await?;
        begun?;
        Ok(AsyncTransaction { pool: pool.clone(), lease: Mutex::new(Some(lease)), failed: AtomicBool::new(false) })
    }

    /// Commits if the outcome is `Ok`, otherwise rolls back.
    pub(crate) async fn finish<T, E: From<Error>>(self, outcome: Result<T, E>) -> Result<T, E> {
        if outcome.is_ok() && self.failed.load(Ordering::Acquire) {
            self.with(true, |lease| ready(lease.rollback())).await?;
            return Err(Error::TransactionDead.into());
        }
        match outcome {
            Ok(value) => {
                self.with(false, |lease| ready(lease.commit())).await?;
                Ok(value)
            }
            Err(error) => {
                // The closure's error is the one to tell; a lease that cannot roll back closes its connection.
                let _ = self.with(true, |lease| ready(lease.rollback())).await;
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
        self.with(false, |lease| ready(lease.begin())).await?;
        let undo = Unfinished { transaction: self };
        let outcome = body(self).await;
        std::mem::forget(undo);
        let failed = self.failed.swap(false, Ordering::AcqRel);
        match outcome {
            Ok(value) if !failed => {
                self.with(false, |lease| ready(lease.commit())).await?;
                Ok(value)
            }
            Ok(_) => {
                self.with(false, |lease| ready(lease.rollback())).await?;
                Err(Error::TransactionDead.into())
            }
            Err(error) => {
                self.with(false, |lease| ready(lease.rollback())).await?;
                Err(error)
            }
        }
    }

    /// Lends the connection out to a thread that may block.
    async fn with<T: Send + 'static>(
        &self,
        even_failed: bool,
        work: impl FnOnce(&mut orm_sqlite::Lease) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let mut slot = self.lease.lock().await;
        if self.failed.load(Ordering::Acquire) && !even_failed {
            return Err(Error::TransactionDead);
        }
        // Gone for good if this future is dropped before the lease is back: then the transaction is over.
        let lease = slot.take().ok_or(Error::TransactionDead)?;
        let (lease, outcome) = crate::hop::run_leased(&self.pool, lease, work).await?;
        *slot = Some(lease);
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
        // Rolling back may take its time: not on a runtime's thread.
        if let Some(lease) = self.lease.get_mut().take() {
            self.pool.run_leased(lease, Box::new(drop)).detach();
        }
    }
}

impl Sealed for &AsyncTransaction {
    async fn run<O: Operation<Output: 'static> + 'static>(self, operation: O) -> Result<O::Output> {
        let outcome = self.with(false, move |lease| ready(operation.run(&mut **lease))).await;
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
