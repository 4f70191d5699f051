//! `select_related`: what is loaded, and what absent rows look like.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use rust_decimal::Decimal;

use super::answers::Answers;
use super::data::fill;
use super::models::{Casting, Copy, Customer, Film, Language, Payment, Rental, Staff, Store};
use super::plain::Plain;
use super::told::each;
use amphi_tests::library::date;

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("load", db.backend());
    let (film, original) = (Film::objects, Film::original_language);
    let named = |language: &Option<Language>| language.as_ref().map(|language| language.name.clone());
    let bag = film().select_related(Film::language).a().all(&db).await;
    django.bag("to_one", each(bag, |f| (f.id, f.language().name.clone())));
    for (name, query) in [
        ("nullable", film()),
        ("with_exclude_on_the_same_relation", film().exclude(original.name.eq("English"))),
        ("with_filter_on_the_same_relation", film().filter(original.name.eq("English"))),
    ] {
        let bag = query.select_related(original).a().all(&db).await;
        django.bag(name, each(bag, |f| (f.id, named(f.original_language()))));
    }
    let bag = film().select_related((Film::language, original)).a().all(&db).await;
    django.bag("two_to_one_table", each(bag, |f| (f.id, f.language().name.clone(), named(f.original_language()))));
    let bag = film().select_related(Film::prequel.language).a().all(&db).await;
    let prequels = each(bag, |f| (f.id, f.prequel().as_ref().map(|p| (p.title.clone(), p.language().name.clone()))));
    django.bag("nullable_then_not_null", prequels);
    let bag = film().select_related(Film::prequel.original_language).a().all(&db).await;
    let prequels = each(bag, |f| (f.id, f.prequel().as_ref().map(|p| (p.title.clone(), named(p.original_language())))));
    django.bag("nullable_then_nullable", prequels);
    let bag = film().filter(Film::prequel.isnull(true)).select_related(Film::prequel).a().all(&db).await;
    django.bag("with_isnull_on_the_same_relation", each(bag, |f| (f.id, f.prequel().as_ref().map(|p| p.id))));
    let bag = film().filter(Film::copies.shelf.eq("A")).select_related(Film::language).a().all(&db).await;
    django.bag("with_to_many_filter", each(bag, |f| (f.id, f.language().name.clone())));
    let ordered = film().filter(Film::prequel.isnull(false)).order_by((Film::prequel.title, Film::id));
    let list = ordered.select_related(Film::prequel).a().all(&db).await;
    django.list("with_order_over_nullable", each(list, |f| (f.id, f.prequel().as_ref().map(|p| p.title.clone()))));

    let (staff, store) = (Staff::objects, Store::objects);
    let name = |staff: &Option<Staff>| staff.as_ref().map(|staff| staff.name.clone());
    let bag = staff().select_related(Staff::reports_to).a().all(&db).await;
    django.bag("itself", each(bag, |s| (s.id, name(s.reports_to()))));
    let bag = staff().select_related(Staff::reports_to.reports_to).a().all(&db).await;
    let bosses = each(bag, |s| match s.reports_to() {
        Some(boss) => (s.id, Some(boss.name.clone()), name(boss.reports_to())),
        None => (s.id, None, None),
    });
    django.bag("itself_twice", bosses);
    let bag = staff().select_related(Staff::manages).a().all(&db).await;
    django.bag("one_to_one_back", each(bag, |s| (s.id, s.manages().as_ref().map(|store| store.name.clone()))));
    let bag = staff().select_related(Staff::reports_to.manages).a().all(&db).await;
    let bosses = each(bag, |s| match s.reports_to() {
        Some(boss) => (s.id, Some(boss.name.clone()), boss.manages().as_ref().map(|store| store.name.clone())),
        None => (s.id, None, None),
    });
    django.bag("one_to_one_back_then_back", bosses);
    let bag = store().select_related(Store::manager).a().all(&db).await;
    django.bag("one_to_one", each(bag, |s| (s.id, name(s.manager()))));
    let one = store().filter(Store::name.eq("O'Connell St")).select_related(Store::manager.reports_to).a().get(&db).await;
    let told = one.map(|s| s.manager().as_ref().map(|manager| (manager.name.clone(), name(manager.reports_to()))));
    django.value("get", told);
    let bag = Customer::objects().select_related(Customer::contact).a().all(&db).await;
    let contacts = each(bag, |c| (c.id, c.contact().as_ref().map(|contact| (contact.city.clone(), contact.phone.clone()))));
    django.bag("one_to_one_back_nullable_column", contacts);

    let (copy, rental, payment) = (Copy::objects, Rental::objects, Payment::objects);
    let bag = copy().select_related(Copy::film.language).a().all(&db).await;
    django.bag("two_steps", each(bag, |c| (c.id, c.film().title.clone(), c.film().language().name.clone())));
    let sliced = copy().order_by((Copy::film.title.desc(), Copy::id.asc())).slice(3..9);
    let list = sliced.select_related(Copy::film).a().all(&db).await;
    django.list("with_order_and_slice", each(list, |c| (c.id, c.film().title.clone())));
    let bag = payment().select_related(Payment::rental.copy.film.language).a().all(&db).await;
    let paid_for = each(bag, |p| {
        let copy = p.rental().as_ref().map(|rental| rental.copy());
        (p.id, copy.map(|copy| (copy.shelf.clone(), copy.film().title.clone(), copy.film().language().name.clone())))
    });
    django.bag("four_steps", paid_for);
    let five = payment().filter(Payment::rental.isnull(false) & Payment::amount.eq(Decimal::from(5)));
    let bag = five.select_related((Payment::rental.copy.film, Payment::rental.customer)).a().all(&db).await;
    let typed = each(bag, |p| {
        let rental = p.rental().as_ref()?;
        let film = rental.copy().film();
        Some((p.id, rental.rented, rental.returned, film.rate, film.released, rental.customer().active))
    });
    django.bag("types", typed);
    let early = rental().filter(Rental::rented.lt(date(2024, 5, 1)));
    let bag = early.select_related((Rental::copy.store.manager, Rental::customer.store, Rental::staff)).a().all(&db).await;
    let paths = each(bag, |r| {
        let (store, customer) = (r.copy().store(), r.customer());
        let of_customer = customer.store().as_ref().map(|store| store.name.clone());
        (r.id, store.name.clone(), name(store.manager()), customer.name.clone(), of_customer, name(r.staff()))
    });
    django.bag("two_paths", paths);
    let out = rental().filter(Rental::returned.isnull(true)).select_related(Rental::customer.contact).a().all(&db).await;
    let cities = each(out, |r| (r.id, r.customer().contact().as_ref().map(|contact| contact.city.clone())));
    django.bag("one_to_one_back_over_to_one", cities);
    let bag = Casting::objects().select_related((Casting::film, Casting::actor)).a().all(&db).await;
    django.bag("odd_names", each(bag, |c| (c.role.clone(), c.film().title.clone(), c.actor().name.clone()).plain()));
    django.done(&[]);
    Ok(())
}
