//! Doing one migration: in one transaction, or in units of which each is noted.

use std::time::{Duration, Instant};

use orm_core::connection::Connection;
use orm_core::sql::CatalogQuery;

use super::history::Found;
use super::migrate::{Event, Migrate};
use super::part::{Part, Triggers, was_done};
use super::steps::Steps;
use super::work::{Item, Unit};
use crate::error::{Error, Result};

/// What is done in one transaction.
#[derive(Clone, Copy)]
pub(super) enum Work<'p> {
    /// The whole migration.
    Whole,
    /// That it begins is noted.
    Begin,
    /// What is left of a unit, when so many items are done.
    Unit(&'p Unit, usize),
    /// Its end is noted, when so many items are done.
    End(usize),
}

impl<S: Steps> Migrate<S> {
    /// Does something in one transaction, on SQLite without the checks of foreign keys where it must. False if another migrator was faster.
    pub(super) async fn transaction<C: Connection>(&mut self, connection: &mut C, part: &Part, work: Work<'_>) -> Result<bool> {
        let without_foreign_keys = match &work {
            Work::Whole => part.items().any(Item::is_without_foreign_keys),
            Work::Unit(unit, _) => unit.items.iter().any(Item::is_without_foreign_keys),
            Work::Begin | Work::End(_) => false,
        };
        if without_foreign_keys {
            connection.set_foreign_keys(false).await?;
        }
        let did = match self.begin(connection).await {
            Ok(()) => {
                let did = self.inside(connection, part, work, without_foreign_keys).await;
                part.end(connection, did).await
            }
            Err(error) => Err(error),
        };
        if without_foreign_keys {
            let on = connection.set_foreign_keys(true).await;
            // The first error is the one to tell.
            return did.and_then(|did| Ok(on.map(|()| did)?));
        }
        did
    }

    async fn inside<C: Connection>(
        &mut self,
        connection: &mut C,
        part: &Part,
        work: Work<'_>,
        checks_keys: bool,
    ) -> Result<bool> {
        // Who holds no lock looks once more, now that nobody else can write.
        let looks = !connection.dialect().features().advisory_locks;
        match work {
            Work::Whole => {
                if looks && part.is_done(connection).await? {
                    return Ok(false);
                }
                self.items(connection, part, part.items(), checks_keys).await?;
                part.note_whole(connection).await?;
            }
            Work::Begin => part.note_begin(connection).await?,
            Work::Unit(unit, position) => {
                if looks && part.position(connection).await? != Some(position) {
                    return Ok(false);
                }
                let left = unit.items.iter().skip(position.saturating_sub(unit.first));
                self.items(connection, part, left, checks_keys).await?;
                part.note(connection, unit.end()).await?;
            }
            Work::End(position) => {
                if looks && part.position(connection).await? != Some(position) {
                    return Ok(false);
                }
                part.note_last(connection).await?;
            }
        }
        Ok(true)
    }

    async fn items<'p, C: Connection>(
        &mut self,
        connection: &mut C,
        part: &'p Part,
        items: impl Iterator<Item = &'p Item> + Send,
        checks_keys: bool,
    ) -> Result<()> {
        let mut triggers = Triggers::default();
        for item in items {
            self.tell(Event::Item(item));
            part.run::<S, C>(connection, item, &mut triggers).await?;
            self.tell(Event::Did(item));
        }
        if checks_keys {
            let mut broken = Found(false);
            connection.fetch(&CatalogQuery::new("SELECT \"table\" FROM pragma_foreign_key_check"), &mut broken).await?;
            if broken.0 {
                return Err(Error::BrokenKeys { migration: part.migration.id.clone() });
            }
        }
        Ok(())
    }

    /// Does a migration unit by unit, and notes with each that it is done. Where migrators have no lock, several may do the units of one
    /// migration by turns; true for the one that ends it.
    pub(super) async fn in_units<C: Connection>(&mut self, connection: &mut C, part: &Part) -> Result<bool> {
        let transactional = connection.dialect().features().transactional_ddl;
        // What was begun by somebody else may be done and not noted.
        let mut in_doubt = part.position(connection).await?;
        if in_doubt.is_none() {
            self.transaction(connection, part, Work::Begin).await?;
        }
        loop {
            let Some(position) = part.position(connection).await? else { return Ok(false) };
            let Some(unit) = part.unit_behind(position) else {
                return self.transaction(connection, part, Work::End(position)).await;
            };
            let in_doubt = in_doubt.take() == Some(position);
            match unit.items.as_slice() {
                [item] if item.is_alone() || (!transactional && matches!(item, Item::Schema(_))) => {
                    self.alone(connection, part, item, unit.end(), in_doubt).await?;
                }
                _ => {
                    self.transaction(connection, part, Work::Unit(unit, position)).await?;
                }
            }
        }
    }

    /// Does what runs in no transaction, unless it was done before, and notes it.
    async fn alone<C: Connection>(
        &mut self,
        connection: &mut C,
        part: &Part,
        item: &Item,
        done: usize,
        in_doubt: bool,
    ) -> Result<()> {
        if !(in_doubt && was_done(connection, item).await?) {
            self.tell(Event::Item(item));
            part.run::<S, C>(connection, item, &mut Triggers::default()).await?;
            self.tell(Event::Did(item));
        }
        part.note(connection, done).await
    }

    /// Begins a transaction, which on SQLite waits for that of another migrator.
    async fn begin<C: Connection>(&mut self, connection: &mut C) -> Result<()> {
        let since = Instant::now();
        while must_wait(self.patience, since, connection.begin().await)? {}
        Ok(())
    }
}

/// Whether something is to be tried again because another migrator is at work. SQLite has waited already, for as long as the URL says.
pub(super) fn must_wait(patience: Duration, since: Instant, outcome: orm_core::Result<()>) -> Result<bool> {
    match outcome {
        Err(orm_core::Error::Busy) if since.elapsed() < patience => Ok(true),
        outcome => Ok(outcome.map(|()| false)?),
    }
}
