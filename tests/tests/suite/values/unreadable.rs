//! Tables that another program filled.

use std::fmt::Debug;

use amphi::prelude::*;
use chrono::Timelike;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use super::{Colour, Document, Size, Status, decimal};
use amphi_tests::support::TempFile;

/// A model whose table another program made, and filled with what it liked.
#[derive(Model, Debug, Clone, PartialEq)]
struct Foreign {
    id: i64,
    small: Option<i16>,
    number: Option<i32>,
    big: Option<i64>,
    single: Option<f32>,
    double: Option<f64>,
    truth: Option<bool>,
    text: Option<String>,
    bytes: Option<Vec<u8>>,
    day: Option<NaiveDate>,
    clock: Option<NaiveTime>,
    local: Option<NaiveDateTime>,
    moment: Option<DateTime<Utc>>,
    token: Option<Uuid>,
    #[field(max_digits = 6, decimal_places = 2)]
    amount: Option<Decimal>,
    document: Option<serde_json::Value>,
    typed: Option<Json<Document>>,
    status: Option<Status>,
    size: Option<Size>,
    colour: Option<Colour>,
    other: Option<ForeignKey<Foreign>>,
}

/// Each column, an SQL expression that it cannot be read from, and what is told of it.
const UNREADABLE: [(&str, &str, &str, &str); 39] = [
    ("small", "'seven'", "an integer", "text"),
    ("small", "32768", "a 16-bit integer", "a larger integer"),
    ("number", "'seven'", "an integer", "text"),
    ("number", "2147483648", "a 32-bit integer", "a larger integer"),
    ("number", "-2147483649", "a 32-bit integer", "a larger integer"),
    ("number", "1.5", "an integer", "a floating-point number"),
    ("big", "x'00'", "an integer", "bytes"),
    ("big", "9.3e18", "an integer", "a floating-point number"),
    ("single", "0.1", "a 32-bit number", "a 64-bit number"),
    ("single", "'x'", "a floating-point number", "text"),
    ("double", "'1.5'", "a floating-point number", "text"),
    ("truth", "2", "a truth value", "an integer other than 0 and 1"),
    ("truth", "'true'", "a truth value", "text"),
    ("text", "CAST(x'ff' AS TEXT)", "text", "invalid UTF-8"),
    ("text", "CAST(x'61eda080' AS TEXT)", "text", "invalid UTF-8"),
    ("text", "7", "text", "an integer"),
    ("text", "x'61'", "text", "bytes"),
    ("bytes", "'text'", "bytes", "text"),
    ("day", "'2024-02-30'", "a date as YYYY-MM-DD", "other text"),
    ("day", "20240229", "a date as YYYY-MM-DD", "an integer"),
    ("clock", "'24:00:00'", "a time as HH:MM:SS.ffffff", "other text"),
    ("local", "'yesterday'", "a date and time as YYYY-MM-DD HH:MM:SS.ffffff", "other text"),
    ("moment", "'2024-02-29 12:00:00+02:00'", "a moment in UTC as YYYY-MM-DD HH:MM:SS.ffffff", "other text"),
    ("moment", "1709208000", "a moment in UTC as YYYY-MM-DD HH:MM:SS.ffffff", "an integer"),
    ("token", "x'00'", "a UUID as 16 bytes or 36 characters", "bytes of another length"),
    ("token", "'none'", "a UUID as 16 bytes or 36 characters", "other text"),
    ("amount", "'much'", "a decimal of at most 28 digits", "other text"),
    ("amount", "'1e3'", "a decimal of at most 28 digits", "other text"),
    ("amount", "1e300", "a decimal of at most 28 digits", "a floating-point number that is no such decimal"),
    ("amount", "x'31'", "a decimal of at most 28 digits", "bytes"),
    ("document", "x'7b7d'", "JSON as text", "bytes"),
    ("document", "7", "JSON as text", "an integer"),
    ("status", "'gone'", "one of draft, in_review, live", "another text"),
    ("status", "1", "text", "an integer"),
    ("size", "3", "one of -1, 0, 16, 17", "another number"),
    ("size", "'large'", "an integer", "text"),
    ("colour", "'red'", "a colour", "other text"),
    ("other", "'first'", "an integer", "text"),
    ("other", "1.5", "an integer", "a floating-point number"),
];

fn foreign_table(file: &TempFile) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(file.path()).unwrap();
    let columns = "small, number, big, single, double, truth, text, bytes, day, clock, local, moment, token, amount, document, typed, \
                   status, size, colour, other_id";
    connection.execute_batch(&format!("CREATE TABLE \"foreign\" (id INTEGER PRIMARY KEY, {columns})")).unwrap();
    connection
}

#[track_caller]
fn assert_undecodable<T: Debug>(outcome: Result<T, Error>, of: (&str, &str), expecting: &str, finding: &str) {
    match outcome {
        Err(Error::Decode { model, field, expected, found }) => {
            assert_eq!(((model, field.as_str()), expected, found.as_str()), (of, expecting, finding));
        }
        other => panic!("{of:?} gave {other:?}"),
    }
}

