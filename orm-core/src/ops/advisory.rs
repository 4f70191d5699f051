//! Taking advisory locks, and letting them go.

use crate::advisory::{AdvisoryName, AdvisoryWait, unsupported, unsupported_in_transaction};
use crate::connection::{Access, Connection};
use crate::error::Result;
use crate::ops::Operation;
use crate::sql::Backend;

/// Takes an advisory lock for the session; gives whether it was free in time.
#[derive(Debug, Clone)]
pub struct TakeLock {
    name: AdvisoryName,
    wait: AdvisoryWait,
}

impl TakeLock {
    /// The lock of a name on a database of this kind.
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) where the database has none,
    /// [`Error::InvalidValue`](crate::Error::InvalidValue) for a name with a NUL.
    pub fn new(name: &str, wait: AdvisoryWait, backend: Backend) -> Result<Self> {
        let features = backend.dialect().features();
        if !features.advisory_locks {
            return Err(unsupported(features));
        }
        Ok(TakeLock { name: AdvisoryName::new(name)?, wait })
    }

    /// What lets the lock go.
    #[must_use]
    pub fn release(&self) -> ReleaseLock {
        ReleaseLock(self.name.clone())
    }
}

impl Operation for TakeLock {
    type Output = bool;
    const NAME: &'static str = "advisory_lock";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<bool> {
        connection.advisory_lock(self.name.as_str(), self.wait).await
    }
}

/// Lets go of an advisory lock of the session.
#[derive(Debug, Clone)]
pub struct ReleaseLock(AdvisoryName);

impl Operation for ReleaseLock {
    type Output = ();
    const NAME: &'static str = "unlock";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<()> {
        connection.advisory_unlock(self.0.as_str()).await
    }
}

/// Takes an advisory lock for the open transaction; gives whether it was free.
#[derive(Debug, Clone)]
pub struct TakeTransactionLock {
    name: AdvisoryName,
    waits: bool,
}

impl TakeTransactionLock {
    /// The lock of a name, which is waited for or not.
    ///
    /// # Errors
    /// [`Error::InvalidValue`](crate::Error::InvalidValue) for a name with a NUL.
    pub fn new(name: &str, waits: bool) -> Result<Self> {
        Ok(TakeTransactionLock { name: AdvisoryName::new(name)?, waits })
    }
}

impl Operation for TakeTransactionLock {
    type Output = bool;
    const NAME: &'static str = "advisory_lock";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<bool> {
        let features = connection.dialect().features();
        if !features.transaction_advisory_locks {
            return Err(unsupported_in_transaction(features));
        }
        connection.transaction_lock(self.name.as_str(), self.waits).await
    }
}
