//! The SQL of a migration, without a database.

use std::fmt;

use orm_core::sql::Backend;
use serde::Serialize;

use crate::apply::{Direction, Item, items_of};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::migration::{Migration, MigrationId};

/// What a migration is to a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationSql {
    /// The migration.
    pub migration: MigrationId,
    /// Whether it is applied or undone.
    pub direction: Direction,
    /// The database, as the command line calls it: `sqlite`, `postgres`, `mysql`.
    pub database: &'static str,
    /// Whether it is one transaction.
    pub atomic: bool,
    /// Whether the checks of foreign keys are off meanwhile, as SQLite must have it where a table is made anew: otherwise the rows that
    /// point at it would go with the old one.
    pub without_foreign_keys: bool,
    /// What is sent, in this order.
    pub parts: Vec<SqlPart>,
}

/// A part of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SqlPart {
    /// What it does.
    pub about: String,
    /// How.
    #[serde(flatten)]
    pub work: SqlWork,
}

/// How a part of a migration is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SqlWork {
    /// By SQL.
    Sql(String),
    /// By a step in Rust.
    Step(String),
}

/// The SQL that applies a migration to a database, or undoes it.
///
/// # Errors
/// [`Error::NoTarget`] if there is no such migration, [`Error::State`] for an operation that does not fit, [`Error::Irreversible`] for a
/// migration that cannot be undone, [`Error::Database`] for what the database does not have.
///
/// ```
/// use amphi::Backend;
/// use amphi::migrations::command::sql_migrate;
/// use amphi::migrations::{Direction, MigrationId, Migrations};
///
/// let file = ("0001_initial.toml", "app = 'shop'\n[[operations]]\nop = 'run_sql'\nsql = 'VACUUM'\n");
/// let graph = Migrations::embedded(&[file])?.graph()?;
/// let sql = sql_migrate(&graph, &MigrationId::new("shop", "0001_initial"), Direction::Forwards, Backend::Sqlite)?;
/// assert!(sql.to_string().contains("VACUUM;"));
/// # Ok::<(), amphi::migrations::Error>(())
/// ```
pub fn sql_migrate(graph: &Graph, id: &MigrationId, direction: Direction, backend: Backend) -> Result<MigrationSql> {
    let Some(migration) = graph.get(id) else {
        return Err(Error::NoTarget { app: id.app.clone(), written: id.name.clone(), found: Vec::new() });
    };
    let mut state = graph.state_before(id)?;
    let migration = match direction {
        Direction::Forwards => migration.clone(),
        Direction::Backwards => {
            let operations = migration.reverse(&state)?;
            migration.apply(&mut state)?;
            Migration { operations, ..migration.clone() }
        }
    };
    let dialect = backend.dialect();
    let items = items_of(&migration, &mut state, dialect)?;
    let atomic = migration.is_one_transaction(items.iter(), dialect);
    let without_foreign_keys = items.iter().any(Item::is_without_foreign_keys);
    let parts = items.into_iter().map(part).collect();
    Ok(MigrationSql { migration: id.clone(), direction, database: key(backend), atomic, without_foreign_keys, parts })
}

fn part(item: Item) -> SqlPart {
    let about = item.about();
    let work = match item {
        Item::Schema(statement) => SqlWork::Sql(statement.sql),
        Item::Sql(sql) => SqlWork::Sql(sql),
        Item::Step(step) => SqlWork::Step(step),
    };
    SqlPart { about, work }
}

/// What the command line calls a database.
pub(crate) fn key(backend: Backend) -> &'static str {
    match backend {
        Backend::Sqlite => "sqlite",
        Backend::Postgres => "postgres",
        _ => "mysql",
    }
}

impl fmt::Display for MigrationSql {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.without_foreign_keys {
            writeln!(f, "PRAGMA foreign_keys = OFF;")?;
        }
        if self.atomic {
            writeln!(f, "BEGIN;")?;
        }
        for part in &self.parts {
            writeln!(f, "-- {}", part.about.replace('\n', " "))?;
            if let SqlWork::Sql(sql) = &part.work {
                let sql = sql.trim_end();
                writeln!(f, "{sql}{}", if sql.ends_with(';') { "" } else { ";" })?;
            }
        }
        if self.without_foreign_keys {
            writeln!(f, "-- Names the rows that point at nothing: then roll back\nPRAGMA foreign_key_check;")?;
        }
        if self.atomic {
            writeln!(f, "COMMIT;")?;
        }
        if self.without_foreign_keys {
            writeln!(f, "PRAGMA foreign_keys = ON;")?;
        }
        Ok(())
    }
}
