//! Constraints and indexes of a table of a schema and of one of a database.

use orm_core::sql::{Backend, IndexKey, PartShape, ShapeKind, TableShape};

use super::difference::{Difference, PartKind, PartName};
use crate::introspect::tokens::is_same_sql;
use crate::introspect::{Catalog, CatalogTable};

/// Whether two lists of columns are the same.
pub(super) fn same_names(one: &[String], other: &[String], catalog: &Catalog) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| catalog.is_same(one, other))
}

/// A constraint or index, in one form for what should be and for what is.
struct Side {
    kind: PartKind,
    name: Option<String>,
    /// The columns, or what an index orders the rows by.
    keys: Vec<IndexKey>,
    /// The table and columns that a foreign key points at, with its rule; the options of an index; the condition of a check.
    rest: Vec<Piece>,
}

/// A piece of a definition.
enum Piece {
    /// What a database tells as it was said.
    Plain(String),
    /// SQL, which only SQLite tells as it was said; empty where there is none.
    Sql(String),
}

/// Finds what differs between the parts of a table of the schema and those of the live one.
pub(super) fn compare(expected: &TableShape, live: &CatalogTable, catalog: &Catalog, found: &mut Vec<Difference>) {
    let mut left = live_sides(live, catalog.backend);
    let mut missing = Vec::new();
    for side in expected.parts.iter().filter_map(expected_side) {
        let is_it = |other: &Side| {
            other.kind == side.kind
                && match (&side.name, &other.name) {
                    (Some(name), Some(other)) => catalog.is_same(name, other),
                    // What has no name is known by what it is about.
                    _ => !side.keys.is_empty() && same_keys(&side.keys, &other.keys, catalog),
                }
        };
        let Some(at) = left.iter().position(is_it) else {
            missing.push(side);
            continue;
        };
        let other = left.swap_remove(at);
        if !is_same(&side, &other, catalog) {
            let (table, part) = (expected.name.clone(), side.part_name());
            found.push(Difference::ChangedPart { table, part, expected: side.told(), found: other.told() });
        }
    }
    let table = || expected.name.clone();
    found.extend(missing.iter().map(|side| Difference::MissingPart { table: table(), part: side.part_name() }));
    left.sort_by(|one, other| one.name.cmp(&other.name));
    found.extend(left.iter().map(|side| Difference::ExtraPart { table: table(), part: side.part_name() }));
}

fn columns(columns: &[String]) -> Vec<IndexKey> {
    columns.iter().map(|name| IndexKey::Column { name: name.clone(), descending: false }).collect()
}

/// What the schema says of a part; none of the primary key, which is no part of its own here.
fn expected_side(part: &PartShape) -> Option<Side> {
    let plain = |text: &str| Piece::Plain(text.to_owned());
    let (kind, keys, rest) = match &part.kind {
        ShapeKind::Unique { columns: of } => (PartKind::Unique, columns(of), Vec::new()),
        ShapeKind::Check { condition } => (PartKind::Check, Vec::new(), vec![Piece::Sql(condition.clone())]),
        ShapeKind::Exclude => (PartKind::Exclusion, Vec::new(), Vec::new()),
        ShapeKind::ForeignKey { columns: of, table, target, on_delete } => {
            let rest = vec![plain("to"), plain(table), plain(&target.join(", ")), plain(on_delete.sql())];
            (PartKind::ForeignKey, columns(of), rest)
        }
        ShapeKind::Index { unique, keys, include, condition, method } => {
            (PartKind::Index, keys.clone(), index_rest(*unique, include, condition.as_deref(), method.as_deref(), true))
        }
        _ => return None,
    };
    Some(Side { kind, name: part.name.clone(), keys, rest })
}

fn index_rest(unique: bool, include: &[String], condition: Option<&str>, method: Option<&str>, valid: bool) -> Vec<Piece> {
    let said = |is: bool, text: String| Piece::Plain(if is { text } else { String::new() });
    vec![
        said(unique, "unique".to_owned()),
        said(!include.is_empty(), format!("with {}", include.join(", "))),
        // `btree` is what an index is that says nothing.
        method
            .filter(|method| *method != "btree")
            .map_or_else(|| Piece::Plain(String::new()), |method| Piece::Plain(format!("by {method}"))),
        said(!valid, "not whole".to_owned()),
        Piece::Sql(condition.unwrap_or_default().to_owned()),
    ]
}

