use amphi::prelude::*;

#[derive(Model)]
#[model(renamed_from = "Book", app = "my shop")]
struct Book {
    id: i64,
    #[field(renamed_from = "id")]
    number: i32,
    #[field(renamed_from = "title")]
    title: String,
    #[field(renamed_from = "old title")]
    blurb: String,
}

#[derive(Model)]
#[model(
    index(fields = ["titel"]),
    index(fields = "title"),
    index(name = "none"),
    index,
    index(field = ["title"]),
    index(fields = ["title"], condition(postgre = "1 = 1")),
    unique(fields = ["-title"]),
    check(condition = "1 = 1"),
    check(name = "", condition = "1 = 1")
)]
struct Film {
    id: i64,
    title: String,
}

fn main() {}
