use amphi::prelude::*;

#[derive(Model)]
struct Author {
    id: i64,
    name: String,
    born: Option<i32>,
}

#[derive(Model)]
struct Book {
    id: i64,
    title: String,
    pages: i32,
    author: ForeignKey<Author>,
    translator: Option<ForeignKey<Author>>,
}

fn by(book: &BookRow<NotLoaded<book::author>, Option<Author>>) -> &str {
    &book.author().name
}

fn main() {}
