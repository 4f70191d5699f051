use amphi::prelude::*;

#[derive(Model)]
struct Book {
    id: i64,
    #[field(default = "many")]
    pages: i32,
}

fn main() {}
