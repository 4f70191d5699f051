//! Values on their way to PostgreSQL, in the wire's binary format.

use orm_core::Result;
use orm_core::field::ColumnType;
use orm_core::statement::{Bind, Compiled, Walk};
use orm_core::value::Value;
use sqlx_core::arguments::Arguments;
use sqlx_core::encode::{Encode, IsNull};
use sqlx_core::error::BoxDynError;
use sqlx_core::types::Type;
use sqlx_postgres::types::Oid;
use sqlx_postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo, Postgres};

use super::{oid, wire};
use crate::bind::unbindable;

/// The values of a statement in the order of its placeholders.
///
/// # Errors
/// [`Error::InvalidValue`](orm_core::Error::InvalidValue) for a value that cannot be written for the wire.
pub(crate) fn arguments(compiled: &Compiled, walk: &Walk<'_>) -> Result<PgArguments> {
    collect(compiled.binds(walk))
}

/// These values as arguments.
///
/// # Errors
/// As [`arguments`].
pub(crate) fn collect<'a>(binds: impl Iterator<Item = Bind<'a>>) -> Result<PgArguments> {
    let mut arguments = PgArguments::default();
    for bind in binds {
        arguments.add(Parameter(bind)).map_err(unbindable)?;
    }
    Ok(arguments)
}

struct Parameter<'a>(Bind<'a>);

impl Type<Postgres> for Parameter<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(Oid(oid::TEXT))
    }
}

impl<'q> Encode<'q, Postgres> for Parameter<'q> {
    fn produces(&self) -> Option<PgTypeInfo> {
        let oid = match self.0 {
            Bind::Value(value) => type_of(value.bound_as()),
            Bind::List(values) => oid::array_of(type_of_list(values.iter())),
            Bind::Part(values, at) => oid::array_of(type_of_list(parts(values, at))),
            Bind::Count(_) => oid::INT8,
        };
        Some(PgTypeInfo::with_oid(Oid(oid)))
    }

    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        match self.0 {
            Bind::Value(value) => Ok(if write(value, buffer)? { IsNull::No } else { IsNull::Yes }),
            Bind::List(values) => {
                write_array(values.iter(), type_of_list(values.iter()), buffer)?;
                Ok(IsNull::No)
            }
            Bind::Part(values, at) => {
                write_array(parts(values, at), type_of_list(parts(values, at)), buffer)?;
                Ok(IsNull::No)
            }
            Bind::Count(count) => {
                // A count beyond what the database can hold is no limit.
                buffer.extend(i64::try_from(*count).unwrap_or(i64::MAX).to_be_bytes());
                Ok(IsNull::No)
            }
        }
    }

    fn size_hint(&self) -> usize {
        match self.0 {
            Bind::Value(Value::Text(text)) => text.len(),
            Bind::Value(Value::Bytes(bytes)) => bytes.len(),
            _ => 16,
        }
    }
}

/// The type as which a value is bound. It depends on the statement's shape alone, so that a prepared statement fits each run.
fn type_of(kind: ColumnType) -> u32 {
    match kind {
        ColumnType::Bool => oid::BOOL,
        ColumnType::I16 | ColumnType::I32 | ColumnType::I64 => oid::INT8,
        ColumnType::F32 | ColumnType::F64 => oid::FLOAT8,
        ColumnType::Bytes => oid::BYTEA,
        ColumnType::Date => oid::DATE,
        ColumnType::Time => oid::TIME,
        ColumnType::DateTime => oid::TIMESTAMP,
        ColumnType::Timestamp => oid::TIMESTAMPTZ,
        ColumnType::Uuid => oid::UUID,
        ColumnType::Decimal => oid::NUMERIC,
        ColumnType::Json => oid::JSONB,
        ColumnType::Array(element) => oid::array_of(type_of_element(*element)),
        _ => oid::TEXT,
    }
}

/// The type as which the values of a list are bound.
fn type_of_list<'v>(mut values: impl Iterator<Item = &'v Value<'v>>) -> u32 {
    values.next().map_or(oid::TEXT, |value| type_of(value.bound_as()))
}

