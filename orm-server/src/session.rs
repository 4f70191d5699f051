//! One session with a server, whichever it is.

mod advisory;

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use orm_core::advisory::AdvisoryWait;
use orm_core::connection::{Connection, Sink};
use orm_core::field::FieldType;
use orm_core::meta::ModelMeta;
use orm_core::model::Model;
use orm_core::ops::set_generated;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::{Dialect, InsertMany};
use orm_core::statement::{Recorder, Statement};
use orm_core::transaction::{TransactionId, TransactionOptions, TransactionOutcome};
use orm_core::{Error, Result};

use crate::cursor::Incoming;
use crate::driver::Driver;
use crate::limits::{Limits, within};
use crate::options::ServerOptions;
use crate::rows::{Answer, Done};

/// One session with a database server: the driver's [`Connection`].
pub struct Session {
    driver: Driver,
    /// How many transactions and savepoints are open.
    depth: u32,
    state: State,
    /// How long a statement, and the open transaction, may take.
    limits: Limits,
    /// How the open transaction was begun.
    options: TransactionOptions,
    /// Whether it may hold an advisory lock.
    locked: bool,
    /// Whether the server may check no foreign keys for now.
    ignores_foreign_keys: bool,
    /// Whether a pooler may change the server's session between two transactions.
    pooled: bool,
    /// When the session has lived long enough.
    pub(crate) expires: Instant,
    /// Since when nobody uses it.
    pub(crate) idle_since: Instant,
    /// Which of the server's lives it belongs to: see [`Core::generation`](crate::pool::Core).
    pub(crate) generation: u64,
    /// The runtime that its socket lives on.
    pub(crate) home: tokio::runtime::Id,
}

/// Whether the next statement can be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ready,
    /// A statement was sent, and its answer not read to the end yet.
    Busy,
    /// The server ended the transaction, by a deadlock: what follows would be committed statement by statement.
    Dead,
    /// The connection is gone, or in the middle of an answer that nobody will read.
    Broken,
}

impl Session {
    /// Connects; the statements are told to the recorder.
    ///
    /// # Errors
    /// [`Error::Connect`] and [`Error::Timeout`].
    pub(crate) async fn open(options: &ServerOptions, generation: u64, recorder: &Arc<Recorder>) -> Result<Session> {
        let home = options.runtime()?;
        let driver = within(Some(options.connect_timeout), "connect", Driver::open(options, recorder)).await?;
        let now = Instant::now();
        Ok(Session {
            driver,
            depth: 0,
            state: State::Ready,
            limits: Limits::new(options.statement_timeout),
            options: TransactionOptions::new(),
            locked: false,
            ignores_foreign_keys: false,
            pooled: options.pooler,
            expires: now + options.lifetime(),
            idle_since: now,
            generation,
            home,
        })
    }

    /// Ends a session on the server, from a session of its own.
    pub(crate) async fn kill(options: &ServerOptions, backend: i64) {
        let Ok(mut session) = Session::open(options, 0, &Recorder::new()).await else { return };
        let sql = session.driver.killing(backend);
        // The session that is meant may have ended by itself.
        let _ = within(Some(options.release_timeout), "cancel", session.driver.run_script(&sql)).await;
        session.close().await;
    }

    /// The server's number of the session.
    pub(crate) fn backend(&self) -> Option<i64> {
        self.driver.backend()
    }

    /// Whether it can serve the next that wants one.
    pub(crate) fn is_clean(&self) -> bool {
        self.state == State::Ready && self.depth == 0 && !self.locked && !self.limits.is_lifted() && !self.ignores_foreign_keys
    }

    /// Whether it is of no use any more.
    pub(crate) fn is_broken(&self) -> bool {
        self.state == State::Broken
    }

    /// Whether the server is at work for it.
    pub(crate) fn is_busy(&self) -> bool {
        self.state == State::Busy
    }

