//! Values go in and come out as they were, or are refused; what a column should not hold is told by model and field.

mod arrays;
mod come_back;
mod decimals;
mod fields;
mod json;
mod moments;
mod nans;
mod native_enums;
mod numbers;
mod refused;
mod unreadable;
mod unreadable_elsewhere;
mod zones;

use std::fmt::Debug;

use amphi::field::{ColumnType, FieldType};
use amphi::prelude::*;
use amphi::row::{ColumnReader, DecodeError};
use amphi::value::{Value, ValueError};
use chrono::Duration;
use proptest::prelude::Strategy;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// So many random values of each type, beside its edges.
const SAMPLES: usize = 250;

/// The edges, then random values; the same ones at each run.
fn samples<T: Debug>(edges: impl IntoIterator<Item = T>, strategy: impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    let mut values: Vec<T> = edges.into_iter().collect();
    values.extend((0..SAMPLES).map(|_| strategy.new_tree(&mut runner).expect("a value").current()));
    values
}

/// No keys.
const NONE: [i64; 0] = [];

/// The days of the years 1 to 9999.
const DAYS: i32 = 3_652_059;

fn day(number: i32) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(number).expect("a day of the calendar")
}

fn clock(micros: i64) -> NaiveTime {
    NaiveTime::MIN + Duration::microseconds(micros)
}

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a decimal")
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Document {
    name: String,
    tags: Vec<String>,
    weight: f64,
    count: u64,
    child: Option<Box<Document>>,
}

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
enum Status {
    Draft,
    InReview,
    #[field(rename = "live")]
    Published,
}

/// Its order is not that of the letters.
#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
#[field(native = "of mood")]
enum Mood {
    Sad,
    #[field(rename = "it's \"calm\"")]
    Calm,
    Happy,
}

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
#[field(integer)]
enum Size {
    Small = -1,
    Middle,
    Large = 0x10,
    Huge,
}

#[derive(FieldNewtype, Debug, Clone, PartialEq)]
struct Title(String);

#[derive(FieldNewtype, Debug, Clone, Copy, PartialEq)]
struct Metres(i32);

/// A colour, stored as `#rrggbb`.
#[derive(Debug, Clone, PartialEq)]
struct Colour(u8, u8, u8);

impl FieldType for Colour {
    type NonNull = Self;
    const COLUMN: ColumnType = ColumnType::Text;

    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        Ok(Value::Text(format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2).into()))
    }

    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        let Some(text) = row.text(index)? else { return Ok(None) };
        let byte = |at| text.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (byte(1), byte(3), byte(5)) {
            (Some(r), Some(g), Some(b)) => Ok(Some(Colour(r, g, b))),
            _ => Err(DecodeError::new(index, "a colour", "other text")),
        }
    }
}
