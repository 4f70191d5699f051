//! How a transaction runs and ends, over what differs between the modes.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::Duration;

use super::hooks::{HookResult, report};
use super::ledger::{Admitted, Ledger, call};
use super::{Retry, TransactionOptions};
use crate::error::{Error, Result};
use crate::ops::{Begin, Commit, Operation, Rollback};

/// An open transaction of either mode.
pub trait Steps: Sync {
    /// An `on_commit` hook.
    type Hook: Send;

    /// The book that it keeps.
    fn ledger(&self) -> &Ledger<Self::Hook>;

    /// Runs something on its connection, and notes what came of it.
    fn step<O: Operation<Output: 'static> + 'static>(
        &self,
        operation: Admitted<O>,
    ) -> impl Future<Output = Result<O::Output>> + Send;

    /// Awaits its user's code, marked as what is inside of it, for as long as it may take.
    fn inside<T, E: From<Error>>(&self, body: impl Future<Output = Result<T, E>>) -> impl Future<Output = Result<T, E>>;

    /// Gives the connection back: it is committed or undone, and nothing more is run on it.
    fn ended(&self);

    /// Calls a hook.
    fn call(hook: Self::Hook) -> impl Future<Output = HookResult> + Send;
}

/// A database of either mode.
pub trait Begins: Sync {
    /// Its transactions.
    type Transaction: Steps + Send;

    /// Begins a transaction.
    fn begin(&self, options: TransactionOptions, attempt: u32) -> impl Future<Output = Result<Self::Transaction>> + Send;

    /// Waits.
    fn pause(&self, span: Duration) -> impl Future<Output = ()> + Send;
}

/// Runs a closure in a transaction.
///
/// # Errors
/// The closure's own, or those of beginning and ending it.
pub async fn once<D: Begins, T, E: From<Error>>(
    database: &D,
    options: TransactionOptions,
    body: impl AsyncFnOnce(&D::Transaction) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = database.begin(options, 1).await?;
    let outcome = transaction.inside(body(&transaction)).await;
    end(transaction, outcome).await.0
}

/// Runs a closure in a transaction, and again in another one as long as the database says so and the policy allows it.
///
/// Each attempt runs a clone, so that none sees what another one left behind. (A future of `AsyncFnMut` that borrows from its closure
/// could not be spawned.)
///
/// # Errors
/// Those of the last attempt.
pub async fn retried<D: Begins, T, E: From<Error>>(
    database: &D,
    retry: Retry,
    body: impl AsyncFnOnce(&D::Transaction) -> Result<T, E> + Clone,
) -> Result<T, E> {
    let mut attempts = retry.start();
    loop {
        let (outcome, again) = match database.begin(attempts.options(), attempts.attempt()).await {
            Ok(transaction) => {
                let outcome = transaction.inside(body.clone()(&transaction)).await;
                end(transaction, outcome).await
            }
            Err(error) => {
                let again = error.is_retryable();
                (Err(error.into()), again)
            }
        };
        match again.then(|| attempts.next()).flatten() {
            Some(pause) => database.pause(pause).await,
            None => return outcome,
        }
    }
}

/// Commits if the outcome is `Ok`, otherwise rolls back, and gives the connection back. With what came of it, whether the whole may be
/// done again.
async fn end<S: Steps, T, E: From<Error>>(transaction: S, outcome: Result<T, E>) -> (Result<T, E>, bool) {
    match outcome {
        Ok(value) => match commit(&transaction).await {
            Ok(()) => (Ok(value), false),
            Err(error) => {
                let again = transaction.ledger().is_retryable() && !matches!(error, Error::CommitUnknown { .. });
                (Err(error.into()), again)
            }
        },
        Err(error) => {
            let again = transaction.ledger().is_retryable();
            // The closure's error is the one to tell; a lease that cannot roll back closes its connection.
            let _ = roll_back(&transaction).await;
            (Err(error), again)
        }
    }
}

