//! Rows of MySQL, read from the binary protocol's format.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm_core::row::{ColumnReader, DecodeError};
use sqlx_core::column::{Column, ColumnOrigin};
use sqlx_core::decode::Decode;
use sqlx_core::row::Row;
use sqlx_core::type_info::TypeInfo;
use sqlx_core::types::Type;
use sqlx_mysql::{MySql, MySqlRow, MySqlTypeInfo};

/// What a column of a result holds, as far as reading it differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Signed,
    Unsigned,
    Float,
    Double,
    Text,
    Bytes,
    Date,
    Time,
    Moment,
    Decimal,
    /// A decimal that is no column's but was computed.
    Computed,
    Other,
}

/// What the columns of a row hold, the same for all rows of a result.
pub(crate) fn kinds(row: &MySqlRow) -> Vec<Kind> {
    row.columns()
        .iter()
        .map(|column| match kind(column.type_info()) {
            Kind::Decimal if matches!(column.origin(), ColumnOrigin::Expression) => Kind::Computed,
            kind => kind,
        })
        .collect()
}

fn kind(column: &MySqlTypeInfo) -> Kind {
    // The name calls a text with a binary collation bytes.
    if <str as Type<MySql>>::compatible(column) {
        return Kind::Text;
    }
    match column.name() {
        "BOOLEAN" | "TINYINT" | "SMALLINT" | "MEDIUMINT" | "INT" | "BIGINT" => Kind::Signed,
        "TINYINT UNSIGNED" | "SMALLINT UNSIGNED" | "MEDIUMINT UNSIGNED" | "INT UNSIGNED" | "BIGINT UNSIGNED" | "YEAR" => {
            Kind::Unsigned
        }
        "FLOAT" => Kind::Float,
        "DOUBLE" => Kind::Double,
        "SET" | "JSON" => Kind::Text,
        "BINARY" | "VARBINARY" | "TINYBLOB" | "BLOB" | "MEDIUMBLOB" | "LONGBLOB" => Kind::Bytes,
        "DATE" => Kind::Date,
        "TIME" => Kind::Time,
        "DATETIME" | "TIMESTAMP" => Kind::Moment,
        "DECIMAL" => Kind::Decimal,
        _ => Kind::Other,
    }
}

/// A row as the decoders read it.
pub(crate) struct Reader<'r> {
    pub(crate) row: &'r MySqlRow,
    pub(crate) kinds: &'r [Kind],
}

impl<'r> Reader<'r> {
    /// What a column holds, and its bytes; `None` for NULL.
    #[inline]
    fn raw(&self, index: usize, expected: &'static str) -> Result<(Kind, Option<&'r [u8]>), DecodeError> {
        let Ok(value) = self.row.try_get_raw(index) else { return Err(DecodeError::new(index, expected, "no such column")) };
        let kind = self.kinds.get(index).copied().unwrap_or(Kind::Other);
        Ok((kind, <&[u8] as Decode<MySql>>::decode(value).ok()))
    }

