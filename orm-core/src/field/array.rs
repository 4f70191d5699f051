//! Arrays of scalars, which PostgreSQL has; the other databases refuse a model with such a field before anything is sent.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::field::{ColumnType, FieldType};
use crate::row::{ColumnReader, DecodeError};
use crate::value::{Array, Value, ValueError};

/// A type that an array may be of: a scalar, or an `Option` of one for arrays in which NULLs stand.
///
/// `Vec<T>` is then the type of a field, on PostgreSQL. `Vec<u8>` is not an array but bytes. A type of your own that is stored as
/// a scalar needs no more than the name of the trait:
///
/// ```
/// use orm_core::field::{ArrayElement, ColumnType, FieldType};
/// # use orm_core::row::{ColumnReader, DecodeError};
/// # use orm_core::value::{Value, ValueError};
///
/// struct Metres(i32);
///
/// impl FieldType for Metres {
///     type NonNull = Self;
///     const COLUMN: ColumnType = ColumnType::I32;
/// #   fn to_value(&self) -> Result<Value<'_>, ValueError> {
/// #       self.0.to_value()
/// #   }
/// #   fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
/// #       Ok(i32::decode_nullable(row, index)?.map(Metres))
/// #   }
///     // ..
/// }
///
/// impl ArrayElement for Metres {}
///
/// assert_eq!(<Vec<Metres>>::COLUMN, ColumnType::Array(&ColumnType::I32));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the element of an array in a model's field",
    label = "not the type of an element",
    note = "elements are bool, i16, i32, i64, f32, f64, String, chrono's NaiveDate, NaiveTime, NaiveDateTime and DateTime<Utc>, with \
            their features Uuid and Decimal, a `FieldEnum`, and Option of each; `Vec<u8>` is bytes",
    note = "store other lists as `Json<Vec<..>>`, with the feature `json`, or as rows of a model of their own"
)]
pub trait ArrayElement: FieldType {}

macro_rules! elements {
    ($($type:ty),+) => {$(impl ArrayElement for $type {})+};
}
elements!(bool, i16, i32, i64, f32, f64, String, NaiveDate, NaiveTime, NaiveDateTime, DateTime<Utc>);
#[cfg(feature = "uuid")]
elements!(uuid::Uuid);
#[cfg(feature = "decimal")]
elements!(rust_decimal::Decimal);
impl<T: ArrayElement + FieldType<NonNull = T>> ArrayElement for Option<T> {}

impl<T: ArrayElement> FieldType for Vec<T> {
    type NonNull = Self;
    const COLUMN: ColumnType = ColumnType::Array(&T::COLUMN);

    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        let values = self.iter().map(T::to_value).collect::<Result<_, _>>()?;
        Ok(Value::Array(Box::new(Array { element: &T::COLUMN, values })))
    }

    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        row.array(index, |element| T::decode(element, index))
    }
}

/// An array, nullable or not.
#[diagnostic::on_unimplemented(message = "`{Self}` is not an array", label = "this lookup is for arrays")]
pub trait ArrayField: FieldType {
    /// The type of its elements.
    type Element: ArrayElement;
    /// The type of its length: `i32`, or `Option<i32>` of a nullable column.
    type Length: FieldType;
}

impl<T: ArrayElement> ArrayField for Vec<T> {
    type Element = T;
    type Length = i32;
}

impl<T: ArrayElement> ArrayField for Option<Vec<T>> {
    type Element = T;
    type Length = Option<i32>;
}
