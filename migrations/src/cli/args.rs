//! The options of the command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use orm_core::sql::Backend;

/// Migrations of a project, and its database
#[derive(Debug, Parser)]
#[command(name = "manage", version = env!("CARGO_PKG_VERSION"), propagate_version = false, max_term_width = 100)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, clap::Args)]
pub(super) struct Global {
    /// The database: a URL, or a name from `amphi.toml`; otherwise DATABASE_URL, or what `amphi.toml` calls `default`
    #[arg(long, global = true, value_name = "URL|NAME")]
    pub(super) database: Option<String>,
    /// The folder of the project, with `amphi.toml` and the migrations
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) project: Option<PathBuf>,
    /// Print one JSON document, also for an error
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// Say more of what is done
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    pub(super) fn apply(self) {
        match self {
            Color::Auto => {}
            Color::Always => anstream::ColorChoice::Always.write_global(),
            Color::Never => anstream::ColorChoice::Never.write_global(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Write migrations for what has changed in the models
    Makemigrations(Make),
    /// Bring the database to the last migration, or to another one
    Migrate(Migrate),
    /// List the migrations, and which are applied
    Showmigrations(Show),
    /// Print the SQL of a migration
    Sqlmigrate(Sql),
    /// Join migrations of an app into one that stands for them
    Squashmigrations(Squash),
    /// Write a migration anew with fewer operations
    Optimizemigration(Optimize),
    /// Put a branch of migrations behind another one, and number it anew
    Rebase(Rebase),
    /// Name the operations that lock or rewrite large tables, or break the running version
    Lint(Lint),
    /// Compare the database with the migrations that are applied to it
    Drift(Drift),
    /// Print models of an existing database
    Inspectdb(Inspect),
    /// Open the database's own shell
    Dbshell(Shell),
    /// Delete all rows
    Flush(Flush),
    /// Print rows as JSON lines
    Dumpdata(Dump),
    /// Load rows from JSON lines, all of them or none
    Loaddata(Load),
    /// Look over the models
    Check(Check),
    /// Draw the models and how they point at each other
    Erd(Erd),
}

#[derive(Debug, clap::Args)]
pub(super) struct Make {
    /// Only for these apps
    #[arg(value_name = "APP")]
    pub(super) apps: Vec<String>,
    /// Write nothing; exit with 1 if something would be written
    #[arg(long)]
    pub(super) check: bool,
    /// Write nothing; print the files
    #[arg(long)]
    pub(super) dry_run: bool,
    /// What the migration is called behind its number
    #[arg(short, long)]
    pub(super) name: Option<String>,
    /// Make a migration that does nothing yet, for SQL and steps by hand
    #[arg(long, conflicts_with_all = ["merge", "update", "check"])]
    pub(super) empty: bool,
    /// Join branches that diverged
    #[arg(long, conflicts_with_all = ["update", "check"])]
    pub(super) merge: bool,
    /// Put the changes into the last migration, which must not be applied anywhere yet
    #[arg(long)]
    pub(super) update: bool,
    /// Ask nothing, also on a terminal
    #[arg(long)]
    pub(super) no_input: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Migrate {
    /// The app; may be left out where there is one only
    pub(super) app: Option<String>,
    /// The migration to get to, its number is enough; `zero` is before the first
    pub(super) migration: Option<String>,
    /// Only print what would be done
    #[arg(long, conflicts_with = "check")]
    pub(super) plan: bool,
    /// Do nothing; exit with 1 if something would be done
    #[arg(long)]
    pub(super) check: bool,
    /// Only note the migrations as applied or undone
    #[arg(long)]
    pub(super) fake: bool,
    /// Only note the first migration of an app if its tables are there already
    #[arg(long)]
    pub(super) fake_initial: bool,
    /// Allow what loses data: tables, columns, parts of values
    #[arg(long)]
    pub(super) allow_destructive: bool,
    /// How long another migrator is waited for
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub(super) lock_wait: u64,
    /// How long a statement waits for a lock that others hold, before the migration is undone and tried again
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) lock_timeout: u64,
}

#[derive(Debug, clap::Args)]
pub(super) struct Show {
    /// Only these apps
    #[arg(value_name = "APP")]
    pub(super) apps: Vec<String>,
    /// In the order in which they are applied
    #[arg(long)]
    pub(super) plan: bool,
}

/// A migration, by its app and its name.
#[derive(Debug, clap::Args)]
pub(super) struct Named {
    /// The app and the migration, its number is enough; the app may be left out where there is one only
    #[arg(value_name = "[APP] MIGRATION", num_args = 1..=2, required = true)]
    pub(super) words: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Sql {
    #[command(flatten)]
    pub(super) named: Named,
    /// Undo it
    #[arg(long)]
    pub(super) backwards: bool,
    /// For all databases
    #[arg(long, conflicts_with = "dialect")]
    pub(super) all: bool,
    /// For this database, instead of the one that the project uses
    #[arg(long, value_enum)]
    pub(super) dialect: Option<DialectArg>,
}

/// A database as it is written on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DialectArg {
    Sqlite,
    #[value(alias = "postgresql")]
    Postgres,
    #[value(alias = "mariadb")]
    Mysql,
}

impl DialectArg {
    pub(super) fn backend(self) -> Backend {
        match self {
            DialectArg::Sqlite => Backend::Sqlite,
            DialectArg::Postgres => Backend::Postgres,
            DialectArg::Mysql => Backend::MySql,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Squash {
    /// The app, and the last migration, or the first and the last one
    #[arg(value_name = "[APP] [FROM] TO", num_args = 1..=3, required = true)]
    pub(super) words: Vec<String>,
    /// What the new one is called behind its number
    #[arg(short, long)]
    pub(super) name: Option<String>,
    /// Write nothing; print the file
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Optimize {
    #[command(flatten)]
    pub(super) named: Named,
    /// Write nothing; exit with 1 if it can be shorter
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Rebase {
    /// The last migration of one's own branch, with its app where there are several
    #[command(flatten)]
    pub(super) named: Named,
    /// The migration to put it behind; may be left out where there is one other branch
    #[arg(long, value_name = "MIGRATION")]
    pub(super) onto: Option<String>,
    /// Write nothing; print the files
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Lint {
    /// Only of this app, or this migration
    #[arg(value_name = "[APP] [MIGRATION]", num_args = 0..=2)]
    pub(super) words: Vec<String>,
    /// Only what is about this database
    #[arg(long, value_enum)]
    pub(super) dialect: Option<DialectArg>,
    /// Exit with 1 if something is found
    #[arg(long)]
    pub(super) check: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Shell {
    /// What is given to the shell
    #[arg(last = true)]
    pub(super) args: Vec<std::ffi::OsString>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Drift {
    /// Also name tables and types that no model has
    #[arg(long)]
    pub(super) foreign: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Inspect {
    /// Only these tables and views
    #[arg(value_name = "TABLE")]
    pub(super) tables: Vec<String>,
    /// Leave out views
    #[arg(long)]
    pub(super) no_views: bool,
    /// The app of the models
    #[arg(long)]
    pub(super) app: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Flush {
    /// Ask nothing
    #[arg(short, long)]
    pub(super) yes: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Dump {
    /// Only these apps and models, such as `shop` or `shop.Book`
    #[arg(value_name = "APP[.MODEL]")]
    pub(super) only: Vec<String>,
    /// Without these apps and models
    #[arg(long, value_name = "APP[.MODEL]")]
    pub(super) exclude: Vec<String>,
    /// Only the rows of one model with these primary keys
    #[arg(long, value_name = "KEY", value_delimiter = ',')]
    pub(super) pks: Vec<String>,
    /// Into this file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Load {
    /// The file, or `-` for stdin
    pub(super) file: PathBuf,
    /// Pass over models and fields that there are not
    #[arg(long)]
    pub(super) ignore_unknown: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    /// Only for these databases, instead of all
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(super) dialect: Vec<DialectArg>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Erd {
    /// What it is drawn as; otherwise as the file's name says
    #[arg(long, value_enum)]
    pub(super) format: Option<ErdFormat>,
    /// Into this file
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ErdFormat {
    Mermaid,
    Svg,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Args;

    #[test]
    fn the_options_fit_together() {
        Args::command().debug_assert();
    }
}
