use amphi::prelude::*;

#[derive(Model, Clone)]
#[model(hooks)]
struct Author {
    id: i64,
}

#[derive(Model)]
#[model(hooks)]
struct Book {
    id: i64,
}

impl amphi::Hooks for Book {}

fn main() {}
