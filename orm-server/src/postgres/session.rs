//! One session with a PostgreSQL server.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_core::stream::BoxStream;
use orm_core::advisory::AdvisoryWait;
use orm_core::connection::Sink;
use orm_core::field::FieldType;
use orm_core::row::ColumnReader;
use orm_core::sql::{Dialect, POSTGRES};
use orm_core::statement::{Bind, Compiled, Shapes, Statement, Walk, undecodable};
use orm_core::transaction::{TransactionId, TransactionOutcome};
use orm_core::value::Value;
use orm_core::{Error, Result};
use sqlx_core::Either;
use sqlx_core::connection::{ConnectOptions, Connection};
use sqlx_core::error::Error as SqlxError;
use sqlx_core::executor::Executor;
use sqlx_core::query::query_with;
use sqlx_core::raw_sql::raw_sql;
use sqlx_core::sql_str::AssertSqlSafe;
use sqlx_postgres::{PgArguments, PgConnectOptions, PgConnection, PgQueryResult, PgRow, Postgres};

use super::bind;
use super::error::retryable;
use super::row::Reader;
use crate::error::{from_connecting, from_sqlx, is_broken_plan};
use crate::rows::{Answer, Done, drive};

/// The SQL for what a crash changes: since when the server runs, and which process is the first that it starts after a crash.
macro_rules! server_run {
    () => {
        "(extract(epoch FROM pg_postmaster_start_time()) * 1000000)::bigint::text || '.' || \
         (SELECT min(pid) FROM pg_stat_get_activity(NULL) WHERE datid IS NULL)::text"
    };
}

/// PostgreSQL's code for a value that a function does not take.
const INVALID_PARAMETER: &str = "22023";

/// What a statement answers: its rows, and what it did.
pub(crate) type Answering<'s> = BoxStream<'s, Result<Either<PgQueryResult, PgRow>, SqlxError>>;

/// A session: the connection, and the SQL of the statements that it has seen.
pub(crate) struct PostgresSession {
    connection: PgConnection,
    shapes: Shapes,
    /// Statements stay prepared under a name; not so behind a pooler that changes the server's session between transactions.
    named: bool,
    /// The server's number of this session, by which another one can cancel what it does.
    backend: Option<i64>,
}

