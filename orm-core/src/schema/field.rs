//! A field of a model, with all that its column depends on.

use crate::field::ColumnType;
use crate::meta::OnDelete;
use crate::schema::{Literal, ModelName};

/// What a field's column holds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "migrations",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
#[non_exhaustive]
pub enum FieldKind {
    /// A truth value.
    Bool,
    /// A 16-bit integer.
    I16,
    /// A 32-bit integer.
    I32,
    /// A 64-bit integer.
    I64,
    /// A 32-bit floating-point number.
    F32,
    /// A 64-bit floating-point number.
    F64,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A date and time without a zone.
    DateTime,
    /// A moment.
    Timestamp,
    /// A UUID.
    Uuid,
    /// An exact decimal number.
    Decimal,
    /// A JSON document.
    Json,
    /// One of some texts, for which a database that has such types gets one; elsewhere text.
    Enum {
        /// The type's name.
        name: String,
        /// The labels, from the smallest.
        labels: Vec<String>,
    },
    /// An array of values of another kind.
    Array(Box<FieldKind>),
}

impl FieldKind {
    /// The enum that the column's values are of, or the elements of its arrays: its name and its labels.
    #[must_use]
    pub fn enum_type(&self) -> Option<(&str, &[String])> {
        match self {
            FieldKind::Enum { name, labels } => Some((name, labels)),
            FieldKind::Array(element) => element.enum_type(),
            _ => None,
        }
    }
}

impl From<ColumnType> for FieldKind {
    fn from(column: ColumnType) -> Self {
        match column {
            ColumnType::Bool => FieldKind::Bool,
            ColumnType::I16 => FieldKind::I16,
            ColumnType::I32 => FieldKind::I32,
            ColumnType::I64 => FieldKind::I64,
            ColumnType::F32 => FieldKind::F32,
            ColumnType::F64 => FieldKind::F64,
            ColumnType::Text => FieldKind::Text,
            ColumnType::Bytes => FieldKind::Bytes,
            ColumnType::Date => FieldKind::Date,
            ColumnType::Time => FieldKind::Time,
            ColumnType::DateTime => FieldKind::DateTime,
            ColumnType::Timestamp => FieldKind::Timestamp,
            ColumnType::Uuid => FieldKind::Uuid,
            ColumnType::Decimal => FieldKind::Decimal,
            ColumnType::Json => FieldKind::Json,
            ColumnType::Enum(of) => {
                FieldKind::Enum { name: of.name.to_owned(), labels: of.labels.iter().map(|label| (*label).to_owned()).collect() }
            }
            ColumnType::Array(element) => FieldKind::Array(Box::new(FieldKind::from(*element))),
            // No column is of such a type: each part of the key is a column of its own.
            ColumnType::Tuple(parts) => parts.first().copied().map_or(FieldKind::Text, FieldKind::from),
        }
    }
}

/// The model that a foreign key points at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Reference {
    /// The model; its key is what the field holds.
    pub model: ModelName,
    /// What happens to the row when its target goes.
    pub on_delete: OnDelete,
}

/// A field and its column.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct FieldState {
    /// The field's name, with the path of a flattened one: `stamps.created`.
    pub name: String,
    /// The column's name, where it is not the field's.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub column: Option<String>,
    /// What the column holds. A foreign key has the kind of the key that it points at.
    #[cfg_attr(feature = "migrations", serde(rename = "type"))]
    pub kind: FieldKind,
    /// Whether the column may be NULL.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub nullable: bool,
    /// Whether the database fills in the value of this primary key.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub generated: bool,
    /// The most characters that a text may have.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub max_length: Option<u32>,
    /// The most digits that a decimal may have in all.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub max_digits: Option<u32>,
    /// The digits of a decimal behind the point.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub decimal_places: Option<u32>,
    /// Whether no two rows may have the same value.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub unique: bool,
    /// Whether the column has an index of its own. A foreign key has one unless it is unique.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "std::ops::Not::not"))]
    pub index: bool,
    /// What the database itself sets where a row gives no value: the default of a foreign key that is `SetDefault`. Other defaults
    /// are filled in by drafts and stand in no schema.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub default: Option<Literal>,
    /// What is said of the column in the database.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub comment: Option<String>,
    /// The model that the field points at, if it is a foreign key of one column.
    #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
    pub references: Option<Reference>,
}

impl FieldState {
    /// A field without options.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: FieldKind) -> Self {
        FieldState {
            name: name.into(),
            column: None,
            kind,
            nullable: false,
            generated: false,
            max_length: None,
            max_digits: None,
            decimal_places: None,
            unique: false,
            index: false,
            default: None,
            comment: None,
            references: None,
        }
    }

    /// The column's name.
    #[must_use]
    pub fn column(&self) -> &str {
        self.column.as_deref().unwrap_or(&self.name)
    }

    /// Whether the column has an index of its own: foreign keys have, because joins and ON DELETE look them up.
    #[must_use]
    pub fn is_indexed(&self) -> bool {
        !self.unique && (self.index || self.references.is_some())
    }
}
