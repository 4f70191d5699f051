//! Columns of related rows beside each other, and writes to rows that relations tell.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use serde_json::json;

use super::answers::Answers;
use super::data::fill;
use super::models::{Copy, Customer, Film, Payment, Rental};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("expressions", db.backend());
    let (film, prequel) = (Film::objects, Film::prequel);
    let much_longer = || Film::length.gt(prequel.length + 10);
    for (name, query) in [
        ("column_of_a_related_row", film().filter(Film::length.gt(prequel.length))),
        ("key_and_key", film().filter(Film::language.eq(Film::original_language))),
        ("exclude_key_and_nullable_key", film().exclude(Film::original_language.eq(Film::language))),
        ("title_of_the_prequel", film().filter(Film::rate.lt(prequel.rate))),
        ("arithmetic", film().filter(much_longer())),
        ("arithmetic_over_two", film().filter(Film::length.lt(prequel.length - prequel.prequel.length + 100))),
        ("in_or", film().filter(Film::length.gt(prequel.length) | Film::language.eq(prequel.language))),
        ("to_many", film().filter(Film::copies.store.eq(Film::copies.rentals.customer.store))),
        ("not_within_or_nullable_column_on_the_right", film().filter(!Film::length.eq(prequel.length) | Film::length.lt(70))),
        ("exclude_not_null_column_on_the_right", film().exclude(Film::title.eq(Film::original_language.name))),
        ("not_within_or_not_null_column_on_the_right", film().filter(!Film::title.eq(prequel.title) | Film::length.lt(70))),
        ("exclude_arithmetic_on_the_right", film().exclude(much_longer())),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    let rental = Rental::objects;
    for (name, query) in [
        ("columns_of_two_related_rows", rental().filter(Rental::customer.store.eq(Rental::copy.store))),
        ("dates", rental().filter(Rental::rented.gt(Rental::copy.film.released))),
        ("dates_nullable", rental().exclude(Rental::rented.gt(Rental::returned))),
    ] {
        django.bag(name, query.values(Rental::id).a().all(&db).await);
    }
    let titles = rental().filter(Rental::returned.isnull(false) & Rental::staff.eq(601));
    django.bag("values", titles.values((Rental::id, Rental::copy.film.title)).a().all(&db).await);
    let customer = Customer::objects;
    for (name, query) in [
        ("to_many_same_row", customer().filter(Customer::rentals.copy.store.eq(Customer::store))),
        ("exclude_to_many", customer().exclude(Customer::rentals.copy.store.eq(Customer::store))),
    ] {
        django.bag(name, query.values(Customer::id).a().all(&db).await);
    }

    // How many rows were written, and which rows there are afterwards; each in a transaction that is rolled back.
    let after = |written: u64, left: Vec<i64>| Ok::<_, Error>(json!([written, { "bag": left }]));
    for (name, rows) in [
        ("update_filtered_by_a_relation", film().filter(Film::language.name.eq("Français"))),
        ("update_filtered_by_a_to_many", film().filter(Film::copies.store.eq(502))),
    ] {
        let tx = db.begin().await?;
        let written = rows.a().update(Film::length.set(1), &tx).await?;
        let left = film().filter(Film::length.eq(1)).order_by(Film::id).values(Film::id).a().all(&tx).await?;
        tx.rollback().await?;
        django.value(name, after(written, left));
    }
    let tx = db.begin().await?;
    let rows = Copy::objects().filter(Copy::film.language.name.eq("日本語"));
    let written = rows.a().update(Copy::store.set(504), &tx).await?;
    let left = Copy::objects().filter(Copy::store.eq(504)).order_by(Copy::id).values(Copy::id).a().all(&tx).await?;
    tx.rollback().await?;
    django.value("update_of_a_key", after(written, left));

    let tx = db.begin().await?;
    let rows = film().filter(Film::original_language.name.eq("English"));
    let written = rows.a().update(Film::original_language.set(None), &tx).await?;
    let left = film().filter(Film::original_language.isnull(false)).order_by(Film::id).values(Film::id).a().all(&tx).await?;
    tx.rollback().await?;
    django.value("update_to_null", after(written, left));

    let tx = db.begin().await?;
    let rows = Payment::objects().filter(Payment::rental.copy.film.language.name.eq("Français"));
    let written = rows.a().delete(&tx).await?;
    let left = Payment::objects().order_by(Payment::id).values(Payment::id).a().all(&tx).await?;
    tx.rollback().await?;
    django.value("delete_filtered_by_a_relation", after(written.total(), left));

    // A decimal and an integer column beside each other do not compile: no type would hold both.
    django.done(&["exclude_nullable_column_on_the_right"]);
    Ok(())
}
