//! The threads that run jobs: started when there is work, at most as many as sessions, gone with the pool.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread::{self, Thread};

use orm_core::Error;

use super::acquire::Ticket;
use super::job::Task;
use super::lane::{Grant, Waiter};
use super::{Core, Lease};
use crate::session::Session;

/// What a worker thread does. All but `Close` hold a slot, so that there are never more of them than threads may be.
pub(crate) enum Work {
    /// Run a job with a lease.
    Run(Arc<Task>, Lease),
    /// Open the session of a lease, and give the lease to who waits for it.
    Open(Arc<Ticket>, Lease),
    /// Close sessions.
    Close(Vec<Session>),
}

impl Work {
    /// Does it; answers who is to be told of its end.
    fn run(self, core: &Arc<Core>) -> Option<Waker> {
        match self {
            Work::Run(task, lease) => return run_jobs(core, task, lease),
            Work::Open(ticket, lease) => ticket.deliver(lease.opened()),
            Work::Close(sessions) => drop(sessions),
        }
        None
    }

    /// Ends work that no thread will do.
    fn refuse(self) {
        match self {
            Work::Run(task, lease) => {
                drop(lease);
                task.drop_unrun(Error::Closed);
            }
            Work::Open(ticket, lease) => {
                drop(lease);
                ticket.deliver(Err(Error::Closed));
            }
            Work::Close(sessions) => drop(sessions),
        }
    }
}

/// The worker threads of a pool.
///
/// A thread lists itself as idle only while the queue is empty, and leaves the list when it is woken or finds work. So, whenever there
/// is work in the queue, a thread that is not listed is there to look at it before it lists itself: nothing is forgotten, whichever
/// thread takes it in the end.
pub(crate) struct Workers(Mutex<State>);

struct State {
    /// Threads that wait, the one that worked last at the end: its caches are warm.
    idle: Vec<Thread>,
    queue: VecDeque<Work>,
    threads: usize,
    started: usize,
    most: usize,
    closing: bool,
}

impl Workers {
    pub(crate) fn new(most: usize) -> Self {
        Workers(Mutex::new(State { idle: Vec::new(), queue: VecDeque::new(), threads: 0, started: 0, most, closing: false }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives work to a thread that waits, or to a new one.
    pub(crate) fn dispatch(&self, core: &Arc<Core>, work: Work) {
        let mut state = self.state();
        if state.closing && state.threads == 0 {
            drop(state);
            work.refuse();
            return;
        }
        state.queue.push_back(work);
        if let Some(thread) = state.idle.pop() {
            drop(state);
            thread.unpark();
            return;
        }
        if state.threads >= state.most {
            return;
        }
        state.threads += 1;
        state.started += 1;
        let name = format!("amphi-sqlite-{}", state.started);
        drop(state);
        let for_thread = Arc::clone(core);
        if thread::Builder::new().name(name).spawn(move || run(&for_thread)).is_err() {
            let mut state = self.state();
            state.threads -= 1;
            // Without any thread the work would lie for ever; with some, the next that is free does it.
            let stuck = if state.threads == 0 { std::mem::take(&mut state.queue) } else { VecDeque::new() };
            drop(state);
            stuck.into_iter().for_each(Work::refuse);
        }
    }

    /// The next work of a thread; `None` if it should end. Who waits for what it did before is told first, but not before the thread is
    /// ready for what they want next: so a caller that goes on at once finds this thread, and its session, idle.
    fn next(&self, me: &Thread, mut told: Option<Waker>) -> Option<Work> {
        loop {
            let mut state = self.state();
            let work = state.queue.pop_front();
            let at = state.idle.iter().position(|thread| thread.id() == me.id());
            let ends = work.is_none() && state.closing;
            match at {
                Some(at) if work.is_some() || ends => drop(state.idle.remove(at)),
                None if work.is_none() && !ends => state.idle.push(me.clone()),
                Some(_) | None => {}
            }
            if ends {
                state.threads -= 1;
            }
            drop(state);
            if let Some(waker) = told.take() {
                tell(waker);
            }
            if work.is_some() || ends {
                return work;
            }
            thread::park();
        }
    }

    /// Lets the threads end when their work is done, and waits for none of them. Answers the sessions if no thread is left to close them.
    pub(crate) fn shut_down(&self, sessions: Vec<Session>) -> Vec<Session> {
        let mut state = self.state();
        state.closing = true;
        let mut left = sessions;
        if state.threads > 0 && !left.is_empty() {
            state.queue.push_back(Work::Close(std::mem::take(&mut left)));
        }
        for thread in state.idle.drain(..) {
            thread.unpark();
        }
        left
    }
}

fn run(core: &Arc<Core>) {
    let me = thread::current();
    let mut told = None;
    while let Some(work) = core.workers.next(&me, told.take()) {
        survives(|| told = work.run(core));
    }
}

/// Runs a job, then those that have waited for its session; answers who is to be told of the last.
fn run_jobs(core: &Arc<Core>, task: Arc<Task>, lease: Lease) -> Option<Waker> {
    let (mut waker, mut grant) = run_job(task, lease);
    loop {
        match grant {
            Some(Grant { waiter: Waiter::Job(next), session }) if Arc::ptr_eq(&next.core, core) => {
                if let Some(waker) = waker {
                    tell(waker);
                }
                let lease = Lease::new(core, next.access, session);
                (waker, grant) = run_job(next, lease);
            }
            Some(other) => {
                survives(|| super::hand_over(other));
                return waker;
            }
            None => return waker,
        }
    }
}

/// Runs one job; answers who is to be told of its end, and who has its slot now.
fn run_job(task: Arc<Task>, lease: Lease) -> (Option<Waker>, Option<Grant>) {
    let mut lease = lease.opened_or_failed();
    let (mut waker, mut abandoned) = (None, false);
    let left = if task.start(lease.brake()) {
        if task.passes_on {
            lease.task = Some((Arc::clone(&task), thread::current().id()));
        }
        let mut left = Some(lease);
        if !survives(|| task.run(&mut left))
            && let Some(lease) = &mut left
        {
            lease.dirty = true;
        }
        (waker, abandoned) = task.finish();
        left
    } else {
        Some(lease)
    };
    let grant = left.and_then(Lease::release);
    // Before the thread is ready for more, since an outcome that nobody wants may be large; and it may panic when it is dropped.
    survives(move || {
        if abandoned {
            task.discard();
        }
        drop(task);
    });
    (waker, grant)
}

/// Tells somebody that what they wait for is there.
fn tell(waker: Waker) {
    survives(move || waker.wake());
}

/// Runs something that may panic; whether it did not.
fn survives(run: impl FnOnce()) -> bool {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(()) => true,
        Err(panic) => {
            // What was thrown may itself throw when it is dropped.
            if let Err(again) = catch_unwind(AssertUnwindSafe(move || drop(panic))) {
                std::mem::forget(again);
            }
            false
        }
    }
}
