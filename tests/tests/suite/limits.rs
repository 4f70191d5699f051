//! What is very wide, very deep or very large gives an answer or a typed error, also where there is little stack.

use amphi::expr::MAX_DEPTH;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use crate::apart::apart_on_a_small_stack;
use crate::library::{Author, Book, Fill};
use crate::support::TempFile;

/// Two conditions made one.
type Join = fn(Cond<Book>, Cond<Book>) -> Cond<Book>;
/// One more level around a condition, made of two others.
type Nest = fn(Cond<Book>, Cond<Book>, Cond<Book>) -> Cond<Book>;
/// One more level around a number.
type Step = fn(Expr<Book, i32>) -> Expr<Book, i32>;
/// Counts a query's rows in both modes.
type Count<'d> = &'d dyn Fn(QuerySet<Book>) -> Result<u64, Error>;

const MANY: usize = 100_000;
/// As many values as SQLite takes.
const VALUES: usize = 32_766;

/// Runs a body on a filled database, as a child process on a thread with little stack.
#[track_caller]
fn within_little(test: &'static str, body: fn(&Database, Count<'_>)) {
    apart_on_a_small_stack(test, move || {
        let file = TempFile::new();
        let db = Database::connect(&file.url()).unwrap();
        db.fill().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let of_both = |query: QuerySet<Book>| {
            let blocking = query.clone().count(&db);
            let asynchronous = runtime.block_on(query.a().count(&db.a()));
            assert_eq!(format!("{blocking:?}"), format!("{asynchronous:?}"));
            blocking
        };
        body(&db, &of_both);
    });
}

/// Cloned, printed, rendered and dropped, without a word of what it says.
fn handled(condition: &Cond<Book>) {
    let copy = condition.clone();
    assert!(!format!("{copy:?} {copy:#?}").is_empty());
    let query = Book::objects().filter(copy).exclude(condition.clone());
    assert!(!format!("{:?}", query.clone()).is_empty());
    drop(query.to_sql(amphi::Backend::Sqlite));
    drop(query);
}

fn many(term: fn() -> Cond<Book>, join: Join) -> Cond<Book> {
    (1..MANY).fold(term(), |all, _| join(all, term()))
}

#[test]
fn a_hundred_thousand_terms_and() {
    within_little("limits::a_hundred_thousand_terms_and", |_, count| {
        let term = || Book::note.isnull(true);
        for all in [many(term, |all, term| all & term), many(term, |all, term| term & all)] {
            handled(&all);
            assert_eq!(count(Book::objects().filter(all.clone())).unwrap(), 2);
            assert_eq!(count(Book::objects().exclude(all)).unwrap(), 4);
        }
    });
}

#[test]
fn a_hundred_thousand_terms_or() {
    within_little("limits::a_hundred_thousand_terms_or", |_, count| {
        let term = || Book::note.isnull(true);
        for any in [many(term, |any, term| any | term), many(term, |any, term| term | any)] {
            handled(&any);
            assert_eq!(count(Book::objects().filter(any.clone())).unwrap(), 2);
            assert_eq!(count(Book::objects().exclude(any)).unwrap(), 4);
        }
    });
}

#[test]
fn a_hundred_thousand_terms_xor() {
    within_little("limits::a_hundred_thousand_terms_xor", |_, count| {
        let term = || Book::note.isnull(true);
        for odd in [many(term, |odd, term| odd ^ term), many(term, |odd, term| term ^ odd)] {
            handled(&odd);
            assert_eq!(count(Book::objects().filter(odd.clone())).unwrap(), 0);
            assert_eq!(count(Book::objects().filter(odd ^ term())).unwrap(), 2);
        }
    });
}

#[test]
fn a_hundred_thousand_terms_collected_and_filtered_one_by_one() {
    within_little("limits::a_hundred_thousand_terms_collected_and_filtered_one_by_one", |_, count| {
        let all: Cond<Book> = (0..MANY).map(|_| Book::note.isnull(true)).collect();
        handled(&all);
        assert_eq!(count(Book::objects().filter(all)).unwrap(), 2);
        let query = (0..MANY).fold(Book::objects(), |query, _| query.exclude(Book::note.isnull(false)));
        assert_eq!(count(query).unwrap(), 2);
        let lists: Vec<_> = (0..MANY).map(|_| Book::title).collect();
        assert_eq!(count(Book::objects().filter(Book::title.in_(lists))).unwrap(), 6);
    });
}