fn live_sides(live: &CatalogTable, backend: Backend) -> Vec<Side> {
    let plain = |text: &str| Piece::Plain(text.to_owned());
    let mut sides = Vec::new();
    for unique in &live.uniques {
        let (name, keys) = (unique.name.clone(), columns(&unique.columns));
        sides.push(Side { kind: PartKind::Unique, name, keys, rest: Vec::new() });
    }
    for check in &live.checks {
        let rest = vec![Piece::Sql(check.condition.clone())];
        sides.push(Side { kind: PartKind::Check, name: check.name.clone(), keys: Vec::new(), rest });
    }
    for name in &live.exclusions {
        sides.push(Side { kind: PartKind::Exclusion, name: Some(name.clone()), keys: Vec::new(), rest: Vec::new() });
    }
    for key in &live.foreign_keys {
        // MySQL tells NO ACTION as RESTRICT or as itself, and means the same.
        let rest = vec![plain("to"), plain(&key.table), plain(&key.target.join(", ")), plain(key.on_delete.sql())];
        let (name, keys) = (key.name.clone(), columns(&key.columns));
        sides.push(Side { kind: PartKind::ForeignKey, name, keys, rest });
    }
    for index in &live.indexes {
        let method = index.method.as_deref().filter(|_| backend == Backend::Postgres);
        let rest = index_rest(index.unique, &index.include, index.condition.as_deref(), method, index.valid);
        let (name, keys) = (Some(index.name.clone()), index.keys.clone());
        sides.push(Side { kind: PartKind::Index, name, keys, rest });
    }
    sides
}

fn same_keys(one: &[IndexKey], other: &[IndexKey], catalog: &Catalog) -> bool {
    one.len() == other.len()
        && one.iter().zip(other).all(|keys| match keys {
            (IndexKey::Column { name, descending }, IndexKey::Column { name: other, descending: falls }) => {
                catalog.is_same(name, other) && descending == falls
            }
            // Only SQLite tells an expression as it was written.
            (IndexKey::Expression(one), IndexKey::Expression(other)) => {
                catalog.backend != Backend::Sqlite || is_same_sql(one, other)
            }
            _ => false,
        })
}

/// Whether SQL is the same, as far as the database tells; whether there is any, it tells always.
fn same_sql(one: &str, other: &str, catalog: &Catalog) -> bool {
    match catalog.backend {
        Backend::Sqlite => is_same_sql(one, other),
        _ => one.is_empty() == other.is_empty(),
    }
}

fn is_same(one: &Side, other: &Side, catalog: &Catalog) -> bool {
    same_keys(&one.keys, &other.keys, catalog)
        && one.rest.len() == other.rest.len()
        && one.rest.iter().zip(&other.rest).all(|pieces| match pieces {
            (Piece::Plain(one), Piece::Plain(other)) => catalog.is_same(one, other),
            (Piece::Sql(one), Piece::Sql(other)) => same_sql(one, other, catalog),
            _ => false,
        })
}

impl Side {
    fn part_name(&self) -> PartName {
        PartName { kind: self.kind, name: self.name.clone(), about: self.told() }
    }

    /// What it is about, in words.
    fn told(&self) -> String {
        let keys = self.keys.iter().map(|key| match key {
            IndexKey::Column { name, descending: false } => format!("`{name}`"),
            IndexKey::Column { name, descending: true } => format!("`{name}` descending"),
            IndexKey::Expression(sql) => format!("`{sql}`"),
        });
        let keys = keys.collect::<Vec<_>>().join(", ");
        let rest = self.rest.iter().map(|piece| match piece {
            Piece::Plain(text) => text.clone(),
            Piece::Sql(sql) if sql.is_empty() || self.keys.is_empty() => sql.clone(),
            Piece::Sql(sql) => format!("where {sql}"),
        });
        std::iter::once(keys).chain(rest).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
    }
}
