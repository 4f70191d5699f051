//! Filters, orders, slices and values on one table and over forward paths.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use amphi_tests::library::{Author, Book, Fill, date};

/// The ids that a query finds, in their order.
fn ids(query: QuerySet<Book>) -> QuerySet<Book, amphi::query::Values<(i64,)>> {
    query.order_by(Book::id.asc()).values(Book::id)
}

#[everywhere]
async fn comparisons_find_their_rows(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let books = Book::objects;
    assert_eq!(books().filter(Book::id.eq(3)).values(Book::title).a().get(&db).await?, "Solaris");
    assert_eq!(books().filter(Book::pages.gt(286)).a().count(&db).await?, 2);
    assert_eq!(books().filter(Book::pages.gte(286)).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::pages.lt(199)).a().count(&db).await?, 1);
    assert_eq!(books().filter(Book::pages.lte(199)).a().count(&db).await?, 2);
    assert_eq!(books().filter(Book::pages.range(199, 286)).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::title.ne("Solaris")).a().count(&db).await?, 5);
    assert_eq!(books().filter(Book::published.eq(date(1968, 12, 31))).a().count(&db).await?, 1);
    assert_eq!(books().filter(Book::title.eq("solaris")).a().count(&db).await?, 0, "eq tells cases apart");
    assert_eq!(books().filter(Book::title.iexact("SOLARIS")).a().count(&db).await?, 1);
    Ok(())
}

#[everywhere]
async fn null_is_not_a_value(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    assert_eq!(Author::objects().filter(Author::born.eq(None)).a().count(&db).await?, 1);
    assert_eq!(Author::objects().filter(Author::born.isnull(true)).a().count(&db).await?, 1);
    assert_eq!(Author::objects().filter(Author::born.isnull(false)).a().count(&db).await?, 3);
    assert_eq!(Author::objects().filter(Author::born.ne(None)).a().count(&db).await?, 3);
    // A comparison with NULL is false, and excluding it keeps the row.
    assert_eq!(Author::objects().filter(Author::born.lt(3000)).a().count(&db).await?, 3);
    assert_eq!(Author::objects().exclude(Author::born.lt(3000)).a().count(&db).await?, 1);
    assert_eq!(Author::objects().exclude(Author::born.eq(1929)).a().count(&db).await?, 3);
    assert_eq!(Author::objects().filter(!!Author::born.eq(1929)).a().count(&db).await?, 1);
    // '' and NULL are distinct.
    assert_eq!(Book::objects().filter(Book::note.eq("")).a().count(&db).await?, 1);
    assert_eq!(Book::objects().filter(Book::note.isnull(true)).a().count(&db).await?, 2);
    assert_eq!(Book::objects().exclude(Book::note.contains("e")).a().count(&db).await?, 4);
    Ok(())
}

#[everywhere]
async fn a_foreign_key_is_null_or_not(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    assert_eq!(ids(Book::objects().filter(Book::translator.eq(None))).a().all(&db).await?, [1, 2, 5]);
    assert_eq!(ids(Book::objects().filter(Book::translator.ne(None))).a().all(&db).await?, [3, 4, 6]);
    assert_eq!(ids(Book::objects().exclude(Book::translator.eq(None))).a().all(&db).await?, [3, 4, 6]);
    assert_eq!(ids(Book::objects().filter(Book::translator.id.eq(None::<i64>))).a().all(&db).await?, [1, 2, 5]);
    // What a row holds can be looked for, whatever it is.
    let books = Book::objects().a().all(&db).await?;
    for book in &books {
        let held = &book.translator;
        let expected = books.iter().filter(|other| other.translator == *held).count() as u64;
        assert_eq!(Book::objects().filter(Book::translator.eq(book.translator)).a().count(&db).await?, expected, "{book:?}");
        assert_eq!(Book::objects().filter(Book::translator.ne(held)).a().count(&db).await?, 6 - expected, "{book:?}");
    }
    // Also where an earlier step of the path leads nowhere.
    assert_eq!(ids(Book::objects().filter(Book::translator.mentor.eq(None))).a().all(&db).await?, [1, 2, 5]);
    assert_eq!(ids(Book::objects().filter(Book::translator.country.eq(None))).a().all(&db).await?, [1, 2, 5]);
    assert_eq!(Book::objects().filter(Book::author.mentor.ne(None)).a().count(&db).await?, 0);
    // Among others it does not count.
    let kandel = Some(ForeignKey::new(3));
    assert_eq!(ids(Book::objects().filter(Book::translator.in_([None, kandel]))).a().all(&db).await?, [4, 6]);
    assert_eq!(ids(Book::objects().exclude(Book::translator.in_([None, kandel]))).a().all(&db).await?, [1, 2, 3, 5]);
    Ok(())
}

