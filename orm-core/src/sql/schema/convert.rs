//! How the values of a column become those of another kind.

use super::name::quoted;
use super::table::Column;
use crate::schema::FieldKind;
use crate::sql::{Backend, Dialect};

/// The expression that makes a value of the new kind of one of the old; none where the database does it by itself when it stores the
/// one in a column of the other, and refuses what does not fit.
pub(super) fn conversion(from: &Column, to: &Column, dialect: &dyn Dialect) -> Option<String> {
    let column = quoted(&from.name, dialect);
    let (old, new) = (&from.field.kind, &to.field.kind);
    if old == new {
        return None;
    }
    match dialect.backend() {
        Backend::Sqlite => sqlite(old, new, &column),
        Backend::Postgres => postgres(old, new, &column, bare(&to.sql_type)),
        Backend::MySql => mysql(old, new, &column),
    }
}

/// A type without its collation.
fn bare(sql_type: &str) -> &str {
    sql_type.split_once(" COLLATE ").map_or(sql_type, |(bare, _)| bare)
}

fn sqlite(old: &FieldKind, new: &FieldKind, column: &str) -> Option<String> {
    use FieldKind::{Bool, Bytes, Date, DateTime, Decimal, F32, F64, I16, I32, I64, Text, Time, Timestamp, Uuid};
    Some(match (old, new) {
        (Date, DateTime | Timestamp) => format!("{column} || ' 00:00:00.000000'"),
        (DateTime | Timestamp, Date) => format!("substr({column}, 1, 10)"),
        (DateTime | Timestamp, Time) => format!("substr({column}, 12)"),
        (I16 | I32 | I64 | F32 | F64, Bool) => format!("{column} <> 0"),
        (F32 | F64, I16 | I32 | I64) => format!("CAST(round({column}) AS INTEGER)"),
        // It refuses what is no number, and writes the others as the driver does.
        (Bool | I16 | I32 | I64 | F32 | F64 | Text, Decimal) => format!("amphi_decimal_add({column}, 0)"),
        (Bytes, Text) => format!("CAST({column} AS TEXT)"),
        (Text, Bytes) => format!("CAST({column} AS BLOB)"),
        (Uuid, Text) => uuid_parts(&format!("lower(hex({column}))")).join(" || '-' || "),
        // A text that is no UUID stays one, which the column refuses.
        (Text, Uuid) => format!("coalesce(unhex(replace({column}, '-', '')), {column})"),
        _ => return None,
    })
}

/// The parts of a UUID's text, of its digits.
fn uuid_parts(digits: &str) -> [String; 5] {
    [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)].map(|(from, length)| format!("SUBSTR({digits}, {from}, {length})"))
}

fn postgres(old: &FieldKind, new: &FieldKind, column: &str, sql_type: &str) -> Option<String> {
    use FieldKind::{Array, Bool, Bytes, Date, DateTime, Decimal, Enum, F32, F64, I16, I32, I64, Text, Time, Timestamp, Uuid};
    Some(match (old, new) {
        // PostgreSQL assigns the one to the other.
        (I16 | I32 | I64 | F32 | F64 | Decimal, I16 | I32 | I64 | F32 | F64 | Decimal)
        | (Date, DateTime)
        | (DateTime, Date | Time) => return None,
        // Only the labels differ.
        (Enum { name: old, .. }, Enum { name: new, .. }) if old == new => return None,
        (Array(old), Array(new)) => match (old.enum_type(), new.enum_type()) {
            (Some((old, _)), Some((new, _))) if old == new => return None,
            _ => format!("{column}::text[]::{sql_type}"),
        },
        (Bool, I16 | I32 | I64 | F32 | F64 | Decimal) => format!("{column}::integer"),
        (I16 | I32 | I64 | F32 | F64 | Decimal, Bool) => format!("{column} <> 0"),
        (Date, Timestamp) => format!("{column}::timestamp AT TIME ZONE 'UTC'"),
        (DateTime, Timestamp) | (Timestamp, DateTime) => format!("{column} AT TIME ZONE 'UTC'"),
        (Timestamp, Date | Time) => format!("({column} AT TIME ZONE 'UTC')::{sql_type}"),
        (Timestamp, Text) => format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"),
        (Bytes, Text) => format!("convert_from({column}, 'UTF8')"),
        (Text, Bytes) => format!("convert_to({column}, 'UTF8')"),
        (Uuid, Bytes) => format!("decode(replace({column}::text, '-', ''), 'hex')"),
        (Bytes, Uuid) => format!("encode({column}, 'hex')::uuid"),
        // Not cast to its length, by which a text that is too long would be cut.
        (_, Text) => format!("{column}::text"),
        (Text, _) => format!("{column}::{sql_type}"),
        _ => format!("{column}::text::{sql_type}"),
    })
}

/// What MySQL does not do by itself is done to the rows, in steps that can be repeated.
fn mysql(old: &FieldKind, new: &FieldKind, column: &str) -> Option<String> {
    use FieldKind::{Bool, Decimal, F32, F64, I16, I32, I64, Text, Uuid};
    Some(match (old, new) {
        (I16 | I32 | I64 | F32 | F64 | Decimal, Bool) => format!("{column} <> 0"),
        (Uuid, Text) => format!("CONCAT_WS('-', {})", uuid_parts(&format!("LOWER(HEX({column}))")).join(", ")),
        (Text, Uuid) => format!("UNHEX(REPLACE({column}, '-', ''))"),
        _ => return None,
    })
}
