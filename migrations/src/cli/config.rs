//! `amphi.toml`: the databases of a project, and where its migrations are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde::Deserialize;

use super::failure::Failure;

/// The name of the file.
pub(super) const FILE: &str = "amphi.toml";

/// What `amphi.toml` says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Config {
    /// The folder of the migrations, from that of this file.
    pub(super) migrations: Option<PathBuf>,
    /// The app of models that say none, instead of the package's name.
    pub(super) app: Option<String>,
    /// Databases by their names.
    pub(super) databases: BTreeMap<String, String>,
}

impl Config {
    /// Reads the file of a folder; one that is not there says nothing.
    pub(super) fn read(root: &Path) -> Result<Config, Failure> {
        let path = root.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Config::default()),
            Err(error) => return Err(Failure::new("config", format!("{}: {error}", path.display()))),
        };
        Config::parse(&text).map_err(|what| Failure::new("config", format!("{}: {what}", path.display())))
    }

    fn parse(text: &str) -> Result<Config, String> {
        toml_edit::de::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            format!("line {line}: {}", error.message().trim())
        })
    }

    /// The URL of a database of this name, with what stands in the environment.
    pub(super) fn url(&self, name: &str, root: &Path) -> Result<Option<String>, Failure> {
        let Some(written) = self.databases.get(name) else { return Ok(None) };
        let url = expand(written, |variable| std::env::var(variable).ok())
            .map_err(|what| Failure::usage("config", format!("the database `{name}` in `{FILE}` {what}")))?;
        Ok(Some(from_root(&url, root).into_owned()))
    }
}

/// A text with the values of the variables `${NAME}` in it. An error never has a value in it.
fn expand(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("${") {
        expanded.push_str(before);
        let Some((name, behind)) = behind.split_once('}') else { return Err("has a `${` without a `}`".to_owned()) };
        match value(name) {
            Some(value) => expanded.push_str(&value),
            None => return Err(format!("needs the environment variable `{name}`, which is not set")),
        }
        rest = behind;
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// The URL of an SQLite database whose path is from the folder of the project, wherever the program was started.
fn from_root<'u>(url: &'u str, root: &Path) -> Cow<'u, str> {
    /// What would end a path in a URL, or is a code there.
    const ENCODED: &AsciiSet = &percent_encoding::CONTROLS.add(b'%').add(b'?').add(b'#');
    let Some(rest) = url.strip_prefix("sqlite:") else { return Cow::Borrowed(url) };
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.starts_with(['/', ':', '?']) {
        return Cow::Borrowed(url);
    }
    let root = root.to_string_lossy();
    Cow::Owned(format!("sqlite://{}/{path}", utf8_percent_encode(root.trim_end_matches('/'), ENCODED)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_taken_from_the_environment() {
        let value = |name: &str| (name == "PASSWORD").then(|| "s3cret".to_owned());
        assert_eq!(expand("postgres://me:${PASSWORD}@db/${PASSWORD}", value).unwrap(), "postgres://me:s3cret@db/s3cret");
        assert_eq!(expand("sqlite::memory:", value).unwrap(), "sqlite::memory:");
        let error = expand("postgres://${USER_NAME}:${PASSWORD}@db", value).unwrap_err();
        assert_eq!(error, "needs the environment variable `USER_NAME`, which is not set");
        assert!(expand("${PASSWORD", value).is_err());
    }

    #[test]
    fn the_path_of_a_database_is_from_the_folder_of_the_project() {
        let from = |url: &str| from_root(url, Path::new("/home/me/100% shop?")).into_owned();
        assert_eq!(from("sqlite://shop.db?readers=2"), "sqlite:///home/me/100%25 shop%3F/shop.db?readers=2");
        assert_eq!(from("sqlite:shop.db"), "sqlite:///home/me/100%25 shop%3F/shop.db");
        for url in ["sqlite:///var/shop.db", "sqlite::memory:", "postgres://db/shop", "sqlite://"] {
            assert_eq!(from(url), url);
        }
    }

    #[test]
    fn what_is_wrong_in_the_file_is_told_with_its_line() {
        let config = Config::parse("app = 'shop'\n[databases]\ndefault = 'sqlite://shop.db'\n").unwrap();
        assert_eq!(config.databases.len(), 1);
        let error = Config::parse("app = 'shop'\nmigration = 'x'\n").unwrap_err();
        assert!(error.starts_with("line 2: ") && error.contains("`migrations`"), "{error}");
    }
}
