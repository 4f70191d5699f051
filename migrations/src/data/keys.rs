//! Foreign keys of rows that were loaded, and the numbers that the database goes on with.

use orm_core::connection::Connection;
use orm_core::schema::{ModelState, SchemaState};
use orm_core::sql::{Backend, CatalogQuery, Dialect};

use super::error::{Error, Result};
use super::table::Table;
use crate::apply::history::Found;

/// Checks that no row of a model points at nothing.
///
/// # Errors
/// [`Error::Dangling`]; what the database reports.
pub(super) async fn check<C: Connection>(schema: &SchemaState, model: &ModelState, connection: &mut C) -> Result<()> {
    let dialect = connection.dialect();
    for (fields, target) in model.references() {
        let Some(target) = schema.model(target) else { continue };
        let columns: Vec<&str> = fields.iter().filter_map(|field| Some(model.field(field)?.column())).collect();
        let keys: Vec<&str> = target.key_fields().map(|field| field.column()).collect();
        let query = dangling(&model.table, &columns, &target.table, &keys, dialect);
        let mut found = Found(false);
        connection.fetch(&query, &mut found).await?;
        if found.0 {
            return Err(Error::Dangling {
                model: model.name.clone(),
                fields: fields.to_vec(),
                target: Box::new(target.name.clone()),
            });
        }
    }
    if dialect.backend() == Backend::Sqlite {
        // Also what the models do not know of.
        let mut table = String::new();
        dialect.text_literal(&model.table, &mut table);
        let mut found = Found(false);
        connection
            .fetch(&CatalogQuery::new(format!("SELECT \"parent\" FROM pragma_foreign_key_check({table})")), &mut found)
            .await?;
        if found.0 {
            return Err(Error::DanglingUnknown { model: model.name.clone() });
        }
    }
    Ok(())
}

/// Asks for a row that points at nothing.
fn dangling(table: &str, columns: &[&str], target: &str, keys: &[&str], dialect: &dyn Dialect) -> CatalogQuery {
    let quoted = |name: &str| quoted(name, dialect);
    let set: Vec<String> = columns.iter().map(|column| format!("c.{} IS NOT NULL", quoted(column))).collect();
    let same: Vec<String> =
        columns.iter().zip(keys).map(|(column, key)| format!("p.{} = c.{}", quoted(key), quoted(column))).collect();
    CatalogQuery::new(format!(
        "SELECT 1 FROM {} c WHERE {} AND NOT EXISTS (SELECT 1 FROM {} p WHERE {}) LIMIT 1",
        quoted(table),
        set.join(" AND "),
        quoted(target),
        same.join(" AND ")
    ))
}

/// Has the database go on behind the keys that are there, where it does not by itself. It never goes back.
///
/// # Errors
/// What the database reports.
pub(super) async fn go_on_behind<C: Connection>(table: &Table, connection: &mut C) -> Result<()> {
    let dialect = connection.dialect();
    if dialect.features().generates_past_given_keys {
        return Ok(());
    }
    for column in table.key_columns().filter(|column| column.field.generated) {
        let (name, key) = (quoted(&table.name, dialect), quoted(column.field.column(), dialect));
        let (mut of_table, mut of_column) = (String::new(), String::new());
        dialect.text_literal(&name, &mut of_table);
        dialect.text_literal(column.field.column(), &mut of_column);
        let sql = format!(
            "SELECT setval(s, m) FROM (SELECT pg_get_serial_sequence({of_table}, {of_column})::regclass AS s, \
             (SELECT max({key}) FROM {name}) AS m) AS q WHERE s IS NOT NULL AND m > COALESCE(pg_sequence_last_value(s), 0)"
        );
        connection.run_script(&sql).await?;
    }
    Ok(())
}

/// A name between quotes.
pub(super) fn quoted(name: &str, dialect: &dyn Dialect) -> String {
    let mut sql = String::with_capacity(name.len() + 2);
    dialect.identifier(name, &mut sql);
    sql
}
