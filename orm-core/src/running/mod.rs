//! The handle of an operation that runs: what code that is written once for both modes, such as a hook, runs its queries on.

mod views;

pub use views::{OnDraft, OnQuery, OnRelated, OnRow, RunDraft, RunRow};

use crate::connection::Connection;
use crate::error::{Error, Result};
use crate::ops::{Operation, finish};
use crate::sql::Features;

/// The connection of an operation that runs, for more queries in the same transaction.
///
/// A query is run on it by [`on`](crate::query::QuerySet::on), which stands where `.a()` stands in async code, and by the same terminals.
/// It serves both modes: in blocking code what is awaited is ready at once.
///
/// ```
/// use orm_core::connection::Connection;
/// use orm_core::model::Model;
/// use orm_core::query::QuerySet;
/// use orm_core::running::Running;
///
/// async fn last<M: Model>(on: &mut Running<'_, impl Connection>) -> orm_core::Result<Option<M>> {
///     let rows = QuerySet::<M>::new();
///     if rows.clone().on(on).exists().await? { rows.on(on).last().await } else { Ok(None) }
/// }
/// ```
pub struct Running<'c, C> {
    connection: &'c mut C,
    /// A statement failed: on PostgreSQL nothing more would be taken, so nothing is anywhere.
    failed: bool,
    /// How many savepoints were left without their end, by a future that was dropped: they are undone before the next statement.
    left: u32,
}

impl<'c, C: Connection> Running<'c, C> {
    /// The handle of a connection.
    pub fn new(connection: &'c mut C) -> Self {
        Running { connection, failed: false, left: 0 }
    }

    /// What the database can do.
    #[must_use]
    pub fn features(&self) -> &'static Features {
        self.connection.dialect().features()
    }

    /// Runs an operation.
    ///
    /// # Errors
    /// The operation's own; [`Error::TransactionDead`] after one that failed in the database.
    pub async fn run<O: Operation>(&mut self, operation: O) -> Result<O::Output> {
        let outcome = operation.run(self.ready().await?).await;
        self.note(outcome)
    }

    /// Runs a closure in a savepoint: what it did stays if it gives `Ok`, and is undone if it gives `Err`. After a statement that failed
    /// in it the rest goes on.
    ///
    /// # Errors
    /// The closure's own, or what the savepoint reports.
    pub async fn atomic<T, E: From<Error>>(
        &mut self,
        body: impl AsyncFnOnce(&mut Running<'_, C>) -> Result<T, E>,
    ) -> Result<T, E> {
        let begun = self.ready().await?.begin().await;
        self.note(begun)?;
        let level = Level(&mut *self);
        let outcome = body(&mut *level.0).await;
        let outcome = level.0.end(outcome).await;
        // What failed is undone by its end, and what could not be kept as well.
        level.0.failed = false;
        let ended = finish(&mut *level.0.connection, outcome).await;
        std::mem::forget(level);
        ended
    }

    /// The connection, with what was left open undone.
    ///
    /// # Errors
    /// [`Error::TransactionDead`] after a statement that failed.
    pub(crate) async fn ready(&mut self) -> Result<&mut C> {
        if self.failed {
            return Err(Error::TransactionDead);
        }
        self.undo_left().await?;
        Ok(&mut *self.connection)
    }

    /// What comes of the work on it, once nothing of that is open any more: a failure that was passed over is one.
    ///
    /// # Errors
    /// That of the work; [`Error::TransactionDead`].
    pub(crate) async fn end<T, E: From<Error>>(&mut self, outcome: Result<T, E>) -> Result<T, E> {
        self.undo_left().await?;
        match outcome {
            Ok(_) if self.failed => Err(Error::TransactionDead.into()),
            outcome => outcome,
        }
    }

    async fn undo_left(&mut self) -> Result<()> {
        while let Some(less) = self.left.checked_sub(1) {
            // Until it is done nothing is to be run: its future may be dropped too.
            let undone = self.connection.rollback().await;
            self.failed |= undone.is_err();
            undone?;
            self.left = less;
        }
        Ok(())
    }

    fn note<T>(&mut self, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome {
            self.failed |= error.kills_transaction() && self.connection.in_transaction();
        }
        outcome
    }
}

impl<C> std::fmt::Debug for Running<'_, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("failed", &self.failed).finish_non_exhaustive()
    }
}

/// A savepoint that is open; dropped, it was left without its end.
struct Level<'r, 'c, C>(&'r mut Running<'c, C>);

impl<C> Drop for Level<'_, '_, C> {
    fn drop(&mut self) {
        self.0.left += 1;
        // What failed in it is undone with it.
        self.0.failed = false;
    }
}