impl PostgresSession {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Connect`](orm_core::Error::Connect).
    pub(crate) async fn open(options: &PgConnectOptions, shapes: Shapes, named: bool) -> Result<Self> {
        let connection = options.connect().await.map_err(from_connecting)?;
        let mut session = PostgresSession { connection, shapes, named, backend: None };
        if named {
            let mut backend = None;
            session
                .send(Arc::from("SELECT pg_backend_pid()"), PgArguments::default(), false, |row| {
                    backend = Reader(row).i64(0).unwrap_or_default();
                    Ok(ControlFlow::Continue(()))
                })
                .await?;
            session.backend = backend;
        }
        Ok(session)
    }

    /// The SQL that the server speaks.
    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        &POSTGRES
    }

    /// The statement by which another session ends one.
    pub(crate) fn killing(&self, backend: i64) -> String {
        format!("SELECT pg_terminate_backend({backend})")
    }

    /// How far apart the keys are that the server fills in; it tells each by RETURNING.
    pub(crate) fn step(&self) -> i64 {
        1
    }

    /// Whether an error tells that the server undid the whole transaction by itself, which it never does.
    pub(crate) fn ends_transaction(&self, _: &Error) -> bool {
        false
    }

    /// The server's number of this session.
    pub(crate) fn backend(&self) -> Option<i64> {
        self.backend
    }

    /// Runs a statement and hands its rows to the sink.
    ///
    /// A statement whose plan was broken by a change of its tables (0A000) is prepared anew and run once more, unless a transaction is
    /// open, which the error has ended.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn run<S: Statement, K: Sink>(
        &mut self,
        statement: &S,
        sink: &mut K,
        in_transaction: bool,
    ) -> Result<Answer> {
        let mut prepared_anew = false;
        loop {
            let (compiled, keep, arguments) = self.prepare(statement)?;
            let take = |row: &PgRow| sink.row(&Reader(row)).map_err(|error| undecodable(statement, error));
            match self.send(Arc::clone(&compiled.sql), arguments, keep, take).await {
                Err(error) if is_broken_plan(&error) => {
                    // A failed transaction takes no statements, but it does take leave of them.
                    self.forget_plans().await?;
                    if in_transaction {
                        return Err(retryable(error));
                    }
                    if std::mem::replace(&mut prepared_anew, true) {
                        return Err(error);
                    }
                }
                done => return done,
            }
        }
    }

    /// Gives up the statements that are prepared.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`](orm_core::Error::ConnectionLost).
    pub(crate) async fn forget_plans(&mut self) -> Result<()> {
        self.connection.clear_cached_statements().await.map_err(from_sqlx)
    }

    /// Runs a statement, whose rows come as they are asked for.
    ///
    /// # Errors
    /// [`Error::InvalidValue`](orm_core::Error::InvalidValue) and what rendering meets; nothing is sent before the answer is polled.
    pub(crate) fn answer<S: Statement>(&mut self, statement: &S) -> Result<Answering<'_>> {
        let (compiled, keep, arguments) = self.prepare(statement)?;
        Ok(self.start(Arc::clone(&compiled.sql), arguments, keep))
    }

    fn start(&mut self, sql: Arc<str>, arguments: PgArguments, keep: bool) -> Answering<'_> {
        let query = query_with::<Postgres, _>(AssertSqlSafe(sql), arguments).persistent(keep);
        self.connection.fetch_many(query)
    }

    fn prepare<S: Statement>(&mut self, statement: &S) -> Result<(Arc<Compiled>, bool, PgArguments)> {
        let mut walk = Walk::default();
        statement.walk(&mut walk);
        let found = self.shapes.find(statement, &walk, &POSTGRES)?;
        let arguments = bind::arguments(found.compiled, &walk)?;
        Ok((Arc::clone(found.compiled), found.keep && self.named, arguments))
    }

    async fn send(
        &mut self,
        sql: Arc<str>,
        arguments: PgArguments,
        keep: bool,
        take: impl FnMut(&PgRow) -> Result<ControlFlow<()>>,
    ) -> Result<Answer> {
        drive(self.start(sql, arguments, keep), take, |done| Done { affected: done.rows_affected(), last_id: 0 }).await
    }

    /// Runs statements that bind nothing and give nothing.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn run_script(&mut self, sql: &str) -> Result<()> {
        self.connection.execute(raw_sql(AssertSqlSafe(sql))).await.map(drop).map_err(from_sqlx)
    }

    /// Commits.
    ///
    /// PostgreSQL answers the COMMIT of a failed transaction with a rollback and no error. So a statement goes before it, in the same
    /// round trip, that such a transaction refuses.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn commit(&mut self) -> Result<()> {
        self.run_script("SELECT 1; COMMIT").await
    }

    /// The number of the transaction that is open, if it has written.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn transaction_id(&mut self) -> Result<Option<TransactionId>> {
        const NUMBER: &str = concat!("SELECT pg_current_xact_id_if_assigned()::text || '@' || ", server_run!());
        let told = self.texts(NUMBER, None).await?;
        Ok(told.first().and_then(|number| number.parse().ok()))
    }

    /// What became of a transaction.
    ///
    /// # Errors
    /// What the server reports: it knows nothing of numbers that it has not given yet.
    pub(crate) async fn outcome_of(&mut self, id: TransactionId) -> Result<TransactionOutcome> {
        let run = self.texts(concat!("SELECT ", server_run!()), None).await?;
        let same = run.first().is_some_and(|run| *run == id.server().to_string());
        let told = self.texts("SELECT pg_xact_status($1::text::xid8)", Some(&id.number().to_string())).await;
        let told = match told {
            // A number that it has not given yet: what had it before the crash is lost.
            Err(Error::Database { code: Some(code), .. }) if code == INVALID_PARAMETER && !same => {
                return Ok(TransactionOutcome::RolledBack);
            }
            told => told?,
        };
        Ok(match told.first().map(String::as_str) {
            // A number that was lost in a crash is given again, so whoever has it now, it was undone unless it was committed.
            Some("committed") if same => TransactionOutcome::Committed,
            Some("aborted") => TransactionOutcome::RolledBack,
            Some("in progress") if !same => TransactionOutcome::RolledBack,
            Some("in progress") => TransactionOutcome::InProgress,
            _ => TransactionOutcome::Forgotten,
        })
    }

    /// Takes the advisory lock of a name; whether it was free in time. What is locked is a number, so a name is its hash.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn advisory_lock(&mut self, name: &str, wait: AdvisoryWait) -> Result<bool> {
        const WAIT: &str = "SELECT pg_advisory_lock(hashtextextended($1, 0))::text";
        let AdvisoryWait::AtMost(span) = wait else {
            let wait = wait == AdvisoryWait::Forever;
            return self.told(if wait { WAIT } else { "SELECT pg_try_advisory_lock(hashtextextended($1, 0))::text" }, name).await;
        };
        let most = lock_timeout(span);
        self.run_script(&format!("SET lock_timeout = {most}")).await?;
        let taken = self.told(WAIT, name).await;
        self.run_script("RESET lock_timeout").await?;
        match taken {
            Err(Error::Locked) => Ok(false),
            taken => taken,
        }
    }

    /// Lets go of the advisory lock of a name; whether it was held.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn advisory_unlock(&mut self, name: &str) -> Result<bool> {
        self.told("SELECT pg_advisory_unlock(hashtextextended($1, 0))::text", name).await
    }

    /// Takes the advisory lock of a name for the open transaction; whether it was free.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn transaction_lock(&mut self, name: &str, waits: bool) -> Result<bool> {
        let sql = if waits {
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text"
        } else {
            "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))::text"
        };
        self.told(sql, name).await
    }

    /// The statements that let go of all advisory locks of the session, and of what waiting for one may have left.
    pub(crate) fn releasing(&self) -> &'static str {
        "RESET lock_timeout; SELECT pg_advisory_unlock_all()"
    }

    /// The statements that let the session's statements take as long as they need, and wait at most so long for locks.
    pub(crate) fn limiting(&self, wait: Duration) -> String {
        let most = lock_timeout(wait);
        format!("SET lock_timeout = {most}; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")
    }

    /// The statements that put back what [`limiting`](Self::limiting) has set.
    pub(crate) fn unlimiting(&self) -> &'static str {
        "RESET lock_timeout; RESET statement_timeout; RESET idle_in_transaction_session_timeout"
    }

    /// Whether a function of the server that is given a text answered anything but false.
    async fn told(&mut self, sql: &'static str, text: &str) -> Result<bool> {
        Ok(self.texts(sql, Some(text)).await?.first().is_some_and(|told| told != "false"))
    }

    /// The names of the columns of a table.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn columns_of(&mut self, table: &'static str) -> Result<Vec<String>> {
        let sql = "SELECT column_name::text FROM information_schema.columns \
                   WHERE table_schema = ANY (current_schemas(false)) AND table_name = $1 ORDER BY ordinal_position";
        self.texts(sql, Some(table)).await
    }

    /// The texts that a query of one column gives, which binds at most one text; NULLs are left out.
    async fn texts(&mut self, sql: &'static str, bound: Option<&str>) -> Result<Vec<String>> {
        let bound = bound.map(|text| Value::Text(text.into()));
        let arguments = bind::collect(bound.iter().map(Bind::Value))?;
        let mut texts = Vec::new();
        let take = |row: &PgRow| {
            texts.extend(String::decode_nullable(&Reader(row), 0).unwrap_or_default());
            Ok(ControlFlow::Continue(()))
        };
        self.send(Arc::from(sql), arguments, false, take).await?;
        Ok(texts)
    }

    /// Takes leave of the server, which notices a session that is gone either way.
    pub(crate) async fn close(self) {
        let _ = self.connection.close().await;
    }

    /// Asks the server whether it is there.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`](orm_core::Error::ConnectionLost).
    pub(crate) async fn ping(&mut self) -> Result<()> {
        self.connection.ping().await.map_err(from_sqlx)
    }
}

/// A time as `lock_timeout` takes it, in milliseconds, of which 0 would be without end.
fn lock_timeout(wait: Duration) -> i32 {
    i32::try_from(wait.as_millis()).unwrap_or(i32::MAX).max(1)
}
