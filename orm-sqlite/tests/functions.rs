//! The functions and the collation that the driver brings.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{column, memory, one, sql};
use orm_core::Error;
use orm_core::connection::Access;
use orm_core::value::Value;
use orm_sqlite::{Lease, Session};

fn session() -> Lease {
    memory().acquire_blocking(Access::Write).unwrap()
}

fn text(session: &mut Session, query: &'static str) -> Option<String> {
    one(session, &sql(query)).unwrap()
}

#[test]
fn folding() {
    let session = &mut session();
    assert_eq!(text(session, "SELECT amphi_fold('STRAßE ŒUVRE Ж')").as_deref(), Some("strasse œuvre ж"));
    assert_eq!(text(session, "SELECT amphi_fold('plain')").as_deref(), Some("plain"));
    assert_eq!(text(session, "SELECT amphi_fold('')").as_deref(), Some(""));
    assert_eq!(text(session, "SELECT amphi_fold(NULL)"), None);
    assert_eq!(one::<i64>(session, &sql("SELECT amphi_fold(12)")).unwrap(), 12);
    let nul: String = one(session, &sql("SELECT amphi_fold(?)").bind(Value::Text("A\0B".into()))).unwrap();
    assert_eq!(nul, "a\0b");
}

#[test]
fn functions_may_stand_in_an_index() {
    let session = &mut session();
    session
        .run_script_now(
            "CREATE TABLE t (v TEXT);
             CREATE UNIQUE INDEX t_fold ON t (amphi_fold(v));
             INSERT INTO t VALUES ('Straße');",
        )
        .unwrap();
    let error = session.execute_now(&sql("INSERT INTO t VALUES ('STRASSE')")).unwrap_err();
    assert!(error.is_unique_violation(), "{error:?}");
    assert_eq!(
        one::<String>(session, &sql("SELECT v FROM t WHERE amphi_fold(v) = amphi_fold(?)").bind(Value::Text("straße".into())))
            .unwrap(),
        "Straße"
    );
}

#[test]
fn regular_expressions() {
    let session = &mut session();
    let matches = |session: &mut Session, query: &'static str| one::<Option<bool>>(session, &sql(query)).unwrap();
    assert_eq!(matches(session, "SELECT 'Ursula' REGEXP '^U.s'"), Some(true));
    assert_eq!(matches(session, "SELECT 'Ursula' REGEXP 'sul'"), Some(true));
    assert_eq!(matches(session, "SELECT 'Ursula' REGEXP 'SUL'"), Some(false));
    assert_eq!(matches(session, "SELECT amphi_iregexp('SUL', 'Ursula')"), Some(true));
    assert_eq!(matches(session, "SELECT amphi_iregexp('ÉC', 'école')"), Some(true));
    assert_eq!(matches(session, "SELECT 'x' NOT REGEXP 'y'"), Some(true));
    assert_eq!(matches(session, "SELECT NULL REGEXP 'x'"), None);
    assert_eq!(matches(session, "SELECT 'x' REGEXP NULL"), None);
    assert_eq!(matches(session, "SELECT 1974 REGEXP '^19..$'"), Some(true));
    assert_eq!(matches(session, "SELECT 'a' REGEXP '\\p{L}'"), Some(true));

    // The pattern may differ from row to row, and there may be more of them than are kept.
    session.run_script_now("CREATE TABLE t (p TEXT, v TEXT)").unwrap();
    for i in 0..100 {
        let pattern = Value::Text(format!("^{i}$").into());
        session.execute_now(&sql("INSERT INTO t VALUES (?, ?)").bind(pattern).bind(Value::Text(i.to_string().into()))).unwrap();
    }
    assert_eq!(one::<i64>(session, &sql("SELECT count(*) FROM t WHERE v REGEXP p")).unwrap(), 100);
    assert_eq!(
        one::<i64>(session, &sql("SELECT count(*) FROM t a, t b WHERE a.rowid <= 9 AND b.rowid <= 40 AND a.v REGEXP b.p"))
            .unwrap(),
        9
    );
    for i in 0..3 {
        let pattern = Value::Text(format!("{i}$").into());
        assert_eq!(one::<i64>(session, &sql("SELECT count(*) FROM t WHERE v REGEXP ?").bind(pattern)).unwrap(), 10);
    }
}

