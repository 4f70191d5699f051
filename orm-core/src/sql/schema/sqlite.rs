//! How SQLite changes a schema: by ALTER TABLE where the table becomes what CREATE TABLE would make of it, otherwise by a new table
//! that takes the place of the old one, as <https://sqlite.org/lang_altertable.html#otheralter> describes.

use super::change::SchemaChange;
use super::convert::conversion;
use super::diff::{Altered, Diff};
use super::name::{listed, quoted, text};
use super::order::rename_order;
use super::part::{Part, PartKind};
use super::server::{alter, fill_statement};
use super::statement::{CatalogQuery, Rebuild, SchemaStatement};
use super::table::Column;
use crate::error::Result;
use crate::sql::Dialect;

/// All statements.
pub(super) fn statements(change: &SchemaChange<'_>, diff: &Diff, dialect: &'static dyn Dialect) -> Result<Vec<SchemaStatement>> {
    let mut all = Vec::new();
    for table in diff.altered.iter().filter(|table| !is_rebuilt(table, dialect)) {
        let renamed = table.renamed().map(|(old, _)| old);
        for index in table.dropped.iter().chain(renamed).filter(|part| part.kind == PartKind::Index) {
            let about = format!("Drop {} of the table `{}`", index.told(), table.before.name);
            all.push(SchemaStatement::new(format!("DROP INDEX {}", quoted(&index.name, dialect)), about));
        }
    }
    for table in &diff.deleted {
        // Dropping a table deletes its rows first, with what that means for rows that point at them.
        let drop = SchemaStatement::new(
            format!("DROP TABLE {}", quoted(&table.name, dialect)),
            format!("Drop the table `{}`", table.name),
        );
        all.push(SchemaStatement { without_foreign_keys: true, ..drop });
    }
    rename(diff, dialect, &mut all);
    for table in &diff.altered {
        if is_rebuilt(table, dialect) {
            rebuild(change, table, dialect, &mut all)?;
        } else {
            alter_columns(change, table, dialect, &mut all)?;
        }
    }
    for table in &diff.created {
        let sql = table.create("CREATE TABLE ", &table.name, &|_| false, dialect);
        all.push(SchemaStatement::new(sql, format!("Create the table `{}`", table.name)));
        all.extend(table.indexes().map(|index| create_index(&table.name, index, dialect)));
    }
    for table in &diff.altered {
        let name = &table.after.name;
        if is_rebuilt(table, dialect) {
            all.extend(table.after.indexes().map(|index| create_index(name, index, dialect)));
        } else {
            let renamed = table.renamed().map(|(_, new)| new);
            let indexes = table.new.iter().chain(renamed).filter(|part| part.kind == PartKind::Index);
            all.extend(indexes.map(|index| create_index(name, index, dialect)));
        }
    }
    Ok(all)
}

fn create_index(table: &str, index: &Part, dialect: &dyn Dialect) -> SchemaStatement {
    SchemaStatement::new(index.create_index(table, "", dialect), format!("Create {} of the table `{table}`", index.told()))
}

/// Gives tables and columns their new names, also where other tables point at them.
fn rename(diff: &Diff, dialect: &dyn Dialect, all: &mut Vec<SchemaStatement>) {
    let mut renames = Vec::new();
    let tables = diff.altered.iter().map(|table| (table.before.name.clone(), table.after.name.clone())).collect();
    for (from, to) in rename_order(tables) {
        let sql = alter(&from, &format!("RENAME TO {}", quoted(&to, dialect)), dialect);
        renames.push(SchemaStatement::new(sql, format!("Rename the table `{from}` to `{to}`")));
    }
    for table in &diff.altered {
        let name = &table.after.name;
        let columns = table.columns.iter().map(|column| (column.before.name.clone(), column.after.name.clone())).collect();
        for (from, to) in rename_order(columns) {
            let action = format!("RENAME COLUMN {} TO {}", quoted(&from, dialect), quoted(&to, dialect));
            let about = format!("Rename the column `{from}` of the table `{name}` to `{to}`");
            renames.push(SchemaStatement::new(alter(name, &action, dialect), about));
        }
    }
    if !renames.is_empty() {
        // A connection on which a rebuild failed would leave the old names where others point.
        all.push(legacy(false));
        all.extend(renames);
    }
}

/// Whether ALTER TABLE leaves other tables, views and triggers as they are.
fn legacy(on: bool) -> SchemaStatement {
    let (setting, about) = match on {
        true => ("ON", "Let views and triggers wait for the new table"),
        false => ("OFF", "Let other tables follow when one is renamed"),
    };
    SchemaStatement::new(format!("PRAGMA legacy_alter_table = {setting}"), about)
}

/// Whether a table is made anew.
fn is_rebuilt(table: &Altered, dialect: &dyn Dialect) -> bool {
    let stands_inside = |part: &&Part| part.kind != PartKind::Index;
    // A column that ALTER TABLE can add with its constraints.
    let is_plain = |column: &Column| column.field.nullable && !column.field.generated && column.default.is_none();
    let comes_with_column = |part: &Part| {
        matches!(part.kind, PartKind::Check | PartKind::ForeignKey)
            && !part.raw
            && matches!(part.columns.as_slice(), [column] if table.added.iter().any(|added| added.name == *column))
    };
    table.columns.iter().any(|column| column.changes(dialect))
        || table.dropped.iter().any(|part| stands_inside(&part))
        || table.renamed().any(|(old, _)| stands_inside(&old))
        || table.new.iter().any(|part| stands_inside(&part) && !comes_with_column(part))
        || !table.added.iter().all(is_plain)
        // What a user wrote may be about a column that goes.
        || (!table.removed.is_empty() && table.after.parts.iter().any(|part| part.raw))
}

