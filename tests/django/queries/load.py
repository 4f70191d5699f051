"""select_related: what is loaded, and what absent rows look like."""

from answer import bag_of, list_of, value
from rental.models import *

film, rental, payment, store, staff, customer, copy = (
    Film.objects, Rental.objects, Payment.objects, Store.objects, Staff.objects, Customer.objects, Copy.objects,
)


def name(row):
    return row and row.name


def back(row, relation):
    """The row at the other end of a one-to-one, or None."""
    return getattr(row, relation, None)


QUERIES = {
    "to_one": lambda: bag_of([f.id, f.language.name] for f in film.select_related("language")),
    "nullable": lambda: bag_of([f.id, name(f.original_language)] for f in film.select_related("original_language")),
    "two_to_one_table": lambda: bag_of(
        [f.id, f.language.name, name(f.original_language)] for f in film.select_related("language", "original_language")
    ),
    "itself": lambda: bag_of([s.id, name(s.reports_to)] for s in staff.select_related("reports_to")),
    "itself_twice": lambda: bag_of(
        [s.id, name(s.reports_to), name(s.reports_to and s.reports_to.reports_to)]
        for s in staff.select_related("reports_to__reports_to")
    ),
    "two_steps": lambda: bag_of([c.id, c.film.title, c.film.language.name] for c in copy.select_related("film__language")),
    "nullable_then_not_null": lambda: bag_of(
        [f.id, f.prequel and [f.prequel.title, f.prequel.language.name]] for f in film.select_related("prequel__language")
    ),
    "nullable_then_nullable": lambda: bag_of(
        [f.id, f.prequel and [f.prequel.title, name(f.prequel.original_language)]]
        for f in film.select_related("prequel__original_language")
    ),
    "four_steps": lambda: bag_of(
        [p.id, p.rental and [p.rental.copy.shelf, p.rental.copy.film.title, p.rental.copy.film.language.name]]
        for p in payment.select_related("rental__copy__film__language")
    ),
    "two_paths": lambda: bag_of(
        [r.id, r.copy.store.name, name(r.copy.store.manager), r.customer.name, name(r.customer.store), name(r.staff)]
        for r in rental.filter(rented__lt="2024-05-01").select_related("copy__store__manager", "customer__store", "staff")
    ),
    "types": lambda: bag_of(
        [p.id, p.rental.rented, p.rental.returned, p.rental.copy.film.rate, p.rental.copy.film.released, p.rental.customer.active]
        for p in payment.filter(rental__isnull=False, amount="5.00").select_related("rental__copy__film", "rental__customer")
    ),
    "one_to_one": lambda: bag_of([s.id, name(s.manager)] for s in store.select_related("manager")),
    "one_to_one_back": lambda: bag_of([s.id, name(back(s, "manages"))] for s in staff.select_related("manages")),
    "one_to_one_back_nullable_column": lambda: bag_of(
        [c.id, (contact := back(c, "contact")) and [contact.city, contact.phone]] for c in customer.select_related("contact")
    ),
    "one_to_one_back_over_to_one": lambda: bag_of(
        [r.id, (contact := back(r.customer, "contact")) and contact.city]
        for r in rental.filter(returned__isnull=True).select_related("customer__contact")
    ),
    "one_to_one_back_then_back": lambda: bag_of(
        [s.id, name(s.reports_to), name(s.reports_to and back(s.reports_to, "manages"))]
        for s in staff.select_related("reports_to__manages")
    ),
    "with_filter_on_the_same_relation": lambda: bag_of(
        [f.id, f.original_language.name] for f in film.filter(original_language__name="English").select_related("original_language")
    ),
    "with_exclude_on_the_same_relation": lambda: bag_of(
        [f.id, name(f.original_language)] for f in film.exclude(original_language__name="English").select_related("original_language")
    ),
    "with_isnull_on_the_same_relation": lambda: bag_of(
        [f.id, f.prequel] for f in film.filter(prequel__isnull=True).select_related("prequel")
    ),
    "with_to_many_filter": lambda: bag_of(
        [f.id, f.language.name] for f in film.filter(copies__shelf="A").distinct().select_related("language")
    ),
    "with_order_and_slice": lambda: list_of(
        [c.id, c.film.title] for c in copy.select_related("film").order_by("-film__title", "id")[3:9]
    ),
    "with_order_over_nullable": lambda: list_of(
        [f.id, f.prequel.title] for f in film.filter(prequel__isnull=False).select_related("prequel").order_by("prequel__title", "id")
    ),
    "get": lambda: value(
        [(s := store.select_related("manager__reports_to").get(name="O'Connell St")).manager.name, s.manager.reports_to.name]
    ),
    "odd_names": lambda: bag_of([c.role, c.film.title, c.actor.name] for c in Casting.objects.select_related("film", "actor")),
}
