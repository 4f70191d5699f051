//! What operations are to a database: statements, SQL by a user's hand, and steps in Rust.

use orm_core::schema::SchemaState;
use orm_core::sql::{CatalogQuery, Dialect, SchemaChange, SchemaStatement};

use crate::error::{Error, Result};
use crate::migration::Migration;
use crate::operation::{Operation, RunSql, RunStep, Separate};

/// The smallest part of a migration, which is done or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// A statement that changes the schema.
    Schema(SchemaStatement),
    /// SQL by a user's hand.
    Sql(String),
    /// A step in Rust, by its name.
    Step(String),
}

impl Item {
    /// What it does, in words.
    #[must_use]
    pub fn about(&self) -> String {
        match self {
            Item::Schema(statement) => statement.about.clone(),
            Item::Sql(_) => "run SQL".to_owned(),
            Item::Step(name) => format!("run the step `{name}`"),
        }
    }

    /// Whether it must stand outside of transactions.
    pub(super) fn is_alone(&self) -> bool {
        matches!(self, Item::Schema(SchemaStatement { alone: true, .. }))
    }

    /// Whether foreign keys are to be switched off for it.
    pub(super) fn is_without_foreign_keys(&self) -> bool {
        matches!(self, Item::Schema(SchemaStatement { without_foreign_keys: true, .. }))
    }

    /// How to find whether it was done.
    pub(super) fn probe(&self) -> Option<&CatalogQuery> {
        match self {
            Item::Schema(statement) => statement.probe.as_ref(),
            _ => None,
        }
    }
}

/// What a migration is to a database. `state` is the schema before it, and afterwards that behind it.
///
/// # Errors
/// [`Error::State`] for an operation that does not fit the schema; [`Error::Database`] for what the database does not have.
pub fn items_of(migration: &Migration, state: &mut SchemaState, dialect: &'static dyn Dialect) -> Result<Vec<Item>> {
    let mut items = Vec::new();
    for (at, operation) in migration.operations.iter().enumerate() {
        add(operation, state, dialect, &mut items).map_err(|fault| match fault {
            Fault::State(source) => Error::State {
                migration: migration.id.clone(),
                number: at + 1,
                operation: operation.describe(),
                source: Box::new(source),
            },
            Fault::Database(source) => {
                Error::Database { migration: migration.id.clone(), doing: operation.describe(), source: Box::new(source) }
            }
        })?;
    }
    Ok(items)
}

enum Fault {
    State(crate::error::StateError),
    Database(orm_core::Error),
}

fn add(
    operation: &Operation,
    state: &mut SchemaState,
    dialect: &'static dyn Dialect,
    items: &mut Vec<Item>,
) -> Result<(), Fault> {
    match operation {
        Operation::RunSql(RunSql { sql, .. }) => {
            items.extend(sql.of(dialect.backend()).filter(|sql| !sql.trim().is_empty()).map(|sql| Item::Sql(sql.to_owned())));
        }
        Operation::RunStep(RunStep { step, .. }) if step.is_empty() => {}
        Operation::RunStep(RunStep { step, .. }) => items.push(Item::Step(step.clone())),
        Operation::Separate(Separate { database, .. }) => {
            let mut apart = state.clone();
            database.iter().try_for_each(|operation| add(operation, &mut apart, dialect, items))?;
        }
        _ => {
            let before = state.clone();
            operation.apply(state).map_err(Fault::State)?;
            let hints = operation.hints();
            let change = SchemaChange {
                before: &before,
                after: state,
                renamed_models: hints.renamed_models,
                renamed_fields: hints.renamed_fields,
                fills: hints.fills,
                concurrently: hints.concurrently,
                not_valid: hints.not_valid,
            };
            items.extend(change.statements(dialect).map_err(Fault::Database)?.into_iter().map(Item::Schema));
            return Ok(());
        }
    }
    operation.apply(state).map_err(Fault::State)
}
