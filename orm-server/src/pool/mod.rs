//! The connections of a server: who [leases](lease) one, how an abandoned one comes clean, and how [blocking](blocking) callers have
//! theirs; and who [minds](minder) those that nobody uses.
//!
//! A connection is run by whoever has it: there is no task of its own that would cost a hop. What nobody waits for any more goes
//! [on in the background](flight), so that the driver's work is never dropped halfway.

mod blocking;
mod flight;
mod lease;
mod minder;
mod queue;
mod rows;

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use orm_core::connection::{Access, Metrics};
use orm_core::held::{Holder, Home, Nesting, holder_of, in_transaction_of};
use orm_core::sql::Backend;
use orm_core::statement::Recorder;
use orm_core::{Error, Result};

pub use blocking::{BlockingLease, BlockingPool};
pub use lease::Lease;
pub use rows::{BlockingRows, LeasedRows};

use queue::{Queue, Turn};

use crate::limits::within;
use crate::options::ServerOptions;
use crate::session::Session;

/// The connections of async code to one server. Cheap to clone.
///
/// A connection lives on the runtime that opened it: one is opened anew for a caller on another runtime.
#[derive(Clone)]
pub struct Pool(Arc<Both>);

/// The connections of both modes to one server, kept apart, because a connection stays on its runtime.
pub(crate) struct Both {
    tasks: Arc<Core<Box<Session>>>,
    threads: Arc<Core<blocking::Owned>>,
}

impl Both {
    pub(crate) fn new(options: ServerOptions) -> Arc<Self> {
        let recorder = Recorder::new();
        Arc::new(Both { tasks: Core::new(options.clone(), &recorder), threads: Core::new(options, &recorder) })
    }
}

/// What leases hold of a pool of connections of the kind `T`.
pub(crate) struct Core<T> {
    pub(crate) options: ServerOptions,
    /// One for the connections of both modes.
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) queue: Queue<T>,
    /// Counts how often a connection was found lost: the server may have been restarted, so that older connections are asked whether
    /// they still stand before they are used.
    pub(crate) generation: AtomicU64,
}

impl<T> Core<T> {
    pub(crate) fn new(options: ServerOptions, recorder: &Arc<Recorder>) -> Arc<Self> {
        let queue = Queue::new(options.min_connections, options.max_connections);
        Arc::new(Core { options, recorder: Arc::clone(recorder), queue, generation: AtomicU64::new(0) })
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// The error of who waited in vain, and held another connection meanwhile if there is a holder.
    ///
    /// A transaction begun by hand is a reason only now: its value may have been on its way to another thread or task, which had not used
    /// it yet and would have ended it there, so that the wait was sound.
    pub(crate) fn exhausted(&self, holder: Option<u64>, waited: Duration) -> Error {
        if holder.is_some() || Home::here().holds_one_of(self) { Error::NestedAcquire } else { self.queue.exhausted(waited) }
    }

    /// Notes that a connection was lost.
    pub(crate) fn lost_one(&self) {
        self.generation.fetch_add(1, Ordering::AcqRel);
    }
}

/// A slot that is not yet, or no more, a lease's; dropped, it is free, and so is the note of who holds it.
pub(crate) struct Slot<'c, T> {
    queue: Option<&'c Queue<T>>,
    note: Option<usize>,
}

impl<'c, T> Slot<'c, T> {
    pub(crate) fn new(queue: &'c Queue<T>, note: Option<usize>) -> Self {
        Slot { queue: Some(queue), note }
    }

    /// The slot is another's from now on.
    pub(crate) fn keep(mut self) {
        self.queue = None;
    }
}

impl<T> Drop for Slot<'_, T> {
    fn drop(&mut self) {
        if let Some(queue) = self.queue {
            if let Some(note) = self.note {
                queue.let_go(note);
            }
            queue.give_back(None);
        }
    }
}

/// What becomes of a session that lay idle.
#[derive(PartialEq, Eq)]
pub(crate) enum Fitness {
    /// It serves.
    Fit,
    /// It is asked first whether it still stands.
    Ask,
    /// It has served long enough.
    Worn,
}

impl Session {
    /// When it may serve no more if it lies idle until then.
    pub(crate) fn end<T>(&self, core: &Core<T>) -> Instant {
        let idle = self.idle_since.checked_add(core.options.idle_timeout);
        idle.map_or(self.expires, |idle| idle.min(self.expires))
    }

    /// Whether it may serve again after it lay idle.
    pub(crate) fn fitness<T>(&self, core: &Core<T>) -> Fitness {
        let now = Instant::now();
        if now >= self.end(core) {
            Fitness::Worn
        } else if self.generation != core.generation() || now.saturating_duration_since(self.idle_since) >= ASK_AFTER {
            Fitness::Ask
        } else {
            Fitness::Fit
        }
    }
}

/// A session that lay idle for longer is asked whether it still stands.
const ASK_AFTER: Duration = Duration::from_secs(30);

