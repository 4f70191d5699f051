//! One session with a MySQL or MariaDB server.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use futures_core::stream::BoxStream;
use orm_core::advisory::{AdvisoryWait, unsupported_in_transaction};
use orm_core::connection::Sink;
use orm_core::field::FieldType;
use orm_core::sql::{Dialect, MARIADB, MYSQL};
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
use sqlx_mysql::{MySql, MySqlArguments, MySqlConnectOptions, MySqlConnection, MySqlQueryResult, MySqlRow};

use super::row::{Kind, Reader, kinds};
use super::{bind, error};
use crate::error::{from_connecting, from_sqlx};
use crate::rows::{Answer, Done, drive};

/// What a session is set to: what the server's own settings are must not change what an answer is.
const SETTINGS: &str = "SET time_zone = '+00:00', \
    sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,\
    NO_AUTO_VALUE_ON_ZERO', \
    NAMES utf8mb4 COLLATE utf8mb4_bin";

/// The name of an advisory lock on the server, which has one space of names for all of its databases, tells no capitals from small letters
/// and takes at most 64 characters: the hash of the database's name and the lock's has as many.
macro_rules! lock_name {
    () => {
        "SHA2(CONCAT_WS(0x0A, CAST(DATABASE() AS BINARY), CAST(? AS BINARY)), 256)"
    };
}

/// What a statement answers: its rows, and what it did.
pub(crate) type Answering<'s> = BoxStream<'s, Result<Either<MySqlQueryResult, MySqlRow>, SqlxError>>;

/// A session: the connection, and the SQL of the statements that it has seen.
pub(crate) struct MySqlSession {
    connection: MySqlConnection,
    shapes: Shapes,
    dialect: &'static dyn Dialect,
    /// The server's number of this session, by which another one can end what it does.
    backend: Option<i64>,
    /// How far apart the keys are that the server fills in.
    step: i64,
    /// The server's `max_allowed_packet`: a message has fewer bytes.
    longest_message: usize,
}

impl MySqlSession {
    /// Connects.
    ///
    /// # Errors
    /// [`Error::Connect`].
    pub(crate) async fn open(options: &MySqlConnectOptions, shapes: Shapes) -> Result<Self> {
        let connection = options.connect().await.map_err(from_connecting)?;
        let mut session =
            MySqlSession { connection, shapes, dialect: &MARIADB, backend: None, step: 1, longest_message: usize::MAX };
        session.run_script(SETTINGS).await?;
        let mut version = None;
        let (mut backend, mut step, mut longest) = (None, None, None);
        session
            .send(
                Arc::from("SELECT VERSION(), CONNECTION_ID(), @@auto_increment_increment, @@max_allowed_packet"),
                MySqlArguments::default(),
                false,
                |row| {
                    version = String::decode_nullable(row, 0).unwrap_or_default();
                    backend = i64::decode_nullable(row, 1).unwrap_or_default();
                    step = i64::decode_nullable(row, 2).unwrap_or_default();
                    longest = i64::decode_nullable(row, 3).unwrap_or_default();
                    Ok(ControlFlow::Continue(()))
                },
            )
            .await?;
        if !version.is_some_and(|version| version.contains("MariaDB")) {
            session.dialect = &MYSQL;
        }
        session.backend = backend;
        session.step = step.unwrap_or(1);
        session.longest_message = longest.and_then(|longest| usize::try_from(longest).ok()).unwrap_or(usize::MAX);
        Ok(session)
    }

    /// The SQL that the server speaks.
    pub(crate) fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// The statement by which another session ends one.
    pub(crate) fn killing(&self, backend: i64) -> String {
        format!("KILL {backend}")
    }

    /// Whether an error tells that the server undid the whole transaction by itself: after a deadlock or a stale read.
    pub(crate) fn ends_transaction(&self, error: &Error) -> bool {
        matches!(error, Error::Retryable { code, .. } if code == "1213" || code == "1020")
    }

    /// The server's number of this session.
    pub(crate) fn backend(&self) -> Option<i64> {
        self.backend
    }

