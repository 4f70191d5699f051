//! MySQL and MariaDB: the information schema of the current database.

use orm_core::Result;
use orm_core::connection::Connection;
use orm_core::sql::{Backend, IndexKey, OnDeleteRule};

use super::catalog::{
    Catalog, CatalogCheck, CatalogColumn, CatalogForeignKey, CatalogIndex, CatalogTable, CatalogUnique, Generated,
};
use super::rows::{Row, rows, said, text, truth};

const TABLES: &str = "SELECT TABLE_NAME, TABLE_TYPE, TABLE_COMMENT FROM information_schema.TABLES \
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED') ORDER BY TABLE_NAME";

const COLUMNS: &str = "SELECT TABLE_NAME, COLUMN_NAME, CAST(COLUMN_TYPE AS CHAR), IS_NULLABLE, CAST(COLUMN_DEFAULT AS CHAR), EXTRA, \
    COLLATION_NAME, COLUMN_COMMENT, CAST(GENERATION_EXPRESSION AS CHAR) FROM information_schema.COLUMNS \
    WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION";

const INDEXES: &str = "SELECT TABLE_NAME, INDEX_NAME, CAST(NON_UNIQUE AS CHAR), COLUMN_NAME, COLLATION, INDEX_TYPE \
    FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX";

const FOREIGN_KEYS: &str = "SELECT k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME, k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, \
    r.DELETE_RULE FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.REFERENTIAL_CONSTRAINTS r \
    ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME AND r.TABLE_NAME = k.TABLE_NAME \
    WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL \
    ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION";

// On MariaDB the name of a check is its table's alone, on MySQL the schema's, where the table is told elsewhere.
const MARIADB_CHECKS: &str = "SELECT TABLE_NAME, CONSTRAINT_NAME, CAST(CHECK_CLAUSE AS CHAR) FROM information_schema.CHECK_CONSTRAINTS \
    WHERE CONSTRAINT_SCHEMA = DATABASE() ORDER BY TABLE_NAME, CONSTRAINT_NAME";

const MYSQL_CHECKS: &str = "SELECT t.TABLE_NAME, c.CONSTRAINT_NAME, CAST(c.CHECK_CLAUSE AS CHAR) \
    FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t \
    ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME AND t.CONSTRAINT_TYPE = 'CHECK' \
    WHERE c.CONSTRAINT_SCHEMA = DATABASE() ORDER BY t.TABLE_NAME, c.CONSTRAINT_NAME";

const TRIGGERS: &str = "SELECT EVENT_OBJECT_TABLE, TRIGGER_NAME FROM information_schema.TRIGGERS \
    WHERE EVENT_OBJECT_SCHEMA = DATABASE() ORDER BY EVENT_OBJECT_TABLE, TRIGGER_NAME";

pub(super) async fn read<C: Connection>(connection: &mut C) -> Result<Catalog> {
    let is_mariadb = connection.dialect().features().name == "MariaDB";
    let mut catalog = Catalog { backend: Backend::MySql, tables: Vec::new(), enums: Vec::new() };
    for [name, kind, comment] in rows(connection, TABLES).await? {
        let is_view = kind.as_deref() == Some("VIEW");
        let comment = said(comment).filter(|_| !is_view);
        catalog.tables.push(CatalogTable { name: text(name), is_view, comment, ..CatalogTable::default() });
    }
    columns(&mut catalog, rows(connection, COLUMNS).await?, is_mariadb);
    indexes(&mut catalog, rows(connection, INDEXES).await?);
    foreign_keys(&mut catalog, rows(connection, FOREIGN_KEYS).await?);
    checks(&mut catalog, rows(connection, if is_mariadb { MARIADB_CHECKS } else { MYSQL_CHECKS }).await?);
    for [table, name] in rows(connection, TRIGGERS).await? {
        if let Some(table) = catalog.table_mut(&text(table)) {
            table.triggers.push(text(name));
        }
    }
    Ok(catalog)
}

