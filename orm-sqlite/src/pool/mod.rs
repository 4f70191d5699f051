//! The sessions of a database: one that writes, several that read, and who may use them when.
//!
//! A session that nobody uses lies in its [lane](lane). Who wants one [waits](acquire) there as a future or as a thread, or sends a
//! [job](job) that a [worker thread](worker) runs; all stand in one queue, first come, first served.

mod acquire;
mod job;
mod lane;
mod watchdog;
mod worker;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, ThreadId};

use orm_core::connection::{Access, Metrics};
use orm_core::held::{Held, Holder, Nesting, in_transaction_of};
use orm_core::statement::Recorder;
use orm_core::{Error, Result};

pub use acquire::Acquire;
pub use job::{JobHandle, LeaseJob, SessionJob};

use job::Task;
use lane::{Grant, Lane, Taken, Waiter};
use worker::{Work, Workers};

use crate::interrupt::Brake;
use crate::options::{Location, SqliteOptions};
use crate::session::{Role, Session};

/// The sessions of one database. Cheap to clone; the last clone that goes closes what is idle.
///
/// A file has one session that writes and, opened when they are needed, several that read; a database in memory has one for both. Pools
/// of one process on one file share the writers' queue, so that they wait for each other in order instead of finding the file busy.
///
/// ```
/// use orm_core::connection::{Access, Metrics};
/// use orm_sqlite::{Pool, SqliteOptions};
///
/// let pool = Pool::open(SqliteOptions::in_memory())?;
/// let mut lease = pool.acquire_blocking(Access::Write)?;
/// lease.run_script_now("CREATE TABLE shelf (id INTEGER PRIMARY KEY)")?;
/// assert_eq!(lease.columns_now("shelf")?, ["id"]);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Pool(Arc<Handle>);

/// What all clones of a pool share; its end is the pool's.
struct Handle {
    core: Arc<Core>,
}

/// What leases and worker threads hold of a pool.
pub(crate) struct Core {
    id: u64,
    options: SqliteOptions,
    recorder: Arc<Recorder>,
    writers: Arc<Lane>,
    /// The writers' own lane where one session serves both.
    readers: Arc<Lane>,
    workers: Workers,
}

