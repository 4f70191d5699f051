//! What goes in comes out, to the last bit, or is refused.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use common::{column, memory, one, sql};
use orm_core::connection::Access;
use orm_core::field::{ColumnType, FieldType};
use orm_core::value::Value;
use orm_core::{Error, Result};
use orm_sqlite::{Lease, Session};

fn session() -> Lease {
    memory().acquire_blocking(Access::Write).unwrap()
}

/// Binds a value, stores it in a table, reads it back.
fn round_trip<T: FieldType<NonNull = T> + Clone + PartialEq + std::fmt::Debug>(session: &mut Session, values: &[T]) {
    session.run_script_now("CREATE TABLE IF NOT EXISTS v (i INTEGER PRIMARY KEY, v BLOB)").unwrap();
    for value in values {
        session.execute_now(&sql("DELETE FROM v")).unwrap();
        let bound = value.to_value().unwrap().into_owned();
        session.execute_now(&sql("INSERT INTO v (v) VALUES (?)").bind(bound.clone())).unwrap();
        assert_eq!(one::<T>(session, &sql("SELECT v FROM v")).unwrap(), *value);
        assert_eq!(one::<T>(session, &sql("SELECT ?").bind(bound.clone())).unwrap(), *value);
        assert_eq!(
            column::<T>(session, &sql("SELECT v FROM v WHERE v = ?").bind(bound.clone())).unwrap(),
            std::slice::from_ref(value)
        );
        // The same through a list.
        let list = vec![Value::Null(T::COLUMN), bound];
        assert_eq!(
            column::<T>(session, &sql("SELECT v FROM v WHERE v IN rarray(?)").list(list)).unwrap(),
            std::slice::from_ref(value)
        );
    }
    let none: Option<T> = one(session, &sql("SELECT ?").bind(Value::Null(T::COLUMN))).unwrap();
    assert_eq!(none, None);
}

fn date(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

#[test]
fn numbers() {
    let session = &mut session();
    round_trip(session, &[true, false]);
    round_trip(session, &[0, 1, -1, i64::MIN, i64::MAX]);
    round_trip(session, &[i32::MIN, i32::MAX]);
    round_trip(session, &[i16::MIN, i16::MAX]);
    round_trip(session, &[0.0, 0.1, -1.5, 3.0, f64::MIN, f64::MAX, f64::MIN_POSITIVE, 5e-324, f64::INFINITY, f64::NEG_INFINITY]);
    round_trip(session, &[0.1_f32, f32::MAX, f32::MIN_POSITIVE, f32::INFINITY]);
    let minus_zero: f64 = one(session, &sql("SELECT ?").bind(Value::F64(-0.0))).unwrap();
    assert!(minus_zero == 0.0);
}

#[test]
fn text_and_bytes() {
    let session = &mut session();
    let texts = ["", " ", "a\0b", "\0", "%_\\'\"", "élève 🦀 \u{10FFFF}", "line\nbreak\r"].map(str::to_owned);
    round_trip(session, &texts);
    round_trip(session, &["x".repeat(1_000_000)]);
    round_trip(session, &[vec![], vec![0], vec![0, 255, 0], (0..=255).collect::<Vec<u8>>(), vec![7; 1_000_000]]);
}

#[test]
fn empty_text_empty_bytes_and_null_are_three_things() {
    let session = &mut session();
    let kinds: Vec<String> = [Value::Text("".into()), Value::Bytes((&[][..]).into()), Value::Null(ColumnType::Text)]
        .into_iter()
        .map(|value| one(session, &sql("SELECT typeof(?)").bind(value)).unwrap())
        .collect();
    assert_eq!(kinds, ["text", "blob", "null"]);
}

#[test]
fn dates_and_times() {
    let session = &mut session();
    let dates = [date(1, 1, 1), date(9999, 12, 31), date(1969, 12, 31), date(2024, 2, 29)];
    let times = [
        NaiveTime::MIN,
        NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999).unwrap(),
        NaiveTime::from_hms_micro_opt(1, 2, 3, 4).unwrap(),
    ];
    let moments: Vec<NaiveDateTime> = dates.iter().flat_map(|date| times.map(|time| date.and_time(time))).collect();
    let utc: Vec<DateTime<Utc>> = moments.iter().map(NaiveDateTime::and_utc).collect();
    round_trip(session, &dates);
    round_trip(session, &times);
    round_trip(session, &moments);
    round_trip(session, &utc);
    let text: String =
        one(session, &sql("SELECT ?").bind(Value::Timestamp(date(7, 8, 9).and_hms_micro_opt(1, 2, 3, 40).unwrap().and_utc())))
            .unwrap();
    assert_eq!(text, "0007-08-09 01:02:03.000040");
}

