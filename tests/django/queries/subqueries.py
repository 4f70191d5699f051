"""Queries within queries, over relations."""

from answer import Ours, bag, listed
from django.db.models import Q
from rental.models import *

film, actor, customer, store, copy, rental, staff, payment = (
    Film.objects, Actor.objects, Customer.objects, Store.objects, Copy.objects, Rental.objects, Staff.objects, Payment.objects,
)

QUERIES = {
    "keys_of": lambda: bag(film.filter(language__in=Language.objects.filter(name__gt="G"))),
    "values_of": lambda: bag(film.filter(id__in=copy.filter(store=502).values("film"))),
    "values_over_a_relation": lambda: bag(customer.filter(store__in=copy.filter(film__language=2).values("store"))),
    "exclude_values_of": lambda: bag(film.exclude(id__in=copy.values("film"))),
    "names": lambda: bag(film.filter(title__in=actor.values("name"))),
    "names_over_a_relation": lambda: bag(staff.filter(name__in=Casting.objects.filter(role="lead").values("actor__name"))),
    "to_many_in": lambda: bag(film.filter(copies__in=copy.filter(shelf="A")).distinct()),
    "to_many_key_in": lambda: bag(film.filter(copies__store__in=store.filter(manager__isnull=True)).distinct()),
    "exclude_to_many_in": lambda: bag(film.exclude(copies__in=copy.filter(shelf="A"))),
    "many_to_many_in": lambda: bag(film.filter(categories__in=Category.objects.filter(name__gt="D")).distinct()),
    "many_to_many_of_another": lambda: bag(film.filter(cast__in=actor.filter(films__title="Heat")).distinct()),
    "nested": lambda: bag(
        film.filter(copies__in=copy.filter(rentals__in=rental.filter(customer__in=customer.filter(active=False)))).distinct()
    ),
    "in_or": lambda: bag(film.filter(Q(id__in=copy.filter(store=502).values("film")) | Q(language=2))),
    "sliced": lambda: bag(film.filter(id__in=list(copy.order_by("id").values_list("film", flat=True)[:5]))),
    "empty": lambda: bag(film.filter(language__in=Language.objects.none())),
    "exclude_empty": lambda: bag(film.exclude(original_language__in=Language.objects.none())),
    "distinct": lambda: bag(film.filter(id__in=copy.filter(shelf="B").values("film").distinct())),
    "nullable_left_side": lambda: bag(film.filter(original_language__in=Language.objects.filter(name="English"))),
    "exclude_nullable_left_side": lambda: bag(film.exclude(original_language__in=Language.objects.filter(name="English"))),
    "with_nulls": lambda: bag(film.filter(id__in=film.values("prequel"))),
    "exclude_with_nulls": Ours(
        5,
        lambda: bag(film.exclude(id__in=film.values("prequel"))),
        lambda: bag(film.exclude(id__in=film.filter(prequel__isnull=False).values("prequel"))),
    ),
    "exclude_with_nulls_over_a_relation": Ours(
        5,
        lambda: bag(customer.exclude(id__in=payment.values("rental__customer"))),
        lambda: bag(customer.exclude(id__in=payment.filter(rental__isnull=False).values("rental__customer"))),
    ),
    "both_sides_of_a_relation": lambda: bag(
        rental.filter(copy__film__in=film.filter(categories__name="Comedy"), customer__in=customer.filter(payments__amount="0.10"))
    ),
    "ordered": lambda: listed(film.filter(id__in=copy.filter(store__manager__reports_to=601).values("film")).order_by("-id")),
}
