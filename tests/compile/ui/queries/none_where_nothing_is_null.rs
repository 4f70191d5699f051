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
    let _ = Book::objects().filter(Book::pages.eq(None));
    let _ = Author::objects().filter(Author::born.lt(None));
    let _ = Author::objects().filter(Author::born.lt(Some(1929)));
    let _ = Book::objects().filter(Book::author.eq(None));
}
