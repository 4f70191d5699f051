//! Blocking transactions: a value that holds one connection.

use std::future::Future;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use orm_core::connection::{Access, ready};
use orm_core::held::{ByHand, Holder};
use orm_core::ops::{All, Begin, Operation};
use orm_core::query::{Query, Selectable};
use orm_core::transaction::{self, Admitted, Begins, HookOutcome, HookResult, Ledger, Steps, TransactionOptions};
use orm_core::{Error, Result};

use crate::database::Database;
use crate::driver::Held;
use crate::guard;
use crate::handle::sealed::Sealed;
use crate::rows::Rows;

/// A transaction. Queries that take it belong to it; queries that take the database do not.
///
/// Dropped without an end, it is rolled back.
#[derive(Debug)]
pub struct Transaction {
    /// Gone once the transaction has ended.
    held: Mutex<Option<Held>>,
    ledger: Ledger<CommitHook>,
    holder: Holder,
    /// Missing where a closure's run is marked.
    by_hand: Option<ByHand>,
    refuses_lazy: bool,
}

type CommitHook = Box<dyn FnOnce() -> HookResult + Send>;

impl Transaction {
    /// Runs a closure in a savepoint: what it wrote stays if it gives `Ok`, and is undone if it gives `Err` or panics, without ending
    /// the transaction.
    ///
    /// # Errors
    /// The closure's own, or what the savepoint reports.
    #[track_caller]
    pub fn atomic<T, E: From<Error>>(&self, body: impl FnOnce(&Transaction) -> Result<T, E>) -> Result<T, E> {
        guard::check("atomic", Location::caller())?;
        ready(transaction::within_savepoint(self, async |transaction: &Transaction| body(transaction)))
    }

    /// Makes a savepoint that lasts until its value is ended or dropped. Where a closure will do, [`atomic`](Self::atomic) is safer.
    ///
    /// # Errors
    /// [`Error::TransactionDead`], and what the database reports.
    #[track_caller]
    pub fn savepoint(&self) -> Result<Savepoint<'_>> {
        guard::check("savepoint", Location::caller())?;
        let level = ready(transaction::enter(self))?;
        Ok(Savepoint { transaction: self, level })
    }

    /// Commits, and calls the hooks.
    ///
    /// # Errors
    /// [`Error::TransactionDead`] if a statement failed in it: then all is rolled back. [`Error::CommitUnknown`], and what the database
    /// reports.
    #[track_caller]
    pub fn commit(self) -> Result<()> {
        guard::check("commit", Location::caller())?;
        ready(transaction::commit(&self))
    }

    /// Undoes everything.
    ///
    /// # Errors
    /// What the database reports; it is undone all the same, because the connection is closed then.
    #[track_caller]
    pub fn rollback(self) -> Result<()> {
        guard::check("rollback", Location::caller())?;
        ready(transaction::roll_back(&self))
    }

    /// The number of the attempt, from 1: more where [`atomic_retry`](Database::atomic_retry) does it again.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.ledger.attempt()
    }

    /// Has something called once the outermost transaction is committed, in the order of these calls; not if the savepoint that is open
    /// now is undone. An error that it gives goes to the log, because what is committed stays so (Django's `on_commit`).
    pub fn on_commit<R: HookOutcome>(&self, hook: impl FnOnce() -> R + Send + 'static) {
        self.ledger.on_commit(Box::new(|| hook().into_result()));
    }

    /// Has something called once the transaction, or the savepoint that is open now, is undone. After
    /// [`Error::CommitUnknown`] it is not called.
    pub fn on_rollback(&self, hook: impl FnOnce() + Send + 'static) {
        self.ledger.on_rollback(Box::new(hook));
    }

    fn run<O: Operation>(&self, operation: Admitted<O>) -> Result<O::Output> {
        if let Some(by_hand) = &self.by_hand {
            by_hand.used();
        }
        let mut slot = self.held();
        let outcome = slot.as_mut().ok_or(Error::TransactionDead)?.run(operation);
        self.ledger.note(outcome)
    }

    fn held(&self) -> MutexGuard<'_, Option<Held>> {
        // A statement that panicked left a session that the lease sees to.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, begun by hand, and so marked by where it is used.
    pub(crate) fn by_hand(mut self) -> Self {
        self.by_hand = Some(ByHand::begun(self.holder.clone()));
        self
    }
}

