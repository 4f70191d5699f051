use amphi::prelude::*;

#[derive(Model)]
struct Page {
    id: i64,
    #[field(version)]
    version: i64,
    #[field(version)]
    writes: i32,
}

#[derive(Model)]
struct Key {
    #[field(primary_key, version)]
    number: i64,
}

#[derive(Model)]
struct Options {
    id: i64,
    #[field(version, default = 7, auto_now)]
    version: i64,
}

#[derive(Model)]
struct Nullable {
    id: i64,
    #[field(version)]
    version: Option<i64>,
}

fn main() {}