    /// The bytes of a column of this kind.
    #[inline]
    fn bytes_of(&self, index: usize, kinds: &[Kind], expected: &'static str) -> Result<Option<&'r [u8]>, DecodeError> {
        match self.raw(index, expected)? {
            (_, None) => Ok(None),
            (kind, Some(bytes)) if kinds.contains(&kind) => Ok(Some(bytes)),
            _ => Err(self.other(index, expected)),
        }
    }

    /// The text of a column of this kind.
    #[inline]
    fn text_of(&self, index: usize, kinds: &[Kind], expected: &'static str) -> Result<Option<&'r str>, DecodeError> {
        match self.bytes_of(index, kinds, expected)? {
            None => Ok(None),
            Some(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(DecodeError::new(index, expected, "bytes that are no UTF-8")),
            },
        }
    }

    #[cold]
    fn other(&self, index: usize, expected: &'static str) -> DecodeError {
        let found = match self.row.try_column(index) {
            Ok(column) => Cow::Owned(column.type_info().name().to_lowercase()),
            Err(_) => Cow::Borrowed("no such column"),
        };
        DecodeError::new(index, expected, found)
    }

    fn moment(&self, index: usize, expected: &'static str) -> Result<Option<NaiveDateTime>, DecodeError> {
        let Some(bytes) = self.bytes_of(index, &[Kind::Moment], expected)? else { return Ok(None) };
        let moment = match bytes {
            [_, y1, y2, month, day, clock @ ..] => {
                date(*y1, *y2, *month, *day).zip(time(clock)).map(|(date, time)| date.and_time(time))
            }
            _ => None,
        };
        zero_or(index, expected, moment)
    }
}

/// A date or time, which MySQL may hold where none is: `0000-00-00`.
fn zero_or<T>(index: usize, expected: &'static str, value: Option<T>) -> Result<Option<T>, DecodeError> {
    match value {
        Some(value) => Ok(Some(value)),
        None => Err(DecodeError::new(index, expected, "a zero date, or one out of range")),
    }
}

fn date(y1: u8, y2: u8, month: u8, day: u8) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(u16::from_le_bytes([y1, y2]).into(), month.into(), day.into())
}

/// Hours, minutes, seconds and microseconds, of which zeros at the end are left out.
fn time(bytes: &[u8]) -> Option<NaiveTime> {
    let (clock, micros) = match bytes {
        [] => ([0, 0, 0], 0),
        [h, m, s] => ([*h, *m, *s], 0),
        [h, m, s, micros @ ..] => ([*h, *m, *s], u32::from_le_bytes(micros.try_into().ok()?)),
        _ => return None,
    };
    let [hour, minute, second] = clock.map(u32::from);
    NaiveTime::from_hms_micro_opt(hour, minute, second, micros)
}

/// A number of one, two, four or eight bytes.
fn integer(kind: Kind, bytes: &[u8]) -> Option<i64> {
    match (kind, bytes.len()) {
        (Kind::Signed, 8) => bytes.try_into().ok().map(i64::from_le_bytes),
        (Kind::Signed, 4) => bytes.try_into().ok().map(|bytes| i32::from_le_bytes(bytes).into()),
        (Kind::Signed, 2) => bytes.try_into().ok().map(|bytes| i16::from_le_bytes(bytes).into()),
        (Kind::Signed, 1) => bytes.try_into().ok().map(|bytes| i8::from_le_bytes(bytes).into()),
        (Kind::Unsigned, 8) => bytes.try_into().ok().and_then(|bytes| u64::from_le_bytes(bytes).try_into().ok()),
        (Kind::Unsigned, 4) => bytes.try_into().ok().map(|bytes| u32::from_le_bytes(bytes).into()),
        (Kind::Unsigned, 2) => bytes.try_into().ok().map(|bytes| u16::from_le_bytes(bytes).into()),
        (Kind::Unsigned, 1) => bytes.try_into().ok().map(|bytes| u8::from_le_bytes(bytes).into()),
        _ => None,
    }
}

impl ColumnReader for Reader<'_> {
    type Element<'e>
        = Reader<'e>
    where
        Self: 'e;

    #[inline]
    fn is_null(&self, index: usize) -> Result<bool, DecodeError> {
        Ok(self.raw(index, "any value")?.1.is_none())
    }

    fn bool(&self, index: usize) -> Result<Option<bool>, DecodeError> {
        const EXPECTED: &str = "a truth value";
        match self.i64(index)? {
            None => Ok(None),
            Some(0) => Ok(Some(false)),
            Some(1) => Ok(Some(true)),
            Some(_) => Err(DecodeError::new(index, EXPECTED, "another integer")),
        }
    }