#[test]
fn too_many_values_are_told_before_anything_is_sent() {
    within_little("limits::too_many_values_are_told_before_anything_is_sent", |db, count| {
        let any = (0..MANY as i64).map(|id| Book::id.eq(id)).fold(Cond::never(), |any, term| any | term);
        handled(&any);
        let told = count(Book::objects().filter(any.clone()));
        assert!(matches!(told, Err(Error::TooManyParameters { got: MANY, max: VALUES })), "{told:?}");
        let told = Book::objects().filter(any.clone()).update(Book::pages.set(1), db);
        assert!(matches!(told, Err(Error::TooManyParameters { max: VALUES, .. })), "{told:?}");
        let told = Book::objects().filter(any.clone()).delete(db);
        assert!(matches!(told, Err(Error::TooManyParameters { max: VALUES, .. })), "{told:?}");
        assert!(matches!(Book::objects().filter(any.clone()).iter(db).map(drop), Err(Error::TooManyParameters { .. })));
        // The connections go on, and in a transaction nothing was sent that could have killed it.
        let inside = db.atomic(|tx| {
            let told = Book::objects().filter(any.clone()).count(tx);
            assert!(matches!(told, Err(Error::TooManyParameters { .. })), "{told:?}");
            Book::objects().count(tx)
        });
        assert_eq!(inside.unwrap(), 6);
        // A list is one value, however long.
        assert_eq!(count(Book::objects().filter(Book::id.in_(0..MANY as i64))).unwrap(), 6);
    });
}

#[test]
fn as_many_values_as_the_database_takes() {
    within_little("limits::as_many_values_as_the_database_takes", |db, count| {
        let any = |values: usize| (0..values as i64).map(|id| Book::id.eq(id)).fold(Cond::never(), |any, term| any | term);
        assert_eq!(count(Book::objects().filter(any(VALUES))).unwrap(), 6);
        assert_eq!(Book::objects().filter(any(VALUES - 1)).limit(3).all(db).unwrap().len(), 3);
        assert_eq!(Book::objects().filter(any(VALUES - 1)).update(Book::pages.set(1), db).unwrap(), 6);
        for refused in [
            count(Book::objects().filter(any(VALUES + 1))),
            count(Book::objects().filter(any(VALUES)).limit(3)),
            Book::objects().filter(any(VALUES)).update(Book::pages.set(2), db),
        ] {
            assert!(matches!(refused, Err(Error::TooManyParameters { got, max: VALUES }) if got == VALUES + 1), "{refused:?}");
        }
        assert_eq!(Book::objects().filter(any(VALUES)).delete(db).unwrap(), 6);
    });
}

#[track_caller]
fn assert_too_deep<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::TooDeep { max: MAX_DEPTH })), "{outcome:?}");
}

#[test]
fn conditions_nested_too_deep() {
    within_little("limits::conditions_nested_too_deep", |db, count| {
        let (a, b) = (|| Book::note.isnull(true), || Book::pages.gt(200));
        let nested: [Nest; 6] = [
            |inner, a, b| !(a & !(b & inner)),
            |inner, a, b| !(!(inner & b) & a),
            |inner, a, b| a & (b | inner),
            |inner, a, b| (inner | b) & a,
            |inner, a, b| (inner ^ b) | a,
            |inner, a, b| !(inner ^ b) ^ !a,
        ];
        for nest in nested {
            let deep = (0..MANY).fold(a() & b(), |inner, _| nest(inner, a(), b()));
            handled(&deep);
            assert_too_deep(count(Book::objects().filter(deep.clone())));
            assert_too_deep(count(Book::objects().exclude(a() | deep.clone())));
            assert_too_deep(Book::objects().filter(deep.clone()).update(Book::pages.set(1), db));
            assert_too_deep(Book::objects().filter(deep.clone()).delete(db));
            assert_too_deep(Book::objects().filter(deep).get(db));
        }
        assert_eq!(Book::objects().count(db).unwrap(), 6);
    });
}

#[test]
fn conditions_nested_as_deep_as_they_may_be() {
    within_little("limits::conditions_nested_as_deep_as_they_may_be", |_, count| {
        // Each level negates, and turns the answer around.
        let mut nested = Book::pages.gt(200);
        let mut expected = 4;
        for level in 1..=MAX_DEPTH {
            nested = !(Cond::always() & nested & Book::id.isnull(false));
            expected = 6 - expected;
            match count(Book::objects().filter(nested.clone())) {
                Ok(found) => assert_eq!(found, expected, "at level {level}"),
                Err(Error::TooDeep { .. }) if level > MAX_DEPTH / 4 => return,
                other => panic!("{other:?} at level {level}"),
            }
        }
    });
}