/// Commits a transaction and calls its hooks. Dropped while it commits, it calls none: the outcome is not known.
///
/// # Errors
/// [`Error::TransactionDead`] if a statement failed in it; then it is rolled back. [`Error::CommitUnknown`], and what the database
/// reports.
pub async fn commit<S: Steps>(transaction: &S) -> Result<()> {
    let ledger = transaction.ledger();
    if ledger.has_failed() {
        roll_back(transaction).await?;
        return Err(Error::TransactionDead);
    }
    let (hooks, undone) = ledger.take_hooks();
    let done = transaction.step(ledger.admit_end(Commit)).await;
    // A hook may want the connection.
    transaction.ended();
    match done {
        Ok(()) => {
            let mut panicked = None;
            for hook in hooks {
                // What panics while it is called must not keep the others from it.
                match caught(S::call(hook)).await {
                    Ok(outcome) => report(outcome),
                    Err(panic) => panicked = panicked.or(Some(panic)),
                }
            }
            match panicked {
                Some(panic) => resume_unwind(panic),
                None => Ok(()),
            }
        }
        Err(error) => {
            if !matches!(error, Error::CommitUnknown { .. }) {
                call(undone);
            }
            Err(error)
        }
    }
}

/// Undoes a transaction and calls its hooks.
///
/// # Errors
/// What the database reports; the connection is closed then, which undoes it as well.
pub async fn roll_back<S: Steps>(transaction: &S) -> Result<()> {
    let (_, undone) = transaction.ledger().take_hooks();
    let done = transaction.step(transaction.ledger().admit_end(Rollback)).await;
    transaction.ended();
    call(undone);
    done
}

/// Makes a savepoint; answers its level.
///
/// # Errors
/// [`Error::TransactionDead`], and what the database reports.
pub async fn enter<S: Steps>(transaction: &S) -> Result<u32> {
    let ledger = transaction.ledger();
    transaction.step(ledger.admit(Begin::savepoint())?).await?;
    Ok(ledger.enter())
}

/// Ends the savepoint of a level: keeps what was done in it, or undoes it.
///
/// # Errors
/// [`Error::TransactionDead`] if a statement failed in what was to be kept; it is undone then. [`Error::InvalidQuery`] if an inner
/// savepoint is open. What the database reports.
pub async fn leave<S: Steps>(transaction: &S, level: u32, keep: bool) -> Result<()> {
    let ledger = transaction.ledger();
    if !ledger.is_innermost(level) {
        return Err(Error::InvalidQuery("a savepoint inside this one is open: end that first"));
    }
    if keep && !ledger.has_failed() {
        transaction.step(ledger.admit_end(Commit)).await?;
        ledger.released();
        return Ok(());
    }
    let failed = ledger.has_failed();
    transaction.step(ledger.admit_end(Rollback)).await?;
    ledger.undone();
    if keep && failed { Err(Error::TransactionDead) } else { Ok(()) }
}

/// Runs a closure in a savepoint: what it wrote stays if it gives `Ok`, and is undone if it gives `Err`, panics or is dropped.
///
/// # Errors
/// The closure's own, or those of the savepoint.
pub async fn within_savepoint<S: Steps, T, E: From<Error>>(
    transaction: &S,
    body: impl AsyncFnOnce(&S) -> Result<T, E>,
) -> Result<T, E> {
    let level = enter(transaction).await?;
    let left = Left { ledger: transaction.ledger(), level };
    let outcome = body(transaction).await;
    std::mem::forget(left);
    match outcome {
        Ok(value) => {
            leave(transaction, level, true).await?;
            Ok(value)
        }
        Err(error) => {
            leave(transaction, level, false).await?;
            Err(error)
        }
    }
}

/// Notes that a savepoint is left without its end, by a panic or because nobody waits for it any more.
struct Left<'l, H> {
    ledger: &'l Ledger<H>,
    level: u32,
}

impl<H> Drop for Left<'_, H> {
    fn drop(&mut self) {
        self.ledger.abandon(self.level);
    }
}

/// Awaits something that may panic.
pub(crate) async fn caught<T>(work: impl Future<Output = T>) -> std::thread::Result<T> {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(polled) => polled.map(Ok),
        Err(panic) => std::task::Poll::Ready(Err(panic)),
    })
    .await
}
