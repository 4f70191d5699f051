//! A database that differs from its schema is told in what, and one that does not is told nothing.

use amphi::migrations::drift::{Difference, ReadDrift, drift, read_drift, read_drift_a};
use amphi::migrations::introspect::{ReadCatalog, introspect, introspect_a};
use amphi::prelude::*;
use amphi::{Backend, Error};
use amphi_test_macros::everywhere;
use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::schema::{ConstraintState, FieldKind, SchemaState};
use orm_core::sql::SchemaChange;

use super::builders::*;
use super::by_hand::{Fault, common, everything, on_mysql, on_postgres, on_servers, on_sqlite, rewritten};
use super::run::{apply, script, texts};

/// Says in what the database differs from a schema, if it does.
pub async fn undrifted<C: Connection>(state: &SchemaState, connection: &mut C) -> Result<(), Error> {
    let told = differences(state, connection).await?;
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    if told.is_empty() {
        Ok(())
    } else {
        Err(Error::Configuration(format!("the database has drifted:\n  {}", told.join("\n  "))))
    }
}

async fn differences<C: Connection>(state: &SchemaState, connection: &mut C) -> Result<Vec<Difference>, Error> {
    let catalog = ReadCatalog.run(connection).await?;
    Ok(drift(state, &catalog, connection.dialect()).expect("the database can have the schema"))
}

/// Makes the table `book` anew, without its rows, with something else in its text.
async fn rewrite<C: Connection>(from: &str, to: &str, connection: &mut C) -> Result<(), Error> {
    let sql =
        texts("SELECT sql FROM sqlite_schema WHERE tbl_name = 'book' AND sql IS NOT NULL ORDER BY type DESC", connection).await?;
    let lines: Vec<String> = sql.iter().map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let mut all = vec!["PRAGMA foreign_keys = OFF".to_owned(), "DROP TABLE book".to_owned()];
    let changed = lines[0].replacen(from, to, 1);
    assert_ne!(changed, lines[0], "{from}");
    all.push(changed);
    all.extend(lines[1..].iter().cloned());
    script(&all, connection).await
}

#[everywhere]
async fn every_change_by_hand_is_told(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Faults).await
}

struct Faults;

impl Operation for Faults {
    type Output = ();
    const NAME: &'static str = "faults";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let (dialect, empty) = (connection.dialect(), SchemaState::new());
        let state = everything(dialect.backend());
        apply(&SchemaChange::new(&empty, &state).statements(dialect)?, connection).await?;
        let mut faults = common();
        let remedy: &[&str] = match dialect.backend() {
            Backend::Sqlite => {
                faults.extend(on_sqlite());
                &["DROP INDEX IF EXISTS by_hand"]
            }
            Backend::Postgres => {
                faults.extend(on_servers());
                faults.extend(on_postgres());
                &["DROP INDEX IF EXISTS by_hand"]
            }
            _ => {
                faults.extend(on_servers());
                faults.extend(on_mysql());
                &["ALTER TABLE author DROP INDEX IF EXISTS by_hand"]
            }
        };
        undrifted(&state, connection).await?;
        for Fault { sql, undo, is_told } in faults {
            script(sql, connection).await?;
            let told = differences(&state, connection).await?;
            assert!(told.iter().any(is_told), "{sql:?}: {told:#?}");
            assert!(told.iter().all(|told| told.to_string().ends_with('.')), "{told:#?}");
            script(undo, connection).await?;
            script(remedy, connection).await?;
            // What is not undone stays, and is not to hide what comes next.
            if !undo.is_empty() {
                let left = differences(&state, connection).await?;
                assert!(!left.iter().any(is_told), "{undo:?}: {left:#?}");
            }
        }
        if dialect.backend() == Backend::Sqlite {
            for (from, to, is_told) in rewritten() {
                undrifted(&state, connection).await?;
                rewrite(from, to, connection).await?;
                let told = differences(&state, connection).await?;
                assert!(told.iter().any(is_told), "{from}: {told:#?}");
                script(&["DROP TABLE book", "DROP TABLE review", "DROP TABLE author"], connection).await?;
                apply(&SchemaChange::new(&empty, &state).statements(dialect)?, connection).await?;
            }
        }
        Ok(())
    }
}

#[everywhere]
async fn the_table_of_migrations_and_views_are_nobodys(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Nobodys).await
}

struct Nobodys;

