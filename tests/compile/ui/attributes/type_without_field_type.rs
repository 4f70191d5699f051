use amphi::prelude::*;

enum Status {
    Draft,
    Live,
}

#[derive(Model)]
struct Page {
    id: i64,
    status: Status,
}

fn main() {}
