//! The film rental of `tests/django/rental/models.py`.

use amphi::prelude::*;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::data::{parsed, parsed_or_null};

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[has_many(films: Film::language)]
#[has_many(original_films: Film::original_language)]
pub struct Language {
    pub id: i64,
    #[field(max_length = 200)]
    pub name: String,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[many_to_many(films: Film::categories)]
pub struct Category {
    pub id: i64,
    #[field(max_length = 200)]
    pub name: String,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[many_to_many(films: Film::cast)]
#[has_many(castings: Casting::actor)]
pub struct Actor {
    pub id: i64,
    #[field(max_length = 200)]
    pub name: String,
    pub born: Option<i32>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[many_to_many(categories: Category)]
#[many_to_many(cast: Actor, through = Casting(film, actor))]
#[many_to_many(similar: Film, symmetrical)]
#[many_to_many(inspired_by: Film)]
#[many_to_many(inspired: Film::inspired_by)]
#[has_many(sequels: Film::prequel)]
#[has_many(castings: Casting::film)]
#[has_many(copies: Copy::film)]
pub struct Film {
    pub id: i64,
    #[field(max_length = 200)]
    pub title: String,
    #[field(on_delete = Protect)]
    pub language: ForeignKey<Language>,
    #[field(on_delete = SetNull)]
    pub original_language: Option<ForeignKey<Language>>,
    #[field(on_delete = Cascade)]
    pub prequel: Option<ForeignKey<Film>>,
    pub length: Option<i32>,
    #[field(max_digits = 6, decimal_places = 2)]
    #[serde(deserialize_with = "parsed")]
    pub rate: Decimal,
    #[serde(deserialize_with = "parsed_or_null")]
    pub released: Option<NaiveDate>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
pub struct Casting {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub film: ForeignKey<Film>,
    #[field(on_delete = Cascade)]
    pub actor: ForeignKey<Actor>,
    #[field(max_length = 200)]
    pub role: String,
    pub billing: Option<i32>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[has_many(reports: Staff::reports_to)]
#[has_many(rentals: Rental::staff)]
#[has_one(manages: Store::manager)]
pub struct Staff {
    pub id: i64,
    #[field(max_length = 200)]
    pub name: String,
    #[field(on_delete = SetNull)]
    pub reports_to: Option<ForeignKey<Staff>>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[has_many(customers: Customer::store)]
#[has_many(copies: Copy::store)]
pub struct Store {
    pub id: i64,
    #[field(max_length = 200)]
    pub name: String,
    #[field(unique, on_delete = SetNull)]
    pub manager: Option<ForeignKey<Staff>>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[has_one(contact: Contact::customer)]
#[has_many(rentals: Rental::customer)]
#[has_many(payments: Payment::customer)]
#[has_many(rewards: Reward::customer)]
#[has_many(remarks: Remark::customer)]
pub struct Customer {
    pub id: i64,
    #[field(max_length = 200)]
    pub name: String,
    pub active: bool,
    #[field(on_delete = SetNull)]
    pub store: Option<ForeignKey<Store>>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
pub struct Contact {
    pub id: i64,
    #[field(unique, on_delete = Cascade)]
    pub customer: ForeignKey<Customer>,
    #[field(max_length = 200)]
    pub city: String,
    #[field(max_length = 200)]
    pub phone: Option<String>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[has_many(rentals: Rental::copy)]
pub struct Copy {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub film: ForeignKey<Film>,
    #[field(on_delete = Cascade)]
    pub store: ForeignKey<Store>,
    #[field(max_length = 200)]
    pub shelf: Option<String>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
#[has_many(payments: Payment::rental)]
pub struct Rental {
    pub id: i64,
    #[field(on_delete = Protect)]
    pub copy: ForeignKey<Copy>,
    #[field(on_delete = Cascade)]
    pub customer: ForeignKey<Customer>,
    #[field(on_delete = SetNull)]
    pub staff: Option<ForeignKey<Staff>>,
    #[serde(deserialize_with = "parsed")]
    pub rented: NaiveDate,
    #[serde(deserialize_with = "parsed_or_null")]
    pub returned: Option<NaiveDate>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
pub struct Payment {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub customer: ForeignKey<Customer>,
    #[field(on_delete = Restrict)]
    pub rental: Option<ForeignKey<Rental>>,
    #[field(max_digits = 8, decimal_places = 2)]
    #[serde(deserialize_with = "parsed")]
    pub amount: Decimal,
    #[serde(deserialize_with = "parsed")]
    pub paid: DateTime<Utc>,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
pub struct Reward {
    pub id: i64,
    #[field(on_delete = SetDefault, default = 801)]
    pub customer: ForeignKey<Customer>,
    pub points: i32,
}

#[derive(Model, Deserialize, Debug, Clone, PartialEq)]
pub struct Remark {
    pub id: i64,
    #[field(on_delete = DoNothing)]
    pub customer: ForeignKey<Customer>,
    #[field(max_length = 200)]
    pub text: String,
}

/// A row of the join table of `Film::categories`.
#[derive(Deserialize)]
pub struct OfCategory {
    pub film_id: i64,
    pub category_id: i64,
}

/// A row of the join tables between films.
#[derive(Deserialize)]
pub struct Pair {
    pub from_film_id: i64,
    pub to_film_id: i64,
}
