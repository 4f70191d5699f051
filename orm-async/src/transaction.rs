//! Async transactions: a value that holds one connection.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use futures_timer::Delay;
use orm_core::connection::Access;
use orm_core::held::{ByHand, Holder};
use orm_core::ops::{All, Begin, Operation};
use orm_core::query::{Query, Selectable};
use orm_core::transaction::{self, Admitted, Begins, HookOutcome, HookResult, Ledger, Steps, TransactionOptions};
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
    /// Gone once the transaction has ended, and for good if a statement was dropped halfway: then the transaction is over.
    held: Mutex<Option<Held>>,
    ledger: Ledger<CommitHook>,
    holder: Holder,
    /// Missing where a closure's run is marked.
    by_hand: Option<ByHand>,
    limit: Option<Duration>,
}

type CommitHook = Box<dyn FnOnce() -> Pin<Box<dyn Future<Output = HookResult> + Send>> + Send>;

impl AsyncTransaction {
    /// Runs a closure in a savepoint: what it wrote stays if it gives `Ok`, and is undone if it gives `Err`, panics or is dropped between
    /// two statements, without ending the transaction.
    ///
    /// # Errors
    /// The closure's own, or what the savepoint reports.
    pub async fn atomic<T, E: From<Error>>(&self, body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, E>) -> Result<T, E> {
        transaction::within_savepoint(self, body).await
    }

    /// Makes a savepoint that lasts until its value is ended or dropped. Where a closure will do, [`atomic`](Self::atomic) is safer.
    ///
    /// # Errors
    /// [`Error::TransactionDead`], and what the database reports.
    pub async fn savepoint(&self) -> Result<AsyncSavepoint<'_>> {
        let level = transaction::enter(self).await?;
        Ok(AsyncSavepoint { transaction: self, level })
    }

    /// Commits, and calls the hooks. Dropped before its end, it goes on in the background, and calls none.
    ///
    /// # Errors
    /// [`Error::TransactionDead`] if a statement failed in it: then all is rolled back. [`Error::CommitUnknown`], and what the database
    /// reports.
    pub async fn commit(self) -> Result<()> {
        transaction::commit(&self).await
    }

    /// Undoes everything.
    ///
    /// # Errors
    /// What the database reports; it is undone all the same, because the connection is closed then.
    pub async fn rollback(self) -> Result<()> {
        transaction::roll_back(&self).await
    }

    /// The number of the attempt, from 1: more where [`atomic_retry`](AsyncDatabase::atomic_retry) does it again.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.ledger.attempt()
    }

    /// Has something awaited once the outermost transaction is committed, in the order of these calls; not if the savepoint that is open
    /// now is undone. An error that it gives goes to the log, because what is committed stays so (Django's `on_commit`).
    pub fn on_commit<F: Future<Output: HookOutcome> + Send>(&self, hook: impl FnOnce() -> F + Send + 'static) {
        self.ledger.on_commit(Box::new(|| Box::pin(async { hook().await.into_result() })));
    }

    /// Has something called once the transaction, or the savepoint that is open now, is undone; where its future was dropped, at once,
    /// while the database undoes it in the background. After [`Error::CommitUnknown`] it is not called.
    pub fn on_rollback(&self, hook: impl FnOnce() + Send + 'static) {
        self.ledger.on_rollback(Box::new(hook));
    }

    /// The same, begun by hand, and so marked by where it is used.
    pub(crate) fn by_hand(mut self) -> Self {
        self.by_hand = Some(ByHand::begun(self.holder.clone()));
        self
    }
}

impl Drop for AsyncTransaction {
    fn drop(&mut self) {
        if let Some(held) = self.held.get_mut().take() {
            held.abandon();
        }
    }
}

impl Steps for AsyncTransaction {
    type Hook = CommitHook;

    fn ledger(&self) -> &Ledger<CommitHook> {
        &self.ledger
    }

