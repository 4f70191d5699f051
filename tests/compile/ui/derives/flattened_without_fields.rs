use amphi::prelude::*;

struct Plain {
    created: i32,
}

#[derive(Model)]
struct Book {
    id: i64,
    #[field(flatten)]
    plain: Plain,
}

#[derive(Model)]
struct Page {
    id: i64,
    stamps: Stamps,
}

#[derive(Embeddable)]
struct Stamps {
    created: i32,
}

fn main() {}
