//! How each database is told to begin a transaction.

use std::borrow::Cow;

use super::features::Features;
use crate::error::{Error, Result};
use crate::transaction::{Isolation, SqliteBegin, TransactionOptions};

/// SQLite: always serializable. What only reads takes no lock for writing.
pub(super) fn sqlite(options: &TransactionOptions, features: &Features) -> Result<Cow<'static, str>> {
    refuse_deferrable(options, features)?;
    Ok(Cow::Borrowed(match options.sqlite_begin() {
        Some(SqliteBegin::Deferred) => "BEGIN DEFERRED",
        Some(SqliteBegin::Immediate) => "BEGIN IMMEDIATE",
        Some(SqliteBegin::Exclusive) => "BEGIN EXCLUSIVE",
        None if options.is_read_only() => "BEGIN DEFERRED",
        None => "BEGIN IMMEDIATE",
    }))
}

/// PostgreSQL: all in one statement.
pub(super) fn postgres(options: &TransactionOptions, features: &Features) -> Result<Cow<'static, str>> {
    refuse_kinds(options, features)?;
    if options.is_deferrable() && !(options.asked_isolation() == Some(Isolation::Serializable) && options.is_read_only()) {
        return Err(Error::InvalidQuery("a deferrable transaction is serializable and read only: ask for these too"));
    }
    let mut sql = Cow::Borrowed("BEGIN");
    if let Some(level) = options.asked_isolation() {
        sql.to_mut().push_str(" ISOLATION LEVEL ");
        sql.to_mut().push_str(level.sql());
    }
    if options.is_read_only() {
        sql.to_mut().push_str(" READ ONLY");
    }
    if options.is_deferrable() {
        sql.to_mut().push_str(" DEFERRABLE");
    }
    Ok(sql)
}

/// MySQL and MariaDB: the level is set for the next transaction, in the same round trip.
pub(super) fn mysql(options: &TransactionOptions, features: &Features) -> Result<Cow<'static, str>> {
    refuse_kinds(options, features)?;
    refuse_deferrable(options, features)?;
    if options.is_resolvable() {
        return Err(Error::Unsupported {
            feature: "asking what became of a transaction",
            backend: features.name,
            hint: "write a row of your own in the transaction, and look for it afterwards",
        });
    }
    let start = if options.is_read_only() { "START TRANSACTION READ ONLY" } else { "BEGIN" };
    Ok(match options.asked_isolation() {
        None => Cow::Borrowed(start),
        Some(level) => Cow::Owned(format!("SET TRANSACTION ISOLATION LEVEL {}; {start}", level.sql())),
    })
}

fn refuse_deferrable(options: &TransactionOptions, features: &Features) -> Result<()> {
    if !options.is_deferrable() {
        return Ok(());
    }
    Err(Error::Unsupported {
        feature: "a deferrable transaction",
        backend: features.name,
        hint: "a transaction that is read only sees one state of the database, and does not wait for it",
    })
}

fn refuse_kinds(options: &TransactionOptions, features: &Features) -> Result<()> {
    if options.sqlite_begin().is_none() {
        return Ok(());
    }
    Err(Error::Unsupported {
        feature: "SQLite's kinds of transaction",
        backend: features.name,
        hint: "lock rows with `select_for_update`",
    })
}
