//! The related rows of one row: asked, added, removed, set and cleared. What is written is undone after each query.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use serde_json::json;

use super::answers::Answers;
use super::data::fill;
use super::models::{
    Actor, Casting, Category, Contact, Copy, Customer, Film, FilmCategories, FilmSimilar, Language, Payment, Staff, Store,
};
use super::plain::Plain;
use super::told::{bag, keys};
use super::undone::{AsyncUndone, Undone};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("managers", db.backend());
    let (main, none) = (Store::copies.of_key(501), [0_i64; 0]);
    for (name, query) in [
        ("all", Film::copies.of_key(101).query()),
        ("filter", main.filter(Copy::shelf.eq("A"))),
        ("exclude", main.exclude(Copy::shelf.eq("A"))),
        ("filter_over_a_relation", main.filter(Copy::film.language.eq(2))),
        ("filter_over_a_to_many", main.filter(Copy::rentals.returned.eq(None))),
        ("filter_back_to_the_parent", main.filter(Copy::store.eq(502))),
    ] {
        django.bag(name, query.values(Copy::id).a().all(&db).await);
    }
    let sliced = main.order_by((Copy::film.title.desc(), Copy::id.asc())).slice(..5);
    django.list("order_and_slice", sliced.values(Copy::id).a().all(&db).await);
    django.value("count", main.a().count(&db).await);
    django.value("exists_not", Store::copies.of_key(504).a().exists(&db).await);
    let first = Store::copies.of_key(502).order_by(Copy::id).values(Copy::id);
    django.value("first", first.a().first(&db).await);
    for (name, customer) in [("get", 802), ("get_of_nothing", 805)] {
        let city = Contact::objects().filter(Contact::customer.eq(customer)).values(Contact::city);
        django.value(name, city.a().get(&db).await);
    }
    let reports = Staff::reports.of_key(601);
    django.bag("of_itself", reports.values(Staff::id).a().all(&db).await);

    let (busy, drama, empty) = (Film::categories.of_key(102), Category::films.of_key(51), Category::films.of_key(58));
    django.bag("categories", busy.values((Category::id, Category::name)).a().all(&db).await);
    django.bag("categories_filter", busy.filter(Category::name.gt("D")).values(Category::id).a().all(&db).await);
    for (name, query) in [
        ("categories_back_filter", drama.filter(Film::language.eq(1))),
        ("categories_of_the_empty", empty.query()),
        ("categories_filter_of_themselves", drama.filter(Film::categories.id.eq(52))),
        ("categories_exclude_themselves", drama.exclude(Film::categories.id.eq(52))),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    django.value("categories_back_count", drama.a().count(&db).await);
    let cast = Film::cast.of_key(101);
    for (name, query) in [
        ("through_repeats_in_a_list", cast.query()),
        ("through_filter", Film::cast.of_key(102).filter(Actor::castings.role.eq("villain"))),
        ("through_filter_of_this_film", Actor::objects().filter(Actor::castings.film.eq(102) & Actor::castings.role.eq("lead"))),
    ] {
        django.bag(name, query.values(Actor::id).a().all(&db).await);
    }

    /// What is told after some changes.
    macro_rules! after {
        (|$tx:ident| $told:expr; $($name:literal: $($of:ident.$change:ident($($argument:expr),*)),*;)*) => {$(
            let told = db.undone(async |$tx: &AsyncTransaction| {
                $($of.a().$change($($argument,)* $tx).await?;)*
                Ok($told)
            });
            django.answer($name, told.await);
        )*};
    }
    /// The keys of what a relation leads to after a change.
    macro_rules! changed {
        ($($name:literal: $of:ident.$change:ident($($argument:expr),*);)*) => {$(
            after! { |tx| json!({ "value": keys(&$of.a().all(tx).await?) }); $name: $of.$change($($argument),*); }
        )*};
    }
    let (latin, english, own) = (Language::films.of_key(6), Language::original_films.of_key(1), Film::categories.of_key(101));
    changed! {
        "add_sets_the_key": latin.add([101, 105]);
        "remove_clears_the_key": english.remove(111);
        "remove_of_what_belongs_to_another": reports.remove(603);
        "add": own.add([58, 51]);
        "add_twice_in_a_call": own.add([58, 58]);
        "add_nothing": busy.add(none);
        "add_of_no_row": own.add(99_999);
        "remove": busy.remove(51);
        "remove_of_no_member": busy.remove(58);
        "set": busy.set([57, 58]);
        "set_keeps_what_stays": busy.set([51, 58]);
        "set_to_nothing": busy.set(none);
        "add_back": empty.add([101, 102]);
        "remove_back": drama.remove(101);
        "set_back": drama.set([101, 136]);
    }
    let links = FilmCategories::objects;
    let originals = Film::objects().filter(Film::original_language.isnull(false)).values(Film::id);
    after! {
        |tx| json!({ "value": [keys(&english.a().all(tx).await?), bag(originals.a().all(tx).await?)] });
        "clear_the_keys": english.clear();
    }
    after! {
        |tx| {
            let bosses = Staff::objects().values((Staff::id, Staff::reports_to));
            json!({ "value": [keys(&reports.a().all(tx).await?), bag(bosses.a().all(tx).await?)] })
        };
        "set_the_keys": reports.set([602, 609, 611]);
    }
    after! {
        |tx| {
            let pairs = links().filter(FilmCategories::film.eq(102)).order_by(FilmCategories::category.asc());
            let pairs = pairs.values((FilmCategories::film, FilmCategories::category)).a().all(tx).await?;
            json!({ "value": [keys(&busy.a().all(tx).await?), pairs.plain()] })
        };
        "add_again": busy.add([51, 52, 53]);
    }
    after! {
        |tx| json!({ "value": [keys(&busy.a().all(tx).await?), links().a().count(tx).await?] });
        "remove_leaves_other_films": busy.remove(51);
        "clear": busy.clear();
    }
    after! {
        |tx| json!({ "value": [keys(&drama.a().all(tx).await?), links().a().count(tx).await?] });
        "clear_back": drama.clear();
    }
    let similar = Film::similar.of_key(101);
    after! {
        |tx| {
            let (one, other) = (FilmSimilar::from_film, FilmSimilar::to_film);
            let from = FilmSimilar::objects().filter(one.eq(101)).order_by(other.asc()).values((one, other));
            let to = FilmSimilar::objects().filter(other.eq(101)).order_by(one.asc()).values((other, one));
            json!({ "value": { "from": from.a().all(tx).await?.plain(), "to": to.a().all(tx).await?.plain() } })
        };
        "similar": ;
        "similar_add": similar.add([103, 104]);
        "similar_add_itself": similar.add(101);
        "similar_remove": similar.set([103, 104]), similar.remove(103);
        "similar_set": similar.set([105, 106]);
        "similar_clear": similar.clear();
    }
    let (inspired_by, inspired) = (Film::inspired_by.of_key(101), Film::inspired.of_key(101));
    after! {
        |tx| {
            let (by, of) = (inspired_by.a().all(tx).await?, inspired.a().all(tx).await?);
            json!({ "value": { "inspired_by": keys(&by), "inspired": keys(&of) } })
        };
        "inspired_by_add": inspired_by.add(110);
        "inspired_add": inspired.add(110);
        "inspired_by_remove": inspired_by.remove(102);
        "inspired_by_clear": inspired_by.clear();
        "inspired_clear": inspired.clear();
    }
    // Actor 216 plays twice in film 101.
    let role = |role: &'static str| Casting::create().role(role);
    after! {
        |tx| {
            let castings = Film::castings.of_key(101).values((Casting::actor, Casting::role, Casting::billing));
            bag(castings.a().all(tx).await?)
        };
        "through": ;
        "through_add": cast.add_with(226, role("new").billing(9));
        "through_add_again": cast.add_with(216, role("new"));
        "through_remove_of_a_twin": cast.remove(216);
        "through_set": cast.set_with([216, 226], role("set"));
        "through_clear": cast.clear();
    }
    let copies = Store::copies.of_key(502).filter(Copy::shelf.isnull(true));
    let told = db.undone(async |tx: &AsyncTransaction| {
        let updated = copies.a().update(Copy::shelf.set("new"), tx).await?;
        let new = Copy::objects().filter(Copy::shelf.eq("new")).values(Copy::id);
        Ok((updated, bag(new.a().all(tx).await?)))
    });
    django.value("update", told.await);
    let told = db.undone(async |tx: &AsyncTransaction| {
        let deleted = Customer::payments.of_key(801).a().delete(tx).await?;
        Ok((deleted.total(), Payment::objects().a().count(tx).await?))
    });
    django.value("delete", told.await);
    let told = db.undone(async |tx: &AsyncTransaction| {
        let copies = Film::copies.of_key(101);
        let copy = copies.a().create(Copy::create().id(9001).store(504), tx).await?;
        Ok((copy.film, bag(copies.values(Copy::id).a().all(tx).await?)))
    });
    django.value("create", told.await);
    let told = db.undone(async |tx: &AsyncTransaction| {
        let made = own.a().create(Category::create().id(9001).name("new"), tx).await?;
        let films = Category::films.of(&made).values(Film::id);
        Ok((made.name, films.a().all(tx).await?))
    });
    django.value("create_many_to_many", told.await);
    let store = Store::objects().filter(Store::id.eq(503));
    let told = db.undone(async |tx: &AsyncTransaction| {
        let updated = store.a().update(Store::manager.set(603), tx).await?;
        let managers = Staff::objects().filter(Staff::manages.isnull(false)).values(Staff::id);
        Ok((updated, bag(managers.a().all(tx).await?)))
    });
    django.value("change_of_a_one_to_one", told.await);
    // Not in a transaction, where some databases find out at its end. What is refused is not written.
    let taken = Store::objects().filter(Store::id.eq(503)).a().update(Store::manager.set(602), &db).await;
    django.value("second_row_of_a_one_to_one", taken);
    let nowhere = Copy::objects().filter(Copy::id.eq(1001)).a().update(Copy::film.set(99_999), &db).await;
    django.value("key_of_no_row", nowhere);
    django.done(&[]);
    Ok(())
}
