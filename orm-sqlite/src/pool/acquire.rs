//! Waiting for a session, as a future or as a thread.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Instant;

use orm_core::connection::Access;
use orm_core::held::Home;
use orm_core::{Error, Result};

use super::lane::{Taken, Waiter};
use super::worker::Work;
use super::{Core, Lease, watchdog};

/// A place in the queue.
pub(crate) struct Ticket {
    pub(crate) core: Arc<Core>,
    access: Access,
    /// Whether a watchdog ends the wait; a thread that waits does so itself.
    pub(crate) watched: bool,
    state: Mutex<TicketState>,
}

enum TicketState {
    Waiting(Option<Waker>),
    /// What came of it. The lease's session is closed if it must be opened first.
    Ready(Result<Lease>),
    /// Nobody waits here any more.
    Gone,
}

impl Ticket {
    fn new(core: &Arc<Core>, access: Access, waker: Waker, watched: bool) -> Arc<Self> {
        let state = Mutex::new(TicketState::Waiting(Some(waker)));
        Arc::new(Ticket { core: Arc::clone(core), access, watched, state })
    }

    fn state(&self) -> MutexGuard<'_, TicketState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn access(&self) -> Access {
        self.access
    }

    /// Ends the wait. If nobody waits any more, the lease goes on to the next.
    pub(crate) fn deliver(&self, outcome: Result<Lease>) {
        let mut state = self.state();
        match &mut *state {
            TicketState::Waiting(waker) => {
                let waker = waker.take();
                *state = TicketState::Ready(outcome);
                drop(state);
                if let Some(waker) = waker {
                    waker.wake();
                }
            }
            TicketState::Ready(_) | TicketState::Gone => {
                drop(state);
                drop(outcome);
            }
        }
    }

    /// What came of it, if anything did; waits on with the waker if not.
    fn take(&self, waker: &Waker) -> Option<Result<Lease>> {
        let mut state = self.state();
        match &mut *state {
            TicketState::Waiting(Some(old)) if old.will_wake(waker) => None,
            TicketState::Waiting(_) => {
                *state = TicketState::Waiting(Some(waker.clone()));
                None
            }
            TicketState::Ready(_) => match std::mem::replace(&mut *state, TicketState::Waiting(Some(waker.clone()))) {
                TicketState::Ready(outcome) => Some(outcome),
                TicketState::Waiting(_) | TicketState::Gone => None,
            },
            TicketState::Gone => Some(Err(Error::Closed)),
        }
    }

    /// Leaves the queue; answers what came in the last moment.
    fn leave(self: &Arc<Self>) -> Option<Result<Lease>> {
        self.core.lane(self.access).forget_ticket(self);
        match std::mem::replace(&mut *self.state(), TicketState::Gone) {
            TicketState::Ready(outcome) => Some(outcome),
            TicketState::Waiting(_) | TicketState::Gone => None,
        }
    }
}

/// Waits for a session; see [`Pool::acquire`](super::Pool::acquire).
///
/// Dropped while it waits, it leaves the queue; a session that was handed over already goes to the next.
#[must_use = "futures do nothing unless awaited"]
pub struct Acquire {
    core: Arc<Core>,
    access: Access,
    ticket: Option<Arc<Ticket>>,
    finished: bool,
}

impl Acquire {
    pub(crate) fn new(core: &Arc<Core>, access: Access) -> Self {
        Acquire { core: Arc::clone(core), access, ticket: None, finished: false }
    }

    fn step(&mut self, waker: &Waker) -> Option<Result<Lease>> {
        if self.finished {
            return Some(Err(Error::Closed));
        }
        let (ticket, lease) = match &self.ticket {
            Some(ticket) => match ticket.take(waker)? {
                Ok(lease) => (Arc::clone(ticket), lease),
                Err(error) => return Some(Err(error)),
            },
            None => {
                match self.core.lane(self.access).take_open(self.core.id) {
                    Ok(None) => {}
                    Ok(Some(session)) => return Some(Ok(Lease::new(&self.core, self.access, session))),
                    Err(error) => return Some(Err(error)),
                }
                let ticket = Ticket::new(&self.core, self.access, waker.clone(), true);
                match self.core.lane(self.access).take_or_queue(Waiter::Ticket(Arc::clone(&ticket))) {
                    Ok(Taken::Slot(session, _)) => {
                        self.ticket = Some(Arc::clone(&ticket));
                        (ticket, Lease::new(&self.core, self.access, session))
                    }
                    Ok(Taken::Queued { unwatched }) => {
                        if unwatched {
                            watchdog::watch(&self.core, self.access);
                        }
                        self.ticket = Some(ticket);
                        return None;
                    }
                    Err(error) => return Some(Err(error)),
                }
            }
        };
        if lease.is_closed() {
            // Opening a file is nothing to do on an executor's thread.
            self.core.dispatch(Work::Open(ticket, lease));
            return None;
        }
        Some(Ok(lease))
    }
}

impl Future for Acquire {
    type Output = Result<Lease>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.step(context.waker()) {
            Some(outcome) => {
                self.finished = true;
                self.ticket = None;
                Poll::Ready(outcome)
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            drop(ticket.leave());
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread, at most for the pool's acquire timeout.
pub(crate) fn wait(core: &Arc<Core>, access: Access) -> Result<Lease> {
    let start = Instant::now();
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let ticket = Ticket::new(core, access, waker.clone(), false);
    match core.lane(access).take_or_queue(Waiter::Ticket(Arc::clone(&ticket)))? {
        Taken::Slot(session, _) => return Lease::new(core, access, session).opened(),
        Taken::Queued { .. } => {}
    }
    let limit = core.options.acquire_timeout;
    loop {
        if let Some(outcome) = ticket.take(&waker) {
            return outcome?.opened();
        }
        match limit.checked_sub(start.elapsed()) {
            Some(left) if !left.is_zero() => std::thread::park_timeout(left),
            _ => break,
        }
    }
    match ticket.leave() {
        Some(outcome) => outcome?.opened(),
        None => Err(core.lane(access).exhausted(Home::here(), start.elapsed())),
    }
}
