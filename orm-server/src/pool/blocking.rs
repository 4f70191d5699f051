//! Connections for blocking callers.
//!
//! Each has a small runtime of its own, which runs on the caller's thread while the caller waits: no other thread takes part.

use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::{Duration, Instant};

use orm_core::connection::{Access, Metrics};
use orm_core::held::{Held, Holder, Nesting, holder_of, in_transaction_of};
use orm_core::ops::Operation;
use orm_core::sql::Backend;
use orm_core::statement::Recorder;
use orm_core::{Error, Result};
use tokio::runtime::{Builder, Runtime};

use super::queue::Turn;
use super::{Both, Core, Fitness, Pool, Slot, minder};
use crate::limits::within;
use crate::options::ServerOptions;
use crate::session::Session;

/// The connections of blocking code to one server. Cheap to clone.
#[derive(Clone)]
pub struct BlockingPool(pub(crate) Arc<Both>);

/// A session and the runtime that it lives on.
pub(crate) struct Owned {
    /// Missing while its rows are read one by one.
    session: Option<Box<Session>>,
    runtime: Ended,
}

/// A runtime that ends without waiting, wherever it is dropped: tokio panics where one waits inside an async context.
struct Ended(Option<Runtime>);

impl Drop for Ended {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

impl Ended {
    fn new() -> Result<Self> {
        match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => Ok(Ended(Some(runtime))),
            Err(error) => Err(Error::Connect { message: format!("no runtime for the connection: {error}") }),
        }
    }

    fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.0.as_ref().map(|runtime| runtime.block_on(work)).ok_or(Error::Closed)
    }
}

impl Owned {
    fn open(core: &Core<Owned>) -> Result<Owned> {
        let runtime = Ended::new()?;
        let session = runtime.block_on(Session::open(&core.options, core.generation(), &core.recorder))??;
        Ok(Owned { session: Some(Box::new(session)), runtime })
    }

    /// When it may serve no more if it lies idle until then.
    pub(crate) fn end(&self, core: &Core<Owned>) -> Instant {
        self.session.as_ref().map_or_else(Instant::now, |session| session.end(core))
    }

    /// The same, if it still serves after it lay idle.
    fn revived(mut self, core: &Core<Owned>) -> Option<Owned> {
        let session = self.session.as_mut()?;
        let limit = Some(core.options.release_timeout);
        match session.fitness(core) {
            Fitness::Fit => Some(self),
            Fitness::Worn => {
                let session = self.session.take()?;
                let closing = async {
                    session.close().await;
                    Ok(())
                };
                let _ = self.runtime.block_on(within(limit, "close", closing));
                None
            }
            Fitness::Ask => {
                let asked = self.runtime.block_on(within(limit, "ping", session.ping())).flatten();
                session.generation = core.generation();
                asked.is_ok().then_some(self)
            }
        }
    }
}

impl Core<Owned> {
    /// Opens a connection that nobody asked for yet, unless so many are open; answers whether it did.
    ///
    /// # Errors
    /// As [`BlockingPool::open`].
    pub(crate) fn open_one(&self, enough: usize) -> Result<bool> {
        if !self.queue.reserve(enough) {
            return Ok(false);
        }
        let slot = Slot::new(&self.queue, None);
        let owned = Owned::open(self)?;
        slot.keep();
        self.queue.give_back(Some(owned));
        Ok(true)
    }
}

impl BlockingPool {
    /// A pool, with its least number of connections open, and at least one tried, so that what is wrong shows here.
    ///
    /// # Errors
    /// [`Error::Connect`], [`Error::Timeout`], [`Error::Configuration`].
    pub fn open(options: ServerOptions) -> Result<BlockingPool> {
        let pool = BlockingPool(Both::new(options));
        let core = &pool.0.threads;
        for _ in 0..core.options.min_connections.max(1) {
            core.open_one(core.options.max_connections)?;
        }
        minder::begin_on_a_thread(core, core.queue.mind());
        Ok(pool)
    }

    /// Waits for a connection, for a call of this name.
    ///
    /// # Errors
    /// [`Error::PoolExhausted`] after the acquire timeout, [`Error::Closed`], or what connecting meets.
    pub fn lease(&self, call: &'static str) -> Result<BlockingLease> {
        let core = &self.0.threads;
        let (turn, note) = wait(core, call)?;
        let slot = Slot::new(&core.queue, Some(note));
        let owned = match turn {
            Turn::Idle(owned) => owned.revived(core),
            Turn::Empty => None,
        };
        let owned = match owned {
            Some(owned) => owned,
            None => match Owned::open(core) {
                Ok(owned) => owned,
                Err(error) => {
                    drop(slot);
                    minder::begin_on_a_thread(core, core.queue.mind());
                    return Err(error);
                }
            },
        };
        slot.keep();
        Ok(BlockingLease { core: Arc::clone(core), owned: Some(owned), note })
    }

