//! What a migration consists of: changes of the schema of models, and what a user adds to them.
//!
//! An operation knows no database. It says how the schema is afterwards, and hints at what the two schemas cannot tell: what was
//! renamed, and what fills a new column.

mod access;
mod change;
mod constraint;
mod convert;
mod field;
mod hints;
mod index;
mod key;
mod model;
mod reading;
mod sql;

use orm_core::schema::{ModelName, SchemaState};
use serde::Serialize;

pub(crate) use self::access::targets;
pub use self::access::{Access, Resource};
pub(crate) use self::change::{Change, field_at, field_position, model_at, model_mut};
pub use self::constraint::{AddConstraint, RemoveConstraint, ValidateConstraint};
pub(crate) use self::convert::is_widening;
pub use self::field::{AddField, AlterField, RemoveField, RenameField};
pub use self::hints::Hints;
pub use self::index::{AddIndex, RemoveIndex, RenameIndex};
pub use self::key::AlterKey;
pub(crate) use self::key::follow_keys;
pub use self::model::{AlterComment, AlterTable, CreateModel, DeleteModel, RenameModel};
pub use self::sql::{RunSql, RunStep, Separate};
use crate::error::{Irreversible, StateError};

/// One step of a migration. In a file it is a table of `[[operations]]`, and its `op` is the name in snake_case.
///
/// ```
/// use orm_core::schema::{FieldKind, FieldState, ModelName, ModelState, SchemaState};
/// use orm_migrations::operation::{AddField, Operation};
///
/// let book = ModelName::new("shop", "Book");
/// let mut state: SchemaState = [ModelState {
///     name: book.clone(),
///     table: "book".into(),
///     key: vec!["id".into()],
///     comment: None,
///     fields: vec![FieldState { generated: true, ..FieldState::new("id", FieldKind::I64) }],
///     indexes: vec![],
///     constraints: vec![],
/// }]
/// .into_iter()
/// .collect();
/// let field = FieldState { max_length: Some(13), nullable: true, ..FieldState::new("isbn", FieldKind::Text) };
/// let add = Operation::AddField(AddField { model: book.clone(), field, fill: None });
/// assert_eq!(add.describe(), "Add field isbn to Book");
/// let undo = add.reverse(&state)?;
/// add.apply(&mut state)?;
/// assert!(state.model(&book).and_then(|book| book.field("isbn")).is_some());
/// for operation in undo {
///     operation.apply(&mut state)?;
/// }
/// assert!(state.model(&book).and_then(|book| book.field("isbn")).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// Makes a model and its table.
    CreateModel(CreateModel),
    /// Removes a model and its table.
    DeleteModel(DeleteModel),
    /// Gives a model another name, and its table too if it says one.
    RenameModel(RenameModel),
    /// Gives a model's table another name.
    AlterTable(AlterTable),
    /// Says something else, or nothing, of a table in the database.
    AlterComment(AlterComment),
    /// Makes other fields the primary key.
    AlterKey(AlterKey),
    /// Adds a field and its column.
    AddField(AddField),
    /// Removes a field and its column.
    RemoveField(RemoveField),
    /// Changes a field and its column.
    AlterField(AlterField),
    /// Gives a field another name, and its column too.
    RenameField(RenameField),
    /// Adds an index.
    AddIndex(AddIndex),
    /// Removes an index.
    RemoveIndex(RemoveIndex),
    /// Gives an index another name.
    RenameIndex(RenameIndex),
    /// Adds a constraint.
    AddConstraint(AddConstraint),
    /// Checks the rows that were there when a constraint was added as `not_valid`.
    ValidateConstraint(ValidateConstraint),
    /// Removes a constraint.
    RemoveConstraint(RemoveConstraint),
    /// Runs SQL by a user's hand.
    RunSql(RunSql),
    /// Runs a step that the program has in Rust.
    RunStep(RunStep),
    /// Changes the database by some operations, and the schema of the models by others.
    Separate(Separate),
}

/// Every name of an operation in a file.
pub(crate) const NAMES: [&str; 19] = [
    "create_model",
    "delete_model",
    "rename_model",
    "alter_table",
    "alter_comment",
    "alter_key",
    "add_field",
    "remove_field",
    "alter_field",
    "rename_field",
    "add_index",
    "remove_index",
    "rename_index",
    "add_constraint",
    "validate_constraint",
    "remove_constraint",
    "run_sql",
    "run_step",
    "separate",
];

