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
    let _ = Book::objects().order_by(Author::name.asc());
    let _ = Book::objects().order_by((Book::title.asc(), Author::name));
    let _ = Book::objects().order_by("title");
}
