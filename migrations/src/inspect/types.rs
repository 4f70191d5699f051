//! The kinds of fields that columns of a live database are.

use orm_core::schema::{FieldKind, FieldState};
use orm_core::sql::Backend;

use crate::introspect::{Catalog, CatalogColumn, CatalogEnum};

/// The most digits of a `Decimal`.
const DIGITS: u32 = 28;

/// The kind of a column, with what limits it, in a field without a name; none where no field has such a column.
pub(super) struct Typed {
    pub(super) field: FieldState,
    /// That the field is of another type than the column.
    pub(super) note: Option<String>,
}

/// What a column is. `is_key` says whether it is a part of the primary key or of a foreign key.
pub(super) fn typed(column: &CatalogColumn, catalog: &Catalog, is_key: bool) -> Option<Typed> {
    let written = column.sql_type.to_lowercase();
    let (name, numbers) = split(&written);
    let kind = match catalog.backend {
        Backend::Sqlite => sqlite(&name, column, is_key)?,
        Backend::Postgres => postgres(&column.sql_type, &name, &catalog.enums)?,
        _ => mysql(&name, &written, &numbers)?,
    };
    let mut field = FieldState::new("", kind);
    let mut note = None;
    let (element, is_array) = match &field.kind {
        FieldKind::Array(element) => ((**element).clone(), true),
        kind => (kind.clone(), false),
    };
    match element {
        FieldKind::Text if !is_array && name.contains("char") => {
            field.max_length = numbers.first().copied().filter(|most| *most > 0)
        }
        FieldKind::Decimal => match numbers.as_slice() {
            [digits, places] if *digits <= DIGITS && places <= digits => {
                (field.max_digits, field.decimal_places) = (Some(*digits), Some(*places));
            }
            [digits] if *digits <= DIGITS => (field.max_digits, field.decimal_places) = (Some(*digits), Some(0)),
            _ => {
                (field.max_digits, field.decimal_places) = (Some(DIGITS), Some(10));
                note = Some(format!("Its digits are a guess: the column is `{}`.", column.sql_type));
            }
        },
        _ => {}
    }
    let is_other = match catalog.backend {
        Backend::Sqlite => false,
        Backend::Postgres => matches!(name.as_str(), "json" | "character" | "\"char\"" | "name" | "oid"),
        _ => {
            written.contains("unsigned")
                || matches!(name.as_str(), "tinyint" if numbers.first() != Some(&1))
                || matches!(
                    name.as_str(),
                    "char" | "enum" | "set" | "year" | "mediumint" | "timestamp" | "tinytext" | "mediumtext" | "text"
                )
                || matches!(name.as_str(), "tinyblob" | "blob" | "mediumblob" | "varbinary")
                || (name == "binary" && numbers.first() != Some(&16))
                || (matches!(name.as_str(), "time" | "datetime") && numbers.first() != Some(&6))
        }
    };
    if is_other {
        note = Some(format!("The column is of the type `{}`.", column.sql_type));
    }
    Some(Typed { field, note })
}

/// A type's name, and the numbers behind it.
fn split(written: &str) -> (String, Vec<u32>) {
    let Some((name, rest)) = written.split_once('(') else { return (written.trim().to_owned(), Vec::new()) };
    let (inside, behind) = rest.split_once(')').unwrap_or((rest, ""));
    let numbers = inside.split(',').filter_map(|number| number.trim().parse().ok()).collect();
    (format!("{}{}", name.trim(), behind.trim_end()), numbers)
}

