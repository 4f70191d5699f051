//! Blocking transactions: a value that holds one connection.

use std::cell::{Cell, RefCell};

use orm_core::connection::{Access, Connection, ready};
use orm_core::ops::{All, Operation};
use orm_core::query::{Query, Selectable};
use orm_core::{Error, Result};

use crate::database::{Database, Driver};
use crate::handle::sealed::Sealed;
use crate::rows::Rows;

/// A transaction. Queries that take it belong to it; queries that take the database do not.
///
/// Dropped without an end, it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    lease: RefCell<orm_sqlite::Lease>,
    /// An operation failed and was not undone by an inner `atomic`: on PostgreSQL nothing more would be taken, so nothing is anywhere.
    failed: Cell<bool>,
}

impl Transaction {
    pub(crate) fn begin(database: &Database) -> Result<Transaction> {
        let Driver::Sqlite(pool) = database.driver();
        let mut lease = pool.acquire_blocking(Access::Write)?;
        ready(lease.begin())?;
        Ok(Transaction { lease: RefCell::new(lease), failed: Cell::new(false) })
    }

    /// Commits if the outcome is `Ok`, otherwise rolls back.
    pub(crate) fn finish<T, E: From<Error>>(self, outcome: Result<T, E>) -> Result<T, E> {
        let failed = self.failed.get();
        let mut lease = self.lease.into_inner();
        match outcome {
            Ok(_) if failed => {
                ready(lease.rollback())?;
                Err(Error::TransactionDead.into())
            }
            Ok(value) => {
                ready(lease.commit())?;
                Ok(value)
            }
            Err(error) => {
                // The closure's error is the one to tell; a lease that cannot roll back closes its connection.
                let _ = ready(lease.rollback());
                Err(error)
            }
        }
    }

    /// Runs a closure in a savepoint: what it wrote stays if it gives `Ok`, and is undone if it gives `Err` or panics, without ending
    /// the transaction.
    ///
    /// # Errors
    /// The closure's own, or what the savepoint reports.
    #[track_caller]
    pub fn atomic<T, E: From<Error>>(&self, body: impl FnOnce(&Transaction) -> Result<T, E>) -> Result<T, E> {
        crate::guard::check("atomic", std::panic::Location::caller())?;
        self.with(|lease| ready(lease.begin()))?;
        let undo = Undo { transaction: self };
        let outcome = body(self);
        std::mem::forget(undo);
        let failed = self.failed.replace(false);
        match outcome {
            Ok(value) if !failed => {
                self.with(|lease| ready(lease.commit()))?;
                Ok(value)
            }
            Ok(_) => {
                self.with(|lease| ready(lease.rollback()))?;
                Err(Error::TransactionDead.into())
            }
            Err(error) => {
                self.with(|lease| ready(lease.rollback()))?;
                Err(error)
            }
        }
    }

    /// Lends the connection out, unless the transaction is dead or the connection is lent out already.
    fn with<T>(&self, work: impl FnOnce(&mut orm_sqlite::Lease) -> Result<T>) -> Result<T> {
        if self.failed.get() {
            return Err(Error::TransactionDead);
        }
        match self.lease.try_borrow_mut() {
            Ok(mut lease) => work(&mut lease),
            Err(_) => Err(Error::InvalidQuery("a transaction runs one operation at a time")),
        }
    }
}

/// Undoes a savepoint when a panic passes it.
struct Undo<'t> {
    transaction: &'t Transaction,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        self.transaction.failed.set(false);
        if self.transaction.with(|lease| ready(lease.rollback())).is_err() {
            self.transaction.failed.set(true);
        }
    }
}

impl Sealed for &Transaction {
    fn run_unguarded<O: Operation>(self, operation: O) -> Result<O::Output> {
        let outcome = self.with(|lease| ready(operation.run(&mut **lease)));
        if outcome.as_ref().is_err_and(Error::kills_transaction) {
            self.failed.set(true);
        }
        outcome
    }

    fn rows_unguarded<S: Selectable>(self, query: Box<Query>) -> Result<Rows<S>> {
        Ok(Rows::buffered(self.run_unguarded(All::<S>::new(query))?))
    }
}

impl Sealed for &mut Transaction {
    fn run_unguarded<O: Operation>(self, operation: O) -> Result<O::Output> {
        (&*self).run_unguarded(operation)
    }

    fn rows_unguarded<S: Selectable>(self, query: Box<Query>) -> Result<Rows<S>> {
        (&*self).rows_unguarded(query)
    }
}
