//! Values that stand in the schema, as SQL: checked for their field, quoted for their database.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

use super::name::text as quoted_text;
use crate::check::year_fits;
use crate::schema::{FieldKind, FieldState, Literal};
use crate::sql::{Backend, Dialect};

/// A literal of a field's kind.
///
/// # Errors
/// Why the field cannot hold it. The value is not repeated.
pub(super) fn literal(of: &Literal, field: &FieldState, dialect: &dyn Dialect) -> Result<String, String> {
    match of {
        Literal::Sql { sql } => match sql.of(dialect.backend()) {
            Some(sql) => Ok(format!("({sql})")),
            None => Err(format!("it has no expression for {}", dialect.features().name)),
        },
        Literal::Text(text) if text.contains('\0') => Err("a text with a NUL cannot stand in the schema".to_owned()),
        _ => value(of, field, dialect),
    }
}

fn value(of: &Literal, field: &FieldState, dialect: &dyn Dialect) -> Result<String, String> {
    let wrong = || Err(format!("it is not {}", told(&field.kind)));
    Ok(match (&field.kind, of) {
        (FieldKind::Bool, Literal::Bool(truth)) => dialect.truth(*truth).to_owned(),
        (FieldKind::I16, Literal::Integer(number)) if i16::try_from(*number).is_ok() => number.to_string(),
        (FieldKind::I32, Literal::Integer(number)) if i32::try_from(*number).is_ok() => number.to_string(),
        (FieldKind::I64, Literal::Integer(number)) => number.to_string(),
        (FieldKind::F32 | FieldKind::F64, Literal::Integer(number)) => format!("{number}.0"),
        (FieldKind::F32 | FieldKind::F64, Literal::Float(number)) if number.is_finite() => format!("{number:?}"),
        (FieldKind::Decimal, Literal::Integer(number)) => decimal(&number.to_string(), field, dialect)?,
        (FieldKind::Decimal, Literal::Float(number)) => decimal(&number.to_string(), field, dialect)?,
        (FieldKind::Decimal, Literal::Text(digits)) => decimal(digits, field, dialect)?,
        (FieldKind::Text, Literal::Text(text)) => {
            fits(text, field)?;
            quoted_text(text, dialect)
        }
        (FieldKind::Enum { labels, .. }, Literal::Text(label)) if labels.contains(label) => quoted_text(label, dialect),
        (FieldKind::Bytes, Literal::Text(digits)) if is_hexadecimal(digits) && digits.len().is_multiple_of(2) => {
            let mut sql = String::new();
            dialect.bytes_literal(&digits.to_ascii_lowercase(), &mut sql);
            sql
        }
        (FieldKind::Uuid, Literal::Text(digits)) => {
            let digits = digits.replace('-', "").to_ascii_lowercase();
            if digits.len() != 32 || !is_hexadecimal(&digits) {
                return wrong();
            }
            let mut sql = String::new();
            dialect.uuid_literal(&digits, &mut sql);
            sql
        }
        (FieldKind::Date, Literal::Text(text)) => match text.parse::<NaiveDate>() {
            Ok(date) => quoted_text(&day(date)?, dialect),
            Err(_) => return wrong(),
        },
        (FieldKind::Time, Literal::Text(text)) => match text.parse::<NaiveTime>() {
            Ok(time) => quoted_text(&clock(time)?, dialect),
            Err(_) => return wrong(),
        },
        (FieldKind::DateTime, Literal::Text(text)) => match text.replacen(' ', "T", 1).parse::<NaiveDateTime>() {
            Ok(moment) => quoted_text(&date_time(moment)?, dialect),
            Err(_) => return wrong(),
        },
        (FieldKind::Timestamp, Literal::Text(text)) => match DateTime::parse_from_rfc3339(text) {
            Ok(moment) => {
                let zone = if dialect.backend() == Backend::Postgres { "+00" } else { "" };
                quoted_text(&(date_time(moment.naive_utc())? + zone), dialect)
            }
            Err(_) => return wrong(),
        },
        (FieldKind::Json, Literal::Text(document)) if is_json(document) => quoted_text(document, dialect),
        // PostgreSQL alone has arrays, and reads them from their text.
        (FieldKind::Array(_), Literal::Text(elements)) => quoted_text(elements, dialect),
        _ => return wrong(),
    })
}