impl Pool {
    /// Opens a database, and one session at once, so that what is wrong shows here.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn open(mut options: SqliteOptions) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let recorder = Recorder::new();
        let writer = Session::open(&options, Role::Writer, &recorder)?;
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let (writers, readers, sessions) = match &mut options.location {
            Location::Memory => {
                let lane = Arc::new(Lane::new(1));
                (Arc::clone(&lane), lane, 1)
            }
            Location::File(path) => {
                // Sessions are opened later too, and the process may change its directory until then.
                if let Ok(canonical) = path.canonicalize() {
                    *path = canonical;
                }
                let readers = Arc::new(Lane::new(options.readers));
                readers.join(id, Vec::new());
                (Lane::of_file(path), readers, 1 + options.readers)
            }
        };
        writers.join(id, vec![writer]);
        let core = Arc::new(Core { id, options, recorder, writers, readers, workers: Workers::new(sessions) });
        Ok(Pool(Arc::new(Handle { core })))
    }

    /// Waits for a session as a future.
    ///
    /// It joins the queue when it is first polled, and waits at most for the [acquire timeout](SqliteOptions::acquire_timeout). See
    /// [`Acquire`].
    pub fn acquire(&self, access: Access) -> Acquire {
        Acquire::new(&self.0.core, access)
    }

    /// Waits for a session on this thread.
    ///
    /// # Errors
    /// [`Error::PoolExhausted`] after the [acquire timeout](SqliteOptions::acquire_timeout), [`Error::Closed`], or as [`Session::open`].
    #[inline]
    pub fn acquire_blocking(&self, access: Access) -> Result<Lease> {
        let core = &self.0.core;
        match core.lane(access).take(core.id)? {
            Some(session) => Lease::new(core, access, session).opened(),
            None => acquire::wait(core, access),
        }
    }

    /// Takes a session if one is open and free at this moment.
    ///
    /// # Errors
    /// [`Error::Closed`].
    pub fn try_acquire(&self, access: Access) -> Result<Option<Lease>> {
        let core = &self.0.core;
        let session = core.lane(access).take_open(core.id)?;
        Ok(session.map(|session| Lease::new(core, access, session)))
    }

    /// Runs a job on a worker thread, with a session as soon as one is free.
    ///
    /// The job tells its outcome itself, through a channel that it holds. A job that is dropped unrun, because it was
    /// [called off](JobHandle::cancel), found no session within the [acquire timeout](SqliteOptions::acquire_timeout) or the pool was
    /// closed, drops what it holds. If it panics, its session is reset and the thread goes
    /// on. If its session cannot be opened, the session that it gets answers the first call with the reason.
    pub fn submit(&self, access: Access, job: SessionJob) -> JobHandle {
        let core = &self.0.core;
        let (handle, task) = JobHandle::new(core, access, false, move |lease| {
            job(lease.as_mut()?);
            Some(())
        });
        if let Err(error) = core.send(task) {
            handle.refuse(error);
        }
        handle
    }

    /// Runs a job with a lease on a worker thread: for what ends a transaction.
    ///
    /// The job passes the lease on when it is through with it; if it drops it, or is called off before it runs, what is open is undone
    /// and the session goes back to the pool.
    pub fn run_leased(&self, mut lease: Lease, job: LeaseJob) -> JobHandle {
        lease.end_task();
        let core = &self.0.core;
        let (handle, task) = JobHandle::new(core, lease.access, true, move |lease| {
            job(lease.take()?);
            Some(())
        });
        core.dispatch(Work::Run(task, lease));
        handle
    }

    /// Runs a closure on a worker thread, with a session as soon as one is free, and gives its outcome. The session is back in the pool
    /// by then, and the thread ready.
    ///
    /// Nothing happens before the future is polled. Dropped, it calls the closure off: one that waits is dropped unrun, one that runs is
    /// interrupted.
    ///
    /// # Errors
    /// [`Error::PoolExhausted`] if there was no session within the [acquire timeout](SqliteOptions::acquire_timeout),
    /// [`Error::NestedAcquire`], [`Error::Closed`], or [`Error::Database`] if the closure panicked.
    pub async fn call<T: Send + 'static>(
        &self,
        access: Access,
        work: impl FnOnce(&mut Session) -> T + Send + 'static,
    ) -> Result<T> {
        let core = &self.0.core;
        let work = move |lease: &mut Option<Lease>| Some(work(lease.as_mut()?));
        job::outcome(core, access, work, |task| core.send(task)).await
    }

    /// Runs a closure on a worker thread with a lease, and gives the lease back with its outcome: for the statements of a transaction.
    ///
    /// The lease is gone, and what was open undone, if the future is dropped before or the closure panics.
    ///
    /// # Errors
    /// [`Error::Database`] if the closure panicked, [`Error::Closed`] if no thread can be had for it.
    pub async fn call_leased<T: Send + 'static>(
        &self,
        mut lease: Lease,
        work: impl FnOnce(&mut Lease) -> T + Send + 'static,
    ) -> Result<(Lease, T)> {
        lease.end_task();
        let (core, access) = (&self.0.core, lease.access);
        let work = move |lease: &mut Option<Lease>| {
            let outcome = work(lease.as_mut()?);
            Some((lease.take()?, outcome))
        };
        let send = |task| {
            core.dispatch(Work::Run(task, lease));
            Ok(())
        };
        job::outcome(core, access, work, send).await
    }

    /// Runs a closure on this thread, with a session as soon as one is free.
    ///
    /// # Errors
    /// The closure's own, or as [`acquire_blocking`](Self::acquire_blocking).
    #[inline]
    pub fn run<T>(&self, access: Access, work: impl FnOnce(&mut Session) -> Result<T>) -> Result<T> {
        let core = &self.0.core;
        match core.lane(access).take(core.id)? {
            Some(session) if !session.is_closed() => work(&mut Loan { core, access, session }.session),
            Some(session) => work(&mut *Lease::new(core, access, session).opened()?),
            None => work(&mut *acquire::wait(core, access)?),
        }
    }

    /// Closes the pool for all its clones: what waits gets [`Error::Closed`], as does every later call, and idle sessions are closed.
    /// Leases that are out stay good; their sessions close when they return.
    pub fn close(&self) {
        drop(self.0.core.close());
    }

    /// How the pool is used at this moment.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        let core = &self.0.core;
        let mut sum = Metrics { in_use: 0, idle: 0, waiting: 0, longest_holder: None };
        for lane in core.lanes() {
            let counts = lane.counts(core.id);
            sum.in_use += counts.in_use;
            sum.idle += counts.idle;
            sum.waiting += counts.waiting;
        }
        sum
    }

    /// Where the sessions tell which statements they send.
    #[must_use]
    pub fn recorder(&self) -> &Arc<Recorder> {
        &self.0.core.recorder
    }

    /// How the database was opened; the path of a file is absolute.
    #[must_use]
    pub fn options(&self) -> &SqliteOptions {
        &self.0.core.options
    }
}

