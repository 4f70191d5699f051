//! CREATE TABLE: the schema of models, before there are migrations.

use std::fmt::Write;

use crate::check::{check as check_value, invalid};
use crate::error::Result;
use crate::field::ColumnType;
use crate::meta::{FieldMeta, ModelMeta, OnDelete};
use crate::sql::Dialect;
use crate::value::{Value, ValueError};

/// The statements that create a model's table with its constraints and indexes, where they are not there already.
///
/// # Errors
/// [`Error::InvalidValue`](crate::Error::InvalidValue) if a default cannot stand in the schema that ON DELETE needs there.
pub fn create_table(model: &'static ModelMeta, dialect: &'static dyn Dialect) -> Result<Vec<String>> {
    let mut table = String::from("CREATE TABLE IF NOT EXISTS ");
    dialect.identifier(model.table, &mut table);
    table.push_str(" (\n");
    let mut lines = (0..model.fields.len()).map(|field| column(model, field, dialect)).collect::<Result<Vec<String>>>()?;
    lines.extend(model.fields.iter().filter_map(|field| check(model, field, dialect)));
    lines.extend(model.fields.iter().filter_map(|field| foreign_key(model, field, dialect)));
    table.push_str(&lines.join(",\n"));
    table.push_str("\n)");
    table.push_str(dialect.table_options());

    let mut statements = vec![table];
    statements.extend(model.fields.iter().filter_map(|field| index(model, field, dialect)));
    Ok(statements)
}

/// The models in an order in which each comes after those that its foreign keys point at, as far as there is one.
#[must_use]
pub fn creation_order(models: &[&'static ModelMeta]) -> Vec<&'static ModelMeta> {
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
    line.push_str(&dialect.column_type(field));
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
    let value = default().map_err(|error| invalid(model, field, error))?;
    check_value(model, field, &value)?;
    line.push_str(" DEFAULT ");
    literal(&value, dialect, line).map_err(|error| invalid(model, field, error))
}

/// Writes a key as a literal.
fn literal(value: &Value<'_>, dialect: &dyn Dialect, line: &mut String) -> Result<(), ValueError> {
    match value {
        Value::Null => line.push_str("NULL"),
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
    let mut column = String::new();
    dialect.identifier(field.column, &mut column);
    let condition = match (field.column_type, field.max_length) {
        (ColumnType::Bool, _) => format!("{column} IN (0, 1)"),
        (ColumnType::I16, _) => format!("{column} BETWEEN {} AND {}", i16::MIN, i16::MAX),
        (ColumnType::I32, _) => format!("{column} BETWEEN {} AND {}", i32::MIN, i32::MAX),
        (ColumnType::Text, Some(max)) => format!("length({column}) <= {max}"),
        _ => return None,
    };
    let mut line = String::from("    CONSTRAINT ");
    dialect.identifier(&format!("{}_{}_check", model.table, field.column), &mut line);
    // Writing to a String cannot fail.
    let _ = write!(line, " CHECK ({condition})");
    Some(line)
}

fn foreign_key(model: &ModelMeta, field: &FieldMeta, dialect: &dyn Dialect) -> Option<String> {
    let relation = field.relation?;
    let target = (relation.target)();
    let mut line = String::from("    CONSTRAINT ");
    dialect.identifier(&format!("{}_{}_fkey", model.table, field.column), &mut line);
    line.push_str(" FOREIGN KEY (");
    dialect.identifier(field.column, &mut line);
    line.push_str(") REFERENCES ");
    dialect.identifier(target.table, &mut line);
    line.push_str(" (");
    dialect.identifier(target.key_field().column, &mut line);
    line.push_str(") ON DELETE ");
    line.push_str(match relation.on_delete {
        OnDelete::Cascade => "CASCADE",
        OnDelete::Protect | OnDelete::Restrict => "RESTRICT",
        OnDelete::SetNull => "SET NULL",
        OnDelete::SetDefault => "SET DEFAULT",
        OnDelete::DoNothing => "NO ACTION",
    });
    // Checked at the commit, so that rows that point at each other can be inserted in one transaction.
    line.push_str(" DEFERRABLE INITIALLY DEFERRED");
    Some(line)
}

/// Foreign keys have an index unless a constraint brings one: joins and ON DELETE look them up.
fn index(model: &ModelMeta, field: &FieldMeta, dialect: &dyn Dialect) -> Option<String> {
    if field.unique || !(field.index || field.relation.is_some()) {
        return None;
    }
    let mut statement = String::from("CREATE INDEX IF NOT EXISTS ");
    dialect.identifier(&format!("{}_{}_idx", model.table, field.column), &mut statement);
    statement.push_str(" ON ");
    dialect.identifier(model.table, &mut statement);
    statement.push_str(" (");
    dialect.identifier(field.column, &mut statement);
    statement.push(')');
    Some(statement)
}
