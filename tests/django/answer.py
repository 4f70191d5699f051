"""What a query answers, as JSON: a bag of rows, a list of rows in their order, or a value."""

import json
from datetime import date, datetime
from decimal import Decimal


def plain(value):
    """Dates as ISO 8601, moments with six places and a Z, decimals as text with two places; tuples as lists."""
    match value:
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case Decimal():
            return f"{value:.2f}"
        case list() | tuple():
            return [plain(item) for item in value]
        case dict():
            return {key: plain(item) for key, item in value.items()}
        case _:
            return value


def text(answer):
    return json.dumps(answer, ensure_ascii=False)


def rows(query, fields):
    """The keys of whole rows; one value per row for one field; a list per row for several."""
    return list(query.values_list(*fields) if len(fields) > 1 else query.values_list(*(fields or ["pk"]), flat=True))


def bag(query, *fields):
    """Rows in no order, repeats included."""
    return bag_of(rows(query, fields))


def bag_of(rows):
    return {"bag": sorted(plain(list(rows)), key=text)}


def listed(query, *fields):
    """Rows in an order that is total."""
    return list_of(rows(query, fields))


def list_of(rows):
    return {"list": plain(list(rows))}


def value(of):
    return {"value": plain(of)}


def keys(objects):
    """The keys of related rows in no order."""
    return sorted(object.pk for object in objects)


class Ours:
    """A query for which amphi has another answer than Django, on purpose: by this line of SEMANTICS.md."""

    def __init__(self, line, django, amphi):
        self.line, self.django, self.amphi = line, django, amphi


def keys_by_table(objects):
    """The keys of rows of several models."""
    tables = {}
    for object in objects:
        tables.setdefault(object._meta.db_table, set()).add(object.pk)
    return {table: sorted(tables[table]) for table in sorted(tables)}