impl Nesting for Pool {
    fn holder(&self, access: Access) -> Holder {
        Holder::transaction(self.0.core.lane(access))
    }

    fn in_transaction_here(&self) -> bool {
        self.0.core.lanes().any(in_transaction_of)
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
        f.debug_struct("Pool").field("location", &self.options().location).field("metrics", &self.metrics()).finish()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let sessions = self.core.close();
        // To close a file may mean to write to it, which a worker thread does where there is one.
        drop(self.core.workers.shut_down(sessions));
    }
}

impl Core {
    fn lane(&self, access: Access) -> &Arc<Lane> {
        match access {
            Access::Read => &self.readers,
            Access::Write => &self.writers,
        }
    }

    /// The lanes, each once.
    fn lanes(&self) -> impl Iterator<Item = &Lane> {
        let readers = (!Arc::ptr_eq(&self.readers, &self.writers)).then_some(&*self.readers);
        std::iter::once(&*self.writers).chain(readers)
    }

    fn role(&self, access: Access) -> Role {
        match access {
            Access::Read if self.options.location != Location::Memory => Role::Reader,
            _ => Role::Writer,
        }
    }

    fn open_session(&self, access: Access) -> Result<Session> {
        Session::open(&self.options, self.role(access), &self.recorder)
    }

    fn dispatch(self: &Arc<Self>, work: Work) {
        self.workers.dispatch(self, work);
    }

    /// Gives a job to a worker thread as soon as there is a session for it.
    fn send(self: &Arc<Self>, task: Arc<Task>) -> Result<()> {
        let access = task.access;
        match self.lane(access).take_or_queue(Waiter::Job(task))? {
            Taken::Slot(session, waiter) => hand_over(Grant { waiter, session }),
            Taken::Queued { unwatched: true } => watchdog::watch(self, access),
            Taken::Queued { unwatched: false } => {}
        }
        Ok(())
    }

    /// Takes a session back; answers who has its slot now, for the caller to tell them.
    fn take_back(&self, access: Access, mut session: Session, dirty: bool) -> Option<Grant> {
        let unclean = dirty || session.in_transaction() || session.ignores_foreign_keys();
        if unclean && session.reset().is_err() && self.options.location != Location::Memory {
            session.close();
        }
        self.lane(access).release(self.id, session)
    }

