use amphi::prelude::*;

const BASE: isize = 10;

#[derive(FieldEnum)]
#[field(integer)]
enum Size {
    Small = BASE,
    Large = 3_000_000_000,
    #[field(rename = "huge")]
    Huge,
}

fn main() {}