    #[inline]
    fn i64(&self, index: usize) -> Result<Option<i64>, DecodeError> {
        const EXPECTED: &str = "an integer";
        let (kind, bytes) = self.raw(index, EXPECTED)?;
        let Some(bytes) = bytes else { return Ok(None) };
        match integer(kind, bytes) {
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
            Kind::Double => bytes.try_into().ok().map(f64::from_le_bytes),
            Kind::Float => bytes.try_into().ok().map(|bytes| f32::from_le_bytes(bytes).into()),
            _ => None,
        };
        match value {
            Some(value) => Ok(Some(value)),
            None => Err(self.other(index, EXPECTED)),
        }
    }

    #[inline]
    fn text(&self, index: usize) -> Result<Option<&str>, DecodeError> {
        self.text_of(index, &[Kind::Text], "text")
    }

    #[inline]
    fn bytes(&self, index: usize) -> Result<Option<&[u8]>, DecodeError> {
        self.bytes_of(index, &[Kind::Bytes], "bytes")
    }

    fn date(&self, index: usize) -> Result<Option<NaiveDate>, DecodeError> {
        const EXPECTED: &str = "a date";
        let Some(bytes) = self.bytes_of(index, &[Kind::Date], EXPECTED)? else { return Ok(None) };
        let found = match bytes {
            [_, y1, y2, month, day, ..] => date(*y1, *y2, *month, *day),
            _ => None,
        };
        zero_or(index, EXPECTED, found)
    }

    fn time(&self, index: usize) -> Result<Option<NaiveTime>, DecodeError> {
        const EXPECTED: &str = "a time of day";
        let Some(bytes) = self.bytes_of(index, &[Kind::Time], EXPECTED)? else { return Ok(None) };
        let found = match bytes {
            [_] => time(&[]),
            // A sign and days stand before the clock.
            [_, 0, 0, 0, 0, 0, clock @ ..] => time(clock),
            _ => None,
        };
        zero_or(index, EXPECTED, found)
    }

    fn date_time(&self, index: usize) -> Result<Option<NaiveDateTime>, DecodeError> {
        self.moment(index, "a date and time")
    }

    fn timestamp(&self, index: usize) -> Result<Option<DateTime<Utc>>, DecodeError> {
        Ok(self.moment(index, "a moment")?.map(|moment| moment.and_utc()))
    }

    #[cfg(feature = "uuid")]
    fn uuid(&self, index: usize) -> Result<Option<uuid::Uuid>, DecodeError> {
        const EXPECTED: &str = "a UUID";
        match self.bytes_of(index, &[Kind::Bytes], EXPECTED)? {
            None => Ok(None),
            Some(bytes) => match uuid::Uuid::from_slice(bytes) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(DecodeError::new(index, EXPECTED, "bytes of another length")),
            },
        }
    }

    #[cfg(feature = "decimal")]
    fn decimal(&self, index: usize) -> Result<Option<rust_decimal::Decimal>, DecodeError> {
        const EXPECTED: &str = "a decimal number of at most 28 digits";
        let computed = self.kinds.get(index) == Some(&Kind::Computed);
        let Some(text) = self.text_of(index, &[Kind::Decimal, Kind::Computed], EXPECTED)? else { return Ok(None) };
        // A column may have more places than a number needs. Only a computed number is rounded, as a quotient always is.
        let short = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        let places = short.split_once('.').map_or(0, |(_, places)| places.len());
        let parsed = if computed && places > 28 { short.parse() } else { rust_decimal::Decimal::from_str_exact(short) };
        match parsed {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(DecodeError::new(index, EXPECTED, "a number of more digits")),
        }
    }

    fn json(&self, index: usize) -> Result<Option<&str>, DecodeError> {
        self.text_of(index, &[Kind::Text], "JSON")
    }

    /// It has no arrays; a model with one is refused before it is read.
    fn array<'e, T>(
        &'e self,
        index: usize,
        _: impl FnMut(&Self::Element<'e>) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        const EXPECTED: &str = "an array";
        if self.is_null(index)? { Ok(None) } else { Err(self.other(index, EXPECTED)) }
    }
}
