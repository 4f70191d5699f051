//! Tables that another program made, with columns that hold more than a field can: an error that says so, never another value.

use std::fmt::Debug;

use amphi::prelude::*;

use super::{Mood, decimal};
use amphi_tests::support::{Place, Scratch};

#[track_caller]
fn assert_undecodable<T: Debug>(outcome: Result<T, Error>, of: (&str, &str), finding: &str) {
    match outcome {
        Err(Error::Decode { model, field, found, .. }) => {
            assert_eq!((model, field.as_str(), found.as_str()), (of.0, of.1, finding))
        }
        other => panic!("{of:?} gave {other:?}"),
    }
}

/// Reads all rows in both modes.
fn in_both_modes<T: Debug>(
    url: &str,
    blocking: impl FnOnce(&Database) -> Result<T, Error>,
    asynchronous: impl AsyncFnOnce(&AsyncDatabase) -> Result<T, Error>,
) -> [Result<T, Error>; 2] {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let db = Database::connect(url).unwrap();
    let first = blocking(&db);
    db.close();
    let second = runtime.block_on(async {
        let db = AsyncDatabase::connect(url).await.unwrap();
        let second = asynchronous(&db).await;
        db.close().await;
        second
    });
    [first, second]
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Number {
    id: i64,
    #[field(max_digits = 28, decimal_places = 14)]
    value: Decimal,
}

fn long_decimals(place: Place, column: &str) {
    let scratch = Scratch::new(place);
    scratch.script(&format!("CREATE TABLE number (id BIGINT PRIMARY KEY, value {column})"));
    let url = scratch.url();
    let read = |number: &str| {
        scratch.script(&format!("DELETE FROM number; INSERT INTO number VALUES (1, {number})"));
        let all = || Number::objects().values(Number::value);
        in_both_modes(&url, |db| all().get(db), async |db| all().a().get(db).await)
    };
    let literal = |number: &str| if place == Place::sqlite { format!("'{number}'") } else { number.to_owned() };
    // As many digits as fit, with the zeros that the column writes behind them.
    for number in [
        "0.1234567890123456789012345678",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "12345678901234.56789012345678",
        "0",
        "1",
        "-0.0000000000000000000000000001",
    ] {
        for outcome in read(&literal(number)) {
            assert_eq!(outcome.unwrap(), decimal(number));
        }
    }
    for number in [
        "99999999999999999999999999999999999.999999999999999999999999999999",
        "79228162514264337593543950336",
        "0.000000000000000000000000000001",
        "0.12345678901234567890123456789",
        "1.0000000000000000000000000000001",
        "1.000000000000000000000000000001",
        "10000000000000000.00000000000000001",
    ] {
        // The column itself keeps thirty places.
        if place != Place::sqlite && number == "1.0000000000000000000000000000001" {
            continue;
        }
        for outcome in read(&literal(number)) {
            assert!(matches!(outcome, Err(Error::Decode { model: "Number", .. })), "{number} gave {outcome:?}");
        }
    }
}

#[test]
fn a_decimal_of_more_digits_is_no_other_number_on_sqlite() {
    long_decimals(Place::sqlite, "TEXT");
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn a_decimal_of_more_digits_is_no_other_number_on_postgres() {
    long_decimals(Place::postgres, "numeric(65, 30)");
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn a_decimal_of_more_digits_is_no_other_number_on_mysql() {
    long_decimals(Place::mysql, "DECIMAL(65, 30)");
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Foreign {
    id: i64,
    numbers: Option<Vec<i32>>,
    words: Option<Vec<String>>,
    moods: Option<Vec<Mood>>,
    days: Option<Vec<NaiveDate>>,
}

/// Each column, an SQL expression that it cannot be read from, and what is told of it.
const UNREADABLE: [(&str, &str, &str); 12] = [
    ("numbers", "'{{1,2},{3,4}}'::int[]", "an array of 2 dimensions"),
    ("numbers", "'{{{1}}}'::int[]", "an array of 3 dimensions"),
    ("numbers", "'{1,NULL}'::int[]", "NULL"),
    ("numbers", "'{1,9000000000}'::bigint[]", "a larger integer"),
    ("numbers", "'{a}'::text[]", "an array of another type"),
    ("numbers", "'{1.5}'::numeric[]", "an array of another type"),
    ("numbers", "7", "int4"),
    ("words", "'{1}'::int[]", "an array of another type"),
    ("words", "'[\"a\"]'::jsonb", "jsonb"),
    ("words", "'{a}'::text", "text"),
    ("moods", "'{glad}'::text[]", "another text"),
    ("days", "'{infinity}'::date[]", "infinity, or one out of range"),
];

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn arrays_that_a_field_cannot_hold_are_told() {
    let scratch = Scratch::new(Place::postgres);
    // A read casts the labels of enums to text, so that their column may be one.
    let columns = ["numbers", "words", "moods", "days"];
    let url = scratch.url();
    for (column, expression, found) in UNREADABLE {
        let others: String =
            columns.iter().filter(|other| **other != column).map(|other| format!(", NULL::text[] AS {other}")).collect();
        scratch.script(&format!(
            "DROP TABLE IF EXISTS \"foreign\"; CREATE TABLE \"foreign\" AS SELECT 1::bigint AS id, {expression} AS {column}{others}"
        ));
        for outcome in in_both_modes(&url, |db| Foreign::objects().all(db), async |db| Foreign::objects().a().all(db).await) {
            assert_undecodable(outcome, ("Foreign", column), found);
        }
    }
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn arrays_that_other_programs_write_are_read() {
    let scratch = Scratch::new(Place::postgres);
    let url = scratch.url();
    scratch.script(
        "CREATE TABLE \"foreign\" AS SELECT 1::bigint AS id, '[-3:-1]={1,2,3}'::smallint[] AS numbers, \
         '{a,\"NULL\",\"\"}'::varchar(9)[] AS words, '{sad}'::text[] AS moods, '{}'::date[] AS days",
    );
    let expected = Foreign {
        id: 1,
        numbers: Some(vec![1, 2, 3]),
        words: Some(["a", "NULL", ""].map(str::to_owned).to_vec()),
        moods: Some(vec![Mood::Sad]),
        days: Some(Vec::new()),
    };
    for outcome in in_both_modes(&url, |db| Foreign::objects().get(db), async |db| Foreign::objects().a().get(db).await) {
        assert_eq!(outcome.unwrap(), expected);
    }
}
