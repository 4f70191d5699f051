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
#[has_many(books: Book::author)]
#[has_many(translations: Book::translator)]
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
#[many_to_many(tags: Tag)]
#[has_many(reviews: Review::book)]
#[many_to_many(orders: Order::books)]
pub struct Book {
    pub id: i64,
    #[field(max_length = 200, index)]
    pub title: String,
    #[field(on_delete = Cascade)]
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

/// What books have in common.
#[derive(Model, Debug, Clone)]
#[model(ordering = ["name"])]
#[many_to_many(books: Book::tags)]
pub struct Tag {
    pub id: i64,
    #[field(max_length = 40, unique)]
    pub name: String,
}

#[derive(Model, Debug, Clone)]
pub struct Review {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub book: ForeignKey<Book>,
    #[field(max_length = 60)]
    pub reader: String,
    /// One to five.
    pub stars: i32,
}

#[derive(Model, Debug, Clone)]
#[model(table = "purchase")]
#[many_to_many(books: Book, through = OrderLine(order, book))]
#[has_many(lines: OrderLine::order)]
pub struct Order {
    pub id: i64,
    #[field(max_length = 60)]
    pub reader: String,
}

/// A book of an order, and how often.
#[derive(Model, Debug, Clone)]
#[model(unique_together = ["order", "book"])]
pub struct OrderLine {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub order: ForeignKey<Order>,
    #[field(on_delete = Protect)]
    pub book: ForeignKey<Book>,
    pub copies: i32,
}
