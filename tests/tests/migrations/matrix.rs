//! Each change of a schema with rows in it, forth and back: what comes of it is what would have been created.

use amphi::Backend;
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::schema::{ModelName, SchemaState};
use orm_core::sql::SchemaChange;

use super::cases::{Case, cases};
use super::drift::undrifted;
use super::introspect::{queries, sorted};
use super::run::{apply, script, texts};

#[everywhere]
async fn a_changed_schema_is_as_a_created_one(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Tried(cases())).await
}

/// Cases, tried one after the other. `AMPHI_CASE` chooses those whose name has a word.
struct Tried(Vec<Case>);

impl Operation for Tried {
    type Output = ();
    const NAME: &'static str = "tried";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let only = std::env::var("AMPHI_CASE").unwrap_or_default();
        let backend = connection.dialect().backend();
        let mut failed = Vec::new();
        for case in self.0.into_iter().filter(|case| case.name.contains(&only) && (case.runs_on)(backend)) {
            let name = case.name;
            if let Err(error) = goes_there_and_back(case, connection).await {
                failed.push(format!("{name}: {error}"));
                // A case that failed leaves something behind.
                clear(connection).await?;
            }
        }
        assert!(failed.is_empty(), "{} cases failed:\n{}", failed.len(), failed.join("\n\n"));
        Ok(())
    }
}

/// The schemas of all cases, one made of the other without a word about what was renamed.
#[everywhere]
async fn any_schema_becomes_any_other(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Chained(cases())).await
}

struct Chained(Vec<Case>);

impl Operation for Chained {
    type Output = ();
    const NAME: &'static str = "chained";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let (dialect, empty) = (connection.dialect(), SchemaState::new());
        let cases = self.0.into_iter().filter(|case| (case.runs_on)(dialect.backend()));
        let mut before = SchemaState::new();
        let mut failed = Vec::new();
        for Case { name, after, .. } in cases {
            let changed = SchemaChange::new(&before, &after).statements(dialect)?;
            let sql: Vec<String> = changed.iter().map(|statement| statement.sql.clone()).collect();
            let found = match apply(&changed, connection).await {
                Ok(()) => match undrifted(&after, connection).await {
                    Ok(()) => schema(connection).await?,
                    Err(error) => vec![error.to_string()],
                },
                Err(error) => vec![error.to_string()],
            };
            clear(connection).await?;
            apply(&SchemaChange::new(&empty, &after).statements(dialect)?, connection).await?;
            if let Err(told) = same(&schema(connection).await?, &found) {
                failed.push(format!("{name}: {told} by {sql:#?}"));
            }
            // What comes next begins with a schema that was created.
            before = after;
        }
        assert!(failed.is_empty(), "{} changes failed:\n{}", failed.len(), failed.join("\n\n"));
        Ok(())
    }
}

