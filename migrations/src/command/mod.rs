//! The commands on migrations as functions: what the command line does, without options, questions and printing, for scripts and servers.
//!
//! What only reads and writes files are plain functions on a [`Folder`]. What asks a database is a value that is run in either mode:
//! `ShowMigrations::new(&migrations).run(&db)?`, or `ShowMigrations::new(&migrations).a().run(&db).await?`. Applying is
//! [`Migrations::migrate`](crate::Migrations::migrate). What looks at a database, at the models or at rows has a module of its own:
//! [`drift`](crate::drift), [`inspect`](crate::inspect), [`check`](crate::check), [`erd`](crate::erd) and `data`.
//!
//! Every result can be serialized; the command line prints them so with `--json`.

mod folder;
mod lint;
mod make;
mod models;
mod rewrite;
mod show;
mod sql;

pub use folder::{FileChange, Folder, write_all};
pub use lint::{LintFinding, lint_migrations};
pub use make::{MakeOptions, empty_migration, make_migrations, merge_migrations, update_migrations};
pub use models::Models;
pub use rewrite::{optimize_migration, rebase_migrations, squash_migrations};
#[cfg(all(feature = "async", feature = "database"))]
pub use show::{AsyncPlanMigrations, AsyncShowMigrations};
pub use show::{MigrationPlan, MigrationStatus, PlanMigrations, PlannedMigration, ShowMigrations, Status};
pub(crate) use sql::key;
pub use sql::{MigrationSql, SqlPart, SqlWork, sql_migrate};
