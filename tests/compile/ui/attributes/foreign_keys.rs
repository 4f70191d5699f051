use amphi::prelude::*;

#[derive(Model)]
struct Author {
    id: i64,
    #[field(on_delete = Cascade, related_name = "names")]
    name: String,
}

#[derive(Model)]
struct Book {
    id: i64,
    #[field(on_delete = SetNull)]
    author: ForeignKey<Author>,
    #[field(on_delete = SetDefault)]
    translator: Option<ForeignKey<Author>>,
    #[field(on_delete = "CASCADE")]
    editor: ForeignKey<Author>,
    #[field(on_delete = Explode, related_name = "drawn by")]
    illustrator: ForeignKey<Author>,
    #[field(on_delete)]
    printer: ForeignKey<Author>,
    #[field(on_delete = SetDefault)]
    binder: ForeignKey<Author>,
}

fn main() {}
