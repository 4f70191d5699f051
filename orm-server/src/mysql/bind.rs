//! Values on their way to MySQL, in the binary protocol's format.

use std::cell::Cell;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use orm_core::Result;
use orm_core::field::ColumnType;
use orm_core::sql::list_as_json;
use orm_core::statement::{Bind, Compiled, Walk};
use orm_core::value::Value;
use sqlx_core::arguments::Arguments;
use sqlx_core::encode::{Encode, IsNull};
use sqlx_core::error::BoxDynError;
use sqlx_core::types::Type;
use sqlx_mysql::{MySql, MySqlArguments, MySqlTypeInfo};

use crate::bind::unbindable;

/// The values of a statement in the order of its placeholders, and how many bytes its message has with them.
///
/// # Errors
/// [`Error::InvalidValue`](orm_core::Error::InvalidValue) for a value that cannot be written for the wire.
pub(crate) fn arguments(compiled: &Compiled, walk: &Walk<'_>) -> Result<(MySqlArguments, usize)> {
    collect(compiled.binds(walk))
}

/// These values as arguments.
///
/// # Errors
/// As [`arguments`].
pub(crate) fn collect<'a>(binds: impl Iterator<Item = Bind<'a>>) -> Result<(MySqlArguments, usize)> {
    /// What a message has beside its values: the command, the statement's number and flags.
    const HEAD: usize = 11;
    let mut arguments = MySqlArguments::default();
    let written = Cell::new(0);
    let mut count = 0_usize;
    for bind in binds {
        arguments.add(Parameter { bind, written: &written }).map_err(unbindable)?;
        count += 1;
    }
    // Each value has a type of two bytes, and a bit that tells whether it is NULL.
    Ok((arguments, HEAD + written.get() + count * 2 + count.div_ceil(8)))
}

struct Parameter<'a> {
    bind: Bind<'a>,
    /// How many bytes the values have up to this one.
    written: &'a Cell<usize>,
}

impl Type<MySql> for Parameter<'_> {
    fn type_info() -> MySqlTypeInfo {
        <str as Type<MySql>>::type_info()
    }
}

impl<'q> Encode<'q, MySql> for Parameter<'q> {
    fn produces(&self) -> Option<MySqlTypeInfo> {
        Some(match self.bind {
            Bind::Value(value) => type_of(value),
            Bind::List(_) | Bind::Part(..) => <str as Type<MySql>>::type_info(),
            Bind::Count(_) => <i64 as Type<MySql>>::type_info(),
        })
    }

    fn encode_by_ref(&self, buffer: &mut Vec<u8>) -> Result<IsNull, BoxDynError> {
        let is_null = match self.bind {
            Bind::Value(value) => write(value, buffer)?,
            Bind::List(values) => {
                bytes(list_as_json(values).as_bytes(), buffer);
                IsNull::No
            }
            Bind::Part(values, at) => {
                let parts: Vec<Value<'_>> = values.iter().filter_map(|value| value.parts().get(at).cloned()).collect();
                bytes(list_as_json(&parts).as_bytes(), buffer);
                IsNull::No
            }
            Bind::Count(count) => {
                // A count beyond what the database can hold is no limit.
                buffer.extend(i64::try_from(*count).unwrap_or(i64::MAX).to_le_bytes());
                IsNull::No
            }
        };
        self.written.set(buffer.len());
        Ok(is_null)
    }

    fn size_hint(&self) -> usize {
        16
    }
}

/// The type as which a value is bound.
fn type_of(value: &Value<'_>) -> MySqlTypeInfo {
    match value.bound_as() {
        ColumnType::Bool | ColumnType::I16 | ColumnType::I32 | ColumnType::I64 => <i64 as Type<MySql>>::type_info(),
        ColumnType::F32 | ColumnType::F64 => <f64 as Type<MySql>>::type_info(),
        ColumnType::Bytes | ColumnType::Uuid => <[u8] as Type<MySql>>::type_info(),
        ColumnType::Date => <NaiveDate as Type<MySql>>::type_info(),
        ColumnType::Time => <NaiveTime as Type<MySql>>::type_info(),
        ColumnType::DateTime | ColumnType::Timestamp => <NaiveDateTime as Type<MySql>>::type_info(),
        #[cfg(feature = "decimal")]
        ColumnType::Decimal => <rust_decimal::Decimal as Type<MySql>>::type_info(),
        _ => <str as Type<MySql>>::type_info(),
    }
}

/// Writes a value.
fn write(value: &Value<'_>, buffer: &mut Vec<u8>) -> Result<IsNull, BoxDynError> {
    match value {
        Value::Null(_) => return Ok(IsNull::Yes),
        Value::Bool(v) => buffer.extend(i64::from(*v).to_le_bytes()),
        Value::I64(v) => buffer.extend(v.to_le_bytes()),
        // Minus nothing is nothing: the server's lists and indexes do not find the one by the other.
        Value::F64(v) => buffer.extend((v + 0.0).to_le_bytes()),
        Value::Text(v) | Value::Json(v) => bytes(v.as_bytes(), buffer),
        Value::Enum(_, label) => bytes(label.as_bytes(), buffer),
        Value::Bytes(v) => bytes(v, buffer),
        Value::Date(v) => {
            buffer.push(4);
            date(*v, buffer)?;
        }
        Value::Time(v) => {
            // Neither negative nor longer than a day.
            buffer.extend([12, 0, 0, 0, 0, 0]);
            time(*v, buffer)?;
        }
        Value::DateTime(v) => date_time(*v, buffer)?,
        Value::Timestamp(v) => date_time(v.naive_utc(), buffer)?,
        #[cfg(feature = "uuid")]
        Value::Uuid(v) => bytes(v.as_bytes(), buffer),
        #[cfg(feature = "decimal")]
        Value::Decimal(v) => bytes(v.to_string().as_bytes(), buffer),
        _ => return Err("a kind of value that the driver does not know".into()),
    }
    Ok(IsNull::No)
}

fn date_time(moment: NaiveDateTime, buffer: &mut Vec<u8>) -> Result<(), BoxDynError> {
    buffer.push(11);
    date(moment.date(), buffer)?;
    time(moment.time(), buffer)
}

fn date(date: NaiveDate, buffer: &mut Vec<u8>) -> Result<(), BoxDynError> {
    buffer.extend(u16::try_from(date.year())?.to_le_bytes());
    buffer.push(u8::try_from(date.month())?);
    buffer.push(u8::try_from(date.day())?);
    Ok(())
}

fn time(time: NaiveTime, buffer: &mut Vec<u8>) -> Result<(), BoxDynError> {
    buffer.push(u8::try_from(time.hour())?);
    buffer.push(u8::try_from(time.minute())?);
    buffer.push(u8::try_from(time.second())?);
    buffer.extend((time.nanosecond() / 1_000).to_le_bytes());
    Ok(())
}

/// Writes bytes behind their length, which takes one byte or three, four, nine.
fn bytes(bytes: &[u8], buffer: &mut Vec<u8>) {
    let length = bytes.len() as u64;
    let wide = length.to_le_bytes();
    match length {
        0..=250 => buffer.extend(wide.iter().take(1)),
        251..=0xFFFF => {
            buffer.push(0xFC);
            buffer.extend(wide.iter().take(2));
        }
        0x1_0000..=0xFF_FFFF => {
            buffer.push(0xFD);
            buffer.extend(wide.iter().take(3));
        }
        _ => {
            buffer.push(0xFE);
            buffer.extend(wide);
        }
    }
    buffer.extend_from_slice(bytes);
}
