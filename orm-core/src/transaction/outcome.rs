//! What became of a transaction whose commit got no answer.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

/// A transaction's number on its PostgreSQL server, as [`Error::CommitUnknown`](crate::Error::CommitUnknown) carries it.
///
/// It can be written down as a text and read back.
///
/// ```
/// use orm_core::transaction::TransactionId;
///
/// let id: TransactionId = "7340".parse()?;
/// assert_eq!(id.to_string(), "7340");
/// # Ok::<(), std::num::ParseIntError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionId(u64);

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for TransactionId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(TransactionId)
    }
}

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransactionOutcome {
    /// All of it is there.
    Committed,
    /// Nothing of it is there.
    RolledBack,
    /// The server is at it still: ask again.
    InProgress,
    /// It is so long ago that the server has forgotten it.
    Forgotten,
}
