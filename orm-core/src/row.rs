//! Rows on their way in: reading columns by position, and what can be made of a row.

use std::borrow::Cow;
use std::future::Future;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};

use crate::connection::Connection;
use crate::query::{Prefetch, RowTree};
use crate::relation::Relation;

/// One row of a result, read by position; each database driver has its own.
///
/// A NULL is `None`. A column that holds something else than what is asked for is an error.
pub trait ColumnReader {
    /// An element of an array, which is read like a column, at any position.
    type Element<'e>: ColumnReader
    where
        Self: 'e;

    /// Whether the column is NULL.
    fn is_null(&self, index: usize) -> Result<bool, DecodeError>;
    /// A truth value.
    fn bool(&self, index: usize) -> Result<Option<bool>, DecodeError>;
    /// An integer of any width.
    fn i64(&self, index: usize) -> Result<Option<i64>, DecodeError>;
    /// A floating-point number.
    fn f64(&self, index: usize) -> Result<Option<f64>, DecodeError>;
    /// Text; invalid UTF-8 is an error.
    fn text(&self, index: usize) -> Result<Option<&str>, DecodeError>;
    /// Bytes.
    fn bytes(&self, index: usize) -> Result<Option<&[u8]>, DecodeError>;
    /// A date.
    fn date(&self, index: usize) -> Result<Option<NaiveDate>, DecodeError>;
    /// A time of day.
    fn time(&self, index: usize) -> Result<Option<NaiveTime>, DecodeError>;
    /// A date and time without a zone.
    fn date_time(&self, index: usize) -> Result<Option<NaiveDateTime>, DecodeError>;
    /// A moment.
    fn timestamp(&self, index: usize) -> Result<Option<DateTime<Utc>>, DecodeError>;
    /// A UUID.
    #[cfg(feature = "uuid")]
    fn uuid(&self, index: usize) -> Result<Option<uuid::Uuid>, DecodeError>;
    /// An exact decimal number.
    #[cfg(feature = "decimal")]
    fn decimal(&self, index: usize) -> Result<Option<rust_decimal::Decimal>, DecodeError>;
    /// The text of a JSON document.
    fn json(&self, index: usize) -> Result<Option<&str>, DecodeError>;

    /// The elements of an array, each as `read` makes of it.
    ///
    /// # Errors
    /// [`DecodeError`] if the column holds something else than an array of one dimension; what `read` answers.
    fn array<'e, T>(
        &'e self,
        index: usize,
        read: impl FnMut(&Self::Element<'e>) -> Result<T, DecodeError>,
    ) -> Result<Option<Vec<T>>, DecodeError>;
}

/// A column that could not be read. Small, because every column's result carries room for it.
#[derive(Debug)]
pub struct DecodeError(Box<DecodeFault>);

/// What a [`DecodeError`] says.
#[derive(Debug)]
pub struct DecodeFault {
    /// The column's position in the row.
    pub index: usize,
    /// What was asked for.
    pub expected: &'static str,
    /// What is there; a kind, never the value.
    pub found: Cow<'static, str>,
}

impl DecodeError {
    /// An error at a column.
    #[cold]
    #[must_use]
    pub fn new(index: usize, expected: &'static str, found: impl Into<Cow<'static, str>>) -> Self {
        DecodeError(Box::new(DecodeFault { index, expected, found: found.into() }))
    }

    /// The column is NULL and the field is not nullable.
    #[cold]
    #[must_use]
    pub fn null(index: usize, expected: &'static str) -> Self {
        Self::new(index, expected, "NULL")
    }

    /// What went wrong.
    #[must_use]
    pub fn into_fault(self) -> DecodeFault {
        *self.0
    }
}

/// Something that is read from consecutive columns: a model, a row with relations, a slot of one.
pub trait FromRow: Sized + Send + 'static {
    /// How many columns it takes.
    const WIDTH: usize;

    /// The model and relations that it is read from.
    const TREE: &'static RowTree;

    /// Reads it from the columns that start at `at`.
    ///
    /// # Errors
    /// [`DecodeError`] if a column holds what the field cannot.
    fn from_row<R: ColumnReader>(row: &R, at: usize) -> Result<Self, DecodeError>;

    /// Whether further queries read a part of it.
    const PREFETCHES: bool = false;

    /// Reads the parts of rows that further queries give.
    fn prefetch<C: Connection>(
        _rows: Vec<&mut Self>,
        _plan: &[Prefetch],
        _connection: &mut C,
    ) -> impl Future<Output = crate::Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// Reads by further queries what the slots of a relation hold, each beside the row that the relation begins at.
    fn fill<R: Relation, C: Connection>(
        slots: Vec<(&R::Source, &mut Self)>,
        plan: &[Prefetch],
        connection: &mut C,
    ) -> impl Future<Output = crate::Result<()>> + Send {
        let rows = slots.into_iter().map(|(_, row)| row).collect();
        Self::prefetch(rows, Prefetch::below(plan, R::META), connection)
    }
}
