//! A model: its table, fields, indexes and constraints.

use std::fmt;

use crate::meta::OnDelete;
use crate::schema::{DialectSql, FieldState};

/// What a model is called: its app, and its struct's name. Written `shop.Book`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(try_from = "String", into = "String"))]
pub struct ModelName {
    /// The app that the model belongs to.
    pub app: String,
    /// The struct's name.
    pub name: String,
}

impl ModelName {
    /// The name of a model of an app.
    #[must_use]
    pub fn new(app: impl Into<String>, name: impl Into<String>) -> Self {
        ModelName { app: app.into(), name: name.into() }
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.app, self.name)
    }
}

impl From<ModelName> for String {
    fn from(name: ModelName) -> Self {
        name.to_string()
    }
}

impl TryFrom<String> for ModelName {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        match written.split_once('.') {
            Some((app, name)) if !app.is_empty() && !name.is_empty() && !name.contains('.') => Ok(ModelName::new(app, name)),
            _ => Err(format!("`{written}` is no model; write the app and the model, such as `shop.Book`")),
        }
    }
}

/// A model.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct ModelState {
    /// What the model is called.
    #[cfg_attr(feature = "migrations", serde(rename = "model"))]
    pub name: ModelName,
    /// The table's name.
    pub table: String,
    /// The names of the fields that are the primary key.
    pub key: Vec<String>,
    /// What is said of the table in the database.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub comment: Option<String>,
    /// The fields, in the struct's order.
    pub fields: Vec<FieldState>,
    /// The indexes but those of single fields that say so themselves.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub indexes: Vec<IndexState>,
    /// The constraints but those of single fields.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub constraints: Vec<ConstraintState>,
}

impl ModelState {
    /// The field of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldState> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The fields of the primary key.
    pub fn key_fields(&self) -> impl Iterator<Item = &FieldState> {
        self.key.iter().filter_map(|name| self.field(name))
    }

    /// The foreign keys: the fields of each, and the model that they point at.
    pub fn references(&self) -> impl Iterator<Item = (&[String], &ModelName)> {
        let single = self.fields.iter().filter_map(|field| {
            let reference = field.references.as_ref()?;
            Some((std::slice::from_ref(&field.name), &reference.model))
        });
        single.chain(self.constraints.iter().filter_map(|constraint| match constraint {
            ConstraintState::ForeignKey { fields, model, .. } => Some((fields.as_slice(), model)),
            _ => None,
        }))
    }
}

/// An index over several columns, or with options.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct IndexState {
    /// Its name in the database, where the model gives one; otherwise it follows from the table and the parts.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub name: Option<String>,
    /// What it orders the rows by.
    pub parts: Vec<IndexPart>,
    /// The fields that it holds beside (a covering index), where the database can.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub include: Vec<String>,
    /// The condition of the rows that it holds (a partial index), where the database can.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub condition: Option<DialectSql>,
    /// PostgreSQL's access method, such as `gin`; a B-tree if none is given.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub method: Option<String>,
}

/// A part of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum IndexPart {
    /// A field, from small to large.
    Field(String),
    /// A field, from large to small.
    Descending(String),
    /// An expression of the database.
    Expression(DialectSql),
}

/// A constraint over several columns, or one that says its condition.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(
    feature = "migrations",
    derive(serde::Serialize, serde::Deserialize),
    serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)
)]
#[non_exhaustive]
pub enum ConstraintState {
    /// No two rows have the same values in all of these fields.
    Unique {
        /// Its name in the database, where the model gives one.
        #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
        name: Option<String>,
        /// The fields.
        fields: Vec<String>,
        /// The condition of the rows that it is about, where the database can.
        #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
        condition: Option<DialectSql>,
    },
    /// A condition that is not false for any row.
    Check {
        /// Its name in the database.
        name: String,
        /// The condition.
        condition: DialectSql,
    },
    /// A foreign key of several columns.
    ForeignKey {
        /// The fields, in the order of the key that they point at.
        fields: Vec<String>,
        /// The model.
        model: ModelName,
        /// What happens to the row when its target goes.
        on_delete: OnDelete,
    },
    /// No two rows for which all operators hold (PostgreSQL's EXCLUDE).
    Exclude {
        /// Its name in the database.
        name: String,
        /// The access method, such as `gist`.
        method: String,
        /// What is compared, and by which operator.
        elements: Vec<(String, String)>,
        /// The condition of the rows that it is about.
        #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
        condition: Option<String>,
    },
}
