//! Advisory locks in async code.

use std::time::Duration;

use orm_core::advisory::AdvisoryWait;
use orm_core::connection::Access;
use orm_core::ops::{ReleaseLock, TakeLock, TakeTransactionLock};
use orm_core::{Error, Result};

use crate::driver::Held;
use crate::handle::sealed::Sealed;
use crate::{AsyncDatabase, AsyncTransaction};

/// An advisory lock that is held: nobody else has the one of its name in the same database, whatever program they are.
///
/// It has a connection of its own. Dropped, it is let go in the background; [`unlock`](Self::unlock) waits for that. Where the connection
/// is lost, the server lets the lock go as well.
#[derive(Debug)]
#[must_use = "an advisory lock that is dropped is let go"]
pub struct AsyncAdvisoryLock {
    held: Held,
    release: ReleaseLock,
}

impl AsyncAdvisoryLock {
    /// Lets the lock go.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`] if the connection was lost meanwhile, and the lock with it; what the database reports.
    pub async fn unlock(self) -> Result<()> {
        self.held.run(self.release).await?.1
    }
}

impl AsyncDatabase {
    /// Takes the advisory lock of a name, and waits until it is free. It holds one of the connections until it is let go. Dropped while it
    /// waits, it leaves nothing behind.
    ///
    /// The names are those of this library, in this database: on the server each is a hash.
    ///
    /// # Errors
    /// [`Error::Unsupported`] on SQLite, and behind a pooler; [`Error::InvalidValue`] for a name with a NUL; [`Error::Locked`] where the
    /// server ends the wait; what the database reports.
    pub async fn advisory_lock(&self, name: &str) -> Result<AsyncAdvisoryLock> {
        self.take_lock("advisory_lock", name, AdvisoryWait::Forever).await?.ok_or(Error::Locked)
    }

    /// Takes the advisory lock of a name if it is free; `None` if it is not.
    ///
    /// # Errors
    /// As [`advisory_lock`](Self::advisory_lock).
    pub async fn try_advisory_lock(&self, name: &str) -> Result<Option<AsyncAdvisoryLock>> {
        self.take_lock("try_advisory_lock", name, AdvisoryWait::Not).await
    }

    /// Takes the advisory lock of a name if it becomes free within this time, which MySQL counts in whole seconds; `None` if it does not.
    ///
    /// # Errors
    /// As [`advisory_lock`](Self::advisory_lock).
    pub async fn try_advisory_lock_for(&self, name: &str, limit: Duration) -> Result<Option<AsyncAdvisoryLock>> {
        self.take_lock("try_advisory_lock_for", name, AdvisoryWait::AtMost(limit)).await
    }

    async fn take_lock(&self, call: &'static str, name: &str, wait: AdvisoryWait) -> Result<Option<AsyncAdvisoryLock>> {
        let take = TakeLock::new(name, wait, self.backend())?;
        let release = take.release();
        let (held, taken) = self.driver.hold(call, Access::Write).await?.run(take).await?;
        Ok(taken?.then_some(AsyncAdvisoryLock { held, release }))
    }
}

impl AsyncTransaction {
    /// On PostgreSQL, takes the advisory lock of a name, and waits until it is free. It is let go when the transaction ends, or the
    /// savepoint that is open now is undone.
    ///
    /// # Errors
    /// [`Error::Unsupported`] elsewhere; [`Error::InvalidValue`] for a name with a NUL; what the database reports.
    pub async fn advisory_lock(&self, name: &str) -> Result<()> {
        self.run(TakeTransactionLock::new(name, true)?).await.map(drop)
    }

    /// The same if the lock is free; gives whether it was.
    ///
    /// # Errors
    /// As [`advisory_lock`](Self::advisory_lock).
    pub async fn try_advisory_lock(&self, name: &str) -> Result<bool> {
        self.run(TakeTransactionLock::new(name, false)?).await
    }
}
