//! Rows, also with what is loaded beside them, as the answers tell them.

use amphi::model::Model;
use amphi::prelude::*;
use serde_json::{Value, json};

use super::plain::Plain;

/// Rows in no order, repeats included.
pub fn bag<T: Plain>(rows: Vec<T>) -> Value {
    json!({ "bag": rows.plain() })
}

/// Anything that is neither a bag nor a list.
pub fn value<T: Plain>(of: T) -> Value {
    json!({ "value": of.plain() })
}

/// What is told of each row, in the order of the rows.
pub fn each<R, T>(rows: Result<Vec<R>, Error>, tell: impl Fn(&R) -> T) -> Result<Vec<T>, Error> {
    Ok(rows?.iter().map(tell).collect())
}

/// What is told of each row, in the order of their keys.
pub fn by_key<R: Row<Model: Model<Key = i64>>, T>(rows: &[R], tell: impl Fn(&R) -> T) -> Vec<T> {
    let mut rows: Vec<&R> = rows.iter().collect();
    rows.sort_by_key(|row| *row.model().key());
    rows.into_iter().map(tell).collect()
}

/// The keys in their order.
pub fn keys<R: Row<Model: Model<Key = i64>>>(rows: &[R]) -> Vec<i64> {
    by_key(rows, |row| *row.model().key())
}

/// The keys in the order of the rows.
pub fn in_order<R: Row<Model: Model<Key = i64>>>(rows: &[R]) -> Vec<i64> {
    rows.iter().map(|row| *row.model().key()).collect()
}