#[test]
fn a_bad_pattern_is_an_invalid_value_that_does_not_tell_the_pattern() {
    let session = &mut session();
    for query in ["SELECT 'x' REGEXP ?", "SELECT amphi_iregexp(?, 'x')"] {
        let outcome = one::<bool>(session, &sql(query).bind(Value::Text("secret(".into())));
        let Err(error @ Error::InvalidValue { .. }) = outcome else { panic!("{outcome:?}") };
        let message = error.to_string();
        assert!(message.contains("not a regular expression: unclosed group"), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
    let outcome = one::<bool>(session, &sql("SELECT 'x' REGEXP ?").bind(Value::Text("(?:a{1000}){1000}{1000}".into())));
    assert!(matches!(outcome, Err(Error::InvalidValue { .. })), "{outcome:?}");
    assert_eq!(common::integer(session, "SELECT 'x' REGEXP 'x'"), 1);
}

#[test]
fn the_decimal_collation_orders_groups_and_compares_by_value() {
    let session = &mut session();
    session
        .run_script_now(
            "CREATE TABLE t (v TEXT COLLATE amphi_decimal UNIQUE);
             INSERT INTO t VALUES ('10'), ('9.5'), ('-3'), ('0.10'), ('-20.25'), ('100000000000000000000000000000000000000'), ('x');",
        )
        .unwrap();
    let sorted: Vec<String> = column(session, &sql("SELECT v FROM t ORDER BY v")).unwrap();
    assert_eq!(sorted, ["-20.25", "-3", "0.10", "9.5", "10", "100000000000000000000000000000000000000", "x"]);
    assert_eq!(
        column::<String>(session, &sql("SELECT v FROM t WHERE v > '9' AND v < '11' ORDER BY v DESC")).unwrap(),
        ["10", "9.5"]
    );
    assert_eq!(one::<String>(session, &sql("SELECT v FROM t WHERE v = '0.1'")).unwrap(), "0.10");
    assert_eq!(one::<String>(session, &sql("SELECT min(v) FROM t")).unwrap(), "-20.25");
    assert!(session.execute_now(&sql("INSERT INTO t VALUES ('010.0')")).unwrap_err().is_unique_violation());
}

#[cfg(feature = "decimal")]
#[test]
fn decimal_arithmetic_is_exact() {
    let session = &mut session();
    for (query, expected) in [
        ("SELECT amphi_decimal_add('0.1', '0.2')", Some("0.3")),
        ("SELECT amphi_decimal_add('1.50', 2)", Some("3.5")),
        ("SELECT amphi_decimal_add(0.1, '0.2')", Some("0.3")),
        ("SELECT amphi_decimal_sub('1', '1.00')", Some("0")),
        ("SELECT amphi_decimal_sub('-1', '-1')", Some("0")),
        ("SELECT amphi_decimal_mul('1.10', '3')", Some("3.3")),
        ("SELECT amphi_decimal_div('1', '8')", Some("0.125")),
        ("SELECT amphi_decimal_div('1', '3')", Some("0.3333333333333333333333333333")),
        ("SELECT amphi_decimal_mod('7.5', '2')", Some("1.5")),
        ("SELECT amphi_decimal_mod('-7.5', '2')", Some("-1.5")),
        ("SELECT amphi_decimal_neg('0')", Some("0")),
        ("SELECT amphi_decimal_neg('2.50')", Some("-2.5")),
        ("SELECT amphi_decimal_div('1', '0.00')", None),
        ("SELECT amphi_decimal_mod('1', 0)", None),
        ("SELECT amphi_decimal_add(NULL, '1')", None),
        ("SELECT amphi_decimal_mul('1', NULL)", None),
        ("SELECT amphi_decimal_neg(NULL)", None),
        (
            "SELECT amphi_decimal_sum(value) FROM (SELECT '0.1' AS value UNION ALL SELECT '0.20' UNION ALL SELECT NULL)",
            Some("0.3"),
        ),
        ("SELECT amphi_decimal_sum(value) FROM (SELECT NULL AS value)", None),
        ("SELECT amphi_decimal_sum(value) FROM (SELECT 1 AS value WHERE 0)", None),
        ("SELECT amphi_decimal_fit('12.340', 4, 2)", Some("12.34")),
        ("SELECT amphi_decimal_fit(NULL, 4, 2)", None),
        ("SELECT amphi_decimal_fit('-99.99', 4, 2)", Some("-99.99")),
        ("SELECT amphi_decimal_fit('0.05', 2, 2)", Some("0.05")),
    ] {
        assert_eq!(text(session, query).as_deref(), expected, "{query}");
    }
}

#[cfg(feature = "decimal")]
#[test]
fn what_decimals_cannot_do_is_an_invalid_value() {
    let session = &mut session();
    for query in [
        "SELECT amphi_decimal_add('79228162514264337593543950335', '1')",
        "SELECT amphi_decimal_mul('79228162514264337593543950335', '2')",
        "SELECT amphi_decimal_sub('-79228162514264337593543950335', '1')",
        "SELECT amphi_decimal_div('79228162514264337593543950335', '0.1')",
        "SELECT amphi_decimal_sum(value) FROM (SELECT '79228162514264337593543950335' AS value UNION ALL SELECT '1')",
        "SELECT amphi_decimal_add('x', '1')",
        "SELECT amphi_decimal_add(x'31', '1')",
        "SELECT amphi_decimal_add(9e999, '1')",
        "SELECT amphi_decimal_fit('100', 4, 2)",
        "SELECT amphi_decimal_fit('0.001', 4, 2)",
    ] {
        let outcome = one::<Option<String>>(session, &sql(query));
        assert!(matches!(outcome, Err(Error::InvalidValue { .. })), "{query}: {outcome:?}");
    }
}

#[test]
fn integers_that_are_none_any_more() {
    let session = &mut session();
    let largest = "SELECT amphi_integer(9223372036854775806 + 1)";
    assert_eq!(one::<i64>(session, &sql(largest)).unwrap(), i64::MAX);
    assert_eq!(one::<Option<i64>>(session, &sql("SELECT amphi_integer(1 / 0)")).unwrap(), None);
    for query in [
        "SELECT amphi_integer(9223372036854775807 + 1)",
        "SELECT amphi_integer(9223372036854775807 * 2)",
        "SELECT amphi_integer(- (-9223372036854775807 - 1))",
        "SELECT amphi_integer((-9223372036854775807 - 1) / -1)",
        "SELECT amphi_integer('1')",
    ] {
        let error = one::<i64>(session, &sql(query)).unwrap_err();
        let Error::InvalidValue { model: "", field: "", reason } = error else { panic!("{query}: {error:?}") };
        assert_eq!(reason, "a computed integer is larger than 64 bits hold");
    }
}

#[cfg(feature = "chrono-tz")]
#[test]
fn clocks_of_time_zones() {
    let session = &mut session();
    let clock = "SELECT amphi_local('2024-07-01 22:00:00.000001', 'Europe/Warsaw')";
    assert_eq!(text(session, clock).as_deref(), Some("2024-07-02 00:00:00.000001"));
    assert_eq!(text(session, "SELECT amphi_local('2024-07-01T22:00:00Z', 'UTC')").as_deref(), Some("2024-07-01 22:00:00.000000"));
    for nothing in [
        "SELECT amphi_local(NULL, 'Europe/Warsaw')",
        "SELECT amphi_local('', 'Europe/Warsaw')",
        "SELECT amphi_local('ł', 'Europe/Warsaw')",
        "SELECT amphi_local(12, 'Europe/Warsaw')",
        "SELECT amphi_local('9999-12-31 23:00:00.000000', 'Europe/Warsaw')",
    ] {
        assert_eq!(text(session, nothing), None, "{nothing}");
    }
    let error = one::<String>(session, &sql("SELECT amphi_local('2024-07-01 22:00:00', 'Europe/Atlantis')")).unwrap_err();
    assert!(matches!(&error, Error::InvalidValue { reason, .. } if reason == "there is no such time zone"), "{error:?}");
}
