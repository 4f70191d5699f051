//! One connection to a database, and what it remembers.

use std::ops::ControlFlow;
use std::sync::Arc;

use orm_core::connection::Sink;
use orm_core::model::Model;
use orm_core::ops::set_generated;
use orm_core::sql::{Dialect, Insert, SQLITE};
use orm_core::statement::{Compiled, Recorder, Shapes, Statement, Walk, undecodable};
use orm_core::transaction::TransactionOptions;
use orm_core::{Error, Result};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionState};

use crate::bind::bind_all;
use crate::bulk::bind_row;
use crate::error::from_rusqlite;
use crate::interrupt::Brake;
use crate::open;
use crate::options::SqliteOptions;
use crate::prepared::Prepared;
use crate::row::SqliteRow;

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It reads and writes.
    Writer,
    /// It reads; SQLite refuses writes on it.
    Reader,
}

/// One connection to a SQLite database.
///
/// It is the driver's [`Connection`](orm_core::connection::Connection): each of its futures is ready when it is made. The methods that
/// end in `_now` are the same without a future.
pub struct Session {
    open: Option<Box<Open>>,
    /// Why it is not open, to be told once.
    failure: Option<Box<Error>>,
}

struct Open {
    shapes: Shapes,
    connection: Connection,
    brake: Arc<Brake>,
    role: Role,
    /// How many transactions and savepoints are open.
    depth: u32,
    /// Whether the open transaction, on a session that writes, may only read.
    only_reads: bool,
    /// Whether foreign keys are not checked for now, though the options say that they are.
    ignores_foreign_keys: bool,
}

/// The oldest SQLite that is free of the WAL-reset fault.
const OLDEST: (i32, &str) = (3_051_003, "SQLite before 3.51.3");

impl Session {
    /// Opens a database, whose statements are told to the recorder.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a SQLite that is too old; [`Error::Busy`] if another process kept the file locked;
    /// [`Error::Database`] if it cannot be opened.
    pub fn open(options: &SqliteOptions, role: Role, recorder: &Arc<Recorder>) -> Result<Self> {
        if rusqlite::version_number() < OLDEST.0 {
            return Err(Error::Unsupported {
                feature: "a write-ahead log that loses nothing",
                backend: OLDEST.1,
                hint: "link 3.51.3 or later, as the feature `bundled` of rusqlite does",
            });
        }
        let open = Open::new(options, role, recorder).map_err(from_rusqlite)?;
        Ok(Session { open: Some(Box::new(open)), failure: None })
    }

    /// A session that is closed.
    pub(crate) const fn closed() -> Self {
        Session { open: None, failure: None }
    }

    /// A session that could not be opened.
    pub(crate) fn failed(error: Error) -> Self {
        Session { open: None, failure: Some(Box::new(error)) }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.open.is_none()
    }

    /// Closes it, which undoes what is not committed.
    pub(crate) fn close(&mut self) {
        self.open = None;
    }

    /// The open session, to run a statement.
    #[inline]
    fn ready(&mut self) -> Result<&mut Open> {
        match &mut self.open {
            None => Err(self.failure.take().map_or(Error::Closed, |error| *error)),
            Some(open) if open.brake.is_stopped() => Err(Error::Interrupted),
            Some(open) => {
                if open.depth > 0 {
                    open.check_transaction()?;
                }
                Ok(open)
            }
        }
    }

