use amphi::prelude::*;

#[derive(Model)]
struct Book {
    id: i64,
    title: String,
}

#[derive(Polymorphic)]
enum Subject {
    Book(Book),
    Nothing,
    Pair(Book, Book),
    Named { book: Book },
}

#[derive(Polymorphic)]
enum Twice {
    #[field(rename = "other")]
    Book(Book),
    Other(Book),
}

#[derive(Polymorphic)]
enum Empty {}

#[derive(Polymorphic)]
struct NoEnum(Book);

#[derive(Polymorphic)]
enum Generic<T> {
    Book(T),
}

#[derive(Polymorphic)]
enum Fine {
    Book(Book),
}

#[derive(Model)]
struct Comment {
    id: i64,
    #[field(unique)]
    subject: AnyOf<Fine>,
    #[field(prefix = "of_", flatten)]
    other: Option<AnyOf<Fine>>,
}

#[derive(Embeddable)]
struct Shared {
    subject: AnyOf<Fine>,
}

fn main() {}
