"""delete() under each on_delete: what went, by table, and what is left."""

from answer import bag, value
from django.apps import apps
from django.db.models import F
from rental.models import *

film, language, customer, store, staff, copy, rental, actor, category = (
    Film.objects, Language.objects, Customer.objects, Store.objects, Staff.objects, Copy.objects, Rental.objects, Actor.objects,
    Category.objects,
)


def deleted(rows, *after):
    """Counts of what was deleted, by table, and what these queries then answer."""
    _, by_label = rows.delete()
    counts = {apps.get_model(label)._meta.db_table: count for label, count in by_label.items() if count}
    return value([dict(sorted(counts.items())), *(query() for query in after)])


# Customers without rewards and remarks.
UNREMARKABLE = (804, 818)


def paid_for_by_others():
    """Rentals that another customer pays for: these payments stay if only the renter goes."""
    return Payment.objects.filter(rental__isnull=False).exclude(rental__customer=F("customer"))


def renters():
    return customer.filter(rentals__payments__isnull=False, pk__range=UNREMARKABLE)


QUERIES = {
    "nothing_related": lambda: deleted(language.filter(name="Latin")),
    "no_row": lambda: deleted(film.filter(pk=99_999)),
    "one_row": lambda: deleted(language.get(name="Latin"), lambda: bag(language.all())),
    "protect": lambda: deleted(language.filter(name="Français")),
    "protect_by_one_of_many": lambda: deleted(language.filter(name__in=["Latin", "日本語"])),
    "set_null": lambda: deleted(language.filter(name="tlhIngan"), lambda: bag(film.filter(original_language__isnull=False))),
    "set_null_of_itself": lambda: deleted(staff.filter(pk=603), lambda: bag(staff.all(), "id", "reports_to")),
    "set_null_of_itself_at_the_top": lambda: deleted(staff.filter(pk=601), lambda: bag(staff.filter(reports_to__isnull=True))),
    "set_null_of_several": lambda: deleted(
        staff.filter(pk__in=[602, 606]),
        lambda: bag(store.all(), "id", "manager"), lambda: bag(staff.all(), "id", "reports_to"), lambda: bag(rental.filter(staff=None)),
    ),
    "cascade_one_level": lambda: deleted(actor.filter(name="Ann Lee"), lambda: value(Casting.objects.count())),
    "cascade_many_to_many": lambda: deleted(category.filter(name="Drama"), lambda: value(film.count())),
    "cascade_of_itself": lambda: deleted(film.filter(pk=135)),
    "cascade_to_copies": lambda: deleted(film.filter(pk__gte=130), lambda: bag(copy.all()), lambda: bag(film.all())),
    "cascade_and_protect_below": lambda: deleted(film.filter(pk=101)),
    "cascade_without_rentals": lambda: deleted(film.exclude(copies__rentals__isnull=False).filter(sequels__isnull=True)),
    "cascade_symmetrical": lambda: deleted(
        film.filter(similar__isnull=False, copies__isnull=True, sequels__isnull=True),
        lambda: value(Film.similar.through.objects.count()), lambda: value(Film.inspired_by.through.objects.count()),
    ),
    "protect_by_rentals": lambda: deleted(copy.filter(store=502)),
    "copies_without_rentals": lambda: deleted(copy.filter(rentals__isnull=True), lambda: value(copy.count())),
    "store_of_protected_copies": lambda: deleted(store.filter(pk=503)),
    "store_set_null": lambda: deleted(store.filter(name="Empty"), lambda: value(staff.count())),
    "restrict": lambda: deleted(rental.filter(payments__isnull=False)),
    "restrict_one": lambda: deleted(rental.filter(payments__amount="100000.01").order_by("id")),
    "rentals_without_payments": lambda: deleted(rental.filter(payments__isnull=True), lambda: value(rental.count())),
    "customer_without_anything": lambda: deleted(customer.filter(pk=818)),
    "customer_with_contact": lambda: deleted(customer.filter(contact__isnull=False, rentals__isnull=True, payments__isnull=True)),
    "restrict_by_what_goes_too": lambda: deleted(renters().exclude(pk__in=paid_for_by_others().values("rental__customer"))),
    "restrict_by_what_stays": lambda: deleted(renters().filter(pk__in=paid_for_by_others().values("rental__customer"))),
    "all_who_pay_for_each_other": lambda: deleted(
        customer.filter(pk__range=UNREMARKABLE), lambda: value(rental.count()), lambda: value(Payment.objects.count())
    ),
    "set_default": lambda: deleted(customer.filter(pk=819), lambda: bag(Reward.objects.all(), "id", "customer")),
    "do_nothing": lambda: deleted(customer.filter(pk=820)),
    "payments": lambda: deleted(Payment.objects.filter(amount="0.10")),
    "through_rows": lambda: deleted(Casting.objects.filter(role="twin")),
    "by_a_relation": lambda: deleted(Contact.objects.filter(customer__rentals__isnull=True)),
    "by_a_to_many": lambda: deleted(actor.filter(castings__role="villain")),
    "everything": lambda: deleted(Payment.objects.all()),
}
