//! AND, OR, NOT and XOR over relations.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use rust_decimal::Decimal;

use super::answers::Answers;
use super::data::fill;
use super::models::{Copy, Customer, Film, Payment};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("conditions", db.backend());
    let (film, english) = (Film::objects, || Film::original_language.name.eq("English"));
    let (solaris, nothing) = (|| Film::prequel.title.eq("Solaris"), || Film::id.in_([0_i64; 0]));
    let japanese = || Film::language.name.eq("日本語");
    let on_a_or_endless = || Film::copies.shelf.eq("A") | Film::length.eq(None);
    let in_502_or_french = || Film::copies.store.eq(502) | Film::language.eq(2);
    let anywhere = |title: &'static str, category: &'static str, actor: &'static str| {
        Film::title.contains(title) | Film::categories.name.contains(category) | Film::cast.name.contains(actor)
    };
    for (name, query) in [
        ("or_of_two_relations", film().filter(Film::language.name.eq("Français") | Film::original_language.name.eq("Français"))),
        ("or_of_a_relation_and_a_column", film().filter(english() | Film::length.gt(150))),
        ("or_then_and", film().filter(solaris() | english()).filter(Film::prequel.title.gt(""))),
        ("or_with_isnull", film().filter(Film::original_language.isnull(true) | english())),
        (
            "or_within_and",
            film().filter(Film::language.eq(1) & (solaris() | Film::prequel.isnull(true)) & Film::length.isnull(false)),
        ),
        ("not_of_or", film().filter(!(english() | Film::prequel.length.gt(100)))),
        ("not_of_and", film().filter(!(english() & Film::prequel.length.gt(100)))),
        ("not_of_not_of_or", film().filter(!(!english() | Film::length.eq(None)))),
        ("exclude_two_columns_of_a_row", film().exclude(Film::prequel.length.gt(100) & Film::prequel.original_language.eq(1))),
        ("and_of_nots", film().filter(!Film::original_language.eq(1) & !solaris())),
        ("or_of_nots", film().filter(!Film::original_language.eq(1) | !solaris())),
        ("xor", film().filter(Film::language.name.eq("English") ^ english())),
        ("xor_of_three", film().filter(Film::language.eq(1) ^ Film::original_language.isnull(true) ^ Film::prequel.isnull(true))),
        ("or_with_nothing", film().filter(nothing() | japanese())),
        ("and_with_nothing", film().filter(nothing() & japanese())),
        ("not_nothing", film().filter(!Film::language.in_([0_i64; 0]) & Film::prequel.isnull(false))),
        ("or_of_to_many_and_column", film().filter(Film::copies.shelf.eq("A") | Film::length.eq(None))),
        ("or_of_two_to_many", film().filter(Film::copies.store.eq(502) | Film::castings.role.eq("villain"))),
        ("or_of_to_many_and_no_row", film().filter(Film::copies.isnull(true) | Film::copies.shelf.eq("B"))),
        ("and_of_two_to_many", film().filter(Film::copies.store.eq(502) & Film::castings.role.eq("villain"))),
        ("or_of_the_same_to_many", film().filter(Film::copies.store.eq(502) | Film::copies.shelf.eq("A"))),
        ("not_within_or_over_to_many", film().filter(!Film::copies.shelf.eq("A") | Film::language.eq(2))),
        ("or_of_to_many_and_column_beside", film().filter(on_a_or_endless() & Film::language.eq(1))),
        ("two_ors_of_to_many_and_column", film().filter(on_a_or_endless() & in_502_or_french())),
        ("not_of_two_ors_of_to_many_and_column", film().exclude(on_a_or_endless() & in_502_or_french())),
        ("two_words_anywhere", film().filter(anywhere(" ", "'", " ") & anywhere("e", "%", "a"))),
        (
            "xor_of_to_many_beside_an_or",
            film().filter(
                (Film::copies.shelf.eq("A") ^ Film::length.eq(None)) & (Film::copies.store.eq(501) | Film::language.eq(2)),
            ),
        ),
        (
            "or_of_two_to_many_between_them",
            film().filter(
                Film::castings.billing.eq(1)
                    & (Film::castings.role.eq("lead") | Film::copies.shelf.eq("A"))
                    & Film::copies.store.eq(501),
            ),
        ),
        ("columns_of_two_to_many", film().filter(Film::castings.role.gt(Film::copies.shelf) & Film::copies.store.eq(501))),
        ("column_of_another_row_or_null", film().filter(Film::length.gt(Film::prequel.length) | Film::prequel.length.eq(None))),
    ] {
        django.bag(name, query.values(Film::id).a().all(&db).await);
    }
    let exclude_or = Copy::objects().exclude(Copy::film.length.lt(100) | Copy::shelf.eq("A"));
    django.bag("exclude_or", exclude_or.values(Copy::id).a().all(&db).await);
    let (payment, by_ann) = (Payment::objects, || Payment::rental.staff.name.eq("Ann Lee"));
    for (name, query) in [
        ("or_of_two_nullable_paths", payment().filter(by_ann() | Payment::rental.customer.active.eq(false))),
        ("exclude_or_of_relations", payment().exclude(by_ann() | Payment::rental.returned.eq(None))),
    ] {
        django.bag(name, query.values(Payment::id).a().all(&db).await);
    }
    let customer = Customer::objects;
    for (name, query) in [
        (
            "or_of_to_many_then_and",
            customer()
                .filter(Customer::rentals.returned.eq(None) | Customer::payments.amount.eq(Decimal::ZERO))
                .filter(Customer::rentals.copy.store.eq(501)),
        ),
        (
            "or_of_to_one_and_to_many",
            customer().filter(Customer::store.name.eq("Main Street") | Customer::rentals.staff.name.eq("Ann Lee")),
        ),
    ] {
        django.bag(name, query.values(Customer::id).a().all(&db).await);
    }
    django.done(&[]);
    Ok(())
}
