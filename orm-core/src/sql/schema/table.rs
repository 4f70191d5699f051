//! A table as a database has it: its columns and parts, and the statements that create it.

use super::literal::literal;
use super::name::{quoted, text};
use super::part::{Part, PartKind, parts};
use crate::error::{Error, Result};
use crate::schema::{ConstraintState, FieldKind, FieldState, IndexPart, ModelName, ModelState, SchemaState};
use crate::sql::{Backend, Dialect};

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    pub model: ModelName,
    pub name: String,
    pub comment: Option<String>,
    pub columns: Vec<Column>,
    pub parts: Vec<Part>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    /// The field, of the type that the column has: a foreign key is of the type of the key that it points at.
    pub field: FieldState,
    pub name: String,
    /// The SQL type, with its collation.
    pub sql_type: String,
    /// The default, as SQL.
    pub default: Option<String>,
}

/// What a foreign key points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub model: ModelName,
    pub table: String,
    pub columns: Vec<String>,
}

/// The table and key of a model.
pub(super) fn target(state: &SchemaState, model: &ModelName) -> Option<Target> {
    let target = state.model(model)?;
    let columns = target.key_fields().map(|field| field.column().to_owned()).collect();
    Some(Target { model: model.clone(), table: target.table.clone(), columns })
}

/// The column of a field of a model.
pub(super) fn column_of<'m>(model: &'m ModelState, field: &str) -> Result<&'m str> {
    match model.field(field) {
        Some(field) => Ok(field.column()),
        None => Err(Error::Schema(format!("the schema of `{}` names a field `{field}`, which it has not", model.name.name))),
    }
}

impl Table {
    /// The table of a model.
    ///
    /// # Errors
    /// [`Error::Schema`] for a field that the database has no column for, a name that is too long or a reference to nothing;
    /// [`Error::Unsupported`] for what the database does not have.
    pub(super) fn new(state: &SchemaState, model: &ModelState, dialect: &dyn Dialect) -> Result<Table> {
        let features = dialect.features();
        if model.fields.iter().any(|field| matches!(field.kind, FieldKind::Array(_))) {
            features.takes_arrays()?;
        }
        for (what, name) in
            std::iter::once(("table", &*model.table)).chain(model.fields.iter().map(|field| ("column", field.column())))
        {
            if features.longest_name.is_some_and(|longest| !longest.takes(name)) {
                return Err(Error::Schema(format!(
                    "the name of the {what} `{name}` of `{}` is longer than {} takes",
                    model.name.name, features.name
                )));
            }
        }
        let typed: Vec<FieldState> = model.fields.iter().map(|field| state.typed(field)).collect();
        let columns = typed.iter().map(|field| Column::new(model, field, dialect)).collect::<Result<_>>()?;
        let parts = parts(state, model, &typed, dialect)?;
        let comment = model.comment.clone().filter(|_| features.schema_comments);
        Ok(Table { model: model.name.clone(), name: model.table.clone(), comment, columns, parts })
    }

    /// CREATE TABLE, without the foreign keys that wait for other tables; `head` is its beginning, up to the name.
    pub(super) fn create(&self, head: &str, name: &str, waits: &dyn Fn(&Part) -> bool, dialect: &dyn Dialect) -> String {
        let mut lines: Vec<String> = self.columns.iter().map(|column| column.line(self, dialect)).collect();
        let constraints = self.parts.iter().filter(|part| part.kind != PartKind::Index && !part.inline && !waits(part));
        lines.extend(constraints.map(|part| part.line(dialect)));
        if dialect.features().inline_indexes {
            lines.extend(self.indexes().map(|index| format!("KEY {} {}", quoted(&index.name, dialect), index.definition)));
        }
        let mut sql = format!("{head}{} (\n    {}\n){}", quoted(name, dialect), lines.join(",\n    "), dialect.table_options());
        if let Some(comment) = self.comment.as_deref().filter(|_| dialect.backend() == Backend::MySql) {
            sql.push_str(" COMMENT=");
            sql.push_str(&text(comment, dialect));
        }
        sql
    }

    /// The statements that follow CREATE TABLE: indexes and comments, where they are statements of their own.
    pub(super) fn after_create(&self, if_not_exists: bool, dialect: &dyn Dialect) -> Vec<String> {
        let mut statements = Vec::new();
        if !dialect.features().inline_indexes {
            let head = if if_not_exists { "IF NOT EXISTS " } else { "" };
            statements.extend(self.indexes().map(|index| index.create_index(&self.name, head, dialect)));
        }
        if dialect.backend() == Backend::Postgres {
            if let Some(comment) = &self.comment {
                statements.push(format!("COMMENT ON TABLE {} IS {}", quoted(&self.name, dialect), text(comment, dialect)));
            }
            for column in &self.columns {
                if let Some(comment) = &column.field.comment {
                    statements.push(column.comment_on(&self.name, Some(comment), dialect));
                }
            }
        }
        statements
    }