    /// Ends what waits, and answers the idle sessions.
    fn close(&self) -> Vec<Session> {
        let mut sessions = Vec::new();
        for lane in self.lanes() {
            let (idle, waiting) = lane.close(self.id);
            sessions.extend(idle);
            for waiter in waiting {
                waiter.refuse(Error::Closed);
            }
        }
        sessions
    }
}

/// A session on loan to a closure: a lease that costs less.
struct Loan<'c> {
    core: &'c Core,
    access: Access,
    session: Session,
}

impl Drop for Loan<'_> {
    #[inline]
    fn drop(&mut self) {
        let session = std::mem::replace(&mut self.session, Session::closed());
        if let Some(grant) = self.core.take_back(self.access, session, false) {
            hand_over(grant);
        }
    }
}

/// A session on loan. Dropped, it goes to the next that waits, or back into the pool, after what is open was undone.
pub struct Lease {
    core: Arc<Core>,
    access: Access,
    session: Session,
    /// The leased job that has it, and the thread of that job.
    task: Option<(Arc<Task>, ThreadId)>,
    dirty: bool,
    held: bool,
}

impl Lease {
    fn new(core: &Arc<Core>, access: Access, session: Session) -> Self {
        Lease { core: Arc::clone(core), access, session, task: None, dirty: false, held: true }
    }

    /// What it was leased for.
    #[must_use]
    pub fn access(&self) -> Access {
        self.access
    }

    /// Marks that the session is held by a loop of this thread, until the mark is dropped.
    pub(crate) fn hold(&self) -> Held {
        Holder::rows(self.core.lane(self.access)).enter()
    }

    /// The same, with a session that is open.
    #[inline]
    fn opened(mut self) -> Result<Self> {
        if self.session.is_closed() {
            self.session = self.core.open_session(self.access)?;
        }
        Ok(self)
    }

    /// The same, with a session that is open or tells why it is not.
    fn opened_or_failed(mut self) -> Self {
        if self.session.is_closed() {
            self.session = match self.core.open_session(self.access) {
                Ok(session) => session,
                Err(error) => Session::failed(error),
            };
        }
        self
    }

    fn brake(&self) -> Option<&Arc<Brake>> {
        self.session.brake()
    }

    /// Ends the hold of the job that had the lease before.
    fn end_task(&mut self) {
        if let Some((task, _)) = self.task.take() {
            task.finish();
        }
    }

    /// Gives the session back; answers who has its slot now, for the caller to tell them.
    fn release(mut self) -> Option<Grant> {
        self.give_back()
    }

    #[inline]
    fn give_back(&mut self) -> Option<Grant> {
        if !std::mem::replace(&mut self.held, false) {
            return None;
        }
        self.end_task();
        let session = std::mem::replace(&mut self.session, Session::closed());
        self.core.take_back(self.access, session, self.dirty)
    }
}

impl Deref for Lease {
    type Target = Session;

    #[inline]
    fn deref(&self) -> &Session {
        &self.session
    }
}

impl DerefMut for Lease {
    #[inline]
    fn deref_mut(&mut self) -> &mut Session {
        // Who has it on another thread got it from its job, which a stop must not reach here any more.
        if self.task.as_ref().is_some_and(|(_, thread)| *thread != thread::current().id()) {
            self.end_task();
        }
        &mut self.session
    }
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lease").field("access", &self.access).field("session", &self.session).finish_non_exhaustive()
    }
}

impl Drop for Lease {
    #[inline]
    fn drop(&mut self) {
        if let Some(grant) = self.give_back() {
            hand_over(grant);
        }
    }
}

/// Tells the next in a queue that it has a slot.
fn hand_over(Grant { waiter, session }: Grant) {
    match waiter {
        Waiter::Ticket(ticket) => ticket.deliver(Ok(Lease::new(&ticket.core, ticket.access(), session))),
        Waiter::Job(task) => {
            let core = Arc::clone(&task.core);
            let lease = Lease::new(&core, task.access, session);
            core.dispatch(Work::Run(task, lease));
        }
    }
}
