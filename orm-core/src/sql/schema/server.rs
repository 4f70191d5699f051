//! The change of a schema on a database server: statements for each thing that changes, in an order in which each finds what it needs.

use super::change::SchemaChange;
use super::diff::{Altered, Diff, KeptColumn};
use super::name::quoted;
use super::order::rename_order;
use super::part::{Part, PartKind};
use super::statement::{CatalogQuery, SchemaStatement};
use super::table::{Column, Table};
use crate::error::Result;
use crate::schema::Literal;
use crate::sql::Dialect;

/// What was done if a statement was run.
pub(super) enum Done<'n> {
    /// A table is there, or is not.
    Table(&'n str, bool),
    /// A table is called otherwise.
    TableRenamed(&'n str, &'n str),
    /// A column of a table is there, or is not.
    Column(&'n str, &'n str, bool),
    /// A column of a table is called otherwise.
    ColumnRenamed(&'n str, &'n str, &'n str),
    /// A constraint of a table is there, or is not.
    Constraint(&'n str, &'n str, bool),
    /// An index of a table is there, or is not.
    Index(&'n str, &'n str, bool),
    /// An index of a table is called otherwise.
    IndexRenamed(&'n str, &'n str, &'n str),
}

/// What a database server says in its own way.
pub(super) trait Server {
    fn dialect(&self) -> &'static dyn Dialect;

    /// The question whether something was done.
    fn probe(&self, done: Done<'_>) -> Option<CatalogQuery>;

    /// What comes before all else.
    fn prepare(&self, diff: &Diff) -> Vec<SchemaStatement>;

    /// What comes when everything is called as it will be, and before columns change.
    fn types(&self, diff: &Diff) -> Vec<SchemaStatement>;

    /// What comes when nothing needs it any more.
    fn finish(&self, diff: &Diff) -> Vec<SchemaStatement>;

    /// Drops a part of a table that is called as before.
    fn drop_part(&self, table: &Altered, part: &Part) -> Vec<SchemaStatement>;

    /// Gives a part, or what hangs on a column, its new name.
    fn rename_parts(&self, table: &Altered) -> Vec<SchemaStatement>;

    /// Adds a constraint.
    fn add_constraint(&self, table: &str, part: &Part, to_rows: bool) -> SchemaStatement;

    /// Adds an index.
    fn add_index(&self, table: &str, part: &Part) -> Vec<SchemaStatement>;

    /// Changes a column that stays, but for what waits until it is a key.
    fn alter_column(&self, table: &Altered, column: &KeptColumn, fill: Option<String>) -> Result<Vec<SchemaStatement>>;

    /// What of a column could not be changed before the table's key was.
    fn alter_key(&self, table: &Altered, column: &KeptColumn) -> Vec<SchemaStatement>;

    /// Fills the rows that have NULL in a column.
    fn fill_nulls(&self, table: &str, column: &Column, fill: &str) -> Vec<SchemaStatement>;

    /// Makes a column, which has no NULL now, NOT NULL.
    fn set_not_null(&self, table: &str, column: &Column) -> SchemaStatement;

    /// Adds a column that is neither nullable nor filled: right for a table without rows, refused for another.
    fn add_unfilled(&self, table: &str, column: &Column) -> Vec<SchemaStatement>;

    /// Sets what the column has by default from now on.
    fn set_default(&self, table: &str, column: &Column) -> SchemaStatement;

    /// Sets the comments that differ.
    fn comments(&self, table: &Altered) -> Vec<SchemaStatement>;
}

/// All statements.
pub(super) fn statements(change: &SchemaChange<'_>, diff: &Diff, server: &dyn Server) -> Result<Vec<SchemaStatement>> {
    let mut all = server.prepare(diff);
    let editor = Editor { change, diff, server, dialect: server.dialect() };
    editor.drop(&mut all);
    editor.rename(&mut all);
    all.extend(server.types(diff));
    for table in &diff.altered {
        editor.columns(table, &mut all)?;
    }
    editor.add(&mut all);
    all.extend(diff.altered.iter().flat_map(|table| server.comments(table)));
    all.extend(server.finish(diff));
    editor.add_alone(&mut all);
    Ok(all)
}

struct Editor<'e> {
    change: &'e SchemaChange<'e>,
    diff: &'e Diff,
    server: &'e dyn Server,
    dialect: &'static dyn Dialect,
}

/// ALTER TABLE.
pub(super) fn alter(table: &str, action: &str, dialect: &dyn Dialect) -> String {
    format!("ALTER TABLE {} {action}", quoted(table, dialect))
}

/// A column's definition with what stands behind its type.
pub(super) fn definition(column: &Column, behind: &str, dialect: &dyn Dialect) -> String {
    let mut definition = format!("{} {}{behind}", quoted(&column.name, dialect), column.sql_type);
    column.comment(&mut definition, dialect);
    definition
}

impl Editor<'_> {
    /// Drops what goes: foreign keys and tables first, then what they stood on, and columns.
    fn drop(&self, all: &mut Vec<SchemaStatement>) {
        let is_key = |part: &&Part| part.kind == PartKind::ForeignKey;
        for table in &self.diff.altered {
            all.extend(table.dropped.iter().filter(is_key).flat_map(|part| self.server.drop_part(table, part)));
        }
        for (at, table) in self.diff.deleted.iter().enumerate() {
            let earlier = self.diff.deleted.get(..at).unwrap_or_default();
            let points_back =
                |part: &&Part| part.target.as_ref().is_some_and(|target| earlier.iter().any(|other| other.model == target.model));
            for part in table.foreign_keys().filter(points_back) {
                let action = format!("{} {}", drop_word(part.kind, self.dialect), quoted(&part.name, self.dialect));
                let about = format!("Drop {} of the table `{}`", part.told(), table.name);
                let probe = self.server.probe(Done::Constraint(&table.name, &part.name, false));
                all.push(SchemaStatement::new(alter(&table.name, &action, self.dialect), about).probed(probe));
            }
        }
        for table in &self.diff.deleted {
            let sql = format!("DROP TABLE {}", quoted(&table.name, self.dialect));
            let probe = self.server.probe(Done::Table(&table.name, false));
            all.push(SchemaStatement::new(sql, format!("Drop the table `{}`", table.name)).probed(probe));
        }
        for table in &self.diff.altered {
            all.extend(table.dropped.iter().filter(|part| !is_key(part)).flat_map(|part| self.server.drop_part(table, part)));
        }
        for table in &self.diff.altered {
            for column in &table.removed {
                let action = format!("DROP COLUMN {}", quoted(&column.name, self.dialect));
                let about = format!("Drop the column `{}` of the table `{}`", column.name, table.before.name);
                let probe = self.server.probe(Done::Column(&table.before.name, &column.name, false));
                all.push(SchemaStatement::new(alter(&table.before.name, &action, self.dialect), about).probed(probe));
            }
        }
    }

    /// Gives tables, columns and what hangs on them their new names.
    fn rename(&self, all: &mut Vec<SchemaStatement>) {
        let tables = self.diff.altered.iter().map(|table| (table.before.name.clone(), table.after.name.clone())).collect();
        for (from, to) in rename_order(tables) {
            let sql = alter(&from, &format!("RENAME TO {}", quoted(&to, self.dialect)), self.dialect);
            let probe = self.server.probe(Done::TableRenamed(&from, &to));
            all.push(SchemaStatement::new(sql, format!("Rename the table `{from}` to `{to}`")).probed(probe));
        }
        for table in &self.diff.altered {
            let name = &table.after.name;
            let columns = table.columns.iter().map(|column| (column.before.name.clone(), column.after.name.clone())).collect();
            for (from, to) in rename_order(columns) {
                let action = format!("RENAME COLUMN {} TO {}", quoted(&from, self.dialect), quoted(&to, self.dialect));
                let about = format!("Rename the column `{from}` of the table `{name}` to `{to}`");
                let probe = self.server.probe(Done::ColumnRenamed(name, &from, &to));
                all.push(SchemaStatement::new(alter(name, &action, self.dialect), about).probed(probe));
            }
            all.extend(self.server.rename_parts(table));
        }
    }

    /// Changes and adds columns.
    fn columns(&self, table: &Altered, all: &mut Vec<SchemaStatement>) -> Result<()> {
        let model = &table.after.model;
        for column in table.columns.iter().filter(|column| column.changes(self.dialect)) {
            let fill = self.change.fill(model, &column.after.field.name);
            let fill = fill.map(|fill| column.after.fill(fill, self.dialect)).transpose()?;
            all.extend(self.server.alter_column(table, column, fill)?);
        }
        for column in &table.added {
            let statements = self.add_column(&table.after, column, self.change.fill(model, &column.field.name))?;
            all.extend(statements);
        }
        Ok(())
    }

    fn add_column(&self, table: &Table, column: &Column, fill: Option<&Literal>) -> Result<Vec<SchemaStatement>> {
        let add = |definition: String| {
            let about = format!("Add the column `{}` to the table `{}`", column.name, table.name);
            let probe = self.server.probe(Done::Column(&table.name, &column.name, true));
            SchemaStatement::new(alter(&table.name, &format!("ADD COLUMN {definition}"), self.dialect), about).probed(probe)
        };
        if column.field.generated {
            return Ok(vec![add(column.line(table, self.dialect))]);
        }
        let default = |default: &str| format!(" DEFAULT {}", column.default_value(default, self.dialect));
        let null = if column.field.nullable { "" } else { " NOT NULL" };
        Ok(match fill {
            None if column.field.nullable || column.default.is_some() => {
                let own = column.default.as_deref().map(default).unwrap_or_default();
                vec![add(definition(column, &format!("{null}{own}"), self.dialect))]
            }
            None => self.server.add_unfilled(&table.name, column),
            // An expression may be about other columns, which a default may not.
            Some(fill @ Literal::Sql { .. }) => {
                let mut statements = vec![add(definition(column, "", self.dialect))];
                statements.extend(self.server.fill_nulls(&table.name, column, &column.fill(fill, self.dialect)?));
                if !column.field.nullable {
                    statements.push(self.server.set_not_null(&table.name, column));
                }
                if column.default.is_some() {
                    statements.push(self.server.set_default(&table.name, column));
                }
                statements
            }
            Some(fill) => {
                let fill = default(&column.fill(fill, self.dialect)?);
                vec![
                    add(definition(column, &format!("{null}{fill}"), self.dialect)),
                    self.server.set_default(&table.name, column),
                ]
            }
        })
    }

    /// Adds keys and constraints, tables, indexes, and foreign keys when all that they point at is there.
    fn add(&self, all: &mut Vec<SchemaStatement>) {
        for table in &self.diff.altered {
            let is_added =
                |part: &&Part| part.kind == PartKind::Primary && table.added.iter().any(|column| column.field.generated);
            let constraints = table.new.iter().filter(|part| !matches!(part.kind, PartKind::ForeignKey | PartKind::Index));
            // A new column that is a generated key was added with its constraint.
            let constraints = constraints.filter(|part| !is_added(part));
            all.extend(constraints.map(|part| self.server.add_constraint(&table.after.name, part, true)));
            all.extend(table.columns.iter().flat_map(|column| self.server.alter_key(table, column)));
        }
        let mut waiting = Vec::new();
        for (at, table) in self.diff.created.iter().enumerate() {
            let later = self.diff.created.get(at + 1..).unwrap_or_default();
            let waits =
                |part: &Part| part.target.as_ref().is_some_and(|target| later.iter().any(|other| other.model == target.model));
            let sql = table.create("CREATE TABLE ", &table.name, &waits, self.dialect);
            let probe = self.server.probe(Done::Table(&table.name, true));
            all.push(SchemaStatement::new(sql, format!("Create the table `{}`", table.name)).probed(probe));
            for sql in table.after_create(false, self.dialect) {
                let about = if sql.starts_with("COMMENT") { "Comment on" } else { "Create an index of" };
                all.push(SchemaStatement::new(sql, format!("{about} the table `{}`", table.name)));
            }
            waiting.extend(table.foreign_keys().filter(|part| waits(part)).map(|part| (&table.name, part)));
        }
        for table in self.diff.altered.iter().filter(|_| !self.change.concurrently) {
            let indexes = table.new.iter().filter(|part| part.kind == PartKind::Index);
            all.extend(indexes.flat_map(|part| self.server.add_index(&table.after.name, part)));
        }
        for table in &self.diff.altered {
            let keys = table.new.iter().filter(|part| part.kind == PartKind::ForeignKey);
            all.extend(keys.map(|part| self.server.add_constraint(&table.after.name, part, true)));
        }
        all.extend(waiting.into_iter().map(|(table, part)| self.server.add_constraint(table, part, false)));
    }

    /// Adds the indexes that are built while others write.
    fn add_alone(&self, all: &mut Vec<SchemaStatement>) {
        for table in self.diff.altered.iter().filter(|_| self.change.concurrently) {
            let indexes = table.new.iter().filter(|part| part.kind == PartKind::Index);
            all.extend(indexes.flat_map(|part| self.server.add_index(&table.after.name, part)));
        }
    }
}

/// How ALTER TABLE drops a constraint of a kind.
pub(super) fn drop_word(kind: PartKind, dialect: &dyn Dialect) -> &'static str {
    match (dialect.backend(), kind) {
        (crate::sql::Backend::MySql, PartKind::ForeignKey) => "DROP FOREIGN KEY",
        _ => "DROP CONSTRAINT",
    }
}

/// The statement that fills the rows that have NULL in a column.
pub(super) fn fill_statement(table: &str, column: &Column, fill: &str, dialect: &dyn Dialect) -> SchemaStatement {
    let name = quoted(&column.name, dialect);
    let sql = format!("UPDATE {} SET {name} = {fill} WHERE {name} IS NULL", quoted(table, dialect));
    SchemaStatement::new(sql, format!("Fill the column `{}` of the table `{table}`", column.name))
}
