"""The related rows of one row: asked, added, removed, set and cleared. What is written is undone after each query."""

from answer import Ours, bag, keys, listed, value
from rental.models import *


def film(key=101):
    return Film.objects.get(pk=key)


def changed(one, change, relation="categories"):
    """The related keys after a change."""
    manager = getattr(one, relation)
    change(manager)
    return keys(manager.all())


def join_rows(model, left, right, key):
    """The rows of a join table about one row."""
    return sorted(list(pair) for pair in model.objects.filter(**{left: key}).values_list(left, right))


def similar(change):
    """What is similar to a film after a change, told from both ends."""
    change(film(101).similar)
    return value({
        "from": join_rows(Film.similar.through, "from_film_id", "to_film_id", 101),
        "to": join_rows(Film.similar.through, "to_film_id", "from_film_id", 101),
    })


def inspired(change, relation):
    """What inspired 101 and what it inspired, after a change."""
    change(getattr(film(101), relation))
    return value({"inspired_by": keys(film(101).inspired_by.all()), "inspired": keys(film(101).inspired.all())})


def castings(change, key):
    """The rows of the through model about a film after a change."""
    change(film(key).cast)
    return bag(Casting.objects.filter(film=key), "actor", "role", "billing")


def twin():
    """A film in which somebody plays twice, and who."""
    return Casting.objects.filter(role="twin").order_by("id").values_list("film", "actor").first()


# A film with two categories at least.
BUSY = 102