/// Adds and drops columns where they are.
fn alter_columns(
    change: &SchemaChange<'_>,
    table: &Altered,
    dialect: &'static dyn Dialect,
    all: &mut Vec<SchemaStatement>,
) -> Result<()> {
    let name = &table.after.name;
    for column in &table.removed {
        let action = format!("DROP COLUMN {}", quoted(&column.name, dialect));
        let about = format!("Drop the column `{}` of the table `{name}`", column.name);
        all.push(SchemaStatement::new(alter(name, &action, dialect), about));
    }
    for column in &table.added {
        let mut action = format!("ADD COLUMN {} {}", quoted(&column.name, dialect), column.sql_type);
        for part in table.new.iter().filter(|part| part.kind != PartKind::Index && part.columns.contains(&column.name)) {
            let line = part.line(dialect);
            // A constraint of the column itself does not name it.
            let own = format!("FOREIGN KEY ({}) ", quoted(&column.name, dialect));
            action.push(' ');
            action.push_str(&line.replacen(&own, "", 1));
        }
        all.push(SchemaStatement::new(
            alter(name, &action, dialect),
            format!("Add the column `{}` to the table `{name}`", column.name),
        ));
        if let Some(fill) = change.fill(&table.after.model, &column.field.name) {
            all.push(fill_statement(name, column, &column.fill(fill, dialect)?, dialect));
        }
    }
    Ok(())
}

/// Makes a table anew, with its rows.
fn rebuild(
    change: &SchemaChange<'_>,
    table: &Altered,
    dialect: &'static dyn Dialect,
    all: &mut Vec<SchemaStatement>,
) -> Result<()> {
    let name = &table.after.name;
    let new = format!("new__{name}");
    let (old_name, new_name) = (quoted(name, dialect), quoted(&new, dialect));
    let (mut columns, mut values) = (Vec::new(), Vec::new());
    for column in &table.after.columns {
        let fill = change.fill(&table.after.model, &column.field.name);
        let fill = fill.map(|fill| column.fill(fill, dialect)).transpose()?;
        let kept = table.columns.iter().find(|kept| kept.after.name == column.name);
        let value = match (kept, fill) {
            (Some(kept), fill) => {
                let value = conversion(&kept.middle, column, dialect).unwrap_or_else(|| quoted(&kept.middle.name, dialect));
                Some(match fill {
                    Some(fill) => format!("coalesce({value}, {fill})"),
                    None => value,
                })
            }
            (None, Some(fill)) => Some(fill),
            // What says nothing gets its default, the next key or NULL, which is refused where it may not be.
            (None, None) => None,
        };
        if let Some(value) = value {
            columns.push(column.name.clone());
            values.push(value);
        }
    }
    let mut make = |sql: String, about: &str| {
        let statement = SchemaStatement::new(sql, format!("{about} the table `{name}`"));
        all.push(SchemaStatement { without_foreign_keys: true, ..statement });
    };
    make(table.after.create("CREATE TABLE ", &new, &|_| false, dialect), "Make anew");
    make(
        format!("INSERT INTO {new_name} ({}) SELECT {} FROM {old_name}", listed(&columns, dialect), values.join(", ")),
        "Copy the rows of",
    );
    let is_counted = |columns: &[Column]| columns.iter().any(|column| column.field.generated);
    if is_counted(&table.middle.columns) && is_counted(&table.after.columns) {
        // The key of a row that was deleted is not given again.
        let (old, new) = (text(name, dialect), text(&new, dialect));
        make(
            format!(
                "DELETE FROM sqlite_sequence WHERE name = {new} AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = {old})"
            ),
            "Keep the last key of",
        );
        make(
            format!("INSERT INTO sqlite_sequence (name, seq) SELECT {new}, seq FROM sqlite_sequence WHERE name = {old}"),
            "Keep the last key of",
        );
    }
    let drop = SchemaStatement::new(format!("DROP TABLE {old_name}"), format!("Drop the old form of the table `{name}`"));
    let triggers = CatalogQuery::new(format!(
        "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = {} COLLATE NOCASE ORDER BY rowid",
        text(name, dialect)
    ));
    all.push(SchemaStatement { without_foreign_keys: true, rebuild: Some(Rebuild::Begins(triggers)), ..drop });
    all.push(legacy(true));
    let rename = SchemaStatement::new(
        alter(&new, &format!("RENAME TO {old_name}"), dialect),
        format!("Put the new table `{name}` in its place"),
    );
    all.push(SchemaStatement { without_foreign_keys: true, ..rename });
    // Renaming anything makes SQLite look whether all triggers and views fit.
    let column = table.after.columns.first().map(|column| quoted(&column.name, dialect)).unwrap_or_default();
    let check = alter(name, &format!("RENAME COLUMN {column} TO {column}"), dialect);
    all.push(SchemaStatement { rebuild: Some(Rebuild::Ends(check)), ..legacy(false) });
    Ok(())
}
