use amphi::prelude::*;

#[derive(Model)]
#[has_many(books: Book::author)]
struct Author {
    id: i64,
}

#[derive(Model)]
struct Book {
    id: i64,
    author: ForeignKey<Author>,
}

fn wrong(author: &Author, book: &Book, db: &Database) {
    let _ = Author::books.of(author).remove(book, db);
    let _ = Author::books.of(author).clear(db);
}

fn main() {}
