//! Arithmetic, parts of dates, tests on text, lists of every kind.

use amphi::expr::DatePart;
use amphi::prelude::*;
use chrono::FixedOffset;
use insta::assert_snapshot;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{condition, whole};
use amphi_tests::library::date;

#[derive(Model, Debug, Clone, PartialEq)]
struct Part {
    id: i64,
    name: String,
    other: Option<String>,
    count: i32,
    weight: f32,
    length: f64,
    #[field(max_digits = 8, decimal_places = 3)]
    price: Decimal,
    code: Uuid,
    data: Vec<u8>,
    day: NaiveDate,
    clock: NaiveTime,
    local: NaiveDateTime,
    seen: DateTime<Utc>,
    done: bool,
    extra: serde_json::Value,
}

/// The SQL of one selected expression.
fn value(expression: impl amphi::query::SelectList<Part>) -> String {
    let sql = whole(Part::objects().values(expression), orm_core::sql::Form::Rows);
    sql.replace(" FROM \"part\"", "").replace(" FROM `part`", "").replace("SELECT ", "")
}

#[test]
fn numbers_compute_with_64_bits() {
    assert_snapshot!(value(Part::count + 1), @r#"
    PostgreSQL: (CAST("count" AS bigint) + $1)
    MariaDB: (`count` + CAST(? AS SIGNED))
    "#);
    assert_snapshot!(value(-(Part::count * Part::count)), @r#"
    PostgreSQL: (- (CAST("count" AS bigint) * CAST("count" AS bigint)))
    MariaDB: (- (`count` * `count`))
    "#);
    assert_snapshot!(value(Part::weight - 0.5), @r#"
    PostgreSQL: (CAST("weight" AS double precision) - $1)
    MariaDB: (`weight` - ?)
    "#);
    assert_snapshot!(condition((Part::count + 1).gt(Part::count + 2) & Part::count.eq(5)), @r#"
    PostgreSQL: ((CAST("count" AS bigint) + $1) > (CAST("count" AS bigint) + $2) AND "count" = $3)
    MariaDB: ((`count` + CAST(? AS SIGNED)) > (`count` + CAST(? AS SIGNED)) AND `count` = ?)
    "#);
}

#[test]
fn a_divisor_of_zero_is_null() {
    assert_snapshot!(value(Part::count / 2), @r#"
    PostgreSQL: (CAST("count" AS bigint) / NULLIF($1, 0))
    MariaDB: (`count` DIV NULLIF(CAST(? AS SIGNED), 0))
    "#);
    assert_snapshot!(value(Part::count % Part::count), @r#"
    PostgreSQL: (CAST("count" AS bigint) % NULLIF(CAST("count" AS bigint), 0))
    MariaDB: (`count` % NULLIF(`count`, 0))
    "#);
    assert_snapshot!(value(Part::length / Part::length), @r#"
    PostgreSQL: ("length" / NULLIF("length", 0))
    MariaDB: (`length` / NULLIF(`length`, 0))
    "#);
    assert_snapshot!(value(Part::length % 0.5), @r#"
    PostgreSQL: (CASE WHEN abs(b) = 'Infinity' AND abs(a) < 'Infinity' THEN a ELSE NULLIF(a - b * trunc(a / b), 'NaN') END FROM ("length" AS a, NULLIF($1, 0) AS b) AS computed)
    MariaDB: (`length` % NULLIF(?, 0))
    "#);
    assert_snapshot!(value(Part::price / Decimal::TEN), @r#"
    PostgreSQL: round("price" * 1.0000000000000000000000000000 / NULLIF($1, 0), 28)
    MariaDB: ROUND(CAST(`price` AS DECIMAL(65, 28)) / NULLIF(CAST(? AS DECIMAL(65, 28)), 0), 28)
    "#);
    assert_snapshot!(value(Part::price % Decimal::TEN * Part::price), @r#"
    PostgreSQL: (("price" % NULLIF($1, 0)) * "price")
    MariaDB: ((`price` % NULLIF(CAST(? AS DECIMAL(65, 28)), 0)) * `price`)
    "#);
}

#[test]
fn parts_of_dates() {
    assert_snapshot!(value(Part::day.iso_year()), @r#"
    PostgreSQL: CAST(EXTRACT(ISOYEAR FROM "day") AS integer)
    MariaDB: (YEARWEEK(`day`, 3) DIV 100)
    "#);
    assert_snapshot!(value(Part::day.week()), @r#"
    PostgreSQL: CAST(EXTRACT(WEEK FROM "day") AS integer)
    MariaDB: WEEK(`day`, 3)
    "#);
    assert_snapshot!(value(Part::day.week_day()), @r#"
    PostgreSQL: CAST(EXTRACT(DOW FROM "day") + 1 AS integer)
    MariaDB: DAYOFWEEK(`day`)
    "#);
    assert_snapshot!(value(Part::local.iso_week_day()), @r#"
    PostgreSQL: CAST(EXTRACT(ISODOW FROM "local") AS integer)
    MariaDB: (WEEKDAY(`local`) + 1)
    "#);
    assert_snapshot!(value(Part::local.date()), @r#"
    PostgreSQL: CAST("local" AS date)
    MariaDB: DATE(`local`)
    "#);
    assert_snapshot!(value(Part::clock.second()), @r#"
    PostgreSQL: CAST(floor(EXTRACT(SECOND FROM "clock")) AS integer)
    MariaDB: SECOND(`clock`)
    "#);
    assert_snapshot!(value(Part::seen.month()), @r#"
    PostgreSQL: CAST(EXTRACT(MONTH FROM ("seen" AT TIME ZONE 'UTC')) AS integer)
    MariaDB: MONTH(`seen`)
    "#);
    assert_snapshot!(value(Part::seen.time()), @r#"
    PostgreSQL: CAST(("seen" AT TIME ZONE 'UTC') AS time)
    MariaDB: TIME(`seen`)
    "#);
    let zone = FixedOffset::east_opt(-5400).expect("an offset");
    assert_snapshot!(value(Part::seen.part_at(DatePart::Hour, zone)), @r#"
    PostgreSQL: CAST(EXTRACT(HOUR FROM ("seen" AT TIME ZONE 'UTC' + INTERVAL '-5400 seconds')) AS integer)
    MariaDB: HOUR((`seen` + INTERVAL -5400 SECOND))
    "#);
    assert_snapshot!(value(Part::seen.date_at(zone)), @r#"
    PostgreSQL: CAST(("seen" AT TIME ZONE 'UTC' + INTERVAL '-5400 seconds') AS date)
    MariaDB: DATE((`seen` + INTERVAL -5400 SECOND))
    "#);
    assert_snapshot!(condition(Part::seen.year().eq(1974)), @r#"
    PostgreSQL: ("seen" >= $1 AND "seen" < $2)
    MariaDB: (`seen` >= ? AND `seen` < ?)
    "#);
}

#[test]
fn texts() {
    assert_snapshot!(condition(Part::name.eq("x")), @r#"
    PostgreSQL: "name" = $1
    MariaDB: `name` = ?
    "#);
    assert_snapshot!(condition(Expr::<Part, String>::value("x".into()).lt("y")), @r#"
    PostgreSQL: $1 COLLATE "C" < $2
    MariaDB: ? COLLATE utf8mb4_nopad_bin < ?
    MySQL: ? COLLATE utf8mb4_0900_bin < ?
    "#);
    assert_snapshot!(condition(Part::name.contains("x")), @r#"
    PostgreSQL: strpos("name", $1) > 0
    MariaDB: LOCATE(? COLLATE utf8mb4_nopad_bin, `name` COLLATE utf8mb4_nopad_bin) > 0
    MySQL: LOCATE(? COLLATE utf8mb4_0900_bin, `name` COLLATE utf8mb4_0900_bin) > 0
    "#);
    assert_snapshot!(condition(Part::name.startswith("x")), @r#"
    PostgreSQL: "name" ^@ $1
    MariaDB: `name` LIKE CONCAT(REPLACE(REPLACE(REPLACE(?, '!', '!!'), '%', '!%'), '_', '!_'), '%') COLLATE utf8mb4_nopad_bin ESCAPE '!'
    MySQL: `name` LIKE CONCAT(REPLACE(REPLACE(REPLACE(?, '!', '!!'), '%', '!%'), '_', '!_'), '%') COLLATE utf8mb4_0900_bin ESCAPE '!'
    "#);
    assert_snapshot!(condition(Part::name.endswith(Part::other)), @r#"
    PostgreSQL: right("name", length("other")) = "other"
    MariaDB: RIGHT(`name` COLLATE utf8mb4_nopad_bin, CHAR_LENGTH(`other` COLLATE utf8mb4_nopad_bin)) = `other` COLLATE utf8mb4_nopad_bin
    MySQL: RIGHT(`name` COLLATE utf8mb4_0900_bin, CHAR_LENGTH(`other` COLLATE utf8mb4_0900_bin)) = `other` COLLATE utf8mb4_0900_bin
    "#);
    assert_snapshot!(condition(Part::name.iexact("x")), @r#"
    PostgreSQL: translate(lower(upper(translate(lower("name" COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ') = translate(lower(upper(translate(lower($1 COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ')
    MariaDB: REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(`name` COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss') = REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss')
    MySQL: REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(`name` COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss') = REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss')
    "#);
    assert_snapshot!(condition(Part::name.icontains("x")), @r#"
    PostgreSQL: strpos(translate(lower(upper(translate(lower("name" COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ'), translate(lower(upper(translate(lower($1 COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ')) > 0
    MariaDB: LOCATE(REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss'), REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(`name` COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss')) > 0
    MySQL: LOCATE(REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss'), REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(`name` COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss')) > 0
    "#);
    assert_snapshot!(condition(Part::name.istartswith("x")), @r#"
    PostgreSQL: translate(lower(upper(translate(lower("name" COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ') ^@ translate(lower(upper(translate(lower($1 COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ')
    MariaDB: LOCATE(REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss'), REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(`name` COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss')) = 1
    MySQL: LOCATE(REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss'), REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(`name` COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss')) = 1
    "#);
    assert_snapshot!(condition(Part::name.iendswith("x")), @r#"
    PostgreSQL: right(translate(lower(upper(translate(lower("name" COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ'), length(translate(lower(upper(translate(lower($1 COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ'))) = translate(lower(upper(translate(lower($2 COLLATE "und-x-icu"), 'ı', ''))), 'ς', 'σ')
    MariaDB: RIGHT(REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(`name` COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss'), CHAR_LENGTH(REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss'))) = REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_nopad_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_nopad_bin, 'ß', 'ss')
    MySQL: RIGHT(REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(`name` COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss'), CHAR_LENGTH(REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss'))) = REPLACE(LOWER(UPPER(LOWER(REPLACE(REPLACE(? COLLATE utf8mb4_0900_bin, 'ı', ''), 'İ', 'i̇') COLLATE utf8mb4_unicode_520_ci))) COLLATE utf8mb4_0900_bin, 'ß', 'ss')
    "#);
    assert_snapshot!(condition(Part::name.regex("x")), @r#"
    PostgreSQL: "name" COLLATE "und-x-icu" ~ $1
    MariaDB: `name` COLLATE utf8mb4_nopad_bin REGEXP CONCAT('(*UCP)', ?)
    MySQL: REGEXP_LIKE(`name`, CONCAT('(?:)', ?), 'c')
    "#);
    assert_snapshot!(condition(!Part::other.iregex("x")), @r#"
    PostgreSQL: ("other" COLLATE "und-x-icu" ~* $1) IS NOT TRUE
    MariaDB: (`other` COLLATE utf8mb4_nopad_bin REGEXP CONCAT('(*UCP)(?i)', ?)) IS NOT TRUE
    MySQL: (REGEXP_LIKE(`other`, CONCAT('(?:)', ?), 'i')) IS NOT TRUE
    "#);
}

#[test]
fn lists() {
    assert_snapshot!(condition(Part::count.in_([1])), @r#"
    PostgreSQL: "count" = ANY($1)
    MariaDB: `count` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v BIGINT PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::length.in_([1.0])), @r#"
    PostgreSQL: "length" = ANY($1)
    MariaDB: `length` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v DOUBLE PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::done.in_([true])), @r#"
    PostgreSQL: "done" = ANY($1)
    MariaDB: `done` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v TINYINT PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::price.in_([Decimal::ONE])), @r#"
    PostgreSQL: "price" = ANY($1)
    MariaDB: `price` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v DECIMAL(65, 28) PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::code.in_([Uuid::nil()])), @r#"
    PostgreSQL: "code" = ANY($1)
    MariaDB: `code` IN (SELECT UNHEX(v) FROM JSON_TABLE(?, '$[*]' COLUMNS (v VARCHAR(32) CHARACTER SET utf8mb4 PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::data.in_([vec![0_u8]])), @r#"
    PostgreSQL: "data" = ANY($1)
    MariaDB: `data` IN (SELECT UNHEX(v) FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::day.in_([date(2000, 1, 1)])), @r#"
    PostgreSQL: "day" = ANY($1)
    MariaDB: `day` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v DATE PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::clock.in_([NaiveTime::MIN])), @r#"
    PostgreSQL: "clock" = ANY($1)
    MariaDB: `clock` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v TIME(6) PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::seen.in_([DateTime::<Utc>::UNIX_EPOCH])), @r#"
    PostgreSQL: "seen" = ANY($1)
    MariaDB: `seen` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v DATETIME(6) PATH '$')) AS listed)
    "#);
    assert_snapshot!(condition(Part::extra.in_([serde_json::json!(1)])), @r#"
    PostgreSQL: "extra" = ANY($1)
    MariaDB: `extra` IN (SELECT v COLLATE utf8mb4_nopad_bin FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS listed)
    MySQL: `extra` IN (SELECT CAST(v AS JSON) FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS listed)
    "#);
}

#[test]
fn what_is_bound_as_text_says_what_it_is() {
    assert_snapshot!(condition(Part::price.gt(Decimal::ONE)), @r#"
    PostgreSQL: "price" > $1
    MariaDB: `price` > CAST(? AS DECIMAL(65, 28))
    "#);
    assert_snapshot!(condition(Part::extra.eq(serde_json::json!([]))), @r#"
    PostgreSQL: "extra" = $1
    MariaDB: `extra` = ?
    MySQL: `extra` = CAST(? AS JSON)
    "#);
}

#[test]
fn an_odd_number_of_conditions() {
    assert_snapshot!(condition(Part::count.eq(1) ^ Part::done.eq(true)), @r#"
    PostgreSQL: ((("count" = $1) IS TRUE) <> (("done" = $2) IS TRUE))
    MariaDB: (COALESCE((`count` = ?), FALSE) <> COALESCE((`done` = ?), FALSE))
    "#);
    assert_snapshot!(condition(!(Part::count.eq(1) ^ Part::other.eq("x"))), @r#"
    PostgreSQL: NOT ((("count" = $1) IS TRUE) <> (("other" = $2) IS TRUE))
    MariaDB: NOT (COALESCE((`count` = ?), FALSE) <> COALESCE((`other` = ?), FALSE))
    "#);
}
