//! Bringing a database to a target: one migration after the other, each once.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use orm_core::advisory::AdvisoryWait;
use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::running::Running;
use orm_core::sql::CatalogQuery;

use super::history::{self, Direction, Found, History};
use super::steps::{NoSteps, Steps};
use super::work::{Item, items_of};
use crate::error::{Error, Result};
use crate::graph::{Graph, Plan, Target};
use crate::migration::{Migration, MigrationId};

/// The name of the lock that one migrator holds.
const LOCK: &str = "amphi migrations";

/// What a migrator tells while it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'e> {
    /// A migration begins, one of so many.
    Begins(&'e MigrationId, Direction, usize),
    /// A part of it is to be done.
    Item(&'e Item),
    /// A part of it was done, and is not noted yet.
    Did(&'e Item),
    /// It is at its end.
    Ends(&'e MigrationId),
}

/// A migration that was applied or undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The migration.
    pub id: MigrationId,
    /// Which of the two.
    pub direction: Direction,
    /// Whether it was only noted.
    pub faked: bool,
}

type Listener = Box<dyn FnMut(Event<'_>) + Send>;

/// Brings a database to a target. An operation of both modes.
pub struct Migrate<S: Steps = NoSteps> {
    migrations: Arc<[Migration]>,
    target: Target,
    fake: bool,
    destroys: bool,
    patience: Duration,
    listener: Option<Listener>,
    steps: PhantomData<fn() -> S>,
}

impl<S: Steps> std::fmt::Debug for Migrate<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Migrate").field("target", &self.target).field("fake", &self.fake).finish_non_exhaustive()
    }
}

impl<S: Steps> Migrate<S> {
    /// Applies all migrations that are not applied.
    #[must_use]
    pub fn new(migrations: Arc<[Migration]>) -> Self {
        Migrate {
            migrations,
            target: Target::Latest,
            fake: false,
            destroys: false,
            patience: Duration::from_secs(600),
            listener: None,
            steps: PhantomData,
        }
    }

    /// Where to get.
    #[must_use]
    pub fn to(mut self, target: Target) -> Self {
        self.target = target;
        self
    }

    /// Only notes the migrations, without doing what they say (Django's `--fake`).
    #[must_use]
    pub fn fake(mut self, fake: bool) -> Self {
        self.fake = fake;
        self
    }

    /// Whether tables, columns and parts of values may be lost.
    #[must_use]
    pub fn allow_destructive(mut self, allow: bool) -> Self {
        self.destroys = allow;
        self
    }

    /// How long another migrator is waited for; ten minutes unless it is said.
    #[must_use]
    pub fn lock_wait(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Who is told what is done.
    #[must_use]
    pub fn on_event(mut self, listener: impl FnMut(Event<'_>) + Send + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    fn tell(&mut self, event: Event<'_>) {
        if let Some(listener) = &mut self.listener {
            listener(event);
        }
    }

    async fn locked<C: Connection>(&mut self, connection: &mut C) -> Result<Vec<Applied>> {
        let since = Instant::now();
        while must_wait(self.patience, since, history::create(connection).await)? {}
        let history = history::read(connection).await?;
        let graph = graph_of(&self.migrations, &history)?;
        let replaced: Vec<Migration> = graph.newly_replaced(&history.applied()).cloned().collect();
        for migration in &replaced {
            history::note(connection, &migration.id, &migration.checksum(), None).await?;
        }
        let work = self.planned(connection, &graph)?;
        if let Some((id, entry)) = history.interrupted()
            && !work.iter().any(|part| part.migration.id == *id && part.direction == entry.direction)
        {
            return Err(Error::Interrupted { migration: id.clone(), backwards: entry.direction == Direction::Backwards });
        }
        let total = work.len();
        let mut done = Vec::with_capacity(total);
        for part in work {
            self.tell(Event::Begins(&part.migration.id, part.direction, total));
            let id = part.migration.id.clone();
            let direction = part.direction;
            let did = if self.fake {
                part.note_end(connection).await.map(|()| true)
            } else if part.is_atomic(connection) {
                self.whole(connection, &part).await
            } else {
                self.one_by_one(connection, &part, history.entries.get(&id).and_then(|entry| entry.position)).await
            }?;
            self.tell(Event::Ends(&id));
            if did {
                done.push(Applied { id, direction, faked: self.fake });
            }
        }
        Ok(done)
    }

    /// What is to be done, migration by migration, with the SQL of this database; refused as a whole where it may not be.
    fn planned<C: Connection>(&self, connection: &C, graph: &Graph) -> Result<Vec<Part>> {
        let (direction, migrations): (_, Vec<Migration>) = match graph.plan(&self.target)? {
            Plan::Forwards(migrations) => (Direction::Forwards, migrations.into_iter().cloned().collect()),
            Plan::Backwards(migrations) => {
                let undone = graph.undo(&migrations)?.into_iter();
                let undone = undone.map(|undo| Migration { operations: undo.operations, ..undo.migration.clone() });
                (Direction::Backwards, undone.collect())
            }
        };
        let mut state = graph.applied_state()?;
        let mut parts = Vec::with_capacity(migrations.len());
        for migration in migrations {
            self.check_losses(&migration, migration.destroys(&state)?)?;
            let items = items_of(&migration, &mut state, connection.dialect())?;
            self.check_steps(&migration, &items)?;
            parts.push(Part { migration, direction, items });
        }
        Ok(parts)
    }

    fn check_losses(&self, migration: &Migration, lost: Vec<(String, String)>) -> Result<()> {
        if self.destroys || self.fake || lost.is_empty() {
            return Ok(());
        }
        Err(Error::Destroys { migration: migration.id.clone(), lost })
    }

    fn check_steps(&self, migration: &Migration, items: &[Item]) -> Result<()> {
        for item in items {
            if let Item::Step(step) = item
                && !S::NAMES.contains(&step.as_str())
            {
                return Err(Error::NoStep { migration: migration.id.clone(), step: step.clone() });
            }
        }
        Ok(())
    }

    /// Does a migration and notes it in one transaction. On SQLite another migrator may have been faster: then it is left alone.
    async fn whole<C: Connection>(&mut self, connection: &mut C, part: &Part) -> Result<bool> {
        let without_foreign_keys = part.items.iter().any(Item::is_without_foreign_keys);
        if without_foreign_keys {
            connection.set_foreign_keys(false).await?;
        }
        let did = match self.begin(connection).await {
            Ok(()) => {
                let did = self.inside(connection, part, without_foreign_keys).await;
                part.end(connection, did).await
            }
            Err(error) => Err(error),
        };
        if without_foreign_keys {
            connection.set_foreign_keys(true).await?;
        }
        did
    }

    async fn inside<C: Connection>(&mut self, connection: &mut C, part: &Part, checks_keys: bool) -> Result<bool> {
        if !connection.dialect().features().advisory_locks {
            let applied = history::read(connection).await?.entries.contains_key(&part.migration.id);
            if applied == (part.direction == Direction::Forwards) {
                return Ok(false);
            }
        }
        for item in &part.items {
            self.tell(Event::Item(item));
            part.run::<S, C>(connection, item).await?;
            self.tell(Event::Did(item));
        }
        if checks_keys {
            let mut broken = Found(false);
            connection.fetch(&CatalogQuery::new("SELECT \"table\" FROM pragma_foreign_key_check"), &mut broken).await?;
            if broken.0 {
                return Err(Error::BrokenKeys { migration: part.migration.id.clone() });
            }
        }
        part.note_end(connection).await?;
        Ok(true)
    }

    /// Does a migration statement by statement, and notes behind each that it is done.
    async fn one_by_one<C: Connection>(&mut self, connection: &mut C, part: &Part, resumed: Option<usize>) -> Result<bool> {
        let id = &part.migration.id;
        let transactional = connection.dialect().features().transactional_ddl;
        match (resumed, part.direction) {
            (Some(_), _) => {}
            (None, Direction::Forwards) => history::note(connection, id, &part.migration.checksum(), Some(0)).await?,
            (None, Direction::Backwards) => history::move_on(connection, id, part.direction, Some(0)).await?,
        }
        for (at, item) in part.items.iter().enumerate().skip(resumed.unwrap_or_default()) {
            let in_doubt = resumed == Some(at);
            if in_doubt && was_done(connection, item).await? {
                history::move_on(connection, id, part.direction, Some(at + 1)).await?;
                continue;
            }
            self.tell(Event::Item(item));
            let changes_schema = matches!(item, Item::Schema(_));
            if item.is_alone() || (changes_schema && !transactional) {
                self.noted(connection, part, item, at + 1).await?;
                continue;
            }
            connection.begin().await?;
            let did = self.noted(connection, part, item, at + 1).await;
            part.end(connection, did).await?;
        }
        match part.direction {
            Direction::Forwards => history::move_on(connection, id, part.direction, None).await?,
            Direction::Backwards => history::forget(connection, id).await?,
        }
        Ok(true)
    }

    /// Does a part of a migration and notes that it is done.
    async fn noted<C: Connection>(&mut self, connection: &mut C, part: &Part, item: &Item, done: usize) -> Result<bool> {
        part.run::<S, C>(connection, item).await?;
        self.tell(Event::Did(item));
        history::move_on(connection, &part.migration.id, part.direction, Some(done)).await?;
        Ok(true)
    }

    /// Begins a transaction, which on SQLite waits for that of another migrator.
    async fn begin<C: Connection>(&mut self, connection: &mut C) -> Result<()> {
        let since = Instant::now();
        while must_wait(self.patience, since, connection.begin().await)? {}
        Ok(())
    }
}

/// Whether something is to be tried again because another migrator is at work. SQLite has waited already, for as long as the URL says.
fn must_wait(patience: Duration, since: Instant, outcome: orm_core::Result<()>) -> Result<bool> {
    match outcome {
        Err(orm_core::Error::Busy) if since.elapsed() < patience => Ok(true),
        outcome => Ok(outcome.map(|()| false)?),
    }
}

impl<S: Steps> Operation for Migrate<S> {
    type Output = Result<Vec<Applied>>;
    const NAME: &'static str = "migrate";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(mut self, connection: &mut C) -> orm_core::Result<Self::Output> {
        if connection.in_transaction() {
            return Err(orm_core::Error::InvalidQuery("migrations begin transactions of their own; run them outside of one"));
        }
        if !connection.dialect().features().advisory_locks {
            return Ok(self.locked(connection).await);
        }
        if !connection.advisory_lock(LOCK, AdvisoryWait::AtMost(self.patience)).await? {
            return Ok(Err(Error::Locked { waited: self.patience }));
        }
        let outcome = self.locked(connection).await;
        let unlocked = connection.advisory_unlock(LOCK).await;
        // After a failure the session may have let go of it already; the first error is the one to tell.
        if outcome.is_ok() {
            unlocked?;
        }
        Ok(outcome)
    }
}

/// A migration that is to be applied or undone, and what that is to the database.
struct Part {
    migration: Migration,
    direction: Direction,
    items: Vec<Item>,
}

impl Part {
    /// Whether it is done in one transaction.
    fn is_atomic<C: Connection>(&self, connection: &C) -> bool {
        self.migration.atomic && connection.dialect().features().transactional_ddl && !self.items.iter().any(Item::is_alone)
    }

    async fn run<S: Steps, C: Connection>(&self, connection: &mut C, item: &Item) -> Result<()> {
        let outcome = match item {
            Item::Schema(statement) => connection.run_script(&statement.sql).await,
            Item::Sql(sql) => connection.run_script(sql).await,
            Item::Step(name) => S::run(name, &mut Running::new(connection)).await,
        };
        outcome.map_err(|error| self.failed(&item.about(), error))
    }

    /// Ends the transaction that something was done in, or that was found to be done already.
    async fn end<C: Connection>(&self, connection: &mut C, did: Result<bool>) -> Result<bool> {
        if let Ok(true) = did {
            return connection.commit().await.map(|()| true).map_err(|error| self.failed("commit", error));
        }
        // The first error is the one to tell; a connection that cannot roll back is closed by its lease.
        let _ = connection.rollback().await;
        did
    }

    async fn note_end<C: Connection>(&self, connection: &mut C) -> Result<()> {
        match self.direction {
            Direction::Forwards => history::note(connection, &self.migration.id, &self.migration.checksum(), None).await?,
            Direction::Backwards => history::forget(connection, &self.migration.id).await?,
        }
        Ok(())
    }

    fn failed(&self, doing: &str, source: orm_core::Error) -> Error {
        Error::Database { migration: self.migration.id.clone(), doing: doing.to_owned(), source: Box::new(source) }
    }
}

/// Whether a part of a migration was done before a crash. What runs in a transaction with its note was not, if the note is not there.
async fn was_done<C: Connection>(connection: &mut C, item: &Item) -> Result<bool> {
    let Some(probe) = item.probe() else { return Ok(false) };
    let mut found = Found(false);
    connection.fetch(probe, &mut found).await?;
    Ok(found.0)
}

/// The graph for a database, once what it has applied fits the files.
fn graph_of(migrations: &[Migration], history: &History) -> Result<Graph> {
    let graph = Graph::with_applied(migrations.to_vec(), &history.applied())?;
    for migration in migrations {
        let Some(entry) = history.entries.get(&migration.id) else { continue };
        let checksum = migration.checksum().to_string();
        if entry.checksum != checksum {
            return Err(Error::Changed { migration: migration.id.clone(), applied: entry.checksum.clone(), file: checksum });
        }
    }
    if let Some(id) = graph.unknown_applied().first() {
        return Err(Error::NoFile { migration: id.clone() });
    }
    graph.check_history()?;
    Ok(graph)
}
