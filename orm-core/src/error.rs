//! The one error type of the project, made to be matched.
//!
//! An error carries names, places and the shape of a statement, never a bound value or a password.

use std::fmt;
use std::time::Duration;

use crate::transaction::TransactionId;
use crate::value::Value;

/// What can go wrong between a query and its rows.
///
/// ```
/// use orm_core::Error;
///
/// fn status(error: &Error) -> u16 {
///     match error {
///         Error::DoesNotExist { .. } => 404,
///         error if error.is_unique_violation() => 409,
///         _ => 500,
///     }
/// }
/// assert_eq!(status(&Error::DoesNotExist { model: "Book" }), 404);
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A row was asked for that is not there.
    #[error("no `{model}` matches the query")]
    DoesNotExist {
        /// The model that was asked for.
        model: &'static str,
    },
    /// `get` found more than one row.
    #[error("more than one `{model}` matches a query that may match one")]
    MultipleObjects {
        /// The model that was asked for.
        model: &'static str,
    },
    /// The database refused a write because a constraint would not hold.
    #[error("{0}")]
    Constraint(Box<ConstraintViolation>),
    /// A row was to be deleted that others point at by a foreign key with `on_delete = Protect`. Nothing was deleted.
    #[error("the `{model}` cannot be deleted: {by} points at it and protects it")]
    Protected {
        /// The model whose row was to be deleted.
        model: &'static str,
        /// What points at it.
        by: Box<RowsInTheWay>,
    },
    /// A row was to be deleted that others point at by a foreign key with `on_delete = Restrict`, and not all of them would have been
    /// deleted with it. Nothing was deleted.
    #[error("the `{model}` cannot be deleted: {by} points at it and would stay")]
    Restricted {
        /// The model whose row was to be deleted.
        model: &'static str,
        /// What points at it.
        by: Box<RowsInTheWay>,
    },
    /// A value cannot be stored exactly in its field, or an operand of a query is none: a pattern that is no regular expression, a
    /// computed number that does not fit.
    #[error("invalid value {}: {reason}", subject(model, field))]
    InvalidValue {
        /// The model whose field it is, or an empty string where no field is known.
        model: &'static str,
        /// The field, or an empty string where none is known.
        field: &'static str,
        /// What the field can hold, and what was wrong.
        reason: String,
    },
    /// A column holds something that its field cannot.
    #[error("`{field}` of `{model}` cannot be read: expected {expected}, found {found}")]
    Decode {
        /// The model whose field it is.
        model: &'static str,
        /// The field or output column.
        field: String,
        /// What the field expects.
        expected: &'static str,
        /// What the database holds.
        found: String,
    },
    /// The statement has more bound values than the database takes.
    #[error("the statement binds {got} values, the database takes at most {max}")]
    TooManyParameters {
        /// How many the statement has.
        got: usize,
        /// How many the database takes.
        max: usize,
    },
    /// Conditions or expressions are nested deeper than [`MAX_DEPTH`](crate::expr::MAX_DEPTH).
    #[error("the expression is nested deeper than {max} levels")]
    TooDeep {
        /// The limit.
        max: usize,
    },
    /// The query asks for something that cannot be combined.
    #[error("the query is invalid: {0}")]
    InvalidQuery(&'static str),
    /// The database, or this build, cannot do what was asked.
    #[error("{backend} does not support {feature}: {hint}")]
    Unsupported {
        /// What was asked.
        feature: &'static str,
        /// Which database.
        backend: &'static str,
        /// What to do instead.
        hint: &'static str,
    },
    /// A connection URL or option is wrong.
    #[error("the connection settings are wrong: {0}")]
    Configuration(String),
    /// A model has a table that the database cannot have, or that does not fit what is there.
    #[error("{0}")]
    Schema(String),
    /// A blocking call was made where it would stall an async executor.
    #[error(
        "blocking call `{call}` at {location} inside an async context: use `.a()` with an `AsyncDatabase`, \
         or move the call into `spawn_blocking`"
    )]
    BlockingInAsync {
        /// The call.
        call: &'static str,
        /// Where it was made.
        location: &'static std::panic::Location<'static>,
    },
    /// A relation was loaded lazily, by the `fetch` of a foreign key, through a database that refuses that.
    #[error(
        "a `{model}` is loaded lazily at {location}, which this database refuses: load it with the rows, by `.select_related(..)` in \
         their query, or for rows in hand by `.load_related(..)`"
    )]
    LazyLoad {
        /// The model of the related row.
        model: &'static str,
        /// Where it was asked for.
        location: &'static std::panic::Location<'static>,
    },
    /// No connection became free in time.
    #[error("no connection became free within {waited_ms} ms: {in_use} in use, {waiting} waiting{}", longest(longest_holder))]
    PoolExhausted {
        /// Milliseconds waited.
        waited_ms: u64,
        /// Connections in use.
        in_use: usize,
        /// Callers that wait, this one included.
        waiting: usize,
        /// The call that has held a connection for longest, where it is known, and for how many milliseconds.
        longest_holder: Option<(&'static str, u64)>,
    },
    /// The server could not be reached, or refused the login.
    #[error("no connection to the database: {message}")]
    Connect {
        /// What the server or the network said.
        message: String,
    },
    /// The connection was lost while it was in use. What the statement did, outside a transaction, is not known.
    #[error("the connection to the database was lost: {message}")]
    ConnectionLost {
        /// What the server or the network said.
        message: String,
    },
    /// Something took longer than its deadline; the connection that it ran on was given up.
    #[error("`{call}` took longer than {after_ms} ms")]
    Timeout {
        /// What took so long: `connect`, `statement`, `commit`, `stream`.
        call: &'static str,
        /// The deadline in milliseconds.
        after_ms: u64,
    },
    /// The connection was lost after COMMIT was sent: the transaction may be committed or not. Never retry it blindly.
    #[error("the connection was lost during COMMIT: whether the transaction is committed is not known")]
    CommitUnknown {
        /// Its number, by which PostgreSQL tells later what became of it, if it was begun as
        /// [`resolvable`](crate::transaction::TransactionOptions::resolvable).
        transaction: Option<TransactionId>,
    },
    /// Something was to be written in a transaction, or to a database, that only reads.
    #[error("nothing can be written here: the transaction or the database is read only")]
    ReadOnly,
    /// The database gave the transaction up in favour of another one: a deadlock, a conflict of serializable transactions, a lock that
    /// was not free in time. The whole transaction, done again, may succeed.
    #[error("the transaction should be done again: {message}")]
    Retryable {
        /// The database's code: an SQLSTATE on PostgreSQL, a number on MySQL.
        code: String,
        /// The database's message.
        message: String,
    },
    /// What another transaction or session has locked was to be locked without waiting, or not for longer. Done again, it may succeed.
    #[error("it is locked by another transaction")]
    Locked,
    /// What was asked lasts as long as a transaction, and there is none.
    #[error("`{call}` needs a transaction: run the query on the `tx` of `atomic`")]
    TransactionRequired {
        /// What was asked.
        call: &'static str,
    },
    /// The row was written or deleted by others since it was read: its `version` is another one. Nothing was written.
    #[error("the `{model}` was changed since it was read: reload it with `refresh`, and do the change again")]
    Stale {
        /// The row's model.
        model: &'static str,
    },
    /// What asks for a connection is called by what holds the last one, and would wait for itself: a query through the database inside
    /// `atomic`, or inside a loop over an `iter`. Beside a transaction begun by hand it comes when the time to wait is over.
    #[error(
        "this would wait for a connection that its own caller holds: while a transaction is open use it in place of the database; \
         end an `iter` before the next query, or allow more `readers`"
    )]
    NestedAcquire,
    /// Another process held the database's lock for longer than the busy timeout.
    #[error("the database stayed locked by another process for longer than the busy timeout")]
    Busy,
    /// The statement was interrupted because its caller went away or its deadline passed.
    #[error("the statement was interrupted")]
    Interrupted,
    /// The transaction failed earlier and takes no further statements.
    #[error("the transaction is dead after an earlier error; roll it back and start anew")]
    TransactionDead,
    /// The database is closed.
    #[error("the database is closed")]
    Closed,
    /// Anything else that the database reported.
    #[error("the database reported: {message}")]
    Database {
        /// The database's own code: an extended result code on SQLite, an SQLSTATE on PostgreSQL, a number on MySQL.
        code: Option<String>,
        /// Its message.
        message: String,
    },
}

