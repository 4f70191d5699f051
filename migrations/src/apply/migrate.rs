//! Bringing a database to a target: one migration after the other, each once.

use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use orm_core::advisory::AdvisoryWait;
use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;

use super::fake_initial;
use super::history::{self, Direction, History};
use super::locks::{self, has_time, pause};
use super::part::Part;
use super::perform::{Work, must_wait};
use super::steps::{NoSteps, Steps};
use super::work::{Item, units_of};
use crate::error::{Error, Result};
use crate::graph::{Graph, Plan, Target};
use crate::migration::{Migration, MigrationId};

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
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Applied {
    /// The migration.
    #[serde(rename = "migration")]
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
    fake_initial: bool,
    destroys: bool,
    pub(super) patience: Duration,
    lock_timeout: Duration,
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
            fake_initial: false,
            destroys: false,
            patience: Duration::from_secs(600),
            lock_timeout: Duration::from_secs(5),
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

    /// Only notes the first migration of an app if all tables that it creates, and all columns that it adds, are there already
    /// (Django's `--fake-initial`): for a database that was there before its migrations. It is not looked whether they are as the
    /// migration would make them; [`drift`](crate::drift) tells that.
    #[must_use]
    pub fn fake_initial(mut self, fake: bool) -> Self {
        self.fake_initial = fake;
        self
    }

    /// Whether tables, columns and parts of values may be lost.
    #[must_use]
    pub fn allow_destructive(mut self, allow: bool) -> Self {
        self.destroys = allow;
        self
    }

    /// How long another migrator is waited for, and locks that others hold on tables; ten minutes unless it is said.
    #[must_use]
    pub fn lock_wait(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How long a statement waits for a lock that others hold; five seconds unless it is said. PostgreSQL and MySQL.
    ///
    /// What waits for a lock on a table keeps all others waiting that come later, even those who only read. So a migration gives up soon,
    /// is undone, lets the others through and tries again, until [`lock_wait`](Self::lock_wait) is over.
    #[must_use]
    pub fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
        self
    }

    /// Who is told what is done.
    #[must_use]
    pub fn on_event(mut self, listener: impl FnMut(Event<'_>) + Send + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    pub(super) fn tell(&mut self, event: Event<'_>) {
        if let Some(listener) = &mut self.listener {
            listener(event);
        }
    }

    async fn locked<C: Connection>(&mut self, connection: &mut C, done: &mut Vec<Applied>) -> Result<()> {
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
        let mut there = BTreeSet::new();
        if self.fake_initial && work.iter().all(|part| part.direction == Direction::Forwards) {
            let migrations = work.iter().map(|part| &part.migration);
            there = fake_initial::already_there(connection, graph.applied_state()?, migrations).await?;
        }
        let total = work.len();
        for part in work {
            self.tell(Event::Begins(&part.migration.id, part.direction, total));
            let id = part.migration.id.clone();
            let direction = part.direction;
            let faked = self.fake || there.contains(&id);
            let did = if faked {
                // One that was begun is noted already, on a database that does not undo it.
                match (history.entries.contains_key(&id), direction) {
                    (true, Direction::Forwards) => history::move_on(connection, &id, direction, None).await?,
                    _ => part.note_whole(connection).await?,
                }
                Ok(true)
            } else if part.is_atomic(connection) {
                self.transaction(connection, &part, Work::Whole).await
            } else {
                self.in_units(connection, &part).await
            }?;
            self.tell(Event::Ends(&id));
            if did {
                done.push(Applied { id, direction, faked });
            }
        }
        Ok(())
    }

    /// What is to be done, migration by migration, with the SQL of this database; refused as a whole where it may not be.
    fn planned<C: Connection>(&self, connection: &C, graph: &Graph) -> Result<Vec<Part>> {
        let (direction, migrations) = work_of(graph, &self.target)?;
        let mut state = graph.applied_state()?;
        let mut parts = Vec::with_capacity(migrations.len());
        for migration in migrations {
            self.check_losses(&migration, migration.destroys(&state)?)?;
            let units = units_of(&migration, &mut state, connection.dialect())?;
            let part = Part { migration, direction, units };
            self.check_steps(&part)?;
            parts.push(part);
        }
        Ok(parts)
    }

    fn check_losses(&self, migration: &Migration, lost: Vec<(String, String)>) -> Result<()> {
        if self.destroys || self.fake || lost.is_empty() {
            return Ok(());
        }
        Err(Error::Destroys { migration: migration.id.clone(), lost })
    }

    fn check_steps(&self, part: &Part) -> Result<()> {
        for item in part.items() {
            if let Item::Step(step) = item
                && !S::NAMES.contains(&step.as_str())
            {
                return Err(Error::NoStep { migration: part.migration.id.clone(), step: step.clone() });
            }
        }
        Ok(())
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
        let (mut done, since) = (Vec::new(), Instant::now());
        if !connection.dialect().features().advisory_locks {
            return Ok(self.locked(connection, &mut done).await.map(|()| done));
        }
        let lock = locks::name(connection).await?;
        loop {
            let left = self.patience.saturating_sub(since.elapsed());
            if !connection.advisory_lock(&lock, AdvisoryWait::AtMost(left)).await? {
                return Ok(Err(Error::Locked { waited: self.patience }));
            }
            connection.limit_locks(Some(self.lock_timeout)).await?;
            let outcome = self.locked(connection, &mut done).await;
            let limited = connection.limit_locks(None).await;
            let unlocked = connection.advisory_unlock(&lock).await;
            match outcome {
                Ok(()) => {
                    limited?;
                    unlocked?;
                    return Ok(Ok(done));
                }
                // After a failure the session may have let go of the lock already; the first error is the one to tell.
                Err(error) if !error.is_of_locks() || !has_time(self.patience, since, self.lock_timeout) => {
                    return Ok(Err(error));
                }
                Err(_) => pause(connection, self.lock_timeout).await?,
            }
        }
    }
}

/// What is to be done to get to a target; for what is undone, with the operations that undo it.
pub(crate) fn work_of(graph: &Graph, target: &Target) -> Result<(Direction, Vec<Migration>)> {
    Ok(match graph.plan(target)? {
        Plan::Forwards(migrations) => (Direction::Forwards, migrations.into_iter().cloned().collect()),
        Plan::Backwards(migrations) => {
            let undone = graph.undo(&migrations)?.into_iter();
            let undone = undone.map(|undo| Migration { operations: undo.operations, ..undo.migration.clone() });
            (Direction::Backwards, undone.collect())
        }
    })
}

/// The graph for a database, once what it has applied fits the files.
pub(crate) fn graph_of(migrations: &[Migration], history: &History) -> Result<Graph> {
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
