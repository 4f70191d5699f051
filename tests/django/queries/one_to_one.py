"""A unique foreign key, from both ends; the far end may be missing."""

from answer import Ours, bag, listed
from django.db.models import Exists, F, OuterRef, Q
from rental.models import *

store, staff, customer, contact = Store.objects, Staff.objects, Customer.objects, Contact.objects

QUERIES = {
    "name": lambda: bag(store.filter(manager__name="Ann Lee")),
    "key": lambda: bag(store.filter(manager=606)),
    "isnull": lambda: bag(store.filter(manager__isnull=True)),
    "exclude_name": lambda: bag(store.exclude(manager__name="Ann Lee")),
    "back_name": lambda: bag(staff.filter(manages__name="O'Connell St")),
    "back_key": lambda: bag(staff.filter(manages=501)),
    "back_isnull": lambda: bag(staff.filter(manages__isnull=True)),
    "back_is_not_null": lambda: bag(staff.filter(manages__isnull=False)),
    "back_equals_none": lambda: bag(staff.filter(manages=None)),
    "back_exclude_name": lambda: bag(staff.exclude(manages__name="O'Connell St")),
    "back_exclude_isnull": lambda: bag(staff.exclude(manages__isnull=True)),
    "contact_city": lambda: bag(customer.filter(contact__city="Gdańsk")),
    "contact_exclude_city": lambda: bag(customer.exclude(contact__city="Gdańsk")),
    "contact_nullable_column_isnull": lambda: bag(customer.filter(contact__phone__isnull=True)),
    "contact_is_there_and_its_column_isnull": lambda: bag(customer.filter(contact__isnull=False, contact__phone__isnull=True)),
    "contact_nullable_column_is_not_null": lambda: bag(customer.filter(contact__phone__isnull=False)),
    "contact_exclude_nullable_column": lambda: bag(customer.exclude(contact__phone__gt="+48 5")),
    "contact_two_conditions": lambda: bag(customer.filter(contact__city="Paris", contact__phone__isnull=False)),
    "contact_exclude_two_conditions": lambda: bag(customer.exclude(contact__city="Paris", contact__phone__isnull=False)),
    "contact_or_column": lambda: bag(customer.filter(Q(contact__city="Paris") | Q(active=False))),
    "contact_or_isnull": lambda: bag(customer.filter(Q(contact__isnull=True) | Q(contact__phone=None))),
    "contact_forward": lambda: bag(contact.filter(customer__store__name="Main Street")),
    # In Django a column is also NULL where there is no row; amphi asks for a row.
    "contact_then_to_many": Ours(
        1,
        lambda: bag(contact.filter(customer__rentals__returned=None).distinct()),
        lambda: bag(contact.filter(customer__rentals__isnull=False, customer__rentals__returned=None).distinct()),
    ),
    "to_many_then_contact": lambda: bag(store.filter(customers__contact__city="東京").distinct()),
    "to_many_then_contact_isnull": Ours(
        1,
        lambda: bag(store.filter(customers__contact__isnull=True).distinct()),
        lambda: bag(store.filter(customers__isnull=False, customers__contact__isnull=True).distinct()),
    ),
    "to_one_then_contact": lambda: bag(Rental.objects.filter(customer__contact__city="Paris")),
    "to_one_then_contact_isnull": lambda: bag(Rental.objects.filter(customer__contact__isnull=True)),
    "to_one_then_exclude_contact": lambda: bag(Rental.objects.exclude(customer__contact__city="Paris")),
    "back_then_to_many": lambda: bag(staff.filter(manages__copies__shelf="B").distinct()),
    "to_one_then_back": lambda: bag(staff.filter(reports_to__manages__name="Main Street")),
    "exists": lambda: bag(customer.filter(~Exists(Contact.objects.filter(customer=OuterRef("pk"), phone__isnull=False)))),
    "column_of_both": lambda: bag(customer.filter(contact__city=F("name"))),
    "order": lambda: listed(customer.filter(contact__isnull=False).order_by("contact__city", "-id"), "id", "contact__city"),
}
