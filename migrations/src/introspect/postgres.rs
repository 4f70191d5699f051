//! PostgreSQL: the system catalogues of the current schema.

use orm_core::Result;
use orm_core::connection::Connection;
use orm_core::sql::{Backend, IndexKey, OnDeleteRule};

use super::catalog::{
    Catalog, CatalogCheck, CatalogColumn, CatalogEnum, CatalogForeignKey, CatalogIndex, CatalogTable, CatalogUnique, Generated,
};
use super::rows::{Row, list, rows, said, text, truth};

// What an extension brought with it is its own.
const TABLES: &str = "SELECT c.relname::text, c.relkind::text, obj_description(c.oid, 'pg_class') FROM pg_class c \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition \
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') \
    ORDER BY c.relname";

const COLUMNS: &str = "SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text, \
    a.attidentity::text, a.attgenerated::text, l.collname::text, pg_get_expr(d.adbin, d.adrelid), col_description(c.oid, a.attnum) \
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation \
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 \
    AND NOT a.attisdropped ORDER BY c.relname, a.attnum";

const CONSTRAINTS: &str = "SELECT c.relname::text, n.conname::text, n.contype::text, \
    (SELECT string_agg(a.attname, chr(31) ORDER BY k.at) FROM unnest(n.conkey) WITH ORDINALITY k (number, at) \
    JOIN pg_attribute a ON a.attrelid = n.conrelid AND a.attnum = k.number), pg_get_expr(n.conbin, n.conrelid), t.relname::text, \
    (SELECT string_agg(a.attname, chr(31) ORDER BY k.at) FROM unnest(n.confkey) WITH ORDINALITY k (number, at) \
    JOIN pg_attribute a ON a.attrelid = n.confrelid AND a.attnum = k.number), n.confdeltype::text, n.convalidated::text \
    FROM pg_constraint n JOIN pg_class c ON c.oid = n.conrelid LEFT JOIN pg_class t ON t.oid = n.confrelid \
    WHERE n.connamespace = current_schema()::regnamespace AND n.contype IN ('p', 'u', 'c', 'f', 'x') ORDER BY c.relname, n.conname";

// An index without a constraint, a row for each of its columns.
const INDEXES: &str = "SELECT t.relname::text, c.relname::text, i.indisunique::text, m.amname::text, i.indisvalid::text, \
    pg_get_expr(i.indpred, i.indrelid), a.attname::text, pg_get_indexdef(c.oid, k.at, true), \
    ((i.indoption[k.at - 1] & 1) = 1)::text, (k.at > i.indnkeyatts)::text \
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid JOIN pg_am m ON m.oid = c.relam \
    CROSS JOIN LATERAL generate_series(1, i.indnatts::int) k (at) \
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.at - 1] AND a.attnum > 0 \
    WHERE c.relnamespace = current_schema()::regnamespace \
    AND NOT EXISTS (SELECT 1 FROM pg_constraint n WHERE n.conindid = c.oid AND n.contype IN ('p', 'u', 'x')) \
    ORDER BY t.relname, c.relname, k.at";

const ENUMS: &str = "SELECT t.typname::text, (SELECT string_agg(e.enumlabel, chr(31) ORDER BY e.enumsortorder) FROM pg_enum e \
    WHERE e.enumtypid = t.oid) FROM pg_type t WHERE t.typnamespace = current_schema()::regnamespace AND t.typtype = 'e' \
    ORDER BY t.typname";

const TRIGGERS: &str = "SELECT c.relname::text, g.tgname::text FROM pg_trigger g JOIN pg_class c ON c.oid = g.tgrelid \
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT g.tgisinternal ORDER BY c.relname, g.tgname";

