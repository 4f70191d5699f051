//! Values of rows from JSON, checked for their field.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use orm_core::field::{ColumnType, FieldType};
use orm_core::schema::FieldKind;
use orm_core::sql::Features;
use orm_core::value::{Array, Value, ValueError};
use serde_json::value::RawValue;

use super::error::LineFault;
use super::json::write_document;
use super::table::{Column, bound_as};

/// The value of a column from its JSON, none where the line has no such field.
///
/// # Errors
/// Why it is none that the field and the database hold exactly.
pub(super) fn decode(raw: Option<&RawValue>, column: &Column, features: &Features) -> Result<Value<'static>, LineFault> {
    let field = &column.field;
    let value = match raw {
        // A JSON document may be null itself.
        Some(raw) if raw.get() != "null" || field.kind == FieldKind::Json => scalar(raw.get(), &field.kind)?,
        _ if field.nullable => Value::Null(column.bound),
        _ => return Err(LineFault::Missing),
    };
    field.holds(&value).and_then(|()| features.holds(&value)).map_err(|error| invalid(&error))?;
    Ok(value)
}

fn invalid(error: &ValueError) -> LineFault {
    LineFault::Value { reason: error.reason().to_owned() }
}

fn scalar(raw: &str, kind: &FieldKind) -> Result<Value<'static>, LineFault> {
    let wrong = || LineFault::Type { expected: told(kind) };
    let text = || serde_json::from_str::<Cow<'_, str>>(raw).map_err(|_| wrong());
    match kind {
        FieldKind::Bool => serde_json::from_str(raw).map(Value::Bool).map_err(|_| wrong()),
        FieldKind::I16 | FieldKind::I32 | FieldKind::I64 => integer(raw).ok_or_else(wrong)?.map(Value::I64),
        FieldKind::F32 => float::<f32>(raw).ok_or_else(wrong)?.map(|number| Value::F64(number.into())),
        FieldKind::F64 => float::<f64>(raw).ok_or_else(wrong)?.map(Value::F64),
        FieldKind::Bytes => STANDARD.decode(text()?.as_bytes()).map(|bytes| Value::Bytes(bytes.into())).map_err(|_| wrong()),
        FieldKind::Date => parsed::<NaiveDate>(&text()?, |text| text.parse().ok(), wrong),
        FieldKind::Time => parsed::<NaiveTime>(&text()?, |text| text.parse().ok(), wrong),
        FieldKind::DateTime => parsed::<NaiveDateTime>(&text()?, |text| text.replacen(' ', "T", 1).parse().ok(), wrong),
        FieldKind::Timestamp => parsed::<DateTime<Utc>>(
            &text()?,
            |text| DateTime::parse_from_rfc3339(text).ok().map(|moment| moment.with_timezone(&Utc)),
            wrong,
        ),
        #[cfg(feature = "uuid")]
        FieldKind::Uuid => parsed::<uuid::Uuid>(&text()?, |text| text.parse().ok(), wrong),
        #[cfg(feature = "decimal")]
        FieldKind::Decimal => decimal(raw).ok_or_else(wrong),
        FieldKind::Json => document(raw),
        FieldKind::Enum { labels, .. } => match text()? {
            label if labels.iter().any(|known| *known == label) => Ok(Value::Text(label.into_owned().into())),
            _ => Err(wrong()),
        },
        FieldKind::Array(element) => array(raw, kind, element),
        _ => Ok(Value::Text(text()?.into_owned().into())),
    }
}

/// A value that its type takes from text, checked as one of the program's is.
fn parsed<T: FieldType>(
    text: &str,
    parse: impl FnOnce(&str) -> Option<T>,
    wrong: impl FnOnce() -> LineFault,
) -> Result<Value<'static>, LineFault> {
    let value = parse(text).ok_or_else(wrong)?;
    value.to_value().map(Value::into_owned).map_err(|error| invalid(&error))
}

/// An integer, or that it is one of more than 64 bits; none for anything else.
fn integer(raw: &str) -> Option<Result<i64, LineFault>> {
    if let Ok(number) = raw.parse::<i64>() {
        return Some(Ok(number));
    }
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    let is_integer = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_integer.then(|| Err(LineFault::Value { reason: "the integer has more than 64 bits".to_owned() }))
}

/// A floating-point number of a width, or that it is out of range; none for anything else.
fn float<T: std::str::FromStr + Copy + Into<f64>>(raw: &str) -> Option<Result<T, LineFault>> {
    let number = match raw {
        "\"NaN\"" => return "NaN".parse().ok().map(Ok),
        "\"Infinity\"" => return "inf".parse().ok().map(Ok),
        "\"-Infinity\"" => return "-inf".parse().ok().map(Ok),
        raw if raw.starts_with(|first: char| first == '-' || first.is_ascii_digit()) => raw.parse::<T>().ok()?,
        _ => return None,
    };
    let finite = number.into().is_finite();
    Some(if finite {
        Ok(number)
    } else {
        Err(LineFault::Value { reason: "the number is too large for the field's width".to_owned() })
    })
}

/// A decimal number, from a text or a number, none of whose digits is lost.
#[cfg(feature = "decimal")]
fn decimal(raw: &str) -> Option<Value<'static>> {
    let text = if raw.starts_with('"') { serde_json::from_str(raw).ok()? } else { Cow::Borrowed(raw) };
    rust_decimal::Decimal::from_str_exact(&text).ok().map(|number| Value::Decimal(number.normalize()))
}

