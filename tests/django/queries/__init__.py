"""The queries, by name: `group.what_it_is_about`. A name never changes its meaning: amphi's half of the test goes by it."""

from queries import (
    conditions, counts, delete, expressions, forward, load, managers, many_to_many, one_to_one, prefetch, quantifiers, reverse,
    selves, subqueries,
)

QUERIES = {
    f"{module.__name__.split('.')[1]}.{name}": query
    for module in (
        forward, conditions, reverse, quantifiers, many_to_many, selves, one_to_one, counts, expressions, subqueries, load, prefetch,
        managers, delete,
    )
    for name, query in module.QUERIES.items()
}
