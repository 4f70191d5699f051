//! How MySQL and MariaDB change a schema. No statement can be undone, so each can be asked whether it was run, or does no harm twice.

use super::convert::conversion;
use super::diff::{Altered, Diff, KeptColumn};
use super::name::{quoted, text};
use super::order::rename_order;
use super::part::{Part, PartKind};
use super::server::{Done, Server, alter, definition, drop_word, fill_statement};
use super::statement::{CatalogQuery, SchemaStatement};
use super::table::Column;
use crate::error::Result;
use crate::schema::FieldKind;
use crate::sql::Dialect;

pub(super) struct MySql {
    pub dialect: &'static dyn Dialect,
}

impl MySql {
    fn quoted(&self, name: &str) -> String {
        quoted(name, self.dialect)
    }

    fn alter(&self, table: &str, action: &str, about: String) -> SchemaStatement {
        SchemaStatement::new(alter(table, action, self.dialect), about)
    }

    /// Gives a column its whole definition again.
    fn modify(&self, table: &str, column: &Column, nullable: bool, generated: bool) -> SchemaStatement {
        let mut behind = String::from(if nullable { " NULL" } else { " NOT NULL" });
        if generated {
            behind.push_str(" AUTO_INCREMENT");
        } else if let Some(default) = &column.default {
            behind.push_str(" DEFAULT ");
            behind.push_str(&column.default_value(default, self.dialect));
        }
        let action = format!("MODIFY COLUMN {}", definition(column, &behind, self.dialect));
        self.alter(table, &action, format!("Change the column `{}` of the table `{table}`", column.name))
    }

    /// Gives a column a type between two others for a while.
    fn pass_through(&self, table: &str, column: &Column, sql_type: &str) -> SchemaStatement {
        let action = format!("MODIFY COLUMN {} {sql_type} NULL", self.quoted(&column.name));
        self.alter(table, &action, format!("Change the column `{}` of the table `{table}`", column.name))
    }

    /// Makes the values of a column those of its new kind, where MODIFY does not.
    fn convert(&self, table: &str, column: &KeptColumn) -> Vec<SchemaStatement> {
        let Some(value) = conversion(&column.middle, &column.after, self.dialect) else { return Vec::new() };
        let name = self.quoted(&column.after.name);
        // Rows that were converted already are left alone.
        let (between, rows) = match (&column.middle.field.kind, &column.after.field.kind) {
            (FieldKind::Uuid, _) => (Some("VARBINARY(36)"), format!("LENGTH({name}) = 16")),
            (_, FieldKind::Uuid) => (Some("VARBINARY(255)"), format!("LENGTH({name}) <> 16")),
            _ => (None, format!("{name} NOT IN (0, 1)")),
        };
        let mut statements = Vec::new();
        if column.after.field.kind == FieldKind::Uuid {
            statements.extend(self.refuse_other_than_uuids(table, &column.after));
        }
        statements.extend(between.map(|sql_type| self.pass_through(table, &column.after, sql_type)));
        let sql = format!("UPDATE {} SET {name} = {value} WHERE {rows}", self.quoted(table));
        let about = format!("Convert the values of the column `{}` of the table `{table}`", column.after.name);
        statements.push(SchemaStatement::new(sql, about));
        statements
    }

    /// Refuses a column that has other texts than UUIDs, before anything is done to it: a shorter one would be filled up.
    fn refuse_other_than_uuids(&self, table: &str, column: &Column) -> [SchemaStatement; 2] {
        let (name, check) = (self.quoted(&column.name), format!("{}__uuid", column.name));
        let condition = format!("{name} IS NULL OR COALESCE(LENGTH(UNHEX(REPLACE({name}, '-', ''))), 0) = 16");
        let act = |action: String, there: bool| {
            let about = format!("Check that the column `{}` of the table `{table}` has nothing but UUIDs", column.name);
            self.alter(table, &action, about).probed(self.probe(Done::Constraint(table, &check, there)))
        };
        let quoted = self.quoted(&check);
        [act(format!("ADD CONSTRAINT {quoted} CHECK ({condition})"), true), act(format!("DROP CONSTRAINT {quoted}"), false)]
    }

