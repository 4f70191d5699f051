//! What a bookshop knows.

use amphi::prelude::*;

#[derive(Model, Debug, Clone)]
pub struct Country {
    pub id: i64,
    #[field(max_length = 60, unique)]
    pub name: String,
}

/// Whoever wrote or translated a book.
#[derive(Model, Debug, Clone)]
#[model(ordering = ["name"])]
pub struct Author {
    pub id: i64,
    #[field(max_length = 100, unique)]
    pub name: String,
    /// Not known of everyone.
    pub born: Option<i32>,
    /// Not known of translators.
    #[field(on_delete = Protect)]
    pub country: Option<ForeignKey<Country>>,
}

#[derive(Model, Debug, Clone)]
#[model(ordering = ["year", "title"])]
pub struct Book {
    pub id: i64,
    #[field(max_length = 200, index)]
    pub title: String,
    #[field(on_delete = Cascade, related_name = "books")]
    pub author: ForeignKey<Author>,
    #[field(on_delete = SetNull)]
    pub translator: Option<ForeignKey<Author>>,
    #[field(index)]
    pub year: i32,
    #[field(max_length = 40)]
    pub language: String,
    pub pages: Option<i32>,
    /// In cents.
    pub price: i64,
    /// In cents, while the book is on sale.
    pub sale_price: Option<i64>,
}
