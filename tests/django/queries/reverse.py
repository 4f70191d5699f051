"""Against foreign keys: rows of which some related row is as asked. One call is about one related row."""

from answer import Ours, bag, listed, value
from django.db.models import Exists, OuterRef, Q
from rental.models import *

film, language, customer, staff, store = Film.objects, Language.objects, Customer.objects, Staff.objects, Store.objects
copy, rental, actor = Copy.objects, Rental.objects, Actor.objects


def has(model, key, **condition):
    """amphi's `any`: a related row exists."""
    return Exists(model.objects.filter(**{key: OuterRef("pk")}, **condition))


QUERIES = {
    "column": lambda: bag(film.filter(copies__shelf="A").distinct()),
    "key": lambda: bag(film.filter(copies=1001)),
    "keys": lambda: bag(film.filter(copies__in=[1001, 1002, 1030]).distinct()),
    "key_of_a_key": lambda: bag(film.filter(copies__store=502).distinct()),
    "name_of_a_key": lambda: bag(film.filter(copies__store__name="O'Connell St").distinct()),
    "row": lambda: bag(film.filter(copies__store=store.get(name="Unmanaged")).distinct()),
    "two_steps": Ours(
        1,
        lambda: bag(film.filter(copies__rentals__returned=None).distinct()),
        lambda: bag(film.filter(has(Rental, "copy__film", returned=None))),
    ),
    "is_any_null_with_a_row": lambda: bag(film.filter(copies__rentals__isnull=False, copies__rentals__returned=None).distinct()),
    "three_steps": lambda: bag(film.filter(copies__rentals__payments__amount__gt=100).distinct()),
    "from_the_far_end": lambda: bag(language.filter(films__copies__rentals__payments__amount="5.00").distinct()),
    "there_and_back": lambda: bag(film.filter(language__films__title="Ran").distinct()),
    "there_and_back_twice": lambda: bag(customer.filter(store__copies__film__title="The Mirror").distinct()),
    "same_row": lambda: bag(film.filter(copies__store=501, copies__shelf="A").distinct()),
    "two_rows": lambda: bag(film.filter(copies__store=501).filter(copies__shelf="A").distinct()),
    "same_row_excluding_itself": lambda: bag(film.filter(copies__store=501, copies__shelf="B").distinct()),
    "same_row_of_three": lambda: bag(customer.filter(rentals__staff=602, rentals__returned=None, rentals__copy__store=501).distinct()),
    "same_row_or_inside": lambda: bag(film.filter(Q(copies__shelf="A") | Q(copies__shelf=None), copies__store=501).distinct()),
    "same_row_two_steps": Ours(
        1,
        lambda: bag(film.filter(copies__store=501, copies__rentals__returned=None).distinct()),
        lambda: bag(film.filter(has(Rental, "copy__film", copy__store=501, returned=None))),
    ),
    "two_rows_two_steps": Ours(
        1,
        lambda: bag(film.filter(copies__store=501).filter(copies__rentals__returned=None).distinct()),
        lambda: bag(film.filter(has(Copy, "film", store=501), has(Rental, "copy__film", returned=None))),
    ),
    "three_rows": lambda: bag(
        customer.filter(rentals__copy__store=501).filter(rentals__copy__store=502).filter(rentals__copy__store=503).distinct()
    ),
    "contradiction_on_one_row": lambda: bag(customer.filter(rentals__copy__store=501, rentals__copy__store__name="Unmanaged").distinct()),
    "same_row_as_two_filters_of_two_relations": lambda: bag(customer.filter(rentals__staff=602, payments__amount="0.10").distinct()),
    "isnull": lambda: bag(film.filter(copies__isnull=True)),
    "is_not_null": lambda: bag(film.filter(copies__isnull=False).distinct()),
    "exclude_isnull": lambda: bag(film.exclude(copies__isnull=True).distinct()),
    "equals_none": lambda: bag(language.filter(films=None)),
    "isnull_of_an_unused_language": lambda: bag(language.filter(films__isnull=True, original_films__isnull=True)),
    "is_not_null_of_a_column": lambda: bag(film.filter(copies__shelf__isnull=False).distinct()),
    "is_not_null_of_a_column_of_the_same_row": lambda: bag(film.filter(copies__store=502, copies__shelf__isnull=False).distinct()),
    "is_not_null_of_a_key": lambda: bag(film.filter(copies__rentals__staff__isnull=False).distinct()),
    "exclude_is_not_null_of_a_column": lambda: bag(film.exclude(copies__shelf__isnull=False)),
    "isnull_two_steps": Ours(
        1,
        lambda: bag(store.filter(copies__rentals__isnull=True).distinct()),
        lambda: bag(store.filter(has(Copy, "store", rentals__isnull=True))),
    ),
    "isnull_over_a_foreign_key": lambda: bag(copy.filter(film__sequels__isnull=True)),
    "null_column_or_no_row": Ours(
        1,
        lambda: bag(film.filter(copies__shelf__isnull=True).distinct()),
        lambda: bag(film.filter(has(Copy, "film", shelf=None))),
    ),
    "exclude_column": lambda: bag(film.exclude(copies__shelf="A")),
    "exclude_key": lambda: bag(film.exclude(copies__store=501)),
    "exclude_two_steps": Ours(
        1,
        lambda: bag(film.exclude(copies__rentals__returned=None)),
        lambda: bag(film.filter(~has(Rental, "copy__film", returned=None))),
    ),
    "exclude_three_steps": lambda: bag(film.exclude(copies__rentals__payments__amount="0.10")),
    "exclude_nullable_comparison": lambda: bag(customer.exclude(rentals__returned__gt="2024-06-01")),
    "exclude_over_a_foreign_key": lambda: bag(copy.exclude(film__castings__role="lead")),
    "exclude_name_of_a_key": lambda: bag(film.exclude(copies__store__name="Main Street")),
    "filter_and_exclude": lambda: bag(film.filter(copies__store=501).exclude(copies__shelf="A").distinct()),
    "exclude_twice": lambda: bag(film.exclude(copies__store=501).exclude(copies__shelf="B")),
    "exclude_two_conditions": Ours(
        2,
        lambda: bag(film.exclude(copies__store=501, copies__shelf="B")),
        lambda: bag(film.filter(~has(Copy, "film", store=501, shelf="B"))),
    ),
    "exclude_two_conditions_over_two_steps": Ours(
        2,
        lambda: bag(customer.exclude(rentals__copy__store=501, rentals__returned=None)),
        lambda: bag(customer.filter(~has(Rental, "customer", copy__store=501, returned=None))),
    ),
    "parents_repeat": Ours(
        12,
        lambda: bag(film.filter(copies__store=501)),
        lambda: bag(film.filter(copies__store=501).distinct()),
    ),
    "parents_repeat_in_order": Ours(
        12,
        lambda: listed(customer.filter(rentals__returned=None).order_by("name", "id"), "id", "name"),
        lambda: listed(customer.filter(has(Rental, "customer", returned=None)).order_by("name", "id"), "id", "name"),
    ),
    "parents_repeat_count": Ours(
        12,
        lambda: value(customer.filter(rentals__copy__film__language=1).count()),
        lambda: value(customer.filter(rentals__copy__film__language=1).distinct().count()),
    ),
    "parents_repeat_two_relations": Ours(
        12,
        lambda: value(film.filter(copies__store=501, castings__billing__gte=1).count()),
        lambda: value(film.filter(copies__store=501, castings__billing__gte=1).distinct().count()),
    ),
    "parents_repeat_in_a_slice": Ours(
        12,
        lambda: listed(film.filter(copies__isnull=False).order_by("id")[:6]),
        lambda: listed(film.filter(copies__isnull=False).distinct().order_by("id")[:6]),
    ),
    "parents_repeat_in_get": Ours(
        12,
        lambda: value(store.get(copies__shelf="B", name="Main Street").pk),
        lambda: value(store.distinct().get(copies__shelf="B", name="Main Street").pk),
    ),
    "order": lambda: listed(film.filter(copies__store=502).distinct().order_by("-title", "id"), "id", "title"),
    "slice": lambda: listed(film.filter(copies__store=501).distinct().order_by("id")[2:7]),
    "first": lambda: value(film.filter(copies__store=503).distinct().order_by("-id").first().pk),
    "get_one": lambda: value(film.distinct().get(copies__rentals=1101).title),
    "get_of_nothing": lambda: value(film.get(copies__store=504).pk),
}