/// A JSON document, in the form in which it is dumped.
fn document(raw: &str) -> Result<Value<'static>, LineFault> {
    let mut document = Vec::with_capacity(raw.len());
    write_document(raw, &mut document).map_err(|found| LineFault::Value { reason: format!("it is {found}") })?;
    let document = String::from_utf8(document).map_err(|_| LineFault::Type { expected: "JSON" })?;
    Ok(Value::Json(document.into()))
}

fn array(raw: &str, kind: &FieldKind, element: &FieldKind) -> Result<Value<'static>, LineFault> {
    let ColumnType::Array(of) = bound_as(kind) else { return Err(LineFault::Type { expected: told(kind) }) };
    let elements = serde_json::from_str::<Vec<&RawValue>>(raw).map_err(|_| LineFault::Type { expected: told(kind) })?;
    let read = |raw: &RawValue| match raw.get() {
        "null" => Ok(Value::Null(*of)),
        raw => scalar(raw, element),
    };
    let values = elements.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Value::Array(Box::new(Array { element: of, values })))
}

/// What a value of a kind is written as.
fn told(kind: &FieldKind) -> &'static str {
    match kind {
        FieldKind::Bool => "`true` or `false`",
        FieldKind::I16 | FieldKind::I32 | FieldKind::I64 => "an integer",
        FieldKind::F32 | FieldKind::F64 => "a number, \"NaN\", \"Infinity\" or \"-Infinity\"",
        FieldKind::Bytes => "a text in base64",
        FieldKind::Date => "a text such as \"2026-11-21\"",
        FieldKind::Time => "a text such as \"14:30:00.5\"",
        FieldKind::DateTime => "a text such as \"2026-11-21T14:30:00\"",
        FieldKind::Timestamp => "a text such as \"2026-11-21T14:30:00Z\"",
        FieldKind::Uuid => "a text of 32 hexadecimal digits",
        FieldKind::Decimal => "a text of at most 28 digits",
        FieldKind::Enum { .. } => "one of the labels",
        FieldKind::Array(_) => "an array",
        _ => "a text",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use chrono::{DateTime, Utc};
    use orm_core::field::FieldType;
    use orm_core::schema::FieldKind;
    use orm_core::value::Value;
    use proptest::prelude::*;

    use super::super::encode::write;
    use super::super::json::write_text;
    use super::super::table::bound_as;
    use super::scalar;

    /// A value as JSON, and what is read of that.
    fn there_and_back(value: &Value<'_>, kind: &FieldKind) -> Value<'static> {
        let mut written = Vec::new();
        write(value, bound_as(kind), &mut written).unwrap();
        scalar(std::str::from_utf8(&written).unwrap(), kind).unwrap()
    }

    fn moment(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap()
    }

    /// The years 1 to 9999.
    const MICROS: std::ops::Range<i64> = -62_135_596_800_000_000..253_402_300_800_000_000;

    proptest! {
        #[test]
        fn integers(number: i64) {
            prop_assert_eq!(there_and_back(&Value::I64(number), &FieldKind::I64), Value::I64(number));
        }

        #[test]
        fn numbers_by_their_bits(bits: u64, single: u32) {
            let number = f64::from_bits(bits);
            let Value::F64(back) = there_and_back(&Value::F64(number), &FieldKind::F64) else { return Err(TestCaseError::fail("no number")) };
            prop_assert!(back.to_bits() == bits || (back.is_nan() && number.is_nan()));
            let number = f64::from(f32::from_bits(single));
            let Value::F64(back) = there_and_back(&Value::F64(number), &FieldKind::F32) else { return Err(TestCaseError::fail("no number")) };
            prop_assert!(back.to_bits() == number.to_bits() || (back.is_nan() && number.is_nan()));
        }

        #[test]
        fn texts_and_bytes(text: String, bytes: Vec<u8>) {
            prop_assert_eq!(there_and_back(&Value::Text(text.as_str().into()), &FieldKind::Text), Value::Text(text.clone().into()));
            prop_assert_eq!(there_and_back(&Value::Bytes(bytes.as_slice().into()), &FieldKind::Bytes), Value::Bytes(bytes.clone().into()));
        }

        #[test]
        fn dates_and_times(micros in MICROS) {
            let moment = moment(micros);
            for (value, kind) in [
                (moment.to_value().unwrap(), FieldKind::Timestamp),
                (Value::DateTime(moment.naive_utc()), FieldKind::DateTime),
                (Value::Date(moment.date_naive()), FieldKind::Date),
                (Value::Time(moment.time()), FieldKind::Time),
            ] {
                prop_assert_eq!(there_and_back(&value, &kind), value.into_owned());
            }
        }

        #[test]
        fn whatever_stands_in_a_line_is_read_or_refused(raw: String) {
            let mut text = Vec::new();
            write_text(&raw, &mut text);
            let text = String::from_utf8(text).unwrap();
            let labels = vec!["a".to_owned()];
            for kind in [
                FieldKind::Bool, FieldKind::I16, FieldKind::I64, FieldKind::F32, FieldKind::F64, FieldKind::Text, FieldKind::Bytes,
                FieldKind::Date, FieldKind::Time, FieldKind::DateTime, FieldKind::Timestamp, FieldKind::Uuid, FieldKind::Decimal,
                FieldKind::Json, FieldKind::Enum { name: "e".to_owned(), labels }, FieldKind::Array(Box::new(FieldKind::I16)),
            ] {
                for raw in [&text, &raw] {
                    let _ = scalar(raw, &kind);
                }
            }
        }
    }
}