/// What a literal of a kind is written as.
fn told(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "`true` or `false`",
        FieldKind::I16 => "an integer of 16 bits",
        FieldKind::I32 => "an integer of 32 bits",
        FieldKind::I64 => "an integer",
        FieldKind::F32 | FieldKind::F64 => "a finite number",
        FieldKind::Text => "a text",
        FieldKind::Bytes => "a text of hexadecimal digits, two for each byte",
        FieldKind::Date => "a text such as `2026-11-21`",
        FieldKind::Time => "a text such as `14:30:00`",
        FieldKind::DateTime => "a text such as `2026-11-21T14:30:00`",
        FieldKind::Timestamp => "a text such as `2026-11-21T14:30:00Z`",
        FieldKind::Uuid => "a text of 32 hexadecimal digits",
        FieldKind::Decimal => "a number, or a text of its digits",
        FieldKind::Json => "the text of a JSON document",
        FieldKind::Enum { .. } => "one of the labels",
        FieldKind::Array(_) => "a text such as `{1,2}`",
    }
}

fn fits(text: &str, field: &FieldState) -> Result<(), String> {
    match field.max_length {
        Some(most) if text.chars().count() > usize::try_from(most).unwrap_or(usize::MAX) => {
            Err(format!("it has more than {most} characters"))
        }
        _ => Ok(()),
    }
}

fn is_hexadecimal(digits: &str) -> bool {
    digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// A decimal number by its digits, without trailing zeros, as drivers write it where it is stored as text.
fn decimal(written: &str, field: &FieldState, dialect: &dyn Dialect) -> Result<String, String> {
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written),
    };
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(places) || (places.is_empty() && digits.contains('.')) {
        return Err(format!("it is not {}", told(&FieldKind::Decimal)));
    }
    let (whole, places) = (whole.trim_start_matches('0'), places.trim_end_matches('0'));
    if let (Some(most), Some(behind)) = (field.max_digits, field.decimal_places) {
        let count = |digits: &str| u32::try_from(digits.len()).unwrap_or(u32::MAX);
        if count(places) > behind || count(whole) > most.saturating_sub(behind) {
            return Err(format!("it has more than {behind} digits behind the point, or more than {most} in all"));
        }
    }
    let whole = if whole.is_empty() { "0" } else { whole };
    let number = match (whole, places) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, places) => format!("{sign}{whole}.{places}"),
    };
    Ok(if dialect.backend() == Backend::Sqlite { quoted_text(&number, dialect) } else { number })
}

fn day(date: NaiveDate) -> Result<String, String> {
    year_fits(date.year()).map_err(|error| error.reason().to_owned())?;
    Ok(date.format("%Y-%m-%d").to_string())
}

fn clock(time: NaiveTime) -> Result<String, String> {
    if time.nanosecond() >= 1_000_000_000 || !time.nanosecond().is_multiple_of(1_000) {
        return Err("times are stored to the microsecond and without leap seconds".to_owned());
    }
    Ok(time.format("%H:%M:%S%.6f").to_string())
}

fn date_time(moment: NaiveDateTime) -> Result<String, String> {
    Ok(format!("{} {}", day(moment.date())?, clock(moment.time())?))
}

#[cfg(feature = "json")]
fn is_json(document: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(document).is_ok()
}