/// What an invalid value is of: a field, or where none is known, an operand.
fn subject(model: &str, field: &str) -> String {
    if model.is_empty() { "in the query".to_owned() } else { format!("for `{field}` of `{model}`") }
}

/// Who has held a connection for longest, if that is known.
fn longest(holder: &Option<(&'static str, u64)>) -> String {
    holder.map_or_else(String::new, |(call, held_ms)| format!("; `{call}` has held one for {held_ms} ms"))
}

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A span in whole milliseconds, as errors tell it.
#[must_use]
pub fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

impl Error {
    /// That a call took longer than it may.
    #[must_use]
    pub fn timeout(call: &'static str, limit: Duration) -> Error {
        Error::Timeout { call, after_ms: millis(limit) }
    }

    /// Whether a UNIQUE or PRIMARY KEY constraint refused the write.
    #[must_use]
    pub fn is_unique_violation(&self) -> bool {
        self.constraint_kind() == Some(ConstraintKind::Unique)
    }

    /// Whether a foreign key refused the write: its constraint in the database, or its `on_delete` that protects or restricts.
    #[must_use]
    pub fn is_foreign_key_violation(&self) -> bool {
        self.constraint_kind() == Some(ConstraintKind::ForeignKey)
    }

    /// Which kind of constraint refused the write, if one did.
    #[must_use]
    pub fn constraint_kind(&self) -> Option<ConstraintKind> {
        match self {
            Error::Constraint(violation) => Some(violation.kind),
            Error::Protected { .. } | Error::Restricted { .. } => Some(ConstraintKind::ForeignKey),
            _ => None,
        }
    }

    /// Whether it came from the database, so that PostgreSQL would take no further statement of the transaction, and so none is taken
    /// anywhere. A value of a row that its field cannot hold is refused before anything is sent, and does not count.
    #[must_use]
    pub fn kills_transaction(&self) -> bool {
        matches!(
            self,
            Error::Constraint(_)
                | Error::Database { .. }
                | Error::Busy
                | Error::Locked
                | Error::Interrupted
                | Error::Retryable { .. }
                | Error::ConnectionLost { .. }
                | Error::Timeout { .. }
                | Error::ReadOnly
                | Error::InvalidValue { model: "", .. }
        )
    }

    /// Whether the same work, done again from its beginning, may succeed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Error::Busy | Error::Locked | Error::Retryable { .. })
    }
}

