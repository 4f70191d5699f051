//! The lock that one migrator holds, and trying again what others had locked.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use orm_core::Result;
use orm_core::connection::{Connection, Sink};
use orm_core::field::FieldType;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::{Backend, CatalogQuery};

use super::history::Found;

/// The name of the lock that one migrator holds. The servers have one for each of their databases, and on PostgreSQL each schema has
/// migrations of its own.
pub(super) async fn name<C: Connection>(connection: &mut C) -> Result<String> {
    let mut name = Name("amphi migrations".to_owned());
    if connection.dialect().backend() == Backend::Postgres {
        connection.fetch(&CatalogQuery::new("SELECT current_schema()::text"), &mut name).await?;
    }
    Ok(name.0)
}

struct Name(String);

impl Sink for Name {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        if let Some(schema) = Option::<String>::decode(row, 0)? {
            self.0.push_str(" of ");
            self.0.push_str(&schema);
        }
        Ok(ControlFlow::Break(()))
    }
}

/// The longest pause before the next try.
const LONGEST: Duration = Duration::from_secs(1);

/// Whether there is time for another try.
pub(super) fn has_time(patience: Duration, since: Instant, timeout: Duration) -> bool {
    since.elapsed().saturating_add(timeout.min(LONGEST)) < patience
}

/// Lets those through who had to wait behind the migration. The server waits, as this is the same in both modes.
pub(super) async fn pause<C: Connection>(connection: &mut C, timeout: Duration) -> Result<()> {
    let seconds = timeout.min(LONGEST).as_secs_f64();
    let sleep = match connection.dialect().backend() {
        Backend::Postgres => format!("SELECT 1 FROM pg_sleep({seconds})"),
        _ => format!("SELECT SLEEP({seconds})"),
    };
    connection.fetch(&CatalogQuery::new(sleep), &mut Found(false)).await
}
