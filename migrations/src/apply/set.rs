//! The migrations of a program, ready to be applied.

use std::path::Path;
use std::sync::Arc;

use super::{Migrate, NoSteps, Steps};
use crate::error::Result;
use crate::file;
use crate::graph::Graph;
use crate::migration::Migration;

/// The migrations of a program, read once.
///
/// ```
/// use orm_migrations::Migrations;
///
/// // In a program: `Migrations::embedded(amphi::embed_migrations!())?`.
/// let migrations = Migrations::embedded(&[("0001_initial.toml", "app = \"shop\"\n")])?;
/// assert_eq!(migrations.graph()?.iter().count(), 1);
/// # Ok::<(), orm_migrations::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Migrations {
    all: Arc<[Migration]>,
}

impl Migrations {
    /// The migrations that are a part of the program, as `embed_migrations!` gives them: paths within the folder, and texts.
    ///
    /// # Errors
    /// [`Error::File`](crate::Error::File) for a text that is no migration.
    pub fn embedded(files: &[(&str, &str)]) -> Result<Self> {
        Ok(Migrations { all: file::parse_all(files.iter().copied())?.into() })
    }

    /// The migrations of a folder.
    ///
    /// # Errors
    /// [`Error::Io`](crate::Error::Io) and [`Error::File`](crate::Error::File) for files that cannot be read.
    pub fn load(folder: &Path) -> Result<Self> {
        Ok(Migrations { all: file::load(folder)?.into() })
    }

    /// All of them.
    pub(crate) fn shared(&self) -> &Arc<[Migration]> {
        &self.all
    }

    /// Their order.
    ///
    /// # Errors
    /// As [`Graph::new`].
    pub fn graph(&self) -> Result<Graph> {
        Graph::new(self.all.to_vec())
    }

    /// What applies those that are not applied, for migrations that run no steps in Rust.
    #[must_use]
    pub fn migrate(&self) -> Migrate {
        self.migrate_with::<NoSteps>()
    }

    /// What applies those that are not applied, and runs these steps.
    #[must_use]
    pub fn migrate_with<S: Steps>(&self) -> Migrate<S> {
        Migrate::new(Arc::clone(&self.all))
    }
}

impl From<Vec<Migration>> for Migrations {
    fn from(all: Vec<Migration>) -> Self {
        Migrations { all: all.into() }
    }
}
