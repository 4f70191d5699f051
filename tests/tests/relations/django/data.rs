//! The rows, as Django has them.

use std::fmt::Display;
use std::str::FromStr;

use amphi::draft::New;
use amphi::meta::ModelMeta;
use amphi::prelude::*;
use serde::{Deserialize, Deserializer, de};

use super::models::{
    Actor, Casting, Category, Contact, Copy, Customer, Film, FilmCategories, FilmInspiredBy, FilmSimilar, Language, OfCategory,
    Pair, Payment, Remark, Rental, Reward, Staff, Store,
};

/// The rows of every table.
#[derive(Deserialize)]
pub struct Data {
    pub language: Vec<Language>,
    pub category: Vec<Category>,
    pub actor: Vec<Actor>,
    pub film: Vec<Film>,
    pub casting: Vec<Casting>,
    pub film_categories: Vec<OfCategory>,
    pub film_similar: Vec<Pair>,
    pub film_inspired_by: Vec<Pair>,
    pub staff: Vec<Staff>,
    pub store: Vec<Store>,
    pub customer: Vec<Customer>,
    pub contact: Vec<Contact>,
    pub copy: Vec<Copy>,
    pub rental: Vec<Rental>,
    pub payment: Vec<Payment>,
    pub reward: Vec<Reward>,
    pub remark: Vec<Remark>,
}

impl Data {
    pub fn read() -> Data {
        serde_json::from_str(include_str!("../../../django/data.json")).expect("the rows are those of the models")
    }
}

/// A value from its text.
pub fn parsed<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

/// A value from its text, or none.
pub fn parsed_or_null<'de, T: FromStr<Err: Display>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(de::Error::custom)).transpose()
}

/// Rows with the keys that stand in them.
fn keyed<M: amphi::model::Model>(rows: Vec<M>) -> impl Iterator<Item = New<M>> {
    rows.into_iter().map(New::with_key)
}

/// Creates the tables of this test's database and fills them, as another program would.
pub fn fill() -> Result<(), Error> {
    let url = amphi_tests::support::url();
    let filled = std::thread::spawn(move || {
        let db = Database::connect(&url)?;
        let outcome = db.create_tables(models()).and_then(|()| insert(Data::read(), &db));
        db.close();
        outcome
    });
    filled.join().expect("the thread that fills does not panic")
}

/// All models.
fn models() -> &'static [&'static ModelMeta] {
    models![
        Language,
        Category,
        Actor,
        Film,
        FilmCategories,
        FilmSimilar,
        FilmInspiredBy,
        Casting,
        Staff,
        Store,
        Customer,
        Contact,
        Copy,
        Rental,
        Payment,
        Reward,
        Remark
    ]
}

/// The table of the model of this name.
pub fn table(model: &str) -> &'static str {
    models().iter().find(|meta| meta.name == model).expect("a model of the film rental").table
}

fn insert(rows: Data, db: &Database) -> Result<(), Error> {
    Language::objects().bulk_create(keyed(rows.language), db)?;
    Category::objects().bulk_create(keyed(rows.category), db)?;
    Actor::objects().bulk_create(keyed(rows.actor), db)?;
    Film::objects().bulk_create(keyed(rows.film), db)?;
    Casting::objects().bulk_create(keyed(rows.casting), db)?;
    let of_category = |row: OfCategory| FilmCategories::create().film(row.film_id).category(row.category_id);
    FilmCategories::objects().bulk_create(rows.film_categories.into_iter().map(of_category), db)?;
    let similar = |row: Pair| FilmSimilar::create().from_film(row.from_film_id).to_film(row.to_film_id);
    FilmSimilar::objects().bulk_create(rows.film_similar.into_iter().map(similar), db)?;
    let inspired = |row: Pair| FilmInspiredBy::create().from_film(row.from_film_id).to_film(row.to_film_id);
    FilmInspiredBy::objects().bulk_create(rows.film_inspired_by.into_iter().map(inspired), db)?;
    Staff::objects().bulk_create(keyed(rows.staff), db)?;
    Store::objects().bulk_create(keyed(rows.store), db)?;
    Customer::objects().bulk_create(keyed(rows.customer), db)?;
    Contact::objects().bulk_create(keyed(rows.contact), db)?;
    Copy::objects().bulk_create(keyed(rows.copy), db)?;
    Rental::objects().bulk_create(keyed(rows.rental), db)?;
    Payment::objects().bulk_create(keyed(rows.payment), db)?;
    Reward::objects().bulk_create(keyed(rows.reward), db)?;
    Remark::objects().bulk_create(keyed(rows.remark), db)?;
    Ok(())
}
