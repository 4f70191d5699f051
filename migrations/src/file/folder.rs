//! The folder of a program's migrations.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{parse, print};
use crate::error::{Error, Result};
use crate::migration::{Migration, MigrationId};

/// A migration's file: its path within the folder, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path within the folder, such as `shop/0001_initial.toml`.
    pub path: String,
    /// The text.
    pub text: String,
}

/// Where a migration's file stands: in the folder itself, or in that of its app.
#[must_use]
pub fn path_of(folder: &Path, id: &MigrationId, by_app: bool) -> PathBuf {
    let folder = if by_app { folder.join(&id.app) } else { folder.to_owned() };
    folder.join(format!("{}.toml", id.name))
}

/// Reads migrations that are part of the program, by their paths and texts, or that were read from files.
///
/// # Errors
/// [`Error::File`] for a text that is no migration, or one of another app than the folder that it is in.
pub fn parse_all<'s>(sources: impl IntoIterator<Item = (&'s str, &'s str)>) -> Result<Vec<Migration>> {
    sources.into_iter().map(|(path, text)| parse(path, text).and_then(|migration| in_its_folder(path, migration))).collect()
}

/// Reads the files of a folder and of its folders: `0001_initial.toml`, `shop/0001_initial.toml`. A folder that is not there has none.
///
/// # Errors
/// [`Error::Io`] for a file that cannot be read, [`Error::File`] for one that is no migration.
pub fn load(folder: &Path) -> Result<Vec<Migration>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut sources = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            for path in entries(&path)?.into_iter().filter(|path| is_migration(path)) {
                sources.push(source(folder, &path)?);
            }
        } else if is_migration(&path) {
            sources.push(source(folder, &path)?);
        }
    }
    let shown = |source: &Source| folder.join(&source.path).display().to_string();
    sources
        .iter()
        .map(|source| parse(&shown(source), &source.text).and_then(|migration| in_its_folder(&source.path, migration)))
        .collect()
}

/// Writes a new migration, and never over a file that is there already.
///
/// # Errors
/// [`Error::Io`] if the file is there or cannot be written.
pub fn write(folder: &Path, migration: &Migration, by_app: bool) -> Result<PathBuf> {
    let path = path_of(folder, &migration.id, by_app);
    let text = print(migration)?;
    let failed = |source| Error::Io { path: path.clone(), source };
    fs::create_dir_all(path.parent().unwrap_or(folder)).map_err(failed)?;
    let mut file = fs::File::create_new(&path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    Ok(path)
}

/// That a migration in the folder of an app is of that app.
fn in_its_folder(path: &str, migration: Migration) -> Result<Migration> {
    let parent = Path::new(path).parent().and_then(|parent| parent.to_str()).unwrap_or_default();
    if !parent.is_empty() && parent != migration.id.app {
        let message = format!("the file is in the folder `{parent}`, and says that it is of the app `{}`", migration.id.app);
        return Err(Error::File { path: path.to_owned(), line: 1, message });
    }
    Ok(migration)
}

/// What is in a folder, in the order of the names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::Io { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn is_migration(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn source(folder: &Path, path: &Path) -> Result<Source> {
    let text = fs::read_to_string(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    let shown = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().replace('\\', "/");
    Ok(Source { path: shown, text })
}
