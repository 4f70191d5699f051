//! sqlx's errors as those of the project.

use orm_core::Error;
use sqlx_core::error::Error as SqlxError;

/// The project's error for one that sqlx met while it ran a statement.
#[cold]
pub(crate) fn from_sqlx(error: SqlxError) -> Error {
    match error {
        SqlxError::Database(error) => from_database(error),
        SqlxError::Io(error) => Error::ConnectionLost { message: error.to_string() },
        SqlxError::Tls(error) => Error::ConnectionLost { message: error.to_string() },
        SqlxError::Protocol(message) => {
            Error::ConnectionLost { message: format!("the server answered what it should not: {message}") }
        }
        SqlxError::Encode(error) => Error::InvalidValue { model: "", field: "", reason: error.to_string() },
        SqlxError::Configuration(error) => Error::Configuration(error.to_string()),
        other => Error::Database { code: None, message: other.to_string() },
    }
}

/// The project's error for one that sqlx met while it connected.
#[cold]
pub(crate) fn from_connecting(error: SqlxError) -> Error {
    match error {
        SqlxError::Configuration(error) => Error::Configuration(error.to_string()),
        SqlxError::Database(error) => Error::Connect { message: error.message().to_owned() },
        other => Error::Connect { message: other.to_string() },
    }
}

fn from_database(error: Box<dyn sqlx_core::error::DatabaseError>) -> Error {
    #[cfg(feature = "postgres")]
    if let Some(error) = error.try_downcast_ref::<sqlx_postgres::PgDatabaseError>() {
        return crate::postgres::from_database(error);
    }
    #[cfg(feature = "mysql")]
    if let Some(error) = error.try_downcast_ref::<sqlx_mysql::MySqlDatabaseError>() {
        return crate::mysql::from_database(error);
    }
    Error::Database { code: error.code().map(|code| code.into_owned()), message: error.message().to_owned() }
}

/// Whether a statement on PostgreSQL was prepared for columns that it would no longer give, because a table has changed since.
pub(crate) fn is_broken_plan(error: &Error) -> bool {
    matches!(error, Error::Database { code: Some(code), message } if code == "0A000" && message.contains("cached plan"))
}
