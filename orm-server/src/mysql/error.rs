//! MySQL's and MariaDB's errors by their numbers.

use orm_core::Error;
use orm_core::error::{ConstraintKind, ConstraintViolation};
use orm_core::statement::Statement;
use sqlx_mysql::MySqlDatabaseError;

/// The project's error for one of the server's.
pub(crate) fn from_database(error: &MySqlDatabaseError) -> Error {
    let number = error.number();
    let message = || error.message().to_owned();
    let code = || number.to_string();
    match number {
        // ER_DUP_ENTRY and its kin.
        1062 | 1169 | 1557 | 1586 | 1859 => violation(ConstraintKind::Unique, unique_key(error.message())),
        // ER_NO_REFERENCED_ROW, ER_ROW_IS_REFERENCED, of old and new.
        1216 | 1217 | 1451 | 1452 => violation(ConstraintKind::ForeignKey, foreign_key(error.message())),
        // ER_BAD_NULL_ERROR, ER_NO_DEFAULT_FOR_FIELD.
        1048 | 1364 => violation(ConstraintKind::NotNull, (None, None, quoted(error.message(), '\''))),
        // ER_CHECK_CONSTRAINT_VIOLATED, ER_CONSTRAINT_FAILED of MariaDB.
        3819 => violation(ConstraintKind::Check, (None, quoted(error.message(), '\''), None)),
        4025 => violation(ConstraintKind::Check, (None, quoted(error.message(), '`'), None)),
        // A deadlock, a wait for a lock that was too long, a row that changed since it was read, and a deadlock again: where the one who
        // gives way waits for the lock by which keys are filled in, that is ER_AUTOINC_READ_FAILED.
        1213 | 1205 | 1020 | 1467 => Error::Retryable { code: code(), message: message() },
        // ER_LOCK_NOWAIT of MySQL; MariaDB says 1205.
        3572 => Error::Locked,
        // ER_OPTION_PREVENTS_STATEMENT of `--read-only`, ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ER_READ_ONLY_MODE.
        1290 | 1792 | 1836 => Error::ReadOnly,
        // Killed, or out of time.
        1317 | 1969 | 3024 => Error::Interrupted,
        // The server goes, or has gone.
        1053 | 1927 | 2006 | 2013 => Error::ConnectionLost { message: message() },
        // A value that does not fit what it is for: length, range, form, a regular expression, the size of a packet.
        1139 | 1153 | 1264 | 1265 | 1292 | 1366 | 1406 | 1411 | 1426 | 1690 | 1916 | 3140 | 3141 | 3685..=3700 => {
            Error::InvalidValue { model: "", field: "", reason: without_value(error.message()) }
        }
        _ => Error::Database { code: Some(code()), message: message() },
    }
}

/// The error for a statement whose text or values are more than the server takes in one message.
#[cold]
pub(crate) fn too_long(longest: usize) -> Error {
    let reason = format!("the statement and its values are longer than the server's `max_allowed_packet` of {longest} bytes");
    Error::InvalidValue { model: "", field: "", reason }
}

/// The table, the constraint and the column, as far as they are known.
type Place = (Option<String>, Option<String>, Option<String>);

fn violation(kind: ConstraintKind, (table, constraint, column): Place) -> Error {
    Error::Constraint(Box::new(ConstraintViolation { kind, table, columns: column.into_iter().collect(), constraint }))
}

/// `Duplicate entry 'x' for key 'book.title'`; MariaDB leaves the table out.
fn unique_key(message: &str) -> Place {
    let Some((_, key)) = message.rsplit_once(" for key ") else { return (None, None, None) };
    let key = key.trim_matches('\'');
    match key.split_once('.') {
        Some((table, key)) => (Some(table.to_owned()), Some(key.to_owned()), None),
        None => (None, Some(key.to_owned()), None),
    }
}

/// ``… a foreign key constraint fails (`shop`.`book`, CONSTRAINT `book_author_fkey` FOREIGN KEY (`author_id`) …``.
fn foreign_key(message: &str) -> Place {
    let table =
        message.split_once("fails (`").and_then(|(_, rest)| rest.split_once("`.`")).and_then(|(_, rest)| rest.split_once('`'));
    let after = |mark: &str| {
        let (_, rest) = message.split_once(mark)?;
        rest.split_once('`').map(|(name, _)| name.to_owned())
    };
    (table.map(|(table, _)| table.to_owned()), after("CONSTRAINT `"), after("FOREIGN KEY (`"))
}

/// The first name in quotes.
fn quoted(message: &str, quote: char) -> Option<String> {
    message.split(quote).nth(1).map(str::to_owned)
}

/// A message such as `Incorrect date value: 'x' for column …` without the value in it.
fn without_value(message: &str) -> String {
    match message.split_once(": '") {
        Some((what, rest)) => match rest.rsplit_once("' for ") {
            Some((_, place)) => format!("{what} for {place}"),
            None => what.to_owned(),
        },
        None => message.to_owned(),
    }
}

/// The same error with what the server did not tell: that the statement was not to wait, the table of a model, and the column of a unique
/// key that has the column's name.
pub(crate) fn placed<S: Statement>(error: Error, statement: &S) -> Error {
    if matches!(&error, Error::Retryable { code, .. } if code == "1205") && !statement.waits() {
        return Error::Locked;
    }
    let Some(model) = statement.model() else { return error };
    let Error::Constraint(mut violation) = error else { return error };
    if violation.kind == ConstraintKind::Unique && violation.columns.is_empty() {
        let key = violation.constraint.as_deref();
        let named = |field: &&orm_core::meta::FieldMeta| Some(field.column) == key;
        if key == Some("PRIMARY") {
            violation.columns.extend(model.key_fields().map(|field| field.column.to_owned()));
        } else {
            violation.columns.extend(model.fields.iter().find(named).map(|field| field.column.to_owned()));
        }
    }
    violation.table.get_or_insert_with(|| model.table.to_owned());
    Error::Constraint(violation)
}
