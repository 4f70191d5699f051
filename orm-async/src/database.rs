//! The async database.

use orm_core::meta::ModelMeta;
use orm_core::ops::{CreateTables, Operation};
use orm_core::query::{Query, Selectable};
use orm_core::sql::Backend;
use orm_core::{Error, Result};

use crate::handle::sealed::Sealed;
use crate::stream::RowStream;
use crate::transaction::AsyncTransaction;

/// A database for async code. Cheap to clone; clones share its connections. It needs a tokio runtime.
#[derive(Clone, Debug)]
pub struct AsyncDatabase {
    pub(crate) driver: Driver,
}

#[derive(Clone, Debug)]
pub(crate) enum Driver {
    Sqlite(orm_sqlite::Pool),
}

impl AsyncDatabase {
    /// Connects to the database of a URL: `sqlite://shop.db`, `sqlite::memory:`.
    ///
    /// Options stand behind a `?`: `sqlite://shop.db?busy_timeout=2000&readers=8`.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a URL or option that is wrong, [`Error::Unsupported`] for a database that this build has no driver
    /// for, [`Error::Database`] if it cannot be opened.
    pub async fn connect(url: &str) -> Result<AsyncDatabase> {
        match Backend::from_url(url)? {
            Backend::Sqlite => AsyncDatabase::open_sqlite(url.parse()?).await,
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
    pub async fn open_sqlite(options: orm_sqlite::SqliteOptions) -> Result<AsyncDatabase> {
        // Opening reads and may write the file: not on a runtime's thread.
        let opened = tokio::task::spawn_blocking(move || orm_sqlite::Pool::open(options)).await;
        let pool = opened.map_err(|_| Error::Database { code: None, message: "opening the database panicked".to_owned() })??;
        Ok(AsyncDatabase { driver: Driver::Sqlite(pool) })
    }

    /// The blocking database over the same connections.
    #[cfg(feature = "sync")]
    #[must_use]
    pub fn blocking(&self) -> orm_sync::Database {
        let Driver::Sqlite(pool) = &self.driver;
        orm_sync::Database::from_sqlite_pool(pool.clone())
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
    pub async fn create_tables(&self, models: &[&'static ModelMeta]) -> Result<()> {
        self.run(CreateTables::new(models)).await
    }

    /// Runs a closure in a transaction: committed if it gives `Ok`, rolled back if it gives `Err`, panics, or is dropped (Django's
    /// `atomic`).
    ///
    /// # Errors
    /// The closure's own, or what `BEGIN` and `COMMIT` report.
    pub async fn atomic<T, E: From<Error>>(&self, body: impl AsyncFnOnce(&AsyncTransaction) -> Result<T, E>) -> Result<T, E> {
        let transaction = AsyncTransaction::begin(self).await?;
        let outcome = body(&transaction).await;
        transaction.finish(outcome).await
    }

    /// Refuses new work, and closes the connections once what runs is done.
    pub fn close(&self) {
        match &self.driver {
            Driver::Sqlite(pool) => pool.close(),
        }
    }
}

impl Sealed for &AsyncDatabase {
    async fn run<O: Operation<Output: 'static> + 'static>(self, operation: O) -> Result<O::Output> {
        match &self.driver {
            Driver::Sqlite(pool) => crate::hop::run(pool, operation).await,
        }
    }

    fn rows<'t, S: Selectable>(self, query: Box<Query>) -> RowStream<'t, S>
    where
        Self: 't,
    {
        RowStream::open(self, query)
    }
}
