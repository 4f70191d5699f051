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
    let _ = Book::create().title(3);
    let _ = Book::create().pages("many");
    let _ = Book::create().author("Le Guin");
    let _ = Book::create().author(book);
}

fn main() {}
