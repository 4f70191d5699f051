//! Migrations written anew: squashed, optimized, put behind others.

use super::{FileChange, Folder};
use crate::error::Result;
use crate::migration::{Migration, MigrationId};
use crate::optimize::optimize;
use crate::rewrite::{rebase, squash};

/// One new migration that stands for all of an app up to `to`, or from `from`; see [`squash`]. Its name is as `name` says, or follows from
/// theirs.
///
/// # Errors
/// As [`squash`].
pub fn squash_migrations(
    folder: &Folder,
    app: &str,
    from: Option<&MigrationId>,
    to: &MigrationId,
    name: Option<&str>,
) -> Result<FileChange> {
    let mut squashed = squash(&folder.graph()?, app, from, to)?;
    if let Some(name) = super::make::checked(name)? {
        squashed.id.name = super::make::renamed(&squashed.id, name);
    }
    folder.added(&squashed, 1)
}

/// A migration with fewer operations that do the same; none if it has as few as can be. Its checksum changes: this is for one that is
/// applied nowhere yet.
///
/// # Errors
/// [`Error::Io`](crate::Error::Io) if its file cannot be read.
pub fn optimize_migration(folder: &Folder, migration: &Migration) -> Result<Option<FileChange>> {
    let operations = optimize(migration.operations.clone());
    if operations.len() == migration.operations.len() {
        return Ok(None);
    }
    folder.changed(&migration.id, &Migration { operations, ..migration.clone() }).map(Some)
}

/// The branch that ends in `leaf`, put behind `onto` and numbered anew; see [`rebase`].
///
/// # Errors
/// As [`rebase`].
pub fn rebase_migrations(folder: &Folder, leaf: &MigrationId, onto: &MigrationId) -> Result<Vec<FileChange>> {
    let moved = rebase(&folder.graph()?, leaf, onto)?;
    moved.iter().map(|(was, migration)| folder.changed(was, migration)).collect()
}
