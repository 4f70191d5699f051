//! Values on their way in: how each stands in SQLite.
//!
//! Booleans are 0 and 1, dates and times [text of a fixed width](crate::moment), a UUID 16 bytes, a decimal its plain digits, a JSON
//! document its text. Nothing is copied but by SQLite itself.

use std::rc::Rc;

use orm_core::sql::list_as_json;
use orm_core::statement::{Bind, Compiled, Walk};
use orm_core::value::Value;
use orm_core::{Error, Result};
use rusqlite::Statement;
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::error::from_rusqlite;
use crate::moment;

/// Binds all values of a statement.
pub(crate) fn bind_all(statement: &mut Statement<'_>, compiled: &Compiled, walk: &Walk<'_>) -> Result<()> {
    let mut position = 0;
    for bind in compiled.binds(walk) {
        position += 1;
        bind_one(statement, position, bind)?;
    }
    Ok(())
}

fn bind_one(statement: &mut Statement<'_>, position: usize, bind: Bind<'_>) -> Result<()> {
    let bound = match bind {
        Bind::Value(value) => return bind_value(statement, position, value),
        // Where several columns are meant together, it is opened from JSON.
        Bind::List(values @ [Value::Tuple(_), ..]) => statement.raw_bind_parameter(position, tuples_as_json(values)),
        Bind::Part(values, at) => {
            let parts = values.iter().filter_map(|value| value.parts().get(at));
            let list: Vec<rusqlite::types::Value> = parts.map(|value| with_stored(value, owned)).collect::<Result<_>>()?;
            statement.raw_bind_parameter(position, Rc::new(list))
        }
        Bind::List(values) => {
            let list: Vec<rusqlite::types::Value> =
                values.iter().map(|value| with_stored(value, owned)).collect::<Result<_>>()?;
            statement.raw_bind_parameter(position, Rc::new(list))
        }
        // A count that SQLite's integers cannot hold is more rows than there are.
        Bind::Count(count) => statement.raw_bind_parameter(position, i64::try_from(*count).unwrap_or(i64::MAX)),
    };
    bound.map_err(from_rusqlite)
}

/// The members of a list of several columns as JSON, text as its bytes, of which the SQL makes text again.
fn tuples_as_json(members: &[Value<'_>]) -> String {
    let part = |part: &Value<'_>| match part {
        Value::Text(text) => Value::Bytes(text.as_bytes().to_vec().into()),
        Value::Enum(_, label) => Value::Bytes(label.as_bytes().into()),
        other => other.clone().into_owned(),
    };
    let members: Vec<Value<'static>> =
        members.iter().map(|member| Value::Tuple(member.parts().iter().map(part).collect())).collect();
    list_as_json(&members)
}

/// Binds one value; positions count from 1.
#[inline]
pub(crate) fn bind_value(statement: &mut Statement<'_>, position: usize, value: &Value<'_>) -> Result<()> {
    let bound = with_stored(value, |stored| statement.raw_bind_parameter(position, ToSqlOutput::Borrowed(stored)))?;
    bound.map_err(from_rusqlite)
}

/// Hands a value to `take` as SQLite stores it; text that is made for it lives on the stack.
#[inline]
fn with_stored<T>(value: &Value<'_>, take: impl FnOnce(ValueRef<'_>) -> T) -> Result<T> {
    Ok(match value {
        Value::Null(_) => take(ValueRef::Null),
        Value::Bool(v) => take(ValueRef::Integer(i64::from(*v))),
        Value::I64(v) => take(ValueRef::Integer(*v)),
        Value::F64(v) if v.is_nan() => return Err(unstorable("NaN is not storable: SQLite would make it NULL")),
        Value::F64(v) => take(ValueRef::Real(*v)),
        Value::Text(v) | Value::Json(v) => take(ValueRef::Text(v.as_bytes())),
        Value::Enum(_, label) => take(ValueRef::Text(label.as_bytes())),
        Value::Bytes(v) => take(ValueRef::Blob(v)),
        Value::Date(v) => take(ValueRef::Text(&moment::write_date(*v).ok_or_else(year)?)),
        Value::Time(v) => take(ValueRef::Text(&moment::write_time(*v).ok_or_else(fine)?)),
        Value::DateTime(v) => take(ValueRef::Text(&date_time(*v)?)),
        Value::Timestamp(v) => take(ValueRef::Text(&date_time(v.naive_utc())?)),
        #[cfg(feature = "uuid")]
        Value::Uuid(v) => take(ValueRef::Blob(v.as_bytes())),
        #[cfg(feature = "decimal")]
        Value::Decimal(v) => take(ValueRef::Text(crate::decimal::text(*v).as_bytes())),
        _ => {
            return Err(Error::Unsupported {
                feature: "a value of this kind",
                backend: "SQLite",
                hint: "build orm-sqlite with the features that orm-core is built with",
            });
        }
    })
}

fn date_time(moment: chrono::NaiveDateTime) -> Result<[u8; moment::DATE_TIME]> {
    moment::write_date_time(moment).ok_or_else(|| match moment::write_date(moment.date()) {
        None => year(),
        Some(_) => fine(),
    })
}

#[cold]
fn year() -> Error {
    unstorable("SQLite keeps dates as text that sorts, of the years 1 to 9999")
}

#[cold]
fn fine() -> Error {
    unstorable("times are stored to the microsecond and without leap seconds")
}

#[cold]
fn unstorable(reason: &str) -> Error {
    Error::InvalidValue { model: "", field: "value", reason: reason.to_owned() }
}

fn owned(stored: ValueRef<'_>) -> rusqlite::types::Value {
    match stored {
        ValueRef::Null => rusqlite::types::Value::Null,
        ValueRef::Integer(v) => rusqlite::types::Value::Integer(v),
        ValueRef::Real(v) => rusqlite::types::Value::Real(v),
        // It was a `str` before; nothing is lost.
        ValueRef::Text(v) => rusqlite::types::Value::Text(String::from_utf8_lossy(v).into_owned()),
        ValueRef::Blob(v) => rusqlite::types::Value::Blob(v.to_vec()),
    }
}
