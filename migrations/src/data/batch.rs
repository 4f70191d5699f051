//! Rows that wait to be written together.

use std::collections::HashSet;
use std::ops::Range;

use orm_core::Error as CoreError;
use orm_core::connection::Connection;
use orm_core::sql::{Backend, BulkInsert, Dialect};
use orm_core::value::Value;

use super::encode;
use super::error::{Error, LineFault, Result};
use super::line::at;
use super::statement::{DeleteKeys, Values, WriteRows, columns};
use super::table::Table;

/// So many rows wait at most.
const ROWS: usize = 1_000;

/// Lines of so many bytes wait at most, and one more.
const BYTES: usize = 1 << 20;

/// Rows of several tables that wait to be written.
#[derive(Debug)]
pub(super) struct Batches {
    /// For each table the rows that have keys, and those that get one.
    waiting: Vec<[Batch; 2]>,
    rows: usize,
    bytes: usize,
    /// Whether the rows of one statement must have different keys.
    tells_keys_apart: bool,
}

/// Rows of a table that wait.
#[derive(Debug, Default)]
struct Batch {
    values: Values,
    /// The line of each.
    lines: Vec<u64>,
    keys: HashSet<Vec<u8>>,
}

impl Batches {
    /// Rows for so many tables.
    pub(super) fn new(tables: usize, dialect: &dyn Dialect) -> Self {
        let tells_keys_apart = dialect.features().bulk_insert != BulkInsert::RowByRow;
        Batches { waiting: (0..tables).map(|_| Default::default()).collect(), rows: 0, bytes: 0, tells_keys_apart }
    }

    /// Whether no more should wait.
    pub(super) fn are_full(&self) -> bool {
        self.rows >= ROWS || self.bytes >= BYTES
    }

    /// Adds a row, unless one with its key waits already.
    pub(super) fn add(
        &mut self,
        index: usize,
        table: &Table,
        keyed: bool,
        line: u64,
        bytes: usize,
        values: Vec<Value<'static>>,
    ) -> bool {
        let Some(batch) = self.waiting.get_mut(index).and_then(|batches| batches.get_mut(usize::from(!keyed))) else {
            return true;
        };
        if keyed && self.tells_keys_apart && !batch.keys.insert(key_bytes(table, &values)) {
            return false;
        }
        if batch.lines.is_empty() {
            batch.values.columns = columns(table, keyed).map(|_| Vec::new()).collect();
        }
        for (column, value) in batch.values.columns.iter_mut().zip(values) {
            column.push(value);
        }
        batch.lines.push(line);
        self.rows += 1;
        self.bytes += bytes;
        true
    }

    /// Writes all that waits, in the order of the tables.
    ///
    /// # Errors
    /// [`Error::Line`] for a row that the database refuses; what it reports.
    pub(super) async fn write<C: Connection>(&mut self, tables: &[Option<Table>], connection: &mut C) -> Result<()> {
        for (table, batches) in tables.iter().zip(&mut self.waiting) {
            let Some(table) = table else { continue };
            for (keyed, batch) in [true, false].into_iter().zip(batches) {
                let batch = std::mem::take(batch);
                batch.write(table, keyed, connection).await?;
            }
        }
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

/// What tells a key from others.
fn key_bytes(table: &Table, values: &[Value<'static>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for at in &table.key {
        if let (Some(value), Some(column)) = (values.get(*at), table.columns.get(*at)) {
            // What cannot be written is no key of any database.
            let _ = encode::write(value, column.bound, &mut bytes);
            bytes.push(b',');
        }
    }
    bytes
}

impl Batch {
    async fn write<C: Connection>(&self, table: &Table, keyed: bool, connection: &mut C) -> Result<()> {
        let (bulk, most) = WriteRows::most(table, keyed, connection.dialect());
        let mut from = 0;
        while from < self.lines.len() {
            let rows = from..self.lines.len().min(from + most);
            from = rows.end;
            if rows.len() == 1 {
                self.one(table, keyed, bulk, rows.start, connection).await?;
                continue;
            }
            connection.begin().await?;
            match self.together(table, keyed, bulk, rows.clone(), connection).await {
                Ok(()) => connection.commit().await?,
                Err(error) if is_about_a_row(&error) => {
                    connection.rollback().await?;
                    // One by one, to tell which it is.
                    for row in rows {
                        self.one(table, keyed, bulk, row, connection).await?;
                    }
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    async fn one<C: Connection>(
        &self,
        table: &Table,
        keyed: bool,
        bulk: BulkInsert,
        row: usize,
        connection: &mut C,
    ) -> Result<()> {
        let written = self.together(table, keyed, bulk, row..row + 1, connection).await;
        written.map_err(|error| match self.lines.get(row) {
            Some(line) if is_about_a_row(&error) => {
                let field = field_of(table, &error);
                Error::Line(at(*line, Some(&table.model.to_string()), (field, LineFault::Refused(error))))
            }
            _ => error.into(),
        })
    }

    async fn together<C: Connection>(
        &self,
        table: &Table,
        keyed: bool,
        bulk: BulkInsert,
        rows: Range<usize>,
        connection: &mut C,
    ) -> orm_core::Result<()> {
        let values = &self.values;
        if keyed && connection.dialect().backend() == Backend::MySql {
            connection.execute(&DeleteKeys { table, values, rows: rows.clone() }).await?;
        }
        connection.execute(&WriteRows { table, keyed, values, rows, bulk }).await?;
        Ok(())
    }
}

/// Whether an error tells that the database does not take a row.
fn is_about_a_row(error: &CoreError) -> bool {
    matches!(error, CoreError::Constraint(_) | CoreError::Database { .. } | CoreError::InvalidValue { .. })
}

/// The field that an error is about, if it is one.
fn field_of(table: &Table, error: &CoreError) -> Option<String> {
    let CoreError::Constraint(violation) = error else { return None };
    let [column] = violation.columns.as_slice() else { return None };
    let column = table.columns.iter().find(|of| of.field.column() == column)?;
    Some(if column.is_key { "pk".to_owned() } else { column.field.name.clone() })
}
