//! The command line of a project: its program `manage`.
//!
//! `amphi::manage!` makes the program's `main`. It parses the options, runs one of the [commands](crate::command), and prints what came
//! of it: for people, or with `--json` as one JSON document. The exit code is 0 if all is well, 1 if something failed or a check found
//! something, and 2 if it was called wrongly.

mod args;
mod config;
mod context;
mod data;
mod failure;
mod literal;
mod make;
mod migrate;
mod progress;
mod questions;
mod report;
mod rewrite;
mod schema;
mod shell;
mod show;
mod target;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use orm_core::meta::ModelMeta;

use self::args::{Args, Command};
use self::context::Context;
use self::failure::Failure;
use self::migrate::{Migrator, migrate_with};
use self::report::Report;
use crate::apply::{NoSteps, Steps};

/// The files of migrations that are a part of a program: paths within their folder, and texts.
pub type EmbeddedFiles = &'static [(&'static str, &'static str)];

/// What the program `manage` of a project knows. Made by `amphi::manage!`.
///
/// ```no_run
/// use amphi::migrations::cli::Manage;
/// use amphi::prelude::*;
///
/// #[derive(Model)]
/// struct Author {
///     id: i64,
/// }
///
/// fn main() -> std::process::ExitCode {
///     Manage::new(env!("CARGO_PKG_NAME"), env!("CARGO_MANIFEST_DIR")).models(models![Author]).run()
/// }
/// ```
#[derive(Debug, Clone)]
pub struct Manage {
    package: &'static str,
    root: &'static str,
    models: Option<Vec<&'static ModelMeta>>,
    embedded: Option<EmbeddedFiles>,
    migrator: Migrator,
}

impl Manage {
    /// Of a package, and the folder that its `Cargo.toml` is in. The models are all that derive `Model` and are linked into the program.
    #[must_use]
    pub fn new(package: &'static str, root: &'static str) -> Self {
        Manage { package, root, models: None, embedded: None, migrator: migrate_with::<NoSteps> }
    }

    /// These are the models.
    #[must_use]
    pub fn models(mut self, models: &[&'static ModelMeta]) -> Self {
        self.models = Some(models.to_vec());
        self
    }

    /// The steps in Rust that migrations run.
    #[must_use]
    pub fn steps<S: Steps>(mut self) -> Self {
        self.migrator = migrate_with::<S>;
        self
    }

    /// The migrations are a part of the program, which needs no source tree; commands that write files then cannot be run.
    #[must_use]
    pub fn embedded(mut self, files: EmbeddedFiles) -> Self {
        self.embedded = Some(files);
        self
    }

    /// Runs the command that the program was started with.
    #[must_use]
    pub fn run(self) -> ExitCode {
        self.run_from(std::env::args_os().collect())
    }

    /// Runs a command: the name of the program, and what stands behind it.
    #[must_use]
    pub fn run_from(self, args: Vec<OsString>) -> ExitCode {
        let wants_json = args.iter().any(|arg| arg == "--json");
        // `cargo amphi` says how it was called.
        let name = std::env::var("AMPHI_CALLED_AS").unwrap_or_else(|_| "manage".to_owned());
        let command = Args::command().bin_name(name);
        let parsed = command.try_get_matches_from(args).and_then(|matches| Args::from_arg_matches(&matches));
        let args = match parsed {
            Ok(args) => args,
            Err(error) if wants_json && error.use_stderr() => return Failure::usage_of_clap(&error).tell(true),
            Err(error) => {
                // Where even that cannot be printed, nothing can be.
                let _ = error.print();
                return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            }
        };
        args.global.color.apply();
        let json = args.global.json;
        let outcome = Context::new(&self, args.global).and_then(|context| run(&context, args.command));
        match outcome.and_then(|report| report.tell(json)) {
            Ok(code) => code,
            Err(failure) => failure.tell(json),
        }
    }
}

fn run(context: &Context<'_>, command: Command) -> Result<Report, Failure> {
    match command {
        Command::Makemigrations(args) => make::run(context, args),
        Command::Migrate(args) => migrate::run(context, args),
        Command::Showmigrations(args) => show::migrations(context, &args),
        Command::Sqlmigrate(args) => show::sql(context, &args),
        Command::Squashmigrations(args) => rewrite::squash(context, &args),
        Command::Optimizemigration(args) => rewrite::optimize(context, &args),
        Command::Rebase(args) => rewrite::rebase(context, &args),
        Command::Lint(args) => show::lint(context, &args),
        Command::Drift(args) => schema::drift(context, &args),
        Command::Inspectdb(args) => schema::inspect(context, args),
        Command::Dbshell(args) => shell::run(context, &args),
        Command::Flush(args) => data::flush(context, &args),
        Command::Dumpdata(args) => data::dump(context, args),
        Command::Loaddata(args) => data::load(context, &args),
        Command::Check(args) => schema::check(context, &args),
        Command::Erd(args) => schema::diagram(context, &args),
    }
}
