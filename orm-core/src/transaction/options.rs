//! How a transaction is begun.

use std::time::Duration;

/// How far a transaction is kept apart from those that run beside it.
///
/// A database that has no such level gives the next stronger one, as the SQL standard allows: on SQLite every transaction is
/// serializable, on PostgreSQL one that reads uncommitted rows reads committed ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Isolation {
    /// It may see what others have not committed.
    ReadUncommitted,
    /// Each statement sees what was committed before it began.
    ReadCommitted,
    /// All statements see one state of the database.
    RepeatableRead,
    /// It ends as if no other had run at the same time, or fails with [`Error::Retryable`](crate::Error::Retryable).
    Serializable,
}

impl Isolation {
    /// The level in SQL.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            Isolation::ReadUncommitted => "READ UNCOMMITTED",
            Isolation::ReadCommitted => "READ COMMITTED",
            Isolation::RepeatableRead => "REPEATABLE READ",
            Isolation::Serializable => "SERIALIZABLE",
        }
    }
}

/// When a transaction on SQLite takes the locks of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqliteBegin {
    /// With the first statement that needs one. The first write fails with [`Error::Busy`](crate::Error::Busy) if another process has
    /// written since the transaction read.
    Deferred,
    /// The lock for writing, at once: the default, because no later statement can fail for it.
    Immediate,
    /// The lock for everything, at once. With a write-ahead log it is the same as `Immediate`.
    Exclusive,
}

/// How a transaction is begun. Everything unsaid is the database's own default.
///
/// ```
/// use std::time::Duration;
///
/// use orm_core::transaction::{Isolation, TransactionOptions};
///
/// const REPORT: TransactionOptions =
///     TransactionOptions::new().isolation(Isolation::RepeatableRead).read_only().timeout(Duration::from_secs(30));
/// assert!(REPORT.is_read_only());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use]
pub struct TransactionOptions {
    isolation: Option<Isolation>,
    read_only: bool,
    deferrable: bool,
    sqlite: Option<SqliteBegin>,
    durable: bool,
    resolvable: bool,
    timeout: Option<Duration>,
}

impl TransactionOptions {
    /// The database's own defaults.
    pub const fn new() -> Self {
        TransactionOptions {
            isolation: None,
            read_only: false,
            deferrable: false,
            sqlite: None,
            durable: false,
            resolvable: false,
            timeout: None,
        }
    }

    /// How far it is kept apart from others.
    pub const fn isolation(mut self, level: Isolation) -> Self {
        self.isolation = Some(level);
        self
    }

    /// It writes nothing; a write is [`Error::ReadOnly`](crate::Error::ReadOnly). On SQLite it runs beside the one that writes.
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// On PostgreSQL, serializable and read only: it waits for a state in which it can neither fail nor make others fail. Elsewhere
    /// [`Error::Unsupported`](crate::Error::Unsupported).
    pub const fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    /// When SQLite takes its locks. Elsewhere [`Error::Unsupported`](crate::Error::Unsupported).
    pub const fn sqlite(mut self, kind: SqliteBegin) -> Self {
        self.sqlite = Some(kind);
        self
    }

    /// It must not be begun inside another one of the same task or thread, so that what it committed is committed:
    /// [`Error::NestedAcquire`](crate::Error::NestedAcquire) otherwise (Django's `durable`).
    pub const fn durable(mut self) -> Self {
        self.durable = true;
        self
    }

    /// On PostgreSQL, for one more round trip, [`Error::CommitUnknown`](crate::Error::CommitUnknown) carries the transaction's number,
    /// by which the server tells later what became of it. On MySQL [`Error::Unsupported`](crate::Error::Unsupported); on SQLite a
    /// commit is always known.
    pub const fn resolvable(mut self) -> Self {
        self.resolvable = true;
        self
    }

    /// The longest that it may take from its beginning to its commit. Then a statement ends with
    /// [`Error::Timeout`](crate::Error::Timeout), in async code whatever the closure awaits, and everything is rolled back.
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// The same, with a timeout that is no longer than that.
    pub(crate) fn at_most(self, limit: Duration) -> Self {
        TransactionOptions { timeout: Some(self.timeout.map_or(limit, |timeout| timeout.min(limit))), ..self }
    }

    /// The isolation that was asked for.
    #[must_use]
    pub const fn asked_isolation(&self) -> Option<Isolation> {
        self.isolation
    }

    /// Whether it only reads.
    #[must_use]
    pub const fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// Whether it waits for a state in which it cannot fail.
    #[must_use]
    pub const fn is_deferrable(&self) -> bool {
        self.deferrable
    }

    /// When SQLite is to take its locks, if that was said.
    #[must_use]
    pub const fn sqlite_begin(&self) -> Option<SqliteBegin> {
        self.sqlite
    }

    /// Whether it must not be inside another one.
    #[must_use]
    pub const fn is_durable(&self) -> bool {
        self.durable
    }

    /// Whether an unknown commit carries the transaction's number.
    #[must_use]
    pub const fn is_resolvable(&self) -> bool {
        self.resolvable
    }

    /// The longest that it may take.
    #[must_use]
    pub const fn limit(&self) -> Option<Duration> {
        self.timeout
    }
}
