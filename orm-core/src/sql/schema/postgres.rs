//! How PostgreSQL changes a schema.

use super::change::SchemaChange;
use super::convert::conversion;
use super::diff::{Altered, Diff, KeptColumn};
use super::enums::{EnumState, recreate_type};
use super::name::{postgres_name, quoted, text};
use super::order::rename_order;
use super::part::{Part, PartKind};
use super::server::{Done, Server, alter, definition, drop_word, fill_statement};
use super::statement::{CatalogQuery, SchemaStatement};
use super::table::Column;
use crate::error::Result;
use crate::sql::{Dialect, create_enum};

pub(super) struct Postgres<'c> {
    pub change: &'c SchemaChange<'c>,
    pub dialect: &'static dyn Dialect,
}

impl Postgres<'_> {
    fn quoted(&self, name: &str) -> String {
        quoted(name, self.dialect)
    }

    fn alter(&self, table: &str, action: &str, about: String) -> SchemaStatement {
        SchemaStatement::new(alter(table, action, self.dialect), about)
    }

    /// The sequence of a key that the database fills in.
    fn sequence(table: &str, column: &Column) -> Option<String> {
        column.field.generated.then(|| postgres_name(table, Some(&column.name), "seq"))
    }
}

impl Server for Postgres<'_> {
    fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// What is not done is undone here, but for an index that was built outside of a transaction and may be half there.
    fn probe(&self, _: Done<'_>) -> Option<CatalogQuery> {
        None
    }

    fn prepare(&self, diff: &Diff) -> Vec<SchemaStatement> {
        let create = |of: &EnumState| (create_enum(&of.name, &of.labels, self.dialect), format!("Create the enum `{}`", of.name));
        let created = diff.enums.created.iter().map(create);
        created.chain(diff.enums.extended.iter().cloned()).map(|(sql, about)| SchemaStatement::new(sql, about)).collect()
    }

    fn types(&self, diff: &Diff) -> Vec<SchemaStatement> {
        let recreated = |of| recreate_type(of, diff, self.dialect).into_iter().map(move |sql| (of, sql));
        let statements = diff.enums.recreated.iter().flat_map(recreated);
        statements.map(|(of, sql)| SchemaStatement::new(sql, format!("Change the labels of the enum `{}`", of.name))).collect()
    }

    fn finish(&self, diff: &Diff) -> Vec<SchemaStatement> {
        let dropped = diff.enums.dropped.iter();
        let drop =
            |name: &str| SchemaStatement::new(format!("DROP TYPE {}", self.quoted(name)), format!("Drop the enum `{name}`"));
        dropped.map(|of| drop(&of.name)).collect()
    }

    fn drop_part(&self, table: &Altered, part: &Part) -> Vec<SchemaStatement> {
        let about = format!("Drop {} of the table `{}`", part.told(), table.before.name);
        if part.kind != PartKind::Index {
            let action = format!("{} {}", drop_word(part.kind, self.dialect), self.quoted(&part.name));
            return vec![self.alter(&table.before.name, &action, about)];
        }
        if self.change.concurrently {
            let sql = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", self.quoted(&part.name));
            return vec![SchemaStatement { alone: true, ..SchemaStatement::new(sql, about) }];
        }
        vec![SchemaStatement::new(format!("DROP INDEX {}", self.quoted(&part.name)), about)]
    }

    fn rename_parts(&self, table: &Altered) -> Vec<SchemaStatement> {
        let name = &table.after.name;
        let names = |index: bool| -> Vec<(String, String)> {
            let parts = table.renamed().filter(|(old, _)| (old.kind == PartKind::Index) == index);
            rename_order(parts.map(|(old, new)| (old.name.clone(), new.name.clone())).collect())
        };
        let told = |what: &str, from: &str, to: &str| format!("Rename the {what} `{from}` of the table `{name}` to `{to}`");
        let mut statements = Vec::new();
        for (from, to) in names(false) {
            let action = format!("RENAME CONSTRAINT {} TO {}", self.quoted(&from), self.quoted(&to));
            statements.push(self.alter(name, &action, told("constraint", &from, &to)));
        }
        for (from, to) in names(true) {
            let sql = format!("ALTER INDEX {} RENAME TO {}", self.quoted(&from), self.quoted(&to));
            statements.push(SchemaStatement::new(sql, told("index", &from, &to)));
        }
        for column in &table.columns {
            let from = Self::sequence(&table.before.name, &column.before);
            let to = Self::sequence(&table.after.name, &column.after);
            if let (Some(from), Some(to)) = (from, to)
                && from != to
            {
                let sql = format!("ALTER SEQUENCE {} RENAME TO {}", self.quoted(&from), self.quoted(&to));
                statements.push(SchemaStatement::new(sql, told("sequence", &from, &to)));
            }
        }
        statements
    }

    fn add_constraint(&self, table: &str, part: &Part, to_rows: bool) -> SchemaStatement {
        let checks_rows = matches!(part.kind, PartKind::Check | PartKind::ForeignKey);
        let not_valid = if to_rows && checks_rows && self.change.not_valid { " NOT VALID" } else { "" };
        let action = format!("ADD CONSTRAINT {} {}{not_valid}", self.quoted(&part.name), part.definition);
        self.alter(table, &action, format!("Add {} to the table `{table}`", part.told()))
    }

    fn add_index(&self, table: &str, part: &Part) -> Vec<SchemaStatement> {
        let about = format!("Create {} of the table `{table}`", part.told());
        if !self.change.concurrently {
            return vec![SchemaStatement::new(part.create_index(table, "", self.dialect), about)];
        }
        let probe = CatalogQuery::new(format!(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass({}) AND indisvalid",
            text(&self.quoted(&part.name), self.dialect)
        ));
        // One that was not finished is in the way.
        let clear = format!("DROP INDEX CONCURRENTLY IF EXISTS {}", self.quoted(&part.name));
        let create = part.create_index(table, "CONCURRENTLY ", self.dialect);
        let alone = |sql| SchemaStatement { alone: true, ..SchemaStatement::new(sql, about.clone()) }.probed(Some(probe.clone()));
        vec![alone(clear), alone(create)]
    }

    fn alter_column(&self, table: &Altered, column: &KeptColumn, fill: Option<String>) -> Result<Vec<SchemaStatement>> {
        let (old, new, name) = (&column.middle, &column.after, &table.after.name);
        let quoted_column = self.quoted(&new.name);
        let about = format!("Change the column `{}` of the table `{name}`", new.name);
        let act = |action: &str| self.alter(name, &format!("ALTER COLUMN {quoted_column} {action}"), about.clone());
        let mut statements = Vec::new();
        if old.field.generated && !new.field.generated {
            statements.push(act("DROP IDENTITY"));
        }
        let converts = column.converts(self.dialect);
        let default_changes = old.default != new.default || converts;
        if default_changes && old.default.is_some() {
            statements.push(act("DROP DEFAULT"));
        }
        if converts {
            let using = conversion(old, new, self.dialect).map(|using| format!(" USING {using}")).unwrap_or_default();
            statements.push(act(&format!("TYPE {}{using}", new.sql_type)));
        }
        if let Some(fill) = fill {
            statements.extend(self.fill_nulls(name, new, &fill));
        }
        match (old.field.nullable, new.field.nullable) {
            (true, false) => statements.push(act("SET NOT NULL")),
            (false, true) => statements.push(act("DROP NOT NULL")),
            _ => {}
        }
        if let Some(default) = new.default.as_ref().filter(|_| default_changes) {
            statements.push(act(&format!("SET DEFAULT {default}")));
        }
        Ok(statements)
    }

    fn alter_key(&self, table: &Altered, column: &KeptColumn) -> Vec<SchemaStatement> {
        if column.middle.field.generated || !column.after.field.generated {
            return Vec::new();
        }
        let (name, column) = (&table.after.name, &column.after);
        let quoted_column = self.quoted(&column.name);
        let about = format!("Let the database fill in the column `{}` of the table `{name}`", column.name);
        let sequence = format!(
            "SELECT setval(pg_get_serial_sequence({}, {}), coalesce(max({quoted_column}), 0) + 1, false) FROM {}",
            text(&self.quoted(name), self.dialect),
            text(&column.name, self.dialect),
            self.quoted(name)
        );
        vec![
            self.alter(name, &format!("ALTER COLUMN {quoted_column} ADD GENERATED BY DEFAULT AS IDENTITY"), about.clone()),
            SchemaStatement::new(sequence, about),
        ]
    }

    fn fill_nulls(&self, table: &str, column: &Column, fill: &str) -> Vec<SchemaStatement> {
        // A table cannot be altered while checks of its rows wait for the commit.
        let checks = |when: &str| {
            let about = format!("Check the foreign keys of the rows of the table `{table}`");
            SchemaStatement::new(format!("SET CONSTRAINTS ALL {when}"), about)
        };
        vec![fill_statement(table, column, fill, self.dialect), checks("IMMEDIATE"), checks("DEFERRED")]
    }

    fn set_not_null(&self, table: &str, column: &Column) -> SchemaStatement {
        let about = format!("Make the column `{}` of the table `{table}` NOT NULL", column.name);
        self.alter(table, &format!("ALTER COLUMN {} SET NOT NULL", self.quoted(&column.name)), about)
    }

    fn add_unfilled(&self, table: &str, column: &Column) -> Vec<SchemaStatement> {
        let action = format!("ADD COLUMN {}", definition(column, " NOT NULL", self.dialect));
        vec![self.alter(table, &action, format!("Add the column `{}` to the table `{table}`", column.name))]
    }

    fn set_default(&self, table: &str, column: &Column) -> SchemaStatement {
        let set = column.default.as_ref().map_or_else(|| "DROP DEFAULT".to_owned(), |default| format!("SET DEFAULT {default}"));
        let about = format!("Set the default of the column `{}` of the table `{table}`", column.name);
        self.alter(table, &format!("ALTER COLUMN {} {set}", self.quoted(&column.name)), about)
    }

    fn comments(&self, table: &Altered) -> Vec<SchemaStatement> {
        let name = &table.after.name;
        let mut statements = Vec::new();
        if table.before.comment != table.after.comment {
            let comment = table.after.comment.as_ref().map_or_else(|| "NULL".to_owned(), |comment| text(comment, self.dialect));
            statements.push(format!("COMMENT ON TABLE {} IS {comment}", self.quoted(name)));
        }
        let changed = table.columns.iter().filter(|column| column.comment_changes()).map(|column| &column.after);
        let added = table.added.iter().filter(|column| column.field.comment.is_some());
        for column in changed.chain(added) {
            statements.push(column.comment_on(name, column.field.comment.as_deref(), self.dialect));
        }
        statements.into_iter().map(|sql| SchemaStatement::new(sql, format!("Comment on the table `{name}`"))).collect()
    }
}
