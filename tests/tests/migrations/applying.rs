//! Applying and undoing migrations, in both modes.

use amphi::migrations::graph::Target;
use amphi::migrations::{Applied, Direction, Error as MigrationError, MigrationId, Migrations};
use amphi::prelude::*;
use amphi::{Connection, Running};
use amphi_test_macros::everywhere;

const INITIAL: &str = r#"
app = "shop"

[[operations]]
op = "create_model"
model = "shop.Book"
table = "mig_book"
key = ["id"]
fields = [
    { name = "id", type = "i64", generated = true },
    { name = "title", type = "text", max_length = 100 },
]
"#;

const PAGES: &str = r#"
app = "shop"
parents = ["shop.0001_initial"]

[[operations]]
op = "add_field"
model = "shop.Book"
field = { name = "pages", type = "i32" }
fill = 7
"#;

const DATA: &str = r#"
app = "shop"
parents = ["shop.0002_pages"]

[[operations]]
op = "run_step"
step = "double_pages"
reverse = ""

[[operations]]
op = "run_sql"
sql = "UPDATE mig_book SET title = 'third' WHERE pages > 0"
reverse = ""
"#;

/// The table as it is behind the first migration.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "mig_book")]
struct Titled {
    id: i64,
    #[field(max_length = 100)]
    title: String,
}

/// The table as it is behind the second.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "mig_book")]
struct Paged {
    id: i64,
    #[field(max_length = 100)]
    title: String,
    pages: i32,
}

async fn double_pages(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Paged::objects().on(on).update(Paged::pages.set(Paged::pages * 2)).await?;
    Ok(())
}

amphi::steps!(Steps: double_pages);

fn three() -> Migrations {
    Migrations::embedded(&[("0001_initial.toml", INITIAL), ("0002_pages.toml", PAGES), ("0003_data.toml", DATA)]).unwrap()
}

fn id(name: &str) -> MigrationId {
    MigrationId::new("shop", name)
}

fn to(name: &str) -> Target {
    Target::Migration(id(name))
}

fn names(applied: Vec<Applied>) -> Vec<(String, Direction)> {
    applied.into_iter().map(|applied| (applied.id.name, applied.direction)).collect()
}

/// What went wrong, for the test's own error.
fn failed(error: MigrationError) -> Error {
    Error::Configuration(error.to_string())
}

#[everywhere]
async fn forwards_and_back_with_rows(db: AsyncDatabase) -> Result<(), Error> {
    let run = three().migrate_with::<Steps>().to(to("0001_initial")).a().run(&db).await.map_err(failed)?;
    assert_eq!(names(run), [("0001_initial".to_owned(), Direction::Forwards)]);
    Titled::create().title("a").a().insert(&db).await?;

    let run = three().migrate_with::<Steps>().a().run(&db).await.map_err(failed)?;
    let expected = ["0002_pages", "0003_data"].map(|name| (name.to_owned(), Direction::Forwards));
    assert_eq!(names(run), expected);
    let row = Paged::objects().a().get(&db).await?;
    assert_eq!((row.title.as_str(), row.pages), ("third", 14), "filled with 7, doubled once by the step, then renamed by SQL");

    let run = three().migrate_with::<Steps>().a().run(&db).await.map_err(failed)?;
    assert_eq!(names(run), [], "nothing is left to do");

    let back = three().migrate_with::<Steps>().to(to("0001_initial")).a().run(&db).await;
    assert!(matches!(&back, Err(MigrationError::Destroys { migration, .. }) if *migration == id("0002_pages")), "{back:?}");
    let back = three().migrate_with::<Steps>().to(to("0001_initial")).allow_destructive(true);
    let back = back.a().run(&db).await.map_err(failed)?;
    let expected = ["0003_data", "0002_pages"].map(|name| (name.to_owned(), Direction::Backwards));
    assert_eq!(names(back), expected);
    assert_eq!(Titled::objects().a().get(&db).await?.title, "third");

    let zero = three().migrate_with::<Steps>().to(Target::Zero("shop".into())).allow_destructive(true);
    zero.a().run(&db).await.map_err(failed)?;
    assert!(Titled::objects().a().count(&db).await.is_err(), "the table is gone");
    Ok(())
}

#[everywhere]
async fn what_was_applied_must_stay_as_it_was(db: AsyncDatabase) -> Result<(), Error> {
    let two = [("0001_initial.toml", INITIAL), ("0002_pages.toml", PAGES)];
    Migrations::embedded(&two).unwrap().migrate().a().run(&db).await.map_err(failed)?;

    let same = format!("# a comment\r\n{}", PAGES.replace('\n', "\r\n"));
    let files = [two[0], ("0002_pages.toml", same.as_str())];
    let run = Migrations::embedded(&files).unwrap().migrate().a().run(&db).await.map_err(failed)?;
    assert_eq!(names(run), [], "a comment and the ends of lines change nothing");

    let other = PAGES.replace("fill = 7", "fill = 8");
    let files = [two[0], ("0002_pages.toml", other.as_str())];
    let run = Migrations::embedded(&files).unwrap().migrate().a().run(&db).await;
    assert!(matches!(&run, Err(MigrationError::Changed { migration, .. }) if *migration == id("0002_pages")), "{run:?}");

    let run = Migrations::embedded(&two[..1]).unwrap().migrate().a().run(&db).await;
    assert!(matches!(&run, Err(MigrationError::NoFile { migration }) if *migration == id("0002_pages")), "{run:?}");
    Ok(())
}

