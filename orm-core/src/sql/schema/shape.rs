//! What a database is to have of a schema, piece by piece: what a live one is compared with.

use super::enums::enums;
use super::name::{given_name, name_of};
use super::part::{Part, PartKind};
use super::table::{Column, Table};
use crate::error::Result;
use crate::schema::{FieldState, ModelName, SchemaState};
use crate::sql::Dialect;

/// All that a database is to have of a schema.
///
/// ```
/// use orm_core::schema::SchemaState;
/// use orm_core::sql::{POSTGRES, SchemaShape};
///
/// let shape = SchemaShape::new(&SchemaState::new(), &POSTGRES)?;
/// assert!(shape.tables.is_empty() && shape.enums.is_empty());
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SchemaShape {
    /// The tables of all models, in the order of the models' names.
    pub tables: Vec<TableShape>,
    /// The enums that are types of the database, where it has such.
    pub enums: Vec<EnumShape>,
}

/// An enum as a database is to have it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EnumShape {
    /// The type's name.
    pub name: String,
    /// The labels, from the smallest.
    pub labels: Vec<String>,
}

/// A table as a database is to have it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TableShape {
    /// The model.
    pub model: ModelName,
    /// The table's name.
    pub name: String,
    /// What is said of the table, where the database has comments.
    pub comment: Option<String>,
    /// The columns, in the order of the fields.
    pub columns: Vec<ColumnShape>,
    /// The keys, constraints and indexes.
    pub parts: Vec<PartShape>,
}

/// A column as a database is to have it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ColumnShape {
    /// The column's name.
    pub name: String,
    /// The field, of the type that the column has: a foreign key is of the type of the key that it points at.
    pub field: FieldState,
    /// The SQL type with its collation, as CREATE TABLE says it.
    pub sql_type: String,
    /// The default, as CREATE TABLE says it.
    pub default: Option<String>,
}

/// A key, constraint or index as a database is to have it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PartShape {
    /// Its name; none where the database knows it by none.
    pub name: Option<String>,
    /// What it is.
    pub kind: ShapeKind,
}

/// What a part of a table is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ShapeKind {
    /// The primary key.
    Primary {
        /// Its columns.
        columns: Vec<String>,
    },
    /// No two rows have the same values in all of these columns.
    Unique {
        /// The columns.
        columns: Vec<String>,
    },
    /// A condition that is not false for any row.
    Check {
        /// The condition.
        condition: String,
    },
    /// An exclusion constraint.
    Exclude,
    /// A foreign key.
    ForeignKey {
        /// Its columns.
        columns: Vec<String>,
        /// The table that it points at.
        table: String,
        /// The columns there.
        target: Vec<String>,
        /// What happens to the row when its target goes.
        on_delete: OnDeleteRule,
    },
    /// An index.
    Index {
        /// Whether no two of its rows are the same.
        unique: bool,
        /// What it orders the rows by.
        keys: Vec<IndexKey>,
        /// The columns that it holds beside.
        include: Vec<String>,
        /// The condition of the rows that it holds.
        condition: Option<String>,
        /// The access method, if it is not a B-tree.
        method: Option<String>,
    },
}

/// What an index orders the rows by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexKey {
    /// A column.
    Column {
        /// Its name.
        name: String,
        /// Whether from large to small.
        descending: bool,
    },
    /// An expression.
    Expression(String),
}

/// What a database does with a row when its target goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnDeleteRule {
    /// It refuses, at the end of the statement or transaction.
    #[default]
    NoAction,
    /// It refuses at once.
    Restrict,
    /// The row goes too.
    Cascade,
    /// The key becomes NULL.
    SetNull,
    /// The key becomes its default.
    SetDefault,
}

