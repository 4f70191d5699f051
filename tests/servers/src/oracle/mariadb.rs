//! The questions for MariaDB and MySQL.

use super::{Lock, Rows, Session, Who, postgres::list, text};
use crate::{Error, Kind, Result};

/// What a server without its performance schema does not tell.
pub(super) const UNSEEN: [&str; 2] = ["locks", "transactions that InnoDB has not heard of"];

/// Whether the performance schema tells of transactions and locks.
pub(super) const SEES_ALL: &str = "SELECT count(*) FROM performance_schema.setup_instruments \
     WHERE NAME IN ('transaction', 'wait/lock/metadata/sql/mdl') AND ENABLED = 'YES' AND @@performance_schema AND EXISTS \
     (SELECT 1 FROM performance_schema.setup_consumers WHERE NAME = 'events_transactions_current' AND ENABLED = 'YES')";

/// Counts of the whole server.
pub(super) const STATUS: &str = "SHOW GLOBAL STATUS WHERE Variable_name IN ('Prepared_stmt_count', 'Threads_connected')";

/// Reads the answer.
pub(super) fn sees_all(rows: &Rows) -> bool {
    super::number(rows, 0) == 2
}

/// Reads a count.
pub(super) fn status(rows: &Rows, name: &str) -> u64 {
    let row = rows.iter().find(|row| text(Some(row), 0).as_deref() == Some(name));
    text(row, 1).and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// The sessions.
pub(super) fn sessions_sql(who: &Who, sees_all: bool) -> Result<String> {
    let (inside, application, joins) = match sees_all {
        true => (
            "e.STATE = 'ACTIVE'",
            "(SELECT s.ATTR_VALUE FROM performance_schema.session_connect_attrs s WHERE s.PROCESSLIST_ID = p.ID AND s.ATTR_NAME = 'program_name')",
            "LEFT JOIN performance_schema.threads t ON t.PROCESSLIST_ID = p.ID \
             LEFT JOIN performance_schema.events_transactions_current e ON e.THREAD_ID = t.THREAD_ID",
        ),
        false => ("x.trx_id IS NOT NULL", "NULL", "LEFT JOIN information_schema.INNODB_TRX x ON x.trx_mysql_thread_id = p.ID"),
    };
    Ok(format!(
        "SELECT p.ID, {application}, p.DB, p.USER, p.COMMAND, coalesce({inside}, 0), p.INFO FROM information_schema.PROCESSLIST p {joins} \
         WHERE {} ORDER BY p.ID",
        condition(who, sees_all)?
    ))
}

/// The locks of idle sessions, and those by name of all.
pub(super) fn locks_sql(who: &Who) -> Result<String> {
    Ok(format!(
        "SELECT p.ID, l.OBJECT_TYPE, concat_ws('.', l.OBJECT_SCHEMA, l.OBJECT_NAME), l.LOCK_TYPE FROM performance_schema.metadata_locks l \
         JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID \
         JOIN information_schema.PROCESSLIST p ON p.ID = t.PROCESSLIST_ID \
         WHERE l.LOCK_STATUS = 'GRANTED' AND (p.COMMAND = 'Sleep' OR l.OBJECT_TYPE = 'USER LEVEL LOCK') AND {} ORDER BY 1, 2, 3, 4",
        condition(who, true)?
    ))
}

/// Reads the answer.
pub(super) fn sessions(rows: Rows) -> Vec<Session> {
    rows.into_iter().map(session).collect()
}

fn session(row: Vec<Option<String>>) -> Session {
    let mut columns = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || columns.next().unwrap_or_default();
    let (id, application, database, user, state) = (next(), next(), next(), next(), next());
    Session {
        id: id.parse().unwrap_or_default(),
        application,
        database,
        user,
        idle: state == "Sleep",
        state,
        in_transaction: next() == "1",
        query: next(),
    }
}

/// Reads the answer.
pub(super) fn locks(rows: Rows) -> Vec<Lock> {
    rows.into_iter().map(super::postgres::lock).collect()
}

/// Whether a session was there to be killed.
pub(super) fn killed(result: Result<Rows>) -> Result<bool> {
    match result {
        Ok(_) => Ok(true),
        // No such thread.
        Err(Error::MariaDb(mysql_async::Error::Server(error))) if error.code == 1094 => Ok(false),
        Err(error) => Err(error),
    }
}

fn condition(who: &Who, sees_all: bool) -> Result<String> {
    let who = match who {
        Who::Everybody => "1".into(),
        Who::Application(_) if !sees_all => {
            return Err(Error::Failed { what: format!("asking {}", Kind::MariaDb), why: "its performance schema is off".into() });
        }
        Who::Application(prefix) => format!(
            "p.ID IN (SELECT s.PROCESSLIST_ID FROM performance_schema.session_connect_attrs s \
             WHERE s.ATTR_NAME = 'program_name' AND left(s.ATTR_VALUE, {}) = {})",
            prefix.chars().count(),
            quote(prefix)
        ),
        Who::Database(name) => format!("p.DB = {}", quote(name)),
        Who::User(name) => format!("p.USER = {}", quote(name)),
        Who::Sessions(ids) if ids.is_empty() => "0".into(),
        Who::Sessions(ids) => format!("p.ID IN ({})", list(ids)),
    };
    // A server's own threads are no sessions; one that is just logging in is none yet.
    Ok(format!(
        "p.ID <> CONNECTION_ID() AND p.COMMAND NOT IN ('Daemon', 'Connect') AND p.USER NOT IN ('system user', 'event_scheduler') AND {who}"
    ))
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