#[test]
fn times_of_other_programs_are_read() {
    let session = &mut session();
    let expected = date(2024, 2, 29).and_hms_opt(12, 0, 0).unwrap();
    for text in ["2024-02-29 12:00:00", "2024-02-29T12:00:00Z", "2024-02-29 12:00:00.000+00:00"] {
        assert_eq!(one::<DateTime<Utc>>(session, &sql("SELECT ?").bind(Value::Text(text.into()))).unwrap(), expected.and_utc());
        assert_eq!(one::<NaiveDateTime>(session, &sql("SELECT ?").bind(Value::Text(text.into()))).unwrap(), expected);
    }
    assert_eq!(one::<NaiveDateTime>(session, &sql("SELECT datetime('2024-02-29', '+12 hours')")).unwrap(), expected);
    let now: DateTime<Utc> = one(session, &sql("SELECT CURRENT_TIMESTAMP")).unwrap();
    assert!((Utc::now() - now).num_seconds().abs() < 60);
}

#[test]
fn what_cannot_be_stored_exactly_is_refused() {
    let session = &mut session();
    session.run_script_now("CREATE TABLE t (v)").unwrap();
    let midnight = NaiveTime::MIN;
    let fine = NaiveTime::from_hms_nano_opt(0, 0, 0, 1).unwrap();
    for value in [
        Value::F64(f64::NAN),
        Value::Date(date(0, 12, 31)),
        Value::Date(date(10_000, 1, 1)),
        Value::Date(NaiveDate::MIN),
        Value::DateTime(date(-5, 1, 1).and_time(midnight)),
        Value::DateTime(date(2000, 1, 1).and_time(fine)),
        Value::Timestamp(date(10_000, 1, 1).and_time(midnight).and_utc()),
        Value::Time(fine),
    ] {
        let refused =
            |outcome: Result<u64>| assert!(matches!(outcome, Err(Error::InvalidValue { .. })), "{value:?}: {outcome:?}");
        refused(session.execute_now(&sql("INSERT INTO t VALUES (?)").bind(value.clone())));
        refused(session.execute_now(&sql("INSERT INTO t SELECT value FROM rarray(?)").list(vec![value.clone()])));
    }
    assert_eq!(common::integer(session, "SELECT count(*) FROM t"), 0);
}

#[test]
fn an_integer_in_a_float_column_is_taken() {
    let session = &mut session();
    session.run_script_now("CREATE TABLE t (v NUMERIC)").unwrap();
    session.execute_now(&sql("INSERT INTO t VALUES (?)").bind(Value::F64(3.0))).unwrap();
    assert_eq!(one::<String>(session, &sql("SELECT typeof(v) FROM t")).unwrap(), "integer");
    assert_eq!(one::<f64>(session, &sql("SELECT v FROM t")).unwrap(), 3.0);
}

#[test]
fn a_column_of_another_kind_is_told_by_kind_and_never_by_value() {
    fn refusal<T: FieldType>(session: &mut Session, text: &'static str) -> (&'static str, String, &'static str, String) {
        match column::<T>(session, &sql(text)).map(|_| ()) {
            Err(Error::Decode { model, field, expected, found }) => (model, field, expected, found),
            other => panic!("{text}: {other:?}"),
        }
    }
    let session = &mut session();
    assert_eq!(refusal::<i64>(session, "SELECT 'secret'"), ("Test", "column 0".to_owned(), "an integer", "text".to_owned()));
    assert_eq!(refusal::<i64>(session, "SELECT 1.0").3, "a floating-point number");
    assert_eq!(refusal::<i64>(session, "SELECT x'00'").3, "bytes");
    assert_eq!(refusal::<i64>(session, "SELECT NULL").3, "NULL");
    assert_eq!(refusal::<i32>(session, "SELECT 2147483648").3, "a larger integer");
    assert_eq!(refusal::<bool>(session, "SELECT 2").3, "an integer other than 0 and 1");
    assert_eq!(refusal::<f64>(session, "SELECT '1.0'").3, "text");
    assert_eq!(refusal::<String>(session, "SELECT 1").3, "an integer");
    assert_eq!(refusal::<String>(session, "SELECT CAST(x'ff' AS TEXT)").3, "invalid UTF-8");
    assert_eq!(refusal::<String>(session, "SELECT CAST(x'61C328' AS TEXT)").3, "invalid UTF-8");
    assert_eq!(refusal::<Vec<u8>>(session, "SELECT 'a'").3, "text");
    assert_eq!(refusal::<NaiveDate>(session, "SELECT '2024-02-30'").3, "other text");
    assert_eq!(refusal::<NaiveDate>(session, "SELECT 20240229").3, "an integer");
    assert_eq!(refusal::<NaiveTime>(session, "SELECT '24:00:00'").3, "other text");
    assert_eq!(refusal::<DateTime<Utc>>(session, "SELECT '2024-02-29 00:00:00+02:00'").3, "other text");
    // The session goes on.
    assert_eq!(common::integer(session, "SELECT 1"), 1);
}

