use amphi::prelude::*;

#[derive(Model)]
struct Author {
    id: i64,
    name: String,
}

#[derive(Model)]
struct Book {
    id: i64,
    title: String,
    editor: Option<ForeignKey<Author>>,
}

#[derive(Values)]
#[values(Book)]
struct Card {
    id: i64,
    #[values(title)]
    name: i32,
    #[values(editor.name)]
    edited_by: String,
    #[values(expr = Author::name)]
    author: String,
    subtitle: String,
}

fn main() {}
