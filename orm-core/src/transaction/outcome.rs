//! What became of a transaction whose commit got no answer.

use std::fmt;
use std::str::FromStr;

/// A transaction's number on its PostgreSQL server, as [`Error::CommitUnknown`](crate::Error::CommitUnknown) carries it.
///
/// A server that crashed may give a number again that it lost, so the run of the server belongs to it: since when it runs, and as which
/// process. It can be written down as a text and read back.
///
/// ```
/// use orm_core::transaction::TransactionId;
///
/// let id: TransactionId = "7340@1763742600000000.51".parse()?;
/// assert_eq!(id.to_string(), "7340@1763742600000000.51");
/// assert!("7340".parse::<TransactionId>().is_err());
/// # Ok::<(), orm_core::transaction::ParseTransactionIdError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransactionId {
    number: u64,
    server: ServerRun,
}

impl TransactionId {
    /// The number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The run of the server that gave it.
    #[must_use]
    pub fn server(&self) -> ServerRun {
        self.server
    }
}

/// One run of a database server: between two crashes it is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerRun {
    /// Microseconds since 1970.
    since: u64,
    /// The process that a crash replaces.
    process: u32,
}

impl fmt::Display for ServerRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.since, self.process)
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.number, self.server)
    }
}

impl FromStr for TransactionId {
    type Err = ParseTransactionIdError;

    fn from_str(text: &str) -> Result<Self, ParseTransactionIdError> {
        let read = || {
            let (number, server) = text.split_once('@')?;
            let (since, process) = server.split_once('.')?;
            let server = ServerRun { since: since.parse().ok()?, process: process.parse().ok()? };
            Some(TransactionId { number: number.parse().ok()?, server })
        };
        read().ok_or(ParseTransactionIdError(()))
    }
}

/// A text that is no [`TransactionId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a transaction's number is written like `7340@1763742600000000.51`")]
pub struct ParseTransactionIdError(());

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
    /// The server cannot tell: it is too long ago; or the server was started anew since, and the transaction that was committed by this
    /// number may be another one.
    Forgotten,
}