    /// How many transactions and savepoints are open.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Undoes whatever is open, and lets go of what is held.
    ///
    /// # Errors
    /// What the server reports; the session is of no use then.
    pub(crate) async fn reset(&mut self) -> Result<()> {
        if self.is_broken() || self.is_busy() {
            return Err(Error::Closed);
        }
        self.limits.end();
        // Not by our count: whatever was open, the server's answer to this proves that nothing is.
        let done = self.send("ROLLBACK").await;
        match done {
            Ok(()) => {
                self.leave_to(0);
                self.state = State::Ready;
                self.put_back().await.inspect_err(|_| self.state = State::Broken)
            }
            Err(error) => {
                self.state = State::Broken;
                Err(error)
            }
        }
    }

    /// Asks the server whether it is there.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`].
    pub(crate) async fn ping(&mut self) -> Result<()> {
        self.start()?;
        let asked = self.limits.keep("ping", self.driver.ping()).await;
        self.settle(asked)
    }

    /// Takes leave of the server.
    pub(crate) async fn close(self) {
        self.driver.close().await;
    }

    /// The longest that a statement may take.
    pub(crate) fn limit(&self) -> Option<Duration> {
        self.limits.statement()
    }

    /// Runs a query, whose rows come as they are asked for.
    ///
    /// # Errors
    /// What rendering meets; nothing is sent before the answer is polled.
    pub(crate) fn answer<S: Statement>(&mut self, statement: &S) -> Result<Incoming<'_>> {
        self.driver.answer(statement)
    }

    /// Gives up the statements that PostgreSQL has prepared, after a change of a table broke the plan of one.
    ///
    /// # Errors
    /// [`Error::ConnectionLost`].
    pub(crate) async fn forget_plans(&mut self) -> Result<()> {
        self.driver.forget_plans().await
    }

    /// Marks that a statement is on its way.
    pub(crate) fn start(&mut self) -> Result<()> {
        match self.state {
            State::Ready => {
                self.limits.check()?;
                self.state = State::Busy;
                Ok(())
            }
            State::Dead => Err(Error::TransactionDead),
            State::Busy | State::Broken => Err(Error::ConnectionLost { message: "the session was lost earlier".to_owned() }),
        }
    }

    /// Marks that a statement's answer was read to its end, unless it shows that the session or its transaction is lost.
    pub(crate) fn settle<T>(&mut self, outcome: Result<T>) -> Result<T> {
        self.state = match &outcome {
            Err(Error::ConnectionLost { .. } | Error::Timeout { .. }) => State::Broken,
            Err(error) if self.depth > 0 && self.driver.ends_transaction(error) => State::Dead,
            _ => State::Ready,
        };
        outcome
    }

    /// Marks that the rows of a stream have ended.
    pub(crate) fn settle_stream(&mut self, lost: bool) {
        self.state = if lost { State::Broken } else { State::Ready };
    }

    /// Runs a statement; before a pooler in a transaction of its own, because it takes two messages to the server.
    async fn run<S: Statement, K: Sink>(&mut self, statement: &S, sink: &mut K) -> Result<Done> {
        if !self.pooled || self.depth > 0 {
            return self.run_alone(statement, sink).await;
        }
        self.begin().await?;
        match self.run_alone(statement, sink).await {
            Ok(done) => self.commit().await.map(|()| done),
            Err(error) => {
                // The first error is the one to tell; a session that cannot roll back is closed when its lease returns.
                let _ = self.rollback().await;
                Err(error)
            }
        }
    }

    async fn run_alone<S: Statement, K: Sink>(&mut self, statement: &S, sink: &mut K) -> Result<Done> {
        self.start()?;
        let answer = self.limits.keep("statement", self.driver.run(statement, sink, self.depth > 0)).await;
        let Answer { done, failure, cut_short } = self.settle(answer)?;
        if cut_short {
            self.state = State::Broken;
        }
        failure.map_or(Ok(done), Err)
    }

    /// Runs SQL that binds nothing, whatever state the transaction is in.
    async fn send(&mut self, sql: &str) -> Result<()> {
        let done = self.limits.keep("statement", self.driver.run_script(sql)).await;
        if let Err(Error::ConnectionLost { .. } | Error::Timeout { .. }) = &done {
            self.state = State::Broken;
        }
        done
    }

    /// Lets go of what the server keeps for the session beyond a transaction: locks, limits that were lifted, checks that are off.
    async fn put_back(&mut self) -> Result<()> {
        self.release_locks().await?;
        self.put_limits_back().await?;
        self.check_foreign_keys(true).await
    }

    /// Has the server check foreign keys, or not, where that can be said of a session.
    async fn check_foreign_keys(&mut self, on: bool) -> Result<()> {
        if self.dialect().features().defers_constraints || on != self.ignores_foreign_keys {
            return Ok(());
        }
        // Noted before it is sent: whoever goes away meanwhile leaves a session that is put right.
        self.ignores_foreign_keys = true;
        self.run_script(if on { "SET foreign_key_checks = 1" } else { "SET foreign_key_checks = 0" }).await?;
        self.ignores_foreign_keys = !on;
        Ok(())
    }

    /// The depth around the innermost transaction or savepoint.
    fn level(&self) -> Result<u32> {
        self.depth.checked_sub(1).ok_or(Error::InvalidQuery("no transaction is open"))
    }

    async fn commit_outermost(&mut self) -> Result<()> {
        self.start()?;
        let number = if self.options.is_resolvable() {
            self.limits.keep("statement", self.driver.transaction_id()).await
        } else {
            Ok(None)
        };
        let transaction = self.settle(number)?;
        self.start()?;
        let done = self.limits.keep("commit", self.driver.commit()).await;
        match self.settle(done) {
            // There was nothing to commit.
            Err(Error::ConnectionLost { message }) if self.options.is_read_only() => Err(Error::ConnectionLost { message }),
            // Whether the server did it before it was lost nobody can tell from here.
            Err(Error::ConnectionLost { .. } | Error::Timeout { .. }) => Err(Error::CommitUnknown { transaction }),
            done => done,
        }
    }

    /// Notes that so many transactions and savepoints are open now.
    fn leave_to(&mut self, level: u32) {
        self.depth = level;
        if level == 0 {
            self.limits.end();
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("state", &self.state).field("depth", &self.depth).finish_non_exhaustive()
    }
}

