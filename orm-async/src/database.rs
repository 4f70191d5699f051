//! The async database.

use orm_core::connection::Metrics;
use orm_core::meta::ModelMeta;
use orm_core::ops::{CreateTables, Operation, OutcomeOf};
use orm_core::query::{Query, Selectable};
use orm_core::sql::Backend;
use orm_core::statement::QueryLog;
use orm_core::transaction::{self, Begins, Retry, TransactionId, TransactionOptions, TransactionOutcome};
use orm_core::{Error, Result};

use crate::driver::Driver;
use crate::handle::sealed::Sealed;
use crate::stream::RowStream;
use crate::transaction::AsyncTransaction;

/// A database for async code. Cheap to clone; clones share its connections. It needs a tokio runtime.
#[derive(Clone, Debug)]
pub struct AsyncDatabase {
    pub(crate) driver: Driver,
}

impl AsyncDatabase {
    /// Connects to the database of a URL: `sqlite://shop.db`, `sqlite::memory:`, `postgres://user@host/shop`, `mysql://user@host/shop`.
    ///
    /// Options stand behind a `?`: `sqlite://shop.db?busy_timeout=2000&readers=8`, `postgres://user@host/shop?max_connections=20`.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a URL or option that is wrong, [`Error::Unsupported`] for a database that this build has no driver
    /// for, [`Error::Database`] if it cannot be opened.
    pub async fn connect(url: &str) -> Result<AsyncDatabase> {
        match Backend::from_url(url)? {
            #[cfg(feature = "sqlite")]
            Backend::Sqlite => AsyncDatabase::open_sqlite(url.parse()?).await,
            #[cfg(feature = "server")]
            Backend::Postgres | Backend::MySql => AsyncDatabase::open_server(url.parse()?).await,
            backend => Err(backend.without_driver()),
        }
    }

    /// Connects to a database server with options set in code.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    #[cfg(feature = "server")]
    pub async fn open_server(options: orm_server::ServerOptions) -> Result<AsyncDatabase> {
        Ok(AsyncDatabase { driver: Driver::Server(orm_server::Pool::open(options).await?) })
    }

    /// Opens an SQLite database with options set in code.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    #[cfg(feature = "sqlite")]
    pub async fn open_sqlite(options: orm_sqlite::SqliteOptions) -> Result<AsyncDatabase> {
        // Opening reads and may write the file: not on a runtime's thread.
        let opened = tokio::task::spawn_blocking(move || orm_sqlite::Pool::open(options)).await;
        let pool = opened.map_err(|_| Error::Database { code: None, message: "opening the database panicked".to_owned() })??;
        Ok(AsyncDatabase { driver: Driver::Sqlite(pool) })
    }

    /// The blocking database over the same settings: on SQLite over the same connections too.
    #[cfg(feature = "sync")]
    #[must_use]
    pub fn blocking(&self) -> orm_sync::Database {
        match &self.driver {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => orm_sync::Database::from_sqlite_pool(pool.clone()),
            #[cfg(feature = "server")]
            Driver::Server(pool) => orm_sync::Database::from_server_pool(pool.blocking()),
        }
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

    /// Writes down the SQL of the queries that the database is sent from now on, until the log is dropped: for tests of what is sent.
    /// `assert_num_queries!` does it around an expression.
    pub fn record_queries(&self) -> QueryLog {
        self.driver.recorder().listen()
    }

    /// Creates the tables, constraints and indexes of models, where they are not there already, all or none.
    ///
    /// # Errors
    /// [`Error::Schema`] if a table is there that was made from another model, and what the database reports.
    pub async fn create_tables(&self, models: &[&'static ModelMeta]) -> Result<()> {
        self.run(CreateTables::new(models)).await
    }

    /// Runs an operation of the core, for the crates around this one.
    ///
    /// # Errors
    /// The operation's own.
    #[doc(hidden)]
    pub async fn operate<O: Operation<Output: 'static> + 'static>(&self, operation: O) -> Result<O::Output> {
        self.run(operation).await
    }

    /// Runs a closure in a transaction: committed if it gives `Ok`, rolled back if it gives `Err`, panics, or is dropped (Django's
    /// `atomic`).
    ///
    /// # Errors
    /// The closure's own, or what `BEGIN` and `COMMIT` report.
    pub async fn atomic<T, E: From<Error>>(&self, body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, E>) -> Result<T, E> {
        self.atomic_with(TransactionOptions::new(), body).await
    }

    /// The same, begun with options: an isolation level, a timeout.
    ///
    /// # Errors
    /// As [`atomic`](Self::atomic); [`Error::Unsupported`] for what the database cannot do.
    pub async fn atomic_with<T, E: From<Error>>(
        &self,
        options: TransactionOptions,
        body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, E>,
    ) -> Result<T, E> {
        transaction::once(self, options, body).await
    }

    /// Runs a closure in a transaction, and once more from its beginning whenever the database gives the transaction up in favour of
    /// another one. Each attempt runs a clone of the closure, which sees which [attempt](AsyncTransaction::attempt) it is; what it does
    /// beside the database is done again too.
    ///
    /// # Errors
    /// Those of the last attempt. [`Error::CommitUnknown`] is never tried again.
    pub async fn atomic_retry<T, E: From<Error>>(
        &self,
        retry: Retry,
        body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, E> + Clone,
    ) -> Result<T, E> {
        transaction::retried(self, retry, body).await
    }

    /// Begins a transaction that its value ends. Where a closure will do, [`atomic`](Self::atomic) is safer: inside it a write that
    /// passes the transaction by is noticed at once, and here when it has waited for as long as it may.
    ///
    /// # Errors
    /// What `BEGIN` reports; [`Error::NestedAcquire`] where it would wait for a connection that its own caller holds.
    pub async fn begin(&self) -> Result<AsyncTransaction> {
        self.begin_with(TransactionOptions::new()).await
    }

    /// The same, begun with options.
    ///
    /// # Errors
    /// As [`begin`](Self::begin); [`Error::Unsupported`] for what the database cannot do.
    pub async fn begin_with(&self, options: TransactionOptions) -> Result<AsyncTransaction> {
        Begins::begin(self, options, 1).await.map(AsyncTransaction::by_hand)
    }

    /// Asks what became of a transaction whose commit got no answer: see
    /// [`resolvable`](orm_core::transaction::TransactionOptions::resolvable).
    ///
    /// # Errors
    /// [`Error::Unsupported`] on any database but PostgreSQL.
    pub async fn outcome_of(&self, transaction: TransactionId) -> Result<TransactionOutcome> {
        self.run(OutcomeOf(transaction)).await
    }

    /// Refuses new work, waits until what runs is done, and closes the connections.
    pub async fn close(&self) {
        match &self.driver {
            #[cfg(feature = "sqlite")]
            Driver::Sqlite(pool) => pool.close(),
            #[cfg(feature = "server")]
            Driver::Server(pool) => pool.close().await,
        }
    }
}

impl Sealed for &AsyncDatabase {
    async fn run<O: Operation<Output: 'static> + 'static>(self, operation: O) -> Result<O::Output> {
        self.driver.run(operation).await
    }

    fn rows<'t, S: Selectable>(self, query: Box<Query>) -> RowStream<'t, S>
    where
        Self: 't,
    {
        RowStream::open(self, query)
    }
}
