//! The blocking database.

use std::panic::Location;

use orm_core::connection::Metrics;
use orm_core::meta::ModelMeta;
use orm_core::ops::{CreateTables, Operation};
use orm_core::query::{Query, Selectable};
use orm_core::sql::Backend;
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
        Ok(Database { driver: Driver::Server(orm_server::BlockingPool::open(options)?) })
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
        Ok(Database { driver: Driver::Sqlite(orm_sqlite::Pool::open(options)?) })
    }

    /// The database over connections that are there already.
    #[cfg(feature = "sqlite")]
    #[doc(hidden)]
    #[must_use]
    pub fn from_sqlite_pool(pool: orm_sqlite::Pool) -> Database {
        Database { driver: Driver::Sqlite(pool) }
    }

    /// The database over connections that are there already.
    #[cfg(feature = "server")]
    #[doc(hidden)]
    #[must_use]
    pub fn from_server_pool(pool: orm_server::BlockingPool) -> Database {
        Database { driver: Driver::Server(pool) }
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

    /// Creates the tables, constraints and indexes of models, where they are not there already, all or none.
    ///
    /// # Errors
    /// [`Error::Configuration`] if a table is there that was made from another model, and what the database reports.
    #[track_caller]
    pub fn create_tables(&self, models: &[&'static ModelMeta]) -> Result<()> {
        self.run(CreateTables::new(models), Location::caller())
    }

    /// Runs a closure in a transaction: committed if it gives `Ok`, rolled back if it gives `Err` or panics (Django's `atomic`).
    ///
    /// # Errors
    /// The closure's own, or what `BEGIN` and `COMMIT` report.
    #[track_caller]
    pub fn atomic<T, E: From<Error>>(&self, body: impl FnOnce(&Transaction) -> Result<T, E>) -> Result<T, E> {
        guard::check("atomic", Location::caller())?;
        let transaction = Transaction::begin(self)?;
        // A panic drops the transaction, and a dropped transaction is rolled back.
        let outcome = self.driver.inside(|| body(&transaction));
        transaction.finish(outcome)
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
}
