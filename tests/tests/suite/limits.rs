//! What is very wide, very deep or very large gives an answer or a typed error, also where there is little stack.

use amphi::Backend;
use amphi::expr::MAX_DEPTH;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use amphi_tests::library::{Author, Book, Country, Fill};

/// Two conditions made one.
type Join = fn(Cond<Book>, Cond<Book>) -> Cond<Book>;
/// One more level around a condition, made of two others.
type Nest = fn(Cond<Book>, Cond<Book>, Cond<Book>) -> Cond<Book>;
/// One more level around a number.
type Step = fn(Expr<Book, i32>) -> Expr<Book, i32>;

const MANY: usize = 100_000;

/// How many values one statement of a database binds.
fn most(backend: Backend) -> usize {
    backend.dialect().features().max_parameters
}

/// Cloned, printed, rendered and dropped, without a word of what it says.
fn handled(condition: &Cond<Book>, backend: Backend) {
    let copy = condition.clone();
    assert!(!format!("{copy:?} {copy:#?}").is_empty());
    let query = Book::objects().filter(copy).exclude(condition.clone());
    assert!(!format!("{:?}", query.clone()).is_empty());
    drop(query.to_sql(backend));
    drop(query);
}

fn unnoted() -> Cond<Book> {
    Book::note.isnull(true)
}

fn many(join: Join) -> Cond<Book> {
    (1..MANY).fold(unnoted(), |all, _| join(all, unnoted()))
}

/// One of so many keys, each a value of its own.
fn any(keys: usize) -> Cond<Book> {
    (0..keys as i64).map(|id| Book::id.eq(id)).fold(Cond::never(), |any, term| any | term)
}

