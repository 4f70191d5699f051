use amphi::prelude::*;

#[derive(Model)]
#[model(ordering = ["-publishd", "title", "-title", "author_id"])]
struct Book {
    id: i64,
    title: String,
    published: i32,
}

fn main() {}
