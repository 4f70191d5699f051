//! The text of a statement while it is written.

use crate::error::Result;
use crate::field::{ColumnType, EnumType};
use crate::meta::{FieldMeta, ModelMeta};
use crate::path::Column;
use crate::sql::Dialect;
use crate::sql::plan::Plan;
use crate::value::Value;

/// Writes SQL for one dialect, and remembers which value stands at which placeholder.
pub struct Writer {
    sql: String,
    marks: Vec<usize>,
    dialect: &'static dyn Dialect,
    /// The joins of the query that is being written; a query inside another has its own.
    plan: Plan,
    /// Whether the statement changes rows.
    writes: bool,
}

impl Writer {
    pub(crate) fn new(dialect: &'static dyn Dialect) -> Self {
        Writer { sql: String::with_capacity(256), marks: Vec::new(), dialect, plan: Plan::default(), writes: false }
    }

    pub(crate) fn finish(self) -> (String, Vec<usize>) {
        (self.sql, self.marks)
    }

    /// The dialect.
    #[must_use]
    pub fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Writes fixed text.
    pub fn text(&mut self, text: &'static str) {
        self.sql.push_str(text);
    }

    /// Writes a small number that is part of the statement's shape.
    pub fn number(&mut self, number: i64) {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(self.sql, "{number}");
    }

    /// Writes a quoted identifier.
    pub fn identifier(&mut self, name: &str) {
        self.dialect.identifier(name, &mut self.sql);
    }

    /// Writes the name of a model's table.
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) for a model with a field of a type that the database does not have.
    pub(crate) fn table(&mut self, model: &ModelMeta) -> Result<()> {
        self.dialect.features().takes(model)?;
        self.identifier(model.table);
        Ok(())
    }

    /// Writes a placeholder for a value.
    pub fn value(&mut self, value: &Value<'_>) {
        self.mark(std::ptr::from_ref(value).addr());
        let kind = value.bound_as();
        if let Some(of) = kind.enum_type() {
            self.enum_cast(of, kind.is_array());
        }
    }

    /// Writes one placeholder for a list of values.
    pub fn list(&mut self, values: &[Value<'_>]) {
        self.mark(values.as_ptr().addr());
        if let Some(of) = values.first().and_then(|value| value.bound_as().enum_type()) {
            self.enum_cast(of, true);
        }
    }

    /// Writes that a bound label is of an enum; it is bound as text, whose number is the same on every server.
    fn enum_cast(&mut self, of: &EnumType, array: bool) {
        if self.dialect.features().native_enums {
            self.text("::");
            self.identifier(of.name);
            self.text(if array { "[]" } else { "" });
        }
    }

    /// Writes a placeholder for a count of rows.
    pub fn count(&mut self, count: &u64) {
        self.mark(std::ptr::from_ref(count).addr());
    }

    fn mark(&mut self, address: usize) {
        self.marks.push(address);
        self.dialect.placeholder(self.marks.len(), &mut self.sql);
    }

    /// Writes what turns an output column of a type into what the driver reads.
    pub(crate) fn output_cast(&mut self, kind: ColumnType) {
        self.text(self.dialect.output_cast(kind));
    }

    /// Writes a column of the query's model or of a joined one.
    pub(crate) fn column(&mut self, column: &Column) {
        let place = self.plan.place(column);
        self.qualified(place.table, place.model, place.field);
    }

    /// Writes a column with the name of its table, also where there is one table alone.
    pub(crate) fn column_with_table(&mut self, column: &Column) {
        let place = self.plan.place(column);
        self.table_name(place.table, place.model);
        self.sql.push('.');
        self.identifier(place.field.column);
    }

    /// Writes a column of the table at a position of the plan; 0 is the query's own.
    ///
    /// Where there is one table alone its columns go by their names: the text is a key of caches, and a short one is hashed faster.
    pub(crate) fn qualified(&mut self, table: usize, model: &ModelMeta, field: &FieldMeta) {
        if !self.plan.joins().is_empty() {
            self.table_name(table, model);
            self.sql.push('.');
        }
        self.identifier(field.column);
    }

    /// Writes the name by which a table of the plan is known.
    pub(crate) fn table_name(&mut self, table: usize, model: &ModelMeta) {
        use std::fmt::Write;
        if table == 0 {
            self.identifier(model.table);
        } else {
            let _ = write!(self.sql, "t{table}");
        }
    }

    /// Whether a column may be NULL, also because its table was joined from the left.
    pub(crate) fn may_be_null(&self, column: &Column) -> bool {
        self.plan.place(column).nullable
    }

    /// Notes that the statement changes rows.
    pub(crate) fn writes(&mut self) {
        self.writes = true;
    }

    /// Whether a query inside the statement must stand for itself, because it may read the rows that the statement changes.
    pub(crate) fn reads_apart(&self) -> bool {
        self.writes && !self.dialect.features().reads_what_it_writes
    }

    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Takes a plan for the query that is written next, and gives back the one before.
    pub(crate) fn enter(&mut self, plan: Plan) -> Plan {
        std::mem::replace(&mut self.plan, plan)
    }
}
