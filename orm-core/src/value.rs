//! Bound values: what a field or an operand becomes on its way to the database.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

/// One bound value, borrowed from the user's row where it can be.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
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
}

impl Value<'_> {
    /// The same value, owning what it borrowed.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Null => Value::Null,
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
        matches!(self, Value::Null)
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
