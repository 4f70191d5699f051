use std::collections::HashMap;
use std::sync::Arc;

use amphi::prelude::*;
use chrono::FixedOffset;

#[derive(Model)]
struct Author {
    id: i64,
    age: u8,
    followers: u64,
    motto: &'static str,
    born: Option<Option<i32>>,
    books: Vec<ForeignKey<Book>>,
    nicknames: Vec<Vec<String>>,
    photo: Arc<Vec<u8>>,
    scores: HashMap<String, i32>,
    seen: DateTime<FixedOffset>,
    place: (f64, f64),
    hash: [u8; 32],
}

#[derive(Model)]
struct Book {
    id: i64,
}

fn main() {}
