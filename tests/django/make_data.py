"""Makes the text of data.json: the rows of the film rental, by table and field. The same ones at each run.

The keys of no two tables are the same, so that a join of the wrong columns finds nothing.
"""

import json
import random
from datetime import date, datetime, timedelta

RANDOM = random.Random(20_260_101)

NAMES = [
    "Ann Lee", "Ann Lee", "Maureen O'Hara", "Zo\u00eb Bell", "Zoe\u0308 Bell", "𝒜strid 🎬", "محمد علي", "\u202eright to left\u202c",
    '"Quoted" Name', "100%", "a_b", "back\\slash", "", " ", "trailing ", "Łukasz", "łukasz", "'; DROP TABLE film; --", "黒澤 明",
    "é" * 200, "Solaris", "Kim", "aXb", "tab\tand\nline", "NULL", "Lee Ann",
]
TITLES = [
    "Solaris", "Stalker", "The Mirror", "L'Avventura", "8½", "千と千尋の神隠し", "🎬", "100%", "100 percent", "a_b", "aXb", "\\",
    "", "Zo\u00eb", "Zoe\u0308", "\"M\"", "ж" * 200, "Ann Lee", "Heat", "Heat", "Alien", "Aliens", "Alien 3", "The Thing",
    "باب الحديد", "Ran", "Kim", "NULL", "Brazil", "English", "If....", "Z", "Drama", "Tron", "Dune", "Dune: Part Two",
]


def below(n):
    """A number from 0 to n - 1. Only `random()` is promised to be the same in every version of Python."""
    return int(RANDOM.random() * n)


def pick(of):
    return of[below(len(of))]


def some(of, most):
    """Up to so many different ones."""
    left, taken = list(of), []
    for _ in range(min(below(most + 1), len(left))):
        taken.append(left.pop(below(len(left))))
    return taken


def maybe(share, value):
    return value if RANDOM.random() < share else None


def day(first=(2024, 1, 1), days=366):
    return (date(*first) + timedelta(below(days))).isoformat()


def numbered(first, rows):
    return [{"id": first + at, **row} for at, row in enumerate(rows)]


def ids(rows):
    return [row["id"] for row in rows]


def links(table, pairs):
    (left, right), pairs = table, sorted(set(pairs))
    return [{"id": at + 1, left: a, right: b} for at, (a, b) in enumerate(pairs)]


