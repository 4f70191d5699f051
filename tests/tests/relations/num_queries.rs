//! How many queries are sent, and which.

use std::panic::{AssertUnwindSafe, catch_unwind};

use amphi::assert_num_queries;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use amphi_tests::futures::{current_thread, multi_thread};
use amphi_tests::library::{Author, Book, Country, Fill, date};
use amphi_tests::support::{Place, Scratch, run_blocking, url_with};

#[everywhere]
async fn an_expression_is_counted_and_gives_its_value(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let books = assert_num_queries!(&db, 1, Book::objects().a().all(&db).await?);
    assert_eq!(books.len(), 6);
    let (count, exists) = assert_num_queries!(&db, 2, {
        let count = Book::objects().a().count(&db).await?;
        (count, Book::objects().a().exists(&db).await?)
    });
    assert_eq!((count, exists), (6, true));
    // What is known to find nothing is not sent.
    assert_num_queries!(&db, 0, Book::objects().filter(Book::id.in_([0; 0])).a().all(&db).await?);
    // A join is in the query, a relation for rows in hand is one more.
    let query = Book::objects().select_related((Book::author.country, Book::translator));
    assert_num_queries!(&db, 1, query.a().all(&db).await?);
    assert_num_queries!(&db, 1, books.load_related(Book::author).a().fetch(&db).await?);
    Ok(())
}

#[everywhere]
async fn writes_are_counted(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let mut book =
        assert_num_queries!(&db, 1, Book::create().title("Eden").author(2).published(date(1958, 1, 1)).a().insert(&db).await?,);
    assert_num_queries!(&db, 1, book.a().save(&db).await?);
    assert_num_queries!(&db, 1, book.a().update(Book::title, &db).await?);
    let before = book.clone();
    assert_num_queries!(&db, 0, book.a().update_changed(&before, &db).await?);
    assert_num_queries!(&db, 1, book.a().refresh(&db).await?);
    assert_num_queries!(&db, 1, book.a().delete(&db).await?);
    assert_num_queries!(&db, 1, Book::objects().a().update(Book::pages.set(1), &db).await?);
    let countries = ["Chile", "Japan", "Ünïcode"].map(|name| Country::create().name(name));
    assert_num_queries!(&db, 1, Country::objects().a().bulk_create(countries, &db).await?);
    // What the database refuses was sent; what is refused before it gets there was not.
    let twice = assert_num_queries!(&db, 1, Country::create().name("Chile").a().insert(&db).await);
    assert!(twice.is_err_and(|error| error.is_unique_violation()));
    let long = assert_num_queries!(&db, 0, Country::create().name("x".repeat(61)).a().insert(&db).await);
    assert!(matches!(long, Err(Error::InvalidValue { .. })));
    Ok(())
}

#[everywhere]
async fn what_is_in_a_transaction_is_counted_and_its_control_is_not(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let log = db.record_queries();
    db.atomic(async |tx: &AsyncTransaction| {
        Author::objects().a().count(tx).await?;
        tx.atomic(async |tx: &AsyncTransaction| {
            Author::objects().filter(Author::born.isnull(true)).a().update(Author::born.set(1), tx).await
        })
        .await?;
        let undone = tx.atomic(async |tx: &AsyncTransaction| {
            Author::objects().a().exists(tx).await?;
            Err::<(), _>(Error::Closed)
        });
        assert!(undone.await.is_err());
        Ok::<_, Error>(())
    })
    .await?;
    let queries = log.queries();
    assert_eq!(queries.len(), 3, "{queries:?}");
    assert!(queries[0].starts_with("SELECT COUNT(*)"), "{queries:?}");
    assert!(queries[1].starts_with("UPDATE "), "{queries:?}");
    assert!(queries[2].starts_with("SELECT "), "{queries:?}");
    assert_eq!(log.len(), 3);
    assert!(log.to_string().contains("\n  2. UPDATE "), "{log}");
    Ok(())
}

#[everywhere]
async fn values_stand_as_placeholders(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let log = db.record_queries();
    assert_eq!(Author::objects().filter(Author::name.eq("sesame")).a().count(&db).await?, 0);
    // The same statement again, and one of another shape that is rendered anew each time, because it is long.
    assert_eq!(Author::objects().filter(Author::name.eq("sesame 2")).a().count(&db).await?, 0);
    let any = (0..600).map(|at| Author::born.eq(-at) | Author::id.eq(-i64::from(at))).reduce(|any, one| any | one).unwrap();
    assert_eq!(Author::objects().filter(any).a().count(&db).await?, 0);
    let queries = log.queries();
    assert_eq!(queries.len(), 3);
    assert_eq!(queries[0], queries[1]);
    assert!(queries[2].len() > queries[0].len());
    assert!(!log.to_string().contains("sesame"), "{log}");
    Ok(())
}

