use amphi::prelude::*;

#[derive(Model)]
struct Book {
    id: i64,
    pages: i32,
    copies: i32,
}

#[derive(Values)]
#[values(Book)]
struct Share {
    #[values(expr = Book::pages / 2)]
    sheets: i32,
    #[values(expr = Book::pages / Book::copies)]
    share: i32,
}

fn wrong(db: &Database) -> Result<Vec<i32>, Error> {
    Book::objects().values(Book::pages % Book::copies).all(db)
}

fn main() {}