#[everywhere]
async fn in_takes_lists_and_queries(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    assert_eq!(Book::objects().filter(Book::id.in_([1, 3, 99])).a().count(&db).await?, 2);
    assert_eq!(Book::objects().filter(Book::title.in_(["Solaris", "The Cyberiad"])).a().count(&db).await?, 2);
    let none: [i64; 0] = [];
    assert_eq!(Book::objects().filter(Book::id.in_(none)).a().count(&db).await?, 0);
    assert_eq!(Book::objects().exclude(Book::id.in_(none)).a().count(&db).await?, 6);
    assert_eq!(Book::objects().filter(Book::id.in_(none) | Book::id.eq(2)).a().count(&db).await?, 1);
    assert_eq!(Author::objects().filter(Author::born.in_([None::<i32>])).a().count(&db).await?, 0);
    assert_eq!(Author::objects().filter(Author::born.in_([None, Some(1929)])).a().count(&db).await?, 1);
    assert_eq!(Author::objects().exclude(Author::born.in_([1929])).a().count(&db).await?, 3);
    // The query yields a NULL: it does not count, neither in nor out.
    let years = Author::objects().values(Author::born);
    assert_eq!(Author::objects().filter(Author::born.in_(years.clone())).a().count(&db).await?, 3);
    assert_eq!(Author::objects().exclude(Author::born.in_(years)).a().count(&db).await?, 1);
    let old = Author::objects().filter(Author::born.lt(1925)).values(Author::id);
    assert_eq!(Book::objects().filter(Book::author.id.in_(old.clone())).a().count(&db).await?, 3);
    assert_eq!(Book::objects().exclude(Book::author.id.in_(old)).a().count(&db).await?, 3);
    let nobody = Author::objects().none().values(Author::id);
    assert_eq!(Book::objects().exclude(Book::author.id.in_(nobody)).a().count(&db).await?, 6);
    Ok(())
}

#[everywhere]
async fn in_takes_a_million_values(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    assert_eq!(Book::objects().filter(Book::id.in_(3..1_000_003)).a().count(&db).await?, 4);
    Ok(())
}

#[everywhere]
async fn text_lookups_take_every_character_as_it_is(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let authors = Author::objects;
    assert_eq!(authors().filter(Author::name.contains("%")).a().count(&db).await?, 1);
    assert_eq!(authors().filter(Author::name.contains("_")).a().count(&db).await?, 1);
    assert_eq!(authors().filter(Author::name.contains("\\")).a().count(&db).await?, 1);
    assert_eq!(authors().filter(Author::name.startswith("100%_")).a().count(&db).await?, 1);
    assert_eq!(authors().filter(Author::name.endswith("\\ Name")).a().count(&db).await?, 1);
    assert_eq!(authors().filter(Author::name.contains("")).a().count(&db).await?, 4);
    assert_eq!(authors().filter(Author::name.endswith("")).a().count(&db).await?, 4);
    assert_eq!(authors().filter(Author::name.startswith("")).a().count(&db).await?, 4);
    assert_eq!(authors().filter(Author::name.endswith("a name longer than any of them is")).a().count(&db).await?, 0);
    // Case counts, and does not count in the i-variants, beyond ASCII too.
    assert_eq!(authors().filter(Author::name.contains("lem")).a().count(&db).await?, 0);
    assert_eq!(authors().filter(Author::name.icontains("LEM")).a().count(&db).await?, 1);
    assert_eq!(authors().filter(Author::name.icontains("stanisŁAW")).a().count(&db).await?, 1);
    assert_eq!(authors().filter(Author::name.istartswith("URSULA")).a().count(&db).await?, 1);
    assert_eq!(authors().filter(Author::name.iendswith("KANDEL")).a().count(&db).await?, 1);
    assert_eq!(Book::objects().filter(Book::note.istartswith("über")).a().count(&db).await?, 1);
    assert_eq!(Book::objects().filter(Book::note.startswith("über")).a().count(&db).await?, 0);
    Ok(())
}

