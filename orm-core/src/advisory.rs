//! Advisory locks: names that one session or transaction holds at a time, and that lock no row.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::sql::Features;

/// How long an advisory lock that another one holds is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdvisoryWait {
    /// Until it is free.
    Forever,
    /// Not at all.
    Not,
    /// So long.
    AtMost(Duration),
}

/// The name of an advisory lock: any text without the character NUL, of any length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdvisoryName(String);

impl AdvisoryName {
    /// The name.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for one with a NUL, which PostgreSQL has no text of.
    pub fn new(name: &str) -> Result<Self> {
        if name.contains('\0') {
            let reason = "it has no NUL characters".to_owned();
            return Err(Error::InvalidValue { model: "AdvisoryLock", field: "name", reason });
        }
        Ok(AdvisoryName(name.to_owned()))
    }

    /// The name as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// That a database has no advisory locks.
#[must_use]
pub fn unsupported(features: &Features) -> Error {
    Error::Unsupported {
        feature: "advisory locks",
        backend: features.name,
        hint: "a transaction that writes is alone there: do the work in one",
    }
}

/// That a transaction cannot hold an advisory lock.
#[must_use]
pub fn unsupported_in_transaction(features: &Features) -> Error {
    Error::Unsupported {
        feature: "an advisory lock that a transaction holds",
        backend: features.name,
        hint: if features.advisory_locks {
            "take one with `advisory_lock` of the database, around the transaction"
        } else {
            "a transaction that writes is alone there anyway"
        },
    }
}
