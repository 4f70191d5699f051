//! The types that a field may have, and how each goes to a database and comes back.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

use crate::row::{ColumnReader, DecodeError};
use crate::value::{Value, ValueError};

/// What a column holds; each dialect has its own SQL type for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ColumnType {
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
    /// A time of day, to the microsecond.
    Time,
    /// A date and time without a zone, to the microsecond.
    DateTime,
    /// A moment, to the microsecond.
    Timestamp,
    /// A UUID.
    Uuid,
    /// An exact decimal number.
    Decimal,
    /// A JSON document.
    Json,
}

/// A type that a model's field may have.
///
/// The library brings it for numbers, text, bytes, chrono's types and, by feature, `Uuid`, `Decimal` and `Json`; the derives
/// `FieldEnum` and `FieldNewtype` make it for a user's enums and newtypes. Write it by hand for a type of your own by delegating to
/// the type that stands in the database:
///
/// ```
/// use orm_core::field::{ColumnType, FieldType};
/// use orm_core::row::{ColumnReader, DecodeError};
/// use orm_core::value::{Value, ValueError};
///
/// /// A colour, stored as `#rrggbb`.
/// #[derive(Debug, Clone, PartialEq)]
/// struct Colour(u8, u8, u8);
///
/// impl FieldType for Colour {
///     type NonNull = Self;
///     const COLUMN: ColumnType = ColumnType::Text;
///
///     fn to_value(&self) -> Result<Value<'_>, ValueError> {
///         Ok(Value::Text(format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2).into()))
///     }
///
///     fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
///         let Some(text) = row.text(index)? else { return Ok(None) };
///         let byte = |at| text.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
///         match (byte(1), byte(3), byte(5)) {
///             (Some(r), Some(g), Some(b)) => Ok(Some(Colour(r, g, b))),
///             _ => Err(DecodeError::new(index, "a colour", "other text")),
///         }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the type of a model's field",
    label = "not a field type",
    note = "field types are i16, i32, i64, f32, f64, bool, String, Vec<u8>, chrono's NaiveDate, NaiveTime, NaiveDateTime and DateTime<Utc>, \
            Option of each, ForeignKey<Model>, and with their features Uuid, Decimal, Json<T> and serde_json::Value",
    note = "derive `FieldEnum` for an enum, `FieldNewtype` for a newtype, or implement `FieldType` for a type of your own"
)]
pub trait FieldType: Sized + Send + Sync + 'static {
    /// The type without its `Option`.
    type NonNull: FieldType<NonNull = Self::NonNull>;

    /// What the column holds.
    const COLUMN: ColumnType;

    /// Whether the column may be NULL.
    const NULLABLE: bool = false;

    /// The value to bind.
    ///
    /// # Errors
    /// [`ValueError`] if no database can hold the value exactly.
    fn to_value(&self) -> Result<Value<'_>, ValueError>;

    /// Reads a column that may be NULL.
    ///
    /// # Errors
    /// [`DecodeError`] if the column holds something else.
    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError>;

    /// Reads a column.
    ///
    /// # Errors
    /// [`DecodeError`] if the column holds something else, or NULL where the type is not nullable.
    #[inline]
    fn decode<R: ColumnReader>(row: &R, index: usize) -> Result<Self, DecodeError> {
        match Self::decode_nullable(row, index)? {
            Some(value) => Ok(value),
            None => Err(DecodeError::null(index, std::any::type_name::<Self>())),
        }
    }
}

impl<T: FieldType<NonNull = T>> FieldType for Option<T> {
    type NonNull = T;
    const COLUMN: ColumnType = T::COLUMN;
    const NULLABLE: bool = true;

    #[inline]
    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        match self {
            Some(value) => value.to_value(),
            None => Ok(Value::Null(T::COLUMN)),
        }
    }

    #[inline]
    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        Ok(Some(T::decode_nullable(row, index)?))
    }

    #[inline]
    fn decode<R: ColumnReader>(row: &R, index: usize) -> Result<Self, DecodeError> {
        T::decode_nullable(row, index)
    }
}

macro_rules! plain_field {
    ($type:ty, $column:ident, |$value:ident| $bind:expr, |$row:ident, $index:ident| $read:expr) => {
        impl FieldType for $type {
            type NonNull = Self;
            const COLUMN: ColumnType = ColumnType::$column;

            #[inline]
            fn to_value(&self) -> Result<Value<'_>, ValueError> {
                let $value = self;
                $bind
            }

            #[inline]
            fn decode_nullable<R: ColumnReader>($row: &R, $index: usize) -> Result<Option<Self>, DecodeError> {
                $read
            }
        }
    };
}

