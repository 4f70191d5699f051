use amphi::prelude::*;

#[derive(Model)]
struct Country {
    id: i64,
    name: String,
}

#[derive(Model)]
struct Author {
    id: i64,
    country: ForeignKey<Country>,
}

#[derive(Model)]
struct Book {
    id: i64,
    author: ForeignKey<Author>,
}

fn from(book: &BookRow<Author>) -> &str {
    &book.author().country().name
}

fn main() {}