    /// Runs a statement and hands each row to the sink until the sink has enough.
    ///
    /// # Errors
    /// As [`Connection::fetch`](orm_core::connection::Connection::fetch).
    pub fn fetch_now<S: Statement, K: Sink>(&mut self, statement: &S, sink: &mut K) -> Result<()> {
        let open = self.ready()?;
        // Filled in place: it is large, and moving it shows in a short query's time.
        let mut walk = Walk::default();
        statement.walk(&mut walk);
        let found = open.shapes.find(statement, &walk, &SQLITE)?;
        let mut prepared = Prepared::new(&open.connection, &found.compiled.sql, found.keep)?;
        bind_all(&mut prepared, found.compiled, &walk)?;
        let mut rows = prepared.raw_query();
        while let Some(row) = rows.next().map_err(from_rusqlite)? {
            match sink.row(&SqliteRow::new(row)) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => break,
                Err(error) => return Err(undecodable(statement, error)),
            }
        }
        Ok(())
    }

    /// Runs a statement and tells how many rows it matched.
    ///
    /// # Errors
    /// [`Error::Constraint`] and whatever the database reports.
    pub fn execute_now<S: Statement>(&mut self, statement: &S) -> Result<u64> {
        let open = self.ready()?;
        open.execute(statement)
    }

    /// Runs an insert of one row and tells its rowid.
    ///
    /// # Errors
    /// As [`execute_now`](Self::execute_now).
    pub fn insert_now<S: Statement>(&mut self, statement: &S) -> Result<i64> {
        let open = self.ready()?;
        open.execute(statement)?;
        Ok(open.connection.last_insert_rowid())
    }

    /// Inserts rows in their order, by one prepared statement, and gives each its generated key unless they are `keyed`.
    ///
    /// # Errors
    /// As [`execute_now`](Self::execute_now), at the first row that cannot be inserted; those before it are.
    pub fn insert_rows_now<M: Model>(&mut self, rows: &mut [M], keyed: bool) -> Result<()> {
        let open = self.ready()?;
        let Some(first) = rows.first() else { return Ok(()) };
        let found = {
            let insert = Insert::row(first, keyed)?;
            open.shapes.find(&insert, &Walk::of(&insert), &SQLITE)?
        };
        let mut prepared = Prepared::new(&open.connection, &found.compiled.sql, found.keep)?;
        for row in rows {
            bind_row(&mut prepared, &*row, keyed)?;
            prepared.raw_execute().map_err(from_rusqlite)?;
            if !keyed {
                set_generated(row, open.connection.last_insert_rowid())?;
            }
            if open.brake.is_stopped() {
                return Err(Error::Interrupted);
            }
        }
        Ok(())
    }

    /// Runs SQL that binds nothing and gives nothing: one statement or several.
    ///
    /// # Errors
    /// Whatever the database reports.
    pub fn run_script_now(&mut self, sql: &str) -> Result<()> {
        self.ready()?.connection.execute_batch(sql).map_err(from_rusqlite)
    }

    /// The names of the columns of a table, empty if there is no such table.
    ///
    /// # Errors
    /// Whatever the database reports.
    pub fn columns_now(&mut self, table: &str) -> Result<Vec<String>> {
        let open = self.ready()?;
        let names = || -> rusqlite::Result<Vec<String>> {
            let mut columns =
                open.connection.prepare_cached("SELECT name FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid")?;
            columns.query_map([table], |row| row.get(0))?.collect()
        };
        names().map_err(from_rusqlite)
    }

    /// Switches the checks of foreign keys off, or on again where the options say that there are any.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] inside a transaction, where SQLite would pass over it.
    pub fn set_foreign_keys_now(&mut self, on: bool) -> Result<()> {
        let open = self.ready()?;
        if !open.connection.is_autocommit() {
            return Err(Error::InvalidQuery("foreign keys are switched off and on outside of transactions"));
        }
        open.set_foreign_keys(on)
    }

    /// Whether foreign keys are switched off for now.
    pub(crate) fn ignores_foreign_keys(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.ignores_foreign_keys)
    }

    /// Begins a transaction, or a savepoint inside one.
    ///
    /// A writer takes the database's write lock at once, so that no later statement can fail for it; a reader does not.
    ///
    /// # Errors
    /// [`Error::Busy`] if another process holds the lock for longer than the busy timeout.
    pub fn begin_now(&mut self) -> Result<()> {
        self.begin_as(&const { TransactionOptions::new() })
    }

    /// Begins a transaction with these options, or, whatever they are, a savepoint inside one.
    ///
    /// # Errors
    /// As [`begin_now`](Self::begin_now); [`Error::Unsupported`] for what SQLite cannot do.
    pub fn begin_as(&mut self, options: &TransactionOptions) -> Result<()> {
        let open = self.ready()?;
        match open.depth {
            0 => open.begin(options),
            depth => open.run(&format!("SAVEPOINT amphi_{depth}")),
        }?;
        open.depth += 1;
        Ok(())
    }

    /// Commits the innermost transaction or savepoint. Whatever it answers, that level is over: what could not be committed is undone.
    ///
    /// # Errors
    /// [`Error::TransactionDead`] if the database ended the transaction before; [`Error::Constraint`] for a deferred constraint that
    /// does not hold; whatever the database reports.
    pub fn commit_now(&mut self) -> Result<()> {
        let level = self.level()?;
        let done = match self.ready() {
            Ok(open) if level == 0 => open.run("COMMIT"),
            Ok(open) => open.run(&format!("RELEASE amphi_{level}")),
            Err(error) => Err(error),
        };
        match (&done, &mut self.open) {
            (Ok(()), Some(open)) => open.leave_to(level),
            // The first error is the one to tell; a session that cannot roll back is closed when its lease returns.
            _ => drop(self.rollback_now()),
        }
        done
    }

    /// Undoes the innermost transaction or savepoint.
    ///
    /// # Errors
    /// Whatever the database reports; the level is open still.
    pub fn rollback_now(&mut self) -> Result<()> {
        let level = self.level()?;
        let open = self.open.as_deref_mut().ok_or(Error::Closed)?;
        if level == 0 {
            open.brake.set_deadline(None);
        }
        if !open.connection.is_autocommit() {
            match level {
                0 => open.roll_back("ROLLBACK")?,
                _ => {
                    open.roll_back(&format!("ROLLBACK TO amphi_{level}"))?;
                    open.roll_back(&format!("RELEASE amphi_{level}"))?;
                }
            }
        }
        open.leave_to(level);
        Ok(())
    }

    /// The depth around the innermost transaction or savepoint.
    fn level(&self) -> Result<u32> {
        let depth = self.open.as_deref().ok_or(Error::Closed)?.depth;
        depth.checked_sub(1).ok_or(Error::InvalidQuery("no transaction is open"))
    }

    /// Whether a transaction is open.
    #[must_use]
    pub fn in_transaction(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.depth > 0 || !open.connection.is_autocommit())
    }

    /// Whether nobody else can write before the open transaction ends, which is what a lock on rows is here.
    ///
    /// # Errors
    /// [`Error::TransactionRequired`] where no transaction is open, [`Error::ReadOnly`] in one that only reads, and
    /// [`Error::InvalidQuery`] in a deferred one that has not written yet.
    pub fn check_row_lock(&self) -> Result<()> {
        let Some(open) = self.open.as_deref().filter(|_| self.in_transaction()) else {
            return Err(Error::TransactionRequired { call: "select_for_update" });
        };
        if open.role == Role::Reader || open.only_reads || open.connection.is_readonly("main").unwrap_or(false) {
            return Err(Error::ReadOnly);
        }
        match open.connection.transaction_state(Some(rusqlite::MAIN_DB)) {
            Ok(TransactionState::Write) => Ok(()),
            Ok(_) => {
                Err(Error::InvalidQuery("a deferred transaction locks nothing before it writes; begin it as an immediate one"))
            }
            Err(error) => Err(from_rusqlite(error)),
        }
    }

    /// How many transactions and savepoints are open.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.open.as_ref().map_or(0, |open| open.depth)
    }

    /// What the session is for.
    #[must_use]
    pub fn role(&self) -> Role {
        self.open.as_ref().map_or(Role::Reader, |open| open.role)
    }

    /// Undoes whatever is open, so that the session is as new.
    ///
    /// # Errors
    /// Whatever the database reports; the session should be closed then.
    pub fn reset(&mut self) -> Result<()> {
        let Some(open) = &mut self.open else { return Ok(()) };
        open.brake.clear();
        open.brake.set_deadline(None);
        if !open.connection.is_autocommit() {
            open.roll_back("ROLLBACK")?;
        }
        open.leave_to(0);
        open.set_foreign_keys(true)?;
        if open.connection.is_busy() {
            return Err(Error::InvalidQuery("a statement was left running"));
        }
        Ok(())
    }

    /// Runs something that may take about so many instructions of SQLite's machine; `None` if it took more and was interrupted.
    ///
    /// For a short read on a thread that must not be held up: what takes longer is run again elsewhere. It bounds computing, not waiting
    /// for a disk.
    pub fn within_steps<T>(&mut self, steps: u32, run: impl FnOnce(&mut Session) -> T) -> Option<T> {
        let Some(budget) = self.open.as_ref().map(|open| open.brake.allow(steps)) else { return Some(run(self)) };
        let answer = run(self);
        if budget.is_spent() { None } else { Some(answer) }
    }

    /// What an error means here: what was interrupted because the transaction took too long is that.
    pub(crate) fn explained(&self, error: Error) -> Error {
        match (&error, &self.open) {
            (Error::Interrupted, Some(open)) => open.brake.overdue().map_or(error, |limit| Error::timeout("atomic", limit)),
            _ => error,
        }
    }

    pub(crate) fn brake(&self) -> Option<&Arc<Brake>> {
        self.open.as_ref().map(|open| &open.brake)
    }

    /// The SQL of a statement and whether to keep it prepared, for a caller that steps through it by itself.
    pub(crate) fn compile<S: Statement>(&mut self, statement: &S, walk: &Walk<'_>) -> Result<(Arc<Compiled>, bool)> {
        let found = self.ready()?.shapes.find(statement, walk, &SQLITE)?;
        Ok((Arc::clone(found.compiled), found.keep))
    }

    pub(crate) fn connection(&self) -> Result<&Connection> {
        match &self.open {
            Some(open) => Ok(&open.connection),
            None => Err(Error::Closed),
        }
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.open {
            Some(open) => f.debug_struct("Session").field("role", &open.role).field("depth", &open.depth).finish_non_exhaustive(),
            None => f.write_str("Session(closed)"),
        }
    }
}

