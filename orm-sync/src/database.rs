//! The blocking database.

use std::panic::Location;

use orm_core::connection::{Metrics, ready};
use orm_core::meta::ModelMeta;
use orm_core::ops::{CreateTables, Operation, OutcomeOf};
use orm_core::query::{Query, Selectable};
use orm_core::sql::Backend;
use orm_core::statement::QueryLog;
use orm_core::transaction::{self, Retry, TransactionId, TransactionOptions, TransactionOutcome};
use orm_core::{Error, Result};

use crate::driver::Driver;
use crate::guard;
use crate::handle::sealed::Sealed;
use crate::rows::Rows;
use crate::transaction::Transaction;

/// A database for blocking code. Cheap to clone; clones share its connections.
#[derive(Clone, Debug)]
pub struct Database {
    driver: Driver,
    refuses_lazy: bool,
}

impl Database {
    /// Connects to the database of a URL: `sqlite://shop.db`, `sqlite::memory:`, `postgres://user@host/shop`, `mysql://user@host/shop`.
    ///
    /// Options stand behind a `?`: `sqlite://shop.db?busy_timeout=2000&readers=8`, `postgres://user@host/shop?max_connections=20`.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a URL or option that is wrong, [`Error::Unsupported`] for a database that this build has no driver
    /// for, [`Error::Database`] if it cannot be opened, [`Error::BlockingInAsync`] inside an async context.
    #[track_caller]
    pub fn connect(url: &str) -> Result<Database> {
        guard::check("Database::connect", Location::caller())?;
        match Backend::from_url(url)? {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => Database::from_sqlite(url.parse()?),
            #[cfg(feature = "server")]
            Backend::Postgres | Backend::MySql => Database::from_server(url.parse()?),
            backend => Err(backend.without_driver()),
        }
    }

    /// Connects to a database server with options set in code.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    #[cfg(feature = "server")]
    #[track_caller]
    pub fn open_server(options: orm_server::ServerOptions) -> Result<Database> {
        guard::check("Database::open_server", Location::caller())?;
        Database::from_server(options)
    }

    #[cfg(feature = "server")]
    fn from_server(options: orm_server::ServerOptions) -> Result<Database> {
        Ok(Database::over(Driver::Server(orm_server::BlockingPool::open(options)?)))
    }

    /// Opens an SQLite database with options set in code.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    #[cfg(feature = "sqlite")]
    #[track_caller]
    pub fn open_sqlite(options: orm_sqlite::SqliteOptions) -> Result<Database> {
        guard::check("Database::open_sqlite", Location::caller())?;
        Database::from_sqlite(options)
    }

    #[cfg(feature = "sqlite")]
    fn from_sqlite(options: orm_sqlite::SqliteOptions) -> Result<Database> {
        Ok(Database::over(Driver::Sqlite(orm_sqlite::Pool::open(options)?)))
    }

    fn over(driver: Driver) -> Database {
        let refuses_lazy = driver.refuses_lazy();
        Database { driver, refuses_lazy }
    }

    /// The database over connections that are there already.
    #[cfg(feature = "sqlite")]
    #[doc(hidden)]
    #[must_use]
    pub fn from_sqlite_pool(pool: orm_sqlite::Pool) -> Database {
        Database::over(Driver::Sqlite(pool))
    }

    /// The database over connections that are there already.
    #[cfg(feature = "server")]
    #[doc(hidden)]
    #[must_use]
    pub fn from_server_pool(pool: orm_server::BlockingPool) -> Database {
        Database::over(Driver::Server(pool))
    }

    /// The connections.
    #[doc(hidden)]
    #[must_use]
    pub fn driver(&self) -> &Driver {
        &self.driver
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match &self.driver {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(_) => Backend::Sqlite,
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.backend(),
        }
    }

