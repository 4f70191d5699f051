//! What a command works on: the project, its models, its migrations and its database.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anstyle::AnsiColor;
use orm_core::sql::Backend;
use orm_sync::Database;

use super::Manage;
use super::args::Global;
use super::config::{Config, FILE};
use super::failure::Failure;
use super::report;
use crate::apply::{Migrations, history};
use crate::command::{Folder, Models};
use crate::graph::Graph;
use crate::schema::SchemaState;
use crate::similar::nearest;

/// What a command works on.
#[derive(Debug)]
pub(super) struct Context<'m> {
    manage: &'m Manage,
    pub(super) global: Global,
    root: PathBuf,
    config: Config,
}

/// The database that a command is for.
#[derive(Clone)]
pub(super) struct Chosen {
    pub(super) backend: Backend,
    /// It may hold a password.
    pub(super) url: String,
}

impl<'m> Context<'m> {
    pub(super) fn new(manage: &'m Manage, global: Global) -> Result<Self, Failure> {
        let root = match &global.project {
            Some(project) if !project.is_dir() => {
                return Err(Failure::usage("project", format!("there is no folder {}", project.display())));
            }
            Some(project) => project.clone(),
            None if Path::new(manage.root).is_dir() => PathBuf::from(manage.root),
            // A program that was brought to another machine.
            None => PathBuf::from("."),
        };
        let config = Config::read(&root)?;
        Ok(Context { manage, global, root, config })
    }

    /// What applies migrations, with the steps of the program.
    pub(super) fn migrator(&self) -> super::Migrator {
        self.manage.migrator
    }

    /// The app of models that say none.
    pub(super) fn app(&self) -> &str {
        self.config.app.as_deref().unwrap_or(self.manage.package)
    }

    /// The models, with a warning on stderr if the list of the program leaves out any that are linked into it.
    pub(super) fn models(&self) -> Result<Models, Failure> {
        let models = self.models_unwarned()?;
        let left_out: Vec<String> = models.left_out().iter().map(|name| format!("`{name}`")).collect();
        if !left_out.is_empty() {
            let verbs = if left_out.len() == 1 { "derives `Model` and is" } else { "derive `Model` and are" };
            let names = left_out.join(", ");
            self.warn(&format!("{names} {verbs} not in the list of `amphi::manage!`: migrations leave that out"));
        }
        Ok(models)
    }

    /// The models.
    pub(super) fn models_unwarned(&self) -> Result<Models, Failure> {
        if let Some(list) = &self.manage.models {
            return Ok(Models::new(list, self.app()));
        }
        let models = Models::registered(self.app());
        if models.metas().is_empty() {
            let name = self.manage.package.replace('-', "_");
            return Err(Failure::new("no_models", "no models are linked into this program").hint(format!(
                "name the crate that has them in `src/bin/manage.rs`, as in `amphi::manage!({name});`, or the models: \
                 `amphi::manage!(models: [..]);`"
            )));
        }
        Ok(models)
    }

    /// The folder of the migrations, to be written to.
    pub(super) fn folder(&self) -> Result<Folder, Failure> {
        if self.is_embedded() {
            return Err(Failure::new("embedded", "this program has its migrations in it, and writes no files")
                .hint("run it where the project's source is, built for development, or name that by `--project`"));
        }
        Ok(Folder::read(self.migrations_path())?)
    }

    /// The migrations.
    pub(super) fn migrations(&self) -> Result<Migrations, Failure> {
        match self.manage.embedded {
            Some(files) if self.is_embedded() => Ok(Migrations::embedded(files)?),
            _ => Ok(Migrations::load(&self.migrations_path())?),
        }
    }

    /// Whether the migrations in the program count: always in a release, and elsewhere where the project's source is not.
    fn is_embedded(&self) -> bool {
        let has_source = cfg!(debug_assertions) && Path::new(self.manage.root).is_dir();
        self.manage.embedded.is_some() && self.global.project.is_none() && !has_source
    }

    fn migrations_path(&self) -> PathBuf {
        self.root.join(self.config.migrations.as_deref().unwrap_or(Path::new("migrations")))
    }

    /// A path as it is shown: from the folder of the project, if it is in that.
    pub(super) fn shown<'p>(&self, path: &'p Path) -> std::path::Display<'p> {
        path.strip_prefix(&self.root).unwrap_or(path).display()
    }

    /// The database that was named, or that the environment or `amphi.toml` names.
    pub(super) fn chosen(&self) -> Result<Chosen, Failure> {
        let url = match &self.global.database {
            Some(url) if url.contains(':') => url.clone(),
            Some(name) => self.config.url(name, &self.root)?.ok_or_else(|| self.no_database(name))?,
            None => match std::env::var("DATABASE_URL") {
                Ok(url) if !url.is_empty() => url,
                _ => self.config.url("default", &self.root)?.ok_or_else(|| {
                    Failure::usage("no_database", "no database is named").hint(format!(
                        "set DATABASE_URL, write `default = \"sqlite://shop.db\"` below `[databases]` in `{FILE}`, or give `--database`"
                    ))
                })?,
            },
        };
        Ok(Chosen { backend: Backend::from_url(&url)?, url })
    }

    fn no_database(&self, name: &str) -> Failure {
        let names = || self.config.databases.keys().map(String::as_str);
        let failure = Failure::usage("no_database", format!("`{FILE}` names no database `{name}`")).candidates(names());
        match nearest(name, names()) {
            Some(near) => failure.hint(format!("did you mean `{near}`? A URL begins with `sqlite:`, `postgres:` or `mysql:`")),
            None => failure.hint(format!("write it below `[databases]` in `{FILE}`, or give a URL such as `sqlite://shop.db`")),
        }
    }

    /// Connects to the database.
    pub(super) fn connect(&self) -> Result<Database, Failure> {
        Ok(Database::connect(&self.chosen()?.url)?)
    }

    /// The schema behind the migrations that are applied to a database.
    pub(super) fn applied_state(&self, db: &Database) -> Result<SchemaState, Failure> {
        let history = history(db)?;
        let graph = Graph::with_applied(self.migrations()?.shared().to_vec(), &history.applied())?;
        Ok(graph.applied_state()?)
    }

    /// Whether there is somebody to ask.
    pub(super) fn can_ask(&self) -> bool {
        !self.global.json && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Tells something that is no failure on stderr.
    pub(super) fn warn(&self, message: &str) {
        if self.global.json {
            report::json_to_stderr(&serde_json::json!({ "warning": message }));
        } else {
            let style = AnsiColor::Yellow.on_default().bold();
            report::to_stderr(&format!("{style}warning:{style:#} {message}\n"));
        }
    }
}

impl std::fmt::Debug for Chosen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chosen").field("backend", &self.backend).finish_non_exhaustive()
    }
}