#[everywhere(on_a_small_stack)]
async fn a_hundred_thousand_terms_and(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let joins: [Join; 2] = [|all, term| all & term, |all, term| term & all];
    for all in joins.map(many) {
        handled(&all, db.backend());
        assert_eq!(Book::objects().filter(all.clone()).a().count(&db).await?, 2);
        assert_eq!(Book::objects().exclude(all).a().count(&db).await?, 4);
    }
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn a_hundred_thousand_terms_or(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let joins: [Join; 2] = [|any, term| any | term, |any, term| term | any];
    for any in joins.map(many) {
        handled(&any, db.backend());
        assert_eq!(Book::objects().filter(any.clone()).a().count(&db).await?, 2);
        assert_eq!(Book::objects().exclude(any).a().count(&db).await?, 4);
    }
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn a_hundred_thousand_terms_xor(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let joins: [Join; 2] = [|odd, term| odd ^ term, |odd, term| term ^ odd];
    for odd in joins.map(many) {
        handled(&odd, db.backend());
        assert_eq!(Book::objects().filter(odd.clone()).a().count(&db).await?, 0);
        assert_eq!(Book::objects().filter(odd ^ unnoted()).a().count(&db).await?, 2);
    }
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn a_hundred_thousand_terms_collected_and_filtered_one_by_one(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let all: Cond<Book> = (0..MANY).map(|_| unnoted()).collect();
    handled(&all, db.backend());
    assert_eq!(Book::objects().filter(all).a().count(&db).await?, 2);
    let query = (0..MANY).fold(Book::objects(), |query, _| query.exclude(Book::note.isnull(false)));
    assert_eq!(query.a().count(&db).await?, 2);
    let lists: Vec<_> = (0..MANY).map(|_| Book::title).collect();
    assert_eq!(Book::objects().filter(Book::title.in_(lists)).a().count(&db).await?, 6);
    Ok(())
}

/// With two relations to many.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "limits_tree")]
#[has_many(buds: Bud::tree)]
#[has_many(birds: Bird::tree)]
struct Tree {
    id: i64,
    height: i32,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "limits_bud")]
struct Bud {
    id: i64,
    tree: ForeignKey<Tree>,
    height: i32,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "limits_bird")]
struct Bird {
    id: i64,
    tree: ForeignKey<Tree>,
    height: i32,
}

#[everywhere(on_a_small_stack)]
async fn a_hundred_thousand_terms_over_two_relations(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Tree, Bud, Bird]).await?;
    Tree::objects().a().bulk_create([1, 2, 3].map(|id| Tree::create().id(id).height(10)), &db).await?;
    Bud::objects().a().bulk_create([(1, 5), (2, 5), (2, 15)].map(|(tree, at)| Bud::create().tree(tree).height(at)), &db).await?;
    Bird::objects().a().bulk_create([(1, 20), (2, 5)].map(|(tree, at)| Bird::create().tree(tree).height(at)), &db).await?;
    let (bud, bird) = (|| Tree::buds.height.lt(Tree::height), || Tree::birds.height.lt(Tree::height));
    let turns = |at: usize| if at.is_multiple_of(2) { bud() } else { bird() };
    let all: Cond<Tree> = (0..MANY).map(turns).collect();
    assert_eq!(Tree::objects().filter(all.clone()).values(Tree::id).a().all(&db).await?, [2]);
    assert_eq!(Tree::objects().exclude(all.clone()).order_by(Tree::id).values(Tree::id).a().all(&db).await?, [1, 3]);
    // A term about a row of both makes all of them about these two rows.
    let linked = Tree::objects().filter(all & (bud() | bird()));
    assert!(linked.to_sql(db.backend()).is_ok());
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn too_many_values_are_told_before_anything_is_sent(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let most = most(db.backend());
    let any = any(MANY);
    handled(&any, db.backend());
    let told = Book::objects().filter(any.clone()).a().count(&db).await;
    assert!(matches!(told, Err(Error::TooManyParameters { got: MANY, max }) if max == most), "{told:?}");
    let told = Book::objects().filter(any.clone()).a().update(Book::pages.set(1), &db).await;
    assert!(matches!(told, Err(Error::TooManyParameters { max, .. }) if max == most), "{told:?}");
    let told = Book::objects().filter(any.clone()).a().delete(&db).await;
    assert!(matches!(told, Err(Error::TooManyParameters { max, .. }) if max == most), "{told:?}");
    // The connections go on, and in a transaction nothing was sent that could have killed it.
    let inside = db.atomic(async |tx: &AsyncTransaction| {
        let told = Book::objects().filter(any.clone()).a().count(tx).await;
        assert!(matches!(told, Err(Error::TooManyParameters { .. })), "{told:?}");
        Book::objects().a().count(tx).await
    });
    assert_eq!(inside.await?, 6);
    // A list is one value, however long.
    assert_eq!(Book::objects().filter(Book::id.in_(0..MANY as i64)).a().count(&db).await?, 6);
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn as_many_values_as_the_database_takes(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let most = most(db.backend());
    assert_eq!(Book::objects().filter(any(most)).a().count(&db).await?, 6);
    assert_eq!(Book::objects().filter(any(most - 1)).limit(3).a().all(&db).await?.len(), 3);
    assert_eq!(Book::objects().filter(any(most - 1)).a().update(Book::pages.set(1), &db).await?, 6);
    for refused in [
        Book::objects().filter(any(most + 1)).a().count(&db).await,
        Book::objects().filter(any(most)).limit(3).a().count(&db).await,
        Book::objects().filter(any(most)).a().update(Book::pages.set(2), &db).await,
    ] {
        assert!(matches!(refused, Err(Error::TooManyParameters { got, max }) if got == most + 1 && max == most), "{refused:?}");
    }
    assert_eq!(Book::objects().filter(any(most)).a().delete(&db).await?, 6);
    Ok(())
}

#[everywhere]
async fn a_list_of_a_million_values(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    const MILLION: i64 = 1_000_000;
    assert_eq!(Book::objects().filter(Book::id.in_(3..3 + MILLION)).a().count(&db).await?, 4);
    assert_eq!(Book::objects().exclude(Book::id.in_(3..3 + MILLION)).a().count(&db).await?, 2);
    assert_eq!(Book::objects().filter(Book::id.in_(3..3 + MILLION)).a().update(Book::pages.set(1), &db).await?, 4);
    assert_eq!(Book::objects().filter(Book::id.in_(3..3 + MILLION)).a().delete(&db).await?, 4);
    Ok(())
}

/// So many texts, of which two are titles of books: of other alphabets, with what SQL and JSON quote, empty, twice.
fn texts(count: usize) -> impl Iterator<Item = String> {
    let special = ["", "Solaris", "it's \"quoted\" \\ `so`", "Żółć ł 🦀", "SOLARIS", "solaris ", "Solaris", "x\ny", "%_["];
    special
        .map(str::to_owned)
        .into_iter()
        .chain((special.len()..count - 1).map(|at| format!("no {at}")))
        .chain(["Żółć 🦀".to_owned()])
}

#[everywhere]
async fn a_list_of_a_million_texts(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    const MILLION: usize = 1_000_000;
    assert_eq!(texts(MILLION).count(), MILLION);
    let renamed = Book::objects().filter(Book::id.eq(6)).a().update(Book::title.set("Żółć 🦀"), &db).await?;
    assert_eq!(renamed, 1);
    let listed = || Book::title.in_(texts(MILLION));
    let found = Book::objects().filter(listed()).order_by(Book::id).a().all(&db).await?;
    assert_eq!(found.iter().map(|book| book.id).collect::<Vec<_>>(), [3, 6]);
    assert_eq!(Book::objects().filter(listed()).a().count(&db).await?, 2);
    Ok(())
}

/// MariaDB opens a list of few short texts in another way than one of many or of long texts.
#[everywhere]
async fn lists_of_texts_of_all_lengths(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let notes = ["x".repeat(255), "x".repeat(256), "🦀".repeat(255), String::new(), "a ".to_owned()];
    for (id, note) in (1..).zip(notes) {
        assert_eq!(Book::objects().filter(Book::id.eq(id)).a().update(Book::note.set(Some(note)), &db).await?, 1);
    }
    // The sixth book has no note.
    let short = || ["x".repeat(255), "🦀".repeat(255), String::new(), "a".to_owned(), "A ".to_owned(), String::new()];
    let long = ["🦀".repeat(256), "x".repeat(100_000)];
    let many = (0..20_000).map(|at| format!("no {at}"));
    for listed in [short().to_vec(), short().into_iter().chain(long).collect(), short().into_iter().chain(many).collect()] {
        let condition = || Book::note.in_(listed.clone());
        let found = Book::objects().filter(condition()).order_by(Book::id).a().all(&db).await?;
        assert_eq!(found.iter().map(|book| book.id).collect::<Vec<_>>(), [1, 3, 4], "{} texts", listed.len());
        let others = Book::objects().exclude(condition()).order_by(Book::id).a().all(&db).await?;
        assert_eq!(others.iter().map(|book| book.id).collect::<Vec<_>>(), [2, 5, 6], "{} texts", listed.len());
        assert_eq!(Book::objects().filter(condition() & Book::pages.gt(300)).a().update(Book::pages.set(341), &db).await?, 1);
    }
    let longest = Book::objects().filter(Book::note.in_(["x".repeat(256), "a ".to_owned()])).a().count(&db).await?;
    assert_eq!(longest, 2);
    Ok(())
}

/// More values than one statement binds, in one transaction.
#[everywhere]
async fn more_rows_than_one_statement_takes(db: AsyncDatabase) -> Result<(), Error> {
    const ROWS: i64 = 40_000;
    db.create_tables(models![Country]).await?;
    let countries = |from: i64| (from..from + ROWS).map(|at| Country::create().name(format!("country {at}")));
    let made = Country::objects().a().bulk_create(countries(0), &db).await?;
    assert_eq!(made.len() as i64, ROWS);
    assert_eq!(made.last().map(|country| country.name.as_str()), Some("country 39999"));
    // The last of them is there already, and none of the others comes to be.
    let doubled = Country::objects().a().bulk_create(countries(1 - ROWS), &db).await;
    assert!(doubled.is_err_and(|error| error.is_unique_violation()));
    assert_eq!(Country::objects().a().count(&db).await? as i64, ROWS);
    let last = made.last().map(|country| country.id);
    assert_eq!(Country::objects().filter(Country::name.eq("country 39999")).a().get(&db).await.ok().map(|found| found.id), last);
    Ok(())
}

#[track_caller]
fn assert_too_deep<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::TooDeep { max: MAX_DEPTH })), "{outcome:?}");
}