pub(super) async fn read<C: Connection>(connection: &mut C) -> Result<Catalog> {
    let mut catalog = Catalog { backend: Backend::Postgres, tables: Vec::new(), enums: Vec::new() };
    for [name, kind, comment] in rows(connection, TABLES).await? {
        let is_view = matches!(kind.as_deref(), Some("v" | "m" | "f"));
        catalog.tables.push(CatalogTable { name: text(name), is_view, comment: said(comment), ..CatalogTable::default() });
    }
    columns(&mut catalog, rows(connection, COLUMNS).await?);
    constraints(&mut catalog, rows(connection, CONSTRAINTS).await?);
    indexes(&mut catalog, rows(connection, INDEXES).await?);
    for [name, labels] in rows(connection, ENUMS).await? {
        catalog.enums.push(CatalogEnum { name: text(name), labels: list(labels) });
    }
    for [table, name] in rows(connection, TRIGGERS).await? {
        if let Some(table) = catalog.table_mut(&text(table)) {
            table.triggers.push(text(name));
        }
    }
    Ok(catalog)
}

fn columns(catalog: &mut Catalog, rows: Vec<Row<9>>) {
    for [table, name, sql_type, not_null, identity, computed, collation, default, comment] in rows {
        let Some(table) = catalog.table_mut(&text(table)) else { continue };
        let (mut default, mut generated) = (default, None);
        match (identity.as_deref(), computed.as_deref()) {
            (Some("d"), _) => generated = Some(Generated::Counted),
            (Some("a"), _) => generated = Some(Generated::CountedAlways),
            (_, Some("s" | "v")) => generated = default.take().map(Generated::Computed),
            _ if default.as_deref().is_some_and(|default| default.starts_with("nextval(")) => {
                (default, generated) = (None, Some(Generated::Sequence));
            }
            _ => {}
        }
        table.columns.push(CatalogColumn {
            name: text(name),
            sql_type: text(sql_type),
            collation,
            nullable: !truth(&not_null),
            default,
            generated,
            comment: said(comment),
        });
    }
}

fn constraints(catalog: &mut Catalog, rows: Vec<Row<9>>) {
    for [table, name, kind, columns, condition, target_table, target, on_delete, validated] in rows {
        let Some(table) = catalog.table_mut(&text(table)) else { continue };
        let (name, columns, validated) = (text(name), list(columns), truth(&validated));
        match kind.as_deref() {
            Some("p") => table.primary_key = columns,
            Some("u") => table.uniques.push(CatalogUnique { name: Some(name), columns }),
            Some("c") => {
                table.checks.push(CatalogCheck { name: Some(name), condition: text(condition), validated });
            }
            Some("x") => table.exclusions.push(name),
            _ => table.foreign_keys.push(CatalogForeignKey {
                name: Some(name),
                columns,
                table: text(target_table),
                target: list(target),
                on_delete: match on_delete.as_deref() {
                    Some("c") => OnDeleteRule::Cascade,
                    Some("r") => OnDeleteRule::Restrict,
                    Some("n") => OnDeleteRule::SetNull,
                    Some("d") => OnDeleteRule::SetDefault,
                    _ => OnDeleteRule::NoAction,
                },
                validated,
            }),
        }
    }
}

fn indexes(catalog: &mut Catalog, rows: Vec<Row<10>>) {
    for [table, name, unique, method, valid, condition, column, expression, descending, beside] in rows {
        let Some(table) = catalog.table_mut(&text(table)) else { continue };
        let name = text(name);
        if table.indexes.last().is_none_or(|index| index.name != name) {
            table.indexes.push(CatalogIndex {
                name,
                unique: truth(&unique),
                keys: Vec::new(),
                include: Vec::new(),
                condition,
                method: method.filter(|method| method != "btree"),
                valid: truth(&valid),
            });
        }
        let Some(index) = table.indexes.last_mut() else { continue };
        match column {
            Some(column) if truth(&beside) => index.include.push(column),
            Some(name) => index.keys.push(IndexKey::Column { name, descending: truth(&descending) }),
            None => index.keys.push(IndexKey::Expression(text(expression))),
        }
    }
}
