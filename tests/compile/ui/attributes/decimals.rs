use amphi::prelude::*;
use rust_decimal::Decimal;

#[derive(Model)]
struct Book {
    id: i64,
    price: Decimal,
    #[field(max_digits = 4, decimal_places = 6)]
    weight: Option<Decimal>,
    #[field(max_digits = 40, decimal_places = 2)]
    worth: Decimal,
    #[field(max_digits = 4)]
    pages: i32,
}

fn main() {}
