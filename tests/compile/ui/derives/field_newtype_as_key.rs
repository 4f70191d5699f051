use amphi::prelude::*;

#[derive(FieldNewtype)]
#[field(key)]
struct Isbn(String);

fn main() {}
