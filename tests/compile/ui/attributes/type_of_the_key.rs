use amphi::prelude::*;

#[derive(Model)]
struct Reading {
    #[field(primary_key)]
    celsius: f64,
}

fn main() {}
