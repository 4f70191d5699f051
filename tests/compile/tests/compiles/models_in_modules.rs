use amphi::prelude::*;

mod author {
    use amphi::prelude::*;

    use super::book;

    #[derive(Model)]
    pub struct Author {
        pub id: i64,
        pub name: String,
        pub best: Option<ForeignKey<book::Book>>,
    }
}

mod book {
    use amphi::prelude::ForeignKey;

    use super::author;

    #[derive(amphi::Model)]
    pub struct Book {
        pub id: i64,
        pub title: String,
        pub author: ForeignKey<author::Author>,
    }
}

use author::Author;
use book::{Book, BookRow};

#[test]
fn runs() {
    let query = Book::objects().filter(Book::author.best.author.name.eq("x")).select_related(Book::author.best);
    let _: amphi::query::QuerySet<Book, BookRow<author::AuthorRow<Option<Book>>>> = query;
    let _ = Author::create().name("x").best(1).into_new();
}
