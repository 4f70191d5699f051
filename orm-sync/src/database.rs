//! The blocking database.

use std::panic::Location;

use orm_core::connection::ready;
use orm_core::meta::ModelMeta;
use orm_core::ops::{CreateTables, Operation};
use orm_core::query::{Query, Selectable};
use orm_core::sql::Backend;
use orm_core::{Error, Result};

use crate::guard;
use crate::handle::sealed::Sealed;
use crate::rows::Rows;
use crate::transaction::Transaction;

/// A database for blocking code. Cheap to clone; clones share its connections.
#[derive(Clone, Debug)]
pub struct Database {
    driver: Driver,
}

#[derive(Clone, Debug)]
pub(crate) enum Driver {
    Sqlite(orm_sqlite::Pool),
}

impl Database {
    /// Connects to the database of a URL: `sqlite://shop.db`, `sqlite::memory:`.
    ///
    /// Options stand behind a `?`: `sqlite://shop.db?busy_timeout=2000&readers=8`.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a URL or option that is wrong, [`Error::Unsupported`] for a database that this build has no driver
    /// for, [`Error::Database`] if it cannot be opened, [`Error::BlockingInAsync`] inside an async context.
    #[track_caller]
    pub fn connect(url: &str) -> Result<Database> {
        guard::check("Database::connect", Location::caller())?;
        match Backend::from_url(url)? {
            Backend::Sqlite => Database::from_sqlite(url.parse()?),
            backend => Err(Error::Unsupported {
                feature: "a connection",
                backend: backend.name(),
                hint: "there is no driver for it in this build; SQLite has one, with the feature `sqlite`",
            }),
        }
    }

    /// Opens an SQLite database with options set in code.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    #[track_caller]
    pub fn open_sqlite(options: orm_sqlite::SqliteOptions) -> Result<Database> {
        guard::check("Database::open_sqlite", Location::caller())?;
        Database::from_sqlite(options)
    }

    fn from_sqlite(options: orm_sqlite::SqliteOptions) -> Result<Database> {
        Ok(Database { driver: Driver::Sqlite(orm_sqlite::Pool::open(options)?) })
    }

    /// The database over connections that are there already.
    #[doc(hidden)]
    #[must_use]
    pub fn from_sqlite_pool(pool: orm_sqlite::Pool) -> Database {
        Database { driver: Driver::Sqlite(pool) }
    }

    /// The connections.
    #[doc(hidden)]
    #[must_use]
    pub fn sqlite_pool(&self) -> &orm_sqlite::Pool {
        let Driver::Sqlite(pool) = &self.driver;
        pool
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match &self.driver {
            Driver::Sqlite(_) => Backend::Sqlite,
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
        let outcome = body(&transaction);
        transaction.finish(outcome)
    }

    /// Refuses new work, and closes the connections once what runs is done.
    pub fn close(&self) {
        match &self.driver {
            Driver::Sqlite(pool) => pool.close(),
        }
    }

    pub(crate) fn driver(&self) -> &Driver {
        &self.driver
    }
}

impl Sealed for &Database {
    #[inline]
    fn run_unguarded<O: Operation>(self, operation: O) -> Result<O::Output> {
        match &self.driver {
            Driver::Sqlite(pool) => {
                let mut lease = pool.acquire_blocking(O::ACCESS)?;
                ready(operation.run(&mut *lease))
            }
        }
    }

    fn rows_unguarded<S: Selectable>(self, query: Box<Query>) -> Result<Rows<S>> {
        Rows::open(self, query)
    }
}
