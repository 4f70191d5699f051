//! `prefetch_related`: lists of related rows, each with its own query.

use std::collections::BTreeSet;

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::answers::Answers;
use super::data::fill;
use super::models::{Actor, Category, Copy, Customer, Film, Language, Rental, Staff, Store};
use super::told::{by_key, each, in_order, keys};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("prefetch", db.backend());
    let (film, language, staff, actor) = (Film::objects, Language::objects, Staff::objects, Actor::objects);
    let (copy, store, category, rental) = (Copy::objects, Store::objects, Category::objects, Rental::objects);

    // Each row and the keys of its related ones.
    for (name, query) in [
        ("to_many", film()),
        ("to_many_of_some", film().filter(Film::copies.store.eq(502))),
        ("to_many_of_none", film().filter(Film::id.in_([0_i64; 0]))),
    ] {
        let rows = query.prefetch_related(Film::copies).a().all(&db).await;
        django.bag(name, each(rows, |f| (f.id, keys(f.copies()))));
    }
    let rows = store().filter(Store::name.eq("Empty")).prefetch_related(Store::copies).a().all(&db).await;
    django.bag("to_many_all_empty", each(rows, |s| (s.id, keys(s.copies()))));
    let rows = language().prefetch_related(Language::original_films).a().all(&db).await;
    django.bag("to_many_over_a_nullable_key", each(rows, |l| (l.id, keys(l.original_films()))));
    let rows = staff().prefetch_related(Staff::reports).a().all(&db).await;
    django.bag("to_many_of_itself", each(rows, |s| (s.id, keys(s.reports()))));
    let row = film().filter(Film::id.eq(101)).prefetch_related(Film::copies).a().get(&db).await;
    django.value("to_many_of_one_row", row.map(|f| keys(f.copies())));
    let ordered = film().order_by((Film::title.desc(), Film::id.asc())).limit(7);
    let rows = ordered.prefetch_related(Film::copies).a().all(&db).await;
    django.list("to_many_in_order_of_parents", each(rows, |f| (f.id, keys(f.copies()))));
    let rows = film().prefetch_related(Film::categories).a().all(&db).await;
    django.bag("many_to_many", each(rows, |f| (f.id, keys(f.categories()))));
    let rows = category().prefetch_related(Category::films).a().all(&db).await;
    django.bag("many_to_many_back", each(rows, |c| (c.id, keys(c.films()))));
    let rows = film().prefetch_related(Film::cast).a().all(&db).await;
    django.bag("many_to_many_through", each(rows, |f| (f.id, keys(f.cast()))));
    let rows = actor().prefetch_related(Actor::films).a().all(&db).await;
    django.bag("many_to_many_through_back", each(rows, |a| (a.id, keys(a.films()))));
    let rows = film().prefetch_related(Film::castings).a().all(&db).await;
    django.bag("through_rows", each(rows, |f| (f.id, keys(f.castings()))));
    let rows = film().prefetch_related(Film::similar).a().all(&db).await;
    django.bag("symmetrical", each(rows, |f| (f.id, keys(f.similar()))));
    let rows = film().prefetch_related(Film::inspired_by).a().all(&db).await;
    django.bag("not_symmetrical", each(rows, |f| (f.id, keys(f.inspired_by()))));
    let rows = film().prefetch_related(Film::inspired).a().all(&db).await;
    django.bag("not_symmetrical_back", each(rows, |f| (f.id, keys(f.inspired()))));
    let twins = film().filter(Film::castings.role.eq("twin")).order_by(Film::id);
    let rows = twins.prefetch_related(Film::cast).a().all(&db).await;
    django.value("twin_repeats_in_a_list", each(rows, |f| (f.id, keys(f.cast()))));

    // A relation to one is loaded by a further query for rows in hand.
    let rows = copy().a().all(&db).await?.load_related(Copy::film).a().fetch(&db).await;
    django.bag("to_one", each(rows, |c| (c.id, c.film().title.clone())));
    let rows = film().a().all(&db).await?.load_related(Film::prequel).a().fetch(&db).await;
    django.bag("nullable_to_one", each(rows, |f| (f.id, f.prequel().as_ref().map(|p| p.title.clone()))));

    // Several relations, and several levels.
    let rows = film().prefetch_related((Film::copies, Film::categories)).a().all(&db).await;
    django.bag("two_relations", each(rows, |f| (f.id, keys(f.copies()), keys(f.categories()))));
    let rows = film().prefetch_related(Film::copies.rentals).a().all(&db).await;
    django.bag("two_levels", each(rows, |f| (f.id, by_key(f.copies(), |c| (c.id, keys(c.rentals()))))));
    let rows = store().prefetch_related(Store::copies.rentals.payments).a().all(&db).await;
    let three = each(rows, |s| (s.id, by_key(s.copies(), |c| (c.id, by_key(c.rentals(), |r| (r.id, keys(r.payments())))))));
    django.bag("three_levels", three);
    let rows = staff().prefetch_related(Staff::reports.reports).a().all(&db).await;
    django.bag("two_levels_of_itself", each(rows, |s| (s.id, by_key(s.reports(), |r| (r.id, keys(r.reports()))))));
    let rows = film().filter(Film::language.eq(2)).prefetch_related(Film::cast.films).a().all(&db).await;
    django.bag("there_and_back", each(rows, |f| (f.id, by_key(f.cast(), |a| (a.id, keys(a.films()))))));

    // Mixed with relations to one.
    let rows = copy().select_related(Copy::film).prefetch_related(Copy::film.castings).a().all(&db).await;
    django.bag("to_many_under_to_one", each(rows, |c| (c.id, c.film().title.clone(), keys(c.film().castings()))));
    let rows = film().select_related(Film::prequel).prefetch_related(Film::prequel.copies).a().all(&db).await;
    let prequels = each(rows, |f| (f.id, f.prequel().as_ref().map(|p| (p.id, keys(p.copies())))));
    django.bag("to_many_under_nullable_to_one", prequels);
    let rows = store().prefetch_related(Store::copies.with(copy().select_related(Copy::film))).a().all(&db).await;
    let titles = each(rows, |s| (s.id, by_key(s.copies(), |c| (c.id, c.film().title.clone()))));
    django.bag("to_one_under_to_many", titles);
    let rows = language().prefetch_related(Language::films.with(film().select_related(Film::prequel))).a().all(&db).await;
    let titles = each(rows, |l| (l.id, by_key(l.films(), |f| (f.id, f.prequel().as_ref().map(|p| p.title.clone())))));
    django.bag("nullable_to_one_under_to_many", titles);
    let on_b = copy().filter(Copy::shelf.eq("B")).select_related(Copy::film).prefetch_related(Copy::film.categories);
    let rentals = rental().filter(Rental::staff.eq(606)).select_related(Rental::copy.store);
    let rows = rentals.prefetch_related(Rental::copy.store.copies.with(on_b)).a().all(&db).await;
    let shelves = each(rows, |r| {
        let copies = by_key(r.copy().store().copies(), |c| (c.id, c.film().title.clone(), keys(c.film().categories())));
        (r.id, copies)
    });
    django.bag("to_one_to_many_to_one_to_many", shelves);
    let with_contact = Customer::objects().select_related(Customer::contact);
    let rows = store().prefetch_related(Store::customers.with(with_contact)).a().all(&db).await;
    let cities =
        each(rows, |s| (s.id, by_key(s.customers(), |c| (c.id, c.contact().as_ref().map(|contact| contact.city.clone())))));
    django.bag("one_to_one_back", cities);
    let with_film = film().filter(Film::language.eq(2)).prefetch_related(Film::copies.with(copy().select_related(Copy::film)));
    let titles = with_film.a().all(&db).await.map(|films| {
        let titles: BTreeSet<String> = films.iter().flat_map(|f| f.copies()).map(|c| c.film().title.clone()).collect();
        Vec::from_iter(titles)
    });
    django.value("instances", titles);

    // By a query of their own: filtered, ordered, so many for each.
    let films = || film().filter(Film::language.eq(2));
    let by_id = |query: QuerySet<Copy>| query.order_by(Copy::id);
    for (name, rows, own) in [
        ("filtered", film(), by_id(copy().filter(Copy::shelf.eq("A")))),
        ("filtered_to_nothing", films(), by_id(copy().filter(Copy::store.eq(504)))),
        ("filtered_by_a_relation", film(), by_id(copy().filter(Copy::store.manager.name.eq("Ann Lee")))),
        ("filtered_by_a_to_many", film(), by_id(copy().filter(Copy::rentals.returned.eq(None)))),
        ("excluded", film(), by_id(copy().exclude(Copy::shelf.eq("A")))),
    ] {
        let rows = rows.prefetch_related(Film::copies.with(own)).a().all(&db).await;
        django.bag(name, each(rows, |f| (f.id, in_order(f.copies()))));
    }
    for (name, own) in
        [("ordered", copy().order_by((Copy::film.title.desc(), Copy::id.asc()))), ("offset_of_each", by_id(copy()).slice(10..))]
    {
        let rows = store().prefetch_related(Store::copies.with(own)).a().all(&db).await;
        django.bag(name, each(rows, |s| (s.id, in_order(s.copies()))));
    }
    let by_title = || film().order_by((Film::title, Film::id));
    for (name, own) in [
        ("filtered_many_to_many_by_itself", film().filter(Film::categories.id.eq(52)).order_by(Film::id)),
        ("ordered_many_to_many", film().order_by((Film::title.desc(), Film::id.asc()))),
        ("first_of_each_many_to_many", by_title().limit(2)),
    ] {
        let rows = category().prefetch_related(Category::films.with(own)).a().all(&db).await;
        django.bag(name, each(rows, |c| (c.id, in_order(c.films()))));
    }
    let latest = || rental().order_by((Rental::rented.desc(), Rental::id.asc()));
    let earliest = |query: QuerySet<Rental>| query.order_by((Rental::rented, Rental::id));
    for (name, own) in [
        ("first_of_each", latest().limit(1)),
        ("first_three_of_each", latest().limit(3)),
        ("second_and_third_of_each", earliest(rental()).slice(1..3)),
        ("filtered_first_of_each", earliest(rental().filter(Rental::returned.isnull(false))).limit(1)),
        ("related_order_first_of_each", rental().order_by((Rental::copy.film.title.asc(), Rental::id.desc())).limit(2)),
    ] {
        let rows = Customer::objects().prefetch_related(Customer::rentals.with(own)).a().all(&db).await;
        django.bag(name, each(rows, |c| (c.id, in_order(c.rentals()))));
    }
    let with_copies = film().filter(Film::copies.isnull(false)).distinct().order_by(Film::id.desc());
    let rows = actor().prefetch_related(Actor::films.with(with_copies)).a().all(&db).await;
    django.bag("first_of_each_back", each(rows, |a| (a.id, in_order(a.films()))));
    let last = staff().order_by((Staff::name.desc(), Staff::id.asc())).limit(1);
    let rows = staff().prefetch_related(Staff::reports.with(last)).a().all(&db).await;
    django.bag("first_of_each_of_itself", each(rows, |s| (s.id, in_order(s.reports()))));
    let rows = film().prefetch_related(Film::similar.with(film().order_by(Film::id.desc()).limit(1))).a().all(&db).await;
    django.bag("first_of_each_symmetrical", each(rows, |f| (f.id, in_order(f.similar()))));
    let best = copy().order_by(Copy::id.desc()).limit(2).prefetch_related(Copy::rentals.with(latest().limit(1)));
    let rows = store().prefetch_related(Store::copies.with(best)).a().all(&db).await;
    let nested = each(rows, |s| {
        let copies: Vec<_> = s.copies().iter().map(|c| (c.id, in_order(c.rentals()))).collect();
        (s.id, copies)
    });
    django.bag("nested_first_of_each", nested);
    // A row has one list for a relation.
    django.done(&["same_relation_two_ways"]);
    Ok(())
}
