use amphi::prelude::*;

#[derive(Model)]
#[has_many(books: Book::author)]
struct Author {
    id: i64,
}

#[derive(Model)]
struct Book {
    id: i64,
    title: String,
    author: ForeignKey<Author>,
}

fn wrong(author: &Author, db: &Database) {
    let _ = Author::books.of(author).create(Book::create(), db);
    let _ = Author::books.of(author).create(Book::create().title("x").author(author), db);
}

fn main() {}
