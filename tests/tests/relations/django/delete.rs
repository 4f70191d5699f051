//! `delete` under each `on_delete`: what went, by table, and what is left. It is undone after each query.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use rust_decimal::Decimal;

use super::answers::Answers;
use super::data::fill;
use super::models::{
    Actor, Casting, Category, Contact, Copy, Customer, Film, FilmInspiredBy, FilmSimilar, Language, Payment, Rental, Reward,
    Staff, Store,
};
use super::plain::Plain;
use super::told::{bag, value};
use super::undone::{AsyncUndone, Undone};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("delete", db.backend());
    /// What went, and what these queries then answer.
    macro_rules! deleted {
        (|$tx:ident| $($name:literal: $rows:expr $(, $after:expr)*;)*) => {$(
            let told = db.undone(async |$tx: &AsyncTransaction| {
                let deleted = $rows.a().delete($tx).await?;
                Ok(vec![deleted.plain(), $($after),*])
            });
            django.value($name, told.await);
        )*};
    }
    let (film, language, actor, category) = (Film::objects, Language::objects, Actor::objects, Category::objects);
    let named = |name: &'static str| Language::objects().filter(Language::name.eq(name));
    let original = || Film::objects().filter(Film::original_language.isnull(false));
    let latin = named("Latin").a().get(&db).await?;
    deleted! { |tx|
        "nothing_related": named("Latin");
        "no_row": film().filter(Film::id.eq(99_999));
        "one_row": latin.clone(), bag(language().values(Language::id).a().all(tx).await?);
        "protect": named("Français");
        "protect_by_one_of_many": language().filter(Language::name.in_(["Latin", "日本語"]));
        "set_null": named("tlhIngan"), bag(original().values(Film::id).a().all(tx).await?);
        "cascade_one_level": actor().filter(Actor::name.eq("Ann Lee")), value(Casting::objects().a().count(tx).await?);
        "cascade_many_to_many": category().filter(Category::name.eq("Drama")), value(film().a().count(tx).await?);
        "cascade_of_itself": film().filter(Film::id.eq(135));
        "cascade_to_copies": film().filter(Film::id.gte(130)),
            bag(Copy::objects().values(Copy::id).a().all(tx).await?), bag(film().values(Film::id).a().all(tx).await?);
        "cascade_and_protect_below": film().filter(Film::id.eq(101));
        "cascade_without_rentals": film().exclude(Film::copies.rentals.isnull(false)).filter(Film::sequels.isnull(true));
        "cascade_symmetrical":
            film().filter(Film::similar.isnull(false) & Film::copies.isnull(true) & Film::sequels.isnull(true)),
            value(FilmSimilar::objects().a().count(tx).await?), value(FilmInspiredBy::objects().a().count(tx).await?);
        "through_rows": Casting::objects().filter(Casting::role.eq("twin"));
        "by_a_to_many": actor().filter(Actor::castings.role.eq("villain"));
    }
    let (staff, store, copy) = (Staff::objects, Store::objects, Copy::objects);
    let bosses = || Staff::objects().values((Staff::id, Staff::reports_to));
    deleted! { |tx|
        "set_null_of_itself": staff().filter(Staff::id.eq(603)), bag(bosses().a().all(tx).await?);
        "set_null_of_itself_at_the_top": staff().filter(Staff::id.eq(601)),
            bag(staff().filter(Staff::reports_to.isnull(true)).values(Staff::id).a().all(tx).await?);
        "set_null_of_several": staff().filter(Staff::id.in_([602, 606])),
            bag(store().values((Store::id, Store::manager)).a().all(tx).await?),
            bag(bosses().a().all(tx).await?),
            bag(Rental::objects().filter(Rental::staff.eq(None)).values(Rental::id).a().all(tx).await?);
        "protect_by_rentals": copy().filter(Copy::store.eq(502));
        "copies_without_rentals": copy().filter(Copy::rentals.isnull(true)), value(copy().a().count(tx).await?);
        "store_of_protected_copies": store().filter(Store::id.eq(503));
        "store_set_null": store().filter(Store::name.eq("Empty")), value(staff().a().count(tx).await?);
    }
    let (customer, rental, payment) = (Customer::objects, Rental::objects, Payment::objects);
    let some = |from: i64, to: i64| Customer::objects().filter(Customer::id.range(from, to));
    // Customers without rewards and remarks.
    let unremarkable = || some(804, 818);
    let renters = || unremarkable().filter(Customer::rentals.payments.isnull(false));
    // Who rents what another customer pays for: these payments stay if only the renter goes.
    let paid_for = || {
        let by_others = Payment::objects().filter(Payment::rental.isnull(false));
        let by_others = by_others.exclude(Payment::rental.customer.eq(Payment::customer));
        Customer::id.in_(by_others.values(Payment::rental.customer.id))
    };
    deleted! { |tx|
        "restrict": rental().filter(Rental::payments.isnull(false));
        "restrict_one": rental().filter(Rental::payments.amount.eq(Decimal::new(10_000_001, 2))).order_by(Rental::id);
        "rentals_without_payments": rental().filter(Rental::payments.isnull(true)), value(rental().a().count(tx).await?);
        "customer_without_anything": some(818, 818);
        "customer_with_contact": customer().filter(
            Customer::contact.isnull(false) & Customer::rentals.isnull(true) & Customer::payments.isnull(true)
        );
        "restrict_by_what_goes_too": renters().exclude(paid_for());
        "restrict_by_what_stays": renters().filter(paid_for());
        "all_who_pay_for_each_other": unremarkable(),
            value(rental().a().count(tx).await?), value(payment().a().count(tx).await?);
        "set_default": some(819, 819), bag(Reward::objects().values((Reward::id, Reward::customer)).a().all(tx).await?);
        "payments": payment().filter(Payment::amount.eq(Decimal::new(10, 2)));
        "by_a_relation": Contact::objects().filter(Contact::customer.rentals.isnull(true));
        "everything": payment();
    }
    // Not in a transaction, where some databases find out at its end. What is refused stays.
    django.value("do_nothing", some(820, 820).a().delete(&db).await);
    django.done(&[]);
    Ok(())
}