/// Takes rows that nobody asked for.
struct Nothing;

impl Sink for Nothing {
    fn row<R: ColumnReader>(&mut self, _: &R) -> Result<ControlFlow<()>, DecodeError> {
        Ok(ControlFlow::Continue(()))
    }
}

/// Takes the keys that the database filled in.
struct Keys(Vec<i64>);

impl Sink for Keys {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.0.push(i64::decode(row, 0)?);
        Ok(ControlFlow::Continue(()))
    }
}

impl Connection for Session {
    fn dialect(&self) -> &'static dyn Dialect {
        self.driver.dialect()
    }

    async fn fetch<S: Statement, K: Sink>(&mut self, statement: &S, sink: &mut K) -> Result<()> {
        self.run(statement, sink).await.map(drop)
    }

    async fn execute<S: Statement>(&mut self, statement: &S) -> Result<u64> {
        Ok(self.run(statement, &mut Nothing).await?.affected)
    }

    async fn insert<S: Statement>(&mut self, statement: &S) -> Result<i64> {
        let mut keys = Keys(Vec::new());
        let done = self.run(statement, &mut keys).await?;
        match keys.0.first() {
            Some(key) => Ok(*key),
            None => Ok(i64::try_from(done.last_id).unwrap_or(i64::MAX)),
        }
    }

    async fn insert_rows<M: Model>(&mut self, rows: &mut [M], keyed: bool) -> Result<()> {
        let dialect = self.dialect();
        let generated = M::META.generated_key && !keyed;
        for chunk in rows.chunks_mut(InsertMany::most_rows(M::META, keyed, dialect).max(1)) {
            let mut keys = Keys(Vec::with_capacity(if generated { chunk.len() } else { 0 }));
            let done = self.run(&InsertMany::of(&*chunk, keyed, dialect)?, &mut keys).await?;
            if !generated {
                continue;
            }
            if keys.0.is_empty() {
                keys.0 = self.counted_keys(done.last_id, chunk.len());
            }
            if keys.0.len() != chunk.len() {
                let message = format!("{} keys came back for {} rows", keys.0.len(), chunk.len());
                return Err(Error::Database { code: None, message });
            }
            for (row, key) in chunk.iter_mut().zip(keys.0) {
                set_generated(row, key)?;
            }
        }
        Ok(())
    }

    async fn run_script(&mut self, sql: &str) -> Result<()> {
        self.start()?;
        let done = self.limits.keep("statement", self.driver.run_script(sql)).await;
        self.settle(done)
    }

    async fn columns_of(&mut self, model: &'static ModelMeta) -> Result<Vec<String>> {
        self.start()?;
        let names = self.limits.keep("statement", self.driver.columns_of(model.table)).await;
        self.settle(names)
    }

    async fn set_foreign_keys(&mut self, on: bool) -> Result<()> {
        if self.depth > 0 {
            return Err(Error::InvalidQuery("foreign keys are switched off and on outside of transactions"));
        }
        self.check_foreign_keys(on).await
    }

    fn in_transaction(&self) -> bool {
        self.depth > 0
    }

    fn check_row_lock(&self) -> Result<()> {
        match self.depth {
            0 => Err(Error::TransactionRequired { call: "select_for_update" }),
            // Not all of the servers refuse all of the locks.
            _ if self.options.is_read_only() => Err(Error::ReadOnly),
            _ => Ok(()),
        }
    }

    async fn begin_with(&mut self, options: &TransactionOptions) -> Result<()> {
        match self.depth {
            0 => {
                let sql = self.dialect().begin(options)?;
                self.limits.begin(options.limit());
                self.options = *options;
                self.run_script(&sql).await
            }
            depth => self.run_script(&format!("SAVEPOINT amphi_{depth}")).await,
        }?;
        self.depth += 1;
        Ok(())
    }

    /// Commits the innermost transaction or savepoint. Whatever it answers, that level is over: what could not be committed is undone.
    async fn commit(&mut self) -> Result<()> {
        let level = self.level()?;
        let done = match level {
            0 => self.commit_outermost().await,
            _ => self.run_script(&format!("RELEASE SAVEPOINT amphi_{level}")).await,
        };
        match &done {
            Ok(()) => self.leave_to(level),
            // The first error is the one to tell; a session that cannot roll back is closed when its lease returns.
            Err(_) => drop(self.rollback().await),
        }
        done
    }

    async fn rollback(&mut self) -> Result<()> {
        let level = self.level()?;
        match (level, self.state) {
            (0, _) => return self.reset().await,
            // The server has undone all levels; only the outermost ends that.
            (_, State::Dead) => {}
            _ => {
                self.send(&format!("ROLLBACK TO SAVEPOINT amphi_{level}")).await?;
                self.send(&format!("RELEASE SAVEPOINT amphi_{level}")).await?;
            }
        }
        self.depth = level;
        Ok(())
    }

    async fn limit_locks(&mut self, wait: Option<Duration>) -> Result<()> {
        match wait {
            Some(wait) => {
                // Before it is sent, so that whatever becomes of the answer, it is put back.
                self.limits.lift(true);
                self.run_script(&self.driver.limiting(wait)).await
            }
            None => self.put_limits_back().await,
        }
    }

    async fn advisory_lock(&mut self, name: &str, wait: AdvisoryWait) -> Result<bool> {
        self.take_lock(name, wait).await
    }

    async fn advisory_unlock(&mut self, name: &str) -> Result<()> {
        self.release_lock(name).await
    }

    async fn transaction_lock(&mut self, name: &str, waits: bool) -> Result<bool> {
        self.take_transaction_lock(name, waits).await
    }

    async fn outcome_of(&mut self, id: TransactionId) -> Result<TransactionOutcome> {
        self.start()?;
        let told = self.limits.keep("statement", self.driver.outcome_of(id)).await;
        self.settle(told)
    }
}

impl Session {
    /// The keys that MySQL filled in for the rows of one statement: the first is told, the others follow in steps.
    fn counted_keys(&self, first: u64, count: usize) -> Vec<i64> {
        let step = self.driver.step();
        let Ok(first) = i64::try_from(first) else { return Vec::new() };
        if first == 0 {
            return Vec::new();
        }
        std::iter::successors(Some(first), |key| key.checked_add(step)).take(count).collect()
    }
}
