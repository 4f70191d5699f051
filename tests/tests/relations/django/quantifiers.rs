//! Some, none and all of the related rows, and how they nest.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::answers::Answers;
use super::data::fill;
use super::models::{Actor, Casting, Copy, Customer, Film, Language, Rental, Staff, Store};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("quantifiers", db.backend());
    let (film, copies) = (Film::objects, Film::copies);
    let (in_main_street, on_a, nowhere) = (|| Copy::store.eq(501), || Copy::shelf.eq("A"), || Copy::shelf.eq(None));
    for (name, query) in [
        ("any", film().filter(copies.any(on_a()))),
        ("any_at_all", film().filter(copies.any(Cond::always()))),
        ("any_of_two_conditions", film().filter(copies.any(on_a() & in_main_street()))),
        ("any_and_any", film().filter(copies.any(in_main_street()) & copies.any(on_a()))),
        ("any_or_any", film().filter(copies.any(Copy::store.eq(502)) | Film::castings.any(Casting::role.eq("twin")))),
        ("any_with_or", film().filter(copies.any(Copy::store.eq(502) | nowhere()))),
        ("any_with_not", film().filter(copies.any(!on_a()))),
        ("any_of_null", film().filter(copies.any(nowhere()))),
        ("not_any", film().filter(!copies.any(on_a()))),
        ("none", film().filter(copies.none(on_a()))),
        ("none_of_two_conditions", film().filter(copies.none(Copy::shelf.eq("B") & in_main_street()))),
        ("not_none", film().filter(!copies.none(on_a()))),
        ("all", film().filter(copies.all(in_main_street()))),
        ("all_of_a_nullable_column", film().filter(copies.all(on_a()))),
        ("all_not", film().filter(copies.all(!on_a()))),
        ("all_of_two_conditions", film().filter(copies.all(in_main_street() & on_a()))),
        ("all_with_or", film().filter(copies.all(in_main_street() | on_a()))),
        ("not_all", film().filter(!copies.all(on_a()))),
        ("any_and_all", film().filter(copies.any(Cond::always()) & copies.all(in_main_street()))),
        ("any_of_any", film().filter(copies.any(Copy::rentals.any(Rental::returned.eq(None))))),
        ("any_of_none", film().filter(copies.any(Copy::rentals.none(Cond::always())))),
        ("none_of_any", film().filter(copies.none(Copy::rentals.any(Cond::always())))),
        ("all_of_any", film().filter(copies.any(Cond::always()) & copies.all(Copy::rentals.any(Cond::always())))),
        ("none_of_all", film().filter(copies.none(Copy::rentals.all(Rental::returned.isnull(false))))),
        ("all_many_to_many", film().filter(Film::cast.all(Actor::born.gte(1930)))),
        ("any_or_column", film().filter(copies.any(Copy::store.eq(502)) | Film::length.eq(None))),
        ("any_within_not_of_and", film().filter(!(copies.any(in_main_street()) & Film::language.eq(1)))),
        ("any_of_the_outer_rows_column", film().filter(Film::castings.actor.name.eq(Film::title))),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    let (customer, rentals) = (Customer::objects, Customer::rentals);
    for (name, query) in [
        ("any_over_to_one", customer().filter(rentals.any(Rental::copy.film.language.name.eq("Français")))),
        ("any_over_nullable_to_one", customer().filter(rentals.any(!Rental::staff.name.eq("Ann Lee")))),
        ("none_at_all", customer().filter(rentals.none(Cond::always()))),
        ("none_of_null", customer().filter(rentals.none(Rental::returned.eq(None)))),
        ("all_not_null", customer().filter(rentals.all(Rental::returned.isnull(false)))),
        ("all_over_to_one", customer().filter(rentals.all(Rental::staff.reports_to.eq(601)))),
        ("any_with_a_column_of_its_own", customer().filter(rentals.any(Rental::returned.gt(Rental::rented)))),
    ] {
        django.bag(name, query.values(Customer::id).a().all(&db).await);
    }
    let all_of_all = Store::objects().filter(Store::copies.all(Copy::rentals.all(Rental::customer.active.eq(true))));
    django.bag("all_of_all", all_of_all.values(Store::id).a().all(&db).await);
    let rented = Copy::rentals.any(Rental::staff.reports_to.isnull(true));
    let three_levels = Language::objects().filter(Language::films.any(copies.any(rented)));
    django.bag("any_of_any_of_any", three_levels.values(Language::id).a().all(&db).await);
    let actor = Actor::objects;
    for (name, query) in [
        ("any_many_to_many", actor().filter(Actor::films.any(Film::language.eq(2)))),
        ("none_many_to_many", actor().filter(Actor::films.none(Film::language.eq(1)))),
    ] {
        django.bag(name, query.values(Actor::id).a().all(&db).await);
    }
    let staff = Staff::objects;
    for (name, query) in [
        ("any_of_itself", staff().filter(Staff::reports.any(Staff::name.eq("Ann Lee")))),
        ("none_of_itself", staff().filter(Staff::reports.none(Cond::always()))),
    ] {
        django.bag(name, query.values(Staff::id).a().all(&db).await);
    }
    let with_twins = Copy::objects().filter(Copy::film.castings.any(Casting::role.eq("twin")));
    django.bag("any_over_a_foreign_key", with_twins.values(Copy::id).a().all(&db).await);
    django.value("any_count", film().filter(copies.any(in_main_street())).a().count(&db).await);
    django.value("any_exists", film().filter(copies.any(Copy::store.eq(504))).a().exists(&db).await);
    django.value("none_count", film().filter(copies.none(Cond::always())).a().count(&db).await);
    django.done(&[]);
    Ok(())
}
