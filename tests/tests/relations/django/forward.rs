//! Along foreign keys, and what NULL does on the way.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use rust_decimal::Decimal;

use super::answers::Answers;
use super::data::fill;
use super::models::{Casting, Copy, Film, Language, Payment, Rental};
use amphi_tests::library::date;

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("forward", db.backend());
    let (film, english) = (Film::objects, "English");
    let french = Language::objects().filter(Language::name.eq("Français")).a().get(&db).await?;
    for (name, query) in [
        ("key", film().filter(Film::language.eq(2))),
        ("key_of_the_path", film().filter(Film::language.id.eq(2))),
        ("row", film().filter(Film::language.eq(&french))),
        ("keys", film().filter(Film::language.in_([2, 3]))),
        ("keys_none", film().filter(Film::language.in_([0_i64; 0]))),
        ("exclude_keys_none", film().exclude(Film::original_language.in_([0_i64; 0]))),
        ("nullable_keys", film().filter(Film::original_language.in_([1, 5]))),
        ("exclude_nullable_keys", film().exclude(Film::original_language.in_([1, 5]))),
        ("name", film().filter(Film::language.name.eq("日本語"))),
        ("name_unused", film().filter(Film::language.name.eq("Latin"))),
        ("name_starts", film().filter(Film::language.name.startswith("Fr"))),
        ("name_ends_backslash", film().filter(Film::prequel.title.endswith("\\"))),
        ("nullable_name", film().filter(Film::original_language.name.eq(english))),
        ("exclude_name", film().exclude(Film::language.name.eq(english))),
        ("exclude_nullable_name", film().exclude(Film::original_language.name.eq(english))),
        ("not_nullable_name", film().filter(!Film::original_language.name.eq(english))),
        ("not_not_nullable_name", film().filter(!!Film::original_language.name.eq(english))),
        ("not_of_two", film().filter(!(Film::original_language.name.eq(english) & Film::length.gt(100)))),
        ("exclude_nullable_key", film().exclude(Film::original_language.eq(1))),
        ("exclude_nullable_column_over_nullable_key", film().exclude(Film::prequel.length.gt(100))),
        ("exclude_not_null_column_over_nullable_key", film().exclude(Film::prequel.rate.gt(Decimal::from(5)))),
        ("isnull", film().filter(Film::original_language.isnull(true))),
        ("is_not_null", film().filter(Film::original_language.isnull(false))),
        ("equals_none", film().filter(Film::original_language.eq(None))),
        ("exclude_none", film().exclude(Film::original_language.eq(None))),
        ("isnull_of_the_name", film().filter(Film::original_language.name.isnull(true))),
        ("isnull_two_steps", film().filter(Film::prequel.original_language.isnull(true))),
        ("is_not_null_two_steps", film().filter(Film::prequel.original_language.isnull(false))),
        ("exclude_isnull_two_steps", film().exclude(Film::prequel.original_language.isnull(true))),
        ("isnull_of_a_not_null_column_over_a_nullable_key", film().filter(Film::prequel.title.isnull(true))),
        ("isnull_of_a_nullable_column_over_a_nullable_key", film().filter(Film::prequel.length.isnull(true))),
        ("isnull_of_a_not_null_key", film().filter(Film::language.isnull(true))),
        ("two_relations_to_one_table", film().filter(Film::language.name.eq(english) & Film::original_language.name.eq(english))),
        (
            "two_relations_differ",
            film().filter(Film::language.name.eq(english)).exclude(Film::original_language.name.eq(english)),
        ),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    let none = film().filter(Film::language.name.eq("Latin")).values(Film::id);
    django.value("get_none", none.a().get(&db).await);
    let ordered = film().filter(Film::language.name.gt("G")).order_by((Film::language.name.asc(), Film::id.desc()));
    django.list("name_ordered", ordered.values((Film::id, Film::language.name)).a().all(&db).await);
    let copy = Copy::objects;
    for (name, query) in [
        ("nullable_column_over_not_null_key", copy().exclude(Copy::film.length.lte(100))),
        ("manager_of_the_store", copy().filter(Copy::store.manager.name.eq("Ann Lee"))),
        ("exclude_manager_of_the_store", copy().exclude(Copy::store.manager.name.eq("Ann Lee"))),
        ("boss_of_the_manager_of_the_store", copy().filter(Copy::store.manager.reports_to.name.eq("Kim"))),
        ("decimal_range", copy().filter(Copy::film.rate.range(Decimal::new(99, 2), Decimal::new(499, 2)))),
        ("date", copy().filter(Copy::film.released.lt(date(1990, 1, 1)))),
        ("year", copy().filter(Copy::film.released.year().gte(2000))),
    ] {
        django.bag(name, query.values(Copy::id).a().all(&db).await);
    }
    let rental = Rental::objects;
    for (name, query) in [
        ("name_contains_percent", rental().filter(Rental::customer.name.contains("%"))),
        ("name_contains_underscore", rental().filter(Rental::customer.name.contains("_"))),
        ("three_steps", rental().filter(Rental::copy.film.language.name.eq("Français"))),
        ("two_paths_from_one_row", rental().filter(Rental::copy.store.name.eq("Main Street") & Rental::staff.name.eq("Ann Lee"))),
        ("boolean", rental().filter(Rental::customer.active.eq(false))),
        ("empty_text", rental().filter(Rental::customer.name.eq(""))),
        ("space_is_not_empty", rental().filter(Rental::customer.name.eq(" "))),
    ] {
        django.bag(name, query.values(Rental::id).a().all(&db).await);
    }
    let payment = Payment::objects;
    for (name, query) in [
        ("four_steps", payment().filter(Payment::rental.copy.film.language.name.eq("Français"))),
        ("four_steps_nullable", payment().filter(Payment::rental.copy.film.original_language.name.eq(english))),
        ("exclude_four_steps", payment().exclude(Payment::rental.copy.film.language.name.eq(english))),
        ("exclude_four_steps_nullable", payment().exclude(Payment::rental.copy.film.original_language.name.eq(english))),
        ("isnull_four_steps", payment().filter(Payment::rental.copy.film.original_language.isnull(true))),
        (
            "paid_for_by_another",
            payment().filter(Payment::rental.isnull(false)).exclude(Payment::rental.customer.eq(Payment::customer)),
        ),
        ("decimal", payment().filter(Payment::rental.copy.film.rate.eq(Decimal::new(990, 2)))),
        ("moment", payment().filter(Payment::rental.payments.paid.lt(date(2024, 7, 1).and_time(NaiveTime::MIN).and_utc()))),
    ] {
        django.bag(name, query.values(Payment::id).a().all(&db).await);
    }
    let longest = "é".repeat(200);
    for (name, actor) in [
        ("combining_is_not_precomposed", "Zoe\u{308} Bell"),
        ("precomposed_is_not_combining", "Zo\u{eb} Bell"),
        ("astral", "𝒜strid 🎬"),
        ("quotes", "'; DROP TABLE film; --"),
        ("longest", longest.as_str()),
    ] {
        let query = Casting::objects().filter(Casting::actor.name.eq(actor));
        django.bag(name, query.values(Casting::id).a().all(&db).await);
    }
    django.done(&[]);
    Ok(())
}
