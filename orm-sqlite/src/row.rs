//! Values on their way out.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm_core::row::{ColumnReader, DecodeError};
use rusqlite::types::ValueRef;

use crate::moment;

/// One row of a result, read by position.
pub struct SqliteRow<'a> {
    row: &'a rusqlite::Row<'a>,
}

impl<'a> SqliteRow<'a> {
    #[inline]
    pub(crate) fn new(row: &'a rusqlite::Row<'a>) -> Self {
        SqliteRow { row }
    }

    #[inline]
    fn get(&self, index: usize, expected: &'static str) -> Result<ValueRef<'_>, DecodeError> {
        self.row.get_ref(index).map_err(|_| DecodeError::new(index, expected, "no such column"))
    }

    /// Text that is made into something else by `read`.
    #[inline]
    fn parsed<T>(
        &self,
        index: usize,
        expected: &'static str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>, DecodeError> {
        match self.get(index, expected)? {
            ValueRef::Text(text) => match read(text) {
                Some(value) => Ok(Some(value)),
                None => Err(DecodeError::new(index, expected, "other text")),
            },
            ValueRef::Null => Ok(None),
            other => Err(mismatch(index, expected, other)),
        }
    }

    #[inline]
    fn utf8(&self, index: usize, expected: &'static str) -> Result<Option<&str>, DecodeError> {
        match self.get(index, expected)? {
            ValueRef::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => Ok(Some(text)),
                Err(_) => Err(DecodeError::new(index, expected, "invalid UTF-8")),
            },
            ValueRef::Null => Ok(None),
            other => Err(mismatch(index, expected, other)),
        }
    }
}

#[cold]
fn mismatch(index: usize, expected: &'static str, found: ValueRef<'_>) -> DecodeError {
    let found = match found {
        ValueRef::Null => "NULL",
        ValueRef::Integer(_) => "an integer",
        ValueRef::Real(_) => "a floating-point number",
        ValueRef::Text(_) => "text",
        ValueRef::Blob(_) => "bytes",
    };
    DecodeError::new(index, expected, found)
}

impl ColumnReader for SqliteRow<'_> {
    type Element<'e>
        = SqliteRow<'e>
    where
        Self: 'e;

    #[inline]
    fn is_null(&self, index: usize) -> Result<bool, DecodeError> {
        Ok(matches!(self.get(index, "any value")?, ValueRef::Null))
    }

    #[inline]
    fn bool(&self, index: usize) -> Result<Option<bool>, DecodeError> {
        match self.get(index, "a truth value")? {
            ValueRef::Integer(0) => Ok(Some(false)),
            ValueRef::Integer(1) => Ok(Some(true)),
            ValueRef::Null => Ok(None),
            ValueRef::Integer(_) => Err(DecodeError::new(index, "a truth value", "an integer other than 0 and 1")),
            other => Err(mismatch(index, "a truth value", other)),
        }
    }

    #[inline]
    fn i64(&self, index: usize) -> Result<Option<i64>, DecodeError> {
        match self.get(index, "an integer")? {
            ValueRef::Integer(value) => Ok(Some(value)),
            ValueRef::Null => Ok(None),
            other => Err(mismatch(index, "an integer", other)),
        }
    }

    #[inline]
    fn f64(&self, index: usize) -> Result<Option<f64>, DecodeError> {
        match self.get(index, "a floating-point number")? {
            ValueRef::Real(value) => Ok(Some(value)),
            // Where the column is not REAL, SQLite keeps 3.0 as 3.
            ValueRef::Integer(value) => Ok(Some(value as f64)),
            ValueRef::Null => Ok(None),
            other => Err(mismatch(index, "a floating-point number", other)),
        }
    }

    #[inline]
    fn text(&self, index: usize) -> Result<Option<&str>, DecodeError> {
        self.utf8(index, "text")
    }

    #[inline]
    fn bytes(&self, index: usize) -> Result<Option<&[u8]>, DecodeError> {
        match self.get(index, "bytes")? {
            ValueRef::Blob(bytes) => Ok(Some(bytes)),
            ValueRef::Null => Ok(None),
            other => Err(mismatch(index, "bytes", other)),
        }
    }

    #[inline]
    fn date(&self, index: usize) -> Result<Option<NaiveDate>, DecodeError> {
        self.parsed(index, "a date as YYYY-MM-DD", moment::read_date)
    }

    #[inline]
    fn time(&self, index: usize) -> Result<Option<NaiveTime>, DecodeError> {
        self.parsed(index, "a time as HH:MM:SS.ffffff", moment::read_time)
    }

    #[inline]
    fn date_time(&self, index: usize) -> Result<Option<NaiveDateTime>, DecodeError> {
        self.parsed(index, "a date and time as YYYY-MM-DD HH:MM:SS.ffffff", moment::read_date_time)
    }

    #[inline]
    fn timestamp(&self, index: usize) -> Result<Option<DateTime<Utc>>, DecodeError> {
        let naive = self.parsed(index, "a moment in UTC as YYYY-MM-DD HH:MM:SS.ffffff", moment::read_date_time)?;
        Ok(naive.map(|naive| naive.and_utc()))
    }

    #[cfg(feature = "uuid")]
    #[inline]
    fn uuid(&self, index: usize) -> Result<Option<uuid::Uuid>, DecodeError> {
        const EXPECTED: &str = "a UUID as 16 bytes or 36 characters";
        match self.get(index, EXPECTED)? {
            ValueRef::Blob(bytes) => match uuid::Uuid::from_slice(bytes) {
                Ok(uuid) => Ok(Some(uuid)),
                Err(_) => Err(DecodeError::new(index, EXPECTED, "bytes of another length")),
            },
            ValueRef::Text(text) => match uuid::Uuid::try_parse_ascii(text) {
                Ok(uuid) if text.len() == 36 => Ok(Some(uuid)),
                _ => Err(DecodeError::new(index, EXPECTED, "other text")),
            },
            ValueRef::Null => Ok(None),
            other => Err(mismatch(index, EXPECTED, other)),
        }
    }

    #[cfg(feature = "decimal")]
    #[inline]
    fn decimal(&self, index: usize) -> Result<Option<rust_decimal::Decimal>, DecodeError> {
        use crate::decimal::{self, Unreadable};
        const EXPECTED: &str = "a decimal of at most 28 digits";
        match decimal::read(self.get(index, EXPECTED)?) {
            Ok(value) => Ok(value),
            Err(Unreadable::Text) => Err(DecodeError::new(index, EXPECTED, "other text")),
            Err(Unreadable::Real) => Err(DecodeError::new(index, EXPECTED, "a floating-point number that is no such decimal")),
            Err(Unreadable::Blob) => Err(DecodeError::new(index, EXPECTED, "bytes")),
        }
    }

    #[inline]
    fn json(&self, index: usize) -> Result<Option<&str>, DecodeError> {
        self.utf8(index, "JSON as text")
    }

    /// It has no arrays; a model with one is refused before it is read.
    fn array<'e, T>(
        &'e self,
        index: usize,
        _: impl FnMut(&Self::Element<'e>) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError> {
        const EXPECTED: &str = "an array";
        match self.get(index, EXPECTED)? {
            ValueRef::Null => Ok(None),
            other => Err(mismatch(index, EXPECTED, other)),
        }
    }
}
