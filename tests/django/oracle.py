"""Builds the film rental by Django on each database, asks every query, and keeps the answers; with --check, compares them."""

import json
import os
import sys
from datetime import datetime
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import MultipleObjectsReturned, ObjectDoesNotExist
from django.core.management.color import no_style
from django.db import IntegrityError, connections, transaction
from django.db.models import ProtectedError, RestrictedError

import make_data
from answer import Ours, keys_by_table

HERE = Path(__file__).parent
PLACES = ["sqlite", "postgres", "mysql"]


class Current:
    """All queries go to one database at a time."""

    place = "sqlite"

    def db_for_read(self, model, **hints):
        return Current.place

    db_for_write = db_for_read

    def allow_relation(self, one, other, **hints):
        return True


def build(place):
    """Creates the tables and their rows."""
    if place in settings.CREATE:
        with connections[f"{place}_server"].cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {settings.NAME}")
            cursor.execute(settings.CREATE[place])
    models = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    with connections[place].schema_editor() as editor:
        for model in models.values():
            if not model._meta.auto_created:  # Django makes these with the model that declares them.
                editor.create_model(model)
    for table, rows in json.loads((HERE / "data.json").read_text(encoding="utf-8")).items():
        fields = {field.column: field for field in models[table]._meta.fields} | {
            field.name: field for field in models[table]._meta.fields
        }
        models[table].objects.bulk_create(
            models[table](**{fields[key].attname: moment(item) if key == "paid" else item for key, item in row.items()}) for row in rows
        )
    # PostgreSQL does not count keys that it is given.
    with connections[place].cursor() as cursor:
        for statement in connections[place].ops.sequence_reset_sql(no_style(), list(models.values())):
            cursor.execute(statement)


def moment(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def drop(place):
    connections[place].close()
    if place in settings.CREATE:
        with connections[f"{place}_server"].cursor() as cursor:
            cursor.execute(f"DROP DATABASE {settings.NAME}")


def ask(query, place):
    """The answer, or the kind of error; whatever the query wrote is undone."""
    answer = None
    try:
        with transaction.atomic(using=place):
            answer = query()
            if place != "mysql":  # Where they are checked at once.
                connections[place].check_constraints()
            transaction.set_rollback(True, using=place)
    except ProtectedError as error:
        return {"error": "Protected", "rows": keys_by_table(error.protected_objects)}
    except RestrictedError as error:
        return {"error": "Restricted", "rows": keys_by_table(error.restricted_objects)}
    except IntegrityError:
        return {"error": "IntegrityError"}
    except ObjectDoesNotExist:
        return {"error": "DoesNotExist"}
    except MultipleObjectsReturned:
        return {"error": "MultipleObjects"}
    return answer


def answers(place):
    """The answers by name; for what is ours, Django's and amphi's."""
    from queries import QUERIES  # Its models need Django to be set up.

    Current.place = place
    found, wrong = {}, []
    for name, query in QUERIES.items():
        try:
            if isinstance(query, Ours):
                django_says, ours = ask(query.django, place), ask(query.amphi, place)
                found[name] = {"django": django_says, "ours": {"line": query.line, "answer": ours}}
            else:
                found[name] = {"django": ask(query, place)}
        except Exception as error:
            wrong.append(f"{name} failed: {error!r}")
    if wrong:
        raise SystemExit(f"On {place}:\n" + "\n".join(wrong))
    return found


def merged(by_place):
    """One entry a query; `on` holds the databases that do not say what SQLite says."""
    first, *others = PLACES
    whole, wrong = {}, []
    for name, entry in by_place[first].items():
        entries = [by_place[place][name] for place in PLACES]
        if "ours" in entry and all(entry["django"] == entry["ours"]["answer"] for entry in entries):
            wrong.append(name)
        differing = {place: by_place[place][name] for place in others if by_place[place][name] != entry}
        whole[name] = entry | ({"on": differing} if differing else {})
    if wrong:
        raise SystemExit(f"marked as ours, and Django says the same: {', '.join(wrong)}")
    return whole


def as_text(whole):
    """One query a line."""
    return "{\n" + ",\n".join(f'"{name}": {json.dumps(entry, ensure_ascii=False)}' for name, entry in whole.items()) + "\n}\n"


def main():
    check = sys.argv[1:] == ["--check"]
    data = HERE / "data.json"
    if not check:
        data.write_text(make_data.text(), encoding="utf-8")
    elif data.read_text(encoding="utf-8") != make_data.text():
        raise SystemExit("data.json is not what make_data.py makes")
    django.setup()
    built = []
    try:
        by_place = {}
        for place in PLACES:
            Current.place = place
            built.append(place)
            build(place)
            by_place[place] = answers(place)
    finally:
        for place in built:
            drop(place)
    whole = merged(by_place)
    new, path = as_text(whole), HERE / "answers.json"
    differing = [f"{name} ({', '.join(entry['on'])})" for name, entry in whole.items() if "on" in entry]
    print(f"{len(whole)} queries; Django {django.__version__} does not say what it says on SQLite to: {', '.join(differing) or 'none'}")
    if check:
        old = json.loads(path.read_text(encoding="utf-8"))
        changed = [name for name in sorted(old.keys() | whole.keys()) if old.get(name) != whole.get(name)]
        if changed:
            raise SystemExit(f"answers.json does not say what Django says: {', '.join(changed)}")
    else:
        path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    sys.modules["oracle"] = sys.modules["__main__"]  # The settings name the router here.
    main()
