//! Running statements of DDL on a connection, and asking for texts.

use std::ops::ControlFlow;

use amphi::Error;
use orm_core::connection::{Access, Connection, Sink};
use orm_core::field::FieldType as _;
use orm_core::ops::Operation;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::{CatalogQuery, SchemaStatement};

/// Runs statements of a schema change as an executor of migrations does: in a transaction where there are such, without foreign
/// keys where that is asked for, and otherwise with the probe of each asked before and after it.
pub async fn apply<C: Connection>(statements: &[SchemaStatement], connection: &mut C) -> Result<(), Error> {
    if !connection.dialect().features().transactional_ddl {
        for statement in statements {
            probed(statement, connection).await?;
        }
        return Ok(());
    }
    let unguarded = statements.iter().any(|statement| statement.without_foreign_keys);
    if unguarded {
        connection.run_script("PRAGMA foreign_keys = OFF").await?;
    }
    let done = transactions(statements, unguarded, connection).await;
    if unguarded {
        connection.run_script("PRAGMA foreign_keys = ON").await?;
    }
    done
}

/// A transaction for each run of statements between those that run alone.
async fn transactions<C: Connection>(statements: &[SchemaStatement], unguarded: bool, connection: &mut C) -> Result<(), Error> {
    for together in statements.chunk_by(|one, next| !one.alone && !next.alone) {
        if let [statement] = together
            && statement.alone
        {
            run(statement, connection).await?;
            continue;
        }
        connection.begin().await?;
        match in_transaction(together, unguarded, connection).await {
            Ok(()) => connection.commit().await?,
            Err(error) => {
                connection.rollback().await?;
                return Err(error);
            }
        }
    }
    Ok(())
}

async fn in_transaction<C: Connection>(statements: &[SchemaStatement], unguarded: bool, connection: &mut C) -> Result<(), Error> {
    for statement in statements {
        run(statement, connection).await?;
    }
    if unguarded {
        let dangling =
            texts("SELECT \"table\" || ' points at no ' || \"parent\" FROM pragma_foreign_key_check", connection).await?;
        assert!(dangling.is_empty(), "{dangling:?}");
    }
    Ok(())
}

async fn run<C: Connection>(statement: &SchemaStatement, connection: &mut C) -> Result<(), Error> {
    match connection.run_script(&statement.sql).await {
        Ok(()) => Ok(()),
        Err(error) => Err(Error::Configuration(format!("{error}\n    {}", statement.sql))),
    }
}

/// Runs a statement that no transaction undoes. Its probe tells whether it was run; without one it is run twice.
async fn probed<C: Connection>(statement: &SchemaStatement, connection: &mut C) -> Result<(), Error> {
    let Some(probe) = &statement.probe else {
        run(statement, connection).await?;
        return run(statement, connection).await;
    };
    for was_run in [false, true] {
        let found = texts(probe.sql(), connection).await?;
        assert_eq!(found.len(), usize::from(was_run), "the probe of {statement}: {}", probe.sql());
        if !was_run {
            run(statement, connection).await?;
        }
    }
    Ok(())
}

/// The first column of a query's rows, as text.
pub async fn texts<C: Connection>(sql: &str, connection: &mut C) -> Result<Vec<String>, Error> {
    let mut found = Texts::default();
    let asked = connection.fetch(&CatalogQuery::new(sql), &mut found).await;
    asked.map_err(|error| Error::Configuration(format!("{error}\n    {sql}")))?;
    Ok(found.0)
}

/// Runs statements that a user wrote.
pub async fn script<C: Connection>(statements: &[impl AsRef<str>], connection: &mut C) -> Result<(), Error> {
    for sql in statements.iter().map(AsRef::as_ref) {
        connection.run_script(sql).await.map_err(|error| Error::Configuration(format!("{error}\n    {sql}")))?;
    }
    Ok(())
}

/// Statements that a user wrote, as an operation.
pub struct Script(pub Vec<String>);

impl Operation for Script {
    type Output = ();
    const NAME: &'static str = "script";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        script(&self.0, connection).await
    }
}

/// The texts that a query gives, as an operation.
pub struct Asked(pub String);

impl Operation for Asked {
    type Output = Vec<String>;
    const NAME: &'static str = "asked";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Vec<String>, Error> {
        texts(&self.0, connection).await
    }
}

#[derive(Default)]
struct Texts(Vec<String>);

impl Sink for Texts {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        // A probe answers with a number.
        let text = row.i64(0).ok().flatten().map(|number| number.to_string());
        self.0.push(match text {
            Some(text) => text,
            None => Option::<String>::decode(row, 0)?.unwrap_or_else(|| "NULL".to_owned()),
        });
        Ok(ControlFlow::Continue(()))
    }
}
