//! The statements on a table that only the schema knows, not the program's types.

use std::ops::Range;

use orm_core::Result;
use orm_core::field::ColumnType;
use orm_core::schema::FieldKind;
use orm_core::sql::{Backend, BulkInsert, Dialect, Writer, list_type};
use orm_core::statement::{Bind, Statement, Walk};
use orm_core::value::Value;

use super::table::{Column, Table};

/// Which rows of a table are read.
#[derive(Debug)]
pub(super) enum Wanted<'v> {
    /// The first ones.
    First,
    /// Those behind a key.
    Behind(&'v [Value<'static>]),
    /// The one of a key.
    One(&'v [Value<'static>]),
}

/// Reads rows of a table in the order of their keys: no more than so many.
#[derive(Debug)]
pub(super) struct SelectRows<'t> {
    pub(super) table: &'t Table,
    pub(super) wanted: Wanted<'t>,
    pub(super) most: u32,
}

impl SelectRows<'_> {
    fn condition(&self, sql: &mut Writer) {
        let (values, behind) = match self.wanted {
            Wanted::First => return,
            Wanted::Behind(values) => (values, true),
            Wanted::One(values) => (values, false),
        };
        sql.text(" WHERE ");
        let key: Vec<(&Column, &Value<'static>)> = self.table.key_columns().zip(values).collect();
        match (behind, sql.dialect().backend()) {
            (false, _) => each_is(&key, sql),
            // It finds no index for a comparison of several columns at once.
            (true, Backend::MySql) => {
                for at in 0..key.len() {
                    let (same, rest) = key.split_at(at);
                    sql.text(if at == 0 { "(" } else { " OR (" });
                    each_is(same, sql);
                    for (column, value) in rest.iter().take(1) {
                        sql.text(if at == 0 { "" } else { " AND " });
                        comparable(column, sql);
                        sql.text(" > ");
                        bound(column, value, sql);
                    }
                    sql.text(")");
                }
            }
            (true, _) => {
                sql.text("(");
                for (at, (column, _)) in key.iter().enumerate() {
                    sql.text(if at == 0 { "" } else { ", " });
                    comparable(column, sql);
                }
                sql.text(") > (");
                for (at, (column, value)) in key.iter().enumerate() {
                    sql.text(if at == 0 { "" } else { ", " });
                    bound(column, value, sql);
                }
                sql.text(")");
            }
        }
    }
}

impl Statement for SelectRows<'_> {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(130);
        walk.text(&self.table.shape);
        let (kind, values) = match self.wanted {
            Wanted::First => (0, [].as_slice()),
            Wanted::Behind(values) => (1, values),
            Wanted::One(values) => (2, values),
        };
        walk.token(kind);
        walk.token(self.most.into());
        values.iter().for_each(|value| walk.bind(Bind::Value(value)));
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        let native_enums = sql.dialect().features().native_enums;
        for (at, column) in self.table.columns.iter().enumerate() {
            sql.text(if at == 0 { "SELECT " } else { ", " });
            sql.identifier(column.field.column());
            if native_enums && column.field.kind.enum_type().is_some() {
                sql.text(if column.bound.is_array() { "::text[]" } else { "::text" });
            }
        }
        sql.text(" FROM ");
        sql.identifier(&self.table.name);
        self.condition(sql);
        for (at, column) in self.table.key_columns().enumerate() {
            sql.text(if at == 0 { " ORDER BY " } else { ", " });
            comparable(column, sql);
        }
        sql.text(" LIMIT ");
        sql.number(self.most.into());
        Ok(())
    }

    fn output(&self, index: usize) -> (&'static str, String) {
        let field = self.table.columns.get(index).map_or("", |column| &column.field.name);
        ("the schema", format!("{}.{field}", self.table.model))
    }
}

