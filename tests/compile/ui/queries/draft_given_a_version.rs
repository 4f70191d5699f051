use amphi::prelude::*;

#[derive(Model)]
struct Page {
    id: i64,
    #[field(version)]
    version: i64,
}

fn main() {
    let _ = Page::create().version(2);
}
