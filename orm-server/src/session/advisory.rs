//! The advisory locks of a session, and how long it waits for locks of others.

use orm_core::advisory::AdvisoryWait;
use orm_core::{Error, Result};

use super::Session;
use crate::limits::within;

impl Session {
    /// Takes the lock of a name; whether it was free in time. Only the wait itself is not bounded by the longest that a statement may
    /// take.
    pub(super) async fn take_lock(&mut self, name: &str, wait: AdvisoryWait) -> Result<bool> {
        if self.pooled {
            return Err(Error::Unsupported {
                feature: "an advisory lock that a session holds",
                backend: self.driver.dialect().features().name,
                hint: "a pooler gives the session to others: take the lock in a transaction, with `tx.advisory_lock(..)`",
            });
        }
        self.start()?;
        // Before it is sent: whatever becomes of the answer, a session that may hold a lock serves nobody else.
        self.locked = true;
        let limit = match wait {
            AdvisoryWait::Forever => None,
            AdvisoryWait::Not => self.limits.statement(),
            AdvisoryWait::AtMost(span) => self.limits.statement().and_then(|limit| limit.checked_add(span)),
        };
        let taken = within(limit, "advisory_lock", self.driver.advisory_lock(name, wait)).await;
        self.locked = self.settle(taken)?;
        Ok(self.locked)
    }

    /// Lets go of the lock of a name.
    pub(super) async fn release_lock(&mut self, name: &str) -> Result<()> {
        self.start()?;
        let held = self.limits.keep("unlock", self.driver.advisory_unlock(name)).await;
        if self.settle(held)? {
            self.locked = false;
            return Ok(());
        }
        Err(Error::ConnectionLost { message: "the session did not hold the lock any more".to_owned() })
    }

    /// Takes the lock of a name for the transaction; whether it was free.
    pub(super) async fn take_transaction_lock(&mut self, name: &str, waits: bool) -> Result<bool> {
        if self.depth == 0 {
            return Err(Error::TransactionRequired { call: "advisory_lock" });
        }
        self.start()?;
        let taken = self.limits.keep("statement", self.driver.transaction_lock(name, waits)).await;
        self.settle(taken)
    }

    /// Lets go of all locks that the session may hold.
    pub(super) async fn release_locks(&mut self) -> Result<()> {
        if self.locked {
            self.send(self.driver.releasing()).await?;
            self.locked = false;
        }
        Ok(())
    }

    /// Puts back how long statements may take and wait.
    pub(super) async fn put_limits_back(&mut self) -> Result<()> {
        if self.limits.is_lifted() {
            self.send(self.driver.unlimiting()).await?;
            self.limits.lift(false);
        }
        Ok(())
    }
}
