//! The queue for the sessions of one kind: one lane for the writers of a file, whatever pool they belong to, and one for each pool's
//! readers.

use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use orm_core::error::millis;
use orm_core::held::{Home, held_of};
use orm_core::{Error, Result};

use super::Core;
use super::acquire::Ticket;
use super::job::Task;
use crate::session::Session;

/// Slots for sessions, and who waits for one, in the order of arrival.
///
/// A slot that is given back goes to the first that waits, under the lock, so that nobody can get in between.
pub(crate) struct Lane {
    slots: usize,
    state: Mutex<State>,
}

struct State {
    /// Slots that nobody holds; while there are any, nobody waits.
    free: usize,
    waiting: VecDeque<Queued>,
    members: Vec<Member>,
    /// Whether a watchdog looks after the jobs that wait.
    watched: bool,
}

/// What a pool has in a lane.
struct Member {
    pool: u64,
    in_use: usize,
    idle: Vec<Session>,
    closed: bool,
}

/// A place in the queue.
struct Queued {
    waiter: Waiter,
    since: Instant,
    /// Where the one runs that waits.
    home: Home,
}

/// Who waits for a slot.
pub(crate) enum Waiter {
    /// A task or a thread.
    Ticket(Arc<Ticket>),
    /// Work for a worker thread.
    Job(Arc<Task>),
}

impl Waiter {
    /// Whether a watchdog ends its wait.
    fn is_watched(&self) -> bool {
        match self {
            Waiter::Ticket(ticket) => ticket.watched,
            Waiter::Job(_) => true,
        }
    }

    fn core(&self) -> &Core {
        match self {
            Waiter::Ticket(ticket) => &ticket.core,
            Waiter::Job(task) => &task.core,
        }
    }

    /// Ends the wait.
    pub(crate) fn refuse(self, why: Error) {
        match self {
            Waiter::Ticket(ticket) => ticket.deliver(Err(why)),
            Waiter::Job(task) => task.drop_unrun(why),
        }
    }
}

/// A slot for the next in the queue. The session is closed if the pool has none open.
pub(crate) struct Grant {
    pub(crate) waiter: Waiter,
    pub(crate) session: Session,
}

/// What a slot request was answered.
pub(crate) enum Taken {
    /// A slot, and the waiter that did not have to wait. The session is closed if the pool has none open.
    Slot(Session, Waiter),
    /// The waiter stands in the queue, which needs a watchdog if it is `unwatched`; from now on it counts as watched.
    Queued { unwatched: bool },
}

#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) in_use: usize,
    pub(crate) idle: usize,
    pub(crate) waiting: usize,
}

impl State {
    #[inline]
    fn member(&mut self, pool: u64) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.pool == pool)
    }

    #[inline]
    fn open_member(&mut self, pool: u64) -> Result<&mut Member> {
        match self.member(pool) {
            Some(member) if !member.closed => Ok(member),
            _ => Err(Error::Closed),
        }
    }
}

impl Lane {
    pub(crate) fn new(slots: usize) -> Self {
        let state = State { free: slots, waiting: VecDeque::new(), members: Vec::new(), watched: false };
        Lane { slots, state: Mutex::new(state) }
    }

    /// The lane for the writers of a file, which all pools of this process share.
    pub(crate) fn of_file(canonical: &Path) -> Arc<Lane> {
        static LANES: LazyLock<Mutex<HashMap<PathBuf, Weak<Lane>>>> = LazyLock::new(Mutex::default);
        let mut lanes = LANES.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(canonical).and_then(Weak::upgrade) {
            return lane;
        }
        lanes.retain(|_, lane| lane.strong_count() > 0);
        let lane = Arc::new(Lane::new(1));
        lanes.insert(canonical.to_owned(), Arc::downgrade(&lane));
        lane
    }

    #[inline]
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn join(&self, pool: u64, idle: Vec<Session>) {
        self.state().members.push(Member { pool, in_use: 0, idle, closed: false });
    }

    /// Takes a slot if one is free.
    pub(crate) fn take(&self, pool: u64) -> Result<Option<Session>> {
        let mut state = self.state();
        let free = state.free;
        let member = state.open_member(pool)?;
        if free == 0 {
            return Ok(None);
        }
        member.in_use += 1;
        let session = member.idle.pop().unwrap_or_else(Session::closed);
        state.free -= 1;
        Ok(Some(session))
    }

    /// Takes a slot if one is free and the pool has an open session for it.
    pub(crate) fn take_open(&self, pool: u64) -> Result<Option<Session>> {
        let mut state = self.state();
        let free = state.free;
        let member = state.open_member(pool)?;
        if free == 0 {
            return Ok(None);
        }
        let session = member.idle.pop();
        if session.is_some() {
            member.in_use += 1;
            state.free -= 1;
        }
        Ok(session)
    }

