//! Types of columns in the words that a database's catalogue has for them.

use orm_core::sql::{Backend, ColumnShape};

use crate::introspect::CatalogColumn;

/// The type that a schema has for a column, and its collation where that matters, as the catalogue would say them.
pub(super) fn expected(column: &ColumnShape, backend: Backend) -> (String, Option<String>) {
    let (sql_type, collation) = match column.sql_type.split_once(" COLLATE ") {
        Some((sql_type, collation)) => (sql_type, Some(collation.trim_matches('"').to_owned())),
        None => (column.sql_type.as_str(), None),
    };
    (normal(sql_type, backend), collation)
}

/// The type of a live column, and its collation where the schema has one too.
pub(super) fn found(column: &CatalogColumn, backend: Backend, with_collation: bool) -> (String, Option<String>) {
    (normal(&column.sql_type, backend), column.collation.clone().filter(|_| with_collation))
}

/// A type and collation, as it is told.
pub(super) fn told((sql_type, collation): &(String, Option<String>)) -> String {
    match collation {
        Some(collation) => format!("`{sql_type}` with the collation `{collation}`"),
        None => format!("`{sql_type}`"),
    }
}

/// One form of what can be written in several.
pub(crate) fn normal(sql_type: &str, backend: Backend) -> String {
    match backend {
        Backend::Postgres => normal_postgres(sql_type),
        Backend::Sqlite => sql_type.to_uppercase(),
        _ => {
            let lower = sql_type.to_lowercase().replace(", ", ",");
            // The width of an integer says how it is shown, and MySQL no longer tells it; that of TINYINT(1) says that it is a truth.
            let integer = ["smallint", "mediumint", "int", "bigint"]
                .iter()
                .find(|name| lower.strip_prefix(**name).and_then(|rest| rest.strip_prefix('(')?.split_once(')')).is_some());
            match (integer, lower.split_once(')')) {
                (Some(name), Some((_, rest))) => format!("{name}{rest}"),
                _ => lower,
            }
        }
    }
}

fn normal_postgres(sql_type: &str) -> String {
    let (element, array) = match sql_type.strip_suffix("[]") {
        Some(element) => (element, "[]"),
        None => (sql_type, ""),
    };
    let name = match element {
        "varchar" => "character varying".to_owned(),
        "time" => "time without time zone".to_owned(),
        "timestamp" => "timestamp without time zone".to_owned(),
        "timestamptz" => "timestamp with time zone".to_owned(),
        other => match other.strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
            Some(name) => name.replace("\"\"", "\""),
            None => match other.strip_prefix("varchar(") {
                Some(length) => format!("character varying({length}"),
                None => other.replace(", ", ","),
            },
        },
    };
    name + array
}

#[cfg(test)]
mod tests {
    use orm_core::sql::Backend;

    use super::normal;

    #[test]
    fn both_ways_to_write_a_type_are_one() {
        for (written, told) in [
            ("varchar(40)", "character varying(40)"),
            ("numeric(8, 2)", "numeric(8,2)"),
            ("timestamptz", "timestamp with time zone"),
            ("\"mood\"[]", "mood[]"),
            ("\"Mo\"\"od\"", "\"Mo\"\"od\""),
        ] {
            assert_eq!(normal(written, Backend::Postgres), normal(told, Backend::Postgres));
        }
        for (written, told) in [("INT", "int(11)"), ("BIGINT", "bigint(20)"), ("DECIMAL(8, 2)", "decimal(8,2)")] {
            assert_eq!(normal(written, Backend::MySql), normal(told, Backend::MySql));
        }
        assert_ne!(normal("int(11) unsigned", Backend::MySql), normal("INT", Backend::MySql));
        assert_ne!(normal("tinyint(4)", Backend::MySql), normal("TINYINT(1)", Backend::MySql));
    }
}
