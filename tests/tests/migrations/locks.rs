//! Locks that others hold on what a migration changes, and the time that a migration may take.

use std::sync::mpsc::channel;
use std::time::Duration;

use amphi::migrations::{Error as MigrationError, Migrations};
use amphi::prelude::*;
use amphi::{Connection, Running};
use amphi_test_macros::everywhere;
use amphi_tests::support::{url, url_with};

use super::run::Script;

const INITIAL: &str = r#"
app = "shop"

[[operations]]
op = "create_model"
model = "shop.Book"
table = "lock_book"
key = ["id"]
fields = [
    { name = "id", type = "i64", generated = true },
    { name = "title", type = "text", max_length = 100 },
]
"#;

const MORE: &str = r#"
app = "shop"
parents = ["shop.0001_initial"]

[[operations]]
op = "create_model"
model = "shop.Tag"
table = "lock_tag"
key = ["id"]
fields = [{ name = "id", type = "i64", generated = true }]

[[operations]]
op = "add_field"
model = "shop.Book"
field = { name = "pages", type = "i32", nullable = true }
"#;

/// The table as it is behind the first migration.
#[derive(Model, Debug)]
#[model(table = "lock_book")]
struct Titled {
    id: i64,
    #[field(max_length = 100)]
    title: String,
}

#[derive(Model, Debug)]
#[model(table = "lock_tag")]
struct Tag {
    id: i64,
}

fn failed(error: MigrationError) -> Error {
    Error::Configuration(error.to_string())
}

fn two() -> Migrations {
    Migrations::embedded(&[("0001_initial.toml", INITIAL), ("0002_more.toml", MORE)]).unwrap()
}

#[everywhere]
async fn a_table_that_others_hold_is_a_clear_error(db: AsyncDatabase) -> Result<(), Error> {
    if url().starts_with("sqlite") {
        return Ok(());
    }
    Migrations::embedded(&[("0001_initial.toml", INITIAL)]).unwrap().migrate().a().run(&db).await.map_err(failed)?;
    Titled::create().title("a").a().insert(&db).await?;
    let (holds, held) = channel();
    let (release, released) = channel::<()>();
    let address = url();
    let holder = std::thread::spawn(move || {
        let other = Database::connect(&address).unwrap();
        other
            .atomic(|tx| {
                Titled::objects().count(tx)?;
                holds.send(()).unwrap();
                let _ = released.recv();
                Ok::<(), Error>(())
            })
            .unwrap();
    });
    held.recv().unwrap();
    let migrate = two().migrate().lock_timeout(Duration::from_millis(200)).lock_wait(Duration::from_millis(1500));
    let run = migrate.a().run(&db).await;
    let Err(MigrationError::LockTimeout { migration, doing, .. }) = &run else { panic!("{run:?}") };
    assert_eq!(migration.name, "0002_more");
    assert_eq!(doing, "Add the column `pages` to the table `lock_book`");
    if url().starts_with("postgres") {
        assert!(Tag::objects().a().count(&db).await.is_err(), "the migration was undone");
    }
    // Nobody is held up by what was tried, and the next run, or one that has the patience, does it.
    assert_eq!(Titled::objects().a().count(&db).await?, 1);
    let waiting = two().migrate().lock_timeout(Duration::from_millis(200)).lock_wait(Duration::from_secs(60));
    let releasing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(1500));
        release.send(()).unwrap();
    });
    let run = waiting.a().run(&db).await.map_err(failed)?;
    assert_eq!(run.len(), 1, "{run:?}");
    releasing.join().unwrap();
    holder.join().unwrap();
    assert_eq!(Tag::objects().a().count(&db).await?, 0);
    assert_eq!(two().migrate().a().run(&db).await.map_err(failed)?, []);
    Ok(())
}

const SLOW: &str = r#"
app = "shop"
parents = ["shop.0001_initial"]

[[operations]]
op = "run_sql"
sql = { sqlite = "SELECT 1", postgres = "SELECT pg_sleep(1)", mysql = "DO SLEEP(1)" }
reverse = ""

[[operations]]
op = "run_step"
step = "count"
reverse = ""
"#;

const FAILING: &str = r#"
app = "shop"
parents = ["shop.0002_slow"]

[[operations]]
op = "run_sql"
sql = "INSERT INTO lock_nowhere (id) VALUES (1)"
reverse = ""
"#;

async fn count(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Titled::objects().on(on).count().await.map(drop)
}

amphi::steps!(Steps: count);

#[everywhere]
async fn the_time_limit_of_statements_is_not_for_migrations(db: AsyncDatabase) -> Result<(), Error> {
    drop(db);
    if url().starts_with("sqlite") {
        return Ok(());
    }
    let db = AsyncDatabase::connect(&url_with("statement_timeout=500")).await?;
    let migrations = Migrations::embedded(&[("0001_initial.toml", INITIAL), ("0002_slow.toml", SLOW)]).unwrap();
    let run = migrations.migrate_with::<Steps>().a().run(&db).await.map_err(failed)?;
    assert_eq!(run.len(), 2);
    // Afterwards it is again.
    let sleep = if url().starts_with("postgres") { "SELECT pg_sleep(1)" } else { "DO SLEEP(1)" };
    let slow = || Script(vec![sleep.to_owned()]);
    assert!(db.operate(slow()).await.is_err(), "a statement takes no longer than it may");
    // Also when the migration fails, in a transaction or not.
    for failing in ["atomic = true", "atomic = false"] {
        let failing = FAILING.replacen("parents", &format!("{failing}\nparents"), 1);
        let files = [("0001_initial.toml", INITIAL), ("0002_slow.toml", SLOW), ("0003_failing.toml", &failing)];
        let run = Migrations::embedded(&files).unwrap().migrate_with::<Steps>().a().run(&db).await;
        assert!(matches!(&run, Err(MigrationError::Database { .. } | MigrationError::Changed { .. })), "{run:?}");
        assert!(db.operate(slow()).await.is_err(), "a statement takes no longer than it may");
    }
    Ok(())
}
