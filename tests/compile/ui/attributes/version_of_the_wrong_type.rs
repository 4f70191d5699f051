use amphi::prelude::*;

#[derive(Model)]
struct Page {
    id: i64,
    #[field(version)]
    version: String,
}

fn main() {}
