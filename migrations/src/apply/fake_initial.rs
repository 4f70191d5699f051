//! First migrations of apps whose tables are there already (Django's `--fake-initial`).

use std::collections::BTreeSet;

use orm_core::connection::Connection;
use orm_core::schema::{ModelName, SchemaState};

use crate::error::{Error, Result};
use crate::introspect::{self, Catalog};
use crate::migration::{Migration, MigrationId};
use crate::operation::{Operation, Separate};

/// The first migrations of apps, of those that are to be applied, all of whose tables and columns are there already. `before` is the
/// schema before them.
///
/// # Errors
/// [`Error::PartlyThere`] for one of which some are there and some are not.
pub(super) async fn already_there<C: Connection>(
    connection: &mut C,
    mut before: SchemaState,
    migrations: impl Iterator<Item = &Migration>,
) -> Result<BTreeSet<MigrationId>> {
    let catalog = introspect::read(connection).await?;
    let mut there = BTreeSet::new();
    for migration in migrations {
        migration.apply(&mut before)?;
        if is_initial(migration) && is_there(migration, &before, &catalog)? {
            there.insert(migration.id.clone());
        }
    }
    Ok(there)
}

/// Whether nothing of its app comes before it.
fn is_initial(migration: &Migration) -> bool {
    migration.parents.iter().all(|parent| parent.app != migration.id.app)
}

/// Whether all that a migration makes is there; none of it if it makes nothing. `after` is the schema behind it.
fn is_there(migration: &Migration, after: &SchemaState, catalog: &Catalog) -> Result<bool> {
    let mut made = Vec::new();
    collect(&migration.operations, after, &mut made);
    let is_found = |made: &&Made| {
        let table = catalog.table(&made.table).filter(|table| !table.is_view);
        table.is_some_and(|table| {
            let mut columns = table.columns.iter().map(|column| column.name.as_str());
            made.column.as_deref().is_none_or(|wanted| columns.any(|column| catalog.is_same(column, wanted)))
        })
    };
    let (there, missing): (Vec<&Made>, Vec<&Made>) = made.iter().partition(is_found);
    if !there.is_empty() && !missing.is_empty() {
        let told = |made: Vec<&Made>| made.into_iter().map(Made::told).collect();
        return Err(Error::PartlyThere { migration: migration.id.clone(), there: told(there), missing: told(missing) });
    }
    Ok(!there.is_empty())
}

/// A table that a migration creates, or a column that it adds to one.
struct Made {
    table: String,
    column: Option<String>,
}

impl Made {
    fn told(&self) -> String {
        match &self.column {
            None => format!("the table `{}`", self.table),
            Some(column) => format!("the column `{column}` of the table `{}`", self.table),
        }
    }
}

/// What operations make, under the names that it has in the end.
fn collect(operations: &[Operation], after: &SchemaState, made: &mut Vec<Made>) {
    let table_of = |model: &ModelName| after.model(model).map(|model| model.table.clone());
    for operation in operations {
        match operation {
            Operation::CreateModel(create) => {
                made.extend(table_of(&create.0.name).map(|table| Made { table, column: None }));
            }
            Operation::AddField(add) => {
                let field = after.model(&add.model).and_then(|model| model.field(&add.field.name));
                if let (Some(field), Some(table)) = (field, table_of(&add.model)) {
                    made.push(Made { table, column: Some(field.column().to_owned()) });
                }
            }
            Operation::Separate(Separate { database, .. }) => collect(database, after, made),
            _ => {}
        }
    }
}
