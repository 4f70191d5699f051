use amphi::prelude::*;

#[derive(FieldNewtype)]
struct Two(String, String);

#[derive(FieldNewtype)]
struct Nullable(Option<String>);

#[derive(FieldNewtype)]
struct Unsigned(u32);

#[derive(FieldNewtype)]
struct Generic<T>(T);

#[derive(FieldNewtype)]
enum NoStruct {
    One,
}

#[derive(FieldNewtype)]
#[field(primary)]
struct Typo(String);

fn main() {}
