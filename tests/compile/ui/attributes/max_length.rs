use amphi::prelude::*;

#[derive(Model)]
struct Author {
    id: i64,
    #[field(max_length = 4)]
    born: i32,
    #[field(max_length = 16)]
    photo: Option<Vec<u8>>,
    #[field(max_length = 0)]
    name: String,
}

fn main() {}
