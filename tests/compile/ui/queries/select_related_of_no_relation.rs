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

fn main() {
    let _ = Book::objects().select_related(Book::title);
    let _ = Author::objects().select_related(Book::author);
    let _ = Book::objects().select_related((Book::author, Book::pages));
    let _ = Book::objects().select_related("author");
}
