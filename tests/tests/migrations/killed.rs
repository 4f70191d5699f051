//! A migrator that is killed before and after any statement: who runs it again brings it to the same end, and no step runs twice.

use std::process::Command;

use amphi::migrations::graph::Target;
use amphi::migrations::{Event, Migrate, MigrationId, Migrations};
use amphi::prelude::*;
use amphi::{Backend, Connection, Running};
use amphi_test_macros::everywhere;
use amphi_tests::support::{is_long, url};
use orm_core::connection::Access;
use orm_core::ops::Operation;
use orm_core::schema::SchemaState;

use super::introspect::{queries, sorted};
use super::run::{Asked, texts};

const URL: &str = "AMPHI_KILLED_URL";
const AT: &str = "AMPHI_KILLED_AT";
const TARGET: &str = "AMPHI_KILLED_TARGET";
const ASYNC: &str = "AMPHI_KILLED_ASYNC";

/// Thirty migrations with every kind of operation.
const CORPUS: &[(&str, &str)] = amphi::embed_migrations!("tests/migrations/corpus");

/// The column that the steps work on, whatever else the table has by then.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "kc_book")]
struct Paged {
    id: i64,
    pages: i64,
}

async fn double(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Paged::objects().on(on).update(Paged::pages.set(Paged::pages * 2)).await?;
    Ok(())
}

async fn halve(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Paged::objects().on(on).update(Paged::pages.set(Paged::pages / 2)).await?;
    Ok(())
}

async fn longer(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Paged::objects().on(on).update(Paged::pages.set(Paged::pages + Paged::id)).await?;
    Ok(())
}

async fn shorter(on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
    Paged::objects().on(on).update(Paged::pages.set(Paged::pages - Paged::id)).await?;
    Ok(())
}

amphi::steps!(Steps: double, halve, longer, shorter);

fn corpus() -> Migrations {
    Migrations::embedded(CORPUS).unwrap()
}

fn id(path: &str) -> MigrationId {
    MigrationId::new("k", path.trim_end_matches(".toml"))
}

/// Behind the migration of this number, from 1; before all for 0.
fn target(number: usize) -> Target {
    match number.checked_sub(1).and_then(|at| CORPUS.get(at)) {
        Some((path, _)) => Target::Migration(id(path)),
        None => Target::Zero("k".into()),
    }
}

fn migrate(number: usize) -> Migrate<Steps> {
    corpus().migrate_with::<Steps>().allow_destructive(true).to(target(number))
}

/// Not a test by itself: the migrator that is killed.
#[test]
fn victim() {
    let (Ok(url), Ok(at), Ok(target)) = (std::env::var(URL), std::env::var(AT), std::env::var(TARGET)) else { return };
    let mut left: u32 = at.parse().unwrap();
    let die = move |event: Event<'_>| {
        if matches!(event, Event::Begins(..)) {
            return;
        }
        if left == 0 {
            let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
            std::thread::sleep(std::time::Duration::from_secs(60));
        }
        left -= 1;
    };
    let migrate = migrate(target.parse().unwrap()).on_event(die);
    let outcome = if std::env::var(ASYNC).is_ok() {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async { migrate.a().run(&AsyncDatabase::connect(&url).await.unwrap()).await })
    } else {
        migrate.run(&Database::connect(&url).unwrap())
    };
    outcome.unwrap_or_else(|error| panic!("{error}"));
}

/// A database, and the mode of the migrators that are killed on it.
struct Story {
    address: String,
    db: Database,
    asynchronous: bool,
}

impl Story {
    fn new(address: String, asynchronous: bool) -> Self {
        Story { db: Database::connect(&address).unwrap(), address, asynchronous }
    }

    /// Gets to a migration undisturbed.
    fn reach(&self, number: usize) -> Vec<String> {
        migrate(number).run(&self.db).unwrap_or_else(|error| panic!("to {number}: {error}"));
        self.db.operate(Everything(state(number))).unwrap()
    }

