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

fn card(book: &impl book::HasAuthor) -> String {
    format!("{} by {}", book.model().title, book.author().name)
}

fn show(plain: &Book, translated: &BookRow<NotLoaded<book::author>, Option<Author>>) {
    card(plain);
    card(translated);
}

fn main() {}
