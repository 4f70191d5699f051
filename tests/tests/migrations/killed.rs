//! A migrator that is killed before or after any statement: who runs it again brings it to the same end, and no step runs twice.

use std::process::Command;

use amphi::migrations::graph::Target;
use amphi::migrations::{Event, Migrate, MigrationId, Migrations};
use amphi::prelude::*;
use amphi::{Connection, Running};
use amphi_test_macros::everywhere;
use amphi_tests::support::url;
use orm_core::connection::Access;
use orm_core::ops::Operation;

use super::introspect::{queries, sorted};
use super::run::texts;

const AT: &str = "AMPHI_KILLED_AT";
const URL: &str = "AMPHI_KILLED_URL";
const BACK: &str = "AMPHI_KILLED_BACK";

const STORY: [(&str, &str); 7] = [
    (
        "0001_initial.toml",
        "app = 'k'
        [[operations]]
        op = 'create_model'
        model = 'k.Author'
        table = 'killed_author'
        key = ['id']
        fields = [{ name = 'id', type = 'i64', generated = true }]
        [[operations]]
        op = 'create_model'
        model = 'k.Book'
        table = 'killed_book'
        key = ['id']
        fields = [
            { name = 'id', type = 'i64', generated = true },
            { name = 'title', type = 'text', max_length = 50 },
            { name = 'author', column = 'author_id', type = 'i64', references = { model = 'k.Author', on_delete = 'cascade' } },
        ]",
    ),
    (
        "0002_rows.toml",
        "app = 'k'
        parents = ['k.0001_initial']
        [[operations]]
        op = 'run_sql'
        sql = 'INSERT INTO killed_author (id) VALUES (1)'
        reverse = ''
        [[operations]]
        op = 'run_sql'
        sql = \"INSERT INTO killed_book (id, title, author_id) VALUES (1, 'a', 1)\"
        reverse = ''",
    ),
    (
        "0003_pages.toml",
        "app = 'k'
        parents = ['k.0002_rows']
        [[operations]]
        op = 'add_field'
        model = 'k.Book'
        field = { name = 'pages', type = 'i32' }
        fill = 7
        [[operations]]
        op = 'alter_field'
        model = 'k.Author'
        field = { name = 'id', type = 'i64', generated = true, comment = 'the key' }",
    ),
    (
        "0004_step.toml",
        "app = 'k'
        parents = ['k.0003_pages']
        [[operations]]
        op = 'run_step'
        step = 'double'
        reverse = 'halve'
        [[operations]]
        op = 'alter_field'
        model = 'k.Book'
        field = { name = 'pages', type = 'i64', nullable = true, index = true }",
    ),
    (
        "0005_rename.toml",
        "app = 'k'
        parents = ['k.0004_step']
        [[operations]]
        op = 'rename_field'
        model = 'k.Book'
        field = 'title'
        to = 'name'
        [[operations]]
        op = 'add_constraint'
        model = 'k.Book'
        constraint = { type = 'unique', fields = ['name', 'author'] }",
    ),
    (
        "0006_once_more.toml",
        "app = 'k'
        atomic = false
        parents = ['k.0005_rename']
        [[operations]]
        op = 'run_step'
        step = 'double'
        reverse = 'halve'
        [[operations]]
        op = 'add_field'
        model = 'k.Book'
        field = { name = 'isbn', type = 'text', max_length = 13, nullable = true, unique = true }",
    ),
    (
        "0007_tag.toml",
        "app = 'k'
        parents = ['k.0006_once_more']
        [[operations]]
        op = 'create_model'
        model = 'k.Tag'
        table = 'killed_tag'
        key = ['id']
        fields = [
            { name = 'id', type = 'i64', generated = true },
            { name = 'book', column = 'book_id', type = 'i64', references = { model = 'k.Book', on_delete = 'cascade' } },
        ]
        [[operations]]
        op = 'alter_table'
        model = 'k.Tag'
        table = 'killed_label'",
    ),
];

