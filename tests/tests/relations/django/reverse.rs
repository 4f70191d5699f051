//! Against foreign keys: rows of which some related row is as asked.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use rust_decimal::Decimal;

use super::answers::Answers;
use super::data::fill;
use super::models::{Copy, Customer, Film, Language, Store};
use amphi_tests::library::date;

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("reverse", db.backend());
    let unmanaged = Store::objects().filter(Store::name.eq("Unmanaged")).a().get(&db).await?;
    let film = Film::objects;
    let (in_main_street, on_shelf) = (|| Film::copies.store.eq(501), |shelf: &'static str| Film::copies.shelf.eq(shelf));
    let open = || Film::copies.rentals.returned.eq(None);
    for (name, query) in [
        ("column", film().filter(on_shelf("A"))),
        ("key", film().filter(Film::copies.id.eq(1001))),
        ("keys", film().filter(Film::copies.id.in_([1001, 1002, 1030]))),
        ("key_of_a_key", film().filter(Film::copies.store.eq(502))),
        ("name_of_a_key", film().filter(Film::copies.store.name.eq("O'Connell St"))),
        ("row", film().filter(Film::copies.store.eq(&unmanaged))),
        ("two_steps", film().filter(open())),
        ("is_any_null_with_a_row", film().filter(Film::copies.rentals.isnull(false) & open())),
        ("three_steps", film().filter(Film::copies.rentals.payments.amount.gt(Decimal::ONE_HUNDRED))),
        ("there_and_back", film().filter(Film::language.films.title.eq("Ran"))),
        ("same_row", film().filter(in_main_street() & on_shelf("A"))),
        ("two_rows", film().filter(in_main_street()).filter(on_shelf("A"))),
        ("same_row_excluding_itself", film().filter(in_main_street() & on_shelf("B"))),
        ("same_row_or_inside", film().filter((on_shelf("A") | Film::copies.shelf.eq(None)) & in_main_street())),
        ("same_row_two_steps", film().filter(in_main_street() & open())),
        ("two_rows_two_steps", film().filter(in_main_street()).filter(open())),
        ("isnull", film().filter(Film::copies.isnull(true))),
        ("is_not_null", film().filter(Film::copies.isnull(false))),
        ("exclude_isnull", film().exclude(Film::copies.isnull(true))),
        ("is_not_null_of_a_column", film().filter(Film::copies.shelf.isnull(false))),
        ("is_not_null_of_a_column_of_the_same_row", film().filter(Film::copies.store.eq(502) & Film::copies.shelf.isnull(false))),
        ("is_not_null_of_a_key", film().filter(Film::copies.rentals.staff.isnull(false))),
        ("exclude_is_not_null_of_a_column", film().exclude(Film::copies.shelf.isnull(false))),
        ("null_column_or_no_row", film().filter(Film::copies.shelf.isnull(true))),
        ("exclude_column", film().exclude(on_shelf("A"))),
        ("exclude_key", film().exclude(in_main_street())),
        ("exclude_two_steps", film().exclude(open())),
        ("exclude_three_steps", film().exclude(Film::copies.rentals.payments.amount.eq(Decimal::new(10, 2)))),
        ("exclude_name_of_a_key", film().exclude(Film::copies.store.name.eq("Main Street"))),
        ("filter_and_exclude", film().filter(in_main_street()).exclude(on_shelf("A"))),
        ("exclude_twice", film().exclude(in_main_street()).exclude(on_shelf("B"))),
        ("exclude_two_conditions", film().exclude(in_main_street() & on_shelf("B"))),
        ("parents_repeat", film().filter(in_main_street())),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    let language = Language::objects;
    let used = Language::films.copies.rentals.payments.amount.eq(Decimal::new(500, 2));
    for (name, query) in [
        ("from_the_far_end", language().filter(used)),
        ("equals_none", language().filter(Language::films.isnull(true))),
        ("isnull_of_an_unused_language", language().filter(Language::films.isnull(true) & Language::original_films.isnull(true))),
    ] {
        django.bag(name, query.values(Language::id).a().all(&db).await);
    }
    let (customer, open) = (Customer::objects, || Customer::rentals.returned.eq(None));
    let (of_store, by_602) = (|store: i64| Customer::rentals.copy.store.eq(store), || Customer::rentals.staff.eq(602));
    for (name, query) in [
        ("there_and_back_twice", customer().filter(Customer::store.copies.film.title.eq("The Mirror"))),
        ("same_row_of_three", customer().filter(by_602() & open() & of_store(501))),
        ("three_rows", customer().filter(of_store(501)).filter(of_store(502)).filter(of_store(503))),
        ("contradiction_on_one_row", customer().filter(of_store(501) & Customer::rentals.copy.store.name.eq("Unmanaged"))),
        (
            "same_row_as_two_filters_of_two_relations",
            customer().filter(by_602() & Customer::payments.amount.eq(Decimal::new(10, 2))),
        ),
        ("exclude_nullable_comparison", customer().exclude(Customer::rentals.returned.gt(date(2024, 6, 1)))),
        ("exclude_two_conditions_over_two_steps", customer().exclude(of_store(501) & open())),
    ] {
        django.bag(name, query.values(Customer::id).a().all(&db).await);
    }
    let without = Store::objects().filter(Store::copies.rentals.isnull(true));
    django.bag("isnull_two_steps", without.values(Store::id).a().all(&db).await);
    let copy = Copy::objects;
    for (name, query) in [
        ("isnull_over_a_foreign_key", copy().filter(Copy::film.sequels.isnull(true))),
        ("exclude_over_a_foreign_key", copy().exclude(Copy::film.castings.role.eq("lead"))),
    ] {
        django.bag(name, query.values(Copy::id).a().all(&db).await);
    }
    let ordered = customer().filter(open()).order_by((Customer::name, Customer::id)).values((Customer::id, Customer::name));
    django.list("parents_repeat_in_order", ordered.a().all(&db).await);
    let english = customer().filter(Customer::rentals.copy.film.language.eq(1));
    django.value("parents_repeat_count", english.a().count(&db).await);
    let two_relations = film().filter(in_main_street() & Film::castings.billing.gte(1));
    django.value("parents_repeat_two_relations", two_relations.a().count(&db).await);
    let some = film().filter(Film::copies.isnull(false)).order_by(Film::id).limit(6).values(Film::id);
    django.list("parents_repeat_in_a_slice", some.a().all(&db).await);
    let one = Store::objects().filter(Store::copies.shelf.eq("B") & Store::name.eq("Main Street")).values(Store::id);
    django.value("parents_repeat_in_get", one.a().get(&db).await);
    let ordered = film().filter(Film::copies.store.eq(502)).order_by((Film::title.desc(), Film::id.asc()));
    django.list("order", ordered.values((Film::id, Film::title)).a().all(&db).await);
    let slice = film().filter(in_main_street()).order_by(Film::id).slice(2..7).values(Film::id);
    django.list("slice", slice.a().all(&db).await);
    let first = film().filter(Film::copies.store.eq(503)).order_by(Film::id.desc()).values(Film::id);
    django.value("first", first.a().first(&db).await);
    let one = film().filter(Film::copies.rentals.id.eq(1101)).values(Film::title);
    django.value("get_one", one.a().get(&db).await);
    let none = film().filter(Film::copies.store.eq(504)).values(Film::id);
    django.value("get_of_nothing", none.a().get(&db).await);
    django.done(&[]);
    Ok(())
}
