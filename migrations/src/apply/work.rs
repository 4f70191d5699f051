//! What operations are to a database: statements, SQL by a user's hand, and steps in Rust.

use orm_core::schema::SchemaState;
use orm_core::sql::{CatalogQuery, Dialect, SchemaChange, SchemaStatement, validate_constraint};

use crate::error::{Error, Result, StateError};
use crate::migration::Migration;
use crate::operation::{Hints, Operation, RunSql, RunStep, Separate, ValidateConstraint};

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
    pub(crate) fn is_without_foreign_keys(&self) -> bool {
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
    Ok(units_of(migration, state, dialect)?.into_iter().flat_map(|unit| unit.items).collect())
}

/// What is done in one transaction, where a migration is not done in one as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// How many items of the migration come before it.
    pub first: usize,
    pub items: Vec<Item>,
}

impl Unit {
    /// How many items of the migration are done when it is.
    pub(super) fn end(&self) -> usize {
        self.first + self.items.len()
    }
}

impl Migration {
    /// Whether it is done in one transaction on a database, on which it is these parts.
    pub(crate) fn is_one_transaction<'i>(&self, mut items: impl Iterator<Item = &'i Item>, dialect: &dyn Dialect) -> bool {
        self.atomic && dialect.features().transactional_ddl && !items.any(Item::is_alone)
    }
}

/// The same as [`items_of`], in units: each operation is one where the database changes its schema in transactions, as far as it runs in
/// one; elsewhere each item is.
pub(super) fn units_of(migration: &Migration, state: &mut SchemaState, dialect: &'static dyn Dialect) -> Result<Vec<Unit>> {
    let mut units: Vec<Unit> = Vec::new();
    let mut left = migration.operations.as_slice();
    while !left.is_empty() {
        let mut items = Vec::new();
        let done = add(left, state, dialect, &mut items).map_err(|Refused { behind, fault }| {
            let at = migration.operations.len() - left.len() + behind;
            let operation = migration.operations.get(at).map(Operation::describe).unwrap_or_default();
            match fault {
                Fault::State(source) => {
                    Error::State { migration: migration.id.clone(), number: at + 1, operation, source: Box::new(source) }
                }
                Fault::Database(source) => {
                    Error::Database { migration: migration.id.clone(), doing: operation, source: Box::new(source) }
                }
            }
        })?;
        left = left.get(done..).unwrap_or_default();
        let is_together = |one: &Item, next: &Item| dialect.features().transactional_ddl && !one.is_alone() && !next.is_alone();
        for items in items.chunk_by(is_together) {
            let first = units.last().map_or(0, Unit::end);
            units.push(Unit { first, items: items.to_vec() });
        }
    }
    Ok(units)
}

/// An operation, so many behind the first one, that does not fit the schema or the database.
struct Refused {
    behind: usize,
    fault: Fault,
}

enum Fault {
    State(StateError),
    Database(orm_core::Error),
}

impl Refused {
    fn first(fault: impl Into<Fault>) -> Self {
        Refused { behind: 0, fault: fault.into() }
    }
}

impl From<StateError> for Fault {
    fn from(error: StateError) -> Self {
        Fault::State(error)
    }
}

impl From<orm_core::Error> for Fault {
    fn from(error: orm_core::Error) -> Self {
        Fault::Database(error)
    }
}

/// Adds what the first of some operations is to a database, with those behind it that must be done at once; how many these are.
fn add(
    operations: &[Operation],
    state: &mut SchemaState,
    dialect: &'static dyn Dialect,
    items: &mut Vec<Item>,
) -> Result<usize, Refused> {
    let Some(operation) = operations.first() else { return Ok(0) };
    match operation {
        Operation::RunSql(RunSql { sql, .. }) => {
            items.extend(sql.of(dialect.backend()).filter(|sql| !sql.trim().is_empty()).map(|sql| Item::Sql(sql.to_owned())));
        }
        Operation::RunStep(RunStep { step, .. }) if step.is_empty() => {}
        Operation::RunStep(RunStep { step, .. }) => items.push(Item::Step(step.clone())),
        Operation::ValidateConstraint(ValidateConstraint { model, constraint }) => {
            let statements = validate_constraint(state, model, constraint, dialect).map_err(Refused::first)?;
            items.extend(statements.into_iter().map(Item::Schema));
        }
        Operation::Separate(Separate { database, .. }) => {
            let (mut apart, mut left) = (state.clone(), database.as_slice());
            while !left.is_empty() {
                let done = add(left, &mut apart, dialect, items).map_err(|Refused { fault, .. }| Refused::first(fault))?;
                left = left.get(done..).unwrap_or_default();
            }
        }
        _ => return change(operations, state, dialect, items),
    }
    operation.apply(state).map_err(Refused::first)?;
    Ok(1)
}

/// Adds what a change of the schema is to a database.
fn change(
    operations: &[Operation],
    state: &mut SchemaState,
    dialect: &'static dyn Dialect,
    items: &mut Vec<Item>,
) -> Result<usize, Refused> {
    let before = state.clone();
    let (mut hints, mut done) = (Hints::default(), 0);
    for operation in operations {
        operation.apply(state).map_err(|error| Refused { behind: done, fault: error.into() })?;
        operation.change().hints(&mut hints);
        done += 1;
        if is_whole(state, operation) || !operations.get(done).is_some_and(|next| completes(operation, next)) {
            break;
        }
    }
    let change = SchemaChange {
        before: &before,
        after: state,
        renamed_models: hints.renamed_models,
        renamed_fields: hints.renamed_fields,
        fills: hints.fills,
        concurrently: hints.concurrently,
        not_valid: hints.not_valid,
    };
    items.extend(change.statements(dialect).map_err(Refused::first)?.into_iter().map(Item::Schema));
    Ok(done)
}

/// Whether the model has a form that a database can have: what it fills in is the whole key.
fn is_whole(state: &SchemaState, operation: &Operation) -> bool {
    let Some(model) = operation.model().and_then(|name| state.model(name)) else { return true };
    model.fields.iter().all(|field| !field.generated || model.key.as_slice() == std::slice::from_ref(&field.name))
}

/// Whether the next operation may bring the model into such a form.
fn completes(operation: &Operation, next: &Operation) -> bool {
    let is_of_field =
        matches!(next, Operation::AddField(_) | Operation::AlterField(_) | Operation::RemoveField(_) | Operation::AlterKey(_));
    is_of_field && operation.model() == next.model()
}
