//! The scalar types: numbers, text, bytes, dates and times.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};

use crate::field::{ColumnType, FieldType};
use crate::row::{ColumnReader, DecodeError};
use crate::value::{Value, ValueError};

/// A type that is bound and read as it is.
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
plain_field!(f64, F64, |v| Ok(Value::F64(*v)), |row, index| row.f64(index));
plain_field!(f32, F32, |v| Ok(Value::F64(f64::from(*v))), |row, index| match row.f64(index)? {
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

/// An `f32` that went into a 64-bit column comes back the same, a NaN as a NaN; anything that did not is an error.
#[allow(clippy::cast_possible_truncation)]
fn single(wide: f64, index: usize) -> Result<f32, DecodeError> {
    let value = wide as f32;
    if f64::from(value) == wide || wide.is_nan() {
        Ok(value)
    } else {
        Err(DecodeError::new(index, "a 32-bit number", "a 64-bit number"))
    }
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
