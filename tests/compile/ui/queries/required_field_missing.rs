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

fn new() -> amphi::draft::New<Book> {
    Book::create().title("The Dispossessed").into_new()
}

fn insert(draft: impl Draft<Model = Book>) {
    let _ = draft;
}

fn main() {
    insert(Book::create().title("The Dispossessed").pages(341));
}
