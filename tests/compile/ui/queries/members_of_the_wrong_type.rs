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
    let _ = Book::objects().filter(Book::pages.in_(["one", "two"]));
    let _ = Book::objects().filter(Book::pages.in_(3));
    let _ = Book::objects().filter(Book::author.in_(["Le Guin"]));
    let _ = Book::objects().filter(Book::pages.in_(Author::objects().values(Author::name)));
}
