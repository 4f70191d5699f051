//! The folder of a project's migrations, and changes of its files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::apply::Migrations;
use crate::error::{Error, Result};
use crate::file;
use crate::graph::Graph;
use crate::migration::{Migration, MigrationId};

/// The folder of a project's migrations, as it was when it was read.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
    migrations: Vec<Migration>,
}

impl Folder {
    /// Reads a folder. One that is not there has no migrations yet.
    ///
    /// # Errors
    /// [`Error::Io`] and [`Error::File`] for files that cannot be read.
    pub fn read(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        Ok(Folder { migrations: file::load(&path)?, path })
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All migrations, in the order of their files.
    #[must_use]
    pub fn all(&self) -> &[Migration] {
        &self.migrations
    }

    /// The migrations, ready to be applied.
    #[must_use]
    pub fn migrations(&self) -> Migrations {
        self.migrations.clone().into()
    }

    /// Their order.
    ///
    /// # Errors
    /// As [`Graph::new`].
    pub fn graph(&self) -> Result<Graph> {
        Graph::new(self.migrations.clone())
    }

    /// Where the file of a migration is, or would be: beside those of its app; one app alone stands in the folder itself, and several
    /// have a folder each.
    pub(crate) fn path_of(&self, id: &MigrationId, apps: usize) -> PathBuf {
        let of_app = |migration: &&Migration| migration.id.app == id.app;
        let by_app = match self.migrations.iter().find(of_app) {
            Some(known) => !file::path_of(&self.path, &known.id, false).exists(),
            None => apps > 1 || !self.migrations.is_empty(),
        };
        file::path_of(&self.path, id, by_app)
    }

    /// The file of a new migration. `apps` is how many apps the project has.
    pub(crate) fn added(&self, migration: &Migration, apps: usize) -> Result<FileChange> {
        Ok(FileChange::new(migration, self.path_of(&migration.id, apps), file::print(migration)?, None))
    }

    /// The file of a migration that was called `was`, with what it is now; what stays keeps its comments.
    pub(crate) fn changed(&self, was: &MigrationId, migration: &Migration) -> Result<FileChange> {
        let old = self.path_of(was, 1);
        let written = fs::read_to_string(&old).map_err(|source| Error::Io { path: old.clone(), source })?;
        let text = file::rewrite(&old.display().to_string(), &written, migration)?;
        let path = old.with_file_name(format!("{}.toml", migration.id.name));
        Ok(FileChange::new(migration, path, text, Some(old)))
    }
}

/// A file of a migration that is to be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileChange {
    /// The migration.
    pub migration: MigrationId,
    /// Its file.
    pub path: PathBuf,
    /// The file that it replaces, of the same name or another one; none for a new migration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaces: Option<PathBuf>,
    /// What the migration does, operation by operation.
    pub operations: Vec<String>,
    /// The file's text.
    pub text: String,
}

impl FileChange {
    fn new(migration: &Migration, path: PathBuf, text: String, replaces: Option<PathBuf>) -> Self {
        let operations = migration.operations.iter().map(|operation| operation.describe()).collect();
        FileChange { migration: migration.id.clone(), path, replaces, operations, text }
    }
}

/// Writes files, and removes those that they replace. No other file is ever written over.
///
/// All are written under another name before the first one is replaced, so that nothing is lost if that fails.
///
/// # Errors
/// [`Error::Io`] if a file is there that is not replaced, or cannot be written.
pub fn write_all(changes: &[FileChange]) -> Result<()> {
    let replaced: BTreeSet<&Path> = changes.iter().filter_map(|change| change.replaces.as_deref()).collect();
    let mut written = Vec::with_capacity(changes.len());
    for change in changes {
        let failed = |source| Error::Io { path: change.path.clone(), source };
        if change.path.exists() && !replaced.contains(change.path.as_path()) {
            return Err(failed(std::io::ErrorKind::AlreadyExists.into()));
        }
        if let Some(folder) = change.path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        let draft = change.path.with_extension("toml.new");
        fs::write(&draft, &change.text).map_err(failed)?;
        written.push((draft, &change.path));
    }
    let kept: BTreeSet<&Path> = changes.iter().map(|change| change.path.as_path()).collect();
    for path in replaced.difference(&kept) {
        fs::remove_file(path).map_err(|source| Error::Io { path: path.to_path_buf(), source })?;
    }
    for (draft, path) in written {
        fs::rename(&draft, path).map_err(|source| Error::Io { path: path.clone(), source })?;
    }
    Ok(())
}
