"""AND, OR, NOT and XOR over relations."""

from answer import Ours, bag
from django.db.models import Exists, F, OuterRef, Q
from rental.models import *

film, copy, rental, payment, customer = Film.objects, Copy.objects, Rental.objects, Payment.objects, Customer.objects

def either(name):
    return film.filter(Q(language__name=name) | Q(original_language__name=name)).values("pk")


def both(name):
    return film.filter(language__name=name, original_language__name=name).values("pk")


QUERIES = {
    "or_of_two_relations": lambda: bag(film.filter(Q(language__name="Français") | Q(original_language__name="Français"))),
    "or_of_a_relation_and_a_column": lambda: bag(film.filter(Q(original_language__name="English") | Q(length__gt=150))),
    "or_then_and": lambda: bag(
        film.filter(Q(prequel__title="Solaris") | Q(original_language__name="English")).filter(prequel__title__gt="")
    ),
    "or_with_isnull": lambda: bag(film.filter(Q(original_language__isnull=True) | Q(original_language__name="English"))),
    "or_of_two_nullable_paths": lambda: bag(payment.filter(Q(rental__staff__name="Ann Lee") | Q(rental__customer__active=False))),
    "or_within_and": lambda: bag(
        film.filter(Q(language=1) & (Q(prequel__title="Solaris") | Q(prequel__isnull=True)) & Q(length__isnull=False))
    ),
    "not_of_or": lambda: bag(film.filter(~(Q(original_language__name="English") | Q(prequel__length__gt=100)))),
    "not_of_and": lambda: bag(film.filter(~(Q(original_language__name="English") & Q(prequel__length__gt=100)))),
    "not_of_not_of_or": lambda: bag(film.filter(~(~Q(original_language__name="English") | Q(length=None)))),
    "exclude_two_columns_of_a_row": lambda: bag(film.exclude(prequel__length__gt=100, prequel__original_language=1)),
    "exclude_or": lambda: bag(copy.exclude(Q(film__length__lt=100) | Q(shelf="A"))),
    "exclude_or_of_relations": lambda: bag(payment.exclude(Q(rental__staff__name="Ann Lee") | Q(rental__returned=None))),
    "and_of_nots": lambda: bag(film.filter(~Q(original_language=1), ~Q(prequel__title="Solaris"))),
    "or_of_nots": lambda: bag(film.filter(~Q(original_language=1) | ~Q(prequel__title="Solaris"))),
    # MySQL has an XOR, by which NULL and true is NULL.
    "xor": Ours(
        13,
        lambda: bag(film.filter(Q(language__name="English") ^ Q(original_language__name="English"))),
        lambda: bag(film.filter(pk__in=either("English")).exclude(pk__in=both("English"))),
    ),
    "xor_of_three": lambda: bag(film.filter(Q(language=1) ^ Q(original_language__isnull=True) ^ Q(prequel__isnull=True))),
    "or_with_nothing": lambda: bag(film.filter(Q(pk__in=[]) | Q(language__name="日本語"))),
    "and_with_nothing": lambda: bag(film.filter(Q(pk__in=[]) & Q(language__name="日本語"))),
    "not_nothing": lambda: bag(film.filter(~Q(language__in=[]), prequel__isnull=False)),
    "or_of_to_many_and_column": lambda: bag(film.filter(Q(copies__shelf="A") | Q(length=None)).distinct()),
    "or_of_two_to_many": lambda: bag(film.filter(Q(copies__store=502) | Q(castings__role="villain")).distinct()),
    "or_of_to_many_and_no_row": lambda: bag(film.filter(Q(copies__isnull=True) | Q(copies__shelf="B")).distinct()),
    "and_of_two_to_many": lambda: bag(film.filter(Q(copies__store=502) & Q(castings__role="villain")).distinct()),
    "or_of_the_same_to_many": lambda: bag(film.filter(Q(copies__store=502) | Q(copies__shelf="A")).distinct()),
    "not_within_or_over_to_many": lambda: bag(film.filter(~Q(copies__shelf="A") | Q(language=2)).distinct()),
    "or_of_to_many_then_and": lambda: bag(
        customer.filter(Q(rentals__returned=None) | Q(payments__amount="0.00")).filter(rentals__copy__store=501).distinct()
    ),
    "or_of_to_one_and_to_many": lambda: bag(customer.filter(Q(store__name="Main Street") | Q(rentals__staff__name="Ann Lee")).distinct()),
    # A row of the relation is needed only where nothing else makes the condition true.
    "or_of_to_many_and_column_beside": lambda: bag(film.filter(Q(copies__shelf="A") | Q(length=None), language=1).distinct()),
    "two_ors_of_to_many_and_column": lambda: bag(
        film.filter(Q(copies__shelf="A") | Q(length=None), Q(copies__store=502) | Q(language=2)).distinct()
    ),
    "two_words_anywhere": lambda: bag(
        film.filter(
            Q(title__contains=" ") | Q(categories__name__contains="'") | Q(cast__name__contains=" "),
            Q(title__contains="e") | Q(categories__name__contains="%") | Q(cast__name__contains="a"),
        ).distinct()
    ),
    "not_of_two_ors_of_to_many_and_column": Ours(
        2,
        lambda: bag(film.exclude(Q(copies__shelf="A") | Q(length=None), Q(copies__store=502) | Q(language=2))),
        lambda: bag(
            film.exclude(
                pk__in=film.filter(Q(copies__shelf="A") | Q(length=None), Q(copies__store=502) | Q(language=2)).values("pk")
            )
        ),
    ),
    # As above, of one copy.
    "xor_of_to_many_beside_an_or": Ours(
        13,
        lambda: bag(film.filter(Q(copies__shelf="A") ^ Q(length=None), Q(copies__store=501) | Q(language=2)).distinct()),
        lambda: bag(
            film.filter(
                Q(copies__isnull=True, length=None, language=2)
                | Exists(
                    Copy.objects.filter(
                        Q(shelf="A", film__length__isnull=False) | ~Q(shelf="A") & Q(film__length=None),
                        Q(store=501) | Q(film__language=2),
                        film=OuterRef("pk"),
                    )
                )
            ).distinct()
        ),
    ),
    "or_of_two_to_many_between_them": lambda: bag(
        film.filter(Q(castings__billing=1), Q(castings__role="lead") | Q(copies__shelf="A"), Q(copies__store=501)).distinct()
    ),
    "columns_of_two_to_many": lambda: bag(film.filter(castings__role__gt=F("copies__shelf"), copies__store=501).distinct()),
    "column_of_another_row_or_null": lambda: bag(film.filter(Q(length__gt=F("prequel__length")) | Q(prequel__length=None))),
}
