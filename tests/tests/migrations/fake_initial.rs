//! Migrations of a database that was there before them.

use amphi::migrations::introspect::ReadCatalog;
use amphi::migrations::{Applied, Error as MigrationError, Migrations};
use amphi::prelude::*;
use amphi_test_macros::everywhere;

const AUTHOR: &str = r#"
app = "shop"
[[operations]]
op = "create_model"
model = "shop.Author"
table = "old_author"
key = ["id"]
fields = [{ name = "id", type = "i64", generated = true }]
[[operations]]
op = "create_model"
model = "shop.Book"
table = "old_book"
key = ["id"]
fields = [{ name = "id", type = "i64", generated = true }]
[[operations]]
op = "add_field"
model = "shop.Author"
field = { name = "name", type = "text", max_length = 20, column = "called" }
fill = ""
"#;

const BORN: &str = r#"
app = "shop"
parents = ["shop.0001_initial"]
[[operations]]
op = "add_field"
model = "shop.Author"
field = { name = "born", type = "i32", nullable = true }
"#;

const TAG: &str = r#"
app = "blog"
parents = ["shop.0001_initial"]
[[operations]]
op = "create_model"
model = "blog.Tag"
table = "new_tag"
key = ["id"]
fields = [{ name = "id", type = "i64", generated = true }]
"#;

/// What other programs made.
#[derive(Model, Debug, Clone)]
#[model(table = "old_author")]
struct Author {
    id: i64,
    #[field(max_length = 20, column = "called")]
    name: String,
}

#[derive(Model, Debug, Clone)]
#[model(table = "old_author")]
struct Nameless {
    id: i64,
}

#[derive(Model, Debug, Clone)]
#[model(table = "old_book")]
struct Book {
    id: i64,
}

fn migrations() -> Migrations {
    let files = [("shop/0001_initial.toml", AUTHOR), ("shop/0002_born.toml", BORN), ("blog/0001_initial.toml", TAG)];
    Migrations::embedded(&files).unwrap()
}

fn told(applied: Vec<Applied>) -> Vec<(String, bool)> {
    applied.into_iter().map(|applied| (applied.id.to_string(), applied.faked)).collect()
}

fn failed(error: MigrationError) -> Error {
    Error::Configuration(error.to_string())
}

#[everywhere]
async fn tables_that_are_there_are_taken_for_applied(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Author, Book]).await?;
    Author::create().name("Lem").a().insert(&db).await?;
    let refused = migrations().migrate().a().run(&db).await;
    assert!(refused.is_err(), "without the option the table is there already: {refused:?}");

    let run = migrations().migrate().fake_initial(true).a().run(&db).await.map_err(failed)?;
    let mut run = told(run);
    run.sort();
    assert_eq!(run, [("blog.0001_initial".into(), false), ("shop.0001_initial".into(), true), ("shop.0002_born".into(), false)]);
    assert_eq!(Author::objects().a().get(&db).await?.name, "Lem");
    let run = migrations().migrate().fake_initial(true).a().run(&db).await.map_err(failed)?;
    assert_eq!(told(run), []);
    Ok(())
}

#[everywhere]
async fn an_empty_database_is_migrated(db: AsyncDatabase) -> Result<(), Error> {
    let run = migrations().migrate().fake_initial(true).a().run(&db).await.map_err(failed)?;
    assert!(run.len() == 3 && run.iter().all(|applied| !applied.faked), "{run:?}");
    Ok(())
}

#[everywhere]
async fn what_is_there_in_part_is_told(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Nameless]).await?;
    let refused = migrations().migrate().fake_initial(true).a().run(&db).await;
    let Err(error @ MigrationError::PartlyThere { .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(
        error.to_string(),
        "shop.0001_initial cannot be taken for applied: there is the table `old_author`, and the table `old_book`, the column `called` \
         of the table `old_author` is missing; create what is missing, or drop what is there"
    );
    let catalog = db.operate(ReadCatalog).await?;
    assert!(catalog.table("new_tag").is_none(), "nothing was applied");
    Ok(())
}