#[everywhere]
async fn logs_are_apart_and_end(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let outer = db.record_queries();
    assert!(outer.is_empty());
    Author::objects().a().count(&db).await?;
    let inner = db.record_queries();
    Author::objects().a().exists(&db).await?;
    assert_eq!((outer.len(), inner.len()), (2, 1));
    assert_eq!(outer.queries()[1..], inner.queries());
    drop(outer);
    Author::objects().a().exists(&db).await?;
    assert_eq!(inner.len(), 2);
    drop(inner);
    let later = db.record_queries();
    assert_eq!(later.len(), 0);
    // A clone is the same database, another connect is not, though it is the same file or server.
    let other = AsyncDatabase::connect(&url_with("statement_cache=9")).await?;
    Author::objects().a().exists(&other).await?;
    assert_eq!(later.len(), 0);
    Author::objects().a().exists(&db.clone()).await?;
    assert_eq!(later.len(), 1);
    Ok(())
}

/// The rows of `iter` and `stream`, and what either mode sends, in one log.
fn both_modes(place: Place) {
    run_blocking(place, "both_modes", &[], |db| {
        db.fill()?;
        let rows = assert_num_queries!(&db, 1, Author::objects().iter(&db)?.count());
        assert_eq!(rows, 4);
        let log = db.record_queries();
        current_thread().block_on(async {
            let db = db.a();
            assert_num_queries!(&db, 1, {
                let mut rows = Author::objects().a().stream(&db);
                while rows.try_next().await?.is_some() {}
            });
            Author::objects().count(&db.blocking()).expect_err("it is async code");
            Author::objects().a().count(&db).await?;
            db.close().await;
            Ok::<_, Error>(())
        })?;
        assert_eq!(log.len(), 2);
        Ok(())
    });
}

#[test]
fn both_modes_are_one_database_sqlite() {
    both_modes(Place::sqlite);
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn both_modes_are_one_database_postgres() {
    both_modes(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn both_modes_are_one_database_mysql() {
    both_modes(Place::mysql);
}

#[test]
fn what_many_threads_send_is_all_there() {
    let scratch = Scratch::new(Place::sqlite);
    multi_thread()
        .block_on(async {
            let db = AsyncDatabase::connect(&scratch.url()).await?;
            db.fill().await?;
            let log = db.record_queries();
            let tasks: Vec<_> = (0..8)
                .map(|_| {
                    let db = db.clone();
                    tokio::spawn(async move {
                        for _ in 0..25 {
                            Author::objects().a().count(&db).await?;
                        }
                        Ok::<_, Error>(())
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap()?;
            }
            assert_eq!(log.len(), 200);
            db.close().await;
            Ok::<_, Error>(())
        })
        .unwrap();
}

#[test]
fn a_mismatch_lists_what_was_sent() {
    let db = Database::connect("sqlite::memory:").unwrap();
    db.fill().unwrap();
    let counted = |expected: usize| {
        catch_unwind(AssertUnwindSafe(|| {
            assert_num_queries!(&db, expected, {
                Author::objects().filter(Author::name.eq("sesame")).count(&db).unwrap();
                Author::objects().exists(&db).unwrap()
            })
        }))
        .map_err(|panic| *panic.downcast::<String>().expect("a panic with a message"))
    };
    assert!(counted(2).unwrap());
    for (expected, words) in
        [(1, "number of queries: 1 expected, 2 sent\n  1. SELECT COUNT(*)"), (3, "number of queries: 3 expected, 2 sent\n")]
    {
        let message = counted(expected).unwrap_err();
        assert!(message.starts_with(words) && message.contains("\n  2. SELECT ") && !message.contains("sesame"), "{message}");
    }
    // And nothing is left of the log.
    assert!(counted(2).unwrap());
}

#[test]
fn an_error_leaves_the_expression_as_anywhere_else() {
    let db = Database::connect("sqlite::memory:").unwrap();
    db.fill().unwrap();
    let failing =
        || -> Result<i64, Error> { Ok(assert_num_queries!(&db, 7, Author::objects().filter(Author::id.eq(0)).get(&db)?.id)) };
    assert!(matches!(failing(), Err(Error::DoesNotExist { .. })));
}