impl Open {
    fn new(options: &SqliteOptions, role: Role, recorder: &Arc<Recorder>) -> rusqlite::Result<Self> {
        let mut connection = open::connect(options, role)?;
        let brake = Brake::install(&mut connection)?;
        let shapes = Shapes::new(options.statement_cache, recorder);
        Ok(Open { shapes, connection, brake, role, depth: 0, only_reads: false, ignores_foreign_keys: false })
    }

    #[inline]
    fn execute<S: Statement>(&mut self, statement: &S) -> Result<u64> {
        let mut walk = Walk::default();
        statement.walk(&mut walk);
        let found = self.shapes.find(statement, &walk, &SQLITE)?;
        let mut prepared = Prepared::new(&self.connection, &found.compiled.sql, found.keep)?;
        bind_all(&mut prepared, found.compiled, &walk)?;
        let matched = prepared.raw_execute().map_err(from_rusqlite)?;
        Ok(matched as u64)
    }

    /// Switches the checks of foreign keys off, or on again if they were switched off.
    fn set_foreign_keys(&mut self, on: bool) -> Result<()> {
        let enabled = DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY;
        let changes = if on { self.ignores_foreign_keys } else { self.connection.db_config(enabled).map_err(from_rusqlite)? };
        if changes {
            self.connection.set_db_config(enabled, on).map_err(from_rusqlite)?;
            self.ignores_foreign_keys = !on;
        }
        Ok(())
    }