    fn ask(&self, from: &str, table: &str, conditions: &[(&str, &str)]) -> String {
        let schema = if from == "TABLE_CONSTRAINTS" { "CONSTRAINT_SCHEMA" } else { "TABLE_SCHEMA" };
        let mut sql = format!(
            "SELECT 1 FROM information_schema.{from} WHERE {schema} = DATABASE() AND TABLE_NAME = {}",
            text(table, self.dialect)
        );
        for (column, value) in conditions {
            sql.push_str(&format!(" AND {column} = {}", text(value, self.dialect)));
        }
        sql
    }
}

/// A question that gives a row if another gives some, or if it gives none.
fn exists(question: &str, there: bool) -> String {
    format!("{}EXISTS ({question})", if there { "" } else { "NOT " })
}

impl Server for MySql {
    fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    fn probe(&self, done: Done<'_>) -> Option<CatalogQuery> {
        let column = |table, name| self.ask("COLUMNS", table, &[("COLUMN_NAME", name)]);
        let index = |table, name| self.ask("STATISTICS", table, &[("INDEX_NAME", name)]);
        let renamed = |from: String, to: String| format!("{} AND {}", exists(&from, false), exists(&to, true));
        let condition = match done {
            Done::Table(table, there) => exists(&self.ask("TABLES", table, &[]), there),
            Done::TableRenamed(from, to) => renamed(self.ask("TABLES", from, &[]), self.ask("TABLES", to, &[])),
            Done::Column(table, name, there) => exists(&column(table, name), there),
            Done::ColumnRenamed(table, from, to) => renamed(column(table, from), column(table, to)),
            Done::Constraint(table, name, there) => {
                exists(&self.ask("TABLE_CONSTRAINTS", table, &[("CONSTRAINT_NAME", name)]), there)
            }
            Done::Index(table, name, there) => exists(&index(table, name), there),
            Done::IndexRenamed(table, from, to) => renamed(index(table, from), index(table, to)),
        };
        Some(CatalogQuery::new(format!("SELECT 1 FROM DUAL WHERE {condition}")))
    }

    fn prepare(&self, _: &Diff) -> Vec<SchemaStatement> {
        Vec::new()
    }

    fn types(&self, _: &Diff) -> Vec<SchemaStatement> {
        Vec::new()
    }

    fn finish(&self, _: &Diff) -> Vec<SchemaStatement> {
        Vec::new()
    }

    fn drop_part(&self, table: &Altered, part: &Part) -> Vec<SchemaStatement> {
        let name = &table.before.name;
        let about = format!("Drop {} of the table `{name}`", part.told());
        let mut statements = Vec::new();
        let (action, done) = match part.kind {
            PartKind::Primary => {
                // What is counted up must be a key.
                let counted = table.before.columns.iter().filter(|column| column.field.generated);
                statements.extend(counted.map(|column| self.modify(name, column, false, false)));
                ("DROP PRIMARY KEY".to_owned(), Done::Index(name, "PRIMARY", false))
            }
            PartKind::Index | PartKind::Unique => {
                (format!("DROP INDEX {}", self.quoted(&part.name)), Done::Index(name, &part.name, false))
            }
            kind => {
                let word = drop_word(kind, self.dialect);
                (format!("{word} {}", self.quoted(&part.name)), Done::Constraint(name, &part.name, false))
            }
        };
        statements.push(self.alter(name, &action, about).probed(self.probe(done)));
        statements
    }

    fn rename_parts(&self, table: &Altered) -> Vec<SchemaStatement> {
        let name = &table.after.name;
        let renames = table.renamed().map(|(old, new)| (old.name.clone(), new.name.clone())).collect();
        let rename = |(from, to): (String, String)| {
            let action = format!("RENAME INDEX {} TO {}", self.quoted(&from), self.quoted(&to));
            let about = format!("Rename the index `{from}` of the table `{name}` to `{to}`");
            self.alter(name, &action, about).probed(self.probe(Done::IndexRenamed(name, &from, &to)))
        };
        rename_order(renames).into_iter().map(rename).collect()
    }