#[everywhere]
async fn regular_expressions(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    assert_eq!(Book::objects().filter(Book::title.regex(r"^The .*(ss|d)$")).a().count(&db).await?, 3);
    assert_eq!(Book::objects().filter(Book::title.iregex("^the")).a().count(&db).await?, 3);
    assert_eq!(Book::objects().filter(Book::note.regex(".*")).a().count(&db).await?, 4, "NULL never matches");
    let wrong = Book::objects().filter(Book::title.regex("(")).a().count(&db).await;
    assert!(wrong.is_err(), "a pattern that is none is an error: {wrong:?}");
    Ok(())
}

#[everywhere]
async fn date_parts(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let books = Book::objects;
    assert_eq!(books().filter(Book::published.year().eq(1968)).a().count(&db).await?, 2, "both ends of the year");
    assert_eq!(books().filter(Book::published.year().gte(1968)).a().count(&db).await?, 4);
    assert_eq!(books().filter(Book::published.year().lt(1968)).a().count(&db).await?, 2);
    assert_eq!(books().filter(Book::published.year().gt(1968)).a().count(&db).await?, 2);
    assert_eq!(books().filter(Book::published.year().lte(1968)).a().count(&db).await?, 4);
    assert_eq!(books().filter(Book::published.year().range(1965, 1968)).a().count(&db).await?, 3);
    assert_eq!(books().exclude(Book::published.year().eq(1968)).a().count(&db).await?, 4);
    assert_eq!(books().filter(Book::published.year().eq(0)).a().count(&db).await?, 0);
    assert_eq!(books().filter(Book::published.year().lt(20_000)).a().count(&db).await?, 6);
    assert_eq!(books().filter(Book::published.month().eq(1)).a().count(&db).await?, 2);
    assert_eq!(books().filter(Book::published.day().eq(31)).a().count(&db).await?, 1);
    assert_eq!(books().filter(Book::published.quarter().eq(2)).a().count(&db).await?, 2);
    // 1969-03-01 was a Saturday, in ISO week 9; 1968-12-31 a Tuesday in week 1 of 1969.
    let of = (Book::published.week_day(), Book::published.iso_week_day(), Book::published.week(), Book::published.iso_year());
    assert_eq!(books().filter(Book::id.eq(2)).values(of.clone()).a().get(&db).await?, (7, 6, 9, 1969));
    assert_eq!(books().filter(Book::id.eq(5)).values(of).a().get(&db).await?, (3, 2, 1, 1969));
    Ok(())
}

#[everywhere]
async fn conditions_combine(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let the = Book::title.startswith("The");
    let long = Book::pages.gt(290);
    assert_eq!(ids(Book::objects().filter(the.clone() & long.clone())).a().all(&db).await?, [1, 4]);
    assert_eq!(ids(Book::objects().filter(the.clone() | long.clone())).a().all(&db).await?, [1, 2, 4]);
    assert_eq!(ids(Book::objects().filter(the.clone() ^ long.clone())).a().all(&db).await?, [2]);
    assert_eq!(ids(Book::objects().filter(!(the.clone() ^ long.clone()))).a().all(&db).await?, [1, 3, 4, 5, 6]);
    assert_eq!(ids(Book::objects().filter(!(the.clone() & long.clone()))).a().all(&db).await?, [2, 3, 5, 6]);
    assert_eq!(ids(Book::objects().filter(!(the.clone() | long.clone()))).a().all(&db).await?, [3, 5, 6]);
    // An odd number of three; a NULL is not true.
    let noted = Book::note.contains("e");
    assert_eq!(ids(Book::objects().filter(the ^ long ^ noted)).a().all(&db).await?, [2, 3, 5]);
    let all: Cond<Book> = [Book::id.gt(1), Book::id.lt(4)].into_iter().collect();
    assert_eq!(ids(Book::objects().filter(all)).a().all(&db).await?, [2, 3]);
    Ok(())
}

