//! Migrations in both modes: `migrate.run(&db)` blocks, `migrate.a().run(&db).await` does not.

use super::{Applied, History, Migrate, ReadHistory, Steps};
use crate::error::Result;

#[cfg(feature = "sync")]
impl<S: Steps> Migrate<S> {
    /// Brings the database to the target, and tells what was done.
    ///
    /// # Errors
    /// [`Error`](crate::Error) for migrations that do not fit together, that were changed, or that the database refuses. What was
    /// applied before stays applied, and the next run goes on there.
    #[track_caller]
    pub fn run(self, db: &orm_sync::Database) -> Result<Vec<Applied>> {
        db.operate(self)?
    }
}

#[cfg(feature = "async")]
impl<S: Steps> Migrate<S> {
    /// The same for async code.
    #[must_use]
    pub fn a(self) -> AsyncMigrate<S> {
        AsyncMigrate(self)
    }
}

/// [`Migrate`] for async code.
#[cfg(feature = "async")]
#[derive(Debug)]
pub struct AsyncMigrate<S: Steps>(Migrate<S>);

#[cfg(feature = "async")]
impl<S: Steps> AsyncMigrate<S> {
    /// Brings the database to the target, and tells what was done.
    ///
    /// # Errors
    /// As [`Migrate::run`].
    pub async fn run(self, db: &orm_async::AsyncDatabase) -> Result<Vec<Applied>> {
        db.operate(self.0).await?
    }
}

/// What is applied to a database.
///
/// # Errors
/// What the database reports.
#[cfg(feature = "sync")]
#[track_caller]
pub fn history(db: &orm_sync::Database) -> Result<History> {
    Ok(db.operate(ReadHistory)?)
}

/// What is applied to a database, for async code.
///
/// # Errors
/// What the database reports.
#[cfg(feature = "async")]
pub async fn history_a(db: &orm_async::AsyncDatabase) -> Result<History> {
    Ok(db.operate(ReadHistory).await?)
}