    /// Begins a transaction.
    fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        let sql = SQLITE.begin(options)?;
        let writes = self.role == Role::Writer && !self.connection.is_readonly("main").unwrap_or(false);
        match options.sqlite_begin() {
            // The lock for writing cannot be had where nothing can be written.
            None if !writes => self.run("BEGIN DEFERRED"),
            _ => self.run(&sql),
        }?;
        self.only_reads = options.is_read_only() && self.role == Role::Writer;
        if self.only_reads {
            self.run("PRAGMA query_only = ON")?;
        }
        self.brake.set_deadline(options.limit());
        Ok(())
    }

    /// Whether the transaction is open still, and may go on.
    #[inline]
    fn check_transaction(&self) -> Result<()> {
        // SQLite ends a transaction by itself after some errors: a full disk, an interrupted write.
        if self.connection.is_autocommit() {
            return Err(Error::TransactionDead);
        }
        match self.brake.overdue() {
            Some(limit) => Err(Error::timeout("atomic", limit)),
            None => Ok(()),
        }
    }

    /// Notes that so many transactions and savepoints are open now.
    fn leave_to(&mut self, level: u32) {
        self.depth = level;
        if level > 0 {
            return;
        }
        self.brake.set_deadline(None);
        if std::mem::replace(&mut self.only_reads, false) {
            // It cannot fail but for a connection that is of no use any more, which shows with the next statement.
            let _ = self.roll_back("PRAGMA query_only = OFF");
        }
    }

    /// Runs a statement that binds nothing.
    fn run(&self, sql: &str) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql).map_err(from_rusqlite)?;
        statement.raw_execute().map_err(from_rusqlite)?;
        Ok(())
    }

    /// Runs a statement that must not be kept from running by a stop that meant the work before it.
    fn roll_back(&self, sql: &str) -> Result<()> {
        let mut tries = 3;
        loop {
            tries -= 1;
            match self.run(sql) {
                Err(Error::Interrupted) if tries > 0 => {}
                done => return done,
            }
        }
    }
}
