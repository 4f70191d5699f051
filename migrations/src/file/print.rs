//! Writing a migration as text.

use serde::Serialize;
use toml_edit::ser::{Error as WriteError, ValueSerializer};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

use super::read::operations_of;
use crate::error::{Error, Result};
use crate::migration::{Migration, MigrationId};
use crate::operation::Operation;

/// The text of a migration's file.
///
/// # Errors
/// [`Error::Rewrite`] for an operation that TOML cannot hold.
///
/// ```
/// use orm_migrations::operation::{Operation, RunStep};
/// use orm_migrations::{Migration, MigrationId, file};
///
/// let mut migration = Migration::new(MigrationId::new("shop", "0001_initial"), vec![]);
/// let step = RunStep { step: "fill_prices".into(), reverse: None, elidable: false };
/// migration.operations.push(Operation::RunStep(step));
/// let text = file::print(&migration)?;
/// assert_eq!(text, "app = \"shop\"\n\n[[operations]]\nop = \"run_step\"\nstep = \"fill_prices\"\n");
/// assert_eq!(file::parse("migrations/0001_initial.toml", &text)?, migration);
/// # Ok::<(), orm_migrations::Error>(())
/// ```
pub fn print(migration: &Migration) -> Result<String> {
    let (mut document, mut operations) = head(migration);
    for operation in &migration.operations {
        operations.push(table(operation)?);
    }
    insert(&mut document, operations);
    Ok(document.to_string())
}

/// The text of a file that was changed: comments at its top and bottom stay, and operations that are the same stay as they were written,
/// with the comments in front of and inside them.
///
/// # Errors
/// [`Error::File`] if what was written is no migration, [`Error::Rewrite`] for an operation that TOML cannot hold.
pub fn rewrite(path: &str, written: &str, migration: &Migration) -> Result<String> {
    let (old, old_operations) = operations_of(path, written)?;
    let (mut document, mut operations) = head(migration);
    let mut kept = 0;
    for operation in &migration.operations {
        let found = old_operations.iter().enumerate().skip(kept).find(|(_, (old, _))| old == operation);
        operations.push(match found {
            Some((at, (_, table))) => {
                kept = at + 1;
                let mut table = table.clone();
                table.set_position(None);
                table
            }
            None => table(operation)?,
        });
    }
    let comment = old.iter().next().and_then(|(key, _)| old.key(key)).and_then(|key| key.leaf_decor().prefix()?.as_str());
    if let (Some(comment), Some(mut key)) = (comment, document.key_mut("app")) {
        key.leaf_decor_mut().set_prefix(comment);
    }
    document.set_trailing(old.trailing().clone());
    insert(&mut document, operations);
    Ok(document.to_string())
}

/// All but the operations.
fn head(migration: &Migration) -> (DocumentMut, ArrayOfTables) {
    let mut document = DocumentMut::new();
    document.insert("app", toml_edit::value(migration.id.app.as_str()));
    let lists = [("parents", &migration.parents), ("run_before", &migration.run_before), ("replaces", &migration.replaces)];
    for (key, list) in lists {
        if !list.is_empty() {
            document.insert(key, Item::Value(Value::Array(ids(list))));
        }
    }
    if !migration.atomic {
        document.insert("atomic", toml_edit::value(false));
    }
    (document, ArrayOfTables::new())
}

fn insert(document: &mut DocumentMut, operations: ArrayOfTables) {
    if !operations.is_empty() {
        document.insert("operations", Item::ArrayOfTables(operations));
    }
}

fn ids(list: &[MigrationId]) -> Array {
    let mut array: Array = list.iter().map(ToString::to_string).collect();
    if list.len() > 3 {
        one_per_line(&mut array);
    }
    array
}

/// An operation as a table of `[[operations]]`.
fn table(operation: &Operation) -> Result<Table> {
    let table = operation_table(operation)
        .map_err(|error| Error::Rewrite(format!("\"{}\" cannot be written: {error}", operation.describe())))?;
    let mut table = table.into_table();
    table.decor_mut().set_prefix("\n");
    for (_, item) in table.iter_mut() {
        if let Some(array) = item.as_array_mut()
            && array.iter().any(|element| element.is_inline_table())
        {
            one_per_line(array);
        }
    }
    Ok(table)
}

/// An operation as it stands in a file, without any layout.
pub(crate) fn operation_table(operation: &Operation) -> Result<InlineTable, WriteError> {
    match operation.serialize(ValueSerializer::new())? {
        Value::InlineTable(table) => Ok(table),
        _ => Err(WriteError::UnsupportedType(Some("operation"))),
    }
}

fn one_per_line(array: &mut Array) {
    for element in array.iter_mut() {
        element.decor_mut().set_prefix("\n    ");
        element.decor_mut().set_suffix("");
    }
    array.set_trailing("\n");
    array.set_trailing_comma(true);
}