fn sqlite(name: &str, column: &CatalogColumn, is_key: bool) -> Option<FieldKind> {
    if column.collation.as_deref() == Some("amphi_decimal") {
        return Some(FieldKind::Decimal);
    }
    // What other programs declare; SQLite itself takes any word.
    Some(match name {
        "bool" | "boolean" => FieldKind::Bool,
        "smallint" | "int2" => FieldKind::I16,
        "date" => FieldKind::Date,
        "time" => FieldKind::Time,
        "datetime" | "timestamp" => FieldKind::DateTime,
        "json" | "jsonb" => FieldKind::Json,
        "uuid" => FieldKind::Uuid,
        _ if name.contains("int") => FieldKind::I64,
        _ if name.contains("char") || name.contains("clob") || name.contains("text") => FieldKind::Text,
        // Bytes are no key; a UUID is.
        _ if name.contains("blob") && is_key => FieldKind::Uuid,
        _ if name.contains("blob") => FieldKind::Bytes,
        _ if name.contains("real") || name.contains("floa") || name.contains("doub") => FieldKind::F64,
        _ if name.contains("dec") || name.contains("num") => FieldKind::Decimal,
        _ => return None,
    })
}

fn postgres(written: &str, name: &str, enums: &[CatalogEnum]) -> Option<FieldKind> {
    let unquoted = |name: &str| {
        let inside = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
        inside.map_or_else(|| name.to_owned(), |name| name.replace("\"\"", "\""))
    };
    if let Some(element) = written.strip_suffix("[]") {
        let (element_name, _) = split(&element.to_lowercase());
        let kind = postgres(element, &element_name, enums)?;
        let is_scalar = !matches!(kind, FieldKind::Json | FieldKind::Bytes | FieldKind::Array(_));
        return is_scalar.then(|| FieldKind::Array(Box::new(kind)));
    }
    if let Some(of) = enums.iter().find(|of| of.name == unquoted(written)) {
        return Some(FieldKind::Enum { name: of.name.clone(), labels: of.labels.clone() });
    }
    Some(match name {
        "boolean" => FieldKind::Bool,
        "smallint" => FieldKind::I16,
        "integer" => FieldKind::I32,
        "bigint" | "oid" => FieldKind::I64,
        "real" => FieldKind::F32,
        "double precision" => FieldKind::F64,
        "text" | "character varying" | "character" | "name" | "\"char\"" => FieldKind::Text,
        "bytea" => FieldKind::Bytes,
        "date" => FieldKind::Date,
        "time without time zone" => FieldKind::Time,
        "timestamp without time zone" => FieldKind::DateTime,
        "timestamp with time zone" => FieldKind::Timestamp,
        "uuid" => FieldKind::Uuid,
        "numeric" => FieldKind::Decimal,
        "json" | "jsonb" => FieldKind::Json,
        _ => return None,
    })
}

fn mysql(name: &str, written: &str, numbers: &[u32]) -> Option<FieldKind> {
    let is_unsigned = written.contains("unsigned");
    let plain = name.split(' ').next().unwrap_or(name).trim_end_matches("unsigned").trim_end_matches("zerofill");
    Some(match plain {
        "tinyint" if numbers.first() == Some(&1) => FieldKind::Bool,
        "tinyint" | "year" => FieldKind::I16,
        "smallint" if !is_unsigned => FieldKind::I16,
        "smallint" | "mediumint" => FieldKind::I32,
        "int" if !is_unsigned => FieldKind::I32,
        "int" | "bigint" => FieldKind::I64,
        "float" => FieldKind::F32,
        "double" => FieldKind::F64,
        "varchar" | "char" | "text" | "tinytext" | "mediumtext" | "longtext" | "enum" | "set" => FieldKind::Text,
        "binary" if numbers.first() == Some(&16) => FieldKind::Uuid,
        "binary" | "varbinary" | "blob" | "tinyblob" | "mediumblob" | "longblob" => FieldKind::Bytes,
        "date" => FieldKind::Date,
        "time" => FieldKind::Time,
        "datetime" => FieldKind::DateTime,
        "timestamp" => FieldKind::Timestamp,
        "decimal" => FieldKind::Decimal,
        "json" => FieldKind::Json,
        "uuid" => FieldKind::Uuid,
        _ => return None,
    })
}