#[test]
fn counts_beyond_the_integers_are_the_largest() {
    let session = &mut session();
    assert_eq!(one::<i64>(session, &sql("SELECT ?").count(u64::MAX)).unwrap(), i64::MAX);
    assert_eq!(
        column::<i64>(session, &sql("SELECT value FROM rarray(?) LIMIT ?").list(vec![Value::I64(1), Value::I64(2)]).count(1))
            .unwrap(),
        [1]
    );
    assert_eq!(one::<i64>(session, &sql("SELECT count(*) FROM rarray(?)").list(vec![])).unwrap(), 0);
    let many = (0..100_000).map(Value::I64).collect();
    assert_eq!(one::<i64>(session, &sql("SELECT count(*) FROM rarray(?)").list(many)).unwrap(), 100_000);
}

#[cfg(feature = "uuid")]
#[test]
fn uuids_are_sixteen_bytes_and_read_from_text_too() {
    use uuid::Uuid;
    let session = &mut session();
    let some = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
    round_trip(session, &[Uuid::nil(), Uuid::max(), some]);
    assert_eq!(one::<i64>(session, &sql("SELECT length(?)").bind(Value::Uuid(some))).unwrap(), 16);
    assert_eq!(one::<Uuid>(session, &sql("SELECT '67e55044-10b1-426f-9247-bb680e5fe0c8'")).unwrap(), some);
    for other in [
        "SELECT '67e5504410b1426f9247bb680e5fe0c8'",
        "SELECT x'00'",
        "SELECT 1",
        "SELECT '{67e55044-10b1-426f-9247-bb680e5fe0c8}'",
    ] {
        assert!(matches!(one::<Uuid>(session, &sql(other)), Err(Error::Decode { .. })), "{other}");
    }
}

#[cfg(feature = "decimal")]
#[test]
fn decimals_are_their_plain_digits() {
    use rust_decimal::Decimal;
    let session = &mut session();
    let decimal = |text: &str| Decimal::from_str_exact(text).unwrap();
    let values = [
        "0",
        "1",
        "-1",
        "0.1",
        "12345678901234567890.12345678",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "0.0000000000000000000000000001",
    ];
    round_trip(session, &values.map(decimal));
    for (value, text) in [
        ("1.50", "1.5"),
        ("100", "100"),
        ("100.00", "100"),
        ("-0.0", "0"),
        ("-0.50", "-0.5"),
        ("79228162514264337593543950335", "79228162514264337593543950335"),
    ] {
        assert_eq!(one::<String>(session, &sql("SELECT ?").bind(Value::Decimal(decimal(value)))).unwrap(), text);
    }
    assert_eq!(one::<Decimal>(session, &sql("SELECT 12")).unwrap(), decimal("12"));
    assert_eq!(one::<Decimal>(session, &sql("SELECT 0.1")).unwrap(), decimal("0.1"));
    assert_eq!(one::<Decimal>(session, &sql("SELECT '01.10'")).unwrap(), decimal("1.1"));
    for other in [
        "SELECT 'x'",
        "SELECT ''",
        "SELECT '1e2'",
        "SELECT '1_000'",
        "SELECT 1e300",
        "SELECT 9e999",
        "SELECT x'31'",
        "SELECT '79228162514264337593543950336'",
        "SELECT '0.00000000000000000000000000001'",
    ] {
        assert!(matches!(one::<Decimal>(session, &sql(other)), Err(Error::Decode { .. })), "{other}");
    }
}

#[cfg(feature = "json")]
#[test]
fn json_is_text() {
    let session = &mut session();
    let document = serde_json::json!({"a": [1, null, "ü\u{0}"], "b": {"c": 1.5}});
    round_trip(session, &[document, serde_json::Value::Null]);
    assert!(matches!(one::<serde_json::Value>(session, &sql("SELECT '{'")), Err(Error::Decode { .. })));
}
