//! `cargo amphi init`: a new project that runs at once.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Parser, ValueEnum};

use crate::failure::Failure;

/// Lay out a new project that runs at once
#[derive(Debug, Parser)]
#[command(name = "cargo amphi init", max_term_width = 100)]
pub(crate) struct Init {
    /// The folder of the project; the current one unless it is named
    #[arg(default_value = ".")]
    path: PathBuf,
    /// What the package is called; the folder's name unless it is given
    #[arg(long)]
    name: Option<String>,
    /// The database that it begins with
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// Use amphi from this folder, instead of a published version; the environment variable AMPHI_PATH says the same
    #[arg(long, value_name = "FOLDER")]
    amphi_path: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
    Mysql,
}

/// The files, and what stands in them. `NAME` is the package, `CRATE` what Rust calls it, `URL` the database as `amphi.toml` names it.
const FILES: [(&str, &str); 8] = [
    ("Cargo.toml", include_str!("../templates/Cargo.toml.in")),
    ("amphi.toml", include_str!("../templates/amphi.toml.in")),
    (".gitignore", include_str!("../templates/gitignore.in")),
    ("README.md", include_str!("../templates/README.md.in")),
    ("src/lib.rs", include_str!("../templates/lib.rs.in")),
    ("src/main.rs", include_str!("../templates/main.rs.in")),
    ("src/bin/manage.rs", include_str!("../templates/manage.rs.in")),
    ("migrations/.gitkeep", ""),
];

/// Writes the files of a new project, and says what to do next. No file that is there is written over.
pub(crate) fn run(init: &Init) -> Result<String, Failure> {
    let folder = std::path::absolute(&init.path).map_err(|error| failed(&init.path, &error))?;
    let name = match &init.name {
        Some(name) => name.clone(),
        None => folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned(),
    };
    check_name(&name)?;
    let values = [
        ("{NAME}", name.clone()),
        ("{CRATE}", name.replace('-', "_")),
        ("{AMPHI}", amphi(init)?),
        ("{URL}", url(init.database, &name)),
        ("{CONNECT}", connect(init.database, &name)),
        ("{DATABASE_NOTE}", note(init.database).to_owned()),
    ];
    let there: Vec<&str> = FILES.iter().map(|(path, _)| *path).filter(|path| folder.join(path).exists()).collect();
    if !there.is_empty() {
        return Err(Failure::new(format!("{} has {} already, and nothing is written over", shown(&init.path), there.join(", ")))
            .hint("name a new folder: `cargo amphi init shop`"));
    }
    for (path, template) in FILES {
        let text = values.iter().fold(template.to_owned(), |text, (key, value)| text.replace(key, value));
        write(&folder.join(path), &text)?;
    }
    let enter = if init.path == Path::new(".") { String::new() } else { format!("  cd {}\n", init.path.display()) };
    let set = if init.database == Database::Sqlite { "" } else { "  export DATABASE_URL=..\n" };
    Ok(format!(
        "Created the project `{name}` in {}\n\nNext:\n{enter}{set}  cargo amphi makemigrations\n  cargo amphi migrate\n  cargo run\n",
        shown(&init.path)
    ))
}

fn shown(path: &Path) -> String {
    if path == Path::new(".") { "this folder".to_owned() } else { path.display().to_string() }
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    let mut file = fs::File::create_new(path).map_err(|error| failed(path, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| failed(path, &error))
}

/// What Cargo takes for the name of a package, and migrations for that of an app.
fn check_name(name: &str) -> Result<(), Failure> {
    let begins = name.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic());
    let fits = name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
    // A crate of one of these names could not be named beside those that every program has.
    if begins && fits && !["amphi", "core", "std", "alloc", "test", "proc_macro", "manage"].contains(&name) {
        return Ok(());
    }
    Err(Failure::usage(format!("a package cannot be called `{name}`"))
        .hint("give it a name of letters, digits, `_` and `-`: `cargo amphi init --name shop`"))
}