    /// Runs the migrator, which kills itself at an event of its own; whether it came to its end before.
    fn run_and_kill(&self, at: u32, number: usize) -> bool {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "killed::victim"]).env(URL, &self.address);
        child.env(AT, at.to_string()).env(TARGET, number.to_string());
        if self.asynchronous {
            child.env(ASYNC, "1");
        }
        let output = child.output().unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() || output.status.code().is_none(), "{told}");
        assert!(!output.status.success() || told.contains("1 passed"), "{told}");
        output.status.success()
    }

    /// Goes from one migration to the next, is killed on the way at one place after the other, and compares what came of it with what
    /// `expected` says; how often it was killed.
    fn is_killed(&self, way: impl Iterator<Item = usize>, expected: &[Vec<String>]) -> u32 {
        let backend = self.address.split(':').next().unwrap();
        let mut deaths = 0;
        for number in way {
            // Where a migration is in parts, the next run goes on behind those that are noted: then the places are counted from there.
            let (mut next, mut position) = (0, self.position());
            while let Some(found) = (next..60).find(|turn| is_chosen(number, deaths + turn, backend)) {
                if self.run_and_kill(place(found), number) {
                    break;
                }
                deaths += 1;
                let before = std::mem::replace(&mut position, self.position());
                next = if before == position { found + 1 } else { 0 };
            }
            assert_eq!(self.reach(number), expected[number], "to {:?}", target(number));
        }
        deaths
    }

    /// How far a migration is that is under way.
    fn position(&self) -> Vec<String> {
        let asked = "SELECT CAST(position AS CHAR(10)) FROM amphi_migration WHERE position IS NOT NULL";
        self.db.operate(Asked(asked.to_owned())).unwrap()
    }
}

/// The event to die at, in the order in which they are tried from one position on: before and after the first statement, and, if that
/// was not noted, when the next run has seen that it is done; then further on.
fn place(turn: u32) -> u32 {
    match turn {
        0 | 1 => turn,
        2 => 0,
        later => later - 1,
    }
}

/// What the database says of its schema, and all rows of the tables of a state.
struct Everything(SchemaState);

impl Operation for Everything {
    type Output = Vec<String>;
    const NAME: &'static str = "everything";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Vec<String>, Error> {
        let backend = connection.dialect().backend();
        let mut answers = Vec::new();
        for query in queries(backend) {
            answers.extend(texts(query, connection).await?);
        }
        answers = sorted(answers);
        let text = if backend == Backend::MySql { "CHAR" } else { "TEXT" };
        for model in self.0.models() {
            let columns = model.fields.iter().map(|field| format!("COALESCE(CAST({} AS {text}), 'NULL')", field.column()));
            let columns = columns.collect::<Vec<_>>().join(", ");
            let table = &model.table;
            let rows = format!("SELECT CONCAT_WS('|', '{table}', {columns}) AS line FROM {table} ORDER BY 1");
            answers.extend(texts(&rows, connection).await?);
        }
        Ok(answers)
    }
}

/// The schema of the models behind so many migrations.
fn state(number: usize) -> SchemaState {
    let mut state = SchemaState::new();
    corpus().graph().unwrap().iter().take(number).try_for_each(|migration| migration.apply(&mut state)).unwrap();
    state
}

/// The places to die at. A server takes a while for each change of a schema, so that not all have their turn in every run; which ones
/// have is the same in all runs.
fn is_chosen(number: usize, turn: u32, backend: &str) -> bool {
    let every = match backend {
        _ if is_long() => 1,
        "mysql" => 6,
        "postgres" => 4,
        _ => 3,
    };
    let mut seed = u64::try_from(number).unwrap() * 1000 + u64::from(turn) + 1;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    seed % every == 0
}

/// One mode goes forwards and the other one back.
fn story(address: String, asynchronous: bool) {
    let (story, last) = (Story::new(address, asynchronous), CORPUS.len());
    assert_eq!(last, 30);
    let deaths = if asynchronous {
        let mut back: Vec<Vec<String>> = (0..=last).rev().map(|number| story.reach(number)).collect();
        back.reverse();
        story.reach(last);
        story.is_killed((0..last).rev(), &back)
    } else {
        let there: Vec<Vec<String>> = (0..=last).map(|number| story.reach(number)).collect();
        story.reach(0);
        story.is_killed(1..=last, &there)
    };
    println!("killed {deaths} times");
    assert!(deaths > 10, "it was killed {deaths} times only");
}

#[everywhere]
async fn it_ends_as_if_nothing_had_happened(db: AsyncDatabase) -> Result<(), Error> {
    let asynchronous = std::any::type_name_of_val(&db).contains("Async");
    let address = url();
    std::thread::spawn(move || story(address, asynchronous)).join().expect("the story ends well");
    Ok(())
}