    async fn step<O: Operation<Output: 'static> + 'static>(&self, operation: Admitted<O>) -> Result<O::Output> {
        if let Some(by_hand) = &self.by_hand {
            by_hand.used();
        }
        let mut slot = self.held.lock().await;
        // If this future is dropped before the connection is back, nothing puts it there again.
        let held = slot.take().ok_or(Error::TransactionDead)?;
        match held.run(operation).await {
            Ok((held, outcome)) => {
                *slot = Some(held);
                self.ledger.note(outcome)
            }
            Err(error) => {
                self.ledger.lose();
                Err(error)
            }
        }
    }

    async fn inside<T, E: From<Error>>(&self, body: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        let mut body = std::pin::pin!(body);
        let mut deadline = self.limit.map(|limit| (Delay::new(limit), limit));
        std::future::poll_fn(|context| {
            let polled = {
                let _held = self.holder.enter();
                body.as_mut().poll(context)
            };
            match &mut deadline {
                Some((delay, limit)) if polled.is_pending() => {
                    Pin::new(delay).poll(context).map(|()| Err(Error::timeout("atomic", *limit).into()))
                }
                _ => polled,
            }
        })
        .await
    }

    fn ended(&self) {
        if let Some(by_hand) = &self.by_hand {
            by_hand.end();
        }
        // Nobody else has it locked: who ends a transaction has it for themselves.
        let held = self.held.try_lock().ok().and_then(|mut slot| slot.take());
        if let Some(held) = held {
            held.abandon();
        }
    }

    fn call(hook: CommitHook) -> impl Future<Output = HookResult> + Send {
        hook()
    }
}

impl Begins for AsyncDatabase {
    type Transaction = AsyncTransaction;

    async fn begin(&self, options: TransactionOptions, attempt: u32) -> Result<AsyncTransaction> {
        let driver = &self.driver;
        if options.is_durable() && driver.nesting().in_transaction_here() {
            return Err(Error::NestedAcquire);
        }
        let access = if options.is_read_only() { Access::Read } else { Access::Write };
        let (held, begun) = driver.hold("atomic", access).await?.run(Begin::new(options)).await?;
        begun?;
        Ok(AsyncTransaction {
            held: Mutex::new(Some(held)),
            ledger: Ledger::new(attempt),
            holder: driver.nesting().holder(access),
            by_hand: None,
            limit: options.limit(),
        })
    }

    async fn pause(&self, span: Duration) {
        Delay::new(span).await;
    }
}

/// A savepoint of an [`AsyncTransaction`]. What is run on the transaction while it is open belongs to it. Dropped without an end, it is
/// undone before the next statement.
#[derive(Debug)]
#[must_use = "a savepoint that is dropped is undone"]
pub struct AsyncSavepoint<'t> {
    transaction: &'t AsyncTransaction,
    level: u32,
}

impl AsyncSavepoint<'_> {
    /// Keeps what was done since, as part of the transaction.
    ///
    /// # Errors
    /// [`Error::TransactionDead`] if a statement failed since: then it is undone. [`Error::InvalidQuery`] if a savepoint inside it is open
    /// still. What the database reports.
    pub async fn commit(self) -> Result<()> {
        self.end(true).await
    }

    /// Undoes what was done since.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] if a savepoint inside it is open still; what the database reports.
    pub async fn rollback(self) -> Result<()> {
        self.end(false).await
    }

    async fn end(self, keep: bool) -> Result<()> {
        let done = transaction::leave(self.transaction, self.level, keep).await;
        if done.is_ok() || matches!(done, Err(Error::TransactionDead)) {
            std::mem::forget(self);
        }
        done
    }
}

impl Drop for AsyncSavepoint<'_> {
    fn drop(&mut self) {
        self.transaction.ledger.abandon(self.level);
    }
}

impl Sealed for &AsyncTransaction {
    async fn run<O: Operation<Output: 'static> + 'static>(self, operation: O) -> Result<O::Output> {
        self.step(self.ledger.admit(operation)?).await
    }

    fn rows<'t, S: Selectable>(self, query: Box<Query>) -> RowStream<'t, S>
    where
        Self: 't,
    {
        RowStream::whole(self.run(All::<S>::new(query)))
    }
}
