//! An oracle that asks the server itself: who is connected, who is inside a transaction, who holds locks.
//!
//! It has a connection of its own, straight to the server, on a thread of its own; it connects again after the server was away. Each
//! question can be asked by async callers and, as `…_blocking`, by others.

mod link;
mod mariadb;
mod postgres;
mod state;

use std::time::{Duration, Instant};

use tokio::time::sleep;

pub use state::{Lock, Session, State, Who};

use crate::{Error, Kind, Result, block};
use link::{Link, Remote};

/// Rows of text, as the server writes it; `None` is NULL.
pub type Rows = Vec<Vec<Option<String>>>;

/// A connection for asking questions.
#[derive(Debug)]
pub struct Oracle {
    kind: Kind,
    remote: Remote,
    /// Whether MariaDB tells of all transactions and locks.
    sees_all: bool,
}

impl Oracle {
    /// Connects to the server at a URL of [`Server`](crate::Server); its user should be allowed to see everything.
    pub async fn connect(url: &str) -> Result<Self> {
        let remote = Remote::start(Link::new(url)?)?;
        let kind = remote.kind();
        let sees_all = match kind {
            Kind::Postgres => true,
            Kind::MariaDb => mariadb::sees_all(&remote.rows(mariadb::SEES_ALL.into()).await?),
        };
        let this = Self { kind, remote, sees_all };
        this.rows("SELECT 1").await?;
        Ok(this)
    }

    /// As [`connect`](Self::connect), for blocking callers.
    pub fn connect_blocking(url: &str) -> Result<Self> {
        block::on(Self::connect(url))
    }

    /// PostgreSQL or MariaDB.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Runs one statement without parameters and gives back its rows.
    pub async fn rows(&self, sql: &str) -> Result<Rows> {
        self.remote.rows(sql.into()).await
    }

    /// As [`rows`](Self::rows), for blocking callers.
    pub fn rows_blocking(&self, sql: &str) -> Result<Rows> {
        block::on(self.rows(sql))
    }

    /// What these sessions do now. The oracle's own does not count.
    ///
    /// The server is asked for sessions and for locks one after the other; a session at work may change in between.
    pub async fn state(&self, who: &Who) -> Result<State> {
        match self.kind {
            Kind::Postgres => {
                let sessions = postgres::sessions(self.rows(&postgres::sessions_sql(who)).await?);
                let locks = postgres::locks(self.rows(&postgres::locks_sql(who)).await?);
                let connections = number(&self.rows(postgres::CONNECTIONS).await?, 0);
                Ok(State { sessions, locks, prepared_statements: None, connections, unseen: postgres::UNSEEN.into() })
            }
            Kind::MariaDb => {
                let sessions = mariadb::sessions(self.rows(&mariadb::sessions_sql(who, self.sees_all)?).await?);
                let (locks, unseen) = match self.sees_all {
                    true => (mariadb::locks(self.rows(&mariadb::locks_sql(who)?).await?), vec![]),
                    false => (vec![], mariadb::UNSEEN.into()),
                };
                let status = self.rows(mariadb::STATUS).await?;
                let prepared_statements = Some(mariadb::status(&status, "Prepared_stmt_count"));
                let connections = mariadb::status(&status, "Threads_connected");
                Ok(State { sessions, locks, prepared_statements, connections, unseen })
            }
        }
    }

    /// As [`state`](Self::state), for blocking callers.
    pub fn state_blocking(&self, who: &Who) -> Result<State> {
        block::on(self.state(who))
    }

    /// Waits until these sessions are all idle, outside any transaction and without locks; else the error lists who is not. A server that
    /// does not answer is asked again.
    pub async fn wait_until_clean(&self, who: &Who, within: Duration) -> Result<State> {
        let start = Instant::now();
        loop {
            let state = self.state(who).await;
            match state {
                Ok(state) if state.is_clean() => return Ok(state),
                Ok(state) if start.elapsed() >= within => return Err(Error::NotClean { within, offenders: state.offenders() }),
                Err(error) if start.elapsed() >= within => return Err(error),
                _ => sleep(self.interval()).await,
            }
        }
    }

    /// As [`wait_until_clean`](Self::wait_until_clean), for blocking callers.
    pub fn wait_until_clean_blocking(&self, who: &Who, within: Duration) -> Result<State> {
        block::on(self.wait_until_clean(who, within))
    }

    /// Ends a session (`pg_terminate_backend`, `KILL`). Whether there was one.
    pub async fn kill(&self, session: i64) -> Result<bool> {
        match self.kind {
            Kind::Postgres => self.said_yes(&format!("SELECT pg_terminate_backend({session}::int)")).await,
            Kind::MariaDb => mariadb::killed(self.rows(&format!("KILL {session}")).await),
        }
    }

    /// As [`kill`](Self::kill), for blocking callers.
    pub fn kill_blocking(&self, session: i64) -> Result<bool> {
        block::on(self.kill(session))
    }

    /// Ends what a session does now (`pg_cancel_backend`, `KILL QUERY`). Whether there was such a session.
    pub async fn cancel(&self, session: i64) -> Result<bool> {
        match self.kind {
            Kind::Postgres => self.said_yes(&format!("SELECT pg_cancel_backend({session}::int)")).await,
            Kind::MariaDb => mariadb::killed(self.rows(&format!("KILL QUERY {session}")).await),
        }
    }

    /// As [`cancel`](Self::cancel), for blocking callers.
    pub fn cancel_blocking(&self, session: i64) -> Result<bool> {
        block::on(self.cancel(session))
    }

    async fn said_yes(&self, sql: &str) -> Result<bool> {
        Ok(text(self.rows(sql).await?.first(), 0).as_deref() == Some("t"))
    }

    /// InnoDB's own list is made anew only when nobody has looked for a tenth of a second.
    fn interval(&self) -> Duration {
        Duration::from_millis(if self.sees_all { 5 } else { 130 })
    }
}

/// A column of a row.
fn text(row: Option<&Vec<Option<String>>>, column: usize) -> Option<String> {
    row?.get(column)?.clone()
}

/// A number in the first row.
fn number(rows: &Rows, column: usize) -> u64 {
    text(rows.first(), column).and_then(|text| text.parse().ok()).unwrap_or(0)
}
