//! Blocking transactions: a value that holds one connection.

use std::cell::{Cell, RefCell};

use orm_core::ops::{All, Begin, Commit, Operation, Rollback};
use orm_core::query::{Query, Selectable};
use orm_core::{Error, Result};

use crate::database::Database;
use crate::driver::Held;
use crate::handle::sealed::Sealed;
use crate::rows::Rows;

/// A transaction. Queries that take it belong to it; queries that take the database do not.
///
/// Dropped without an end, it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    held: RefCell<Held>,
    /// An operation failed and was not undone by an inner `atomic`: on PostgreSQL nothing more would be taken, so nothing is anywhere.
    failed: Cell<bool>,
}

impl Transaction {
    pub(crate) fn begin(database: &Database) -> Result<Transaction> {
        let mut held = database.driver().hold("atomic")?;
        held.run(Begin)?;
        Ok(Transaction { held: RefCell::new(held), failed: Cell::new(false) })
    }

    /// Commits if the outcome is `Ok`, otherwise rolls back.
    pub(crate) fn finish<T, E: From<Error>>(self, outcome: Result<T, E>) -> Result<T, E> {
        let failed = self.failed.get();
        let mut held = self.held.into_inner();
        match outcome {
            Ok(_) if failed => {
                held.run(Rollback)?;
                Err(Error::TransactionDead.into())
            }
            Ok(value) => {
                held.run(Commit)?;
                Ok(value)
            }
            Err(error) => {
                // The closure's error is the one to tell; a lease that cannot roll back closes its connection.
                let _ = held.run(Rollback);
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
        self.run_step(Begin)?;
        let undo = Undo { transaction: self };
        let outcome = body(self);
        std::mem::forget(undo);
        let failed = self.failed.replace(false);
        match outcome {
            Ok(value) if !failed => {
                self.run_step(Commit)?;
                Ok(value)
            }
            Ok(_) => {
                self.run_step(Rollback)?;
                Err(Error::TransactionDead.into())
            }
            Err(error) => {
                self.run_step(Rollback)?;
                Err(error)
            }
        }
    }

    /// Runs something on the connection, unless the transaction is dead or the connection is at work already.
    fn run_step<O: Operation>(&self, operation: O) -> Result<O::Output> {
        if self.failed.get() {
            return Err(Error::TransactionDead);
        }
        match self.held.try_borrow_mut() {
            Ok(mut held) => held.run(operation),
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
        if self.transaction.run_step(Rollback).is_err() {
            self.transaction.failed.set(true);
        }
    }
}

impl Sealed for &Transaction {
    fn run_unguarded<O: Operation>(self, operation: O) -> Result<O::Output> {
        let outcome = self.run_step(operation);
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