#[everywhere]
async fn columns_compare_and_compute(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    assert_eq!(ids(Book::objects().filter(Book::pages.eq(Book::pages))).a().all(&db).await?.len(), 6);
    assert_eq!(ids(Book::objects().filter((Book::pages * 2).gt(600))).a().all(&db).await?, [1]);
    assert_eq!(ids(Book::objects().filter((Book::pages + 5 - 5).eq(204))).a().all(&db).await?, [3]);
    assert_eq!(ids(Book::objects().filter((Book::pages % 2).eq(0))).a().all(&db).await?, [2, 3]);
    assert_eq!(Book::objects().filter(Book::id.eq(6)).values((Book::pages / 2, -Book::pages)).a().get(&db).await?, (99, -199));
    // Both sides guarded: rows whose right side is NULL are not lost.
    assert_eq!(ids(Book::objects().exclude(Book::title.eq(Book::note))).a().all(&db).await?.len(), 6);
    assert_eq!(ids(Book::objects().filter(Book::title.ne(Book::translator.name))).a().all(&db).await?.len(), 6);
    Ok(())
}

#[everywhere]
async fn order_reverse_and_default_order(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let ids = Book::objects().values(Book::id).a().all(&db).await?;
    assert_eq!(ids, [1, 2, 5, 6, 4, 3], "the model's order: the latest first");
    let ids = Book::objects().reverse().values(Book::id).a().all(&db).await?;
    assert_eq!(ids, [3, 4, 6, 5, 2, 1]);
    let ids = Book::objects().order_by((Book::author.name.asc(), Book::pages.desc())).values(Book::id).a().all(&db).await?;
    assert_eq!(ids, [4, 3, 6, 1, 2, 5]);
    let ids = Author::objects().order_by(Author::born.asc().nulls_last()).values(Author::id).a().all(&db).await?;
    assert_eq!(ids, [2, 1, 4, 3]);
    let ids = Author::objects().order_by(Author::born.desc().nulls_first()).values(Author::id).a().all(&db).await?;
    assert_eq!(ids, [3, 4, 1, 2]);
    let ids = Author::objects().order_by(Author::born.desc().nulls_first()).reverse().values(Author::id).a().all(&db).await?;
    assert_eq!(ids, [2, 1, 4, 3]);
    Ok(())
}

#[everywhere]
async fn slices(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let by_id = || Book::objects().order_by(Book::id.asc());
    assert_eq!(by_id().limit(2).values(Book::id).a().all(&db).await?, [1, 2]);
    assert_eq!(by_id().offset(4).values(Book::id).a().all(&db).await?, [5, 6]);
    assert_eq!(by_id().offset(1).limit(2).values(Book::id).a().all(&db).await?, [2, 3]);
    assert_eq!(by_id().slice(1..5).slice(1..3).values(Book::id).a().all(&db).await?, [3, 4], "a slice of a slice");
    assert_eq!(by_id().slice(1..=2).values(Book::id).a().all(&db).await?, [2, 3]);
    assert_eq!(by_id().slice(2..2).a().count(&db).await?, 0);
    assert_eq!(by_id().slice(4..10).a().count(&db).await?, 2, "count honours the slice");
    assert!(!by_id().offset(6).a().exists(&db).await?);
    assert!(by_id().offset(5).a().exists(&db).await?);
    let filtered = by_id().limit(2).filter(Book::id.gt(1)).a().all(&db).await;
    assert!(matches!(filtered, Err(Error::InvalidQuery(_))), "{filtered:?}");
    let ordered = by_id().limit(2).order_by(Book::title.asc()).a().all(&db).await;
    assert!(matches!(ordered, Err(Error::InvalidQuery(_))), "{ordered:?}");
    let updated = by_id().limit(2).a().update(Book::pages.set(1), &db).await;
    assert!(matches!(updated, Err(Error::InvalidQuery(_))), "{updated:?}");
    let deleted = by_id().limit(2).a().delete(&db).await;
    assert!(matches!(deleted, Err(Error::InvalidQuery(_))), "{deleted:?}");
    Ok(())
}