/// The rows that keep others from being deleted. Their keys are in the value, and in no message.
#[derive(Clone, PartialEq)]
pub struct RowsInTheWay {
    /// Their model.
    pub model: &'static str,
    /// The foreign key by which they point at what was to be deleted.
    pub field: &'static str,
    /// How many there are.
    pub rows: u64,
    /// The keys of the first of them, at most five.
    pub keys: Vec<Value<'static>>,
}

impl fmt::Display for RowsInTheWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of {} of `{}`", self.field, Rows(self.rows), self.model)
    }
}

impl fmt::Debug for RowsInTheWay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowsInTheWay")
            .field("model", &self.model)
            .field("field", &self.field)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

/// A number of rows in words.
struct Rows(u64);

impl fmt::Display for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { "row" } else { "rows" })
    }
}

/// Which constraint refused a write, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConstraintViolation {
    /// The kind.
    pub kind: ConstraintKind,
    /// The table, where the database names it.
    pub table: Option<String>,
    /// The columns, where the database names them.
    pub columns: Vec<String>,
    /// The constraint's name, where the database names it.
    pub constraint: Option<String>,
}

impl fmt::Display for ConstraintViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} constraint violated", self.kind)?;
        if let Some(constraint) = &self.constraint {
            write!(f, ": `{constraint}`")?;
        }
        if let Some(table) = &self.table {
            write!(f, " on `{table}`")?;
        }
        if !self.columns.is_empty() {
            write!(f, " ({})", self.columns.join(", "))?;
        }
        Ok(())
    }
}

/// The kinds of constraint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// UNIQUE or PRIMARY KEY.
    Unique,
    /// FOREIGN KEY.
    ForeignKey,
    /// NOT NULL.
    NotNull,
    /// CHECK.
    Check,
    /// Any other.
    Other,
}

impl fmt::Display for ConstraintKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ConstraintKind::Unique => "unique",
            ConstraintKind::ForeignKey => "foreign key",
            ConstraintKind::NotNull => "not null",
            ConstraintKind::Check => "check",
            ConstraintKind::Other => "a",
        })
    }
}
