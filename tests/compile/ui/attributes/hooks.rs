use amphi::prelude::*;

#[derive(Model, Clone)]
#[model(hooks = true)]
struct Author {
    id: i64,
}

#[derive(Model, Clone)]
#[model(hook)]
struct Book {
    id: i64,
}

#[derive(Model, Clone)]
#[model(hooks, table = "shelves", hooks)]
struct Shelf {
    id: i64,
}

#[derive(Model, Clone)]
struct Page {
    id: i64,
    #[field(hooks)]
    title: String,
}

impl amphi::Hooks for Author {}
impl amphi::Hooks for Shelf {}

fn main() {}
