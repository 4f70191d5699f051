//! Who has a connection, who waits for one: slots for so many connections, given out first come, first served.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use orm_core::connection::Metrics;
use orm_core::error::millis;
use orm_core::{Error, Result};
use tokio::sync::oneshot;

/// Slots for connections of the kind `T`, the idle connections, and who waits.
///
/// A slot that is given back goes to the first that waits, under the lock, so that nobody can get in between.
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    most: usize,
    /// So many are kept open, however idle.
    least: usize,
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
    /// What tells the [minder](super::minder), if there is one, that the queue is closed or gone: it is dropped.
    minder: Option<oneshot::Sender<Infallible>>,
}

#[derive(Clone, Copy)]
struct Holder {
    call: &'static str,
    since: Instant,
}

impl<T> State<T> {
    /// Notes who holds a connection from now on; answers the number of the note.
    fn hold(&mut self, call: &'static str) -> usize {
        let holder = Some(Holder { call, since: Instant::now() });
        match self.holders.iter_mut().enumerate().find(|(_, place)| place.is_none()) {
            Some((at, place)) => {
                *place = holder;
                at
            }
            None => {
                self.holders.push(holder);
                self.holders.len() - 1
            }
        }
    }

    fn let_go(&mut self, note: usize) {
        if let Some(place) = self.holders.get_mut(note) {
            *place = None;
        }
    }

    /// What tells a new minder that it is over, if one is needed. There is one at a time; where connections are missing, a new one takes
    /// the place of one that sleeps.
    fn begin_minding(&mut self, missing: bool, spare: bool) -> Option<Minding> {
        if self.closed || !(missing || (spare && self.minder.is_none())) {
            return None;
        }
        let (tell, over) = oneshot::channel();
        let before = self.minder.replace(tell);
        Some(Minding { over, _before: before })
    }
}

/// What a new minder begins with.
pub(crate) struct Minding {
    /// Ends when the queue is closed or gone, or another minds it.
    pub(crate) over: oneshot::Receiver<Infallible>,
    /// What tells the one before that it is over, which wakes it: not while the queue is locked.
    _before: Option<oneshot::Sender<Infallible>>,
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
    pub(crate) fn new(least: usize, most: usize) -> Self {
        let state = State {
            idle: Vec::new(),
            taken: 0,
            waiting: VecDeque::new(),
            holders: Vec::new(),
            closed: false,
            draining: Vec::new(),
            minder: None,
        };
        Queue { state: Mutex::new(state), most, least }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a slot, for a call of this name. Of the idle connections it takes the one used last that the caller prefers, or else the
    /// one used last. Answers the number of the note of who holds it.
    ///
    /// `holder` is who holds another connection meanwhile. When all connections are held by such, none of them ever comes back: the one
    /// that would be the last to wait gets [`Error::NestedAcquire`] at once.
    pub(crate) fn wait<P: Fn(&T) -> bool>(&self, call: &'static str, holder: Option<u64>, prefers: P) -> Wait<'_, T, P> {
        Wait { queue: self, call, holder, prefers, ticket: None }
    }

    /// Takes a slot for a connection that nobody asked for yet, unless so many are taken.
    pub(crate) fn reserve(&self, enough: usize) -> bool {
        let mut state = self.state();
        let free = !state.closed && state.taken < enough.min(self.most);
        state.taken += usize::from(free);
        free
    }

    /// Gives a slot back, with its connection or without.
    pub(crate) fn give_back(&self, connection: Option<T>) {
        self.put(self.state(), connection);
    }

    /// Strikes out the note of who held a connection and gives its slot back, with the connection or without; all under one lock, for
    /// this ends every operation. If there is anything to mind from now on that nobody minds, the caller gets what begins it.
    #[must_use]
    pub(crate) fn release(&self, note: usize, connection: Option<T>) -> Option<Minding> {
        let mut state = self.state();
        state.let_go(note);
        let wanted = !state.waiting.is_empty();
        let left = state.taken - usize::from(connection.is_none() && !wanted);
        let mind = state.begin_minding(left < self.least, connection.is_some() && !wanted && left > self.least);
        self.put(state, connection);
        mind
    }

    /// What begins to mind the connections, if there is anything to mind that nobody minds.
    #[must_use]
    pub(crate) fn mind(&self) -> Option<Minding> {
        let mut state = self.state();
        let (missing, spare) = (state.taken < self.least, state.taken > self.least && !state.idle.is_empty());
        state.begin_minding(missing, spare)
    }

    /// When the first idle connection ends that need not be kept, or now, if one is missing. Where there is nothing to mind, minding is
    /// over: `None`.
    pub(crate) fn minded_until(&self, end: impl Fn(&T) -> Instant) -> Option<Instant> {
        let mut state = self.state();
        if state.taken < self.least && !state.closed {
            return Some(Instant::now());
        }
        let first = state.idle.iter().map(end).min().filter(|_| state.taken > self.least);
        let over = if first.is_none() { state.minder.take() } else { None };
        drop(state);
        drop(over);
        first
    }

    /// Notes that the connections are not minded any more.
    pub(crate) fn unminded(&self) {
        let over = self.state().minder.take();
        drop(over);
    }

    fn put(&self, mut state: MutexGuard<'_, State<T>>, connection: Option<T>) {
        let mut turn = match connection {
            Some(connection) => Turn::Idle(connection),
            None => Turn::Empty,
        };
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

    /// Strikes a note out.
    pub(crate) fn let_go(&self, note: usize) {
        self.state().let_go(note);
    }

    /// Takes out the idle connections that are too old or lie too long, but leaves so many open as are kept.
    pub(crate) fn take_stale(&self, stale: impl Fn(&T) -> bool) -> Vec<T> {
        let mut state = self.state();
        let spare = state.taken.saturating_sub(self.least);
        let State { idle, taken, .. } = &mut *state;
        // Those that lie longest come first.
        let old: Vec<T> = idle.extract_if(.., |connection| stale(connection)).take(spare).collect();
        *taken -= old.len();
        old
    }

    /// Refuses everybody from now on; answers the idle connections.
    pub(crate) fn close(&self) -> Vec<T> {
        let mut state = self.state();
        state.closed = true;
        let over = state.minder.take();
        let idle = std::mem::take(&mut state.idle);
        state.taken -= idle.len();
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(over);
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
    call: &'static str,
    holder: Option<u64>,
    prefers: P,
    ticket: Option<Arc<Ticket<T>>>,
}

impl<T, P> Unpin for Wait<'_, T, P> {}

impl<T, P: Fn(&T) -> bool> Future for Wait<'_, T, P> {
    type Output = Result<(Turn<T>, usize)>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(ticket) = &self.ticket {
            let polled = ticket.take(context.waker());
            if polled.is_ready() {
                self.ticket = None;
            }
            return polled.map_ok(|turn| (turn, self.queue.state().hold(self.call)));
        }
        let mut state = self.queue.state();
        if state.closed {
            return Poll::Ready(Err(Error::Closed));
        }
        let preferred = state.idle.iter().rposition(&self.prefers);
        if let Some(connection) = preferred.map(|at| state.idle.remove(at)) {
            return Poll::Ready(Ok((Turn::Idle(connection), state.hold(self.call))));
        }
        if state.taken < self.queue.most {
            state.taken += 1;
            return Poll::Ready(Ok((Turn::Empty, state.hold(self.call))));
        }
        if let Some(connection) = state.idle.pop() {
            return Poll::Ready(Ok((Turn::Idle(connection), state.hold(self.call))));
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
