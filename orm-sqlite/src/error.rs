//! rusqlite's errors as those of the project.

use orm_core::Error;
use orm_core::error::{ConstraintKind, ConstraintViolation};
use rusqlite::{ErrorCode, ffi};

/// How the message of an error begins that a function raised because of a value that a user gave.
pub(crate) const BAD_VALUE: &str = "amphi: ";

/// The project's error for one of rusqlite's.
#[cold]
pub(crate) fn from_rusqlite(error: rusqlite::Error) -> Error {
    match error {
        rusqlite::Error::SqliteFailure(code, message) => from_code(code, message),
        rusqlite::Error::SqlInputError { error, msg, sql, .. } => from_code(error, Some(format!("{msg} in: {sql}"))),
        other => Error::Database { code: None, message: other.to_string() },
    }
}

fn from_code(error: ffi::Error, message: Option<String>) -> Error {
    match error.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Error::Busy,
        ErrorCode::OperationInterrupted => Error::Interrupted,
        ErrorCode::ReadOnly => Error::ReadOnly,
        ErrorCode::ConstraintViolation => {
            Error::Constraint(Box::new(violation(error.extended_code, &message.unwrap_or_default())))
        }
        _ => {
            let message = message.unwrap_or_else(|| ffi::code_to_str(error.extended_code).to_owned());
            match message.strip_prefix(BAD_VALUE).and_then(|rest| rest.split_once(": ")) {
                Some((_, reason)) => Error::InvalidValue { model: "", field: "", reason: reason.to_owned() },
                None => Error::Database { code: Some(error.extended_code.to_string()), message },
            }
        }
    }
}

/// What a constraint's message tells: `UNIQUE constraint failed: book.title, book.author_id`.
fn violation(code: i32, message: &str) -> ConstraintViolation {
    let kind = match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => {
            ConstraintKind::Unique
        }
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => ConstraintKind::ForeignKey,
        // ON DELETE RESTRICT is a trigger of SQLite's own.
        ffi::SQLITE_CONSTRAINT_TRIGGER if message == "FOREIGN KEY constraint failed" => ConstraintKind::ForeignKey,
        ffi::SQLITE_CONSTRAINT_NOTNULL => ConstraintKind::NotNull,
        ffi::SQLITE_CONSTRAINT_CHECK => ConstraintKind::Check,
        _ => ConstraintKind::Other,
    };
    let mut violation = ConstraintViolation { kind, table: None, columns: Vec::new(), constraint: None };
    let named = message.split_once("constraint failed: ").map(|(_, names)| names);
    match (kind, named) {
        (ConstraintKind::Unique | ConstraintKind::NotNull, Some(names)) => match quoted_index(names) {
            Some(index) => violation.constraint = Some(index.to_owned()),
            None => columns(names, &mut violation),
        },
        (ConstraintKind::Check, Some(name)) => violation.constraint = Some(name.to_owned()),
        // Of a STRICT table: `cannot store TEXT value in INTEGER column book.pages`.
        (ConstraintKind::Other, _) if code == ffi::SQLITE_CONSTRAINT_DATATYPE => {
            if let Some((_, name)) = message.rsplit_once(" column ") {
                columns(name, &mut violation);
            }
        }
        // What a trigger said in RAISE.
        (ConstraintKind::Other, _) if code == ffi::SQLITE_CONSTRAINT_TRIGGER => violation.constraint = Some(message.to_owned()),
        _ => {}
    }
    violation
}

/// A unique index on expressions is told as `index 'name'`.
fn quoted_index(names: &str) -> Option<&str> {
    names.strip_prefix("index '")?.strip_suffix('\'')
}

fn columns(names: &str, violation: &mut ConstraintViolation) {
    for name in names.split(", ") {
        match name.split_once('.') {
            Some((table, column)) => {
                violation.table.get_or_insert_with(|| table.to_owned());
                violation.columns.push(column.to_owned());
            }
            None => violation.columns.push(name.to_owned()),
        }
    }
}