    pub(super) fn indexes(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.kind == PartKind::Index)
    }

    pub(super) fn foreign_keys(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| part.kind == PartKind::ForeignKey)
    }
}

impl Column {
    fn new(model: &ModelState, field: &FieldState, dialect: &dyn Dialect) -> Result<Column> {
        let invalid = |reason: String| {
            Error::Schema(format!("the field `{}` of `{}` has no column: {reason}", field.name, model.name.name))
        };
        if field.generated && model.key.as_slice() != std::slice::from_ref(&field.name) {
            return Err(invalid("the database fills in nothing but a primary key of one field".to_owned()));
        }
        let sql_type = if field.generated {
            // Whatever its kind, it is an integer of 32 or 64 bits.
            let kind = if field.kind == FieldKind::I32 { FieldKind::I32 } else { FieldKind::I64 };
            dialect.column_type(&FieldState::new("", kind), true)
        } else {
            dialect.column_type(field, is_keyed(model, field))
        };
        let default = field.default.as_ref().filter(|_| !field.generated).map(|default| literal(default, field, dialect));
        let default = default.transpose().map_err(|reason| Error::InvalidValue {
            // A model's name stands in the message; a state has none that lives for ever.
            model: "the schema",
            field: "default",
            reason: format!("the default of `{}` of `{}`: {reason}", field.name, model.name.name),
        })?;
        let mut field = field.clone();
        field.comment = field.comment.filter(|_| dialect.features().schema_comments);
        Ok(Column { name: field.column().to_owned(), sql_type: sql_type.map_err(invalid)?, default, field })
    }

    /// What CREATE TABLE and ADD COLUMN say of the column.
    pub(super) fn line(&self, table: &Table, dialect: &dyn Dialect) -> String {
        let mut line = quoted(&self.name, dialect);
        line.push(' ');
        if self.field.generated {
            line.push_str(&dialect.generated_key(&self.field.kind));
        } else {
            line.push_str(&self.sql_type);
            if !self.field.nullable {
                line.push_str(" NOT NULL");
            }
            for part in table.parts.iter().filter(|part| part.inline && part.columns.contains(&self.name)) {
                line.push_str(if part.kind == PartKind::Primary { " PRIMARY KEY" } else { " UNIQUE" });
            }
            if let Some(default) = &self.default {
                line.push_str(" DEFAULT ");
                line.push_str(&self.default_value(default, dialect));
            }
        }
        self.comment(&mut line, dialect);
        line
    }

    /// Writes the comment where it is a part of the column's definition.
    pub(super) fn comment(&self, line: &mut String, dialect: &dyn Dialect) {
        if let Some(comment) = self.field.comment.as_deref().filter(|_| dialect.backend() == Backend::MySql) {
            line.push_str(" COMMENT ");
            line.push_str(&text(comment, dialect));
        }
    }

    /// A default, between parentheses where MySQL takes no other for a column of this type.
    pub(super) fn default_value(&self, default: &str, dialect: &dyn Dialect) -> String {
        let is_large =
            dialect.backend() == Backend::MySql && ["LONG", "JSON"].iter().any(|large| self.sql_type.starts_with(large));
        if is_large && !default.starts_with('(') { format!("({default})") } else { default.to_owned() }
    }

    /// The statement that sets the column's comment on PostgreSQL.
    pub(super) fn comment_on(&self, table: &str, comment: Option<&str>, dialect: &dyn Dialect) -> String {
        let comment = comment.map_or_else(|| "NULL".to_owned(), |comment| text(comment, dialect));
        format!("COMMENT ON COLUMN {}.{} IS {comment}", quoted(table, dialect), quoted(&self.name, dialect))
    }

    /// A value that fills the column.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] for one that the column cannot hold.
    pub(super) fn fill(&self, of: &crate::schema::Literal, dialect: &dyn Dialect) -> Result<String> {
        literal(of, &self.field, dialect).map_err(|reason| Error::InvalidValue {
            model: "the schema",
            field: "fill",
            reason: format!("the value that fills `{}`: {reason}", self.field.name),
        })
    }
}

/// Whether a field is a key, unique, indexed or a foreign key, alone or with others.
fn is_keyed(model: &ModelState, field: &FieldState) -> bool {
    let name = &field.name;
    model.key.contains(name)
        || field.unique
        || field.is_indexed()
        || model.indexes.iter().any(|index| {
            index.parts.iter().any(|part| matches!(part, IndexPart::Field(of) | IndexPart::Descending(of) if of == name))
        })
        || model.constraints.iter().any(|constraint| match constraint {
            ConstraintState::Unique { fields, .. } | ConstraintState::ForeignKey { fields, .. } => fields.contains(name),
            ConstraintState::Check { .. } | ConstraintState::Exclude { .. } => false,
        })
}