#[everywhere(on_a_small_stack)]
async fn conditions_nested_too_deep(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let (a, b) = (unnoted, || Book::pages.gt(200));
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
        handled(&deep, db.backend());
        assert_too_deep(Book::objects().filter(deep.clone()).a().count(&db).await);
        assert_too_deep(Book::objects().exclude(a() | deep.clone()).a().count(&db).await);
        assert_too_deep(Book::objects().filter(deep.clone()).a().update(Book::pages.set(1), &db).await);
        assert_too_deep(Book::objects().filter(deep.clone()).a().delete(&db).await);
        assert_too_deep(Book::objects().filter(deep).a().get(&db).await);
    }
    assert_eq!(Book::objects().a().count(&db).await?, 6);
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn conditions_nested_as_deep_as_they_may_be(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    // Each level negates, and turns the answer around.
    let mut nested = Book::pages.gt(200);
    let mut expected = 4;
    for level in 1..=MAX_DEPTH {
        nested = !(Cond::always() & nested & Book::id.isnull(false));
        expected = 6 - expected;
        match Book::objects().filter(nested.clone()).a().count(&db).await {
            Ok(found) => assert_eq!(found, expected, "at level {level}"),
            Err(Error::TooDeep { .. }) if level > MAX_DEPTH / 4 => return Ok(()),
            other => panic!("{other:?} at level {level}"),
        }
    }
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn conditions_both_wide_and_deep(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    // The inner condition stands in front of its siblings, then behind them: SQLite counts both as depth.
    for front in [true, false] {
        let mut nested = unnoted();
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
            match Book::objects().filter(nested.clone()).a().count(&db).await {
                Ok(found) => assert_eq!(found, 2, "at level {level}"),
                Err(Error::TooDeep { .. }) => break,
                other => panic!("{other:?} at level {level}"),
            }
        }
    }
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn arithmetic_nested_too_deep(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let deep: [Step; 4] = [|e| e + 1, |e| Expr::value(1) - e, |e| -e, |e| Book::pages * (e % 7)];
    for step in deep {
        let deep = || (0..MANY / 4).fold(Book::pages + 0, |inner, _| step(inner));
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
            handled(&condition, db.backend());
            assert_too_deep(Book::objects().filter(condition).a().count(&db).await);
        }
        assert_too_deep(Book::objects().order_by(deep().asc()).a().all(&db).await);
        assert_too_deep(Book::objects().values(deep()).a().all(&db).await);
        assert_too_deep(Book::objects().a().update(Book::pages.set(deep()), &db).await);
    }
    let years = (0..MANY).fold(Book::published.year(), |e, _| e + 1);
    assert_too_deep(Book::objects().filter(years.eq(1)).a().count(&db).await);
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn arithmetic_nested_as_deep_as_it_may_be(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let mut sum = Book::pages + 0;
    for level in 1..MAX_DEPTH {
        sum = if level % 2 == 0 { sum + 1 } else { Expr::value(1) + sum };
        let expected = 204 + i32::try_from(level).unwrap();
        let first = Book::objects().filter(Book::title.eq("Solaris")).values(sum.clone()).a().get(&db).await;
        assert_eq!(first.unwrap(), expected);
    }
    Ok(())
}

/// All books, asked for through so many queries inside each other.
fn nested(levels: usize) -> QuerySet<Book> {
    (0..levels).fold(Book::objects(), |inner, _| Book::objects().filter(Book::id.in_(inner.order_by(()).values(Book::id))))
}

#[everywhere(on_a_small_stack)]
async fn queries_nested_in_queries(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    for levels in [1, 5, 15] {
        assert_eq!(nested(levels).a().count(&db).await?, 6, "{levels} levels");
    }
    Ok(())
}

#[everywhere(on_a_small_stack)]
async fn queries_nested_too_deep(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let deep = nested(MANY);
    assert!(!format!("{:?}", deep.clone()).is_empty());
    assert_too_deep(deep.clone().a().count(&db).await);
    assert_too_deep(deep.clone().a().update(Book::pages.set(1), &db).await);
    assert_too_deep(deep.a().delete(&db).await);
    // Of another model, and in turns.
    let turns = (0..MANY / 2).fold(Book::objects(), |inner, _| {
        let authors = Author::objects().filter(Author::id.in_(inner.order_by(()).values(Book::author.id)));
        Book::objects().exclude(Book::author.id.in_(authors.values(Author::id)))
    });
    assert_too_deep(turns.a().count(&db).await);
    Ok(())
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
    let again = Parcel::objects().a().get(&db).await?;
    assert!(again == read && again != parcel, "what came back differs");
    assert_eq!(Parcel::objects().filter(Parcel::data.eq(read.data)).a().count(&db).await?, 1);
    Ok(())
}
