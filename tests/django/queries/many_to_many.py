"""Many-to-many both ways, by an automatic join table (categories) and by a model (cast, through casting)."""

from answer import Ours, bag, listed, value
from django.db.models import Exists, OuterRef, Q
from rental.models import *

film, category, actor, casting = Film.objects, Category.objects, Actor.objects, Casting.objects

QUERIES = {
    "name": lambda: bag(film.filter(categories__name="Drama").distinct()),
    "key": lambda: bag(film.filter(categories=52)),
    "keys": lambda: bag(film.filter(categories__in=[51, 53]).distinct()),
    "keys_none": lambda: bag(film.filter(categories__in=[])),
    "way_back": lambda: bag(category.filter(films__title="Solaris").distinct()),
    "way_back_key": lambda: bag(category.filter(films=105)),
    "there_and_back": lambda: bag(film.filter(categories__films__title="Ran").distinct()),
    "odd_name": lambda: bag(film.filter(categories__name="'").distinct()),
    "percent": lambda: bag(film.filter(categories__name__contains="%").distinct()),
    "isnull": lambda: bag(film.filter(categories__isnull=True)),
    "is_not_null": lambda: bag(film.filter(categories__isnull=False).distinct()),
    "way_back_isnull": lambda: bag(category.filter(films__isnull=True)),
    "exclude": lambda: bag(film.exclude(categories__name="Drama")),
    "exclude_key": lambda: bag(film.exclude(categories=51)),
    "exclude_way_back": lambda: bag(category.exclude(films__language__name="日本語")),
    "two_of_them": lambda: bag(film.filter(categories=51).filter(categories=52)),
    "two_in_one": lambda: bag(film.filter(categories=51, categories__name="Comedy")),
    "one_but_not_the_other": lambda: bag(film.filter(categories=51).exclude(categories=52)),
    "or": lambda: bag(film.filter(Q(categories__name="Drama") | Q(categories__name="Horror")).distinct()),
    "or_isnull": lambda: bag(film.filter(Q(categories__isnull=True) | Q(categories__name="Horror")).distinct()),
    "and_of_both_kinds": lambda: bag(film.filter(categories__name="Drama", cast__name="Kim").distinct()),
    "exclude_of_both_kinds": lambda: bag(film.exclude(categories__name="Drama").exclude(cast__born__lt=1950)),
    "over_a_foreign_key": lambda: bag(Copy.objects.filter(film__categories__name="Comedy").distinct()),
    "exclude_over_a_foreign_key": lambda: bag(Copy.objects.exclude(film__categories__name="Comedy")),
    "over_a_nullable_foreign_key": lambda: bag(film.filter(prequel__categories__name="Comedy").distinct()),
    "exclude_over_a_nullable_foreign_key": lambda: bag(film.exclude(prequel__categories__name="Comedy")),
    "then_a_foreign_key": lambda: bag(category.filter(films__language__name="Français").distinct()),
    "then_against_a_foreign_key": lambda: bag(category.filter(films__copies__store__name="Unmanaged").distinct()),
    "through_two": lambda: bag(category.filter(films__cast__name="Solaris").distinct()),
    "through_two_back": lambda: bag(actor.filter(films__categories__name="Horror").distinct()),
    "cast": lambda: bag(film.filter(cast__name="Łukasz").distinct()),
    "cast_back": lambda: bag(actor.filter(films__title="Heat").distinct()),
    "cast_of_two_with_one_name": lambda: bag(film.filter(cast__name="Ann Lee").distinct()),
    "cast_isnull": lambda: bag(film.filter(cast__isnull=True)),
    "cast_back_isnull": lambda: bag(actor.filter(films__isnull=True)),
    "cast_nullable_column": Ours(
        1,
        lambda: bag(film.filter(cast__born__isnull=True).distinct()),
        lambda: bag(film.filter(Exists(Casting.objects.filter(film=OuterRef("pk"), actor__born=None)))),
    ),
    "exclude_cast_nullable_column": lambda: bag(film.exclude(cast__born__gt=1950)),
    "exclude_cast": lambda: bag(film.exclude(cast__name="Ann Lee")),
    "through_field": lambda: bag(film.filter(castings__role="lead").distinct()),
    "through_field_back": lambda: bag(actor.filter(castings__role="villain").distinct()),
    "through_same_row": lambda: bag(film.filter(castings__role="lead", castings__actor__born__lt=1950).distinct()),
    "through_other_row": lambda: bag(film.filter(castings__role="lead").filter(castings__actor__born__lt=1950).distinct()),
    "through_and_target": lambda: bag(film.filter(castings__role="twin", cast__name__gt="M").distinct()),
    "through_nullable_field": Ours(
        1,
        lambda: bag(actor.filter(castings__billing=None).distinct()),
        lambda: bag(actor.filter(Exists(Casting.objects.filter(actor=OuterRef("pk"), billing=None)))),
    ),
    "exclude_through_nullable_field": lambda: bag(actor.exclude(castings__billing__lte=2)),
    "from_the_through_model": lambda: bag(casting.filter(film__language=2, actor__born__gt=1920)),
    "twice_in_a_film": Ours(
        12,
        lambda: bag(film.filter(cast__castings__role="twin")),
        lambda: bag(film.filter(Exists(Casting.objects.filter(film=OuterRef("pk"), actor__castings__role="twin")))),
    ),
    "parents_repeat": Ours(
        12,
        lambda: bag(film.filter(categories__in=[51, 52, 53])),
        lambda: bag(film.filter(categories__in=[51, 52, 53]).distinct()),
    ),
    "parents_repeat_count": Ours(
        12,
        lambda: value(actor.filter(films__isnull=False).count()),
        lambda: value(actor.filter(films__isnull=False).distinct().count()),
    ),
    "exclude_two_conditions": Ours(
        2,
        lambda: bag(film.exclude(castings__role="lead", castings__billing=None)),
        lambda: bag(film.filter(~Exists(Casting.objects.filter(film=OuterRef("pk"), role="lead", billing=None)))),
    ),
    "order": lambda: listed(
        film.filter(categories__name="Drama").distinct().order_by("-released", "id").filter(released__isnull=False), "id", "released"
    ),
}
