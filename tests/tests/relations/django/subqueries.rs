//! Queries within queries, over relations.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use rust_decimal::Decimal;

use super::answers::Answers;
use super::data::fill;
use super::models::{Actor, Casting, Category, Copy, Customer, Film, Language, Payment, Rental, Staff, Store};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("subqueries", db.backend());
    let (film, copy, customer) = (Film::objects, Copy::objects, Customer::objects);
    let of = |copies: QuerySet<Copy>| copies.values(Copy::film.id);
    let at_502 = || of(copy().filter(Copy::store.eq(502)));
    let on_a = || copy().filter(Copy::shelf.eq("A")).values(Copy::id);
    let prequels = || film().values(Film::prequel.id);
    let (no_language, english) = (
        || Language::objects().none().values(Language::id),
        || Language::objects().filter(Language::name.eq("English")).values(Language::id),
    );
    let inactive = customer().filter(Customer::active.eq(false)).values(Customer::id);
    let rented_by_them = Rental::objects().filter(Rental::customer.in_(inactive)).values(Rental::id);
    let unmanaged = Store::objects().filter(Store::manager.isnull(true)).values(Store::id);
    let in_heat = Actor::objects().filter(Actor::films.title.eq("Heat")).values(Actor::id);
    let first_five = of(copy().order_by(Copy::id).limit(5)).a().all(&db).await?;
    for (name, query) in [
        ("keys_of", film().filter(Film::language.in_(Language::objects().filter(Language::name.gt("G")).values(Language::id)))),
        ("values_of", film().filter(Film::id.in_(at_502()))),
        ("exclude_values_of", film().exclude(Film::id.in_(of(copy())))),
        ("names", film().filter(Film::title.in_(Actor::objects().values(Actor::name)))),
        ("to_many_in", film().filter(Film::copies.id.in_(on_a()))),
        ("to_many_key_in", film().filter(Film::copies.store.in_(unmanaged))),
        ("exclude_to_many_in", film().exclude(Film::copies.id.in_(on_a()))),
        (
            "many_to_many_in",
            film().filter(Film::categories.id.in_(Category::objects().filter(Category::name.gt("D")).values(Category::id))),
        ),
        ("many_to_many_of_another", film().filter(Film::cast.id.in_(in_heat))),
        ("nested", film().filter(Film::copies.id.in_(copy().filter(Copy::rentals.id.in_(rented_by_them)).values(Copy::id)))),
        ("in_or", film().filter(Film::id.in_(at_502()) | Film::language.eq(2))),
        ("sliced", film().filter(Film::id.in_(first_five))),
        ("empty", film().filter(Film::language.in_(no_language()))),
        ("exclude_empty", film().exclude(Film::original_language.in_(no_language()))),
        ("distinct", film().filter(Film::id.in_(of(copy().filter(Copy::shelf.eq("B"))).distinct()))),
        ("nullable_left_side", film().filter(Film::original_language.in_(english()))),
        ("exclude_nullable_left_side", film().exclude(Film::original_language.in_(english()))),
        ("with_nulls", film().filter(Film::id.in_(prequels()))),
        ("exclude_with_nulls", film().exclude(Film::id.in_(prequels()))),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    let stores = copy().filter(Copy::film.language.eq(2)).values(Copy::store);
    let payers = Payment::objects().values(Payment::rental.customer.id);
    for (name, query) in [
        ("values_over_a_relation", customer().filter(Customer::store.in_(stores))),
        ("exclude_with_nulls_over_a_relation", customer().exclude(Customer::id.in_(payers))),
    ] {
        django.bag(name, query.values(Customer::id).a().all(&db).await);
    }
    let leads = Casting::objects().filter(Casting::role.eq("lead")).values(Casting::actor.name);
    let namesakes = Staff::objects().filter(Staff::name.in_(leads)).values(Staff::id);
    django.bag("names_over_a_relation", namesakes.a().all(&db).await);
    let comedies = film().filter(Film::categories.name.eq("Comedy")).values(Film::id);
    let paid_little = customer().filter(Customer::payments.amount.eq(Decimal::new(10, 2))).values(Customer::id);
    let both = Rental::objects().filter(Rental::copy.film.in_(comedies) & Rental::customer.in_(paid_little));
    django.bag("both_sides_of_a_relation", both.values(Rental::id).a().all(&db).await);
    let of_kims = of(copy().filter(Copy::store.manager.reports_to.eq(601)));
    let ordered = film().filter(Film::id.in_(of_kims)).order_by(Film::id.desc()).values(Film::id);
    django.list("ordered", ordered.a().all(&db).await);
    django.done(&[]);
    Ok(())
}