    /// Takes a slot if one is free, or queues the waiter.
    pub(crate) fn take_or_queue(&self, waiter: Waiter) -> Result<Taken> {
        let mut state = self.state();
        let free = state.free;
        let member = state.open_member(waiter.core().id)?;
        if free == 0 {
            if held_of(self) >= self.slots {
                return Err(Error::NestedAcquire);
            }
            let unwatched = waiter.is_watched() && !std::mem::replace(&mut state.watched, true);
            state.waiting.push_back(Queued { waiter, since: Instant::now(), home: Home::here() });
            return Ok(Taken::Queued { unwatched });
        }
        member.in_use += 1;
        let session = member.idle.pop().unwrap_or_else(Session::closed);
        state.free -= 1;
        Ok(Taken::Slot(session, waiter))
    }

    /// Gives a slot back; answers who has it now, for the caller to tell them.
    pub(crate) fn release(&self, pool: u64, session: Session) -> Option<Grant> {
        let mut state = self.state();
        // A session of a closed pool closes when the lock is gone.
        let mut leaving = None;
        if let Some(member) = state.member(pool) {
            member.in_use -= 1;
            if member.closed {
                leaving = Some(session);
                state.members.retain(|member| !member.closed || member.in_use > 0);
            } else if !session.is_closed() {
                member.idle.push(session);
            }
        }
        let grant = loop {
            let Some(Queued { waiter, .. }) = state.waiting.pop_front() else {
                state.free += 1;
                break None;
            };
            if let Ok(member) = state.open_member(waiter.core().id) {
                member.in_use += 1;
                let session = member.idle.pop().unwrap_or_else(Session::closed);
                break Some(Grant { waiter, session });
            }
        };
        drop(state);
        drop(leaving);
        grant
    }

    /// Ends the wait of those that have waited for longer than their pool allows, and tells whether others are left to watch. If none
    /// is, the lane is no longer watched.
    pub(crate) fn end_overdue(&self) -> bool {
        let mut state = self.state();
        let is_overdue = |queued: &Queued| {
            queued.waiter.is_watched() && queued.since.elapsed() >= queued.waiter.core().options.acquire_timeout
        };
        let (overdue, waiting): (VecDeque<_>, VecDeque<_>) = std::mem::take(&mut state.waiting).into_iter().partition(is_overdue);
        state.waiting = waiting;
        state.watched = state.waiting.iter().any(|queued| queued.waiter.is_watched());
        let more = state.watched;
        drop(state);
        for Queued { waiter, since, home } in overdue {
            let error = self.exhausted(home, since.elapsed());
            waiter.refuse(error);
        }
        more
    }

    /// Nobody watches the lane after all.
    pub(crate) fn unwatch(&self) {
        self.state().watched = false;
    }

    /// Takes a ticket out of the queue.
    pub(crate) fn forget_ticket(&self, ticket: &Arc<Ticket>) {
        self.forget(|waiter| matches!(waiter, Waiter::Ticket(other) if Arc::ptr_eq(other, ticket)));
    }

    /// Takes a job out of the queue.
    pub(crate) fn forget_job(&self, task: &Arc<Task>) {
        self.forget(|waiter| matches!(waiter, Waiter::Job(other) if Arc::ptr_eq(other, task)));
    }

    fn forget(&self, mut is_meant: impl FnMut(&Waiter) -> bool) {
        let mut state = self.state();
        let found = state.waiting.iter().position(|queued| is_meant(&queued.waiter)).and_then(|at| state.waiting.remove(at));
        drop(state);
        drop(found);
    }

    /// Refuses the pool from now on; answers its idle sessions and its waiters, for the caller to end.
    pub(crate) fn close(&self, pool: u64) -> (Vec<Session>, Vec<Waiter>) {
        let mut state = self.state();
        let mut idle = Vec::new();
        if let Some(member) = state.member(pool) {
            member.closed = true;
            idle = std::mem::take(&mut member.idle);
        }
        state.members.retain(|member| member.pool != pool || member.in_use > 0);
        let (mine, others) = std::mem::take(&mut state.waiting).into_iter().partition(|queued| queued.waiter.core().id == pool);
        state.waiting = others;
        let mine: VecDeque<Queued> = mine;
        (idle, mine.into_iter().map(|queued| queued.waiter).collect())
    }

    /// The error of who waited there in vain: how the lane is used by all pools. Who is told has left the queue.
    ///
    /// A transaction begun by hand that is at home there is a reason only now: its value may have been on its way to another thread or
    /// task, which had not used it yet and would have ended it there, so that the wait was sound.
    pub(crate) fn exhausted(&self, home: Home, waited: Duration) -> Error {
        if home.holds_one_of(self) {
            return Error::NestedAcquire;
        }
        let waited_ms = millis(waited);
        let state = self.state();
        let in_use = state.members.iter().map(|member| member.in_use).sum();
        Error::PoolExhausted { waited_ms, in_use, waiting: state.waiting.len() + 1, longest_holder: None }
    }

    pub(crate) fn counts(&self, pool: u64) -> Counts {
        let mut state = self.state();
        let waiting = state.waiting.iter().filter(|queued| queued.waiter.core().id == pool).count();
        let (in_use, idle) = state.member(pool).map_or((0, 0), |member| (member.in_use, member.idle.len()));
        Counts { in_use, idle, waiting }
    }
}
