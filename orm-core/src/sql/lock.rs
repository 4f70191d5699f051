//! Locking the rows that a query reads.

use crate::error::{Error, Result};
use crate::query::{Query, RowLock, Strength, Wait};
use crate::sql::{Features, Form, Writer};

/// Refuses a lock on a query of which a database could not tell the rows, or which has none.
pub(super) fn check_lock(query: &Query, form: Form) -> Result<()> {
    let refused = if query.lock.is_none() {
        None
    } else if matches!(form, Form::Count | Form::Exists) {
        Some("`count` and `exists` lock no rows: read the rows, or leave the lock out")
    } else if query.distinct {
        Some("the rows behind distinct values cannot be locked")
    } else {
        None
    };
    refused.map_or(Ok(()), |why| Err(Error::InvalidQuery(why)))
}

/// Refuses a lock on a query that is a part of another statement.
pub(super) fn refuse_lock(query: &Query) -> Result<()> {
    match query.lock {
        None => Ok(()),
        Some(_) => Err(Error::InvalidQuery(
            "a query locks the rows that it reads, not those that it writes or that another query is compared with",
        )),
    }
}

/// Writes how the rows of the query that is being written are locked.
pub(super) fn write_lock(query: &Query, sql: &mut Writer) -> Result<()> {
    let Some(lock) = &query.lock else { return Ok(()) };
    let dialect = sql.dialect();
    let features = dialect.features();
    check_support(lock, features)?;
    let mut tables = vec![0];
    for path in &lock.of {
        let table = sql.plan().table_of_path(path);
        let table = table
            .ok_or(Error::InvalidQuery("a lock is on a relation that the query does not join; load it with `select_related`"))?;
        if sql.plan().is_optional(table) {
            return Err(Error::InvalidQuery(
                "a lock is on a relation that may lead nowhere; filter by a field behind it, such as `isnull(false)`",
            ));
        }
        tables.push(table);
    }
    if !features.locks_rows {
        return Ok(());
    }
    sql.text(match lock.strength {
        Strength::Update => " FOR UPDATE",
        Strength::NoKeyUpdate => " FOR NO KEY UPDATE",
        Strength::Share => dialect.share_lock(),
    });
    if features.locks_of && !sql.plan().joins().is_empty() {
        for (at, table) in tables.into_iter().enumerate() {
            sql.text(if at == 0 { " OF " } else { ", " });
            sql.table_name(table, query.model);
        }
    }
    sql.text(match lock.wait {
        Wait::Forever => "",
        Wait::Not => " NOWAIT",
        Wait::Skip => " SKIP LOCKED",
    });
    Ok(())
}

fn check_support(lock: &RowLock, features: &Features) -> Result<()> {
    let unsupported = |feature, hint| Err(Error::Unsupported { feature, backend: features.name, hint });
    match lock {
        RowLock { wait: Wait::Not, .. } if !features.locks_nowait => {
            unsupported("a lock that does not wait", "its one transaction that writes has waited when it began")
        }
        RowLock { wait: Wait::Skip, .. } if !features.skips_locked => {
            unsupported("leaving out locked rows", "its one transaction that writes has all rows for itself")
        }
        RowLock { strength: Strength::NoKeyUpdate, .. } if !features.locks_no_key => {
            unsupported("a lock that leaves the key free", "lock with `Lock::update()`")
        }
        _ => Ok(()),
    }
}
