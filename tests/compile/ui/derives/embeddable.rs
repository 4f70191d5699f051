use amphi::prelude::*;

#[derive(Embeddable)]
struct Tuple(i32);

#[derive(Embeddable)]
struct Nothing {}

#[derive(Embeddable)]
enum Either {
    Left,
    Right,
}

#[derive(Embeddable)]
struct Generic<T> {
    value: T,
}

#[derive(Embeddable)]
#[model(ordering = ["key"])]
struct Base {
    #[field(primary_key)]
    key: i64,
    #[field(column = "key")]
    other: i64,
}

#[derive(Embeddable)]
struct Owned {
    by: Option<ForeignKey<User>>,
}

#[derive(Model)]
struct User {
    id: i64,
    #[field(flatten)]
    maybe: Option<Base>,
    #[field(flatten, unique)]
    unique: Base,
    #[field(prefix = "a_")]
    name: String,
    #[field(embed)]
    base: String,
}

#[derive(Model)]
struct Keyless {
    #[field(flatten)]
    id: Base,
}

fn main() {}