def tables():
    language = numbered(1, [{"name": name} for name in ["English", "Français", "日本語", "العربية", "tlhIngan", "Latin"]])
    category = numbered(51, [{"name": name} for name in ["Drama", "Comedy", "Sci-Fi", "Horror", "100%", "under_score", "'", "Empty"]])
    actor = numbered(201, [{"name": name, "born": maybe(0.7, 1900 + below(100))} for name in NAMES])
    # English to Arabic; nobody films in Klingon or Latin, but one film was written in Klingon.
    film = numbered(101, [{
        "title": title,
        "language": 1 if RANDOM.random() < 0.4 else 1 + below(4),
        "original_language": maybe(0.5, 1 + below(4)),
        "prequel": None,
        "length": maybe(0.85, 60 + 5 * below(25)),
        "rate": pick(["0.10", "0.99", "2.99", "4.99", "10.00", "9.90"]),
        "released": maybe(0.85, day((1950, 1, 1), 365 * 70)),
    } for title in TITLES])
    for sequel, prequel in [
        (122, 121), (123, 122), (136, 135), (102, 101), (103, 102), (124, 103), (120, 119), (117, 101), (113, 112), (116, 105), (130, 129),
        (128, 106), (133, 132), (127, 126),
    ]:
        film[sequel - 101]["prequel"] = prequel
    film[7 - 1]["original_language"] = 5
    film[30 - 1]["original_language"] = 1  # Whose title is its name.
    film[19 - 1]["length"] = None
    film[21 - 1].update(original_language=1, length=150)
    film[22 - 1]["length"] = 160
    film[20 - 1]["original_language"] = film[20 - 1]["language"] = 2
    films = ids(film)
    played = ids(actor)[:-4]  # The last four are in no film.
    casting = [
        {"film": one, "actor": who, "role": pick(["lead", "villain", "himself", "", "O'Neil", "%"]), "billing": maybe(0.75, 1 + below(4))}
        for one in films for who in some(played, 4)
    ]
    # The same actor twice in a film.
    casting += [{**casting[at], "role": "twin", "billing": None} for at in (0, 5, 11)]
    casting += [{"film": 103, "actor": who, "role": role, "billing": None} for who, role in [(202, "lead"), (202, "twin")]]
    casting += [{"film": one, "actor": who, "role": "lead", "billing": 1} for one, who in [(102, 222), (118, 201), (102, 221)]]
    film_categories = links(
        ("film_id", "category_id"),
        [(one, of) for one in films for of in some(ids(category)[:-1], 3)] + [(101, 51), (102, 51), (102, 52), (102, 53), (105, 54)],
    )
    pairs = [(pick(films), pick(films)) for _ in range(16)]
    pairs = [(a, b) for a, b in pairs if a != b]
    film_similar = links(("from_film_id", "to_film_id"), pairs + [(b, a) for a, b in pairs])
    film_inspired_by = links(
        ("from_film_id", "to_film_id"),
        [(pick(films), pick(films)) for _ in range(18)] + [(101, 102), (101, 103), (102, 101), (118, 118)],
    )
    staff = numbered(601, [{"name": name, "reports_to": boss} for name, boss in [
        ("Kim", None), ("Ann Lee", 601), ("Mike O'Hara", 602), ("Łukasz", 603), ("100%", 604), ("Jon", 601), ("Ann Lee", 606),
        ("黒澤", 606), ("Freelance", None), ("", 602), ("Loner", None), ("Jon", 606),
    ]])
    store = numbered(501, [{"name": name, "manager": boss} for name, boss in [
        ("Main Street", 602), ("O'Connell St", 606), ("Unmanaged", None), ("Empty", 604),
    ]])
    customer = numbered(801, [
        {"name": name, "active": RANDOM.random() < 0.7, "store": maybe(0.8, pick([501, 502, 503]))}
        for name in [
            "Ann Lee", "", " ", "Paris", "100%", "a_b", "Zo\u00eb", "Zoe\u0308", "𝒜strid 🎬", "O'Hara", "Kim", "Ann Lee", "back\\slash",
            "é" * 200, "Jon", "Gdańsk", "محمد", "NULL", "Lee Ann", "Łukasz",
        ]
    ])
    customers = ids(customer)
    # The last but one has a contact and no rentals; others have rentals and no contact.
    cities = ["Gdańsk", "Paris", "Ann Lee", "東京", "Paris", "Paris"]
    contact = numbered(901, [
        {"customer": who, "city": cities[at % 6], "phone": None if at % 3 == 1 else f"+48 {below(900) + 100}"}
        for at, who in enumerate([802, 804, 801, 806, 808, 810, 803, 812, 811, 816, 819])
    ])
    # What tells some from all, and one row from two; of the others a third has no copies.
    kept = {
        101: [(501, "B"), (503, None)], 103: [(501, "A"), (501, "A")], 105: [(501, "A"), (502, "A")], 107: [(501, "A"), (501, None)],
        106: [(501, "B"), (502, "A")], 109: [(501, "A"), (502, "B")], 111: [(501, "B")], 118: [(502, None)], 119: [(502, "B")], 128: [],
    }
    for one in films:
        if one not in kept and below(3):
            kept[one] = [(pick([501, 501, 502, 503]), maybe(0.75, pick(["A", "A", "B", "b", "", "A%"]))) for _ in range(1 + below(4))]
    copy = numbered(1001, [{"film": one, "store": at, "shelf": shelf} for one in films for at, shelf in kept.get(one, [])])
    # The last four customers have never rented; copies of the last seven films were never rented.
    rented_out = [row["id"] for row in copy if row["film"] <= 129]
    rental = []
    for _ in range(70):
        rented = day()
        back = (date.fromisoformat(rented) + timedelta(1 + below(20))).isoformat()
        rental.append({
            "copy": pick(rented_out), "customer": pick(customers[:-4]), "staff": maybe(0.8, pick([602, 606, *ids(staff)[:8]])),
            "rented": rented, "returned": maybe(0.75, back),
        })
    for row in rental:
        if row["customer"] in (805, 809):
            row["staff"] = 602
        if row["customer"] in (805, 810):
            row["returned"] = row["returned"] or row["rented"]
        if row["customer"] == 811:
            row["returned"] = None
        if row["customer"] == 812:
            row["returned"] = row["rented"]
    # Has brought back all from the first store, and kept something of another.
    rental += [{"copy": 1002, "customer": 812, "staff": 602, "rented": "2024-02-29", "returned": None}]
    rental = numbered(1101, rental)
    payment = []
    for _ in range(60):
        of = maybe(0.85, pick(rental[:-15]))
        # Some pay for what another rented.
        payer = of["customer"] if of and RANDOM.random() < 0.9 else pick(customers[:-3])
        paid = datetime(2024, 6, 1) + timedelta(seconds=below(10_000_000), microseconds=pick([0, 1, 999_999]))
        payment.append({
            "customer": payer, "rental": of and of["id"], "amount": pick(["0.00", "0.10", "0.99", "5.00", "12.50", "100000.01"]),
            "paid": paid.isoformat(timespec="microseconds") + "Z",
        })
    reward = numbered(1301, [{"customer": who, "points": 10 * at} for at, who in enumerate([801, 802, 802, 819, 819])])
    remark = numbered(1401, [{"customer": who, "text": text} for who, text in [(803, "rude"), (820, "O'K"), (820, "")]])
    return {
        "language": language, "category": category, "actor": actor, "film": film, "casting": numbered(301, casting),
        "film_categories": film_categories, "film_similar": film_similar, "film_inspired_by": film_inspired_by, "staff": staff,
        "store": store, "customer": customer, "contact": contact, "copy": copy, "rental": rental, "payment": numbered(1201, payment),
        "reward": reward, "remark": remark,
    }


def text():
    """One row per line."""
    line = lambda row: "  " + json.dumps(row, ensure_ascii=False)
    parts = (f'"{name}": [\n' + ",\n".join(map(line, rows)) + "\n]" for name, rows in tables().items())
    return "{\n" + ",\n".join(parts) + "\n}\n"
