use amphi::prelude::*;

#[derive(Model)]
struct Author {
    id: i64,
    name: String,
}

#[derive(Model)]
struct Keyless {
    name: String,
}

#[derive(Model)]
struct TwoKeys {
    #[field(primary_key)]
    name: String,
    #[field(primary_key)]
    code: String,
}

#[derive(Model)]
struct NullKey {
    id: Option<i64>,
}

#[derive(Model)]
struct ForeignKeyAsKey {
    #[field(primary_key)]
    author: ForeignKey<Author>,
}

#[derive(Model)]
struct DefaultKey {
    #[field(default = 7)]
    id: i64,
}

fn main() {}
