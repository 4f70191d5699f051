//! INSERT of many rows by one statement.

use crate::error::Result;
use crate::field::ColumnType;
use crate::meta::ModelMeta;
use crate::model::Model;
use crate::sql::write::{all_checked, write_inserted_columns, write_returning};
use crate::sql::{BulkInsert, Dialect, Insert, Writer};
use crate::statement::{Bind, Statement, Walk};
use crate::value::Value;

/// Inserts many rows, in their order.
///
/// Where a database binds lists, its text is the same for any number of rows. Where it does not, the number is part of the text,
/// and [`most_rows`](InsertMany::most_rows) limits it. Where INSERT tells generated keys, it gives one row per row with its key.
#[derive(Debug)]
pub struct InsertMany<'r> {
    model: &'static ModelMeta,
    keyed: bool,
    values: Values<'r>,
}

#[derive(Debug)]
enum Values<'r> {
    /// The values of each column.
    Columns(Vec<Vec<Value<'r>>>),
    /// The values of each row, one row behind the other.
    Rows { count: usize, values: Vec<Value<'r>> },
    /// So many rows of a table in which the database fills in everything.
    Empty(u64),
}

/// More rows in one statement gain nothing and make a text that is not worth keeping.
const ROWS: usize = 1_000;

/// More rows in the lists of one statement gain nothing and make one large message.
const LISTED_ROWS: usize = 10_000;

impl<'r> InsertMany<'r> {
    /// The insert of rows, all their fields; a key that the database can fill in only if the rows are `keyed`.
    ///
    /// # Errors
    /// [`Error::InvalidValue`](crate::Error::InvalidValue) if a field's value cannot be stored exactly.
    pub fn of<M: Model>(rows: &'r [M], keyed: bool, dialect: &'static dyn Dialect) -> Result<Self> {
        let width = Insert::fields(M::META, keyed).count();
        let by_column = bulk_insert(M::META, dialect) == BulkInsert::Columns;
        let values = if width == 0 && by_column {
            Values::Empty(rows.len() as u64)
        } else if by_column {
            let mut columns: Vec<Vec<Value<'r>>> = (0..width).map(|_| Vec::with_capacity(rows.len())).collect();
            for row in rows {
                for (column, value) in columns.iter_mut().zip(all_checked(row, Insert::fields(M::META, keyed))?) {
                    column.push(value);
                }
            }
            Values::Columns(columns)
        } else {
            let mut values = Vec::with_capacity(rows.len() * width);
            for row in rows {
                values.extend(all_checked(row, Insert::fields(M::META, keyed))?);
            }
            Values::Rows { count: rows.len(), values }
        };
        Ok(InsertMany { model: M::META, keyed, values })
    }

    /// How many rows of a model one statement takes.
    #[must_use]
    pub fn most_rows(model: &'static ModelMeta, keyed: bool, dialect: &'static dyn Dialect) -> usize {
        let features = dialect.features();
        match bulk_insert(model, dialect) {
            BulkInsert::RowByRow => 1,
            BulkInsert::Columns => LISTED_ROWS,
            BulkInsert::Rows => (features.max_parameters / Insert::fields(model, keyed).count().max(1)).clamp(1, ROWS),
        }
    }
}

impl Statement for InsertMany<'_> {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(115 + (u64::from(self.keyed) << 8));
        walk.address(self.model);
        match &self.values {
            Values::Columns(columns) => {
                walk.token(0);
                columns.iter().for_each(|values| walk.bind(Bind::List(values)));
            }
            Values::Rows { count, values } => {
                walk.token(*count as u64);
                values.iter().for_each(|value| walk.bind(Bind::Value(value)));
            }
            Values::Empty(count) => walk.bind(Bind::Count(count)),
        }
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.text("INSERT INTO ");
        sql.table(self.model)?;
        match &self.values {
            Values::Columns(columns) => {
                write_inserted_columns(self.model, self.keyed, sql);
                for (at, (field, values)) in Insert::fields(self.model, self.keyed).zip(columns).enumerate() {
                    sql.text(if at == 0 { " SELECT * FROM unnest(" } else { ", " });
                    sql.list(values);
                    sql.text(list_type(self.model.field(field).column_type));
                }
                sql.text(")");
            }
            Values::Rows { count, values } => self.rows(*count, values, sql),
            Values::Empty(count) => {
                sql.text(" SELECT FROM generate_series(1, ");
                sql.count(count);
                sql.text(")");
            }
        }
        write_returning(self.model, self.keyed, sql);
        Ok(())
    }

    fn model(&self) -> Option<&'static ModelMeta> {
        Some(self.model)
    }

    fn bound(&self, at: usize) -> Option<usize> {
        let width = Insert::fields(self.model, self.keyed).count();
        Insert::fields(self.model, self.keyed).nth(at.checked_rem(width)?)
    }
}

impl InsertMany<'_> {
    fn rows(&self, count: usize, values: &[Value<'_>], sql: &mut Writer) {
        let width = Insert::fields(self.model, self.keyed).count();
        if width == 0 {
            sql.text(sql.dialect().no_columns());
            (1..count).for_each(|_| sql.text(", ()"));
            return;
        }
        write_inserted_columns(self.model, self.keyed, sql);
        for (at, row) in values.chunks(width).enumerate() {
            sql.text(if at == 0 { " VALUES " } else { ", " });
            for (at, value) in row.iter().enumerate() {
                sql.text(if at == 0 { "(" } else { ", " });
                sql.value(value);
            }
            sql.text(")");
        }
    }
}

/// How the values of many rows of a model are bound. A list of arrays would be an array of more dimensions, of which unnest gives the
/// single elements.
fn bulk_insert(model: &ModelMeta, dialect: &dyn Dialect) -> BulkInsert {
    match dialect.features().bulk_insert {
        BulkInsert::Columns if model.has_arrays() => BulkInsert::Rows,
        other => other,
    }
}

/// The type of a list of a column's values as they are bound. Not the column's own: a cast to a narrower type cuts off what an
/// insert refuses.
#[must_use]
pub fn list_type(column_type: ColumnType) -> &'static str {
    match column_type {
        ColumnType::Bool => "::boolean[]",
        ColumnType::I16 | ColumnType::I32 | ColumnType::I64 => "::bigint[]",
        ColumnType::F32 | ColumnType::F64 => "::double precision[]",
        ColumnType::Text => "::text[]",
        ColumnType::Bytes => "::bytea[]",
        ColumnType::Date => "::date[]",
        ColumnType::Time => "::time[]",
        ColumnType::DateTime => "::timestamp[]",
        ColumnType::Timestamp => "::timestamptz[]",
        ColumnType::Uuid => "::uuid[]",
        ColumnType::Decimal => "::numeric[]",
        ColumnType::Json => "::jsonb[]",
        // A list of an enum is cast where it is bound, and there is none of arrays or of several columns.
        ColumnType::Enum(_) | ColumnType::Array(_) | ColumnType::Tuple(_) => "",
    }
}