QUERIES = {
    "all": lambda: bag(film(101).copies.all()),
    "filter": lambda: bag(Store.objects.get(pk=501).copies.filter(shelf="A")),
    "exclude": lambda: bag(Store.objects.get(pk=501).copies.exclude(shelf="A")),
    "filter_over_a_relation": lambda: bag(Store.objects.get(pk=501).copies.filter(film__language=2)),
    # In Django a copy without rentals has none that was returned, by the NULLs of the join.
    "filter_over_a_to_many": Ours(
        1,
        lambda: bag(Store.objects.get(pk=501).copies.filter(rentals__returned=None).distinct()),
        lambda: bag(Store.objects.get(pk=501).copies.filter(rentals__isnull=False, rentals__returned=None).distinct()),
    ),
    "filter_back_to_the_parent": lambda: bag(Store.objects.get(pk=501).copies.filter(store=502)),
    "order_and_slice": lambda: listed(Store.objects.get(pk=501).copies.order_by("-film__title", "id")[:5]),
    "count": lambda: value(Store.objects.get(pk=501).copies.count()),
    "exists_not": lambda: value(Store.objects.get(pk=504).copies.exists()),
    "get": lambda: value(Customer.objects.get(pk=802).contact.city),
    "get_of_nothing": lambda: value(Customer.objects.get(pk=805).contact.city),
    "first": lambda: value(Store.objects.get(pk=502).copies.order_by("id").first().pk),
    "of_itself": lambda: bag(Staff.objects.get(pk=601).reports.all()),
    "update": lambda: value([
        Store.objects.get(pk=502).copies.filter(shelf=None).update(shelf="new"), bag(Copy.objects.filter(shelf="new")),
    ]),
    "delete": lambda: value([
        Customer.objects.get(pk=801).payments.all().delete()[0], Payment.objects.count(),
    ]),
    "create": lambda: value([
        film(101).copies.create(pk=9001, store_id=504, shelf=None).film_id, bag(film(101).copies.all()),
    ]),
    "add_sets_the_key": lambda: value(changed(Language.objects.get(name="Latin"), lambda films: films.add(film(101), film(105)), "films")),
    "remove_clears_the_key": lambda: value(
        changed(Language.objects.get(pk=1), lambda films: films.remove(*films.order_by("id")[:1]), "original_films")
    ),
    "clear_the_keys": lambda: value([
        changed(Language.objects.get(pk=1), lambda films: films.clear(), "original_films"),
        bag(Film.objects.filter(original_language__isnull=False)),
    ]),
    "set_the_keys": lambda: value([
        changed(Staff.objects.get(pk=601), lambda reports: reports.set(Staff.objects.filter(pk__in=[602, 609, 611])), "reports"),
        bag(Staff.objects.all(), "id", "reports_to"),
    ]),
    "remove_of_what_belongs_to_another": Ours(
        46,
        lambda: value(changed(Staff.objects.get(pk=601), lambda reports: reports.remove(Staff.objects.get(pk=603)), "reports")),
        lambda: value(keys(Staff.objects.get(pk=601).reports.all())),
    ),
    "categories": lambda: bag(film(BUSY).categories.all(), "id", "name"),
    "categories_filter": lambda: bag(film(BUSY).categories.filter(name__gt="D")),
    "categories_back_filter": lambda: bag(Category.objects.get(pk=51).films.filter(language=1)),
    "categories_back_count": lambda: value(Category.objects.get(pk=51).films.count()),
    "categories_of_the_empty": lambda: bag(Category.objects.get(name="Empty").films.all()),
    # The first filter or exclude of a many-to-many manager is about the row that joins, in Django; Prefetch is not.
    "categories_filter_of_themselves": Ours(
        1,
        lambda: bag(Category.objects.get(pk=51).films.filter(categories=52)),
        lambda: bag(Film.objects.filter(categories=51).filter(categories=52)),
    ),
    "categories_exclude_themselves": Ours(
        1,
        lambda: bag(Category.objects.get(pk=51).films.exclude(categories=52)),
        lambda: bag(Film.objects.filter(categories=51).exclude(categories=52)),
    ),
    "add": lambda: value(changed(film(), lambda of: of.add(Category.objects.get(name="Empty"), 51))),
    "add_again": lambda: value([
        changed(film(BUSY), lambda of: of.add(*of.all())), join_rows(Film.categories.through, "film_id", "category_id", BUSY),
    ]),
    "add_twice_in_a_call": lambda: value(changed(film(), lambda of: of.add(58, 58))),
    "add_nothing": lambda: value(changed(film(BUSY), lambda of: of.add())),
    # Django adds by INSERT IGNORE, for which MySQL takes a foreign key that leads nowhere as nothing to do.
    "add_of_no_row": Ours(
        45, lambda: value(changed(film(), lambda of: of.add(99_999))), lambda: value(Category.objects.get(pk=99_999).name)
    ),
    "remove": lambda: value(changed(film(BUSY), lambda of: of.remove(of.order_by("id").first()))),
    "remove_of_no_member": lambda: value(changed(film(BUSY), lambda of: of.remove(58))),
    "remove_leaves_other_films": lambda: value([
        changed(film(BUSY), lambda of: of.remove(of.order_by("id").first())), Film.categories.through.objects.count(),
    ]),
    "set": lambda: value(changed(film(BUSY), lambda of: of.set([57, 58]))),
    "set_keeps_what_stays": lambda: value(changed(film(BUSY), lambda of: of.set([of.order_by("id").first(), 58]))),
    "set_to_nothing": lambda: value(changed(film(BUSY), lambda of: of.set([]))),
    "clear": lambda: value([changed(film(BUSY), lambda of: of.clear()), Film.categories.through.objects.count()]),
    "add_back": lambda: value(changed(Category.objects.get(name="Empty"), lambda of: of.add(101, 102), "films")),
    "remove_back": lambda: value(changed(Category.objects.get(pk=51), lambda of: of.remove(of.order_by("id").first()), "films")),
    "set_back": lambda: value(changed(Category.objects.get(pk=51), lambda of: of.set([101, 136]), "films")),
    "clear_back": lambda: value([
        changed(Category.objects.get(pk=51), lambda of: of.clear(), "films"), Film.categories.through.objects.count(),
    ]),
    "create_many_to_many": lambda: value([
        (made := film().categories.create(pk=9001, name="new")).name, keys(made.films.all()),
    ]),
    "similar": lambda: similar(lambda of: None),
    "similar_add": lambda: similar(lambda of: of.add(103, 104)),
    "similar_add_itself": lambda: similar(lambda of: of.add(101)),
    "similar_remove": lambda: similar(lambda of: (of.set([103, 104]), of.remove(103))),
    "similar_set": lambda: similar(lambda of: of.set([105, 106])),
    "similar_clear": lambda: similar(lambda of: of.clear()),
    "inspired_by_add": lambda: inspired(lambda of: of.add(110), "inspired_by"),
    "inspired_add": lambda: inspired(lambda of: of.add(110), "inspired"),
    "inspired_by_remove": lambda: inspired(lambda of: of.remove(102), "inspired_by"),
    "inspired_by_clear": lambda: inspired(lambda of: of.clear(), "inspired_by"),
    "inspired_clear": lambda: inspired(lambda of: of.clear(), "inspired"),
    "through": lambda: castings(lambda of: None, twin()[0]),
    "through_repeats_in_a_list": Ours(
        12, lambda: bag(film(twin()[0]).cast.all()), lambda: bag(Actor.objects.filter(films=twin()[0]).distinct())
    ),
    "through_filter": Ours(
        1,
        lambda: bag(film(102).cast.filter(castings__role="villain")),
        lambda: bag(Actor.objects.filter(films=102).filter(castings__role="villain").distinct()),
    ),
    "through_filter_of_this_film": lambda: bag(Actor.objects.filter(castings__film=102, castings__role="lead")),
    "through_add": lambda: castings(lambda of: of.add(226, through_defaults={"role": "new", "billing": 9}), 101),
    "through_add_again": lambda: castings(lambda of: of.add(twin()[1], through_defaults={"role": "new"}), twin()[0]),
    "through_remove_of_a_twin": lambda: castings(lambda of: of.remove(twin()[1]), twin()[0]),
    "through_set": lambda: castings(lambda of: of.set([twin()[1], 226], through_defaults={"role": "set"}), twin()[0]),
    "through_clear": lambda: castings(lambda of: of.clear(), twin()[0]),
    "change_of_a_one_to_one": lambda: value([
        Store.objects.filter(pk=503).update(manager=603), bag(Staff.objects.filter(manages__isnull=False)),
    ]),
    "second_row_of_a_one_to_one": lambda: value(Store.objects.filter(pk=503).update(manager=602)),
    "key_of_no_row": lambda: value(Copy.objects.filter(pk=1001).update(film=99_999)),
}