async fn goes_there_and_back<C: Connection>(case: Case, connection: &mut C) -> Result<(), Error> {
    let (empty, dialect) = (SchemaState::new(), connection.dialect());
    let there = SchemaChange {
        renamed_models: case.renamed_models.clone(),
        renamed_fields: case.renamed_fields.clone(),
        fills: case.fills.clone(),
        ..SchemaChange::new(&case.before, &case.after)
    };
    let back = SchemaChange {
        renamed_models: case.renamed_models.iter().map(|(from, to)| (to.clone(), from.clone())).collect(),
        renamed_fields: case.renamed_fields.iter().map(|(of, from, to)| (before(of, &case), to.clone(), from.clone())).collect(),
        fills: case.back_fills.clone(),
        ..SchemaChange::new(&case.after, &case.before)
    };
    let create = |state| SchemaChange::new(&empty, state).statements(dialect);
    // Fresh ones, to compare with.
    let mut fresh = Vec::new();
    for state in [&case.after, &case.before] {
        apply(&create(state)?, connection).await?;
        fresh.push(schema(connection).await?);
        undrifted(state, connection).await?;
        apply(&SchemaChange::new(state, &empty).statements(dialect)?, connection).await?;
        let left = schema(connection).await?;
        assert!(left.is_empty(), "{}: left behind: {left:#?}", case.name);
    }
    // PostgreSQL tells all of them apart.
    assert!(dialect.backend() != Backend::Postgres || same(&fresh[0], &fresh[1]).is_err(), "{} changes nothing", case.name);
    apply(&create(&case.before)?, connection).await?;
    script(&case.rows, connection).await?;
    let rows = counts(&case.before, connection).await?;
    for (fresh, change) in fresh.iter().zip([&there, &back]) {
        let statements = change.statements(dialect)?;
        let sql: Vec<String> = statements.iter().map(|statement| statement.sql.clone()).collect();
        apply(&statements, connection).await?;
        same(fresh, &schema(connection).await?).map_err(|told| Error::Configuration(format!("{told}\n  by {sql:#?}")))?;
        undrifted(change.after, connection).await.map_err(|told| Error::Configuration(format!("{told}\n  by {sql:#?}")))?;
        // No row is lost, nor those that point at it.
        let found = counts(change.after, connection).await?;
        for (model, count) in &rows {
            let name = case.renamed_models.iter().find(|(from, _)| from == model).map_or(model, |(_, to)| to);
            let now = found.iter().find(|(other, _)| other == name || other == model);
            if case.after.model(name).is_some() && now.is_none_or(|(_, now)| now != count) {
                return Err(Error::Configuration(format!("`{model}` had {count} rows and has {now:?}, by {sql:#?}")));
            }
        }
        if std::ptr::eq(change.after, &case.after) {
            for (query, expected) in &case.shows {
                let shown = texts(query, connection).await?.join(" ");
                if shown != *expected {
                    return Err(Error::Configuration(format!("{query} shows {shown:?}, not {expected:?}, by {sql:#?}")));
                }
            }
        }
    }
    apply(&SchemaChange::new(&case.before, &empty).statements(dialect)?, connection).await
}

fn before(model: &ModelName, case: &Case) -> ModelName {
    case.renamed_models.iter().find(|(_, to)| to == model).map_or(model, |(from, _)| from).clone()
}

async fn schema<C: Connection>(connection: &mut C) -> Result<Vec<String>, Error> {
    let mut answers = Vec::new();
    for query in queries(connection.dialect().backend()) {
        answers.extend(texts(query, connection).await?);
    }
    Ok(sorted(answers))
}

async fn counts<C: Connection>(state: &SchemaState, connection: &mut C) -> Result<Vec<(ModelName, String)>, Error> {
    let mut counts = Vec::new();
    for model in state.models() {
        let found = texts(&format!("SELECT count(*) FROM {}", model.table), connection).await?;
        counts.push((model.name.clone(), found.concat()));
    }
    Ok(counts)
}

/// Drops whatever is there.
async fn clear<C: Connection>(connection: &mut C) -> Result<(), Error> {
    let (before, tables, after) = match connection.dialect().backend() {
        Backend::Sqlite => (
            "PRAGMA foreign_keys = OFF",
            "SELECT 'DROP TABLE \"' || name || '\"' FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            "PRAGMA foreign_keys = ON",
        ),
        Backend::Postgres => (
            "SELECT 1",
            "SELECT format('DROP TABLE IF EXISTS %I CASCADE', tablename) FROM pg_tables WHERE schemaname = current_schema() \
             UNION ALL SELECT format('DROP TYPE IF EXISTS %I CASCADE', typname) FROM pg_type \
             WHERE typnamespace = current_schema()::regnamespace AND typtype = 'e'",
            "SELECT 1",
        ),
        _ => (
            "SET foreign_key_checks = 0",
            "SELECT CONCAT('DROP TABLE `', TABLE_NAME, '`') FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()",
            "SET foreign_key_checks = 1",
        ),
    };
    let mut all = vec![before.to_owned()];
    all.extend(texts(tables, connection).await?);
    all.push(after.to_owned());
    script(&all, connection).await
}

/// That two schemas are the same, or in what they differ.
fn same(fresh: &[String], found: &[String]) -> Result<(), String> {
    let apart = |one: &[String], other: &[String], sign: &str| {
        let lines = one.iter().filter(|line| !other.contains(line));
        lines.map(|line| format!("  {sign} {line}\n")).collect::<String>()
    };
    let told = apart(fresh, found, "missing:") + &apart(found, fresh, "too much:");
    if told.is_empty() && fresh.len() == found.len() { Ok(()) } else { Err(format!("the schema is another one:\n{told}")) }
}