#[test]
fn conditions_both_wide_and_deep() {
    within_little("limits::conditions_both_wide_and_deep", |_, count| {
        // The inner condition stands in front of its siblings, then behind them: SQLite counts both as depth.
        for front in [true, false] {
            let mut nested = Book::note.isnull(true);
            for level in 0..40 {
                let wide = |nested: Cond<Book>, join: Join| {
                    let siblings = (0..60).map(|at| if level % 2 == 0 { Book::id.isnull(false) } else { Book::pages.lt(-at) });
                    match front {
                        true => siblings.fold(nested, join),
                        false => {
                            let siblings = siblings.reduce(join).expect("sixty");
                            join(siblings, nested)
                        }
                    }
                };
                nested = if level % 2 == 0 { wide(nested, |all, term| all & term) } else { wide(nested, |any, term| any | term) };
                match count(Book::objects().filter(nested.clone())) {
                    Ok(found) => assert_eq!(found, 2, "at level {level}"),
                    Err(Error::TooDeep { .. }) => break,
                    other => panic!("{other:?} at level {level}"),
                }
            }
        }
    });
}

#[test]
fn arithmetic_nested_too_deep() {
    within_little("limits::arithmetic_nested_too_deep", |db, count| {
        let deep: [Step; 4] = [|e| e + 1, |e| Expr::value(1) - e, |e| -e, |e| Book::pages * (e % 7)];
        for step in deep {
            let deep = || (0..MANY).fold(Book::pages + 0, |inner, _| step(inner));
            assert!(!format!("{:?} {:#?}", deep().clone(), deep()).is_empty());
            for condition in [
                deep().eq(1),
                deep().range(0, 1),
                deep().in_([1, 2]),
                deep().isnull(true),
                Book::pages.lt(deep()),
                Book::pages.range(deep(), 1_000),
                Book::pages.in_([deep()]),
                Book::pages.gt(1) & !deep().eq(1),
            ] {
                handled(&condition);
                assert_too_deep(count(Book::objects().filter(condition)));
            }
            assert_too_deep(Book::objects().order_by(deep().asc()).all(db));
            assert_too_deep(Book::objects().values(deep()).all(db));
            assert_too_deep(Book::objects().update(Book::pages.set(deep()), db));
        }
        assert_too_deep(count(Book::objects().filter((0..MANY).fold(Book::published.year(), |e, _| e + 1).eq(1))));
    });
}

#[test]
fn arithmetic_nested_as_deep_as_it_may_be() {
    within_little("limits::arithmetic_nested_as_deep_as_it_may_be", |db, _| {
        let mut sum = Book::pages + 0;
        for level in 1..MAX_DEPTH {
            sum = if level % 2 == 0 { sum + 1 } else { Expr::value(1) + sum };
            let expected = 204 + i32::try_from(level).unwrap();
            let first = Book::objects().filter(Book::title.eq("Solaris")).values(sum.clone()).get(db);
            assert_eq!(first.unwrap(), expected);
        }
    });
}

/// All books, asked for through so many queries inside each other.
fn nested(levels: usize) -> QuerySet<Book> {
    (0..levels).fold(Book::objects(), |inner, _| Book::objects().filter(Book::id.in_(inner.order_by(()).values(Book::id))))
}

#[test]
fn queries_nested_in_queries() {
    within_little("limits::queries_nested_in_queries", |_, count| {
        for levels in [1, 5, 15] {
            assert_eq!(count(nested(levels)).unwrap(), 6, "{levels} levels");
        }
    });
}

#[test]
fn queries_nested_too_deep() {
    within_little("limits::queries_nested_too_deep", |db, count| {
        let deep = nested(MANY);
        assert!(!format!("{:?}", deep.clone()).is_empty());
        assert_too_deep(count(deep.clone()));
        assert_too_deep(deep.clone().update(Book::pages.set(1), db));
        assert_too_deep(deep.delete(db));
        // Of another model, and in turns.
        let turns = (0..MANY / 2).fold(Book::objects(), |inner, _| {
            let authors = Author::objects().filter(Author::id.in_(inner.order_by(()).values(Book::author.id)));
            Book::objects().exclude(Book::author.id.in_(authors.values(Author::id)))
        });
        assert_too_deep(count(turns));
    });
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Parcel {
    id: i64,
    data: Vec<u8>,
    text: Option<String>,
}

#[everywhere]
async fn a_hundred_megabytes_go_in_and_out(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Parcel]).await?;
    const SIZE: usize = 100_000_000;
    let data: Vec<u8> = (0..=250_u8).cycle().take(SIZE).collect();
    let parcel = Parcel::create().data(data).text("ł".repeat(SIZE / 20)).a().insert(&db).await?;
    let mut read = Parcel::objects().a().get(&db).await?;
    assert!(read == parcel, "what came back differs");
    read.data.reverse();
    read.a().save(&db).await?;
    let mut stream = Parcel::objects().a().all(&db).await?.into_iter();
    assert!(stream.next().is_some_and(|again| again == read && again != parcel), "what came back differs");
    assert_eq!(Parcel::objects().filter(Parcel::data.eq(read.data)).a().count(&db).await?, 1);
    Ok(())
}
