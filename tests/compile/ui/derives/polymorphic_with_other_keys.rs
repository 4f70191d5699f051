use amphi::prelude::*;

#[derive(Model)]
struct Book {
    id: i64,
}

#[derive(Model)]
struct Tag {
    #[field(primary_key)]
    name: String,
}

struct Plain;

#[derive(Polymorphic)]
enum Subject {
    Book(Book),
    Tag(Tag),
}

#[derive(Polymorphic)]
enum Other {
    Book(Book),
    Plain(Plain),
}

fn main() {}