/// The values that stand at a position of the members of a list.
fn parts<'v>(values: &'v [Value<'v>], at: usize) -> impl Iterator<Item = &'v Value<'v>> + Clone {
    values.iter().filter_map(move |value| value.parts().get(at))
}

/// The type of an array's elements: that of the column, because PostgreSQL compares only arrays of one type.
fn type_of_element(element: ColumnType) -> u32 {
    match element {
        ColumnType::I16 => oid::INT2,
        ColumnType::I32 => oid::INT4,
        ColumnType::F32 => oid::FLOAT4,
        other => type_of(other),
    }
}

/// Writes an element of an array; answers whether there is one.
fn write_element(value: &Value<'_>, kind: u32, buffer: &mut Vec<u8>) -> Result<bool, BoxDynError> {
    match (value, kind) {
        (Value::I64(v), oid::INT2) => buffer.extend(i16::try_from(*v)?.to_be_bytes()),
        (Value::I64(v), oid::INT4) => buffer.extend(i32::try_from(*v)?.to_be_bytes()),
        (Value::F64(v), oid::FLOAT4) => buffer.extend(single(*v).to_be_bytes()),
        _ => return write(value, buffer),
    }
    Ok(true)
}

/// The number of an `f32` field.
#[allow(clippy::cast_possible_truncation)]
fn single(value: f64) -> f32 {
    value as f32
}

/// Writes a value; answers whether there is one.
fn write(value: &Value<'_>, buffer: &mut Vec<u8>) -> Result<bool, BoxDynError> {
    match value {
        Value::Null(_) => return Ok(false),
        Value::Bool(v) => buffer.push(u8::from(*v)),
        Value::I64(v) => buffer.extend(v.to_be_bytes()),
        Value::F64(v) => buffer.extend(v.to_be_bytes()),
        Value::Text(v) => buffer.extend(v.as_bytes()),
        Value::Bytes(v) => buffer.extend_from_slice(v),
        Value::Date(v) => buffer.extend(wire::days(*v).to_be_bytes()),
        Value::Time(v) => buffer.extend(wire::micros_of_day(*v).to_be_bytes()),
        Value::DateTime(v) => buffer.extend(wire::micros(*v).to_be_bytes()),
        Value::Timestamp(v) => buffer.extend(wire::micros(v.naive_utc()).to_be_bytes()),
        #[cfg(feature = "uuid")]
        Value::Uuid(v) => buffer.extend(v.as_bytes()),
        #[cfg(feature = "decimal")]
        Value::Decimal(v) => super::numeric::encode(v, buffer),
        Value::Json(v) => {
            buffer.push(1);
            buffer.extend(v.as_bytes());
        }
        Value::Enum(_, label) => buffer.extend(label.as_bytes()),
        Value::Array(array) => write_array(array.values.iter(), type_of_element(*array.element), buffer)?,
        _ => return Err("a kind of value that the driver does not know".into()),
    }
    Ok(true)
}

/// Writes an array of one dimension.
fn write_array<'v>(
    values: impl Iterator<Item = &'v Value<'v>> + Clone,
    element: u32,
    buffer: &mut Vec<u8>,
) -> Result<(), BoxDynError> {
    let (count, has_null) = (values.clone().count(), values.clone().any(Value::is_null));
    buffer.extend(i32::from(count > 0).to_be_bytes());
    buffer.extend(i32::from(has_null).to_be_bytes());
    buffer.extend(element.to_be_bytes());
    if count == 0 {
        return Ok(());
    }
    buffer.extend(i32::try_from(count)?.to_be_bytes());
    buffer.extend(1_i32.to_be_bytes());
    for value in values {
        let at = buffer.len();
        buffer.extend((-1_i32).to_be_bytes());
        if write_element(value, element, buffer)? {
            let length = i32::try_from(buffer.len() - at - 4)?.to_be_bytes();
            if let Some(slot) = buffer.get_mut(at..at + 4) {
                slot.copy_from_slice(&length);
            }
        }
    }
    Ok(())
}
