//! Several that change the same links at once, and very many links.

use std::sync::{Arc, Barrier};

use amphi::Backend;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::models::*;
use amphi_tests::futures::multi_thread;
use amphi_tests::support::{Place, Scratch, is_long};

const ROUNDS: usize = 20;

/// The tags and the people that the racers link.
fn open(scratch: &Scratch) -> Result<Database, Error> {
    let db = Database::connect(&scratch.url())?;
    db.create_tables(tables())?;
    let lem = Author::create().name("Lem").insert(&db)?;
    Book::objects().bulk_create(["Solaris", "Eden"].map(|title| Book::create().title(title).author(&lem)), &db)?;
    Tag::objects().bulk_create((0..10).map(|at| Tag::create().name(format!("tag {at}"))), &db)?;
    Person::objects().bulk_create((0..4).map(|at| Person::create().name(format!("person {at}"))), &db)?;
    Ok(db)
}

/// What each of them does in a round, in an order of its own.
fn tag_names(backwards: bool) -> Vec<String> {
    let names = (0..10).map(|at| format!("tag {at}"));
    if backwards { names.rev().collect() } else { names.collect() }
}

fn check(db: &Database, told: u64) -> Result<(), Error> {
    for book in [1, 2] {
        assert_eq!(Book::tags.of_key(book).count(db)?, 10);
    }
    assert_eq!(BookTags::objects().count(db)?, 20, "each pair once");
    assert!(told >= 20, "each link was told by who made it");
    assert_eq!(PersonFriends::objects().count(db)?, 2);
    BookTags::objects().delete(db)?;
    PersonFriends::objects().delete(db)?;
    Ok(())
}

/// Two at each end of the links, and two friends who find each other.
fn race_of_threads(place: Place) -> Result<(), Error> {
    let scratch = Scratch::new(place);
    let db = open(&scratch)?;
    for _ in 0..ROUNDS {
        let together = Arc::new(Barrier::new(4));
        let racers = [0, 1, 2, 3].map(|racer| {
            let (db, together) = (db.clone(), together.clone());
            std::thread::spawn(move || {
                together.wait();
                let mut told = 0;
                match racer {
                    0 | 1 => {
                        for book in [1, 2] {
                            told += Book::tags.of_key(book).add(tag_names(racer == 1), &db)?;
                        }
                        Person::friends.of_key(racer + 1).add(2 - racer, &db)?;
                    }
                    _ => {
                        for name in tag_names(racer == 3) {
                            told += Tag::books.of_key(name).add([2, 1], &db)?;
                        }
                    }
                }
                Ok::<_, Error>(told)
            })
        });
        let told: Result<Vec<u64>, Error> = racers.into_iter().map(|racer| racer.join().expect("no panic")).collect();
        check(&db, told?.into_iter().sum())?;
    }
    db.close();
    Ok(())
}

fn race_of_tasks(place: Place) -> Result<(), Error> {
    let scratch = Scratch::new(place);
    let db = open(&scratch)?;
    let told: Result<u64, Error> = multi_thread().block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await?;
        let racers = [1, 2].map(|racer: i32| {
            let db = db.clone();
            tokio::spawn(async move {
                let mut told = 0;
                for book in [1, 2] {
                    told += Book::tags.of_key(book).a().add(tag_names(racer == 1), &db).await?;
                }
                Person::friends.of_key(racer).a().add(3 - racer, &db).await?;
                Ok::<_, Error>(told)
            })
        });
        let mut told = 0;
        for racer in racers {
            told += racer.await.expect("no panic")?;
        }
        db.close().await;
        Ok(told)
    });
    check(&db, told?)?;
    db.close();
    Ok(())
}

#[test]
fn who_adds_at_once_adds_once_on_sqlite() -> Result<(), Error> {
    race_of_threads(Place::sqlite)?;
    race_of_tasks(Place::sqlite)
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn who_adds_at_once_adds_once_on_postgres() -> Result<(), Error> {
    race_of_threads(Place::postgres)?;
    race_of_tasks(Place::postgres)
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn who_adds_at_once_adds_once_on_mysql() -> Result<(), Error> {
    race_of_threads(Place::mysql)?;
    race_of_tasks(Place::mysql)
}

/// More than one statement binds as values of their own. On servers fewer: MariaDB 10.11 reads the list of a DELETE anew for each row, and
/// PostgreSQL may look through a list for each.
#[everywhere]
async fn many_links(db: AsyncDatabase) -> Result<(), Error> {
    let many: i32 = if db.backend() == Backend::Sqlite { 100_000 } else { 2_000 };
    db.create_tables(tables()).await?;
    Person::objects().a().bulk_create((1..=many).map(|at| Person::create().name(format!("person {at}"))), &db).await?;
    let follows = Person::follows.of_key(1);
    assert_eq!(follows.a().add(1..=many, &db).await?, u64::from(many.unsigned_abs()));
    assert_eq!(follows.a().add((1..=many).rev(), &db).await?, 0);
    assert!(matches!(follows.a().add(1..=many + 1, &db).await, Err(Error::DoesNotExist { model: "Person" })));
    assert_eq!(follows.a().set(2..=many, &db).await?, 1);
    assert_eq!(follows.a().remove((2..=many).step_by(2), &db).await?, u64::from(many.unsigned_abs()) / 2);
    assert_eq!(follows.a().clear(&db).await?, u64::from(many.unsigned_abs()) / 2 - 1);
    Ok(())
}

#[test]
fn very_many_keys_are_added_and_removed() -> Result<(), Error> {
    let many: i64 = if is_long() { 1_000_000 } else { 200_000 };
    let scratch = Scratch::new(Place::sqlite);
    let db = Database::connect(&scratch.url())?;
    db.create_tables(tables())?;
    let lem = Author::create().name("Lem").insert(&db)?;
    scratch.script(&format!(
        "INSERT INTO book (id, title, author_id, version)
         WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {many})
         SELECT n, '', 1, 1 FROM number"
    ));
    let translations = Author::translations.of(&lem);
    assert_eq!(translations.add(1..=many, &db)?, many.unsigned_abs());
    assert_eq!(translations.remove(1..many, &db)?, many.unsigned_abs() - 1);
    let tag = Tag::create().name("all").insert(&db)?;
    assert_eq!(Tag::books.of(&tag).add(1..=many, &db)?, many.unsigned_abs());
    assert_eq!(Tag::books.of(&tag).set([7], &db)?, many.unsigned_abs() - 1);
    assert_eq!(Tag::books.of(&tag).values(Book::id).get(&db)?, 7);
    Ok(())
}
