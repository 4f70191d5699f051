//! A bound list as JSON, for databases that have no lists.

use std::fmt::Write;

use chrono::{NaiveDateTime, NaiveTime};

use crate::value::Value;

/// The JSON array of a list's values, as MySQL and MariaDB open it with JSON_TABLE, and SQLite a list of several columns with json_each.
///
/// Numbers and truth values are numbers, bytes and UUIDs are hexadecimal digits, all else is text, a moment in UTC. What JSON has
/// no word for is left out: the database cannot store an infinity or a NaN either, so nothing equals it.
#[must_use]
pub fn list_as_json(values: &[Value<'_>]) -> String {
    let mut json = String::with_capacity(2 + values.len() * 8);
    json.push('[');
    for value in values {
        let start = json.len();
        if start > 1 {
            json.push(',');
        }
        if !member(value, &mut json) {
            json.truncate(start);
        }
    }
    json.push(']');
    json
}

/// Writes a value, or nothing of it if JSON has no word for it. Writing to a String cannot fail.
fn member(value: &Value<'_>, json: &mut String) -> bool {
    let _ = match value {
        Value::Null(_) => write!(json, "null"),
        Value::Bool(truth) => write!(json, "{}", u8::from(*truth)),
        Value::I64(number) => write!(json, "{number}"),
        Value::F64(number) if !number.is_finite() => return false,
        // The shortest digits that are this number. Zero has no sign: the two are equal, but not where a list is hashed.
        Value::F64(number) => write!(json, "{:?}", number + 0.0),
        Value::Text(text) | Value::Json(text) => {
            quoted(text, json);
            Ok(())
        }
        Value::Enum(_, label) => {
            quoted(label, json);
            Ok(())
        }
        // A database that opens a list from JSON has no arrays.
        Value::Array(_) => return false,
        Value::Tuple(parts) => {
            json.push_str(&list_as_json(parts));
            Ok(())
        }
        Value::Bytes(bytes) => {
            hexadecimal(bytes, json);
            Ok(())
        }
        Value::Date(date) => write!(json, "\"{date}\""),
        Value::Time(time) => write!(json, "\"{}\"", Clock(*time)),
        Value::DateTime(moment) => write!(json, "\"{}\"", Moment(*moment)),
        Value::Timestamp(moment) => write!(json, "\"{}\"", Moment(moment.naive_utc())),
        #[cfg(feature = "uuid")]
        Value::Uuid(uuid) => {
            hexadecimal(uuid.as_bytes(), json);
            Ok(())
        }
        #[cfg(feature = "decimal")]
        Value::Decimal(number) => write!(json, "\"{number}\""),
    };
    true
}

struct Clock(NaiveTime);

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%H:%M:%S%.6f"))
    }
}

struct Moment(NaiveDateTime);

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.0.date(), Clock(self.0.time()))
    }
}

fn hexadecimal(bytes: &[u8], json: &mut String) {
    json.push('"');
    for byte in bytes {
        let _ = write!(json, "{byte:02x}");
    }
    json.push('"');
}

fn quoted(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::field::ColumnType;

    #[test]
    fn what_is_meant_together_is_an_array() {
        let tuple = |number, text: &'static str| Value::Tuple(Box::new([Value::I64(number), Value::Text(text.into())]));
        assert_eq!(list_as_json(&[tuple(1, "a\""), tuple(i64::MIN, "")]), format!(r#"[[1,"a\""],[{},""]]"#, i64::MIN));
    }

    #[test]
    fn numbers_are_numbers() {
        assert_eq!(list_as_json(&[]), "[]");
        assert_eq!(
            list_as_json(&[Value::I64(i64::MIN), Value::I64(0), Value::I64(i64::MAX)]),
            format!("[{},0,{}]", i64::MIN, i64::MAX)
        );
        assert_eq!(list_as_json(&[Value::Bool(true), Value::Bool(false), Value::Null(ColumnType::Bool)]), "[1,0,null]");
        let floats = [0.1, -0.0, 1e300, 5e-324, 3.0].map(Value::F64);
        assert_eq!(list_as_json(&floats), "[0.1,0.0,1e300,5e-324,3.0]");
    }

    #[test]
    fn what_json_has_no_word_for_is_left_out() {
        let floats = [f64::INFINITY, 1.5, f64::NAN, 2.5, f64::NEG_INFINITY].map(Value::F64);
        assert_eq!(list_as_json(&floats), "[1.5,2.5]");
        assert_eq!(list_as_json(&[Value::F64(f64::INFINITY)]), "[]");
    }

    #[test]
    fn text_is_escaped() {
        let list = |text: &'static str| list_as_json(&[Value::Text(text.into())]);
        assert_eq!(list(""), r#"[""]"#);
        assert_eq!(list("a\"b\\c"), r#"["a\"b\\c"]"#);
        assert_eq!(list("\0\u{1}\n\t\u{1f} "), r#"["\u0000\u0001\u000a\u0009\u001f "]"#);
        assert_eq!(list("é🦀\u{7f}', ]%"), "[\"é🦀\u{7f}', ]%\"]");
        assert_eq!(list_as_json(&[Value::Json(r#"{"a": "\n"}"#.into())]), r#"["{\"a\": \"\\n\"}"]"#);
    }

    #[test]
    fn bytes_are_hexadecimal() {
        assert_eq!(list_as_json(&[Value::Bytes((&[0, 15, 255][..]).into()), Value::Bytes((&[][..]).into())]), r#"["000fff",""]"#);
    }

    #[test]
    fn moments_are_text_in_utc() -> Result<(), &'static str> {
        let date = NaiveDate::from_ymd_opt(1, 2, 3).ok_or("a date")?;
        let time = NaiveTime::from_hms_micro_opt(4, 5, 6, 7).ok_or("a time")?;
        let moment = date.and_time(time);
        assert_eq!(
            list_as_json(&[Value::Date(date), Value::Time(time), Value::DateTime(moment), Value::Timestamp(moment.and_utc())]),
            r#"["0001-02-03","04:05:06.000007","0001-02-03 04:05:06.000007","0001-02-03 04:05:06.000007"]"#
        );
        Ok(())
    }

    #[cfg(all(feature = "uuid", feature = "decimal"))]
    #[test]
    fn uuids_and_decimals() {
        let values = [Value::Uuid(uuid::Uuid::from_u128(0xff)), Value::Decimal(rust_decimal::Decimal::new(-1250, 2))];
        assert_eq!(list_as_json(&values), r#"["000000000000000000000000000000ff","-12.50"]"#);
    }
}