/// The column that the steps work on, whatever else the table has by then.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "killed_book")]
struct Paged {
    id: i64,
    pages: i32,
}

async fn double(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Paged::objects().on(on).update(Paged::pages.set(Paged::pages * 2)).await?;
    Ok(())
}

async fn halve(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Paged::objects().on(on).update(Paged::pages.set(Paged::pages / 2)).await?;
    Ok(())
}

amphi::steps!(Steps: double, halve);

/// To the end; or back to where the rows are still there, so that what the steps undo shows.
fn migrate(back: bool) -> Migrate<Steps> {
    let migrate = Migrations::embedded(&STORY).unwrap().migrate_with::<Steps>().allow_destructive(true);
    if back { migrate.to(Target::Migration(MigrationId::new("k", "0003_pages"))) } else { migrate }
}

fn to_zero() -> Migrate<Steps> {
    migrate(false).to(Target::Zero("k".into()))
}

/// Not a test by itself: the migrator that is killed.
#[test]
fn victim() {
    let (Ok(url), Ok(at)) = (std::env::var(URL), std::env::var(AT)) else { return };
    let mut left: u32 = at.parse().unwrap();
    let db = Database::connect(&url).unwrap();
    let die = move |_: Event<'_>| {
        if left == 0 {
            let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
        left -= 1;
    };
    migrate(std::env::var(BACK).is_ok()).on_event(die).run(&db).unwrap_or_else(|error| panic!("{error}"));
}

/// Runs the migrator, which kills itself after so many events; whether it came to its end before.
fn run_and_kill(at: u32, back: bool) -> bool {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "killed::victim"]).env(URL, url()).env(AT, at.to_string());
    if back {
        child.env(BACK, "1");
    }
    let output = child.output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() || output.status.code().is_none(), "{told}");
    assert!(!output.status.success() || told.contains("1 passed"), "{told}");
    output.status.success()
}

/// What the database says of its schema.
struct Schema;

impl Operation for Schema {
    type Output = Vec<String>;
    const NAME: &'static str = "schema";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Vec<String>, Error> {
        let mut answers = Vec::new();
        for query in queries(connection.dialect().backend()) {
            answers.extend(texts(query, connection).await?);
        }
        Ok(sorted(answers))
    }
}

fn failed(error: amphi::migrations::Error) -> Error {
    Error::Configuration(error.to_string())
}

#[everywhere]
async fn it_ends_as_if_nothing_had_happened(db: AsyncDatabase) -> Result<(), Error> {
    migrate(false).a().run(&db).await.map_err(failed)?;
    let (schema, row) = (db.operate(Schema).await?, Paged::objects().a().get(&db).await?);
    assert_eq!(row.pages, 28, "7, doubled twice");
    // Each mode takes every other place to die at, so that both together take all.
    let first = u32::from(std::any::type_name_of_val(&db).contains("Async"));
    let mut ended = false;
    for at in (first..).step_by(2) {
        to_zero().a().run(&db).await.map_err(failed)?;
        ended |= run_and_kill(at, false);
        migrate(false).a().run(&db).await.map_err(failed)?;
        assert_eq!(db.operate(Schema).await?, schema, "killed at {at}");
        assert_eq!(Paged::objects().a().get(&db).await?, row, "killed at {at}");
        if ended {
            assert!(at > 30, "it died at {at} places only");
            break;
        }
    }

    migrate(true).a().run(&db).await.map_err(failed)?;
    let (schema, row) = (db.operate(Schema).await?, Paged::objects().a().get(&db).await?);
    assert_eq!(row.pages, 7, "halved twice");
    ended = false;
    for at in (first..).step_by(2) {
        migrate(false).a().run(&db).await.map_err(failed)?;
        ended |= run_and_kill(at, true);
        migrate(true).a().run(&db).await.map_err(failed)?;
        assert_eq!(db.operate(Schema).await?, schema, "killed at {at} on the way back");
        assert_eq!(Paged::objects().a().get(&db).await?, row, "killed at {at} on the way back");
        if ended {
            break;
        }
    }
    Ok(())
}