/// The line of `Cargo.toml` that names amphi.
fn amphi(init: &Init) -> Result<String, Failure> {
    let path = init.amphi_path.clone().or_else(|| std::env::var_os("AMPHI_PATH").map(PathBuf::from));
    let from = match &path {
        None => format!("version = \"{}\"", env!("CARGO_PKG_VERSION")),
        Some(path) if !path.join("Cargo.toml").is_file() => {
            return Err(Failure::usage(format!("there is no `Cargo.toml` in {}", path.display())));
        }
        Some(path) => {
            let path = std::path::absolute(path).map_err(|error| failed(path, &error))?;
            format!("path = {}", serde_json::Value::from(path.to_string_lossy().into_owned()))
        }
    };
    Ok(match init.database {
        Database::Sqlite => format!("{{ {from}, features = [\"migrations\"] }}"),
        Database::Postgres => with_features(&from, "postgres"),
        Database::Mysql => with_features(&from, "mysql"),
    })
}

fn with_features(from: &str, database: &str) -> String {
    format!("{{ {from}, default-features = false, features = [\"sync\", \"async\", \"{database}\", \"migrations\"] }}")
}

fn url(database: Database, name: &str) -> String {
    match database {
        Database::Sqlite => format!("sqlite://{name}.db"),
        Database::Postgres | Database::Mysql => "${DATABASE_URL}".to_owned(),
    }
}

/// How the program gets the URL of its database.
fn connect(database: Database, name: &str) -> String {
    match database {
        Database::Sqlite => format!("std::env::var(\"DATABASE_URL\").unwrap_or_else(|_| \"sqlite://{name}.db\".to_owned())"),
        Database::Postgres | Database::Mysql => "std::env::var(\"DATABASE_URL\")?".to_owned(),
    }
}

fn note(database: Database) -> &'static str {
    match database {
        Database::Sqlite => "The database is a file beside this one; `DATABASE_URL` names another one.",
        Database::Postgres => "`DATABASE_URL` names the database, such as `postgres://me:password@localhost/shop`.",
        Database::Mysql => "`DATABASE_URL` names the database, such as `mysql://me:password@localhost/shop`.",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn init(path: PathBuf, database: Database) -> Init {
        Init { path, name: None, database, amphi_path: None }
    }

    #[test]
    fn a_new_project_has_all_files_and_nothing_is_left_to_fill_in() {
        for database in [Database::Sqlite, Database::Postgres, Database::Mysql] {
            let folder = tempfile::tempdir().unwrap();
            let project = folder.path().join("my-shop");
            let said = run(&init(project.clone(), database)).unwrap();
            assert!(said.contains("cargo amphi makemigrations"), "{said}");
            for (path, _) in FILES {
                let text = fs::read_to_string(project.join(path)).unwrap();
                assert!(
                    !["{NAME}", "{CRATE}", "{AMPHI}", "{URL}", "{CONNECT}", "{DATABASE_NOTE}"]
                        .iter()
                        .any(|key| text.contains(key)),
                    "{path}: {text}"
                );
            }
            assert!(fs::read_to_string(project.join("src/bin/manage.rs")).unwrap().contains("amphi::manage!(my_shop);"));
        }
    }

    #[test]
    fn nothing_that_is_there_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let project = folder.path().join("shop");
        fs::create_dir_all(project.join("src")).unwrap();
        fs::write(project.join("src/lib.rs"), "// mine").unwrap();
        let failure = run(&init(project.clone(), Database::Sqlite)).unwrap_err();
        assert!(failure.message.contains("src/lib.rs already"), "{failure:?}");
        assert_eq!(fs::read_to_string(project.join("src/lib.rs")).unwrap(), "// mine");
        assert!(!project.join("Cargo.toml").exists());
    }

    #[test]
    fn a_name_that_no_package_can_have_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "1shop", "größe", "my shop", "amphi", "std"] {
            let init = Init { name: Some(name.into()), ..init(folder.path().join("x"), Database::Sqlite) };
            assert!(run(&init).is_err(), "{name}");
        }
        assert!(!folder.path().join("x").exists());
    }
}
