//! SQLite: its pragmas as tables, and the text of each table for what no pragma tells.

use orm_core::Result;
use orm_core::connection::Connection;
use orm_core::sql::{Backend, IndexKey, OnDeleteRule};

use super::catalog::{Catalog, CatalogColumn, CatalogForeignKey, CatalogIndex, CatalogTable, CatalogUnique, Generated};
use super::rows::{Row, rows, text, truth};
use super::sqlite_text::{TableText, index_text};

const TABLES: &str = "SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') \
    AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";

const COLUMNS: &str = "SELECT t.name, c.name, c.type, CAST(c.\"notnull\" AS TEXT), c.dflt_value, CAST(c.pk AS TEXT) \
    FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c WHERE t.type IN ('table', 'view') ORDER BY t.name, c.cid";

const INDEXES: &str = "SELECT t.name, i.name, CAST(i.\"unique\" AS TEXT), i.origin, s.sql \
    FROM sqlite_schema t JOIN pragma_index_list(t.name) i LEFT JOIN sqlite_schema s ON s.type = 'index' AND s.name = i.name \
    WHERE t.type = 'table' ORDER BY t.name, i.name";

const INDEX_COLUMNS: &str = "SELECT i.name, x.name, CAST(x.\"desc\" AS TEXT) \
    FROM sqlite_schema t JOIN pragma_index_list(t.name) i JOIN pragma_index_xinfo(i.name) x \
    WHERE t.type = 'table' AND x.\"key\" = 1 ORDER BY i.name, x.seqno";

const FOREIGN_KEYS: &str = "SELECT t.name, CAST(f.id AS TEXT), f.\"table\", f.\"from\", f.\"to\", f.on_delete \
    FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table' ORDER BY t.name, f.id, f.seq";

const TRIGGERS: &str = "SELECT tbl_name, name FROM sqlite_schema WHERE type = 'trigger' ORDER BY name";

pub(super) async fn read<C: Connection>(connection: &mut C) -> Result<Catalog> {
    let mut catalog = Catalog { backend: Backend::Sqlite, tables: Vec::new(), enums: Vec::new() };
    let mut texts = Vec::new();
    for [name, kind, sql] in rows(connection, TABLES).await? {
        let table = CatalogTable { name: text(name), is_view: text(kind) == "view", ..CatalogTable::default() };
        texts.push((table.name.clone(), TableText::read(&text(sql))));
        catalog.tables.push(table);
    }
    columns(&mut catalog, rows(connection, COLUMNS).await?);
    for (name, found) in &mut texts {
        if let Some(table) = catalog.table_mut(name) {
            take(table, found);
        }
    }
    let parts = rows(connection, INDEX_COLUMNS).await?;
    indexes(&mut catalog, rows(connection, INDEXES).await?, &parts, &texts);
    foreign_keys(&mut catalog, rows(connection, FOREIGN_KEYS).await?, &texts);
    for [table, name] in rows(connection, TRIGGERS).await? {
        if let Some(table) = catalog.table_mut(&text(table)) {
            table.triggers.push(text(name));
        }
    }
    Ok(catalog)
}

fn columns(catalog: &mut Catalog, rows: Vec<Row<6>>) {
    let mut keys: Vec<(String, usize, String)> = Vec::new();
    for [table, name, sql_type, not_null, default, key] in rows {
        let (table, name) = (text(table), text(name));
        if let Some(at) = key.and_then(|key| key.parse().ok()).filter(|at: &usize| *at > 0) {
            keys.push((table.clone(), at, name.clone()));
        }
        if let Some(table) = catalog.table_mut(&table) {
            let nullable = !truth(&not_null);
            table.columns.push(CatalogColumn { name, sql_type: text(sql_type), nullable, default, ..CatalogColumn::default() });
        }
    }
    keys.sort();
    for (table, _, column) in keys {
        if let Some(table) = catalog.table_mut(&table) {
            table.primary_key.push(column);
        }
    }
}