plain_field!(bool, Bool, |v| Ok(Value::Bool(*v)), |row, index| row.bool(index));
plain_field!(i64, I64, |v| Ok(Value::I64(*v)), |row, index| row.i64(index));
plain_field!(i32, I32, |v| Ok(Value::I64(i64::from(*v))), |row, index| narrow(row.i64(index)?, index, "a 32-bit integer"));
plain_field!(i16, I16, |v| Ok(Value::I64(i64::from(*v))), |row, index| narrow(row.i64(index)?, index, "a 16-bit integer"));
plain_field!(f64, F64, |v| finite(*v), |row, index| row.f64(index));
plain_field!(f32, F32, |v| finite(f64::from(*v)), |row, index| match row.f64(index)? {
    Some(wide) => single(wide, index).map(Some),
    None => Ok(None),
});
plain_field!(String, Text, |v| Ok(Value::Text(Cow::Borrowed(v))), |row, index| Ok(row.text(index)?.map(str::to_owned)));
plain_field!(Vec<u8>, Bytes, |v| Ok(Value::Bytes(Cow::Borrowed(v))), |row, index| Ok(row.bytes(index)?.map(<[u8]>::to_vec)));
plain_field!(NaiveDate, Date, |v| Ok(Value::Date(*v)), |row, index| row.date(index));
plain_field!(NaiveTime, Time, |v| micros(*v, Value::Time(*v)), |row, index| row.time(index));
plain_field!(NaiveDateTime, DateTime, |v| micros(v.time(), Value::DateTime(*v)), |row, index| row.date_time(index));
plain_field!(DateTime<Utc>, Timestamp, |v| micros(v.time(), Value::Timestamp(*v)), |row, index| row.timestamp(index));
#[cfg(feature = "uuid")]
plain_field!(uuid::Uuid, Uuid, |v| Ok(Value::Uuid(*v)), |row, index| row.uuid(index));
#[cfg(feature = "decimal")]
plain_field!(rust_decimal::Decimal, Decimal, |v| Ok(Value::Decimal(*v)), |row, index| row.decimal(index));

#[inline]
fn narrow<T: TryFrom<i64>>(wide: Option<i64>, index: usize, expected: &'static str) -> Result<Option<T>, DecodeError> {
    match wide {
        None => Ok(None),
        Some(wide) => match T::try_from(wide) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(DecodeError::new(index, expected, "a larger integer")),
        },
    }
}

/// An `f32` that went into a 64-bit column comes back the same; anything that did not is an error.
#[allow(clippy::cast_possible_truncation)]
fn single(wide: f64, index: usize) -> Result<f32, DecodeError> {
    let value = wide as f32;
    if f64::from(value) == wide { Ok(value) } else { Err(DecodeError::new(index, "a 32-bit number", "a 64-bit number")) }
}

/// SQLite stores NaN as NULL, so a NaN is refused everywhere; the infinities are fine.
fn finite(value: f64) -> Result<Value<'static>, ValueError> {
    if value.is_nan() { Err(ValueError::new("NaN is not storable")) } else { Ok(Value::F64(value)) }
}

/// Databases keep microseconds; a finer time would change silently.
fn micros(time: NaiveTime, value: Value<'static>) -> Result<Value<'static>, ValueError> {
    let nanos = time.nanosecond();
    if nanos >= 1_000_000_000 {
        Err(ValueError::new("a leap second is not storable"))
    } else if !nanos.is_multiple_of(1_000) {
        Err(ValueError::new("times are stored to the microsecond, this one is finer; truncate it first"))
    } else {
        Ok(value)
    }
}

/// A JSON document of type `T` in a field; feature `json`.
///
/// `None` in an `Option<Json<T>>` is SQL NULL, `Json(serde_json::Value::Null)` is JSON's null: two different things.
#[cfg(feature = "json")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd, Ord)]
pub struct Json<T>(pub T);

#[cfg(feature = "json")]
impl<T: serde::Serialize> serde::Serialize for Json<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(feature = "json")]
impl<'de, T: serde::Deserialize<'de>> serde::Deserialize<'de> for Json<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Json)
    }
}

#[cfg(feature = "json")]
impl<T> std::ops::Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

#[cfg(feature = "json")]
impl<T: serde::Serialize + serde::de::DeserializeOwned + Send + Sync + 'static> FieldType for Json<T> {
    type NonNull = Self;
    const COLUMN: ColumnType = ColumnType::Json;

    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        json_value(&self.0)
    }

    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        Ok(decode_json(row, index)?.map(Json))
    }
}

#[cfg(feature = "json")]
plain_field!(serde_json::Value, Json, |v| json_value(v), |row, index| decode_json(row, index));

#[cfg(feature = "json")]
fn json_value<T: serde::Serialize>(document: &T) -> Result<Value<'static>, ValueError> {
    if !crate::json::is_exact(document) {
        return Err(ValueError::new("JSON has no NaN and no infinities, or the document does not serialize"));
    }
    match serde_json::to_string(document) {
        Ok(text) => Ok(Value::Json(Cow::Owned(text))),
        Err(error) => Err(ValueError::new(format!("it does not serialize to JSON: {error}"))),
    }
}

#[cfg(feature = "json")]
fn decode_json<T: serde::de::DeserializeOwned>(row: &impl ColumnReader, index: usize) -> Result<Option<T>, DecodeError> {
    match row.json(index)? {
        None => Ok(None),
        Some(text) => match serde_json::from_str(text) {
            Ok(document) => Ok(Some(document)),
            Err(error) => Err(DecodeError::new(
                index,
                std::any::type_name::<T>(),
                format!("other JSON ({:?} at column {})", error.classify(), error.column()),
            )),
        },
    }
}

/// A type that a primary key may have.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a primary key",
    label = "not a key type",
    note = "primary keys are i64 or i32 (filled in by the database), String, or Uuid with the feature `uuid`"
)]
pub trait Key: FieldType<NonNull = Self> + Clone + Eq + std::hash::Hash + std::fmt::Debug {
    /// Whether the database fills it in.
    const GENERATED: bool;

    /// The key that the database filled in.
    fn from_generated(_id: i64) -> Option<Self> {
        None
    }
}

impl Key for i64 {
    const GENERATED: bool = true;

    fn from_generated(id: i64) -> Option<Self> {
        Some(id)
    }
}

impl Key for i32 {
    const GENERATED: bool = true;

    fn from_generated(id: i64) -> Option<Self> {
        id.try_into().ok()
    }
}

impl Key for String {
    const GENERATED: bool = false;
}

#[cfg(feature = "uuid")]
impl Key for uuid::Uuid {
    const GENERATED: bool = false;
}