    fn add_constraint(&self, table: &str, part: &Part, _: bool) -> SchemaStatement {
        let about = format!("Add {} to the table `{table}`", part.told());
        let done = match part.kind {
            PartKind::Primary => Done::Index(table, "PRIMARY", true),
            PartKind::Unique => Done::Index(table, &part.name, true),
            _ => Done::Constraint(table, &part.name, true),
        };
        self.alter(table, &format!("ADD {}", part.line(self.dialect)), about).probed(self.probe(done))
    }

    fn add_index(&self, table: &str, part: &Part) -> Vec<SchemaStatement> {
        let action = format!("ADD INDEX {} {}", self.quoted(&part.name), part.definition);
        let about = format!("Create {} of the table `{table}`", part.told());
        vec![self.alter(table, &action, about).probed(self.probe(Done::Index(table, &part.name, true)))]
    }

    fn alter_column(&self, table: &Altered, column: &KeptColumn, fill: Option<String>) -> Result<Vec<SchemaStatement>> {
        let (old, new, name) = (&column.middle, &column.after, &table.after.name);
        let mut statements = self.convert(name, column);
        if let Some(fill) = fill {
            if column.converts(self.dialect) {
                statements.push(self.modify(name, new, true, false));
            }
            statements.extend(self.fill_nulls(name, new, &fill));
        }
        statements.push(self.modify(name, new, new.field.nullable, old.field.generated && new.field.generated));
        Ok(statements)
    }

    fn alter_key(&self, table: &Altered, column: &KeptColumn) -> Vec<SchemaStatement> {
        let becomes = !column.middle.field.generated && column.after.field.generated;
        becomes.then(|| self.modify(&table.after.name, &column.after, false, true)).into_iter().collect()
    }

    fn fill_nulls(&self, table: &str, column: &Column, fill: &str) -> Vec<SchemaStatement> {
        vec![fill_statement(table, column, fill, self.dialect)]
    }

    fn set_not_null(&self, table: &str, column: &Column) -> SchemaStatement {
        self.modify(table, column, false, false)
    }

    /// ADD COLUMN .. NOT NULL would make something up for the rows that are there.
    fn add_unfilled(&self, table: &str, column: &Column) -> Vec<SchemaStatement> {
        let action = format!("ADD COLUMN {}", definition(column, "", self.dialect));
        let about = format!("Add the column `{}` to the table `{table}`", column.name);
        let probe = self.probe(Done::Column(table, &column.name, true));
        vec![self.alter(table, &action, about).probed(probe), self.modify(table, column, false, false)]
    }

    fn set_default(&self, table: &str, column: &Column) -> SchemaStatement {
        let set = match &column.default {
            Some(default) => format!("SET DEFAULT {}", column.default_value(default, self.dialect)),
            None if column.field.nullable => "SET DEFAULT NULL".to_owned(),
            None => "DROP DEFAULT".to_owned(),
        };
        let about = format!("Set the default of the column `{}` of the table `{table}`", column.name);
        self.alter(table, &format!("ALTER COLUMN {} {set}", self.quoted(&column.name)), about)
    }

    fn comments(&self, table: &Altered) -> Vec<SchemaStatement> {
        let name = &table.after.name;
        let mut statements = Vec::new();
        if table.before.comment != table.after.comment {
            let comment = text(table.after.comment.as_deref().unwrap_or_default(), self.dialect);
            statements.push(self.alter(name, &format!("COMMENT = {comment}"), format!("Comment on the table `{name}`")));
        }
        // A column that was changed otherwise has its new comment already.
        for column in table.columns.iter().filter(|column| column.comment_changes() && !column.changes(self.dialect)) {
            let column = &column.after;
            statements.push(self.modify(name, column, column.field.nullable, column.field.generated));
        }
        statements
    }
}
