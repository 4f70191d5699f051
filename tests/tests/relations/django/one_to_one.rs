//! Along a unique foreign key, from both ends; the far end may be missing.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::answers::Answers;
use super::data::fill;
use super::models::{Contact, Customer, Rental, Staff, Store};

#[everywhere]
async fn answers_are_those_of_django(db: AsyncDatabase) -> Result<(), Error> {
    fill()?;
    let mut django = Answers::new("one_to_one", db.backend());
    let store = Store::objects;
    for (name, query) in [
        ("name", store().filter(Store::manager.name.eq("Ann Lee"))),
        ("key", store().filter(Store::manager.eq(606))),
        ("isnull", store().filter(Store::manager.isnull(true))),
        ("exclude_name", store().exclude(Store::manager.name.eq("Ann Lee"))),
        ("to_many_then_contact", store().filter(Store::customers.contact.city.eq("東京"))),
        ("to_many_then_contact_isnull", store().filter(Store::customers.contact.isnull(true))),
    ] {
        django.bag(name, query.values(Store::id).a().all(&db).await);
    }
    let staff = Staff::objects;
    for (name, query) in [
        ("back_name", staff().filter(Staff::manages.name.eq("O'Connell St"))),
        ("back_key", staff().filter(Staff::manages.id.eq(501))),
        ("back_isnull", staff().filter(Staff::manages.isnull(true))),
        ("back_is_not_null", staff().filter(Staff::manages.isnull(false))),
        ("back_equals_none", staff().filter(Staff::manages.id.eq(None))),
        ("back_exclude_name", staff().exclude(Staff::manages.name.eq("O'Connell St"))),
        ("back_exclude_isnull", staff().exclude(Staff::manages.isnull(true))),
        ("back_then_to_many", staff().filter(Staff::manages.copies.shelf.eq("B"))),
        ("to_one_then_back", staff().filter(Staff::reports_to.manages.name.eq("Main Street"))),
    ] {
        django.bag(name, query.values(Staff::id).a().all(&db).await);
    }
    let (customer, contact) = (Customer::objects, Customer::contact);
    let (paris, with_phone) = (|| contact.city.eq("Paris"), || contact.phone.isnull(false));
    for (name, query) in [
        ("contact_city", customer().filter(contact.city.eq("Gdańsk"))),
        ("contact_exclude_city", customer().exclude(contact.city.eq("Gdańsk"))),
        ("contact_nullable_column_isnull", customer().filter(contact.phone.isnull(true))),
        ("contact_is_there_and_its_column_isnull", customer().filter(contact.isnull(false) & contact.phone.isnull(true))),
        ("contact_nullable_column_is_not_null", customer().filter(with_phone())),
        ("contact_exclude_nullable_column", customer().exclude(contact.phone.gt("+48 5"))),
        ("contact_two_conditions", customer().filter(paris() & with_phone())),
        ("contact_exclude_two_conditions", customer().exclude(paris() & with_phone())),
        ("contact_or_column", customer().filter(paris() | Customer::active.eq(false))),
        ("contact_or_isnull", customer().filter(contact.isnull(true) | contact.phone.eq(None))),
        ("exists", customer().exclude(with_phone())),
        ("column_of_both", customer().filter(contact.city.eq(Customer::name))),
    ] {
        django.bag(name, query.values(Customer::id).a().all(&db).await);
    }
    let ordered = customer().filter(contact.isnull(false)).order_by((contact.city.asc(), Customer::id.desc()));
    django.list("order", ordered.values((Customer::id, contact.city)).a().all(&db).await);
    for (name, query) in [
        ("contact_forward", Contact::objects().filter(Contact::customer.store.name.eq("Main Street"))),
        ("contact_then_to_many", Contact::objects().filter(Contact::customer.rentals.returned.eq(None))),
    ] {
        django.bag(name, query.values(Contact::id).a().all(&db).await);
    }
    let rental = Rental::objects;
    for (name, query) in [
        ("to_one_then_contact", rental().filter(Rental::customer.contact.city.eq("Paris"))),
        ("to_one_then_contact_isnull", rental().filter(Rental::customer.contact.isnull(true))),
        ("to_one_then_exclude_contact", rental().exclude(Rental::customer.contact.city.eq("Paris"))),
    ] {
        django.bag(name, query.values(Rental::id).a().all(&db).await);
    }
    django.done(&[]);
    Ok(())
}
