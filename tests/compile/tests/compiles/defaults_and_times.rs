use amphi::model::Model as _;
use amphi::prelude::*;
use chrono::{DateTime, NaiveDate, Utc};

const PAGES: i32 = 3;

#[derive(Model, Debug)]
struct Author {
    id: i64,
}

#[derive(Model, Debug)]
#[model(table = "books", ordering = ["-added", "author", "title"])]
struct Book {
    id: i64,
    #[field(max_length = 100, unique, index)]
    title: String,
    #[field(default = PAGES + 1)]
    pages: i32,
    #[field(default)]
    copies: i32,
    #[field(default = "untold")]
    story: String,
    #[field(default = 1, on_delete = SetDefault, related_name = "books")]
    author: ForeignKey<Author>,
    #[field(default = 5)]
    stars: Option<i32>,
    #[field(auto_now_add)]
    added: NaiveDate,
    #[field(auto_now)]
    seen: Option<DateTime<Utc>>,
    #[field(max_digits = 6, decimal_places = 2, default = rust_decimal::Decimal::ONE)]
    price: rust_decimal::Decimal,
    #[field(default = serde_json::json!({"a": [1, 2]}))]
    extra: serde_json::Value,
}

#[test]
fn runs() {
    let new = Book::create().title("x").stars(None).into_new();
    let text = format!("{new:?}");
    for part in ["pages: 4", "copies: 0", "story: \"untold\"", "author: Author(1)", "stars: None", "seen: Some("] {
        assert!(text.contains(part), "{text}");
    }
    let meta = Book::META;
    assert_eq!(
        meta.ordering.iter().map(|term| (term.field, term.descending)).collect::<Vec<_>>(),
        [(7, true), (5, false), (1, false)]
    );
    let [title, author, price] = ["title", "author", "price"].map(|name| meta.field_named(name));
    assert_eq!(title.and_then(|title| title.max_length), Some(100));
    assert!(title.is_some_and(|title| title.unique && title.index));
    assert_eq!(author.and_then(|author| author.relation?.related_name), Some("books"));
    assert_eq!(price.map(|price| (price.max_digits, price.decimal_places)), Some((Some(6), Some(2))));
}
