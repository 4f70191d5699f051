//! Rows of PostgreSQL, read from the wire's binary format.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm_core::row::{ColumnReader, DecodeError};
use sqlx_core::row::Row;
use sqlx_core::type_info::TypeInfo;
use sqlx_core::value::ValueRef;
use sqlx_postgres::PgRow;

use super::array::{self, Element};
use super::oid;
use super::wire;

/// A row, or an element of an array, as the decoders read it.
pub(crate) struct Reader<S>(pub(crate) S);

/// A column's type and bytes; `None` for NULL.
pub(crate) type Raw<'r> = (u32, Option<&'r [u8]>);

/// Where values are read from.
pub(crate) trait Source {
    /// The value at a position.
    fn raw(&self, index: usize, expected: &'static str) -> Result<Raw<'_>, DecodeError>;

    /// What is at a position, for messages.
    fn found(&self, index: usize) -> Cow<'static, str>;
}

impl Source for &PgRow {
    #[inline]
    fn raw(&self, index: usize, expected: &'static str) -> Result<Raw<'_>, DecodeError> {
        let Ok(value) = self.try_get_raw(index) else { return Err(DecodeError::new(index, expected, "no such column")) };
        let kind = value.type_info().oid().map_or(0, |oid| oid.0);
        Ok((kind, value.as_bytes().ok()))
    }

    fn found(&self, index: usize) -> Cow<'static, str> {
        match self.try_get_raw(index) {
            Ok(value) => Cow::Owned(value.type_info().name().to_lowercase()),
            Err(_) => Cow::Borrowed("no such column"),
        }
    }
}

impl<S: Source> Reader<S> {
    #[inline]
    fn raw(&self, index: usize, expected: &'static str) -> Result<Raw<'_>, DecodeError> {
        self.0.raw(index, expected)
    }

    /// The bytes of a column of one of these types.
    #[inline]
    fn bytes_of(&self, index: usize, types: &[u32], expected: &'static str) -> Result<Option<&[u8]>, DecodeError> {
        match self.raw(index, expected)? {
            (_, None) => Ok(None),
            (kind, Some(bytes)) if types.contains(&kind) => Ok(Some(bytes)),
            _ => Err(self.other(index, expected)),
        }
    }

    /// The bytes of a column of a type that has a fixed width.
    #[inline]
    fn fixed<const N: usize>(&self, index: usize, kind: u32, expected: &'static str) -> Result<Option<[u8; N]>, DecodeError> {
        match self.bytes_of(index, &[kind], expected)? {
            None => Ok(None),
            Some(bytes) => match bytes.try_into() {
                Ok(bytes) => Ok(Some(bytes)),
                Err(_) => Err(DecodeError::new(index, expected, "bytes of another length")),
            },
        }
    }

    #[cold]
    fn other(&self, index: usize, expected: &'static str) -> DecodeError {
        DecodeError::new(index, expected, self.0.found(index))
    }
}

/// Turns what was read into a value of chrono's, which has no infinity.
fn finite<T>(index: usize, expected: &'static str, value: Option<T>) -> Result<Option<T>, DecodeError> {
    match value {
        Some(value) => Ok(Some(value)),
        None => Err(DecodeError::new(index, expected, "infinity, or one out of range")),
    }
}

impl<S: Source> ColumnReader for Reader<S> {
    type Element<'e>
        = Reader<Element<'e>>
    where
        Self: 'e;

    #[inline]
    fn is_null(&self, index: usize) -> Result<bool, DecodeError> {
        Ok(self.raw(index, "any value")?.1.is_none())
    }

    #[inline]
    fn bool(&self, index: usize) -> Result<Option<bool>, DecodeError> {
        Ok(self.fixed::<1>(index, oid::BOOL, "a truth value")?.map(|[byte]| byte != 0))
    }

    #[inline]
    fn i64(&self, index: usize) -> Result<Option<i64>, DecodeError> {
        const EXPECTED: &str = "an integer";
        let (kind, bytes) = self.raw(index, EXPECTED)?;
        let Some(bytes) = bytes else { return Ok(None) };
        let value = match kind {
            oid::INT8 => bytes.try_into().ok().map(i64::from_be_bytes),
            oid::INT4 => bytes.try_into().ok().map(|bytes| i32::from_be_bytes(bytes).into()),
            oid::INT2 => bytes.try_into().ok().map(|bytes| i16::from_be_bytes(bytes).into()),
            _ => None,
        };
        match value {
            Some(value) => Ok(Some(value)),
            None => Err(self.other(index, EXPECTED)),
        }
    }

