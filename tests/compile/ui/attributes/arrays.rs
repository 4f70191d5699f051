use amphi::prelude::*;

struct Point {
    x: i32,
}

#[derive(Model)]
struct Post {
    id: i64,
    points: Vec<Point>,
}

#[derive(Model)]
struct Page {
    id: i64,
    counts: Vec<u32>,
    grid: Vec<Vec<i32>>,
    photos: Vec<Vec<u8>>,
    documents: Vec<Json<i32>>,
    #[field(max_length = 3)]
    codes: Vec<String>,
    prices: Option<Vec<Decimal>>,
    #[field(primary_key)]
    keys: Vec<i32>,
}

fn main() {}