impl Operation for Nobodys {
    type Output = ();
    const NAME: &'static str = "nobodys";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let empty = SchemaState::new();
        script(&["CREATE TABLE amphi_migration (app INTEGER)", "CREATE VIEW seen AS SELECT 1 AS one"], connection).await?;
        undrifted(&empty, connection).await?;
        let mut seen = model("Seen", vec![id()]);
        seen.constraints.push(ConstraintState::Check { name: "x".to_owned(), condition: same("id > 0") });
        let told = differences(&SchemaState::from_iter([seen]), connection).await?;
        assert_eq!(told, [Difference::ViewForTable { table: "seen".to_owned() }]);
        assert_eq!(told[0].to_string(), "`seen` is a view and should be a table.");
        script(&["DROP VIEW seen", "DROP TABLE amphi_migration"], connection).await
    }
}

#[test]
fn both_modes_read_the_same() {
    let db = Database::connect("sqlite::memory:").unwrap();
    let state = SchemaState::from_iter([model("Author", vec![id(), text("name", 40)])]);
    db.operate(Made(state.clone())).unwrap();
    assert_eq!(read_drift(&db, &state).unwrap(), []);
    assert_eq!(read_drift(&db, &SchemaState::new()).unwrap(), [Difference::ExtraTable { table: "author".to_owned() }]);
    let catalog = introspect(&db).unwrap();
    assert_eq!(catalog.table("Author").map(|table| table.columns.len()), Some(2), "SQLite does not tell letters apart");
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        assert_eq!(introspect_a(&db.a()).await.unwrap(), catalog);
        assert_eq!(read_drift_a(&db.a(), &state).await.unwrap(), []);
    });
}

/// Makes the tables of a schema.
struct Made(SchemaState);

impl Operation for Made {
    type Output = ();
    const NAME: &'static str = "made";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let statements = SchemaChange::new(&SchemaState::new(), &self.0).statements(connection.dialect())?;
        apply(&statements, connection).await
    }
}

#[everywhere]
async fn what_the_key_says_already_is_no_constraint_of_its_own(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(SaidTwice).await
}

struct SaidTwice;

impl Operation for SaidTwice {
    type Output = ();
    const NAME: &'static str = "said twice";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let mut place = model("Place", vec![field("row", FieldKind::I32), field("seat", FieldKind::I32)]);
        place.key = vec!["row".to_owned(), "seat".to_owned()];
        place.fields[0].column = Some("row_of".to_owned());
        let (dialect, empty) = (connection.dialect(), SchemaState::new());
        let once = SchemaState::from_iter([place.clone()]);
        let fields = place.key.clone();
        place.constraints.push(ConstraintState::Unique { name: Some("twice".to_owned()), fields, condition: None });
        let twice = SchemaState::from_iter([place]);
        for (from, to) in [(&empty, &twice), (&twice, &once), (&once, &twice), (&twice, &empty)] {
            apply(&SchemaChange::new(from, to).statements(dialect)?, connection).await?;
            undrifted(to, connection).await?;
        }
        Ok(())
    }
}

mod unmanaged {
    use amphi::prelude::*;

    #[derive(Model, Debug, Clone, PartialEq)]
    #[model(table = "seen_by_all", managed = false)]
    pub struct Seen {
        pub id: i64,
        pub title: String,
    }

    #[derive(Model, Debug, Clone, PartialEq)]
    #[model(table = "pointer", managed = true)]
    pub struct Pointer {
        pub id: i64,
        pub seen: ForeignKey<Seen>,
    }
}

#[everywhere]
async fn a_table_that_is_not_managed_is_left_alone(db: AsyncDatabase) -> Result<(), Error> {
    use unmanaged::{Pointer, Seen};

    db.create_tables(models![Seen, Pointer]).await?;
    assert!(Seen::objects().a().count(&db).await.is_err(), "there is no table");
    let seen = Pointer::create().seen(7).a().insert(&db).await?;
    assert_eq!(*seen.seen.key(), 7, "nothing holds it to a table that another program makes");
    let state = SchemaState::of_models(models![Seen, Pointer], &|_| "shop".to_owned())?;
    let told = db.operate(ReadDrift { state: state.clone() }).await?.expect("the database can have it");
    assert_eq!(told, []);
    assert_eq!(state.models().map(|model| model.name.name.as_str()).collect::<Vec<_>>(), ["Pointer"]);
    db.operate(View).await?;
    assert_eq!(Seen::objects().a().get(&db).await?, Seen { id: 7, title: "x".to_owned() });
    Ok(())
}

struct View;

impl Operation for View {
    type Output = ();
    const NAME: &'static str = "view";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        script(&["CREATE VIEW seen_by_all AS SELECT seen_id AS id, 'x' AS title FROM pointer"], connection).await
    }
}
