use amphi::prelude::*;

#[derive(Model)]
struct Tuple(i64, String);

#[derive(Model)]
struct Unit;

#[derive(Model)]
enum Status {
    Draft,
    Live,
}

#[derive(Model)]
struct Generic<T> {
    id: i64,
    value: T,
}

#[derive(Model)]
struct Borrowed<'a> {
    id: i64,
    name: &'a str,
}

fn main() {}