impl Core<Box<Session>> {
    /// Opens a connection that nobody asked for yet, unless so many are open; answers whether it did.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::Timeout`], [`Error::Configuration`].
    async fn open_one(&self, enough: usize) -> Result<bool> {
        if !self.queue.reserve(enough) {
            return Ok(false);
        }
        let slot = Slot::new(&self.queue, None);
        let session = Session::open(&self.options, self.generation(), &self.recorder).await?;
        slot.keep();
        self.queue.give_back(Some(Box::new(session)));
        Ok(true)
    }
}

impl Pool {
    /// A pool, with its least number of connections open, and at least one tried, so that what is wrong shows here.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::Timeout`], [`Error::Configuration`].
    pub async fn open(options: ServerOptions) -> Result<Pool> {
        let pool = Pool(Both::new(options));
        let core = &pool.0.tasks;
        for _ in 0..core.options.min_connections.max(1) {
            core.open_one(core.options.max_connections).await?;
        }
        minder::begin(core, &tokio::runtime::Handle::current(), core.queue.mind());
        Ok(pool)
    }

    /// Waits for a connection, for a call of this name.
    ///
    /// # Errors
    /// [`Error::PoolExhausted`] after the acquire timeout, [`Error::Closed`], or what connecting meets.
    pub async fn lease(&self, call: &'static str) -> Result<Lease> {
        let core = &self.0.tasks;
        let home = core.options.runtime()?;
        let holder = holder_of(&**core);
        let mut waiting = core.queue.wait(call, holder, |session| session.home == home);
        // Most find one at once, and need no clock.
        let polled = std::future::poll_fn(|context| Poll::Ready(Pin::new(&mut waiting).poll(context))).await;
        let (turn, note) = match polled {
            Poll::Ready(turn) => turn?,
            Poll::Pending => {
                let start = Instant::now();
                match within(Some(core.options.acquire_timeout), "acquire", waiting).await {
                    Err(Error::Timeout { .. }) => return Err(core.exhausted(holder, start.elapsed())),
                    turn => turn?,
                }
            }
        };
        let slot = Slot::new(&core.queue, Some(note));
        let session = match turn {
            Turn::Idle(session) if session.home == home => revived(core, session).await,
            Turn::Idle(_) | Turn::Empty => None,
        };
        slot.keep();
        match session {
            Some(session) => Ok(Lease::new(core, session, note)),
            None => connected(core, note).await,
        }
    }

    /// Refuses new work, waits until all connections are back, and closes them.
    pub async fn close(&self) {
        let core = &self.0.tasks;
        drop(self.0.threads.queue.close());
        for session in core.queue.close() {
            let closing = async {
                session.close().await;
                Ok(())
            };
            let _ = within(Some(core.options.release_timeout), "close", closing).await;
        }
        std::future::poll_fn(|context| core.queue.poll_drained(context)).await;
    }

    /// The connections of blocking code to the same server.
    #[must_use]
    pub fn blocking(&self) -> BlockingPool {
        BlockingPool(Arc::clone(&self.0))
    }

    /// How the pool is used at this moment.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.0.tasks.queue.metrics()
    }

    /// Where the connections tell which statements they send.
    #[must_use]
    pub fn recorder(&self) -> &Arc<Recorder> {
        &self.0.tasks.recorder
    }

    /// How the server is reached.
    #[must_use]
    pub fn options(&self) -> &ServerOptions {
        &self.0.tasks.options
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.options().backend()
    }
}

/// Opens a connection for a slot that is taken. A task of its own does that: a caller who goes away leaves the connection to the next,
/// where otherwise impatient callers would have the server begin connections for ever and end none.
async fn connected(core: &Arc<Core<Box<Session>>>, note: usize) -> Result<Lease> {
    let core = Arc::clone(core);
    let (tell, told) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let slot = Slot::new(&core.queue, Some(note));
        let lease = match Session::open(&core.options, core.generation(), &core.recorder).await {
            Ok(session) => {
                slot.keep();
                Ok(Lease::new(&core, Box::new(session), note))
            }
            Err(error) => {
                drop(slot);
                minder::begin(&core, &tokio::runtime::Handle::current(), core.queue.mind());
                Err(error)
            }
        };
        // A lease that nobody takes goes back to the pool.
        drop(tell.send(lease));
    });
    // The task ends early only with its runtime.
    told.await.unwrap_or(Err(Error::Closed))
}

/// An idle session, if it still serves.
async fn revived(core: &Core<Box<Session>>, mut session: Box<Session>) -> Option<Box<Session>> {
    match session.fitness(core) {
        Fitness::Fit => Some(session),
        Fitness::Worn => {
            tokio::spawn(session.close());
            None
        }
        Fitness::Ask => {
            let asked = within(Some(core.options.release_timeout), "ping", session.ping()).await;
            session.generation = core.generation();
            asked.is_ok().then_some(session)
        }
    }
}

impl Nesting for Pool {
    fn holder(&self, _: Access) -> Holder {
        Holder::transaction(&self.0.tasks)
    }

    fn in_transaction_here(&self) -> bool {
        in_transaction_of(&*self.0.tasks)
    }

    #[inline]
    fn refuses_nested(&self) -> bool {
        self.options().refuses_nested()
    }

    fn is_single(&self) -> bool {
        self.options().is_single()
    }
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool").field("options", self.options()).field("metrics", &self.metrics()).finish()
    }
}
