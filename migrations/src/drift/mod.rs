//! Drift: how a live database differs from the schema that the migrations lead to.
//!
//! [`drift`] compares what the schema would be in a database, by the very code that creates tables, with the [`Catalog`] of the database.
//! Right after a migration or `create_tables` there is no difference.
//!
//! PostgreSQL, MySQL and MariaDB keep conditions and expressions in words of their own, so that nothing sound can be said by comparing
//! texts: there a check is compared by its name, an index by its columns, its options, and whether it has a condition; an expression
//! of an index, a default that is an expression, and an exclusion constraint only by whether they are there. SQLite keeps what was
//! written, and all of it is compared. Triggers are nobody's but their maker's, and are not looked at; nor is the table
//! `amphi_migration`. Tables and enums that no model has are told too, and [`Difference::is_foreign`] tells them from the rest.

mod compare;
mod defaults;
mod difference;
mod parts;
#[cfg(all(feature = "database", any(feature = "sync", feature = "async")))]
mod run;
mod types;

use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::schema::SchemaState;
use orm_core::sql::{Dialect, SchemaShape};

pub(crate) use self::defaults::value as default_value;
pub use self::difference::{Difference, PartKind, PartName};
#[cfg(all(feature = "sync", feature = "database"))]
pub use self::run::read_drift;
#[cfg(all(feature = "async", feature = "database"))]
pub use self::run::read_drift_a;
use crate::error::Result;
use crate::introspect::{self, Catalog};

/// The table in which migrations are noted.
pub(crate) const MIGRATION_TABLE: &str = "amphi_migration";

/// How a database differs from a schema. `dialect` is the database's.
///
/// # Errors
/// [`Error::Model`](crate::Error::Model) for a schema that the database cannot have.
pub fn drift(state: &SchemaState, catalog: &Catalog, dialect: &dyn Dialect) -> Result<Vec<Difference>> {
    let shape = SchemaShape::new(state, dialect)?;
    let mut found = Vec::new();
    for table in &shape.tables {
        match catalog.table(&table.name) {
            None => found.push(Difference::MissingTable { table: table.name.clone() }),
            Some(live) if live.is_view => found.push(Difference::ViewForTable { table: table.name.clone() }),
            Some(live) => compare::table(table, live, catalog, &mut found),
        }
    }
    compare::enums(&shape.enums, catalog, &mut found);
    for live in catalog.tables.iter().filter(|live| !live.is_view && live.name != MIGRATION_TABLE) {
        if !shape.tables.iter().any(|table| catalog.is_same(&table.name, &live.name)) {
            found.push(Difference::ExtraTable { table: live.name.clone() });
        }
    }
    Ok(found)
}

/// Compares a database with a schema. An operation of both modes.
#[derive(Debug, Clone)]
pub struct ReadDrift {
    /// The schema that the database should have.
    pub state: SchemaState,
}

impl Operation for ReadDrift {
    type Output = Result<Vec<Difference>>;
    const NAME: &'static str = "drift";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> orm_core::Result<Self::Output> {
        let catalog = introspect::read(connection).await?;
        Ok(drift(&self.state, &catalog, connection.dialect()))
    }
}
