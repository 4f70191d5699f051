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
    let _ = Book::objects().filter(Book::subtitle.eq("x"));
    let _ = Book::objects().filter(Book::author.age.eq(3));
    let _ = Book::create().subtitle("x");
}
