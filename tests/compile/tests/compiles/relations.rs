use amphi::prelude::*;

#[derive(Model, Clone, Debug, PartialEq)]
struct Author {
    id: i64,
    name: String,
    mentor: Option<ForeignKey<Self>>,
}

/// It derives nothing, and its rows have nothing.
#[derive(Model)]
struct Book {
    id: i64,
    title: String,
    author: ForeignKey<Author>,
    translator: Option<ForeignKey<Author>>,
}

fn card(book: &impl book::HasAuthor) -> &str {
    &book.author().name
}

fn translator(book: &(impl book::HasTranslator + book::HasAuthor)) -> Option<&Author> {
    book.translator()
}

fn read(book: &BookRow<AuthorRow<Option<Author>>, Option<Author>>) {
    let _: (&str, &str, &AuthorRow<Option<Author>>, &Option<Author>, &Option<Author>) =
        (&book.title, card(book), book.author(), book.author().mentor(), book.translator());
    let _: (&ForeignKey<Author>, Option<&Author>) = (&book.author, translator(book));
}

fn same(row: &AuthorRow<Option<Author>>) -> bool {
    row.clone() == *row && !format!("{row:?}").is_empty() && row.clone().into_inner() == row.clone().into_model()
}

#[test]
fn runs() {
    let query = Book::objects().select_related((Book::author, Book::translator, Book::author.mentor));
    let _: amphi::query::QuerySet<Book, BookRow<AuthorRow<Option<Author>>, Option<Author>>> = query;
    let _ = (read as fn(&_), same as fn(&_) -> bool);
}
