use amphi::prelude::*;

#[derive(Model)]
#[has_many(books: Book::writer)]
#[has_many(labels: Book::publisher)]
#[has_one(only_book: Book::author)]
#[many_to_many(tags: Book::tags)]
#[many_to_many(labels_too: Tag::books)]
struct Author {
    id: i64,
}

#[derive(Model)]
struct Publisher {
    id: i64,
}

#[derive(Model)]
#[many_to_many(books: Book)]
struct Tag {
    id: i64,
}

#[derive(Model)]
struct Book {
    id: i64,
    author: ForeignKey<Author>,
    publisher: ForeignKey<Publisher>,
}

fn main() {}