#[test]
fn what_a_column_should_not_hold_is_told_by_model_and_field() {
    let file = TempFile::unused();
    let other_program = foreign_table(&file);
    let db = Database::connect(&file.url()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for (column, expression, expected, found) in UNREADABLE {
        let stored = if column == "other" { "other_id" } else { column };
        other_program.execute_batch("DELETE FROM \"foreign\"; INSERT INTO \"foreign\" (id) VALUES (1)").unwrap();
        other_program.execute_batch(&format!("INSERT INTO \"foreign\" (id, {stored}) VALUES (2, {expression})")).unwrap();
        let (all, of) = (|| Foreign::objects().order_by(Foreign::id), ("Foreign", column));
        assert_undecodable(all().all(&db), of, expected, found);
        assert_undecodable(all().filter(Foreign::id.eq(2)).get(&db), of, expected, found);
        assert_undecodable(all().last(&db), of, expected, found);
        let mut rows = all().iter(&db).unwrap();
        assert!(matches!(rows.next(), Some(Ok(Foreign { id: 1, .. }))));
        assert_undecodable(rows.next().unwrap(), of, expected, found);
        assert!(rows.next().is_none(), "an error is the last item");
        let first = all().first(&db).unwrap();
        assert_eq!(first.map(|row| row.id), Some(1), "the connection goes on");
        runtime.block_on(async {
            let db = db.a();
            assert_undecodable(all().a().all(&db).await, of, expected, found);
            assert_undecodable(all().filter(Foreign::id.eq(2)).a().get(&db).await, of, expected, found);
            let mut stream = all().a().stream(&db);
            // Rows cross threads in batches, so that the error may overtake the row before it.
            let outcome = loop {
                match stream.try_next().await {
                    Ok(Some(_)) => {}
                    last => break last,
                }
            };
            assert_undecodable(outcome, of, expected, found);
            assert!(matches!(stream.try_next().await, Ok(None)), "an error is the last item");
            assert_eq!(all().a().count(&db).await.unwrap(), 2);
        });
    }
}

#[test]
fn rows_before_an_unreadable_one_are_streamed() {
    let file = TempFile::unused();
    foreign_table(&file).execute_batch("INSERT INTO \"foreign\" (id, number) VALUES (1, 1), (2, 'x'), (3, 3)").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = AsyncDatabase::connect(&file.url()).await.unwrap();
        let mut stream = Foreign::objects().order_by(Foreign::id).a().stream(&db);
        assert_eq!(stream.try_next().await.unwrap().map(|row| row.id), Some(1), "as iter does");
        assert_undecodable(stream.try_next().await, ("Foreign", "number"), "an integer", "text");
        assert!(matches!(stream.try_next().await, Ok(None)));
    });
}

#[test]
fn json_of_another_shape_is_told_by_its_kind() {
    let file = TempFile::unused();
    let other_program = foreign_table(&file);
    let db = Database::connect(&file.url()).unwrap();
    for (column, expression, words) in [
        ("document", "'{'", "Eof"),
        ("document", "''", "Eof"),
        ("document", "'{''secret'': 1}'", "Syntax"),
        ("typed", "'{\"name\": \"secret\"}'", "Data"),
        ("typed", "'[]'", "Data"),
    ] {
        other_program
            .execute_batch(&format!("DELETE FROM \"foreign\"; INSERT INTO \"foreign\" (id, {column}) VALUES (1, {expression})"))
            .unwrap();
        match Foreign::objects().all(&db) {
            Err(Error::Decode { model: "Foreign", field, found, .. }) => {
                assert_eq!(field, column);
                assert!(found.contains(words) && !found.contains("secret"), "{found}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_null_where_none_may_be_is_told() {
    let file = TempFile::unused();
    let other_program = rusqlite::Connection::open(file.path()).unwrap();
    other_program
        .execute_batch(
            "CREATE TABLE country (id INTEGER PRIMARY KEY, name TEXT);
             CREATE TABLE author (id INTEGER PRIMARY KEY, name TEXT, born INTEGER, country_id INTEGER, mentor_id INTEGER);
             INSERT INTO country VALUES (1, NULL);
             INSERT INTO author VALUES (1, 'x', NULL, 1, 1), (2, 'y', 'young', NULL, NULL)",
        )
        .unwrap();
    use amphi_tests::library::{Author, Country};
    let db = Database::connect(&file.url()).unwrap();
    let outcome = Country::objects().all(&db);
    assert_undecodable(outcome, ("Country", "name"), std::any::type_name::<String>(), "NULL");
    let outcome = Author::objects().filter(Author::id.eq(2)).get(&db);
    assert_undecodable(outcome, ("Author", "born"), "an integer", "text");
    // Of a related row, by the related model.
    let outcome = Author::objects().filter(Author::id.eq(1)).select_related((Author::country, Author::mentor)).get(&db);
    assert_undecodable(outcome, ("Country", "name"), std::any::type_name::<String>(), "NULL");
    // Of chosen columns, by their path.
    let outcome = Author::objects().filter(Author::id.eq(1)).values((Author::name, Author::country.name)).get(&db);
    assert_undecodable(outcome, ("Author", "country.name"), std::any::type_name::<String>(), "NULL");
}

#[test]
fn what_other_programs_write_is_read() {
    let file = TempFile::unused();
    let other_program = foreign_table(&file);
    other_program
        .execute_batch(
            "INSERT INTO \"foreign\" (id, double, day, clock, local, moment, token, amount, document)
             VALUES (1, 3, '2024-02-29', '12:34:56', '2024-02-29T12:34:56', '2024-02-29T12:34:56.123456789Z',
                     '67e55044-10b1-426f-9247-bb680e5fe0c8', 1.25, ' { \"b\" : 1, \"a\" : [ ] } ')",
        )
        .unwrap();
    let db = Database::connect(&file.url()).unwrap();
    let row = Foreign::objects().get(&db).unwrap();
    assert_eq!((row.double, row.amount), (Some(3.0), Some(decimal("1.25"))));
    assert_eq!(row.moment.map(|moment| moment.nanosecond()), Some(123_456_789));
    assert_eq!(row.local.map(|local| local.to_string()).as_deref(), Some("2024-02-29 12:34:56"));
    assert_eq!(row.token, Some("67e55044-10b1-426f-9247-bb680e5fe0c8".parse().unwrap()));
    assert_eq!(row.document, Some(json!({"a": [], "b": 1})));
}
