"""Columns of related rows beside each other."""

from answer import Ours, bag, value
from django.db.models import F, Q
from rental.models import *

film, rental, payment, staff, customer, copy = (
    Film.objects, Rental.objects, Payment.objects, Staff.objects, Customer.objects, Copy.objects,
)

def all_but(films):
    return bag(film.exclude(pk__in=films.values("pk")))


QUERIES = {
    "column_of_a_related_row": lambda: bag(film.filter(length__gt=F("prequel__length"))),
    "columns_of_two_related_rows": lambda: bag(rental.filter(customer__store=F("copy__store"))),
    "key_and_key": lambda: bag(film.filter(language=F("original_language"))),
    "exclude_key_and_nullable_key": lambda: bag(film.exclude(original_language=F("language"))),
    "title_of_the_prequel": lambda: bag(film.filter(rate__lt=F("prequel__rate"))),
    "arithmetic": lambda: bag(film.filter(length__gt=F("prequel__length") + 10)),
    "arithmetic_over_two": lambda: bag(film.filter(length__lt=F("prequel__length") - F("prequel__prequel__length") + 100)),
    "dates": lambda: bag(rental.filter(rented__gt=F("copy__film__released"))),
    "dates_nullable": lambda: bag(rental.exclude(rented__gt=F("returned"))),
    "in_or": lambda: bag(film.filter(Q(length__gt=F("prequel__length")) | Q(language=F("prequel__language")))),
    "to_many": lambda: bag(film.filter(copies__store=F("copies__rentals__customer__store")).distinct()),
    "to_many_same_row": lambda: bag(customer.filter(rentals__copy__store=F("store")).distinct()),
    "exclude_to_many": lambda: bag(customer.exclude(rentals__copy__store=F("store"))),
    "exclude_nullable_column_on_the_right": lambda: bag(film.exclude(rate__gt=F("prequel__length"))),
    "not_within_or_nullable_column_on_the_right": lambda: bag(film.filter(~Q(length=F("prequel__length")) | Q(length__lt=70))),
    # Django guards a column on the right that may be NULL itself, but none that is NULL because there is no such row.
    "exclude_not_null_column_on_the_right": Ours(
        4,
        lambda: bag(film.exclude(title=F("original_language__name"))),
        lambda: all_but(film.filter(title=F("original_language__name"))),
    ),
    "not_within_or_not_null_column_on_the_right": Ours(
        4,
        lambda: bag(film.filter(~Q(title=F("prequel__title")) | Q(length__lt=70))),
        lambda: all_but(film.filter(title=F("prequel__title")).exclude(length__lt=70)),
    ),
    "exclude_arithmetic_on_the_right": Ours(
        4,
        lambda: bag(film.exclude(length__gt=F("prequel__length") + 10)),
        lambda: all_but(film.filter(length__gt=F("prequel__length") + 10)),
    ),
    "values": lambda: bag(rental.filter(returned__isnull=False, staff=601).annotate(title=F("copy__film__title")), "id", "title"),
    "update_filtered_by_a_relation": lambda: value([
        film.filter(language__name="Français").update(length=1),
        bag(film.filter(length=1)),
    ]),
    "update_filtered_by_a_to_many": lambda: value([
        film.filter(copies__store=502).update(length=1),
        bag(film.filter(length=1)),
    ]),
    "update_of_a_key": lambda: value([
        copy.filter(film__language__name="日本語").update(store=504),
        bag(copy.filter(store=504)),
    ]),
    "update_to_null": lambda: value([
        film.filter(original_language__name="English").update(original_language=None),
        bag(film.filter(original_language__isnull=False)),
    ]),
    "delete_filtered_by_a_relation": lambda: value([
        payment.filter(rental__copy__film__language__name="Français").delete()[0],
        bag(payment.all()),
    ]),
}
