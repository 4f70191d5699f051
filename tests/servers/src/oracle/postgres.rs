//! The questions for PostgreSQL.

use super::{Lock, Rows, Session, Who};

/// What PostgreSQL does not tell.
pub(super) const UNSEEN: [&str; 1] = ["prepared statements of other sessions"];

/// All connections.
pub(super) const CONNECTIONS: &str = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'";

/// The sessions.
pub(super) fn sessions_sql(who: &Who) -> String {
    format!(
        "SELECT a.pid, a.application_name, a.datname, a.usename, a.state, a.state LIKE 'idle%', \
         a.state LIKE 'idle in transaction%' OR a.xact_start IS NOT NULL OR a.backend_xid IS NOT NULL, a.query \
         FROM pg_stat_activity a WHERE {} ORDER BY a.pid",
        condition(who)
    )
}

/// The locks.
pub(super) fn locks_sql(who: &Who) -> String {
    format!(
        "SELECT a.pid, l.locktype, \
         concat_ws(' ', l.relation::text, l.transactionid::text, l.classid::text, l.objid::text), l.mode \
         FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
         WHERE (a.state LIKE 'idle%' AND l.locktype <> 'virtualxid' OR l.locktype = 'advisory') AND {} ORDER BY a.pid, 2, 3, 4",
        condition(who)
    )
}

/// Reads the answer.
pub(super) fn sessions(rows: Rows) -> Vec<Session> {
    rows.into_iter().map(session).collect()
}

fn session(row: Vec<Option<String>>) -> Session {
    let mut columns = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || columns.next().unwrap_or_default();
    Session {
        id: next().parse().unwrap_or_default(),
        application: next(),
        database: next(),
        user: next(),
        state: next(),
        idle: next() == "t",
        in_transaction: next() == "t",
        query: next(),
    }
}

/// Reads the answer.
pub(super) fn locks(rows: Rows) -> Vec<Lock> {
    rows.into_iter().map(lock).collect()
}

/// Reads a lock: its columns are in the same order for both servers.
pub(super) fn lock(row: Vec<Option<String>>) -> Lock {
    let mut columns = row.into_iter().map(Option::unwrap_or_default);
    let mut next = || columns.next().unwrap_or_default();
    Lock { session: next().parse().unwrap_or_default(), kind: next(), what: next(), mode: next() }
}

fn condition(who: &Who) -> String {
    let who = match who {
        Who::Everybody => "true".into(),
        Who::Application(prefix) => format!("starts_with(a.application_name, {})", quote(prefix)),
        Who::Database(name) => format!("a.datname = {}", quote(name)),
        Who::User(name) => format!("a.usename = {}", quote(name)),
        Who::Sessions(ids) => format!("a.pid = ANY('{{{}}}'::int[])", list(ids)),
    };
    // A session that is just logging in has no state yet.
    format!("a.pid <> pg_backend_pid() AND a.backend_type = 'client backend' AND a.state IS NOT NULL AND {who}")
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Numbers with commas.
pub(super) fn list(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}