    /// How far apart the keys are that the server fills in.
    pub(crate) fn step(&self) -> i64 {
        self.step
    }

    /// Runs a statement and hands its rows to the sink.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn run<S: Statement, K: Sink>(&mut self, statement: &S, sink: &mut K, _: bool) -> Result<Answer> {
        let (compiled, keep, arguments) = self.prepare(statement)?;
        let take = |row: &Reader<'_>| sink.row(row).map_err(|error| undecodable(statement, error));
        let sent = self.send(Arc::clone(&compiled.sql), arguments, keep, take).await;
        sent.map_err(|error| error::placed(error, statement))
    }

    /// Runs a statement, whose rows come as they are asked for.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] and what rendering meets; nothing is sent before the answer is polled.
    pub(crate) fn answer<S: Statement>(&mut self, statement: &S) -> Result<Answering<'_>> {
        let (compiled, keep, arguments) = self.prepare(statement)?;
        Ok(self.start(Arc::clone(&compiled.sql), arguments, keep))
    }

    fn start(&mut self, sql: Arc<str>, arguments: MySqlArguments, keep: bool) -> Answering<'_> {
        let query = query_with::<MySql, _>(AssertSqlSafe(sql), arguments).persistent(keep);
        self.connection.fetch_many(query)
    }

    fn prepare<S: Statement>(&mut self, statement: &S) -> Result<(Arc<Compiled>, bool, MySqlArguments)> {
        let mut walk = Walk::default();
        statement.walk(&mut walk);
        let found = self.shapes.find(statement, &walk, self.dialect)?;
        let (arguments, bytes) = bind::arguments(found.compiled, &walk)?;
        // The server would close the connection, some versions without a word.
        if bytes.max(found.compiled.sql.len() + 1) >= self.longest_message {
            return Err(error::too_long(self.longest_message));
        }
        Ok((Arc::clone(found.compiled), found.keep, arguments))
    }

    async fn send(
        &mut self,
        sql: Arc<str>,
        arguments: MySqlArguments,
        keep: bool,
        mut take: impl FnMut(&Reader<'_>) -> Result<ControlFlow<()>>,
    ) -> Result<Answer> {
        let mut columns: Option<Vec<Kind>> = None;
        let take = |row: &MySqlRow| {
            let kinds = columns.get_or_insert_with(|| kinds(row));
            take(&Reader { row, kinds })
        };
        drive(self.start(sql, arguments, keep), take, |done| Done {
            affected: done.rows_affected(),
            last_id: done.last_insert_id(),
        })
        .await
    }

    /// Runs a statement that binds nothing and gives nothing, by the text protocol.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn run_script(&mut self, sql: &str) -> Result<()> {
        self.connection.execute(raw_sql(AssertSqlSafe(sql))).await.map(drop).map_err(from_sqlx)
    }

    /// Commits.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn commit(&mut self) -> Result<()> {
        self.run_script("COMMIT").await
    }

    /// MySQL has no numbers of transactions that it tells afterwards.
    ///
    /// # Errors
    /// None.
    pub(crate) async fn transaction_id(&mut self) -> Result<Option<TransactionId>> {
        Ok(None)
    }

    /// MySQL does not know what became of a transaction.
    ///
    /// # Errors
    /// [`Error::Unsupported`].
    pub(crate) async fn outcome_of(&mut self, _: TransactionId) -> Result<TransactionOutcome> {
        Err(Error::Unsupported {
            feature: "asking what became of a transaction",
            backend: self.dialect.features().name,
            hint: "write a row of your own in the transaction, and look for it afterwards",
        })
    }

    /// Takes the advisory lock of a name; whether it was free in time.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn advisory_lock(&mut self, name: &str, wait: AdvisoryWait) -> Result<bool> {
        /// What a negative number means differs between servers; this is without end for a session.
        const A_YEAR: f64 = 31_536_000.0;
        let seconds = match wait {
            AdvisoryWait::Forever => A_YEAR,
            AdvisoryWait::Not => 0.0,
            // MySQL counts whole seconds, and waits for none of a part of one.
            AdvisoryWait::AtMost(span) if self.is_mysql() => span.as_secs_f64().ceil().min(A_YEAR),
            AdvisoryWait::AtMost(span) => span.as_secs_f64().min(A_YEAR),
        };
        let bound = [Value::Text(name.into()), Value::F64(seconds)];
        let told = self.number(concat!("SELECT GET_LOCK(", lock_name!(), ", ?)"), &bound).await?;
        told.map(|taken| taken == 1).ok_or_else(|| Error::Database {
            code: None,
            message: "the server could not take the lock: it ran out of memory, or the session was killed".to_owned(),
        })
    }

    /// Lets go of the advisory lock of a name; whether it was held.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn advisory_unlock(&mut self, name: &str) -> Result<bool> {
        let told = self.number(concat!("SELECT RELEASE_LOCK(", lock_name!(), ")"), &[Value::Text(name.into())]).await?;
        Ok(told == Some(1))
    }

    /// MySQL's transactions hold no advisory locks.
    ///
    /// # Errors
    /// [`Error::Unsupported`].
    pub(crate) async fn transaction_lock(&mut self, _: &str, _: bool) -> Result<bool> {
        Err(unsupported_in_transaction(self.dialect.features()))
    }

    /// The statement that lets go of all advisory locks of the session.
    pub(crate) fn releasing(&self) -> &'static str {
        "DO RELEASE_ALL_LOCKS()"
    }

    /// The statement that lets the session's statements take as long as they need, and wait at most so long for locks.
    pub(crate) fn limiting(&self, wait: Duration) -> String {
        // Whole seconds, of which there is at least one.
        let seconds = wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).clamp(1, 31_536_000);
        let unlimited = self.longest_time();
        format!("SET SESSION lock_wait_timeout = {seconds}, innodb_lock_wait_timeout = {seconds}, {unlimited} = 0")
    }

    /// The statement that puts back what [`limiting`](Self::limiting) has set.
    pub(crate) fn unlimiting(&self) -> &'static str {
        match self.longest_time() {
            "max_statement_time" => {
                "SET SESSION lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT, max_statement_time = DEFAULT"
            }
            _ => "SET SESSION lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT, max_execution_time = DEFAULT",
        }
    }

    /// Whether the server is MySQL's own.
    fn is_mysql(&self) -> bool {
        std::ptr::addr_eq(self.dialect, &raw const MYSQL)
    }

    /// What the server calls the longest time that a statement may take.
    fn longest_time(&self) -> &'static str {
        if self.is_mysql() { "max_execution_time" } else { "max_statement_time" }
    }

    /// The number that a query of one column gives.
    async fn number(&mut self, sql: &'static str, bound: &[Value<'_>]) -> Result<Option<i64>> {
        let (arguments, _) = bind::collect(bound.iter().map(Bind::Value))?;
        let mut number = None;
        let take = |row: &Reader<'_>| {
            number = i64::decode_nullable(row, 0).unwrap_or_default();
            Ok(ControlFlow::Continue(()))
        };
        self.send(Arc::from(sql), arguments, false, take).await?;
        Ok(number)
    }

    /// The names of the columns of a table.
    ///
    /// # Errors
    /// What the server reports.
    pub(crate) async fn columns_of(&mut self, table: &'static str) -> Result<Vec<String>> {
        let table = Value::Text(table.into());
        let (arguments, _) = bind::collect(std::iter::once(Bind::Value(&table)))?;
        let sql = "SELECT column_name FROM information_schema.columns \
                   WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position";
        let mut names = Vec::new();
        let take = |row: &Reader<'_>| {
            names.extend(String::decode_nullable(row, 0).unwrap_or_default());
            Ok(ControlFlow::Continue(()))
        };
        self.send(Arc::from(sql), arguments, false, take).await?;
        Ok(names)
    }

    /// Takes leave of the server, which notices a session that is gone either way.
    pub(crate) async fn close(self) {
        let _ = self.connection.close().await;
    }

    /// Asks the server whether it is there.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`].
    pub(crate) async fn ping(&mut self) -> Result<()> {
        self.connection.ping().await.map_err(from_sqlx)
    }
}
