use amphi::prelude::*;

#[derive(Model)]
struct Author {
    id: i64,
}

#[derive(Model)]
struct Book {
    id: i64,
    author: ForeignKey<Author>,
}

#[derive(Model)]
struct Review {
    id: i64,
    book: ForeignKey<Book>,
}

fn main() {
    let _ = Review::objects().lock(Lock::update().of(Book::author));
    let _ = Review::objects().lock(Lock::update().of((Review::book, Book::author)));
    let _ = Review::objects().lock(Lock::update().of(Review::book.author));
}