impl Steps for Transaction {
    type Hook = CommitHook;

    fn ledger(&self) -> &Ledger<CommitHook> {
        &self.ledger
    }

    fn step<O: Operation<Output: 'static> + 'static>(
        &self,
        operation: Admitted<O>,
    ) -> impl Future<Output = Result<O::Output>> + Send {
        std::future::ready(self.run(operation))
    }

    async fn inside<T, E: From<Error>>(&self, body: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let _held = self.holder.enter();
        body.await
    }

    fn ended(&self) {
        if let Some(by_hand) = &self.by_hand {
            by_hand.end();
        }
        let held = self.held().take();
        drop(held);
    }

    async fn call(hook: CommitHook) -> HookResult {
        hook()
    }
}

impl Begins for Database {
    type Transaction = Transaction;

    fn begin(&self, options: TransactionOptions, attempt: u32) -> impl Future<Output = Result<Transaction>> + Send {
        std::future::ready(self.open_transaction(options, attempt))
    }

    async fn pause(&self, span: Duration) {
        std::thread::sleep(span);
    }
}

impl Database {
    pub(crate) fn open_transaction(&self, options: TransactionOptions, attempt: u32) -> Result<Transaction> {
        let driver = self.driver();
        if options.is_durable() && driver.nesting().in_transaction_here() {
            return Err(Error::NestedAcquire);
        }
        let access = if options.is_read_only() { Access::Read } else { Access::Write };
        let mut held = driver.hold("atomic", access)?;
        held.run(Begin::new(options))?;
        Ok(Transaction {
            held: Mutex::new(Some(held)),
            ledger: Ledger::new(attempt),
            holder: driver.nesting().holder(access),
            by_hand: None,
            refuses_lazy: self.refuses_lazy(),
        })
    }
}

/// A savepoint of a [`Transaction`]. What is run on the transaction while it is open belongs to it. Dropped without an end, it is undone.
#[derive(Debug)]
#[must_use = "a savepoint that is dropped is undone"]
pub struct Savepoint<'t> {
    transaction: &'t Transaction,
    level: u32,
}

impl Savepoint<'_> {
    /// Keeps what was done since, as part of the transaction.
    ///
    /// # Errors
    /// [`Error::TransactionDead`] if a statement failed since: then it is undone. [`Error::InvalidQuery`] if a savepoint inside it is open
    /// still. What the database reports.
    #[track_caller]
    pub fn commit(self) -> Result<()> {
        self.end(true, Location::caller())
    }

    /// Undoes what was done since.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] if a savepoint inside it is open still; what the database reports.
    #[track_caller]
    pub fn rollback(self) -> Result<()> {
        self.end(false, Location::caller())
    }

    fn end(self, keep: bool, location: &'static Location<'static>) -> Result<()> {
        guard::check("savepoint", location)?;
        let done = ready(transaction::leave(self.transaction, self.level, keep));
        if done.is_ok() || matches!(done, Err(Error::TransactionDead)) {
            std::mem::forget(self);
        }
        done
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        self.transaction.ledger.abandon(self.level);
    }
}

impl Sealed for &Transaction {
    fn run_unguarded<O: Operation>(self, operation: O) -> Result<O::Output> {
        self.run(self.ledger.admit(operation)?)
    }

    fn rows_unguarded<S: Selectable>(self, query: Box<Query>) -> Result<Rows<S>> {
        Ok(Rows::buffered(self.run_unguarded(All::<S>::new(query))?))
    }

    fn refuses_lazy(&self) -> bool {
        self.refuses_lazy
    }
}

impl Sealed for &mut Transaction {
    fn run_unguarded<O: Operation>(self, operation: O) -> Result<O::Output> {
        (&*self).run_unguarded(operation)
    }

    fn rows_unguarded<S: Selectable>(self, query: Box<Query>) -> Result<Rows<S>> {
        (&*self).rows_unguarded(query)
    }

    fn refuses_lazy(&self) -> bool {
        self.refuses_lazy
    }
}