#[everywhere]
async fn a_step_that_there_is_not_is_told_before_anything_is_done(db: AsyncDatabase) -> Result<(), Error> {
    let run = three().migrate().a().run(&db).await;
    assert!(matches!(&run, Err(MigrationError::NoStep { step, .. }) if step == "double_pages"), "{run:?}");
    let run = three().migrate().to(to("0001_initial")).a().run(&db).await.map_err(failed)?;
    assert_eq!(names(run), [("0001_initial".to_owned(), Direction::Forwards)]);
    Ok(())
}

/// The first operation of this migration is done, the second cannot be.
const HALF: &str = r#"
app = "shop"
parents = ["shop.0001_initial"]

[[operations]]
op = "add_field"
model = "shop.Book"
field = { name = "pages", type = "i32" }
fill = 1

[[operations]]
op = "run_sql"
sql = "INSERT INTO mig_missing (id) VALUES (1)"
reverse = ""
"#;

#[everywhere]
async fn what_fails_half_way_goes_on_there(db: AsyncDatabase) -> Result<(), Error> {
    let files = [("0001_initial.toml", INITIAL), ("0002_half.toml", HALF)];
    let half = Migrations::embedded(&files).unwrap();
    let run = half.migrate().a().run(&db).await;
    assert!(matches!(&run, Err(MigrationError::Database { migration, .. }) if *migration == id("0002_half")), "{run:?}");
    // Somebody makes what was missing: the same migration goes on, and does not add the column twice.
    let missing = r#"
app = "other"

[[operations]]
op = "create_model"
model = "other.Missing"
table = "mig_missing"
key = ["id"]
fields = [{ name = "id", type = "i64", generated = true }]
"#;
    let other = [files[0], files[1], ("other/0001_initial.toml", missing)];
    let only = Migrations::embedded(&other).unwrap().migrate().to(Target::App("other".into())).a().run(&db).await;
    if amphi_tests::support::url().starts_with("mysql") {
        assert!(matches!(&only, Err(MigrationError::Interrupted { backwards: false, .. })), "{only:?}");
        return Ok(());
    }
    only.map_err(failed)?;
    let run = Migrations::embedded(&other).unwrap().migrate().a().run(&db).await.map_err(failed)?;
    assert_eq!(names(run), [("0002_half".to_owned(), Direction::Forwards)]);
    assert_eq!(Paged::objects().a().count(&db).await?, 0);
    Ok(())
}

#[everywhere]
async fn a_migration_that_is_only_noted_does_nothing(db: AsyncDatabase) -> Result<(), Error> {
    let run = three().migrate_with::<Steps>().fake(true).a().run(&db).await.map_err(failed)?;
    assert!(run.len() == 3 && run.iter().all(|applied| applied.faked), "{run:?}");
    assert!(Titled::objects().a().count(&db).await.is_err(), "there is no table");
    Ok(())
}

/// A key that the database fills in takes the place of one that it does not: no database has it but at once.
const COUNTED: &str = r#"
app = "shop"
parents = ["shop.0001_initial"]

[[operations]]
op = "add_field"
model = "shop.Shelf"
field = { name = "id", type = "i64", generated = true }

[[operations]]
op = "alter_key"
model = "shop.Shelf"
key = ["id"]

[[operations]]
op = "add_field"
model = "shop.Shelf"
field = { name = "room", type = "i32", nullable = true }
"#;

const SHELVES: &str = r#"
app = "shop"

[[operations]]
op = "create_model"
model = "shop.Shelf"
table = "mig_shelf"
key = ["code"]
fields = [{ name = "code", type = "text", max_length = 10 }]
"#;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "mig_shelf")]
struct Coded {
    #[field(primary_key, max_length = 10)]
    code: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "mig_shelf")]
struct Counted {
    id: i64,
    #[field(max_length = 10)]
    code: String,
    room: Option<i32>,
}

#[everywhere]
async fn a_key_that_is_filled_in_takes_the_place_of_another(db: AsyncDatabase) -> Result<(), Error> {
    let migrations = Migrations::embedded(&[("0001_initial.toml", SHELVES), ("0002_counted.toml", COUNTED)]).unwrap();
    migrations.migrate().to(to("0001_initial")).a().run(&db).await.map_err(failed)?;
    for code in ["a", "ß"] {
        Coded::create().code(code).a().insert(&db).await?;
    }
    migrations.migrate().a().run(&db).await.map_err(failed)?;
    let third = Counted::create().code("a").a().insert(&db).await?;
    let shelves = Counted::objects().order_by(Counted::id.asc()).a().all(&db).await?;
    let found: Vec<(i64, &str)> = shelves.iter().map(|shelf| (shelf.id, shelf.code.as_str())).collect();
    assert_eq!(found, [(1, "a"), (2, "ß"), (3, "a")]);
    Counted::objects().filter(Counted::id.eq(third.id)).a().delete(&db).await?;
    migrations.migrate().to(to("0001_initial")).allow_destructive(true).a().run(&db).await.map_err(failed)?;
    assert_eq!(Coded::objects().a().count(&db).await?, 2);
    assert!(Coded::create().code("a").a().insert(&db).await.is_err(), "it is the key again");
    Ok(())
}
