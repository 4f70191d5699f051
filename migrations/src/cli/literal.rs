//! Values as they are typed.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use orm_core::schema::{DialectSql, FieldKind, FieldState, Literal};

/// What a value of a kind is written like.
pub(super) fn shape(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "true or false",
        FieldKind::I16 | FieldKind::I32 | FieldKind::I64 => "an integer",
        FieldKind::F32 | FieldKind::F64 => "a number",
        FieldKind::Date => "a date such as 2026-11-21",
        FieldKind::Time => "a time such as 20:45:00",
        FieldKind::DateTime => "a date and time such as 2026-11-21T20:45:00",
        FieldKind::Timestamp => "a moment such as 2026-11-21T20:45:00Z",
        FieldKind::Uuid => "a UUID such as 67e55044-10b1-426f-9247-bb680e5fe0c8",
        FieldKind::Decimal => "a decimal number",
        FieldKind::Bytes => "bytes in hexadecimal digits",
        FieldKind::Json => "a JSON document",
        FieldKind::Array(_) => "only an expression: an array has no other form here",
        _ => "a text",
    }
}

/// The value that somebody typed for a field, or what is wrong with it.
pub(super) fn of(field: &FieldState, text: &str) -> Result<Literal, String> {
    if let Some(sql) = text.strip_prefix("sql:") {
        let sql = sql.trim();
        return if sql.is_empty() {
            Err("write the expression behind `sql:`".to_owned())
        } else {
            Ok(Literal::Sql { sql: DialectSql::Same(sql.to_owned()) })
        };
    }
    let trimmed = text.trim();
    let is_digits = |text: &str| !text.is_empty() && text.chars().all(|digit| digit.is_ascii_digit());
    let whole = |least: i64, most: i64| match trimmed.parse::<i64>() {
        Ok(number) if (least..=most).contains(&number) => Some(Literal::Integer(number)),
        _ => None,
    };
    let as_text = |fits: bool| fits.then(|| Literal::Text(trimmed.to_owned()));
    let value = match &field.kind {
        FieldKind::Bool => trimmed.parse().ok().map(Literal::Bool),
        FieldKind::I16 => whole(i16::MIN.into(), i16::MAX.into()),
        FieldKind::I32 => whole(i32::MIN.into(), i32::MAX.into()),
        FieldKind::I64 => whole(i64::MIN, i64::MAX),
        FieldKind::F32 | FieldKind::F64 => trimmed.parse().ok().filter(|number: &f64| number.is_finite()).map(Literal::Float),
        FieldKind::Date => as_text(trimmed.parse::<NaiveDate>().is_ok()),
        FieldKind::Time => as_text(trimmed.parse::<NaiveTime>().is_ok()),
        FieldKind::DateTime => as_text(trimmed.parse::<NaiveDateTime>().is_ok()),
        FieldKind::Timestamp => as_text(DateTime::parse_from_rfc3339(trimmed).is_ok()),
        FieldKind::Uuid => as_text(is_uuid(trimmed)),
        FieldKind::Decimal => {
            let digits = trimmed.strip_prefix('-').unwrap_or(trimmed);
            let (before, behind) = digits.split_once('.').unwrap_or((digits, "0"));
            as_text(is_digits(before) && is_digits(behind))
        }
        FieldKind::Bytes => as_text(trimmed.len().is_multiple_of(2) && trimmed.chars().all(|digit| digit.is_ascii_hexdigit())),
        FieldKind::Json => as_text(serde_json::from_str::<serde_json::Value>(trimmed).is_ok()),
        FieldKind::Array(_) => None,
        FieldKind::Enum { labels, .. } if !labels.iter().any(|label| label == text) => {
            return Err(format!("write one of {}", labels.join(", ")));
        }
        // The spaces of a text are a part of it.
        _ => (!text.contains('\0')).then(|| Literal::Text(text.to_owned())),
    };
    match (value, field.max_length) {
        (Some(_), Some(most)) if text.chars().count() > usize::try_from(most).unwrap_or(usize::MAX) => {
            Err(format!("write at most {most} characters"))
        }
        (Some(value), _) => Ok(value),
        (None, _) => Err(format!("write {}", shape(&field.kind))),
    }
}

