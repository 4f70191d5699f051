use amphi::prelude::*;

#[derive(Model)]
#[model(table = authors, ordering = "name", module = "two words")]
struct Author {
    id: i64,
    #[field(max_length = "100", unique = true)]
    name: String,
    #[field(max_length = -1, column)]
    motto: String,
    #[field(max_length = 99_999_999_999)]
    address: String,
    #[field]
    born: i32,
}

fn main() {}
