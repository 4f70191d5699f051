//! A migration that is to be applied or undone: how its parts are run, and how it is noted what is done.

use std::ops::ControlFlow;

use orm_core::Result as CoreResult;
use orm_core::connection::{Connection, Sink};
use orm_core::field::FieldType;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::running::Running;
use orm_core::sql::Rebuild;

use super::history::{self, Direction, Entry, Found};
use super::steps::Steps;
use super::work::{Item, Unit};
use crate::error::{Error, Result};
use crate::migration::Migration;

/// A migration that is to be applied or undone, and what that is to the database.
pub(super) struct Part {
    pub migration: Migration,
    pub direction: Direction,
    pub units: Vec<Unit>,
}

impl Part {
    /// Whether it is done in one transaction.
    pub(super) fn is_atomic<C: Connection>(&self, connection: &C) -> bool {
        self.migration.is_one_transaction(self.items(), connection.dialect())
    }

    /// All that it does.
    pub(super) fn items(&self) -> impl Iterator<Item = &Item> {
        self.units.iter().flat_map(|unit| &unit.items)
    }

    /// The unit that goes on behind so many items.
    pub(super) fn unit_behind(&self, position: usize) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.end() > position)
    }

    /// Whether the database has it as it is to be already.
    pub(super) async fn is_done<C: Connection>(&self, connection: &mut C) -> Result<bool> {
        let applied = history::entry(connection, &self.migration.id).await?.is_some();
        Ok(applied == (self.direction == Direction::Forwards))
    }

    /// How many of its items are done; none if it is not under way.
    pub(super) async fn position<C: Connection>(&self, connection: &mut C) -> Result<Option<usize>> {
        match history::entry(connection, &self.migration.id).await? {
            Some(Entry { direction, position, .. }) if direction == self.direction || position.is_none() => Ok(position),
            Some(Entry { direction, .. }) => {
                let backwards = direction == Direction::Backwards;
                Err(Error::Interrupted { migration: self.migration.id.clone(), backwards })
            }
            None => Ok(None),
        }
    }

    /// Notes that it begins, unless it is under way or done already.
    pub(super) async fn note_begin<C: Connection>(&self, connection: &mut C) -> Result<()> {
        let id = &self.migration.id;
        match (self.direction, history::entry(connection, id).await?) {
            (Direction::Forwards, None) => history::note(connection, id, &self.migration.checksum(), Some(0)).await?,
            (Direction::Backwards, Some(Entry { position: None, .. })) => {
                history::move_on(connection, id, self.direction, Some(0)).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Notes that so many of its items are done.
    pub(super) async fn note<C: Connection>(&self, connection: &mut C, done: usize) -> Result<()> {
        Ok(history::move_on(connection, &self.migration.id, self.direction, Some(done)).await?)
    }

    /// Notes its end, when it was noted that it began.
    pub(super) async fn note_last<C: Connection>(&self, connection: &mut C) -> Result<()> {
        match self.direction {
            Direction::Forwards => history::move_on(connection, &self.migration.id, self.direction, None).await?,
            Direction::Backwards => history::forget(connection, &self.migration.id).await?,
        }
        Ok(())
    }

    /// Notes it as a whole.
    pub(super) async fn note_whole<C: Connection>(&self, connection: &mut C) -> Result<()> {
        match self.direction {
            Direction::Forwards => history::note(connection, &self.migration.id, &self.migration.checksum(), None).await?,
            Direction::Backwards => history::forget(connection, &self.migration.id).await?,
        }
        Ok(())
    }

    /// Does one item.
    pub(super) async fn run<S: Steps, C: Connection>(
        &self,
        connection: &mut C,
        item: &Item,
        triggers: &mut Triggers,
    ) -> Result<()> {
        let outcome = match item {
            Item::Schema(statement) => match &statement.rebuild {
                Some(place) => triggers.around(connection, &statement.sql, place).await,
                None => connection.run_script(&statement.sql).await,
            },
            Item::Sql(sql) => connection.run_script(sql).await,
            Item::Step(name) => S::run(name, &mut Running::new(connection)).await,
        };
        outcome.map_err(|error| self.failed(&item.about(), error))
    }

    /// Ends the transaction that something was done in, or that was found to be done already.
    pub(super) async fn end<C: Connection>(&self, connection: &mut C, did: Result<bool>) -> Result<bool> {
        if let Ok(true) = did {
            return connection.commit().await.map(|()| true).map_err(|error| self.failed("commit", error));
        }
        // The first error is the one to tell; a connection that cannot roll back is closed by its lease.
        let _ = connection.rollback().await;
        did
    }

    fn failed(&self, doing: &str, source: orm_core::Error) -> Error {
        let (migration, doing, source) = (self.migration.id.clone(), doing.to_owned(), Box::new(source));
        if source.is_retryable() {
            return Error::LockTimeout { migration, doing, source };
        }
        Error::Database { migration, doing, source }
    }
}

/// Whether a part of a migration was done before a crash. What runs in a transaction with its note was not, if the note is not there.
pub(super) async fn was_done<C: Connection>(connection: &mut C, item: &Item) -> Result<bool> {
    let Some(probe) = item.probe() else { return Ok(false) };
    let mut found = Found(false);
    connection.fetch(probe, &mut found).await?;
    Ok(found.0)
}

/// The triggers of a table that SQLite makes anew, as SQL, while the table is away.
#[derive(Default)]
pub(super) struct Triggers(Vec<String>);

impl Triggers {
    /// Runs a statement before which triggers are there, or behind which they are to be there again.
    async fn around<C: Connection>(&mut self, connection: &mut C, sql: &str, place: &Rebuild) -> CoreResult<()> {
        match place {
            Rebuild::Begins(query) => {
                connection.fetch(query, self).await?;
                connection.run_script(sql).await
            }
            Rebuild::Ends(check) => {
                connection.run_script(sql).await?;
                self.make(connection, check).await
            }
        }
    }

    async fn make<C: Connection>(&mut self, connection: &mut C, check: &str) -> CoreResult<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        for trigger in std::mem::take(&mut self.0) {
            connection.run_script(&trigger).await?;
        }
        // What the check writes anew is left as the user wrote it.
        connection.begin().await?;
        let fits = connection.run_script(check).await;
        connection.rollback().await?;
        fits
    }
}

impl Sink for Triggers {
    fn row<R: ColumnReader>(&mut self, row: &R) -> std::result::Result<ControlFlow<()>, DecodeError> {
        self.0.push(String::decode(row, 0)?);
        Ok(ControlFlow::Continue(()))
    }
}