/// Whether a text has the 32 digits of a UUID in their five groups.
fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|digit| digit == '-' || digit.is_ascii_hexdigit())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn typed(kind: FieldKind, text: &str) -> Result<Literal, String> {
        of(&FieldState::new("x", kind), text)
    }

    #[test]
    fn what_is_typed_is_of_the_fields_type() {
        assert_eq!(typed(FieldKind::Bool, "true").unwrap(), Literal::Bool(true));
        assert_eq!(typed(FieldKind::I64, " -9223372036854775808 ").unwrap(), Literal::Integer(i64::MIN));
        assert_eq!(typed(FieldKind::F64, "0.5").unwrap(), Literal::Float(0.5));
        assert_eq!(typed(FieldKind::Text, " größe ").unwrap(), Literal::Text(" größe ".into()));
        assert_eq!(typed(FieldKind::Text, "").unwrap(), Literal::Text(String::new()));
        assert_eq!(
            typed(FieldKind::Uuid, "sql: gen_random_uuid()").unwrap(),
            Literal::Sql { sql: DialectSql::Same("gen_random_uuid()".into()) }
        );
        let texts = [
            (FieldKind::Date, "2024-02-29"),
            (FieldKind::Time, "23:59:59.5"),
            (FieldKind::DateTime, "2026-11-21T20:45:00"),
            (FieldKind::Timestamp, "2026-11-21T20:45:00+01:00"),
            (FieldKind::Uuid, "67e55044-10b1-426f-9247-bb680e5fe0c8"),
            (FieldKind::Decimal, "-12.50"),
            (FieldKind::Bytes, "00ff"),
            (FieldKind::Json, "{\"a\": null}"),
        ];
        for (kind, text) in texts {
            assert_eq!(typed(kind, text).unwrap(), Literal::Text(text.into()));
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_what_does() {
        let wrong = [
            (FieldKind::Bool, "yes"),
            (FieldKind::I16, "32768"),
            (FieldKind::I32, "1.5"),
            (FieldKind::I64, "9223372036854775808"),
            (FieldKind::F32, "NaN"),
            (FieldKind::Date, "2023-02-29"),
            (FieldKind::Time, "24:00:00"),
            (FieldKind::DateTime, "2026-11-21"),
            (FieldKind::Timestamp, "2026-11-21T20:45:00"),
            (FieldKind::Uuid, "67e55044"),
            (FieldKind::Decimal, "1,5"),
            (FieldKind::Decimal, "."),
            (FieldKind::Bytes, "abc"),
            (FieldKind::Json, "{"),
            (FieldKind::Array(Box::new(FieldKind::I64)), "1"),
            (FieldKind::Text, "a\0b"),
        ];
        for (kind, text) in wrong {
            let error = typed(kind.clone(), text).unwrap_err();
            assert_eq!(error, format!("write {}", shape(&kind)), "{text}");
        }
        assert!(typed(FieldKind::I64, "sql: ").is_err());
        let labels = vec!["new".to_owned(), "old".to_owned()];
        let of_enum = FieldKind::Enum { name: "age".into(), labels };
        assert_eq!(typed(of_enum.clone(), "older").unwrap_err(), "write one of new, old");
        assert_eq!(typed(of_enum, "old").unwrap(), Literal::Text("old".into()));
        let short = FieldState { max_length: Some(2), ..FieldState::new("x", FieldKind::Text) };
        assert_eq!(of(&short, "äöü").unwrap_err(), "write at most 2 characters");
        assert_eq!(of(&short, "äö").unwrap(), Literal::Text("äö".into()));
    }
}
