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

fn wrong(book: &Book) {
    let _ = Book::author.set(book);
    let _ = Book::author.set(None);
    let _ = Book::translator.set("Le Guin");
}

fn main() {}
