//! CREATE TABLE: the schema of models, before there are migrations.

use std::fmt::Write;
use std::ops::Range;

use crate::check::{check as check_value, invalid as invalid_value};
use crate::error::{Error, Result};
use crate::field::{ColumnType, EnumType};
use crate::meta::{FieldMeta, ModelMeta, OnDelete, RelationMeta};
use crate::sql::{Dialect, native_enums};
use crate::value::{Value, ValueError};

/// The statements that create the tables of models with their constraints and indexes, where they are not there already.
#[derive(Debug, Clone)]
pub struct Tables {
    /// The enums that are types of the database, which come first.
    pub enums: Vec<&'static EnumType>,
    /// For each table its model and its statements, in the order in which they are to run.
    pub tables: Vec<(&'static ModelMeta, Vec<String>)>,
    /// What comes when all tables are there: foreign keys of models that point at each other in a circle.
    pub after: Vec<String>,
}

impl Tables {
    /// The tables of models.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a field that the database has no column for, or a name that is too long;
    /// [`Error::Unsupported`] for a field that is an array where there are none.
    pub fn new(models: &[&'static ModelMeta], dialect: &'static dyn Dialect) -> Result<Self> {
        let enums = native_enums(models, dialect)?;
        let ordered = creation_order(models);
        let mut tables = Vec::with_capacity(ordered.len());
        let mut after = Vec::new();
        for (at, model) in ordered.iter().enumerate() {
            // What a foreign key can point at only later.
            let later = ordered.get(at + 1..).unwrap_or_default();
            let waits = |relation: &RelationMeta| {
                !dialect.features().references_ahead && later.iter().any(|other| std::ptr::eq(*other, (relation.target)()))
            };
            let (statements, foreign_keys) = create_table(model, dialect, waits)?;
            tables.push((*model, statements));
            after.extend(foreign_keys);
        }
        Ok(Tables { enums, tables, after })
    }
}

/// The statements that create a model's table, and those that add the foreign keys that wait for other tables.
fn create_table(
    model: &'static ModelMeta,
    dialect: &'static dyn Dialect,
    waits: impl Fn(&RelationMeta) -> bool,
) -> Result<(Vec<String>, Vec<String>)> {
    let features = dialect.features();
    features.takes(model)?;
    for (what, name) in std::iter::once(("table", model.table)).chain(model.fields.iter().map(|field| ("column", field.column))) {
        if features.longest_name.is_some_and(|longest| !longest.takes(name)) {
            return Err(Error::Configuration(format!(
                "the name of the {what} `{name}` of `{}` is longer than {} takes",
                model.name, features.name
            )));
        }
    }
    let mut lines = Vec::with_capacity(model.fields.len());
    for at in 0..model.fields.len() {
        lines.push(column(model, at, dialect)?);
    }
    if let [_, _, ..] = model.key {
        lines.push(format!("    PRIMARY KEY ({})", columns(model, model.key.iter().copied(), dialect)));
    }
    lines.extend((0..model.fields.len()).filter_map(|at| check(model, at, dialect)));
    lines.extend(model.unique_columns().map(|fields| unique_together(model, &fields, dialect)));
    let mut added = Vec::new();
    for (field, relation) in model.foreign_keys() {
        let (name, constraint) = foreign_key(model, relation, dialect);
        if waits(relation) {
            let statements = dialect.add_foreign_key(model.table, &name, &constraint);
            added.extend(statements.map_err(|reason| invalid(model, field, &reason))?);
        } else {
            lines.push(format!("    {constraint}"));
        }
    }
    let mut statements = Vec::new();
    for fields in (0..model.fields.len()).filter_map(|at| indexed(model, at)) {
        let (name, column) = index(model, fields, dialect);
        if features.inline_indexes {
            lines.push(format!("    KEY {name} {column}"));
        } else {
            let mut statement = format!("CREATE INDEX IF NOT EXISTS {name} ON ");
            dialect.identifier(model.table, &mut statement);
            statements.push(format!("{statement} {column}"));
        }
    }
    let mut table = String::from("CREATE TABLE IF NOT EXISTS ");
    dialect.identifier(model.table, &mut table);
    table.push_str(" (\n");
    table.push_str(&lines.join(",\n"));
    table.push_str("\n)");
    table.push_str(dialect.table_options());
    statements.insert(0, table);
    Ok((statements, added))
}

fn invalid(model: &ModelMeta, field: &FieldMeta, reason: &str) -> Error {
    Error::Configuration(format!("the field `{}` of `{}` has no column: {reason}", field.name, model.name))
}

/// The models in an order in which each comes after those that its foreign keys point at, as far as there is one.
fn creation_order(models: &[&'static ModelMeta]) -> Vec<&'static ModelMeta> {
    let mut left: Vec<&'static ModelMeta> = Vec::new();
    for model in models {
        if !left.iter().any(|other| std::ptr::eq(*other, *model)) {
            left.push(model);
        }
    }
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |model: &&'static ModelMeta| {
            model.foreign_keys().any(|(_, relation)| {
                let target = (relation.target)();
                !std::ptr::eq(target, *model) && left.iter().any(|other| std::ptr::eq(*other, target))
            })
        };
        // Models that wait for each other in a circle come in the order given.
        let next = left.iter().position(|model| !waits(model)).unwrap_or(0);
        ordered.push(left.remove(next));
    }
    ordered
}

fn column(model: &'static ModelMeta, at: usize, dialect: &dyn Dialect) -> Result<String> {
    let field = model.field(at);
    let mut line = String::from("    ");
    dialect.identifier(field.column, &mut line);
    line.push(' ');
    if model.key == [at] && model.generated_key {
        line.push_str(&dialect.generated_key(field));
        return Ok(line);
    }
    let held = model.foreign_key_at(at);
    let typed = typed_as(model, at);
    let in_index = (0..=at).filter_map(|at| indexed(model, at)).any(|fields| fields.contains(&at));
    let keyed = model.is_key(at)
        || field.unique
        || in_index
        || held.is_some()
        || model.unique_columns().any(|fields| fields.contains(&at));
    line.push_str(&dialect.column_type(typed, keyed).map_err(|reason| invalid(model, field, &reason))?);
    if !field.nullable {
        line.push_str(" NOT NULL");
    }
    if model.key == [at] {
        line.push_str(" PRIMARY KEY");
    } else if field.unique && model.is_unique(at) {
        line.push_str(" UNIQUE");
    }
    if let Some((relation, _)) = held.filter(|(relation, _)| relation.on_delete == OnDelete::SetDefault) {
        default(model, relation, at, dialect, &mut line)?;
    }
    Ok(line)
}

/// The field by whose type a column is made. A foreign key is of the type of the key that it points at, its length included.
fn typed_as(model: &'static ModelMeta, at: usize) -> &'static FieldMeta {
    let Some((relation, field)) = model.foreign_key_at(at) else { return model.field(at) };
    let target = (relation.target)();
    // A key may be made of foreign keys, which hold keys in turn; none holds itself.
    target.key.get(at - relation.field).map_or(field, |key| typed_as(target, *key))
}

/// The key that ON DELETE SET DEFAULT sets. Drafts fill in all other defaults, so that the schema needs none.
fn default(
    model: &'static ModelMeta,
    relation: &RelationMeta,
    at: usize,
    dialect: &dyn Dialect,
    line: &mut String,
) -> Result<()> {
    let field = model.field(at);
    let Some(default) = model.field(relation.field).default else { return Ok(()) };
    let value = default().map_err(|error| invalid_value(model, field, error))?;
    let Some(value) = value.into_parts().into_iter().nth(at - relation.field) else { return Ok(()) };
    check_value(model, field, &value)?;
    line.push_str(" DEFAULT ");
    literal(&value, dialect, line).map_err(|error| invalid_value(model, field, error))
}

/// Writes a key as a literal.
fn literal(value: &Value<'_>, dialect: &dyn Dialect, line: &mut String) -> Result<(), ValueError> {
    match value {
        Value::Null(_) => line.push_str("NULL"),
        Value::I64(number) => line.push_str(&number.to_string()),
        Value::Bool(truth) => line.push_str(dialect.truth(*truth)),
        Value::Date(date) => line.push_str(&format!("'{date}'")),
        Value::Text(text) if text.contains('\0') => {
            return Err(ValueError::new("a text with a NUL cannot stand in the schema as a default"));
        }
        Value::Text(text) => dialect.text_literal(text, line),
        #[cfg(feature = "uuid")]
        Value::Uuid(uuid) => dialect.uuid_literal(uuid, line),
        _ => return Err(ValueError::new("only an integer, a text, a date or a UUID can stand in the schema as a default")),
    }
    Ok(())
}

/// What the type alone does not hold: the width of integers, the length of texts.
fn check(model: &ModelMeta, at: usize, dialect: &dyn Dialect) -> Option<String> {
    let field = model.field(at);
    if !dialect.needs_check(field.column_type) {
        return None;
    }
    let mut column = String::new();
    dialect.identifier(field.column, &mut column);
    let condition = match (field.column_type, field.max_length) {
        (ColumnType::Bool, _) => format!("{column} IN (0, 1)"),
        (ColumnType::I16, _) => format!("{column} BETWEEN {} AND {}", i16::MIN, i16::MAX),
        (ColumnType::I32, _) => format!("{column} BETWEEN {} AND {}", i32::MIN, i32::MAX),
        (ColumnType::Text | ColumnType::Enum(_), Some(max)) => format!("length({column}) <= {max}"),
        _ => return None,
    };
    let mut line = String::from("    CONSTRAINT ");
    dialect.identifier(&name_of_columns(model, std::iter::once(at), "check", dialect), &mut line);
    // Writing to a String cannot fail.
    let _ = write!(line, " CHECK ({condition})");
    Some(line)
}

/// That no two rows have the same values in all of these fields.
fn unique_together(model: &ModelMeta, fields: &[usize], dialect: &dyn Dialect) -> String {
    let mut line = String::from("    CONSTRAINT ");
    dialect.identifier(&name_of_columns(model, fields.iter().copied(), "uniq", dialect), &mut line);
    let columns = columns(model, fields.iter().copied(), dialect);
    // Writing to a String cannot fail.
    let _ = write!(line, " UNIQUE ({columns})");
    line
}

/// The names of columns in a row.
fn columns(model: &ModelMeta, fields: impl Iterator<Item = usize>, dialect: &dyn Dialect) -> String {
    let mut columns = String::new();
    for (at, field) in fields.enumerate() {
        columns.push_str(if at == 0 { "" } else { ", " });
        dialect.identifier(model.field(field).column, &mut columns);
    }
    columns
}

/// A foreign key's name, and what CREATE TABLE says of it.
fn foreign_key(model: &ModelMeta, relation: &RelationMeta, dialect: &dyn Dialect) -> (String, String) {
    let features = dialect.features();
    let target = (relation.target)();
    let name = name_of_columns(model, relation.fields(), "fkey", dialect);
    let mut line = String::from("CONSTRAINT ");
    dialect.identifier(&name, &mut line);
    // Writing to a String cannot fail.
    let _ = write!(line, " FOREIGN KEY ({}) REFERENCES ", columns(model, relation.fields(), dialect));
    dialect.identifier(target.table, &mut line);
    let _ = write!(line, " ({}) ON DELETE ", columns(target, target.key.iter().copied(), dialect));
    line.push_str(match relation.on_delete {
        OnDelete::Cascade => "CASCADE",
        OnDelete::Protect => "RESTRICT",
        // Rows that go too may go after their target: RESTRICT is never deferred, NO ACTION is where anything is.
        OnDelete::Restrict if features.defers_constraints => "NO ACTION",
        OnDelete::Restrict => "RESTRICT",
        OnDelete::SetNull => "SET NULL",
        OnDelete::SetDefault if features.sets_default_on_delete => "SET DEFAULT",
        // `delete` sets the default itself, before the target goes.
        OnDelete::SetDefault | OnDelete::DoNothing => "NO ACTION",
    });
    if features.defers_constraints {
        // Checked at the commit, so that rows that point at each other can be inserted in one transaction.
        line.push_str(" DEFERRABLE INITIALLY DEFERRED");
    }
    (name, line)
}

/// The columns of the index that begins with one, if there is such an index. Foreign keys have one unless a constraint brings it: joins
/// and ON DELETE look them up.
fn indexed(model: &ModelMeta, at: usize) -> Option<Range<usize>> {
    let field = model.field(at);
    let fields = match field.relation {
        Some(relation) => relation.fields(),
        None if field.index_with_next => at..at + 2,
        None if field.index => at..at + 1,
        None => return None,
    };
    let begins_key = model.key.iter().copied().take(fields.len()).eq(fields.clone());
    (!field.unique && !begins_key).then_some(fields)
}

/// An index's name, and its columns between parentheses.
fn index(model: &ModelMeta, fields: Range<usize>, dialect: &dyn Dialect) -> (String, String) {
    let mut name = String::new();
    dialect.identifier(&name_of_columns(model, fields.clone(), "idx", dialect), &mut name);
    (name, format!("({})", columns(model, fields, dialect)))
}

/// The name of what belongs to columns. One that is too long ends in a hash of the whole, so that it stays the same and its own.
fn name_of_columns(model: &ModelMeta, fields: impl Iterator<Item = usize>, kind: &str, dialect: &dyn Dialect) -> String {
    let columns: Vec<&str> = fields.map(|field| model.field(field).column).collect();
    let whole = format!("{}_{}_{kind}", model.table, columns.join("_"));
    let Some(longest) = dialect.features().longest_name.filter(|longest| !longest.takes(&whole)) else { return whole };
    // FNV-1a: the same everywhere and for ever.
    let hash =
        whole.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let end = format!("_{hash:016x}_{kind}");
    let mut name = whole;
    while !(name.is_empty() || longest.takes(&format!("{name}{end}"))) {
        name.pop();
    }
    name + &end
}
