//! What is applied to a database, and what a run would do.

use std::collections::BTreeSet;
use std::sync::Arc;

use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use serde::Serialize;

use crate::apply::{Direction, Entry, History, Migrations, ReadHistory, graph_of, work_of};
use crate::error::Result;
use crate::graph::{Graph, Target};
use crate::migration::{Migration, MigrationId};

/// How a command that asks a database is run, in blocking and in async code.
macro_rules! in_both_modes {
    ($command:ident, $async_command:ident, $output:ty) => {
        #[cfg(all(feature = "sync", feature = "database"))]
        impl $command {
            /// Asks the database, which is left as it is.
            ///
            /// # Errors
            /// [`Error`](crate::Error) for migrations that do not fit together or to what is applied, and what the database reports.
            #[track_caller]
            pub fn run(self, db: &orm_sync::Database) -> Result<$output> {
                db.operate(self)?
            }
        }

        #[cfg(all(feature = "async", feature = "database"))]
        impl $command {
            /// The same for async code.
            #[must_use]
            pub fn a(self) -> $async_command {
                $async_command(self)
            }
        }

        #[doc = concat!("[`", stringify!($command), "`] for async code.")]
        #[cfg(all(feature = "async", feature = "database"))]
        #[derive(Debug, Clone)]
        pub struct $async_command($command);

        #[cfg(all(feature = "async", feature = "database"))]
        impl $async_command {
            /// Asks the database, which is left as it is.
            ///
            /// # Errors
            /// As the blocking one.
            pub async fn run(self, db: &orm_async::AsyncDatabase) -> Result<$output> {
                db.operate(self.0).await?
            }
        }
    };
}

/// How a migration stands to a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is applied.
    Applied,
    /// It is not applied.
    Pending,
    /// It was begun, or begun to be undone, and not brought to its end.
    Interrupted,
    /// It is applied, and its file was changed afterwards.
    Changed,
    /// It is applied, and there is no file of it.
    NoFile,
}

/// A migration, and how it stands to a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationStatus {
    /// The migration.
    pub migration: MigrationId,
    /// How it stands to the database.
    pub status: Status,
    /// When it was applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied_at: Option<String>,
    /// The migrations that it stands for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub replaces: Vec<MigrationId>,
}

/// All migrations in the order in which they are applied, and which of them are.
#[derive(Debug, Clone)]
pub struct ShowMigrations {
    migrations: Arc<[Migration]>,
}

impl ShowMigrations {
    /// Of these migrations.
    #[must_use]
    pub fn new(migrations: &Migrations) -> Self {
        ShowMigrations { migrations: Arc::clone(migrations.shared()) }
    }
}

impl Operation for ShowMigrations {
    type Output = Result<Vec<MigrationStatus>>;
    const NAME: &'static str = "showmigrations";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> orm_core::Result<Self::Output> {
        let history = ReadHistory.run(connection).await?;
        Ok(statuses(&self.migrations, &history))
    }
}

in_both_modes!(ShowMigrations, AsyncShowMigrations, Vec<MigrationStatus>);

fn statuses(migrations: &[Migration], history: &History) -> Result<Vec<MigrationStatus>> {
    let graph = Graph::with_applied(migrations.to_vec(), &history.applied())?;
    let status = |migration: &Migration| {
        let entry = history.entries.get(&migration.id);
        let status = match entry {
            Some(Entry { position: Some(_), .. }) => Status::Interrupted,
            Some(entry) if entry.checksum != migration.checksum().to_string() => Status::Changed,
            Some(_) => Status::Applied,
            // A squashed one, of which all is applied that it stands for.
            None if graph.is_applied(&migration.id) => Status::Applied,
            None => Status::Pending,
        };
        let applied_at = entry.map(|entry| entry.applied_at.clone());
        MigrationStatus { migration: migration.id.clone(), status, applied_at, replaces: migration.replaces.clone() }
    };
    let unknown = graph.unknown_applied().iter().map(|id| MigrationStatus {
        migration: id.clone(),
        status: Status::NoFile,
        applied_at: history.entries.get(id).map(|entry| entry.applied_at.clone()),
        replaces: Vec::new(),
    });
    Ok(graph.iter().map(status).chain(unknown).collect())
}

/// What a run would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationPlan {
    /// Whether the migrations would be applied or undone.
    pub direction: Direction,
    /// The migrations, in this order.
    pub migrations: Vec<PlannedMigration>,
}

/// A migration that would be applied or undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedMigration {
    /// The migration.
    pub migration: MigrationId,
    /// What would be done, operation by operation.
    pub operations: Vec<String>,
    /// What would be lost for good.
    pub destroys: Vec<String>,
}

/// What [`Migrate`](crate::Migrate) would do, without doing it.
///
/// ```
/// use amphi::migrations::Migrations;
/// use amphi::migrations::command::PlanMigrations;
/// use amphi::prelude::*;
///
/// let db = Database::connect("sqlite::memory:")?;
/// let migrations = Migrations::embedded(&[("0001_initial.toml", "app = 'shop'")])?;
/// let plan = PlanMigrations::new(&migrations).run(&db)?;
/// assert_eq!(plan.migrations[0].migration.to_string(), "shop.0001_initial");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PlanMigrations {
    migrations: Arc<[Migration]>,
    target: Target,
}

impl PlanMigrations {
    /// What applying all migrations would do.
    #[must_use]
    pub fn new(migrations: &Migrations) -> Self {
        PlanMigrations { migrations: Arc::clone(migrations.shared()), target: Target::Latest }
    }

    /// Where to get.
    #[must_use]
    pub fn to(mut self, target: Target) -> Self {
        self.target = target;
        self
    }
}

impl Operation for PlanMigrations {
    type Output = Result<MigrationPlan>;
    const NAME: &'static str = "migrate --plan";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> orm_core::Result<Self::Output> {
        let history = ReadHistory.run(connection).await?;
        Ok(graph_of(&self.migrations, &history).and_then(|graph| plan(&graph, &self.target)))
    }
}

in_both_modes!(PlanMigrations, AsyncPlanMigrations, MigrationPlan);

fn plan(graph: &Graph, target: &Target) -> Result<MigrationPlan> {
    let (direction, migrations) = work_of(graph, target)?;
    let mut state = graph.applied_state()?;
    let mut planned = Vec::with_capacity(migrations.len());
    for migration in migrations {
        let lost: BTreeSet<String> = migration.destroys(&state)?.into_iter().map(|(_, what)| what).collect();
        migration.apply(&mut state)?;
        planned.push(PlannedMigration {
            operations: migration.operations.iter().map(|operation| operation.describe()).collect(),
            migration: migration.id,
            destroys: lost.into_iter().collect(),
        });
    }
    Ok(MigrationPlan { direction, migrations: planned })
}
