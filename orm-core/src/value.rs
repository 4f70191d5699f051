//! Bound values: what a field or an operand becomes on its way to the database.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::field::{ColumnType, EnumType};

/// One bound value, borrowed from the user's row where it can be.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// SQL NULL, of a type: some databases want to know what it is a NULL of.
    Null(ColumnType),
    /// A truth value.
    Bool(bool),
    /// Any integer; the field's width was checked before.
    I64(i64),
    /// Any floating-point number.
    F64(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// Bytes.
    Bytes(Cow<'a, [u8]>),
    /// A date.
    Date(NaiveDate),
    /// A time of day.
    Time(NaiveTime),
    /// A date and time without a zone.
    DateTime(NaiveDateTime),
    /// A moment.
    Timestamp(DateTime<Utc>),
    /// A UUID.
    #[cfg(feature = "uuid")]
    Uuid(uuid::Uuid),
    /// An exact decimal number.
    #[cfg(feature = "decimal")]
    Decimal(rust_decimal::Decimal),
    /// A JSON document as its text.
    Json(Cow<'a, str>),
    /// A label of an enum that may be a type of its own.
    Enum(&'static EnumType, &'static str),
    /// An array.
    Array(Box<Array<'a>>),
    /// The values of several columns that are meant together: a key of several fields.
    Tuple(Box<[Value<'a>]>),
}

/// An array of bound values.
#[derive(Debug, Clone, PartialEq)]
pub struct Array<'a> {
    /// The type of the elements.
    pub element: &'static ColumnType,
    /// The elements, each of that type or NULL.
    pub values: Vec<Value<'a>>,
}

impl<'a> Value<'a> {
    /// The values of the single columns: one, unless several are meant together.
    #[must_use]
    pub fn parts(&self) -> &[Value<'a>] {
        match self {
            Value::Tuple(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// The same, by value; of a NULL of several columns a NULL for each.
    pub(crate) fn into_parts(self) -> Vec<Value<'a>> {
        match self {
            Value::Tuple(parts) => parts.into_vec(),
            Value::Null(ColumnType::Tuple(parts)) => parts.iter().map(|part| Value::Null(*part)).collect(),
            one => vec![one],
        }
    }

    /// The values of columns that are meant together; of one column its own.
    pub(crate) fn of_parts(mut parts: Vec<Value<'a>>) -> Value<'a> {
        match parts.pop() {
            Some(one) if parts.is_empty() => one,
            last => {
                parts.extend(last);
                Value::Tuple(parts.into())
            }
        }
    }
}

impl Value<'_> {
    /// The same value, owning what it borrowed.
    #[inline]
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null(kind) => Value::Null(kind),
            Value::Bool(v) => Value::Bool(v),
            Value::I64(v) => Value::I64(v),
            Value::F64(v) => Value::F64(v),
            Value::Text(v) => Value::Text(Cow::Owned(v.into_owned())),
            Value::Bytes(v) => Value::Bytes(Cow::Owned(v.into_owned())),
            Value::Date(v) => Value::Date(v),
            Value::Time(v) => Value::Time(v),
            Value::DateTime(v) => Value::DateTime(v),
            Value::Timestamp(v) => Value::Timestamp(v),
            #[cfg(feature = "uuid")]
            Value::Uuid(v) => Value::Uuid(v),
            #[cfg(feature = "decimal")]
            Value::Decimal(v) => Value::Decimal(v),
            Value::Json(v) => Value::Json(Cow::Owned(v.into_owned())),
            Value::Enum(of, label) => Value::Enum(of, label),
            Value::Array(array) => Value::Array(Box::new(Array {
                element: array.element,
                values: array.values.into_iter().map(Value::into_owned).collect(),
            })),
            Value::Tuple(parts) => Value::Tuple(parts.into_iter().map(Value::into_owned).collect()),
        }
    }

    /// A label as the value of a column of an enum; written by the derive.
    #[must_use]
    pub fn label(column: ColumnType, label: &'static str) -> Value<'static> {
        match column {
            ColumnType::Enum(of) => Value::Enum(of, label),
            _ => Value::Text(Cow::Borrowed(label)),
        }
    }

    /// Whether storing the one or the other is the same: unlike equality, it tells the zeros apart, and not one NaN from itself.
    pub(crate) fn is_same(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Value::F64(left), Value::F64(right)) => left.to_bits() == right.to_bits(),
            (Value::Array(left), Value::Array(right)) => {
                left.values.len() == right.values.len()
                    && left.values.iter().zip(&right.values).all(|(left, right)| left.is_same(right))
            }
            _ => self == other,
        }
    }

    /// Whether this is a number that nothing can be divided by.
    pub(crate) fn is_zero(&self) -> bool {
        match self {
            Value::I64(number) => *number == 0,
            Value::F64(number) => *number == 0.0,
            #[cfg(feature = "decimal")]
            Value::Decimal(number) => number.is_zero(),
            _ => false,
        }
    }

    /// Whether this is SQL NULL.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null(_))
    }

    /// The type that the value is bound as: integers of any width as [`ColumnType::I64`], floating-point numbers as
    /// [`ColumnType::F64`]. It is the same for every value of a column, NULL included, so a prepared statement's types stay.
    #[must_use]
    pub fn bound_as(&self) -> ColumnType {
        match self {
            Value::Null(ColumnType::I16 | ColumnType::I32) | Value::I64(_) => ColumnType::I64,
            Value::Null(ColumnType::F32) | Value::F64(_) => ColumnType::F64,
            Value::Null(kind) => *kind,
            Value::Bool(_) => ColumnType::Bool,
            Value::Text(_) => ColumnType::Text,
            Value::Bytes(_) => ColumnType::Bytes,
            Value::Date(_) => ColumnType::Date,
            Value::Time(_) => ColumnType::Time,
            Value::DateTime(_) => ColumnType::DateTime,
            Value::Timestamp(_) => ColumnType::Timestamp,
            #[cfg(feature = "uuid")]
            Value::Uuid(_) => ColumnType::Uuid,
            #[cfg(feature = "decimal")]
            Value::Decimal(_) => ColumnType::Decimal,
            Value::Json(_) => ColumnType::Json,
            Value::Enum(of, _) => ColumnType::Enum(of),
            Value::Array(array) => ColumnType::Array(array.element),
            // Each of its parts has a type of its own.
            Value::Tuple(_) => ColumnType::Tuple(&[]),
        }
    }
}

/// Why a value cannot be stored exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError(pub(crate) String);

impl ValueError {
    /// An error with this reason; it should not repeat the value.
    #[must_use]
    pub fn new(reason: impl Into<String>) -> Self {
        ValueError(reason.into())
    }

    /// The reason.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.0
    }
}
