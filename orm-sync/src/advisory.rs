//! Advisory locks in blocking code.

use std::panic::Location;
use std::time::Duration;

use orm_core::advisory::AdvisoryWait;
use orm_core::connection::Access;
use orm_core::ops::{Operation, ReleaseLock, TakeLock, TakeTransactionLock};
use orm_core::{Error, Result};

use crate::driver::Held;
use crate::guard;
use crate::handle::sealed::Sealed;
use crate::{Database, Transaction};

/// An advisory lock that is held: nobody else has the one of its name in the same database, whatever program they are.
///
/// It has a connection of its own. Dropped, it closes the connection, which lets the lock go; [`unlock`](Self::unlock) keeps the
/// connection for others. Where the connection is lost, the server lets the lock go as well.
#[derive(Debug)]
#[must_use = "an advisory lock that is dropped is let go"]
pub struct AdvisoryLock {
    held: Held,
    release: ReleaseLock,
}

impl AdvisoryLock {
    /// Lets the lock go.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`] if the connection was lost meanwhile, and the lock with it; what the database reports.
    #[track_caller]
    pub fn unlock(self) -> Result<()> {
        guard::check(ReleaseLock::NAME, Location::caller())?;
        let AdvisoryLock { mut held, release } = self;
        held.run(release)
    }
}

impl Database {
    /// Takes the advisory lock of a name, and waits until it is free. It holds one of the connections until it is let go.
    ///
    /// The names are those of this library, in this database: on the server each is a hash.
    ///
    /// # Errors
    /// [`Error::Unsupported`] on SQLite, and behind a pooler; [`Error::InvalidValue`] for a name with a NUL; [`Error::Locked`] where the
    /// server ends the wait; what the database reports.
    #[track_caller]
    pub fn advisory_lock(&self, name: &str) -> Result<AdvisoryLock> {
        self.take_lock("advisory_lock", name, AdvisoryWait::Forever, Location::caller())?.ok_or(Error::Locked)
    }

    /// Takes the advisory lock of a name if it is free; `None` if it is not.
    ///
    /// # Errors
    /// As [`advisory_lock`](Self::advisory_lock).
    #[track_caller]
    pub fn try_advisory_lock(&self, name: &str) -> Result<Option<AdvisoryLock>> {
        self.take_lock("try_advisory_lock", name, AdvisoryWait::Not, Location::caller())
    }

    /// Takes the advisory lock of a name if it becomes free within this time, which MySQL counts in whole seconds; `None` if it does not.
    ///
    /// # Errors
    /// As [`advisory_lock`](Self::advisory_lock).
    #[track_caller]
    pub fn try_advisory_lock_for(&self, name: &str, limit: Duration) -> Result<Option<AdvisoryLock>> {
        self.take_lock("try_advisory_lock_for", name, AdvisoryWait::AtMost(limit), Location::caller())
    }

    fn take_lock(
        &self,
        call: &'static str,
        name: &str,
        wait: AdvisoryWait,
        location: &'static Location<'static>,
    ) -> Result<Option<AdvisoryLock>> {
        guard::check(call, location)?;
        let take = TakeLock::new(name, wait, self.backend())?;
        let release = take.release();
        let mut held = self.driver().hold(call, Access::Write)?;
        Ok(held.run(take)?.then_some(AdvisoryLock { held, release }))
    }
}

impl Transaction {
    /// On PostgreSQL, takes the advisory lock of a name, and waits until it is free. It is let go when the transaction ends, or the
    /// savepoint that is open now is undone.
    ///
    /// # Errors
    /// [`Error::Unsupported`] elsewhere; [`Error::InvalidValue`] for a name with a NUL; what the database reports.
    #[track_caller]
    pub fn advisory_lock(&self, name: &str) -> Result<()> {
        self.run_as("advisory_lock", TakeTransactionLock::new(name, true)?, Location::caller()).map(drop)
    }

    /// The same if the lock is free; gives whether it was.
    ///
    /// # Errors
    /// As [`advisory_lock`](Self::advisory_lock).
    #[track_caller]
    pub fn try_advisory_lock(&self, name: &str) -> Result<bool> {
        self.run_as("try_advisory_lock", TakeTransactionLock::new(name, false)?, Location::caller())
    }
}