    /// Refuses new work; connections close as they come back.
    pub fn close(&self) {
        drop(self.0.threads.queue.close());
        drop(self.0.tasks.queue.close());
    }

    /// The connections of async code to the same server.
    #[must_use]
    pub fn tasks(&self) -> Pool {
        Pool(Arc::clone(&self.0))
    }

    /// How the pool is used at this moment.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.0.threads.queue.metrics()
    }

    /// Where the connections tell which statements they send.
    #[must_use]
    pub fn recorder(&self) -> &Arc<Recorder> {
        &self.0.threads.recorder
    }

    /// How the server is reached.
    #[must_use]
    pub fn options(&self) -> &ServerOptions {
        &self.0.threads.options
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.options().backend()
    }
}

impl Nesting for BlockingPool {
    fn holder(&self, _: Access) -> Holder {
        Holder::transaction(&self.0.threads)
    }

    fn in_transaction_here(&self) -> bool {
        in_transaction_of(&*self.0.threads)
    }

    #[inline]
    fn refuses_nested(&self) -> bool {
        self.options().refuses_nested()
    }

    fn is_single(&self) -> bool {
        self.options().is_single()
    }
}

impl std::fmt::Debug for BlockingPool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockingPool").field("options", self.options()).field("metrics", &self.metrics()).finish()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a slot on this thread, at most for the acquire timeout.
fn wait(core: &Core<Owned>, call: &'static str) -> Result<(Turn<Owned>, usize)> {
    let holder = holder_of(core);
    let mut waiting = core.queue.wait(call, holder, |_| true);
    let mut polled = |waker: &Waker| std::pin::Pin::new(&mut waiting).poll(&mut Context::from_waker(waker));
    // Most find one at once.
    if let Poll::Ready(turn) = polled(Waker::noop()) {
        return turn;
    }
    let (start, limit) = (Instant::now(), core.options.acquire_timeout);
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    loop {
        if let Poll::Ready(turn) = polled(&waker) {
            return turn;
        }
        match limit.checked_sub(start.elapsed()) {
            Some(left) if left > Duration::ZERO => std::thread::park_timeout(left),
            _ => {
                drop(waiting);
                return Err(core.exhausted(holder, start.elapsed()));
            }
        }
    }
}

/// A connection on loan to blocking code. Dropped, it goes to the next that waits, or back into the pool; one with an open transaction
/// is closed, which undoes it.
pub struct BlockingLease {
    core: Arc<Core<Owned>>,
    owned: Option<Owned>,
    note: usize,
}

impl BlockingLease {
    /// Runs an operation on this thread.
    ///
    /// # Errors
    /// The operation's own.
    pub fn run<O: Operation>(&mut self, operation: O) -> Result<O::Output> {
        let Some(Owned { session: Some(session), runtime }) = &mut self.owned else { return Err(Error::Closed) };
        runtime.block_on(operation.run(&mut **session))?
    }

    /// Marks that the connection is held by a loop of this thread, until the mark is dropped.
    pub(crate) fn hold(&self) -> Held {
        Holder::rows(&self.core).enter()
    }

    /// Waits for something of this connection's session on this thread.
    ///
    /// # Errors
    /// [`Error::Closed`] where the connection is gone.
    pub(crate) fn block_on<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        self.owned.as_ref().ok_or(Error::Closed)?.runtime.block_on(work)
    }

    pub(crate) fn take_session(&mut self) -> Result<Box<Session>> {
        self.owned.as_mut().and_then(|owned| owned.session.take()).ok_or(Error::Closed)
    }

    pub(crate) fn put_session(&mut self, session: Box<Session>) {
        if let Some(owned) = &mut self.owned {
            owned.session = Some(session);
        }
    }
}

impl Drop for BlockingLease {
    fn drop(&mut self) {
        let back = self.owned.take().and_then(|mut owned| {
            let session = owned.session.as_mut()?;
            if session.is_broken() {
                self.core.lost_one();
            }
            session.idle_since = Instant::now();
            session.is_clean().then_some(owned)
        });
        minder::begin_on_a_thread(&self.core, self.core.queue.release(self.note, back));
    }
}

impl std::fmt::Debug for BlockingLease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockingLease").finish_non_exhaustive()
    }
}
