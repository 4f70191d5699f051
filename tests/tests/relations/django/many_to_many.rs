//! Many-to-many both ways, by a join table of its own (`categories`) and by a model (`cast`, through `Casting`).

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::answers::Answers;
use super::data::fill;
use super::models::{Actor, Casting, Category, Copy, Film};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("many_to_many", db.backend());
    let film = Film::objects;
    let (named, key) = (|name: &'static str| Film::categories.name.eq(name), |key: i64| Film::categories.id.eq(key));
    let (ann_lee, lead, old) =
        (|| Film::cast.name.eq("Ann Lee"), || Film::castings.role.eq("lead"), || Film::castings.actor.born.lt(1950));
    for (name, query) in [
        ("name", film().filter(named("Drama"))),
        ("key", film().filter(key(52))),
        ("keys", film().filter(Film::categories.id.in_([51, 53]))),
        ("keys_none", film().filter(Film::categories.id.in_([0_i64; 0]))),
        ("there_and_back", film().filter(Film::categories.films.title.eq("Ran"))),
        ("odd_name", film().filter(named("'"))),
        ("percent", film().filter(Film::categories.name.contains("%"))),
        ("isnull", film().filter(Film::categories.isnull(true))),
        ("is_not_null", film().filter(Film::categories.isnull(false))),
        ("exclude", film().exclude(named("Drama"))),
        ("exclude_key", film().exclude(key(51))),
        ("two_of_them", film().filter(key(51)).filter(key(52))),
        ("two_in_one", film().filter(key(51) & named("Comedy"))),
        ("one_but_not_the_other", film().filter(key(51)).exclude(key(52))),
        ("or", film().filter(named("Drama") | named("Horror"))),
        ("or_isnull", film().filter(Film::categories.isnull(true) | named("Horror"))),
        ("and_of_both_kinds", film().filter(named("Drama") & Film::cast.name.eq("Kim"))),
        ("exclude_of_both_kinds", film().exclude(named("Drama")).exclude(Film::cast.born.lt(1950))),
        ("over_a_nullable_foreign_key", film().filter(Film::prequel.categories.name.eq("Comedy"))),
        ("exclude_over_a_nullable_foreign_key", film().exclude(Film::prequel.categories.name.eq("Comedy"))),
        ("cast", film().filter(Film::cast.name.eq("Łukasz"))),
        ("cast_of_two_with_one_name", film().filter(ann_lee())),
        ("cast_isnull", film().filter(Film::cast.isnull(true))),
        ("cast_nullable_column", film().filter(Film::cast.born.isnull(true))),
        ("exclude_cast_nullable_column", film().exclude(Film::cast.born.gt(1950))),
        ("exclude_cast", film().exclude(ann_lee())),
        ("through_field", film().filter(lead())),
        ("through_same_row", film().filter(lead() & old())),
        ("through_other_row", film().filter(lead()).filter(old())),
        ("through_and_target", film().filter(Film::castings.role.eq("twin") & Film::cast.name.gt("M"))),
        ("twice_in_a_film", film().filter(Film::cast.castings.role.eq("twin"))),
        ("parents_repeat", film().filter(Film::categories.id.in_([51, 52, 53]))),
        ("exclude_two_conditions", film().exclude(lead() & Film::castings.billing.eq(None))),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    let category = Category::objects;
    for (name, query) in [
        ("way_back", category().filter(Category::films.title.eq("Solaris"))),
        ("way_back_key", category().filter(Category::films.id.eq(105))),
        ("way_back_isnull", category().filter(Category::films.isnull(true))),
        ("exclude_way_back", category().exclude(Category::films.language.name.eq("日本語"))),
        ("then_a_foreign_key", category().filter(Category::films.language.name.eq("Français"))),
        ("then_against_a_foreign_key", category().filter(Category::films.copies.store.name.eq("Unmanaged"))),
        ("through_two", category().filter(Category::films.cast.name.eq("Solaris"))),
    ] {
        django.bag(name, query.values(Category::id).a().all(&db).await);
    }
    let actor = Actor::objects;
    for (name, query) in [
        ("through_two_back", actor().filter(Actor::films.categories.name.eq("Horror"))),
        ("cast_back", actor().filter(Actor::films.title.eq("Heat"))),
        ("cast_back_isnull", actor().filter(Actor::films.isnull(true))),
        ("through_field_back", actor().filter(Actor::castings.role.eq("villain"))),
        ("through_nullable_field", actor().filter(Actor::castings.billing.eq(None))),
        ("exclude_through_nullable_field", actor().exclude(Actor::castings.billing.lte(2))),
    ] {
        django.bag(name, query.values(Actor::id).a().all(&db).await);
    }
    let copy = Copy::objects;
    for (name, query) in [
        ("over_a_foreign_key", copy().filter(Copy::film.categories.name.eq("Comedy"))),
        ("exclude_over_a_foreign_key", copy().exclude(Copy::film.categories.name.eq("Comedy"))),
    ] {
        django.bag(name, query.values(Copy::id).a().all(&db).await);
    }
    let casting = Casting::objects().filter(Casting::film.language.eq(2) & Casting::actor.born.gt(1920));
    django.bag("from_the_through_model", casting.values(Casting::id).a().all(&db).await);
    django.value("parents_repeat_count", actor().filter(Actor::films.isnull(false)).a().count(&db).await);
    let ordered = film().filter(named("Drama") & Film::released.isnull(false));
    let ordered = ordered.order_by((Film::released.desc(), Film::id.asc())).values((Film::id, Film::released));
    django.list("order", ordered.a().all(&db).await);
    django.done(&[]);
    Ok(())
}