#[everywhere]
async fn get_first_and_last(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let none = Book::objects().filter(Book::id.eq(99)).a().get(&db).await;
    assert!(matches!(none, Err(Error::DoesNotExist { model: "Book" })), "{none:?}");
    let many = Book::objects().a().get(&db).await;
    assert!(matches!(many, Err(Error::MultipleObjects { model: "Book" })), "{many:?}");
    assert_eq!(Book::objects().a().first(&db).await?.map(|book| book.id), Some(1));
    assert_eq!(Book::objects().a().last(&db).await?.map(|book| book.id), Some(3));
    assert_eq!(Author::objects().a().first(&db).await?.map(|author| author.id), Some(1), "by key where there is no order");
    assert_eq!(Author::objects().a().last(&db).await?.map(|author| author.id), Some(4));
    assert_eq!(Author::objects().none().a().first(&db).await?, None);
    assert!(matches!(Author::objects().limit(2).a().last(&db).await, Err(Error::InvalidQuery(_))));
    Ok(())
}

#[everywhere]
async fn values_and_distinct(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let rows = Book::objects().filter(Book::id.lte(2)).order_by(Book::id).values((
        Book::title,
        Book::author.name,
        Book::translator.name,
    ));
    assert_eq!(
        rows.a().all(&db).await?,
        [
            ("The Dispossessed".to_owned(), "Ursula K. Le Guin".to_owned(), None),
            ("The Left Hand of Darkness".to_owned(), "Ursula K. Le Guin".to_owned(), None),
        ]
    );
    let years = Book::objects().values(Book::published.year()).distinct();
    assert_eq!(years.clone().a().count(&db).await?, 5);
    assert_eq!(years.a().all(&db).await?.len(), 5, "the model's order adds no rows");
    let wrong = Book::objects().order_by(Book::title.asc()).values(Book::pages).distinct().a().all(&db).await;
    assert!(matches!(wrong, Err(Error::InvalidQuery(_))), "{wrong:?}");
    let keys = Book::objects().order_by(Book::id).values((Book::author, Book::translator)).a().first(&db).await?;
    assert_eq!(keys, Some((ForeignKey::new(1), None)));
    Ok(())
}

#[derive(Values, Debug, PartialEq)]
#[values(Book)]
struct Card {
    title: String,
    #[values(author.name)]
    by: String,
    #[values(expr = Book::pages * 2)]
    sides: i32,
}

#[everywhere]
async fn values_of_a_struct(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let card = Book::objects().filter(Book::id.eq(3)).values_as::<Card>().a().get(&db).await?;
    assert_eq!(card, Card { title: "Solaris".into(), by: "Stanisław Lem".into(), sides: 408 });
    Ok(())
}

#[everywhere]
async fn none_is_nothing(db: AsyncDatabase) -> Result<(), Error> {
    // No table is there: a query that was sent would fail.
    assert_eq!(Book::objects().none().a().all(&db).await?, []);
    assert_eq!(Book::objects().none().a().count(&db).await?, 0);
    assert!(!Book::objects().none().a().exists(&db).await?);
    assert_eq!(Book::objects().none().a().update(Book::pages.set(1), &db).await?, 0);
    assert_eq!(Book::objects().none().a().delete(&db).await?, 0);
    assert_eq!(Book::objects().filter(Book::pages.eq(3_000_000_000_i64)).a().count(&db).await?, 0, "out of an i32's range");
    assert!(Book::objects().a().all(&db).await.is_err(), "this one is sent");
    Ok(())
}
