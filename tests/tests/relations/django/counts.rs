//! Counts, distinct rows, values and orders over relations.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use rust_decimal::Decimal;

use super::answers::Answers;
use super::data::fill;
use super::models::{Casting, Copy, Customer, Film, Language, Payment};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("counts", db.backend());
    let (film, copy, payment) = (Film::objects, Copy::objects, Payment::objects);
    for (name, query) in [
        ("count_to_one", film().filter(Film::language.name.eq("English"))),
        ("count_nullable_to_one", film().exclude(Film::original_language.name.eq("English"))),
        ("count_to_many_distinct", film().filter(Film::copies.store.eq(501)).distinct()),
        ("count_isnull", film().filter(Film::copies.isnull(true))),
        ("count_exclude", film().exclude(Film::copies.shelf.eq("A"))),
        ("count_many_to_many_distinct", film().filter(Film::categories.name.gt("D"))),
        ("count_of_a_slice", film().filter(Film::copies.isnull(false)).distinct().order_by(Film::id).slice(3..9)),
        ("count_of_a_slice_past_the_end", film().filter(Film::language.eq(2)).slice(2..100)),
        ("order_keeps_rows", film().order_by(Film::prequel.title)),
    ] {
        django.value(name, query.a().count(&db).await);
    }
    let managers = copy().values(Copy::store.manager.name).distinct();
    django.value("values_distinct_count", managers.a().count(&db).await);
    django.value("exists", film().filter(Film::copies.store.eq(504)).a().exists(&db).await);
    let paid = Language::films.copies.rentals.payments.amount.gt(Decimal::from(1000));
    django.value("exists_deep", Language::objects().filter(paid).a().exists(&db).await);
    django.value("exists_nothing", film().filter(Film::copies.id.in_([0_i64; 0])).a().exists(&db).await);

    let long = || film().filter(Film::length.gt(150));
    django.bag("values_to_one", long().values((Film::title, Film::language.name)).a().all(&db).await);
    django.bag("values_nullable_to_one", long().values((Film::id, Film::original_language.name)).a().all(&db).await);
    let keys = (Film::id, Film::language, Film::original_language, Film::prequel);
    django.bag("values_of_the_key", long().values(keys).a().all(&db).await);
    let of_film = Payment::rental.copy.film;
    let four_steps = payment().filter(Payment::amount.eq(Decimal::from(5)));
    let four_steps = four_steps.values((Payment::id, of_film.title, of_film.original_language.name));
    django.bag("values_four_steps", four_steps.a().all(&db).await);
    let types = payment().filter(Payment::rental.copy.store.eq(502)).values((
        Payment::amount,
        Payment::paid,
        Payment::rental.rented,
        Payment::rental.returned,
        Payment::customer.active,
        of_film.rate,
    ));
    django.bag("values_types", types.a().all(&db).await);
    django.bag("values_distinct", copy().values(Copy::film.language.name).distinct().a().all(&db).await);
    django.bag("values_distinct_nullable", film().values(Film::original_language.name).distinct().a().all(&db).await);
    let pairs = copy().values((Copy::store.name, Copy::film.language.name)).distinct();
    django.bag("values_distinct_pairs", pairs.a().all(&db).await);
    let at_502 = film().filter(Film::copies.store.eq(502)).values((Film::id, Film::language.name));
    django.bag("values_with_to_many_filter", at_502.a().all(&db).await);

    for (name, query) in [
        ("order_to_one", film().order_by((Film::language.name, Film::id))),
        ("order_to_one_desc", film().order_by((Film::language.name.desc(), Film::title.desc(), Film::id.asc()))),
    ] {
        django.list(name, query.values(Film::id).a().all(&db).await);
    }
    let (language, prequel) = (Film::original_language.name, Film::prequel.title);
    let named = (Film::id, language);
    let nulls_first = film().order_by((language.asc().nulls_first(), Film::id.asc()));
    django.list("order_nulls_first", nulls_first.values(named).a().all(&db).await);
    let nulls_last = film().order_by((language.desc().nulls_last(), Film::id.asc()));
    django.list("order_nulls_last", nulls_last.values(named).a().all(&db).await);
    django.list("order_unasked", film().order_by((language, Film::id)).values(named).a().all(&db).await);
    let unasked = film().order_by((prequel.desc(), Film::id.asc())).values((Film::id, prequel));
    django.list("order_unasked_desc", unasked.a().all(&db).await);
    let by_key = film().filter(Film::prequel.isnull(false)).order_by((Film::prequel.desc(), Film::id.asc()));
    django.list("order_by_key", by_key.values((Film::id, Film::prequel)).a().all(&db).await);
    let by_text = Casting::objects().order_by((Casting::actor.name, Casting::film.title, Casting::id));
    django.list("order_text", by_text.values(Casting::id).a().all(&db).await);
    let by_rate = payment().filter(Payment::rental.isnull(false));
    let by_rate = by_rate.order_by((of_film.language.name.asc(), of_film.rate.desc(), Payment::id.asc()));
    django.list("order_four_steps", by_rate.values(Payment::id).a().all(&db).await);
    let sliced = copy().order_by((Copy::film.title.desc(), Copy::store.name.asc(), Copy::id.asc())).slice(5..12);
    django.list("order_sliced", sliced.values(Copy::id).a().all(&db).await);
    let by_title = |query: QuerySet<Copy>| query.order_by((Copy::film.title, Copy::id)).values(Copy::id);
    django.value("first_by_relation", by_title(copy()).a().first(&db).await);
    django.value("last_by_relation", by_title(copy()).a().last(&db).await);
    django.list("reversed", by_title(copy().filter(Copy::shelf.eq("B"))).reverse().a().all(&db).await);
    let customers = Customer::objects().filter(Customer::rentals.copy.store.eq(501)).order_by(Customer::id);
    django.list("order_by_to_many", customers.values(Customer::id).a().all(&db).await);
    django.done(&[]);
    Ok(())
}