impl Operation {
    /// What it does, all kinds alike.
    pub(crate) fn change(&self) -> &dyn Change {
        match self {
            Operation::CreateModel(change) => change,
            Operation::DeleteModel(change) => change,
            Operation::RenameModel(change) => change,
            Operation::AlterTable(change) => change,
            Operation::AlterComment(change) => change,
            Operation::AlterKey(change) => change,
            Operation::AddField(change) => change,
            Operation::RemoveField(change) => change,
            Operation::AlterField(change) => change,
            Operation::RenameField(change) => change,
            Operation::AddIndex(change) => change,
            Operation::RemoveIndex(change) => change,
            Operation::RenameIndex(change) => change,
            Operation::AddConstraint(change) => change,
            Operation::ValidateConstraint(change) => change,
            Operation::RemoveConstraint(change) => change,
            Operation::RunSql(change) => change,
            Operation::RunStep(change) => change,
            Operation::Separate(change) => change,
        }
    }

    /// Changes the schema as the operation says.
    ///
    /// # Errors
    /// [`StateError`] where the schema is not as the operation takes it to be. The schema is then as before, unless the operation is
    /// made of several.
    pub fn apply(&self, state: &mut SchemaState) -> Result<(), StateError> {
        self.change().apply(state)
    }

    /// What it does, in words: `Add field isbn to Book`.
    #[must_use]
    pub fn describe(&self) -> String {
        self.change().describe()
    }

    /// The operations that undo it, in their order, on a schema that was `before` it.
    ///
    /// # Errors
    /// [`Irreversible`] says why there are none.
    pub fn reverse(&self, before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
        self.change().reverse(before)
    }

    /// What is lost for good when it is applied to a database with this schema, in words, if anything is.
    #[must_use]
    pub fn destroys(&self, before: &SchemaState) -> Option<String> {
        self.change().destroys(before)
    }

    /// Whether anything is lost for good when it is applied to a database with this schema.
    #[must_use]
    pub fn is_destructive(&self, before: &SchemaState) -> bool {
        self.destroys(before).is_some()
    }

    /// What it depends on and what it changes, as precisely as the schema before it lets it know; without one, what it may.
    #[must_use]
    pub fn access(&self, before: Option<&SchemaState>) -> Access {
        let mut access = Access::default();
        self.change().access(before, &mut access);
        access
    }

    /// The model that it is about, by the name before it.
    #[must_use]
    pub fn model(&self) -> Option<&ModelName> {
        self.change().model()
    }

    /// What the schemas before and after cannot tell of it.
    #[must_use]
    pub fn hints(&self) -> Hints {
        let mut hints = Hints::default();
        self.change().hints(&mut hints);
        hints
    }

    /// Whether it may be left out where migrations are squashed, because it was only for the rows of its time.
    #[must_use]
    pub fn is_elidable(&self) -> bool {
        match self {
            Operation::RunSql(RunSql { elidable, .. })
            | Operation::RunStep(RunStep { elidable, .. })
            | Operation::Separate(Separate { elidable, .. }) => *elidable,
            _ => false,
        }
    }
}

/// Applies operations in their order.
///
/// # Errors
/// [`StateError`] of the first that does not fit.
pub fn apply_all(operations: &[Operation], state: &mut SchemaState) -> Result<(), StateError> {
    operations.iter().try_for_each(|operation| operation.apply(state))
}

/// The operations that undo some, in their order, on a schema that was `before` them.
///
/// # Errors
/// [`Irreversible`] for one that cannot be undone, or that does not fit the schema.
pub fn reverse_all(operations: &[Operation], before: &SchemaState) -> Result<Vec<Operation>, Irreversible> {
    let mut state = before.clone();
    let mut undo: Vec<Vec<Operation>> = Vec::with_capacity(operations.len());
    for operation in operations {
        undo.push(operation.reverse(&state)?);
        operation.apply(&mut state).map_err(|error| Irreversible::new(operation, error.to_string()))?;
    }
    Ok(undo.into_iter().rev().flatten().collect())
}
