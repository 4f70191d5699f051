//! All rows of the models deleted: Django's `flush`.

use std::ops::ControlFlow;
use std::sync::Arc;

use orm_core::connection::{Access, Connection, Sink};
use orm_core::field::FieldType;
use orm_core::ops::Operation;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::schema::{ModelName, ModelState, SchemaState};
use orm_core::sql::{Backend, CatalogQuery, Dialect};

use super::error::{Error, Result};
use super::keys::quoted;
use crate::apply::history::Found;

/// Deletes all rows of all models of a schema, and has the database number rows from 1 again (Django's `flush`).
///
/// The tables stay, and so does what is noted of migrations. It is all or nothing, but that on MySQL and MariaDB the numbers begin anew
/// only behind the commit. It must be [confirmed](Flush::yes).
#[derive(Debug)]
#[must_use]
pub struct Flush {
    schema: Arc<SchemaState>,
    yes: bool,
}

/// What was deleted.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Flushed {
    /// The models whose rows were deleted.
    pub models: Vec<ModelName>,
}

impl Flush {
    /// Deletes the rows of the models of a schema.
    pub fn new(schema: impl Into<Arc<SchemaState>>) -> Self {
        Flush { schema: schema.into(), yes: false }
    }

    /// Confirms it.
    pub fn yes(mut self, yes: bool) -> Self {
        self.yes = yes;
        self
    }
}

impl Operation for Flush {
    type Output = Result<Flushed>;
    const NAME: &'static str = "flush";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> orm_core::Result<Self::Output> {
        Ok(self.guarded(connection).await)
    }
}

impl Flush {
    async fn guarded<C: Connection>(&self, connection: &mut C) -> Result<Flushed> {
        let models: Vec<&ModelState> = self.schema.models().collect();
        if !self.yes {
            return Err(Error::Unconfirmed { tables: models.len() });
        }
        let flushed = Flushed { models: models.iter().map(|model| model.name.clone()).collect() };
        if models.is_empty() {
            return Ok(flushed);
        }
        // PostgreSQL does nothing here, and truncates tables that point at each other together.
        connection.set_foreign_keys(false).await?;
        let done = transaction(&models, connection).await;
        let restored = connection.set_foreign_keys(true).await;
        // The first error is the one to tell; a session that cannot be put right is closed by its lease.
        done?;
        restored?;
        if connection.dialect().backend() == Backend::MySql {
            for model in models.iter().filter(|model| model.key_fields().any(|field| field.generated)) {
                let sql = format!("ALTER TABLE {} AUTO_INCREMENT = 1", quoted(&model.table, connection.dialect()));
                connection.run_script(&sql).await?;
            }
        }
        Ok(flushed)
    }
}

async fn transaction<C: Connection>(models: &[&ModelState], connection: &mut C) -> Result<()> {
    connection.begin().await?;
    match inside(models, connection).await {
        Ok(()) => Ok(connection.commit().await?),
        Err(error) => {
            // The first error is the one to tell; a connection that cannot roll back is closed by its lease.
            let _ = connection.rollback().await;
            Err(error)
        }
    }
}

async fn inside<C: Connection>(models: &[&ModelState], connection: &mut C) -> Result<()> {
    let dialect = connection.dialect();
    if dialect.backend() == Backend::Postgres {
        let tables: Vec<String> = models.iter().map(|model| quoted(&model.table, dialect)).collect();
        connection.run_script(&format!("TRUNCATE {} RESTART IDENTITY", tables.join(", "))).await?;
        return Ok(());
    }
    for model in models {
        connection.run_script(&format!("DELETE FROM {}", quoted(&model.table, dialect))).await?;
    }
    if dialect.backend() == Backend::Sqlite {
        let mut counts = Found(false);
        connection.fetch(&CatalogQuery::new("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'"), &mut counts).await?;
        if counts.0 {
            connection.run_script(&format!("DELETE FROM sqlite_sequence WHERE name IN ({})", listed(models, dialect))).await?;
        }
    }
    let mut others = Others::default();
    connection.fetch(&others_that_point(models, dialect), &mut others).await?;
    for (by, column) in others.0 {
        if let Some(column) = column {
            let mut rows = Found(false);
            connection
                .fetch(
                    &CatalogQuery::new(format!(
                        "SELECT 1 FROM {} WHERE {} IS NOT NULL LIMIT 1",
                        quoted(&by, dialect),
                        quoted(&column, dialect)
                    )),
                    &mut rows,
                )
                .await?;
            if !rows.0 {
                continue;
            }
        }
        return Err(Error::PointedAt { by });
    }
    Ok(())
}

/// The tables as literals, between commas.
fn listed(models: &[&ModelState], dialect: &dyn Dialect) -> String {
    let mut names = String::new();
    for (at, model) in models.iter().enumerate() {
        names.push_str(if at == 0 { "" } else { ", " });
        dialect.text_literal(&model.table, &mut names);
    }
    names
}

/// Asks for tables whose rows point at what is gone: on SQLite for those that have such rows, on MySQL for those that may have, with the
/// column that points.
fn others_that_point(models: &[&ModelState], dialect: &dyn Dialect) -> CatalogQuery {
    let ours = listed(models, dialect);
    CatalogQuery::new(if dialect.backend() == Backend::Sqlite {
        format!("SELECT DISTINCT \"table\", NULL FROM pragma_foreign_key_check WHERE \"parent\" IN ({ours})")
    } else {
        format!(
            "SELECT DISTINCT table_name, column_name FROM information_schema.key_column_usage WHERE table_schema = DATABASE() \
             AND referenced_table_schema = DATABASE() AND referenced_table_name IN ({ours}) AND table_name NOT IN ({ours})"
        )
    })
}

#[derive(Default)]
struct Others(Vec<(String, Option<String>)>);

impl Sink for Others {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.0.push((FieldType::decode(row, 0)?, FieldType::decode(row, 1)?));
        Ok(ControlFlow::Continue(()))
    }
}