impl OnDeleteRule {
    /// What stands behind `ON DELETE`.
    #[must_use]
    pub fn sql(self) -> &'static str {
        match self {
            OnDeleteRule::NoAction => "NO ACTION",
            OnDeleteRule::Restrict => "RESTRICT",
            OnDeleteRule::Cascade => "CASCADE",
            OnDeleteRule::SetNull => "SET NULL",
            OnDeleteRule::SetDefault => "SET DEFAULT",
        }
    }

    /// The rule that is written so.
    #[must_use]
    pub fn from_sql(sql: &str) -> Option<Self> {
        use OnDeleteRule::{Cascade, NoAction, Restrict, SetDefault, SetNull};
        [NoAction, Restrict, Cascade, SetNull, SetDefault].into_iter().find(|rule| rule.sql().eq_ignore_ascii_case(sql))
    }
}

/// The kinds of parts that are named after their table and columns where nobody names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedPart {
    /// A field alone that is unique.
    UniqueField,
    /// Fields that are unique together.
    Unique,
    /// What holds the values of a column within its field's type.
    Check,
    /// A foreign key.
    ForeignKey,
    /// An index.
    Index,
}

impl NamedPart {
    /// What a database calls such a part of columns of a table; none where it knows it by no name.
    ///
    /// ```
    /// use orm_core::sql::{NamedPart, POSTGRES};
    ///
    /// assert_eq!(NamedPart::Index.name("book", &["title".to_owned()], &POSTGRES).as_deref(), Some("book_title_idx"));
    /// ```
    #[must_use]
    pub fn name(self, table: &str, columns: &[String], dialect: &dyn Dialect) -> Option<String> {
        let kind = match self {
            NamedPart::UniqueField => {
                let column = columns.first().map(String::as_str);
                return Some(given_name(table, column, "key", dialect)).filter(|name| !name.is_empty());
            }
            NamedPart::Unique => "uniq",
            NamedPart::Check => "check",
            NamedPart::ForeignKey => "fkey",
            NamedPart::Index => "idx",
        };
        Some(name_of(table, columns, kind, dialect))
    }
}

impl SchemaShape {
    /// What a database is to have of a schema.
    ///
    /// # Errors
    /// As [`SchemaChange::statements`](super::SchemaChange::statements).
    pub fn new(state: &SchemaState, dialect: &dyn Dialect) -> Result<SchemaShape> {
        let tables: Vec<Table> = state.models().map(|model| Table::new(state, model, dialect)).collect::<Result<_>>()?;
        let native = dialect.features().native_enums;
        let all = if native { enums(&tables) } else { Vec::new() };
        let enums = all.into_iter().map(|of| EnumShape { name: of.name, labels: of.labels }).collect();
        Ok(SchemaShape { tables: tables.into_iter().map(TableShape::from).collect(), enums })
    }
}

impl From<Table> for TableShape {
    fn from(table: Table) -> Self {
        TableShape {
            model: table.model,
            name: table.name,
            comment: table.comment,
            columns: table.columns.into_iter().map(ColumnShape::from).collect(),
            parts: table.parts.into_iter().map(PartShape::from).collect(),
        }
    }
}

impl From<Column> for ColumnShape {
    fn from(column: Column) -> Self {
        ColumnShape { name: column.name, field: column.field, sql_type: column.sql_type, default: column.default }
    }
}

impl From<Part> for PartShape {
    fn from(part: Part) -> Self {
        let Part { columns, detail, .. } = part;
        let kind = match part.kind {
            PartKind::Primary => ShapeKind::Primary { columns },
            PartKind::Unique => ShapeKind::Unique { columns },
            PartKind::Check => ShapeKind::Check { condition: detail.condition.unwrap_or_default() },
            PartKind::Exclude => ShapeKind::Exclude,
            PartKind::ForeignKey => {
                let (table, target) = part.target.map(|target| (target.table, target.columns)).unwrap_or_default();
                ShapeKind::ForeignKey { columns, table, target, on_delete: detail.on_delete }
            }
            PartKind::Index => ShapeKind::Index {
                unique: part.unique,
                keys: detail.keys,
                include: detail.include,
                condition: detail.condition,
                method: detail.method,
            },
        };
        PartShape { name: Some(part.name).filter(|name| !name.is_empty()), kind }
    }
}
