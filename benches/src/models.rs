//! The models of all cases.

use amphi::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Author {
    pub id: i64,
    #[field(max_length = 100)]
    pub name: String,
    #[field(max_length = 100)]
    pub email: String,
    pub born: Option<i32>,
    pub score: f64,
    pub active: bool,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Book {
    pub id: i64,
    #[field(max_length = 200)]
    pub title: String,
    #[field(max_length = 20, unique)]
    pub isbn: String,
    pub note: Option<String>,
    pub published: NaiveDate,
    pub pages: i32,
    pub price: f64,
    pub in_print: bool,
    #[field(on_delete = Cascade)]
    pub author: ForeignKey<Author>,
}
