"""Some, none and all of the related rows, and how they nest."""

from answer import bag, value
from django.db.models import Exists, F, OuterRef, Q
from rental.models import *

film, customer, store, staff, actor, language = (
    Film.objects, Customer.objects, Store.objects, Staff.objects, Actor.objects, Language.objects,
)


def related(model, key, *conditions, **more):
    return model.objects.filter(*conditions, **{key: OuterRef("pk")}, **more)


def some(*arguments, **more):
    return Exists(related(*arguments, **more))


def none(*arguments, **more):
    return ~Exists(related(*arguments, **more))


def all_(model, key, condition):
    """No related row for which the condition does not hold, be it false or NULL. True of no rows at all."""
    return ~Exists(related(model, key).exclude(condition))


QUERIES = {
    "any": lambda: bag(film.filter(some(Copy, "film", shelf="A"))),
    "any_at_all": lambda: bag(film.filter(some(Copy, "film"))),
    "any_of_two_conditions": lambda: bag(film.filter(some(Copy, "film", shelf="A", store=501))),
    "any_and_any": lambda: bag(film.filter(some(Copy, "film", store=501), some(Copy, "film", shelf="A"))),
    "any_or_any": lambda: bag(film.filter(some(Copy, "film", store=502) | some(Casting, "film", role="twin"))),
    "any_with_or": lambda: bag(film.filter(some(Copy, "film", Q(store=502) | Q(shelf=None)))),
    "any_with_not": lambda: bag(film.filter(some(Copy, "film", ~Q(shelf="A")))),
    "any_of_null": lambda: bag(film.filter(some(Copy, "film", shelf=None))),
    "any_over_to_one": lambda: bag(customer.filter(some(Rental, "customer", copy__film__language__name="Français"))),
    "any_over_nullable_to_one": lambda: bag(customer.filter(some(Rental, "customer", ~Q(staff__name="Ann Lee")))),
    "not_any": lambda: bag(film.filter(~some(Copy, "film", shelf="A"))),
    "none": lambda: bag(film.filter(none(Copy, "film", shelf="A"))),
    "none_at_all": lambda: bag(customer.filter(none(Rental, "customer"))),
    "none_of_null": lambda: bag(customer.filter(none(Rental, "customer", returned=None))),
    "none_of_two_conditions": lambda: bag(film.filter(none(Copy, "film", shelf="B", store=501))),
    "not_none": lambda: bag(film.filter(~none(Copy, "film", shelf="A"))),
    "all": lambda: bag(film.filter(all_(Copy, "film", Q(store=501)))),
    "all_of_a_nullable_column": lambda: bag(film.filter(all_(Copy, "film", Q(shelf="A")))),
    "all_not": lambda: bag(film.filter(all_(Copy, "film", ~Q(shelf="A")))),
    "all_not_null": lambda: bag(customer.filter(all_(Rental, "customer", Q(returned__isnull=False)))),
    "all_of_two_conditions": lambda: bag(film.filter(all_(Copy, "film", Q(store=501, shelf="A")))),
    "all_with_or": lambda: bag(film.filter(all_(Copy, "film", Q(store=501) | Q(shelf="A")))),
    "all_over_to_one": lambda: bag(customer.filter(all_(Rental, "customer", Q(staff__reports_to=601)))),
    "not_all": lambda: bag(film.filter(~all_(Copy, "film", Q(shelf="A")))),
    "any_and_all": lambda: bag(film.filter(some(Copy, "film"), all_(Copy, "film", Q(store=501)))),
    "any_of_any": lambda: bag(film.filter(some(Copy, "film", some(Rental, "copy", returned=None)))),
    "any_of_none": lambda: bag(film.filter(some(Copy, "film", none(Rental, "copy")))),
    "none_of_any": lambda: bag(film.filter(none(Copy, "film", some(Rental, "copy")))),
    "all_of_any": lambda: bag(film.filter(some(Copy, "film"), all_(Copy, "film", Q(some(Rental, "copy"))))),
    "all_of_all": lambda: bag(store.filter(all_(Copy, "store", Q(all_(Rental, "copy", Q(customer__active=True)))))),
    "none_of_all": lambda: bag(film.filter(none(Copy, "film", all_(Rental, "copy", Q(returned__isnull=False))))),
    "any_of_any_of_any": lambda: bag(
        language.filter(some(Film, "language", some(Copy, "film", some(Rental, "copy", staff__reports_to__isnull=True))))
    ),
    "any_many_to_many": lambda: bag(actor.filter(Exists(Film.objects.filter(cast=OuterRef("pk"), language=2)))),
    "none_many_to_many": lambda: bag(actor.filter(~Exists(Film.objects.filter(cast=OuterRef("pk"), language=1)))),
    "all_many_to_many": lambda: bag(film.filter(~Exists(Actor.objects.filter(films=OuterRef("pk")).exclude(born__gte=1930)))),
    "any_of_itself": lambda: bag(staff.filter(some(Staff, "reports_to", name="Ann Lee"))),
    "none_of_itself": lambda: bag(staff.filter(none(Staff, "reports_to"))),
    "any_or_column": lambda: bag(film.filter(some(Copy, "film", store=502) | Q(length=None))),
    "any_within_not_of_and": lambda: bag(film.filter(~(Q(some(Copy, "film", store=501)) & Q(language=1)))),
    "any_count": lambda: value(film.filter(some(Copy, "film", store=501)).count()),
    "any_exists": lambda: value(film.filter(some(Copy, "film", store=504)).exists()),
    "none_count": lambda: value(film.filter(none(Copy, "film")).count()),
    "any_over_a_foreign_key": lambda: bag(
        Copy.objects.filter(Exists(Casting.objects.filter(film=OuterRef("film"), role="twin")))
    ),
    "any_of_the_outer_rows_column": lambda: bag(
        film.filter(Exists(Casting.objects.filter(film=OuterRef("pk"), actor__name=OuterRef("title"))))
    ),
    "any_with_a_column_of_its_own": lambda: bag(customer.filter(some(Rental, "customer", returned__gt=F("rented")))),
}