/// Writes that columns have these values.
fn each_is(key: &[(&Column, &Value<'static>)], sql: &mut Writer) {
    for (at, (column, value)) in key.iter().enumerate() {
        sql.text(if at == 0 { "" } else { " AND " });
        comparable(column, sql);
        sql.text(" = ");
        bound(column, value, sql);
    }
}

/// Writes a column of a key such that all databases order it alike.
fn comparable(column: &Column, sql: &mut Writer) {
    sql.identifier(column.field.column());
    let dialect = sql.dialect();
    if matches!(column.field.kind, FieldKind::Enum { .. }) && dialect.features().native_enums {
        sql.text("::text");
    }
    if column.bound == ColumnType::Text {
        sql.text(dialect.text_collation());
    }
}

/// Writes a value that a column is compared with.
fn bound(column: &Column, value: &Value<'static>, sql: &mut Writer) {
    let dialect = sql.dialect();
    dialect.value(sql, value);
    if dialect.backend() == Backend::Postgres && column.bound == ColumnType::Text {
        sql.text("::text");
    }
}

/// Rows of a table, column by column.
#[derive(Debug, Default)]
pub(super) struct Values {
    /// The values of each column that is written, in the table's order.
    pub(super) columns: Vec<Vec<Value<'static>>>,
}

impl Values {
    fn of(&self, rows: &Range<usize>) -> impl Iterator<Item = &[Value<'static>]> {
        self.columns.iter().map(|values| values.get(rows.clone()).unwrap_or_default())
    }
}

/// Writes rows: inserts them, or changes those whose keys are there, on a database that does both at once.
#[derive(Debug)]
pub(super) struct WriteRows<'t> {
    pub(super) table: &'t Table,
    /// Whether the rows have keys; otherwise the database fills them in.
    pub(super) keyed: bool,
    pub(super) values: &'t Values,
    /// Which of the rows.
    pub(super) rows: Range<usize>,
    /// How values of many rows are bound.
    pub(super) bulk: BulkInsert,
}

impl<'t> WriteRows<'t> {
    /// How values of many rows of a table are bound, and how many rows one statement takes.
    pub(super) fn most(table: &Table, keyed: bool, dialect: &dyn Dialect) -> (BulkInsert, usize) {
        /// More rows in one statement gain nothing.
        const ROWS: usize = 1_000;
        let features = dialect.features();
        let width = columns(table, keyed).count();
        match features.bulk_insert {
            _ if width == 0 => (BulkInsert::RowByRow, 1),
            BulkInsert::Columns if !table.has_arrays() => (BulkInsert::Columns, ROWS),
            BulkInsert::RowByRow => (BulkInsert::RowByRow, 1),
            _ => (BulkInsert::Rows, (features.max_parameters / width).clamp(1, ROWS)),
        }
    }

    fn columns(&self) -> impl Iterator<Item = &'t Column> + use<'t> {
        columns(self.table, self.keyed)
    }
}

/// The columns that are written.
pub(super) fn columns(table: &Table, keyed: bool) -> impl Iterator<Item = &Column> {
    table.columns.iter().filter(move |column| keyed || !column.is_key)
}

impl Statement for WriteRows<'_> {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(131 + (u64::from(self.keyed) << 8));
        walk.text(&self.table.shape);
        if self.bulk == BulkInsert::Columns {
            walk.token(0);
            self.values.of(&self.rows).for_each(|values| walk.bind(Bind::List(values)));
            return;
        }
        walk.token(self.rows.len() as u64);
        for row in self.rows.clone() {
            self.values.columns.iter().filter_map(|values| values.get(row)).for_each(|value| walk.bind(Bind::Value(value)));
        }
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        let dialect = sql.dialect();
        sql.text("INSERT INTO ");
        sql.identifier(&self.table.name);
        if self.columns().next().is_none() {
            sql.text(dialect.no_columns());
            return Ok(());
        }
        for (at, column) in self.columns().enumerate() {
            sql.text(if at == 0 { " (" } else { ", " });
            sql.identifier(column.field.column());
        }
        sql.text(")");
        if self.keyed && dialect.backend() == Backend::Postgres {
            // Also for keys of a table by another hand that are always generated.
            sql.text(" OVERRIDING SYSTEM VALUE");
        }
        if self.bulk == BulkInsert::Columns {
            for (at, (column, values)) in self.columns().zip(self.values.of(&self.rows)).enumerate() {
                sql.text(if at == 0 { " SELECT * FROM unnest(" } else { ", " });
                sql.list(values);
                sql.text(list_type(column.bound));
                enum_cast(column, true, sql);
            }
            sql.text(")");
        } else {
            for (at, row) in self.rows.clone().enumerate() {
                sql.text(if at == 0 { " VALUES " } else { ", " });
                for (at, (column, values)) in self.columns().zip(&self.values.columns).enumerate() {
                    sql.text(if at == 0 { "(" } else { ", " });
                    if let Some(value) = values.get(row) {
                        sql.value(value);
                    }
                    enum_cast(column, column.bound.is_array(), sql);
                }
                sql.text(")");
            }
        }
        if self.keyed && dialect.backend() != Backend::MySql {
            self.or_change(sql);
        }
        Ok(())
    }
}

