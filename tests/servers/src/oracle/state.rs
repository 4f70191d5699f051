//! What the oracle says.

use std::fmt::{self, Display};

/// Whose sessions are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// All, except the oracle's own.
    Everybody,
    /// Those whose `application_name`, or `program_name` with MariaDB, begins so.
    Application(String),
    /// Those in a database.
    Database(String),
    /// Those of a user.
    User(String),
    /// Those with these numbers.
    Sessions(Vec<i64>),
}

/// A session of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The process of PostgreSQL, the connection number of MariaDB.
    pub id: i64,
    /// The application's name, if it gave one.
    pub application: String,
    /// The database.
    pub database: String,
    /// The user.
    pub user: String,
    /// What the server calls its state.
    pub state: String,
    /// Whether it waits for its client.
    pub idle: bool,
    /// Whether it is inside a transaction.
    pub in_transaction: bool,
    /// What it does, or did last.
    pub query: String,
}

/// A lock that a session holds: while it is idle, or beyond its transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Whose.
    pub session: i64,
    /// What sort: `relation`, `advisory`, `USER LEVEL LOCK`…
    pub kind: String,
    /// On what.
    pub what: String,
    /// How.
    pub mode: String,
}

/// What some sessions do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The sessions.
    pub sessions: Vec<Session>,
    /// The locks of idle sessions, and those by name of all.
    pub locks: Vec<Lock>,
    /// The prepared statements of the whole server, if it counts them.
    pub prepared_statements: Option<u64>,
    /// The connections of the whole server, with the oracle's own.
    pub connections: u64,
    /// What this server does not tell.
    pub unseen: Vec<&'static str>,
}

impl State {
    /// The sessions inside a transaction.
    pub fn in_transaction(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| session.in_transaction)
    }

    /// The sessions inside a transaction that wait for their client.
    pub fn idle_in_transaction(&self) -> impl Iterator<Item = &Session> {
        self.in_transaction().filter(|session| session.idle)
    }

    /// Whether all sessions are idle, outside any transaction and without locks.
    pub fn is_clean(&self) -> bool {
        self.locks.is_empty() && self.dirty().next().is_none()
    }

    /// A line for each session and lock that is not clean.
    pub fn offenders(&self) -> Vec<String> {
        self.dirty().map(Session::to_string).chain(self.locks.iter().map(Lock::to_string)).collect()
    }

    fn dirty(&self) -> impl Iterator<Item = &Session> {
        self.sessions.iter().filter(|session| session.in_transaction || !session.idle)
    }
}

impl Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, application, database, user, state, in_transaction, query, .. } = self;
        let inside = if *in_transaction { ", in a transaction" } else { "" };
        write!(f, "session {id} ({user}@{database} {application}) is {state}{inside}: {query}")
    }
}

impl Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { session, kind, what, mode } = self;
        write!(f, "session {session} holds a lock: {kind} {what} {mode}")
    }
}
