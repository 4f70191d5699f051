"""Relations of a model to itself: a foreign key, a symmetrical many-to-many and one that is not."""

from answer import bag, listed
from django.db.models import F, Q
from rental.models import *

film, staff = Film.objects, Staff.objects

QUERIES = {
    "boss": lambda: bag(staff.filter(reports_to__name="Kim")),
    "boss_of_boss": lambda: bag(staff.filter(reports_to__reports_to__name="Kim")),
    "four_up": lambda: bag(staff.filter(reports_to__reports_to__reports_to__reports_to=601)),
    "top": lambda: bag(staff.filter(reports_to__isnull=True)),
    "boss_is_top": lambda: bag(staff.filter(reports_to__reports_to__isnull=True)),
    "boss_is_there_and_top": lambda: bag(staff.filter(reports_to__isnull=False, reports_to__reports_to__isnull=True)),
    "exclude_boss": lambda: bag(staff.exclude(reports_to__name="Kim")),
    "exclude_boss_of_boss": lambda: bag(staff.exclude(reports_to__reports_to__name="Kim")),
    "namesake_of_the_boss": lambda: bag(staff.filter(name=F("reports_to__name"))),
    "reports": lambda: bag(staff.filter(reports__name="Ann Lee").distinct()),
    "reports_two_down": lambda: bag(staff.filter(reports__reports__name="Ann Lee").distinct()),
    "leaves": lambda: bag(staff.filter(reports__isnull=True)),
    "leaves_below_the_top": lambda: bag(staff.filter(reports=None, reports_to__isnull=False)),
    "has_reports": lambda: bag(staff.filter(reports__isnull=False).distinct()),
    "siblings": lambda: bag(staff.filter(reports_to__reports__name="Łukasz").distinct()),
    "exclude_reports": lambda: bag(staff.exclude(reports__name="Ann Lee")),
    "exclude_reports_two_down": lambda: bag(staff.exclude(reports__reports__isnull=False)),
    "up_and_down": lambda: bag(staff.filter(reports_to=601, reports__name="Ann Lee").distinct()),
    "sequels": lambda: bag(film.filter(sequels__title="Alien 3")),
    "sequels_and_prequel": lambda: bag(film.filter(prequel__isnull=False, sequels__isnull=False).distinct()),
    "longer_than_a_sequel": lambda: bag(film.filter(length__gt=F("sequels__length")).distinct()),
    "similar": lambda: bag(film.filter(similar=101).distinct()),
    "similar_title": lambda: bag(film.filter(similar__title="Heat").distinct()),
    "similar_isnull": lambda: bag(film.filter(similar__isnull=True)),
    "similar_to_similar": lambda: bag(film.filter(similar__similar__title="Heat").distinct()),
    "exclude_similar": lambda: bag(film.exclude(similar__length__gt=100)),
    "inspired_by": lambda: bag(film.filter(inspired_by=102)),
    "inspired": lambda: bag(film.filter(inspired=102)),
    "inspired_by_title": lambda: bag(film.filter(inspired_by__title="Solaris").distinct()),
    "inspired_title": lambda: bag(film.filter(inspired__title="Solaris").distinct()),
    "inspired_by_itself": lambda: bag(film.filter(inspired_by=F("pk"))),
    "inspired_by_what_it_inspired": lambda: bag(film.filter(inspired_by__inspired_by=F("pk")).distinct()),
    "inspired_by_isnull": lambda: bag(film.filter(inspired_by__isnull=True)),
    "inspired_isnull": lambda: bag(film.filter(inspired__isnull=True)),
    "inspired_by_and_inspired": lambda: bag(film.filter(inspired_by__isnull=False, inspired__isnull=False).distinct()),
    "exclude_inspired_by": lambda: bag(film.exclude(inspired_by__language=1)),
    "exclude_inspired": lambda: bag(film.exclude(inspired__language=1)),
    "inspired_by_or_similar": lambda: bag(film.filter(Q(inspired_by=101) | Q(similar=101)).distinct()),
    "order_by_boss": lambda: listed(
        staff.filter(reports_to__isnull=False).order_by("reports_to__name", "-name", "id"), "id", "reports_to__name"
    ),
}