impl WriteRows<'_> {
    /// Writes that a row is changed whose key is there.
    fn or_change(&self, sql: &mut Writer) {
        for (at, column) in self.table.key_columns().enumerate() {
            sql.text(if at == 0 { " ON CONFLICT (" } else { ", " });
            sql.identifier(column.field.column());
        }
        let others = self.columns().filter(|column| !column.is_key);
        let mut any = false;
        for column in others {
            sql.text(if any { ", " } else { ") DO UPDATE SET " });
            any = true;
            sql.identifier(column.field.column());
            sql.text(" = excluded.");
            sql.identifier(column.field.column());
        }
        sql.text(if any { "" } else { ") DO NOTHING" });
    }
}

/// Writes that what is bound as text is of an enum.
fn enum_cast(column: &Column, list: bool, sql: &mut Writer) {
    if let Some((name, _)) = column.field.kind.enum_type()
        && sql.dialect().features().native_enums
    {
        sql.text("::");
        sql.identifier(name);
        sql.text(if list { "[]" } else { "" });
    }
}

/// Deletes the rows of these keys, where a database does not insert and change at once by the primary key alone.
#[derive(Debug)]
pub(super) struct DeleteKeys<'t> {
    pub(super) table: &'t Table,
    /// The values of all columns, the key's among them.
    pub(super) values: &'t Values,
    pub(super) rows: Range<usize>,
}

impl<'t> DeleteKeys<'t> {
    fn key(&self, row: usize) -> impl Iterator<Item = (&'t Column, &'t Value<'static>)> + use<'t> {
        let (table, values) = (self.table, self.values);
        table.key.iter().filter_map(move |at| Some((table.columns.get(*at)?, values.columns.get(*at)?.get(row)?)))
    }
}

impl Statement for DeleteKeys<'_> {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(132);
        walk.text(&self.table.shape);
        walk.token(self.rows.len() as u64);
        for row in self.rows.clone() {
            self.key(row).for_each(|(_, value)| walk.bind(Bind::Value(value)));
        }
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.text("DELETE FROM ");
        sql.identifier(&self.table.name);
        sql.text(" WHERE ");
        if let ([_], Some(column)) = (self.table.key.as_slice(), self.table.key_columns().next()) {
            comparable(column, sql);
            for (at, row) in self.rows.clone().enumerate() {
                sql.text(if at == 0 { " IN (" } else { ", " });
                self.key(row).for_each(|(column, value)| bound(column, value, sql));
            }
            sql.text(")");
            return Ok(());
        }
        for (at, row) in self.rows.clone().enumerate() {
            sql.text(if at == 0 { "(" } else { " OR (" });
            each_is(&self.key(row).collect::<Vec<_>>(), sql);
            sql.text(")");
        }
        Ok(())
    }
}
