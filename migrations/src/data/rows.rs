//! Rows on their way out, each a line.

use std::io::Write;
use std::ops::ControlFlow;

use orm_core::connection::Sink;
use orm_core::field::ColumnType;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::value::Value;

use super::encode::{read, write};
use super::json::write_text;
use super::table::Table;

/// So many bytes are written at once.
const CHUNK: usize = 1 << 16;

/// What is written, in chunks.
#[derive(Debug)]
pub(super) struct Chunks<W> {
    writer: W,
    waiting: Vec<u8>,
}

impl<W: Write> Chunks<W> {
    pub(super) fn new(writer: W) -> Self {
        Chunks { writer, waiting: Vec::with_capacity(CHUNK) }
    }

    fn line_ends(&mut self) -> std::io::Result<()> {
        self.waiting.push(b'\n');
        if self.waiting.len() < CHUNK {
            return Ok(());
        }
        let written = self.writer.write_all(&self.waiting);
        self.waiting.clear();
        // One large row is no reason to keep so much for all others.
        self.waiting.shrink_to(CHUNK);
        written
    }

    /// Writes what waits, and gives the writer back.
    pub(super) fn end(mut self) -> std::io::Result<W> {
        self.writer.write_all(&self.waiting)?;
        self.writer.flush()?;
        Ok(self.writer)
    }
}

/// Writes the rows of a statement.
pub(super) struct Lines<'t, W> {
    table: &'t Table,
    out: &'t mut Chunks<W>,
    /// How many rows a page has: of the last one the key is kept.
    page: u32,
    /// How many rows there were.
    pub(super) count: u32,
    /// The key of the last row of a whole page.
    pub(super) last: Option<Vec<Value<'static>>>,
    /// Why nothing could be written any more.
    pub(super) failure: Option<std::io::Error>,
}

impl<'t, W: Write> Lines<'t, W> {
    pub(super) fn new(table: &'t Table, out: &'t mut Chunks<W>, page: u32) -> Self {
        Lines { table, out, page, count: 0, last: None, failure: None }
    }

    fn value<R: ColumnReader>(&mut self, row: &R, at: usize, column: ColumnType) -> Result<(), DecodeError> {
        let value = read(row, at, column)?;
        write(&value, column, &mut self.out.waiting).map_err(|found| DecodeError::new(at, "JSON", found))
    }

    fn key<R: ColumnReader>(&mut self, row: &R) -> Result<(), DecodeError> {
        let several = self.table.key.len() > 1;
        for (nth, at) in self.table.key.iter().enumerate() {
            self.out.waiting.extend_from_slice(match (several, nth) {
                (false, _) => b"",
                (true, 0) => b"[",
                (true, _) => b",",
            });
            if let Some(column) = self.table.columns.get(*at) {
                self.value(row, *at, column.bound)?;
            }
        }
        self.out.waiting.extend(several.then_some(b']'));
        Ok(())
    }

    fn fields<R: ColumnReader>(&mut self, row: &R) -> Result<(), DecodeError> {
        let mut first = true;
        let table = self.table;
        for (at, column) in table.columns.iter().enumerate().filter(|(_, column)| !column.is_key) {
            // A JSON document may be null itself: NULL is then no field at all.
            if column.bound == ColumnType::Json && column.field.nullable && row.is_null(at)? {
                continue;
            }
            self.out.waiting.extend((!std::mem::take(&mut first)).then_some(b','));
            write_text(&column.field.name, &mut self.out.waiting);
            self.out.waiting.push(b':');
            self.value(row, at, column.bound)?;
        }
        Ok(())
    }
}

impl<W: Write + Send> Sink for Lines<'_, W> {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.out.waiting.extend_from_slice(b"{\"model\":");
        write_text(&self.table.model.to_string(), &mut self.out.waiting);
        self.out.waiting.extend_from_slice(b",\"pk\":");
        self.key(row)?;
        self.out.waiting.extend_from_slice(b",\"fields\":{");
        self.fields(row)?;
        self.out.waiting.extend_from_slice(b"}}");
        if let Err(error) = self.out.line_ends() {
            self.failure = Some(error);
            return Ok(ControlFlow::Break(()));
        }
        self.count += 1;
        if self.count == self.page {
            let columns = self.table.key.iter().filter_map(|at| Some((*at, self.table.columns.get(*at)?)));
            let key = columns.map(|(at, column)| read(row, at, column.bound).map(Value::into_owned));
            self.last = Some(key.collect::<Result<_, _>>()?);
        }
        Ok(ControlFlow::Continue(()))
    }
}