    /// How the connections are used at this moment.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        match &self.driver {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.metrics(),
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.metrics(),
        }
    }

    /// The same database, by which nothing can be loaded lazily: the `fetch` of a foreign key through it, or in a transaction that it
    /// begins, is [`Error::LazyLoad`]. The option `lazy=error` of the URL says so for all of a program.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # fn main() -> Result<(), orm_core::Error> {
    /// use orm_core::{Error, model::Model, relation::ForeignKey};
    /// use orm_sync::{Database, Fetch};
    ///
    /// fn refused<M: Model>(db: &Database, key: ForeignKey<M>) -> bool {
    ///     matches!(key.fetch(&db.strict_loading()), Err(Error::LazyLoad { .. }))
    /// }
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    #[must_use]
    pub fn strict_loading(&self) -> Database {
        Database { driver: self.driver.clone(), refuses_lazy: true }
    }

    /// Whether lazy loads are refused.
    pub(crate) fn refuses_lazy(&self) -> bool {
        self.refuses_lazy
    }

    /// Writes down the SQL of the queries that the database is sent from now on, until the log is dropped: for tests of what is sent.
    /// `assert_num_queries!` does it around an expression.
    ///
    /// ```
    /// # #[cfg(feature = "sqlite")]
    /// # fn main() -> Result<(), orm_core::Error> {
    /// let db = orm_sync::Database::connect("sqlite::memory:")?;
    /// let log = db.record_queries();
    /// db.atomic(|_| Ok::<_, orm_core::Error>(()))?;
    /// assert!(log.is_empty(), "{log}");
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    pub fn record_queries(&self) -> QueryLog {
        self.driver.recorder().listen()
    }

    /// Creates the tables, constraints and indexes of models, where they are not there already, all or none.
    ///
    /// # Errors
    /// [`Error::Schema`] if a table is there that was made from another model, and what the database reports.
    #[track_caller]
    pub fn create_tables(&self, models: &[&'static ModelMeta]) -> Result<()> {
        self.run(CreateTables::new(models), Location::caller())
    }

    /// Runs an operation of the core, for the crates around this one.
    ///
    /// # Errors
    /// The operation's own.
    #[doc(hidden)]
    #[track_caller]
    pub fn operate<O: Operation>(&self, operation: O) -> Result<O::Output> {
        self.run(operation, Location::caller())
    }

    /// Runs a closure in a transaction: committed if it gives `Ok`, rolled back if it gives `Err` or panics (Django's `atomic`).
    ///
    /// # Errors
    /// The closure's own, or what `BEGIN` and `COMMIT` report.
    #[track_caller]
    pub fn atomic<T, E: From<Error>>(&self, body: impl FnOnce(&Transaction) -> Result<T, E>) -> Result<T, E> {
        self.atomic_as("atomic", TransactionOptions::new(), body, Location::caller())
    }

    /// The same, begun with options: an isolation level, a timeout.
    ///
    /// # Errors
    /// As [`atomic`](Self::atomic); [`Error::Unsupported`] for what the database cannot do.
    #[track_caller]
    pub fn atomic_with<T, E: From<Error>>(
        &self,
        options: TransactionOptions,
        body: impl FnOnce(&Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        self.atomic_as("atomic_with", options, body, Location::caller())
    }

    fn atomic_as<T, E: From<Error>>(
        &self,
        call: &'static str,
        options: TransactionOptions,
        body: impl FnOnce(&Transaction) -> Result<T, E>,
        location: &'static Location<'static>,
    ) -> Result<T, E> {
        guard::check(call, location)?;
        // A panic drops the transaction, and a dropped transaction is rolled back.
        ready(transaction::once(self, options, async |transaction: &Transaction| body(transaction)))
    }

    /// Runs a closure in a transaction, and once more from its beginning whenever the database gives the transaction up in favour of
    /// another one. Each attempt runs a clone of the closure, which sees which [attempt](Transaction::attempt) it is; what it does
    /// beside the database is done again too.
    ///
    /// ```
    /// # use orm_core::Error;
    /// # use orm_core::transaction::Retry;
    /// # #[cfg(feature = "sqlite")]
    /// # fn main() -> Result<(), Error> {
    /// let db = orm_sync::Database::connect("sqlite::memory:")?;
    /// let attempt = db.atomic_retry(Retry::new().attempts(3), |tx| Ok::<_, Error>(tx.attempt()))?;
    /// assert_eq!(attempt, 1);
    /// # Ok(())
    /// # }
    /// # #[cfg(not(feature = "sqlite"))]
    /// # fn main() {}
    /// ```
    ///
    /// # Errors
    /// Those of the last attempt. [`Error::CommitUnknown`] is never tried again.
    #[track_caller]
    pub fn atomic_retry<T, E: From<Error>>(
        &self,
        retry: Retry,
        body: impl FnOnce(&Transaction) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        guard::check("atomic_retry", Location::caller())?;
        ready(transaction::retried(self, retry, async |transaction: &Transaction| body(transaction)))
    }

    /// Begins a transaction that its value ends. Where a closure will do, [`atomic`](Self::atomic) is safer: inside it a write that
    /// passes the transaction by is noticed at once, and here when it has waited for as long as it may.
    ///
    /// # Errors
    /// What `BEGIN` reports; [`Error::NestedAcquire`] where it would wait for a connection that its own caller holds.
    #[track_caller]
    pub fn begin(&self) -> Result<Transaction> {
        guard::check("begin", Location::caller())?;
        self.open_transaction(TransactionOptions::new(), 1).map(Transaction::by_hand)
    }

    /// The same, begun with options.
    ///
    /// # Errors
    /// As [`begin`](Self::begin); [`Error::Unsupported`] for what the database cannot do.
    #[track_caller]
    pub fn begin_with(&self, options: TransactionOptions) -> Result<Transaction> {
        guard::check("begin_with", Location::caller())?;
        self.open_transaction(options, 1).map(Transaction::by_hand)
    }

    /// Asks what became of a transaction whose commit got no answer: see
    /// [`resolvable`](orm_core::transaction::TransactionOptions::resolvable).
    ///
    /// # Errors
    /// [`Error::Unsupported`] on any database but PostgreSQL.
    #[track_caller]
    pub fn outcome_of(&self, transaction: TransactionId) -> Result<TransactionOutcome> {
        self.run(OutcomeOf(transaction), Location::caller())
    }

    /// Refuses new work, and closes the connections once what runs is done.
    pub fn close(&self) {
        match &self.driver {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.close(),
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.close(),
        }
    }
}

impl Sealed for &Database {
    #[inline]
    fn run_unguarded<O: Operation>(self, operation: O) -> Result<O::Output> {
        self.driver.run(operation)
    }

    fn rows_unguarded<S: Selectable>(self, query: Box<Query>) -> Result<Rows<S>> {
        Rows::open(self, query)
    }

    fn refuses_lazy(&self) -> bool {
        Database::refuses_lazy(self)
    }
}
