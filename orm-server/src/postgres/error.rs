//! PostgreSQL's errors by their SQLSTATE (its manual, appendix A).

use orm_core::Error;
use orm_core::error::{ConstraintKind, ConstraintViolation};
use sqlx_postgres::PgDatabaseError;

/// The project's error for one of the server's.
pub(crate) fn from_database(error: &PgDatabaseError) -> Error {
    let code = error.code();
    let message = || error.message().to_owned();
    match code {
        "23505" => violation(ConstraintKind::Unique, error),
        "23503" | "23001" => violation(ConstraintKind::ForeignKey, error),
        "23502" => violation(ConstraintKind::NotNull, error),
        "23514" => violation(ConstraintKind::Check, error),
        "23000" | "23P01" => violation(ConstraintKind::Other, error),
        "40001" | "40P01" => Error::Retryable { code: code.to_owned(), message: message() },
        "55P03" => Error::Locked,
        "25006" => Error::ReadOnly,
        "25P02" => Error::TransactionDead,
        "57014" => Error::Interrupted,
        // The server ends or ended the session.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "08000" | "08003" | "08006" | "08P01" => {
            Error::ConnectionLost { message: message() }
        }
        // A value that does not fit what it is for.
        "22001" | "22003" | "22007" | "22008" | "22012" | "22021" | "22P02" | "22P03" | "22P05" | "2201B" => {
            Error::InvalidValue { model: "", field: "", reason: message() }
        }
        _ => Error::Database { code: Some(code.to_owned()), message: message() },
    }
}

/// The same error as one that says to do the transaction again.
pub(crate) fn retryable(error: Error) -> Error {
    match error {
        Error::Database { code: Some(code), message } => Error::Retryable { code, message },
        other => other,
    }
}

fn violation(kind: ConstraintKind, error: &PgDatabaseError) -> Error {
    let columns = match (error.column(), error.detail()) {
        (Some(column), _) => vec![column.to_owned()],
        (None, Some(detail)) => columns_of(detail),
        (None, None) => Vec::new(),
    };
    Error::Constraint(Box::new(ConstraintViolation {
        kind,
        table: error.table().map(str::to_owned),
        columns,
        constraint: error.constraint().map(str::to_owned),
    }))
}

/// The columns that a detail names: `Key (title, author_id)=(…) already exists.` The values behind them are left where they are.
fn columns_of(detail: &str) -> Vec<String> {
    let names = detail.strip_prefix("Key (").and_then(|rest| rest.split_once(")=(")).map(|(names, _)| names);
    names.map_or_else(Vec::new, |names| names.split(", ").map(|name| name.trim_matches('"').to_owned()).collect())
}
