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

fn by(book: &Book) -> &str {
    &book.author().name
}

fn translated_by(book: &Book) -> Option<&Author> {
    book.translator()
}

fn main() {}