    #[inline]
    fn f64(&self, index: usize) -> Result<Option<f64>, DecodeError> {
        const EXPECTED: &str = "a floating-point number";
        let (kind, bytes) = self.raw(index, EXPECTED)?;
        let Some(bytes) = bytes else { return Ok(None) };
        let value = match kind {
            oid::FLOAT8 => bytes.try_into().ok().map(f64::from_be_bytes),
            oid::FLOAT4 => bytes.try_into().ok().map(|bytes| f32::from_be_bytes(bytes).into()),
            _ => None,
        };
        match value {
            Some(value) => Ok(Some(value)),
            None => Err(self.other(index, EXPECTED)),
        }
    }

    #[inline]
    fn text(&self, index: usize) -> Result<Option<&str>, DecodeError> {
        const EXPECTED: &str = "text";
        match self.bytes_of(index, &[oid::TEXT, oid::VARCHAR, oid::BPCHAR, oid::NAME, oid::UNKNOWN], EXPECTED)? {
            None => Ok(None),
            Some(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(DecodeError::new(index, EXPECTED, "bytes that are no UTF-8")),
            },
        }
    }

    #[inline]
    fn bytes(&self, index: usize) -> Result<Option<&[u8]>, DecodeError> {
        self.bytes_of(index, &[oid::BYTEA], "bytes")
    }

    fn date(&self, index: usize) -> Result<Option<NaiveDate>, DecodeError> {
        const EXPECTED: &str = "a date";
        match self.fixed(index, oid::DATE, EXPECTED)? {
            None => Ok(None),
            Some(days) => finite(index, EXPECTED, wire::date_from(i32::from_be_bytes(days))),
        }
    }

    fn time(&self, index: usize) -> Result<Option<NaiveTime>, DecodeError> {
        const EXPECTED: &str = "a time";
        match self.fixed(index, oid::TIME, EXPECTED)? {
            None => Ok(None),
            Some(micros) => finite(index, EXPECTED, wire::time_from(i64::from_be_bytes(micros))),
        }
    }

    fn date_time(&self, index: usize) -> Result<Option<NaiveDateTime>, DecodeError> {
        const EXPECTED: &str = "a date and time";
        match self.fixed(index, oid::TIMESTAMP, EXPECTED)? {
            None => Ok(None),
            Some(micros) => {
                finite(index, EXPECTED, wire::moment_from(i64::from_be_bytes(micros)).map(|moment| moment.naive_utc()))
            }
        }
    }

    fn timestamp(&self, index: usize) -> Result<Option<DateTime<Utc>>, DecodeError> {
        const EXPECTED: &str = "a moment";
        match self.fixed(index, oid::TIMESTAMPTZ, EXPECTED)? {
            None => Ok(None),
            Some(micros) => finite(index, EXPECTED, wire::moment_from(i64::from_be_bytes(micros))),
        }
    }

    #[cfg(feature = "uuid")]
    fn uuid(&self, index: usize) -> Result<Option<uuid::Uuid>, DecodeError> {
        Ok(self.fixed(index, oid::UUID, "a UUID")?.map(uuid::Uuid::from_bytes))
    }

    #[cfg(feature = "decimal")]
    fn decimal(&self, index: usize) -> Result<Option<rust_decimal::Decimal>, DecodeError> {
        const EXPECTED: &str = "a decimal number of at most 28 digits";
        match self.bytes_of(index, &[oid::NUMERIC], EXPECTED)? {
            None => Ok(None),
            Some(bytes) => match super::numeric::decode(bytes) {
                // Without the zeros that fill up its column, as from the other databases.
                Ok(value) => Ok(Some(value.normalize())),
                Err(found) => Err(DecodeError::new(index, EXPECTED, found)),
            },
        }
    }

    fn json(&self, index: usize) -> Result<Option<&str>, DecodeError> {
        const EXPECTED: &str = "JSON";
        let (kind, bytes) = self.raw(index, EXPECTED)?;
        let Some(bytes) = bytes else { return Ok(None) };
        let text = match (kind, bytes) {
            // A version stands before the text.
            (oid::JSONB, [1, text @ ..]) => text,
            (oid::JSON, text) => text,
            _ => return Err(self.other(index, EXPECTED)),
        };
        match std::str::from_utf8(text) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(DecodeError::new(index, EXPECTED, "bytes that are no UTF-8")),
        }
    }

    fn array<'e, T>(
        &'e self,
        index: usize,
        read: impl FnMut(&Reader<Element<'e>>) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        const EXPECTED: &str = "an array";
        match self.raw(index, EXPECTED)? {
            (_, None) => Ok(None),
            (kind, Some(bytes)) if oid::is_array(kind) => array::decode(bytes, index, read).map(Some),
            _ => Err(self.other(index, EXPECTED)),
        }
    }
}