/// What the table's text tells.
fn take(table: &mut CatalogTable, found: &mut TableText) {
    table.checks.append(&mut found.checks);
    for (column, collation) in found.collations.drain(..) {
        if let Some(column) = table.column_mut(&column) {
            column.collation = Some(collation);
        }
    }
    for (column, generated) in found.generated.drain(..) {
        if let Some(column) = table.column_mut(&column) {
            column.generated = Some(generated);
        }
    }
    // Any lone INTEGER PRIMARY KEY is counted up, AUTOINCREMENT or not.
    if let [key] = table.primary_key.as_slice() {
        let key = key.clone();
        if let Some(column) = table.column_mut(&key)
            && column.sql_type.eq_ignore_ascii_case("INTEGER")
            && column.generated.is_none()
        {
            column.generated = Some(Generated::Sequence);
        }
    }
}

fn name_of(names: &[(Vec<String>, String)], columns: &[String]) -> Option<String> {
    let is_same = |of: &[String]| of.len() == columns.len() && of.iter().zip(columns).all(|(a, b)| a.eq_ignore_ascii_case(b));
    names.iter().find(|(of, _)| is_same(of)).map(|(_, name)| name.clone())
}

fn indexes(catalog: &mut Catalog, rows: Vec<Row<5>>, parts: &[Row<3>], texts: &[(String, TableText)]) {
    for [table, name, unique, origin, sql] in rows {
        let (table, name) = (text(table), text(name));
        let own: Vec<&Row<3>> = parts.iter().filter(|[index, ..]| index.as_deref() == Some(&name)).collect();
        let names = texts.iter().find(|(of, _)| *of == table).map(|(_, found)| found.uniques.as_slice()).unwrap_or_default();
        let Some(table) = catalog.table_mut(&table) else { continue };
        match origin.as_deref() {
            Some("pk") => {}
            Some("u") => {
                let columns: Vec<String> = own.iter().map(|[_, column, _]| text(column.clone())).collect();
                table.uniques.push(CatalogUnique { name: name_of(names, &columns), columns });
            }
            _ => {
                let (terms, condition) = index_text(&text(sql));
                let key = |(at, [_, column, descending]): (usize, &&Row<3>)| match column {
                    Some(name) => IndexKey::Column { name: name.clone(), descending: truth(descending) },
                    None => IndexKey::Expression(terms.get(at).cloned().unwrap_or_default()),
                };
                let keys = own.iter().enumerate().map(key).collect();
                let (unique, include) = (truth(&unique), Vec::new());
                table.indexes.push(CatalogIndex { name, unique, keys, include, condition, method: None, valid: true });
            }
        }
    }
}

fn foreign_keys(catalog: &mut Catalog, rows: Vec<Row<6>>, texts: &[(String, TableText)]) {
    let keys: Vec<(String, Vec<String>)> =
        catalog.tables.iter().map(|table| (table.name.clone(), table.primary_key.clone())).collect();
    for same in rows.chunk_by(|[table, id, ..], [other, next, ..]| (table, id) == (other, next)) {
        let Some([table, _, target, _, _, on_delete]) = same.first() else { continue };
        let (name, target) = (text(table.clone()), text(target.clone()));
        let Some(table) = catalog.table_mut(&name) else { continue };
        let columns: Vec<String> = same.iter().map(|[_, _, _, from, ..]| text(from.clone())).collect();
        let named: Option<Vec<String>> = same.iter().map(|[_, _, _, _, to, _]| to.clone()).collect();
        // One that names no columns points at the primary key.
        let whole = || keys.iter().find(|(of, _)| of.eq_ignore_ascii_case(&target)).map(|(_, key)| key.clone());
        let names = texts.iter().find(|(of, _)| *of == name).map(|(_, found)| found.foreign_keys.as_slice());
        table.foreign_keys.push(CatalogForeignKey {
            name: name_of(names.unwrap_or_default(), &columns),
            columns,
            target: named.or_else(whole).unwrap_or_default(),
            table: target,
            on_delete: OnDeleteRule::from_sql(&text(on_delete.clone())).unwrap_or_default(),
            validated: true,
        });
    }
}
