use amphi::prelude::*;

#[test]
fn runs() {
    #[derive(Model, Debug)]
    struct Author {
        id: i64,
        name: String,
    }

    #[derive(Model, Debug)]
    struct Book {
        id: i64,
        author: ForeignKey<Author>,
        editor: Option<ForeignKey<Author>>,
    }

    let author = 3;
    let query = Book::objects().filter(Book::author.name.eq("Le Guin")).select_related((Book::author, Book::editor));
    let _: amphi::query::QuerySet<Book, BookRow<Author, Option<Author>>> = query;
    let _ = Book::create().author(author).into_new();
}
