"""count, exists, distinct, values and order over relations. The order is total; NULLs are not asked for where databases differ."""

from answer import Ours, bag, listed, value
from django.db.models import F
from rental.models import *

film, customer, language, copy, payment = Film.objects, Customer.objects, Language.objects, Copy.objects, Payment.objects

QUERIES = {
    "count_to_one": lambda: value(film.filter(language__name="English").count()),
    "count_nullable_to_one": lambda: value(film.exclude(original_language__name="English").count()),
    "count_to_many_distinct": lambda: value(film.filter(copies__store=501).distinct().count()),
    "count_isnull": lambda: value(film.filter(copies__isnull=True).count()),
    "count_exclude": lambda: value(film.exclude(copies__shelf="A").count()),
    "count_many_to_many_distinct": lambda: value(film.filter(categories__name__gt="D").distinct().count()),
    "count_of_a_slice": lambda: value(film.filter(copies__isnull=False).distinct().order_by("id")[3:9].count()),
    "count_of_a_slice_past_the_end": lambda: value(film.filter(language=2)[2:100].count()),
    "exists": lambda: value(film.filter(copies__store=504).exists()),
    "exists_deep": lambda: value(language.filter(films__copies__rentals__payments__amount__gt=1000).exists()),
    "exists_nothing": lambda: value(film.filter(copies__in=[]).exists()),
    "values_to_one": lambda: bag(film.filter(length__gt=150), "title", "language__name"),
    "values_nullable_to_one": lambda: bag(film.filter(length__gt=150), "id", "original_language__name"),
    "values_of_the_key": lambda: bag(film.filter(length__gt=150), "id", "language", "original_language", "prequel"),
    "values_four_steps": lambda: bag(
        payment.filter(amount="5.00"), "id", "rental__copy__film__title", "rental__copy__film__original_language__name"
    ),
    "values_types": lambda: bag(
        payment.filter(rental__copy__store=502), "amount", "paid", "rental__rented", "rental__returned",
        "customer__active", "rental__copy__film__rate"
    ),
    "values_distinct": lambda: bag(copy.distinct(), "film__language__name"),
    "values_distinct_nullable": lambda: bag(film.distinct(), "original_language__name"),
    "values_distinct_pairs": lambda: bag(copy.distinct(), "store__name", "film__language__name"),
    "values_distinct_count": lambda: value(copy.values("store__manager__name").distinct().count()),
    "values_with_to_many_filter": lambda: bag(film.filter(copies__store=502).distinct(), "id", "language__name"),
    "order_to_one": lambda: listed(film.order_by("language__name", "id"), "id"),
    "order_to_one_desc": lambda: listed(film.order_by("-language__name", "-title", "id"), "id"),
    "order_text": lambda: listed(Casting.objects.order_by("actor__name", "film__title", "id"), "id"),
    "order_nulls_first": lambda: listed(
        film.order_by(F("original_language__name").asc(nulls_first=True), "id"), "id", "original_language__name"
    ),
    "order_nulls_last": lambda: listed(
        film.order_by(F("original_language__name").desc(nulls_last=True), "id"), "id", "original_language__name"
    ),
    "order_unasked": lambda: listed(film.order_by("original_language__name", "id"), "id", "original_language__name"),
    "order_unasked_desc": lambda: listed(film.order_by("-prequel__title", "id"), "id", "prequel__title"),
    "order_four_steps": lambda: listed(
        payment.filter(rental__isnull=False).order_by("rental__copy__film__language__name", "-rental__copy__film__rate", "id"), "id"
    ),
    "order_keeps_rows": lambda: value(film.order_by("prequel__title").count()),
    "order_by_key": lambda: listed(film.filter(prequel__isnull=False).order_by("-prequel_id", "id"), "id", "prequel"),
    "order_sliced": lambda: listed(copy.order_by("-film__title", "store__name", "id")[5:12], "id"),
    "first_by_relation": lambda: value(copy.order_by("film__title", "id").first().pk),
    "last_by_relation": lambda: value(copy.order_by("film__title", "id").last().pk),
    "reversed": lambda: listed(copy.filter(shelf="B").order_by("film__title", "id").reverse(), "id"),
    "order_by_to_many": Ours(
        12,
        lambda: listed(customer.filter(rentals__copy__store=501).order_by("id"), "id"),
        lambda: listed(customer.filter(rentals__copy__store=501).distinct().order_by("id"), "id"),
    ),
}
