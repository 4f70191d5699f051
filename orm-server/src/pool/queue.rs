//! Who has a connection, who waits for one: slots for so many connections, given out first come, first served.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use orm_core::connection::Metrics;
use orm_core::error::millis;
use orm_core::{Error, Result};

/// Slots for connections of the kind `T`, the idle connections, and who waits.
///
/// A slot that is given back goes to the first that waits, under the lock, so that nobody can get in between.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    most: usize,
}

struct State<T> {
    idle: Vec<T>,
    /// Slots that are taken: by a connection in use, an idle one, or one that is being opened.
    taken: usize,
    waiting: VecDeque<Arc<Ticket<T>>>,
    /// Who holds a connection, by what for and since when.
    holders: Vec<Option<Holder>>,
    closed: bool,
    /// Who waits for the last connection to come back.
    draining: Vec<Waker>,
}

#[derive(Clone, Copy)]
struct Holder {
    call: &'static str,
    since: Instant,
}

/// A slot, on its way to the one that asked for it.
pub(crate) enum Turn<T> {
    /// With a connection that is open.
    Idle(T),
    /// For which a connection may be opened.
    Empty,
}

/// A place in the queue.
pub(crate) struct Ticket<T> {
    state: Mutex<TicketState<T>>,
    /// Who waits here while holding a connection of this very queue.
    holder: Option<u64>,
}

enum TicketState<T> {
    Waiting(Waker),
    Ready(Result<Turn<T>>),
    /// Nobody waits here any more.
    Gone,
}

impl<T> Ticket<T> {
    fn state(&self) -> MutexGuard<'_, TicketState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the wait; answers what nobody waits for any more.
    fn deliver(&self, turn: Result<Turn<T>>) -> Option<Result<Turn<T>>> {
        let mut state = self.state();
        match std::mem::replace(&mut *state, TicketState::Gone) {
            TicketState::Waiting(waker) => {
                *state = TicketState::Ready(turn);
                drop(state);
                waker.wake();
                None
            }
            TicketState::Ready(_) | TicketState::Gone => Some(turn),
        }
    }

    fn take(&self, waker: &Waker) -> Poll<Result<Turn<T>>> {
        let mut state = self.state();
        match &mut *state {
            TicketState::Waiting(old) => {
                old.clone_from(waker);
                Poll::Pending
            }
            TicketState::Ready(_) | TicketState::Gone => match std::mem::replace(&mut *state, TicketState::Gone) {
                TicketState::Ready(turn) => Poll::Ready(turn),
                TicketState::Waiting(_) | TicketState::Gone => Poll::Ready(Err(Error::Closed)),
            },
        }
    }

    /// Leaves; answers what came in the last moment.
    fn leave(&self) -> Option<Turn<T>> {
        match std::mem::replace(&mut *self.state(), TicketState::Gone) {
            TicketState::Ready(turn) => turn.ok(),
            TicketState::Waiting(_) | TicketState::Gone => None,
        }
    }
}

impl<T> State<T> {
    /// Whether, with this one, all who hold a connection wait for another.
    fn is_held_by_waiting(&self, holder: u64, most: usize) -> bool {
        let mut waiting: Vec<u64> = self.waiting.iter().filter_map(|ticket| ticket.holder).collect();
        waiting.push(holder);
        waiting.sort_unstable();
        waiting.dedup();
        waiting.len() >= most
    }
}

impl<T> Queue<T> {
    pub(crate) fn new(most: usize) -> Self {
        let state = State {
            idle: Vec::new(),
            taken: 0,
            waiting: VecDeque::new(),
            holders: Vec::new(),
            closed: false,
            draining: Vec::new(),
        };
        Queue { state: Mutex::new(state), most }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a slot. Of the idle connections it takes the one used last that the caller prefers, or else the one used last.
    ///
    /// `holder` is who holds another connection meanwhile. When all connections are held by such, none of them ever comes back: the one
    /// that would be the last to wait gets [`Error::NestedAcquire`] at once.
    pub(crate) fn wait<P: Fn(&T) -> bool>(&self, holder: Option<u64>, prefers: P) -> Wait<'_, T, P> {
        Wait { queue: self, holder, prefers, ticket: None }
    }

    /// Takes a slot for a connection that nobody asked for yet, if that leaves one open or none is.
    pub(crate) fn reserve(&self) -> bool {
        let mut state = self.state();
        let free = !state.closed && state.taken < self.most;
        state.taken += usize::from(free);
        free
    }

    /// Gives a slot back, with its connection or without.
    pub(crate) fn give_back(&self, connection: Option<T>) {
        let mut turn = match connection {
            Some(connection) => Turn::Idle(connection),
            None => Turn::Empty,
        };
        let mut state = self.state();
        while let Some(ticket) = state.waiting.pop_front() {
            match ticket.deliver(Ok(turn)) {
                None => return,
                Some(Ok(back)) => turn = back,
                Some(Err(_)) => return,
            }
        }
        // A connection of a closed pool ends when the lock is gone.
        let mut leaving = None;
        match turn {
            Turn::Idle(connection) if !state.closed => state.idle.push(connection),
            Turn::Idle(connection) => {
                leaving = Some(connection);
                state.taken -= 1;
            }
            Turn::Empty => state.taken -= 1,
        }
        let drained = if state.closed && state.taken == 0 { std::mem::take(&mut state.draining) } else { Vec::new() };
        drop(state);
        drop(leaving);
        drained.into_iter().for_each(Waker::wake);
    }

