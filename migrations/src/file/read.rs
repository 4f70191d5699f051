//! Reading a migration from text.

use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml_edit::{Document, DocumentMut, Item, Table, Value};

use crate::error::{Error, Result};
use crate::migration::{Migration, MigrationId, is_part};
use crate::operation::Operation;
use crate::similar::nearest;

const KEYS: [&str; 6] = ["app", "parents", "run_before", "replaces", "atomic", "operations"];

/// Reads a migration. Its name is the file's, without `.toml`; the path is for that and for errors, and nothing is opened.
///
/// # Errors
/// [`Error::File`] with the line of what cannot be understood, and what can stand there.
///
/// ```
/// let error = orm_migrations::file::parse("0002_isbn.toml", "app = \"shop\"\nparent = []\n").unwrap_err();
/// assert!(error.to_string().starts_with("0002_isbn.toml:2: there is no `parent`; did you mean `parents`?"), "{error}");
/// ```
pub fn parse(path: &str, text: &str) -> Result<Migration> {
    let text = Text::new(path, text);
    let document = Document::parse(text.text.as_str()).map_err(|error| text.error(error.span(), error.message()))?;
    let root = document.as_table();
    for (key, _) in root {
        if !KEYS.contains(&key) {
            let near = nearest(key, KEYS.into_iter()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            let span = root.key(key).and_then(toml_edit::Key::span);
            return Err(text.error(span, &format!("there is no `{key}`{near} (there are {})", KEYS.join(", "))));
        }
    }
    let name = text.name()?;
    let app = match root.get("app") {
        Some(item) => text.read::<String>(item)?,
        None => return Err(text.error(None, "a migration says which app it is of: `app = \"shop\"`")),
    };
    if !is_part(&app) {
        let span = root.get("app").and_then(Item::span);
        return Err(text.error(span, "the name of an app has letters, digits, `_` and `-`, and at least one of these"));
    }
    Ok(Migration {
        id: MigrationId::new(app, name),
        parents: text.list(root, "parents")?,
        run_before: text.list(root, "run_before")?,
        replaces: text.list(root, "replaces")?,
        atomic: root.get("atomic").map_or(Ok(true), |item| text.read(item))?,
        operations: text.operations(root)?,
    })
}

/// What was written, and its operations with the tables that they stand in.
pub(super) fn operations_of(path: &str, text: &str) -> Result<(DocumentMut, Vec<(Operation, Table)>)> {
    let text = Text::new(path, text);
    let document = Document::parse(text.text.as_str()).map_err(|error| text.error(error.span(), error.message()))?;
    let operations = text.operations(document.as_table())?;
    let document = document.into_mut();
    // Only what has lost its places in the text can be written elsewhere.
    let tables = document.get("operations").and_then(Item::as_array_of_tables);
    let tables: Vec<Table> = tables.map(|tables| tables.iter().cloned().collect()).unwrap_or_default();
    Ok((document, operations.into_iter().zip(tables).collect()))
}

/// A file's text, with ends of lines as they are everywhere.
struct Text<'p> {
    path: &'p str,
    text: String,
}

impl<'p> Text<'p> {
    fn new(path: &'p str, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Text { path, text: text.replace("\r\n", "\n") }
    }

    /// The migration's name.
    fn name(&self) -> Result<&'p str> {
        let name = Path::new(self.path).file_name().and_then(|name| name.to_str()?.strip_suffix(".toml"));
        name.filter(|name| is_part(name)).ok_or_else(|| {
            self.error(None, "a migration's file is called by its name, of letters, digits, `_` and `-`: `0002_book_isbn.toml`")
        })
    }

    /// An error at a place.
    fn error(&self, span: Option<Range<usize>>, message: &str) -> Error {
        let before = span.and_then(|span| self.text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Error::File { path: self.path.to_owned(), line, message: message.trim().replace('\n', "; ") }
    }

    fn read<T: for<'de> Deserialize<'de>>(&self, item: &Item) -> Result<T> {
        let span = item.span();
        let value = item.clone().into_value().map_err(|_| self.error(span.clone(), "a value is missing"))?;
        T::deserialize(value.into_deserializer()).map_err(|error| self.error(error.span().or(span), error.message()))
    }

    fn list(&self, root: &Table, key: &str) -> Result<Vec<MigrationId>> {
        root.get(key).map_or_else(|| Ok(Vec::new()), |item| self.read(item))
    }

    fn operations(&self, root: &Table) -> Result<Vec<Operation>> {
        let Some(item) = root.get("operations") else { return Ok(Vec::new()) };
        let Some(tables) = item.as_array_of_tables() else {
            return Err(self.error(item.span(), "each operation stands below an `[[operations]]` of its own"));
        };
        let read = |table: &Table| {
            let mut item = Item::Table(table.clone());
            op_first(&mut item);
            self.read(&item)
        };
        tables.iter().map(read).collect()
    }
}

/// Moves each `op` to the front, where it is looked for first.
fn op_first(item: &mut Item) {
    match item {
        Item::Table(table) => op_first_of(table),
        Item::ArrayOfTables(tables) => tables.iter_mut().for_each(op_first_of),
        Item::Value(value) => op_first_in(value),
        Item::None => {}
    }
}

fn op_first_of(table: &mut Table) {
    table.sort_values_by(|left, _, right, _| (left.get() != "op").cmp(&(right.get() != "op")));
    table.iter_mut().for_each(|(_, item)| op_first(item));
}

fn op_first_in(value: &mut Value) {
    match value {
        Value::Array(array) => array.iter_mut().for_each(op_first_in),
        Value::InlineTable(table) => {
            table.sort_values_by(|left, _, right, _| (left.get() != "op").cmp(&(right.get() != "op")));
            table.iter_mut().for_each(|(_, value)| op_first_in(value));
        }
        _ => {}
    }
}
