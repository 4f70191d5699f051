//! A table of a schema and one of a database.

use orm_core::sql::{ColumnShape, EnumShape, ShapeKind, TableShape};

use super::difference::Difference;
use super::{defaults, parts, types};
use crate::introspect::{Catalog, CatalogColumn, CatalogTable, Generated};

/// Finds what differs between a table of the schema and the live one.
pub(super) fn table(expected: &TableShape, live: &CatalogTable, catalog: &Catalog, found: &mut Vec<Difference>) {
    let table = || expected.name.clone();
    if expected.comment != live.comment {
        let (expected, live) = (expected.comment.clone(), live.comment.clone());
        found.push(Difference::Comment { table: table(), column: None, expected, found: live });
    }
    for column in &expected.columns {
        match live.columns.iter().find(|other| catalog.is_same(&other.name, &column.name)) {
            None => found.push(Difference::MissingColumn { table: table(), column: column.name.clone() }),
            Some(other) => compare_column(&expected.name, column, other, catalog, found),
        }
    }
    for other in &live.columns {
        if !expected.columns.iter().any(|column| catalog.is_same(&other.name, &column.name)) {
            found.push(Difference::ExtraColumn { table: table(), column: other.name.clone() });
        }
    }
    let key = expected.parts.iter().find_map(|part| match &part.kind {
        ShapeKind::Primary { columns } => Some(columns),
        _ => None,
    });
    if let Some(key) = key
        && !parts::same_names(key, &live.primary_key, catalog)
    {
        found.push(Difference::PrimaryKey { table: table(), expected: key.clone(), found: live.primary_key.clone() });
    }
    parts::compare(expected, live, catalog, found);
}

fn compare_column(table: &str, expected: &ColumnShape, live: &CatalogColumn, catalog: &Catalog, found: &mut Vec<Difference>) {
    let (table, column, backend) = (table.to_owned(), expected.name.clone(), catalog.backend);
    let should = types::expected(expected, backend);
    let is = types::found(live, backend, should.1.is_some());
    if should != is {
        let (table, column) = (table.clone(), column.clone());
        found.push(Difference::ColumnType { table, column, expected: types::told(&should), found: types::told(&is) });
    }
    let field = &expected.field;
    if field.nullable != live.nullable {
        found.push(Difference::Nullability { table: table.clone(), column: column.clone(), nullable: field.nullable });
    }
    let is_made = match &live.generated {
        // Any lone integer key of SQLite is counted up, without AUTOINCREMENT anew from the last row that is left.
        Some(Generated::Sequence) if backend == orm_core::sql::Backend::Sqlite => false,
        other => other.is_some(),
    };
    let as_it_should = field.generated == is_made && (!field.generated || live.generated == Some(Generated::Counted));
    if !as_it_should {
        found.push(Difference::Generated { table: table.clone(), column: column.clone(), expected: field.generated });
    }
    if !defaults::is_same(expected, live.default.as_deref(), backend) {
        let (expected, is) = (expected.default.clone(), live.default.clone());
        found.push(Difference::Default { table: table.clone(), column: column.clone(), expected, found: is });
    }
    if field.comment != live.comment {
        let (expected, is) = (field.comment.clone(), live.comment.clone());
        found.push(Difference::Comment { table, column: Some(column), expected, found: is });
    }
}

/// Finds what differs between the enums of the schema and those of the database.
pub(super) fn enums(expected: &[EnumShape], catalog: &Catalog, found: &mut Vec<Difference>) {
    for of in expected {
        match catalog.enums.iter().find(|other| other.name == of.name) {
            None => found.push(Difference::MissingEnum { name: of.name.clone() }),
            Some(other) if other.labels != of.labels => found.push(Difference::EnumLabels {
                name: of.name.clone(),
                expected: of.labels.clone(),
                found: other.labels.clone(),
            }),
            Some(_) => {}
        }
    }
    for other in catalog.enums.iter().filter(|other| !expected.iter().any(|of| of.name == other.name)) {
        found.push(Difference::ExtraEnum { name: other.name.clone() });
    }
}
