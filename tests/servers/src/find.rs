//! Where the binaries are.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Flavour, Kind};

/// Patterns of folders, after those of `PATH`; `*` stands for a part of a name, and of several the newest version comes first.
const POSTGRES: &[&str] = &[
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/usr/local/pgsql/bin",
    "/opt/local/lib/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// As [`POSTGRES`].
const MARIADB: &[&str] = &[
    "/usr/sbin",
    "/usr/libexec",
    "/usr/bin",
    "/opt/homebrew/opt/mariadb*/bin",
    "/usr/local/opt/mariadb*/bin",
    "/opt/homebrew/opt/mysql*/bin",
    "/usr/local/opt/mysql*/bin",
    "/opt/homebrew/bin",
    "/usr/local/bin",
    "/usr/local/mariadb/bin",
    "/usr/local/mysql/bin",
];

/// The binaries of one server.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    /// What it is.
    pub flavour: Flavour,
    /// `--version`.
    pub version: String,
    /// The server.
    pub server: PathBuf,
    /// What makes a data folder: `initdb`, `mariadb-install-db`. MySQL's server does it itself.
    pub init: Option<PathBuf>,
}

/// The binaries of a server, if it is installed.
pub(crate) fn binaries(kind: Kind) -> Option<Binaries> {
    let folders = folders(kind);
    match kind {
        Kind::Postgres => folders.iter().find_map(|folder| postgres(folder)),
        Kind::MariaDb => mariadb(&folders, "mariadbd").or_else(|| mariadb(&folders, "mysqld")),
    }
}

fn postgres(folder: &Path) -> Option<Binaries> {
    let server = file(folder, "postgres")?;
    Some(Binaries { flavour: Flavour::Postgres, version: version(&server)?, init: Some(file(folder, "initdb")?), server })
}

fn mariadb(folders: &[PathBuf], name: &str) -> Option<Binaries> {
    let server = folders.iter().find_map(|folder| file(folder, name))?;
    let version = version(&server)?;
    if !version.contains("MariaDB") {
        return Some(Binaries { flavour: Flavour::MySql, version, server, init: None });
    }
    // Beside the server, or in `scripts` beside its folder.
    let near = server.canonicalize().ok().and_then(|path| Some(path.parent()?.parent()?.join("scripts")));
    let init = ["mariadb-install-db", "mysql_install_db"];
    let init = init.iter().find_map(|name| folders.iter().chain(&near).find_map(|folder| file(folder, name)));
    Some(Binaries { flavour: Flavour::MariaDb, version, server, init })
}

fn file(folder: &Path, name: &str) -> Option<PathBuf> {
    Some(folder.join(name)).filter(|path| path.is_file())
}

fn version(server: &Path) -> Option<String> {
    let output = Command::new(server).arg("--version").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()).filter(|text| output.status.success() && !text.is_empty())
}

fn folders(kind: Kind) -> Vec<PathBuf> {
    if let Some(only) = env::var_os(kind.bin_variable()).filter(|value| !value.is_empty()) {
        return vec![only.into()];
    }
    let patterns = match kind {
        Kind::Postgres => POSTGRES,
        Kind::MariaDb => MARIADB,
    };
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).chain(patterns.iter().flat_map(|pattern| expand(pattern))).collect()
}

/// The folders that a pattern with at most one `*` means, the newest version first.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![pattern.into()] };
    let Some((parent, prefix)) = before.rsplit_once('/') else { return vec![] };
    let names = fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.file_name());
    let mut names: Vec<_> = names.filter(|name| name.to_string_lossy().starts_with(prefix)).collect();
    names.sort_by_key(|name| std::cmp::Reverse(number(name)));
    names.iter().map(|name| Path::new(parent).join(name).join(after.trim_start_matches('/'))).collect()
}

/// `postgresql@17` is 17, `9.6` is 9.6.
fn number(name: &OsString) -> Vec<u32> {
    name.to_string_lossy().split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_version_comes_first() {
        let mut names: Vec<OsString> = ["9.6", "15", "postgresql@17", "postgresql"].map(Into::into).into();
        names.sort_by_key(|name| std::cmp::Reverse(number(name)));
        assert_eq!(names, ["postgresql@17", "15", "9.6", "postgresql"]);
    }
}
