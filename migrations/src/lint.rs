//! What is dangerous to apply while a program runs: operations that lock or rewrite a large table, or that the running version of the
//! program does not survive, and how to do the same safely.

use std::collections::BTreeSet;

use orm_core::schema::{FieldState, ModelName, SchemaState};
use orm_core::sql::Backend;

use crate::error::Result;
use crate::migration::Migration;
use crate::operation::{Operation, is_widening};

/// A way in which an operation is dangerous.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// The databases that it is about.
    pub backends: &'static [Backend],
    /// What happens.
    pub danger: &'static str,
    /// How to do the same safely.
    pub remedy: &'static str,
}

/// An operation that is dangerous.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The operation's number, from 1.
    pub number: usize,
    /// What it does.
    pub operation: String,
    /// Why that is dangerous.
    pub rule: &'static Rule,
}

const ALL: &[Backend] = &[Backend::Sqlite, Backend::Postgres, Backend::MySql];

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident: $name:literal, $backends:expr, $danger:literal, $remedy:literal;)*) => {
        $($(#[$doc])* pub static $rule: Rule = Rule { name: $name, backends: $backends, danger: $danger, remedy: $remedy };)*

        /// All rules.
        pub static RULES: &[&Rule] = &[$(&$rule),*];
    };
}

rules! {
    /// A column goes that the running version reads.
    REMOVED: "removed", ALL,
        "the running version of the program still reads and writes it, and fails from then on",
        "deploy a version without it first, and apply this afterwards; a field that may not be NULL must become an `Option` before";
    /// A name changes that the running version uses.
    RENAMED: "renamed", ALL,
        "the running version of the program uses the old name, and fails from then on",
        "keep the name in the database (`#[field(column = \"..\")]`, `#[model(table = \"..\")]`), or add the new one, write both, and \
         remove the old one later";
    /// A new column must be given a value.
    NEW_NOT_NULL: "new-not-null", ALL,
        "the running version of the program inserts rows without the new column, and is refused",
        "add the field as an `Option`, deploy a version that writes it, fill the rows, and make it required afterwards";
    /// A column may no longer be NULL.
    SET_NOT_NULL: "set-not-null", &[Backend::Postgres, Backend::MySql],
        "all rows are checked, on PostgreSQL while nobody reads or writes the table, and on MySQL the table is copied",
        "on PostgreSQL add a check (`x IS NOT NULL`) as `not_valid`, validate it in a migration of its own, and do this then: it need \
         not look again";
    /// A column gets another type.
    ALTER_TYPE: "alter-type", &[Backend::Postgres, Backend::MySql],
        "the table is rewritten while nobody can read or write it",
        "add a field of the new type, write both, copy in portions, read the new one, and remove the old one";
    /// A table is copied.
    REBUILD: "rebuild", &[Backend::Sqlite],
        "the table is copied while nobody can write to the database",
        "nothing is needed for a table of a few hundred thousand rows; for a greater one apply it in a quiet hour";
    /// An index is made while nobody can write.
    ADD_INDEX: "add-index", &[Backend::Postgres],
        "nobody can write to the table until the index is made",
        "write `concurrently = true` in the operation and `atomic = false` at the top of the file, with this operation alone in it";
    /// An index cannot be made concurrently in a transaction.
    CONCURRENTLY_IN_TRANSACTION: "concurrently-in-transaction", &[Backend::Postgres],
        "PostgreSQL cannot do this in a transaction",
        "write `atomic = false` at the top of the file";
    /// A constraint is checked for all rows.
    ADD_CONSTRAINT: "add-constraint", &[Backend::Postgres],
        "all rows are checked while nobody can write to the table",
        "write `not_valid = true` in the operation, and add a `validate_constraint` to a migration of its own";
    /// A unique constraint makes an index.
    ADD_UNIQUE: "add-unique", &[Backend::Postgres, Backend::MySql],
        "an index is made while nobody can write to the table, and two rows that are the same refuse it",
        "look for such rows first; on PostgreSQL make a unique index `CONCURRENTLY` by `run_sql`, and let the constraint use it";
    /// A foreign key is checked for all rows.
    ADD_FOREIGN_KEY: "add-foreign-key", &[Backend::Postgres, Backend::MySql],
        "all rows are checked while nobody can write to either table",
        "on PostgreSQL add it as NOT VALID by a `separate`, and validate it in a migration of its own";
    /// The primary key is another one.
    ALTER_KEY: "alter-key", ALL,
        "the table and all that point at it are rewritten, and nobody can read or write them",
        "make a new model with the new key, write both, copy in portions, and remove the old one";
}

/// What is dangerous in a migration, for a database with the schema `before` it. What is done to models that the migration itself makes
/// is not: their tables are empty.
///
/// # Errors
/// [`Error::State`](crate::Error::State) for an operation that does not fit.
pub fn lint(migration: &Migration, before: &SchemaState) -> Result<Vec<Finding>> {
    let mut state = before.clone();
    let mut new: BTreeSet<ModelName> = BTreeSet::new();
    let mut findings = Vec::new();
    for (at, operation) in migration.operations.iter().enumerate() {
        let is_new = operation.model().is_some_and(|model| new.contains(model));
        if !is_new {
            let rules = dangers(operation, &state, migration.atomic);
            findings.extend(rules.into_iter().map(|rule| Finding { number: at + 1, operation: operation.describe(), rule }));
        }
        match operation {
            Operation::CreateModel(create) => {
                new.insert(create.0.name.clone());
            }
            Operation::RenameModel(rename) if is_new => {
                new.insert(rename.to.clone());
            }
            _ => {}
        }
        migration.apply_one(at, operation, &mut state)?;
    }
    Ok(findings)
}

/// The rules that an operation on a table with rows breaks.
fn dangers(operation: &Operation, state: &SchemaState, atomic: bool) -> Vec<&'static Rule> {
    let mut rules: Vec<&'static Rule> = Vec::new();
    let mut add = |applies: bool, rule: &'static Rule| rules.extend(applies.then_some(rule));
    match operation {
        Operation::DeleteModel(_) => add(true, &REMOVED),
        Operation::RemoveField(_) => {
            add(true, &REMOVED);
            add(true, &REBUILD);
        }
        Operation::RenameModel(rename) => add(rename.table.is_some(), &RENAMED),
        Operation::AlterTable(_) => add(true, &RENAMED),
        Operation::RenameField(rename) => {
            let old = state.model(&rename.model).and_then(|model| model.field(&rename.field)).map(FieldState::column);
            add(old != Some(rename.column.as_deref().unwrap_or(&rename.to)), &RENAMED);
        }
        Operation::AddField(of) => {
            add(!of.field.nullable && !of.field.generated && of.field.default.is_none(), &NEW_NOT_NULL);
            add(of.field.unique, &ADD_UNIQUE);
            add(of.field.is_indexed(), &ADD_INDEX);
            add(of.field.references.is_some(), &ADD_FOREIGN_KEY);
            add(of.field.unique || (!of.field.nullable && of.field.references.is_some()), &REBUILD);
        }
        Operation::AlterField(of) => {
            let Some(old) = state.model(&of.model).and_then(|model| model.field(&of.field.name)) else { return rules };
            let new = &of.field;
            let is_longer_text = old.kind == new.kind && is_widening(old, new);
            let is_other_type = old.kind != new.kind
                || (old.max_length, old.max_digits, old.decimal_places) != (new.max_length, new.max_digits, new.decimal_places);
            add(old.column() != new.column(), &RENAMED);
            add(old.nullable && !new.nullable, &SET_NOT_NULL);
            add(is_other_type && !is_longer_text, &ALTER_TYPE);
            add(new.unique && !old.unique, &ADD_UNIQUE);
            add(new.is_indexed() && !old.is_indexed(), &ADD_INDEX);
            add(new.references.is_some() && new.references != old.references, &ADD_FOREIGN_KEY);
            let of_no_column = |field: &FieldState| FieldState { comment: None, index: false, column: None, ..field.clone() };
            add(of_no_column(old) != of_no_column(new), &REBUILD);
        }
        Operation::AlterKey(_) => add(true, &ALTER_KEY),
        Operation::AddIndex(of) => {
            add(!of.concurrently, &ADD_INDEX);
            add(of.concurrently && atomic, &CONCURRENTLY_IN_TRANSACTION);
        }
        Operation::RemoveIndex(of) => add(of.concurrently && atomic, &CONCURRENTLY_IN_TRANSACTION),
        Operation::AddConstraint(of) => {
            let is_unique = matches!(of.constraint, orm_core::schema::ConstraintState::Unique { .. });
            add(is_unique, &ADD_UNIQUE);
            add(!is_unique && !of.not_valid, &ADD_CONSTRAINT);
            add(!is_unique, &REBUILD);
        }
        Operation::RemoveConstraint(_) => add(true, &REBUILD),
        _ => {}
    }
    rules
}
