use amphi::prelude::*;

#[derive(Model)]
struct Book {
    id: i64,
    title: String,
}

#[derive(Values)]
struct NoModel {
    title: String,
}

#[derive(Values)]
#[values(Book)]
struct Tuple(String);

#[derive(Values)]
#[values(Book)]
struct Empty {}

#[derive(Values)]
#[values(Book)]
struct Options {
    #[values(column = "title")]
    name: String,
    #[values("title")]
    title: String,
}

fn main() {}
