//! Models of an existing database: the schema that is made of it is the database's, and so is that of the source, compiled.

use amphi::migrations::drift::{Difference, drift};
use amphi::migrations::inspect::{InspectOptions, inspect, inspectdb};
use amphi::migrations::introspect::ReadCatalog;
use amphi::prelude::*;
use amphi::{Backend, Error};
use amphi_test_macros::everywhere;
use orm_core::connection::{Access, Connection};
use orm_core::meta::ModelMeta;
use orm_core::ops::Operation;
use orm_core::schema::SchemaState;
use orm_core::sql::SchemaChange;

use super::cases::cases;
use super::run::{apply, script};
use super::written;

/// What no database tells, or no model says; there is a note of it.
const UNSAID: &[&str] = &[
    "a key that the database no longer fills in",
    "an exclusion constraint",
    "from integer to decimal",
    "labels of a key that others point at in another order",
];

/// The schemas of the matrix, each made of a database that has it.
#[everywhere]
async fn a_database_gives_its_schema_back(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(GivenBack).await
}

struct GivenBack;

impl Operation for GivenBack {
    type Output = ();
    const NAME: &'static str = "given back";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let (dialect, empty) = (connection.dialect(), SchemaState::new());
        let only = std::env::var("AMPHI_CASE").unwrap_or_default();
        let mut failed = Vec::new();
        for case in cases().into_iter().filter(|case| (case.runs_on)(dialect.backend()) && case.name.contains(&only)) {
            apply(&SchemaChange::new(&empty, &case.after).statements(dialect)?, connection).await?;
            let catalog = ReadCatalog.run(connection).await?;
            let made = inspect(&catalog, &InspectOptions::new("shop"), dialect);
            let told = drift(&made.state, &catalog, dialect).map_err(|error| error.to_string());
            let is_told = !made.notes.is_empty() || !made.left_out.is_empty();
            if told.as_ref().is_ok_and(Vec::is_empty) || (is_told && UNSAID.contains(&case.name)) {
                inspectdb(&catalog, &InspectOptions::new("shop"), dialect).expect("it can be written");
            } else {
                failed.push(format!("{}: {told:#?} {:?} {:?}", case.name, made.left_out, made.notes));
            }
            apply(&SchemaChange::new(&case.after, &empty).statements(dialect)?, connection).await?;
        }
        assert!(failed.is_empty(), "{} schemas came back otherwise:\n{}", failed.len(), failed.join("\n"));
        Ok(())
    }
}

/// A database that others made, with what models cannot say.
#[everywhere]
async fn the_source_of_a_database_compiles_to_its_schema(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Written).await
}

struct Written;

impl Operation for Written {
    type Output = ();
    const NAME: &'static str = "written";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let dialect = connection.dialect();
        let (file, expected, models): (_, _, &[&'static ModelMeta]) = match dialect.backend() {
            Backend::Sqlite => ("sqlite", include_str!("written/sqlite.rs"), written::SQLITE),
            Backend::Postgres => ("postgres", include_str!("written/postgres.rs"), written::POSTGRES),
            _ => ("mysql", include_str!("written/mysql.rs"), written::MYSQL),
        };
        script(written::tables(dialect.backend()), connection).await?;
        let catalog = ReadCatalog.run(connection).await?;
        let source = inspectdb(&catalog, &InspectOptions::new("library"), dialect).expect("it can be written");
        // `AMPHI_WRITE=1` writes what there is to be reviewed.
        if std::env::var_os("AMPHI_WRITE").is_some() {
            let path = format!("{}/tests/migrations/written/{file}.rs", env!("CARGO_MANIFEST_DIR"));
            std::fs::write(path, &source).expect("the file can be written");
        }
        assert_eq!(source, expected);
        let state = SchemaState::of_models(models, &|_| "library".to_owned())?;
        let told = drift(&state, &catalog, dialect).expect("the database can have the schema");
        // A table that can be no model is nobody's.
        let is_keyless = |told: &&Difference| matches!(told, Difference::ExtraTable { table } if table == "keyless");
        let left: Vec<String> = told.iter().filter(|told| !is_keyless(told)).map(ToString::to_string).collect();
        assert_eq!(left, written::unsaid(dialect.backend()));
        Ok(())
    }
}
