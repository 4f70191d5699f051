//! The session with a server, whichever it is: each call in one place.

use std::sync::Arc;
use std::time::Duration;

use orm_core::Result;
use orm_core::advisory::AdvisoryWait;
use orm_core::connection::Sink;
use orm_core::error::Error;
use orm_core::sql::Dialect;
use orm_core::statement::{Recorder, Shapes, Statement};
use orm_core::transaction::{TransactionId, TransactionOutcome};

use crate::cursor::Incoming;
#[cfg(feature = "mysql")]
use crate::mysql::MySqlSession;
use crate::options::{ServerOptions, Target};
#[cfg(feature = "postgres")]
use crate::postgres::PostgresSession;
use crate::rows::Answer;

/// A session of the server's own kind.
pub(crate) enum Driver {
    #[cfg(feature = "postgres")]
    Postgres(PostgresSession),
    #[cfg(feature = "mysql")]
    MySql(MySqlSession),
}

/// The same for each kind of session.
macro_rules! each {
    ($driver:expr, $session:ident => $work:expr) => {
        match $driver {
            #[cfg(feature = "postgres")]
            Driver::Postgres($session) => $work,
            #[cfg(feature = "mysql")]
            Driver::MySql($session) => $work,
        }
    };
}

impl Driver {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Connect`].
    pub(crate) async fn open(options: &ServerOptions, recorder: &Arc<Recorder>) -> Result<Driver> {
        let shapes = Shapes::new(options.statement_cache, recorder);
        Ok(match &options.target {
            #[cfg(feature = "postgres")]
            Target::Postgres(target) => Driver::Postgres(PostgresSession::open(target, shapes, !options.pooler).await?),
            #[cfg(feature = "mysql")]
            Target::MySql(target) => Driver::MySql(MySqlSession::open(target, shapes).await?),
        })
    }

    /// The SQL that the server speaks.
    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        each!(self, session => session.dialect())
    }

    /// The server's number of the session.
    pub(crate) fn backend(&self) -> Option<i64> {
        each!(self, session => session.backend())
    }

    /// The statement by which another session ends one.
    pub(crate) fn killing(&self, backend: i64) -> String {
        each!(self, session => session.killing(backend))
    }

    /// How far apart the keys are that the server fills in.
    pub(crate) fn step(&self) -> i64 {
        each!(self, session => session.step())
    }

    /// Whether an error tells that the server undid the whole transaction by itself.
    pub(crate) fn ends_transaction(&self, error: &Error) -> bool {
        each!(self, session => session.ends_transaction(error))
    }

    /// Runs a statement and hands its rows to the sink.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn run<S: Statement, K: Sink>(
        &mut self,
        statement: &S,
        sink: &mut K,
        in_transaction: bool,
    ) -> Result<Answer> {
        each!(self, session => session.run(statement, sink, in_transaction).await)
    }

    /// Runs a statement, whose rows come as they are asked for; nothing goes out before.
    ///
    /// # Errors
    /// What rendering meets.
    pub(crate) fn answer<S: Statement>(&mut self, statement: &S) -> Result<Incoming<'_>> {
        Ok(match self {
            #[cfg(feature = "postgres")]
            Driver::Postgres(session) => Incoming::Postgres(session.answer(statement)?),
            #[cfg(feature = "mysql")]
            Driver::MySql(session) => Incoming::MySql(session.answer(statement)?, None),
        })
    }

    /// Runs SQL that binds nothing and gives nothing.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn run_script(&mut self, sql: &str) -> Result<()> {
        each!(self, session => session.run_script(sql).await)
    }

    /// Commits.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn commit(&mut self) -> Result<()> {
        each!(self, session => session.commit().await)
    }

    /// Prepares every statement anew from now on: a change of the tables has broken their plans, as only PostgreSQL tells.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn forget_plans(&mut self) -> Result<()> {
        match self {
            #[cfg(feature = "postgres")]
            Driver::Postgres(session) => session.forget_plans().await,
            #[cfg(feature = "mysql")]
            Driver::MySql(_) => Ok(()),
        }
    }

    /// The number of the transaction that is open, if it has written and its server knows numbers.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn transaction_id(&mut self) -> Result<Option<TransactionId>> {
        each!(self, session => session.transaction_id().await)
    }

    /// What became of a transaction.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where the server does not know; what it reports.
    pub(crate) async fn outcome_of(&mut self, id: TransactionId) -> Result<TransactionOutcome> {
        each!(self, session => session.outcome_of(id).await)
    }

    /// Takes the advisory lock of a name; whether it was free in time.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn advisory_lock(&mut self, name: &str, wait: AdvisoryWait) -> Result<bool> {
        each!(self, session => session.advisory_lock(name, wait).await)
    }

    /// Lets go of the advisory lock of a name; whether it was held.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn advisory_unlock(&mut self, name: &str) -> Result<bool> {
        each!(self, session => session.advisory_unlock(name).await)
    }

    /// Takes the advisory lock of a name for the open transaction; whether it was free.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where a transaction holds none; what the server reports.
    pub(crate) async fn transaction_lock(&mut self, name: &str, waits: bool) -> Result<bool> {
        each!(self, session => session.transaction_lock(name, waits).await)
    }

    /// The statements that let go of all advisory locks of the session.
    pub(crate) fn releasing(&self) -> &'static str {
        each!(self, session => session.releasing())
    }

    /// The statements that let the session's statements take as long as they need, and wait at most so long for locks.
    pub(crate) fn limiting(&self, wait: Duration) -> String {
        each!(self, session => session.limiting(wait))
    }

    /// The statements that put back what [`limiting`](Self::limiting) has set.
    pub(crate) fn unlimiting(&self) -> &'static str {
        each!(self, session => session.unlimiting())
    }

    /// The names of the columns of a table.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn columns_of(&mut self, table: &'static str) -> Result<Vec<String>> {
        each!(self, session => session.columns_of(table).await)
    }

    /// Asks the server whether it is there.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`].
    pub(crate) async fn ping(&mut self) -> Result<()> {
        each!(self, session => session.ping().await)
    }

    /// Takes leave of the server, which notices a session that is gone either way.
    pub(crate) async fn close(self) {
        each!(self, session => session.close().await);
    }
}
