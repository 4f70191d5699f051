"""prefetch_related: lists of related rows, each with its own query. Children without an order are told by their keys in order."""

from answer import Ours, bag_of, keys, list_of, value
from django.db.models import Prefetch
from rental.models import *

film, language, customer, store, staff, copy, rental, actor, category = (
    Film.objects, Language.objects, Customer.objects, Store.objects, Staff.objects, Copy.objects, Rental.objects, Actor.objects,
    Category.objects,
)


def loaded(parents, relation):
    """Each parent and the keys of its children, which must be loaded."""
    return bag_of([parent.pk, keys(getattr(parent, relation).all())] for parent in parents.prefetch_related(relation))


def children(parents, relation, of):
    """Each parent and its children in their order, by a query of their own."""
    return bag_of(
        [parent.pk, [child.pk for child in parent.own]] for parent in parents.prefetch_related(Prefetch(relation, of, to_attr="own"))
    )


QUERIES = {
    "to_many": lambda: loaded(film.all(), "copies"),
    "to_many_of_some": lambda: loaded(film.filter(copies__store=502).distinct(), "copies"),
    "to_many_of_none": lambda: loaded(film.filter(pk__in=[]), "copies"),
    "to_many_all_empty": lambda: loaded(store.filter(name="Empty"), "copies"),
    "to_many_over_a_nullable_key": lambda: loaded(language.all(), "original_films"),
    "to_many_of_itself": lambda: loaded(staff.all(), "reports"),
    "to_many_of_one_row": lambda: value(keys(film.prefetch_related("copies").get(pk=101).copies.all())),
    "to_many_in_order_of_parents": lambda: list_of(
        [f.pk, keys(f.copies.all())] for f in film.order_by("-title", "id").prefetch_related("copies")[:7]
    ),
    "many_to_many": lambda: loaded(film.all(), "categories"),
    "many_to_many_back": lambda: loaded(category.all(), "films"),
    "many_to_many_through": lambda: loaded(film.all(), "cast"),
    "many_to_many_through_back": lambda: loaded(actor.all(), "films"),
    "through_rows": lambda: loaded(film.all(), "castings"),
    "symmetrical": lambda: loaded(film.all(), "similar"),
    "not_symmetrical": lambda: loaded(film.all(), "inspired_by"),
    "not_symmetrical_back": lambda: loaded(film.all(), "inspired"),
    "to_one": lambda: bag_of([c.pk, c.film.title] for c in copy.prefetch_related("film")),
    "nullable_to_one": lambda: bag_of([f.pk, f.prequel and f.prequel.title] for f in film.prefetch_related("prequel")),
    "two_relations": lambda: bag_of(
        [f.pk, keys(f.copies.all()), keys(f.categories.all())] for f in film.prefetch_related("copies", "categories")
    ),
    "two_levels": lambda: bag_of(
        [f.pk, sorted([c.pk, keys(c.rentals.all())] for c in f.copies.all())] for f in film.prefetch_related("copies__rentals")
    ),
    "three_levels": lambda: bag_of(
        [s.pk, sorted([c.pk, sorted([r.pk, keys(r.payments.all())] for r in c.rentals.all())] for c in s.copies.all())]
        for s in store.prefetch_related("copies__rentals__payments")
    ),
    "two_levels_of_itself": lambda: bag_of(
        [s.pk, sorted([r.pk, keys(r.reports.all())] for r in s.reports.all())] for s in staff.prefetch_related("reports__reports")
    ),
    "there_and_back": lambda: bag_of(
        [f.pk, sorted([a.pk, keys(a.films.all())] for a in f.cast.all())]
        for f in film.filter(language=2).prefetch_related("cast__films")
    ),
    "to_many_under_to_one": lambda: bag_of(
        [c.pk, c.film.title, keys(c.film.castings.all())] for c in copy.select_related("film").prefetch_related("film__castings")
    ),
    "to_many_under_nullable_to_one": lambda: bag_of(
        [f.pk, f.prequel and [f.prequel.pk, keys(f.prequel.copies.all())]]
        for f in film.select_related("prequel").prefetch_related("prequel__copies")
    ),
    "to_one_under_to_many": lambda: bag_of(
        [s.pk, sorted([c.pk, c.film.title] for c in s.copies.all())]
        for s in store.prefetch_related(Prefetch("copies", copy.select_related("film")))
    ),
    "nullable_to_one_under_to_many": lambda: bag_of(
        [l.pk, sorted([f.pk, f.prequel and f.prequel.title] for f in l.films.all())]
        for l in language.prefetch_related(Prefetch("films", film.select_related("prequel")))
    ),
    "to_one_to_many_to_one_to_many": lambda: bag_of(
        [r.pk, sorted([c.pk, c.film.title, keys(c.film.categories.all())] for c in r.copy.store.copies.all())]
        for r in rental.filter(staff=606).select_related("copy__store").prefetch_related(
            Prefetch("copy__store__copies", copy.filter(shelf="B").select_related("film").prefetch_related("film__categories"))
        )
    ),
    "one_to_one_back": lambda: bag_of(
        [s.pk, sorted([c.pk, c.contact.city if hasattr(c, "contact") else None] for c in s.customers.all())]
        for s in store.prefetch_related(Prefetch("customers", customer.select_related("contact")))
    ),
    "filtered": lambda: children(film.all(), "copies", copy.filter(shelf="A").order_by("id")),
    "filtered_to_nothing": lambda: children(film.filter(language=2), "copies", copy.filter(store=504).order_by("id")),
    "filtered_by_a_relation": lambda: children(film.all(), "copies", copy.filter(store__manager__name="Ann Lee").order_by("id")),
    # In Django a column is also NULL where there is no row; amphi asks for a row.
    "filtered_by_a_to_many": Ours(
        1,
        lambda: children(film.all(), "copies", copy.filter(rentals__returned=None).distinct().order_by("id")),
        lambda: children(
            film.all(), "copies", copy.filter(rentals__isnull=False, rentals__returned=None).distinct().order_by("id")
        ),
    ),
    # Django puts the parents' keys beside the filter's, about the same category.
    "filtered_many_to_many_by_itself": Ours(
        1,
        lambda: children(category.all(), "films", film.filter(categories=52).order_by("id")),
        lambda: children(category.all(), "films", film.filter(pk__in=film.filter(categories=52).values("pk")).order_by("id")),
    ),
    "excluded": lambda: children(film.all(), "copies", copy.exclude(shelf="A").order_by("id")),
    "ordered": lambda: children(store.all(), "copies", copy.order_by("-film__title", "id")),
    "ordered_many_to_many": lambda: children(category.all(), "films", film.order_by("-title", "id")),
    "first_of_each": lambda: children(customer.all(), "rentals", rental.order_by("-rented", "id")[:1]),
    "first_three_of_each": lambda: children(customer.all(), "rentals", rental.order_by("-rented", "id")[:3]),
    "second_and_third_of_each": lambda: children(customer.all(), "rentals", rental.order_by("rented", "id")[1:3]),
    "offset_of_each": lambda: children(store.all(), "copies", copy.order_by("id")[10:]),
    "filtered_first_of_each": lambda: children(
        customer.all(), "rentals", rental.filter(returned__isnull=False).order_by("rented", "id")[:1]
    ),
    "related_order_first_of_each": lambda: children(customer.all(), "rentals", rental.order_by("copy__film__title", "-id")[:2]),
    "first_of_each_many_to_many": lambda: children(category.all(), "films", film.order_by("title", "id")[:2]),
    "first_of_each_back": lambda: children(actor.all(), "films", film.filter(copies__isnull=False).distinct().order_by("-id")),
    "first_of_each_of_itself": lambda: children(staff.all(), "reports", staff.order_by("-name", "id")[:1]),
    "first_of_each_symmetrical": lambda: children(film.all(), "similar", film.order_by("-id")[:1]),
    "same_relation_two_ways": lambda: bag_of(
        [f.pk, keys(f.on_a), keys(f.elsewhere)]
        for f in film.prefetch_related(
            Prefetch("copies", copy.filter(shelf="A"), to_attr="on_a"), Prefetch("copies", copy.exclude(shelf="A"), to_attr="elsewhere")
        )
    ),
    "nested_first_of_each": lambda: bag_of(
        [s.pk, [[c.pk, [r.pk for r in c.own]] for c in s.best]]
        for s in store.prefetch_related(
            Prefetch(
                "copies",
                copy.order_by("-id")[:2].prefetch_related(Prefetch("rentals", rental.order_by("-rented", "id")[:1], to_attr="own")),
                to_attr="best",
            )
        )
    ),
    "twin_repeats_in_a_list": lambda: value(
        sorted([f.pk, keys(f.cast.all())] for f in film.filter(castings__role="twin").prefetch_related("cast"))
    ),
    "instances": lambda: value(sorted({c.film.title for f in film.filter(language=2).prefetch_related("copies") for c in f.copies.all()})),
}
