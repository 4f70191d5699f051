use amphi::prelude::*;

#[derive(Model)]
struct Book {
    id: i64,
    published: NaiveDate,
    lent: DateTime<Utc>,
}

fn main() {
    let _ = Book::published.year_at(Utc);
    let _ = Book::lent.date_at("Europe/Warsaw");
}