    /// Notes who holds a connection from now on; answers the number of the note.
    pub(crate) fn hold(&self, call: &'static str) -> usize {
        let holder = Some(Holder { call, since: Instant::now() });
        let mut state = self.state();
        match state.holders.iter().position(Option::is_none) {
            Some(at) => {
                if let Some(place) = state.holders.get_mut(at) {
                    *place = holder;
                }
                at
            }
            None => {
                state.holders.push(holder);
                state.holders.len() - 1
            }
        }
    }

    /// Strikes a note out.
    pub(crate) fn let_go(&self, note: usize) {
        if let Some(place) = self.state().holders.get_mut(note) {
            *place = None;
        }
    }

    /// Takes out the idle connections that are too old or lie too long, but leaves so many.
    pub(crate) fn take_stale(&self, leave: usize, stale: impl Fn(&T) -> bool) -> Vec<T> {
        let mut state = self.state();
        let mut old = Vec::new();
        // Those that lie longest come first.
        while state.taken > leave && state.idle.first().is_some_and(&stale) {
            old.push(state.idle.remove(0));
            state.taken -= 1;
        }
        old
    }

    /// Refuses everybody from now on; answers the idle connections.
    pub(crate) fn close(&self) -> Vec<T> {
        let mut state = self.state();
        state.closed = true;
        let idle = std::mem::take(&mut state.idle);
        state.taken -= idle.len();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        for ticket in waiting {
            drop(ticket.deliver(Err(Error::Closed)));
        }
        idle
    }

    /// Waits until a closed queue has every connection back.
    pub(crate) fn poll_drained(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.state();
        if state.taken == 0 {
            return Poll::Ready(());
        }
        state.draining.push(context.waker().clone());
        Poll::Pending
    }

    pub(crate) fn metrics(&self) -> Metrics {
        let state = self.state();
        let longest = state.holders.iter().flatten().min_by_key(|holder| holder.since);
        Metrics {
            in_use: state.taken - state.idle.len(),
            idle: state.idle.len(),
            waiting: state.waiting.len(),
            longest_holder: longest.map(|holder| (holder.call, holder.since.elapsed())),
        }
    }

    /// The error of who waited in vain.
    pub(crate) fn exhausted(&self, waited: Duration) -> Error {
        let metrics = self.metrics();
        Error::PoolExhausted {
            waited_ms: millis(waited),
            in_use: metrics.in_use,
            // Who is told has left the queue.
            waiting: metrics.waiting + 1,
            longest_holder: metrics.longest_holder.map(|(call, held)| (call, millis(held))),
        }
    }
}

/// Waits for a slot. Dropped while it waits, it leaves the queue; a slot that was handed over already goes to the next.
pub(crate) struct Wait<'q, T, P> {
    queue: &'q Queue<T>,
    holder: Option<u64>,
    prefers: P,
    ticket: Option<Arc<Ticket<T>>>,
}

impl<T, P> Unpin for Wait<'_, T, P> {}

impl<T, P: Fn(&T) -> bool> Future for Wait<'_, T, P> {
    type Output = Result<Turn<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(ticket) = &self.ticket {
            let polled = ticket.take(context.waker());
            if polled.is_ready() {
                self.ticket = None;
            }
            return polled;
        }
        let mut state = self.queue.state();
        if state.closed {
            return Poll::Ready(Err(Error::Closed));
        }
        let preferred = state.idle.iter().rposition(&self.prefers);
        if let Some(connection) = preferred.map(|at| state.idle.remove(at)) {
            return Poll::Ready(Ok(Turn::Idle(connection)));
        }
        if state.taken < self.queue.most {
            state.taken += 1;
            return Poll::Ready(Ok(Turn::Empty));
        }
        if let Some(connection) = state.idle.pop() {
            return Poll::Ready(Ok(Turn::Idle(connection)));
        }
        let holder = self.holder;
        if let Some(holder) = holder
            && state.is_held_by_waiting(holder, self.queue.most)
        {
            return Poll::Ready(Err(Error::NestedAcquire));
        }
        let ticket = Arc::new(Ticket { state: Mutex::new(TicketState::Waiting(context.waker().clone())), holder });
        state.waiting.push_back(Arc::clone(&ticket));
        drop(state);
        self.ticket = Some(ticket);
        Poll::Pending
    }
}

impl<T, P> Drop for Wait<'_, T, P> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        match ticket.leave() {
            Some(Turn::Idle(connection)) => self.queue.give_back(Some(connection)),
            Some(Turn::Empty) => self.queue.give_back(None),
            None => self.queue.state().waiting.retain(|other| !Arc::ptr_eq(other, &ticket)),
        }
    }
}
