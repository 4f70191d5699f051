"""A film rental. Tables and columns are named as amphi names them: the model in snake case, `<field>_id` for a foreign key."""

from django.db.models import (
    CASCADE, DO_NOTHING, PROTECT, RESTRICT, SET_DEFAULT, SET_NULL, BigAutoField, BooleanField, CharField, DateField,
    DateTimeField, DecimalField, ForeignKey, IntegerField, ManyToManyField, Model, OneToOneField,
)


class Language(Model):
    id = BigAutoField(primary_key=True)
    name = CharField(max_length=200)

    class Meta:
        db_table = "language"


class Category(Model):
    id = BigAutoField(primary_key=True)
    name = CharField(max_length=200)

    class Meta:
        db_table = "category"


class Actor(Model):
    id = BigAutoField(primary_key=True)
    name = CharField(max_length=200)
    born = IntegerField(null=True)

    class Meta:
        db_table = "actor"


class Film(Model):
    id = BigAutoField(primary_key=True)
    title = CharField(max_length=200)
    language = ForeignKey(Language, PROTECT, related_name="films")
    original_language = ForeignKey(Language, SET_NULL, null=True, related_name="original_films")
    prequel = ForeignKey("self", CASCADE, null=True, related_name="sequels")
    length = IntegerField(null=True)
    rate = DecimalField(max_digits=6, decimal_places=2)
    released = DateField(null=True)
    categories = ManyToManyField(Category, related_name="films", db_table="film_categories")
    cast = ManyToManyField(Actor, through="Casting", related_name="films")
    similar = ManyToManyField("self", symmetrical=True, db_table="film_similar")
    inspired_by = ManyToManyField("self", symmetrical=False, related_name="inspired", db_table="film_inspired_by")

    class Meta:
        db_table = "film"


class Casting(Model):
    id = BigAutoField(primary_key=True)
    film = ForeignKey(Film, CASCADE, related_name="castings")
    actor = ForeignKey(Actor, CASCADE, related_name="castings")
    role = CharField(max_length=200)
    billing = IntegerField(null=True)

    class Meta:
        db_table = "casting"


class Staff(Model):
    id = BigAutoField(primary_key=True)
    name = CharField(max_length=200)
    reports_to = ForeignKey("self", SET_NULL, null=True, related_name="reports")

    class Meta:
        db_table = "staff"


class Store(Model):
    id = BigAutoField(primary_key=True)
    name = CharField(max_length=200)
    manager = OneToOneField(Staff, SET_NULL, null=True, related_name="manages")

    class Meta:
        db_table = "store"


class Customer(Model):
    id = BigAutoField(primary_key=True)
    name = CharField(max_length=200)
    active = BooleanField()
    store = ForeignKey(Store, SET_NULL, null=True, related_name="customers")

    class Meta:
        db_table = "customer"


class Contact(Model):
    id = BigAutoField(primary_key=True)
    customer = OneToOneField(Customer, CASCADE, related_name="contact")
    city = CharField(max_length=200)
    phone = CharField(max_length=200, null=True)

    class Meta:
        db_table = "contact"


class Copy(Model):
    id = BigAutoField(primary_key=True)
    film = ForeignKey(Film, CASCADE, related_name="copies")
    store = ForeignKey(Store, CASCADE, related_name="copies")
    shelf = CharField(max_length=200, null=True)

    class Meta:
        db_table = "copy"


class Rental(Model):
    id = BigAutoField(primary_key=True)
    copy = ForeignKey(Copy, PROTECT, related_name="rentals")
    customer = ForeignKey(Customer, CASCADE, related_name="rentals")
    staff = ForeignKey(Staff, SET_NULL, null=True, related_name="rentals")
    rented = DateField()
    returned = DateField(null=True)

    class Meta:
        db_table = "rental"


class Payment(Model):
    id = BigAutoField(primary_key=True)
    customer = ForeignKey(Customer, CASCADE, related_name="payments")
    rental = ForeignKey(Rental, RESTRICT, null=True, related_name="payments")
    amount = DecimalField(max_digits=8, decimal_places=2)
    paid = DateTimeField()

    class Meta:
        db_table = "payment"


class Reward(Model):
    """Its key falls back to a default, for which MariaDB has no ON DELETE."""

    id = BigAutoField(primary_key=True)
    customer = ForeignKey(Customer, SET_DEFAULT, default=801, related_name="rewards")
    points = IntegerField()

    class Meta:
        db_table = "reward"


class Remark(Model):
    id = BigAutoField(primary_key=True)
    customer = ForeignKey(Customer, DO_NOTHING, related_name="remarks")
    text = CharField(max_length=200)

    class Meta:
        db_table = "remark"
