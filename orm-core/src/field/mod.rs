//! The types that a field may have, and how each goes to a database and comes back.

mod array;
mod composite;
#[cfg(feature = "json")]
mod json;
mod key;
mod native_enum;
mod scalars;

pub use array::{ArrayElement, ArrayField};
pub use composite::IntoKeyColumn;
#[cfg(feature = "json")]
pub use json::Json;
pub use key::{Key, KeyColumn, KeyPart};
pub use native_enum::EnumType;

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
    /// One of some texts, for which a database that has such types gets one; elsewhere text.
    Enum(&'static EnumType),
    /// An array of values of another type.
    Array(&'static ColumnType),
    /// Several columns, of these types: what a key of several fields takes.
    Tuple(&'static [ColumnType]),
}

impl ColumnType {
    /// The enum that the column's values are of, or the elements of its arrays.
    #[must_use]
    pub fn enum_type(self) -> Option<&'static EnumType> {
        match self {
            ColumnType::Enum(of) => Some(of),
            ColumnType::Array(element) => element.enum_type(),
            _ => None,
        }
    }

    /// The type of the column at a position among those that are meant together.
    #[must_use]
    pub fn part(self, at: usize) -> ColumnType {
        match self {
            ColumnType::Tuple(parts) => parts.get(at).copied().unwrap_or(self),
            column => column,
        }
    }

    /// Whether the column holds arrays.
    #[must_use]
    pub fn is_array(self) -> bool {
        matches!(self, ColumnType::Array(_))
    }

    /// A number of its own for each type, but for enums, which all have the same.
    pub(crate) fn code(self) -> u64 {
        match self {
            ColumnType::Bool => 0,
            ColumnType::I16 => 1,
            ColumnType::I32 => 2,
            ColumnType::I64 => 3,
            ColumnType::F32 => 4,
            ColumnType::F64 => 5,
            ColumnType::Text => 6,
            ColumnType::Bytes => 7,
            ColumnType::Date => 8,
            ColumnType::Time => 9,
            ColumnType::DateTime => 10,
            ColumnType::Timestamp => 11,
            ColumnType::Uuid => 12,
            ColumnType::Decimal => 13,
            ColumnType::Json => 14,
            ColumnType::Enum(_) => 15,
            ColumnType::Array(element) => 16 + element.code(),
            // Its parts have numbers of their own.
            ColumnType::Tuple(_) => 1 << 20,
        }
    }
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
            Option of each, ForeignKey<Model>, and with their features Uuid, Decimal, Json<T> and serde_json::Value; on PostgreSQL \
            also a Vec of these but of bytes, keys and JSON",
    note = "derive `FieldEnum` for an enum, `FieldNewtype` for a newtype, or implement `FieldType` for a type of your own"
)]
pub trait FieldType: Sized + Send + Sync + 'static {
    /// The type without its `Option`.
    type NonNull: FieldType<NonNull = Self::NonNull>;

    /// What the column holds.
    const COLUMN: ColumnType;

    /// Whether the column may be NULL.
    const NULLABLE: bool = false;

    /// How many columns there are: more than one for a key of several fields, and a foreign key to a model that has such a key.
    const WIDTH: usize = 1;

    /// The value to bind.
    ///
    /// # Errors
    /// [`ValueError`] if no database can hold the value exactly.
    fn to_value(&self) -> Result<Value<'_>, ValueError>;

    /// The value of the column at a position, of those that there are.
    ///
    /// # Errors
    /// As [`to_value`](Self::to_value).
    #[inline]
    fn part(&self, _at: usize) -> Result<Value<'_>, ValueError> {
        self.to_value()
    }

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
    const WIDTH: usize = T::WIDTH;

    #[inline]
    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        match self {
            Some(value) => value.to_value(),
            None => Ok(Value::Null(T::COLUMN)),
        }
    }

    #[inline]
    fn part(&self, at: usize) -> Result<Value<'_>, ValueError> {
        match self {
            Some(value) => value.part(at),
            None => Ok(Value::Null(T::COLUMN.part(at))),
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
