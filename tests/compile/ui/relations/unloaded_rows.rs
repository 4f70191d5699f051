use amphi::prelude::*;

#[derive(Model)]
#[has_many(books: Book::author)]
#[has_one(page: Page::author)]
struct Author {
    id: i64,
    name: String,
}

#[derive(Model)]
#[many_to_many(tags: Tag)]
struct Book {
    id: i64,
    author: ForeignKey<Author>,
}

#[derive(Model)]
struct Page {
    id: i64,
    #[field(unique)]
    author: ForeignKey<Author>,
}

#[derive(Model)]
struct Tag {
    id: i64,
}

fn plain(author: &Author, book: &Book) {
    author.books();
    author.page();
    book.tags();
}

fn other(author: &AuthorRow<NotLoaded<author::books>, Option<Page>>) {
    author.page();
    author.books();
}

fn nested(author: &AuthorRow<Vec<Book>>) {
    author.books()[0].tags();
}

fn helper(author: &impl author::HasBooks) -> usize {
    author.books().count()
}

fn ask(author: &Author) {
    helper(author);
}

fn main() {}
