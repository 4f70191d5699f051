//! The text of a statement while it is written.

use crate::error::Result;
use crate::field::{ColumnType, EnumType};
use crate::meta::{FieldMeta, ModelMeta};
use crate::path::Column;
use crate::sql::Dialect;
use crate::sql::plan::{Place, Plan};
use crate::statement::address_of_part;
use crate::value::Value;

/// What was written before a query inside it.
pub(crate) struct Outer {
    plan: Plan,
    around: Vec<Plan>,
    level: usize,
}

/// Writes SQL for one dialect, and remembers which value stands at which placeholder.
pub struct Writer {
    sql: String,
    marks: Vec<usize>,
    dialect: &'static dyn Dialect,
    /// The joins of the query that is being written; a query inside another has its own.
    plan: Plan,
    /// The queries around it whose tables it may name, the innermost last.
    around: Vec<Plan>,
    /// In how many conditions the query that is being written stands.
    level: usize,
    /// Whether the statement changes rows.
    writes: bool,
}

impl Writer {
    pub(crate) fn new(dialect: &'static dyn Dialect) -> Self {
        Writer {
            sql: String::with_capacity(256),
            marks: Vec::new(),
            dialect,
            plan: Plan::default(),
            around: Vec::new(),
            level: 0,
            writes: false,
        }
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

    /// Writes the text of a question to the catalogue, all of which is part of its shape.
    pub(crate) fn schema_text(&mut self, text: &str) {
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

    /// Writes the names of columns that are meant together: one alone as it is, several between parentheses.
    pub(crate) fn bare_columns(&mut self, model: &ModelMeta, fields: impl ExactSizeIterator<Item = usize>) {
        let several = fields.len() > 1;
        for (at, field) in fields.enumerate() {
            self.text(match (several, at) {
                (false, _) => "",
                (true, 0) => "(",
                (true, _) => ", ",
            });
            self.identifier(model.field(field).column);
        }
        self.text(if several { ")" } else { "" });
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

    /// Writes one placeholder for a list of the values that stand at a position of the members of a list.
    pub(crate) fn list_part(&mut self, values: &[Value<'_>], at: usize) {
        self.mark(address_of_part(values, at));
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
        let (level, place) = self.place(column);
        if level == self.level {
            self.qualified(place.table, place.model, place.field);
        } else {
            self.column_at(&(level, place));
        }
    }

    /// Writes a column of which it is known where it stands.
    pub(crate) fn column_at(&mut self, (level, place): &(usize, Place)) {
        self.name_at(*level, place.table, place.model);
        self.sql.push('.');
        self.identifier(place.field.column);
    }

    /// Where a column stands: in how many conditions the query of its table stands, and where it is in that query's plan.
    pub(crate) fn place(&self, column: &Column) -> (usize, Place) {
        if !self.plan.owns(column.path)
            && let Some((at, plan)) = self.around.iter().enumerate().rfind(|(_, plan)| plan.owns(column.path))
        {
            return (self.level - self.around.len() + at, plan.place(column));
        }
        (self.level, self.plan.place(column))
    }

    /// Writes a column with the name of its table, also where there is one table alone.
    pub(crate) fn column_with_table(&mut self, column: &Column) {
        let place = self.place(column);
        self.column_at(&place);
    }

    /// Writes a column of the table at a position of the plan; 0 is the query's own.
    ///
    /// Where there is one table alone its columns go by their names: the text is a key of caches, and a short one is hashed faster.
    pub(crate) fn qualified(&mut self, table: usize, model: &ModelMeta, field: &FieldMeta) {
        if self.level > 0 || !self.plan.joins().is_empty() {
            self.table_name(table, model);
            self.sql.push('.');
        }
        self.identifier(field.column);
    }

    /// Writes the name by which a table of the plan is known.
    pub(crate) fn table_name(&mut self, table: usize, model: &ModelMeta) {
        self.name_at(self.level, table, model);
    }

    /// Writes the name of a table of a query that stands in so many conditions.
    fn name_at(&mut self, level: usize, table: usize, model: &ModelMeta) {
        use std::fmt::Write;
        let _ = match (level, table) {
            (0, 0) => {
                self.identifier(model.table);
                Ok(())
            }
            (0, table) => write!(self.sql, "t{table}"),
            (level, 0) => write!(self.sql, "e{level}"),
            (level, table) => write!(self.sql, "e{level}t{table}"),
        };
    }

    /// Whether the query that is being written stands in a condition of another and may name its tables.
    pub(crate) fn is_inside(&self) -> bool {
        self.level > 0
    }

    /// Writes the name that an output column at a position was given.
    pub(crate) fn output_name(&mut self, at: usize) {
        self.text("amphi_");
        self.number(i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1));
    }

    /// Whether a column may be NULL, also because its table was joined from the left.
    pub(crate) fn may_be_null(&self, column: &Column) -> bool {
        self.place(column).1.nullable
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

    /// Takes a plan for the query that is written next, which names no table of those around it, and gives back what was before.
    pub(crate) fn enter(&mut self, plan: Plan) -> Outer {
        let around = std::mem::take(&mut self.around);
        Outer { plan: std::mem::replace(&mut self.plan, plan), around, level: std::mem::take(&mut self.level) }
    }

    /// Takes a plan for the query inside a condition, which may name the tables of those around it if it is `within` them, and gives
    /// back what was before.
    pub(crate) fn enter_condition(&mut self, plan: Plan, within: bool) -> Outer {
        let around = self.around.clone();
        let outer = std::mem::replace(&mut self.plan, plan);
        let before = Outer { plan: outer.clone(), around, level: self.level };
        if !within {
            self.around.clear();
        }
        self.around.push(outer);
        self.level += 1;
        before
    }

    /// Goes on with the query that was written before.
    pub(crate) fn leave(&mut self, outer: Outer) {
        self.plan = outer.plan;
        self.around = outer.around;
        self.level = outer.level;
    }
}