/// Without the feature there are no such fields but those of a state read from files; the database checks what it can.
#[cfg(not(feature = "json"))]
fn is_json(_: &str) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::literal;
    use crate::schema::{DialectSql, FieldKind, FieldState, Literal};
    use crate::sql::{Dialect, MARIADB, POSTGRES, SQLITE};

    /// A literal on each database, or why there is none.
    fn on(kind: FieldKind, of: &Literal) -> [String; 3] {
        let field =
            FieldState { max_length: Some(12), max_digits: Some(5), decimal_places: Some(2), ..FieldState::new("f", kind) };
        [&SQLITE as &dyn Dialect, &POSTGRES, &MARIADB].map(|dialect| literal(of, &field, dialect).unwrap_or_else(|reason| reason))
    }

    fn text(text: &str) -> Literal {
        Literal::Text(text.to_owned())
    }

    #[test]
    fn a_literal_of_each_kind() {
        assert_eq!(on(FieldKind::Bool, &Literal::Bool(true)), ["1", "TRUE", "1"]);
        assert_eq!(on(FieldKind::I16, &Literal::Integer(-3)), ["-3", "-3", "-3"]);
        assert_eq!(on(FieldKind::F64, &Literal::Float(1e300)), ["1e300", "1e300", "1e300"]);
        assert_eq!(on(FieldKind::Text, &text("it's \\ł")), ["'it''s \\ł'", "'it''s \\ł'", "'it''s \\\\ł'"]);
        assert_eq!(on(FieldKind::Decimal, &text("007.50")), ["'7.5'", "7.5", "7.5"]);
        assert_eq!(on(FieldKind::Decimal, &text("-0.0")), ["'0'", "0", "0"]);
        assert_eq!(on(FieldKind::Bytes, &text("00FF")), ["x'00ff'", "decode('00ff', 'hex')", "x'00ff'"]);
        assert_eq!(on(FieldKind::Date, &text("2024-02-29")), ["'2024-02-29'"; 3]);
        assert_eq!(on(FieldKind::Time, &text("14:30:01.5")), ["'14:30:01.500000'"; 3]);
        let moment = "'2024-02-29 23:00:00.000000'";
        let zoned = "'2024-02-29 23:00:00.000000+00'";
        assert_eq!(on(FieldKind::Timestamp, &text("2024-03-01T00:00:00+01:00")), [moment, zoned, moment]);
        assert_eq!(on(FieldKind::DateTime, &text("2024-02-29 23:00:00")), [moment; 3]);
        let uuid = "'00000000-0000-0000-0000-0000000000ff'::uuid";
        let [sqlite, postgres, mysql] = on(FieldKind::Uuid, &text("00000000-0000-0000-0000-0000000000FF"));
        assert_eq!((sqlite.len(), postgres.as_str(), mysql.len()), (35, uuid, 35));
        let sql = Literal::Sql { sql: DialectSql::Same("now()".to_owned()) };
        assert_eq!(on(FieldKind::Timestamp, &sql), ["(now())"; 3]);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |kind: FieldKind, of: &Literal| {
            let [sqlite, postgres, mysql] = on(kind, of);
            assert_eq!((&sqlite, &postgres), (&postgres, &mysql));
            sqlite
        };
        let colours = FieldKind::Enum { name: "colour".to_owned(), labels: vec!["red".to_owned()] };
        assert_eq!(refused(FieldKind::I16, &Literal::Integer(40_000)), "it is not an integer of 16 bits");
        assert_eq!(refused(FieldKind::F64, &Literal::Float(f64::NAN)), "it is not a finite number");
        assert_eq!(refused(FieldKind::Text, &text("a\0b")), "a text with a NUL cannot stand in the schema");
        assert_eq!(refused(FieldKind::Text, &text("thirteen sign")), "it has more than 12 characters");
        assert_eq!(refused(FieldKind::Text, &Literal::Integer(1)), "it is not a text");
        assert_eq!(refused(colours, &text("green")), "it is not one of the labels");
        assert_eq!(refused(FieldKind::Bytes, &text("0")), "it is not a text of hexadecimal digits, two for each byte");
        assert_eq!(refused(FieldKind::Bytes, &text("'x")), "it is not a text of hexadecimal digits, two for each byte");
        assert_eq!(refused(FieldKind::Uuid, &text("' OR 1")), "it is not a text of 32 hexadecimal digits");
        assert_eq!(refused(FieldKind::Decimal, &text("1;2")), "it is not a number, or a text of its digits");
        assert_eq!(
            refused(FieldKind::Decimal, &text("1000")),
            "it has more than 2 digits behind the point, or more than 5 in all"
        );
        assert_eq!(refused(FieldKind::Date, &text("29.2.2024")), "it is not a text such as `2026-11-21`");
    }
}