fn columns(catalog: &mut Catalog, rows: Vec<Row<9>>, is_mariadb: bool) {
    for [table, name, sql_type, nullable, default, extra, collation, comment, computed] in rows {
        let Some(table) = catalog.table_mut(&text(table)) else { continue };
        let extra = text(extra);
        let generated = match said(computed) {
            Some(expression) => Some(Generated::Computed(expression)),
            None => extra.contains("auto_increment").then_some(Generated::Counted),
        };
        // MariaDB writes a default as SQL and the want of one as NULL; MySQL writes a value without quotes.
        let default = match default {
            Some(default) if is_mariadb => Some(default).filter(|default| default != "NULL"),
            Some(value) if !extra.contains("DEFAULT_GENERATED") => Some(format!("'{}'", value.replace('\'', "''"))),
            other => other,
        };
        table.columns.push(CatalogColumn {
            name: text(name),
            sql_type: text(sql_type),
            collation,
            nullable: truth(&nullable),
            default,
            generated,
            comment: said(comment),
        });
    }
}

fn indexes(catalog: &mut Catalog, rows: Vec<Row<6>>) {
    for same in rows.chunk_by(|[table, index, ..], [other, next, ..]| (table, index) == (other, next)) {
        let Some([table, name, not_unique, _, _, method]) = same.first() else { continue };
        let Some(table) = catalog.table_mut(&text(table.clone())) else { continue };
        let name = text(name.clone());
        let columns = || same.iter().map(|[_, _, _, column, ..]| text(column.clone())).collect::<Vec<String>>();
        if name == "PRIMARY" {
            table.primary_key = columns();
        } else if !truth(not_unique) {
            table.uniques.push(CatalogUnique { name: Some(name), columns: columns() });
        } else {
            let key = |[_, _, _, column, order, _]: &Row<6>| match column {
                Some(name) => IndexKey::Column { name: name.clone(), descending: order.as_deref() == Some("D") },
                None => IndexKey::Expression(String::new()),
            };
            table.indexes.push(CatalogIndex {
                name,
                unique: false,
                keys: same.iter().map(key).collect(),
                include: Vec::new(),
                condition: None,
                method: method.as_deref().filter(|method| *method != "BTREE").map(str::to_lowercase),
                valid: true,
            });
        }
    }
}

fn foreign_keys(catalog: &mut Catalog, rows: Vec<Row<6>>) {
    for same in rows.chunk_by(|[table, key, ..], [other, next, ..]| (table, key) == (other, next)) {
        let Some([table, name, _, target, _, on_delete]) = same.first() else { continue };
        let Some(table) = catalog.table_mut(&text(table.clone())) else { continue };
        table.foreign_keys.push(CatalogForeignKey {
            name: name.clone(),
            columns: same.iter().map(|[_, _, column, ..]| text(column.clone())).collect(),
            table: text(target.clone()),
            target: same.iter().map(|[_, _, _, _, column, _]| text(column.clone())).collect(),
            on_delete: OnDeleteRule::from_sql(&text(on_delete.clone())).unwrap_or_default(),
            validated: true,
        });
    }
}

fn checks(catalog: &mut Catalog, rows: Vec<Row<3>>) {
    for [table, name, condition] in rows {
        let Some(table) = catalog.table_mut(&text(table)) else { continue };
        let (name, condition) = (text(name), text(condition));
        // MariaDB's JSON is a text with a check that is called like its column.
        let is_json = condition.to_lowercase().starts_with("json_valid(");
        match table.columns.iter_mut().find(|column| is_json && column.name == name && column.sql_type == "longtext") {
            Some(column) => {
                column.sql_type = "json".to_owned();
                column.collation = None;
            }
            None => table.checks.push(CatalogCheck { name: Some(name), condition, validated: true }),
        }
    }
}
