//! CREATE TABLE: the schema of models, before there are migrations.

use std::fmt::Write;

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
    lines.extend(model.fields.iter().filter_map(|field| check(model, field, dialect)));
    lines.extend(model.unique_together.iter().map(|fields| unique_together(model, fields, dialect)));
    let mut added = Vec::new();
    for (field, relation) in model.fields.iter().filter_map(|field| Some((field, field.relation?))) {
        let (name, constraint) = foreign_key(model, field, relation, dialect);
        if waits(relation) {
            let statements = dialect.add_foreign_key(model.table, &name, &constraint);
            added.extend(statements.map_err(|reason| invalid(model, field, &reason))?);
        } else {
            lines.push(format!("    {constraint}"));
        }
    }
    let mut statements = Vec::new();
    for (at, field) in model.fields.iter().enumerate().filter(|(_, field)| is_indexed(field)) {
        let next = field.index_with_next.then(|| model.field(at + 1));
        let (name, column) = index(model, field, next, dialect);
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
            model.fields.iter().filter_map(|field| field.relation).any(|relation| {
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
    if at == model.key && model.generated_key {
        line.push_str(&dialect.generated_key(field));
        return Ok(line);
    }
    // A foreign key is of the type of the key that it points at, its length included.
    let typed = field.relation.map_or(field, |relation| (relation.target)().key_field());
    let after_index = at.checked_sub(1).is_some_and(|before| model.field(before).index_with_next);
    let keyed = at == model.key
        || field.unique
        || is_indexed(field)
        || after_index
        || model.unique_together.iter().any(|fields| fields.contains(&at));
    line.push_str(&dialect.column_type(typed, keyed).map_err(|reason| invalid(model, field, &reason))?);
    if !field.nullable {
        line.push_str(" NOT NULL");
    }
    if at == model.key {
        line.push_str(" PRIMARY KEY");
    } else if field.unique {
        line.push_str(" UNIQUE");
    }
    if field.relation.is_some_and(|relation| relation.on_delete == OnDelete::SetDefault) {
        default(model, field, dialect, &mut line)?;
    }
    Ok(line)
}

/// The key that ON DELETE SET DEFAULT sets. Drafts fill in all other defaults, so that the schema needs none.
fn default(model: &'static ModelMeta, field: &'static FieldMeta, dialect: &dyn Dialect, line: &mut String) -> Result<()> {
    let Some(default) = field.default else { return Ok(()) };
    let value = default().map_err(|error| invalid_value(model, field, error))?;
    check_value(model, field, &value)?;
    line.push_str(" DEFAULT ");
    literal(&value, dialect, line).map_err(|error| invalid_value(model, field, error))
}

/// Writes a key as a literal.
fn literal(value: &Value<'_>, dialect: &dyn Dialect, line: &mut String) -> Result<(), ValueError> {
    match value {
        Value::Null(_) => line.push_str("NULL"),
        Value::I64(number) => line.push_str(&number.to_string()),
        Value::Text(text) if text.contains('\0') => {
            return Err(ValueError::new("a text with a NUL cannot stand in the schema as a default"));
        }
        Value::Text(text) => dialect.text_literal(text, line),
        #[cfg(feature = "uuid")]
        Value::Uuid(uuid) => dialect.uuid_literal(uuid, line),
        _ => return Err(ValueError::new("only an integer, a text or a UUID can stand in the schema as a default")),
    }
    Ok(())
}

/// What the type alone does not hold: the width of integers, the length of texts.
fn check(model: &ModelMeta, field: &FieldMeta, dialect: &dyn Dialect) -> Option<String> {
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
    dialect.identifier(&name_of(model, field, "check", dialect), &mut line);
    // Writing to a String cannot fail.
    let _ = write!(line, " CHECK ({condition})");
    Some(line)
}

/// That no two rows have the same values in all of these fields.
fn unique_together(model: &ModelMeta, fields: &[usize], dialect: &dyn Dialect) -> String {
    let columns: Vec<&str> = fields.iter().map(|field| model.field(*field).column).collect();
    let mut line = String::from("    CONSTRAINT ");
    dialect.identifier(&name_of_columns(model, &columns.join("_"), "uniq", dialect), &mut line);
    for (at, column) in columns.into_iter().enumerate() {
        line.push_str(if at == 0 { " UNIQUE (" } else { ", " });
        dialect.identifier(column, &mut line);
    }
    line.push(')');
    line
}

/// A foreign key's name, and what CREATE TABLE says of it.
fn foreign_key(model: &ModelMeta, field: &FieldMeta, relation: &RelationMeta, dialect: &dyn Dialect) -> (String, String) {
    let features = dialect.features();
    let target = (relation.target)();
    let name = name_of(model, field, "fkey", dialect);
    let mut line = String::from("CONSTRAINT ");
    dialect.identifier(&name, &mut line);
    line.push_str(" FOREIGN KEY (");
    dialect.identifier(field.column, &mut line);
    line.push_str(") REFERENCES ");
    dialect.identifier(target.table, &mut line);
    line.push_str(" (");
    dialect.identifier(target.key_field().column, &mut line);
    line.push_str(") ON DELETE ");
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

/// Foreign keys have an index unless a constraint brings one: joins and ON DELETE look them up.
fn is_indexed(field: &FieldMeta) -> bool {
    !field.unique && (field.index || field.index_with_next || field.relation.is_some())
}

/// An index's name, and its column, or that and the next one, between parentheses.
fn index(model: &ModelMeta, field: &FieldMeta, next: Option<&FieldMeta>, dialect: &dyn Dialect) -> (String, String) {
    let (mut name, mut columns) = (String::new(), String::from("("));
    dialect.identifier(field.column, &mut columns);
    let own = match next {
        Some(next) => {
            columns.push_str(", ");
            dialect.identifier(next.column, &mut columns);
            name_of_columns(model, &format!("{}_{}", field.column, next.column), "idx", dialect)
        }
        None => name_of(model, field, "idx", dialect),
    };
    dialect.identifier(&own, &mut name);
    columns.push(')');
    (name, columns)
}

/// The name of what belongs to a column. One that is too long ends in a hash of the whole, so that it stays the same and its own.
fn name_of(model: &ModelMeta, field: &FieldMeta, kind: &str, dialect: &dyn Dialect) -> String {
    name_of_columns(model, field.column, kind, dialect)
}

/// The name of what belongs to several columns.
fn name_of_columns(model: &ModelMeta, columns: &str, kind: &str, dialect: &dyn Dialect) -> String {
    let whole = format!("{}_{columns}_{kind}", model.table);
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
