//! The threads that run jobs: started when there is work, at most as many as sessions, gone with the pool.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, Thread};

use orm_core::Error;

use super::acquire::Ticket;
use super::job::{Job, Task};
use super::lane::{Grant, Waiter};
use super::{Core, Lease};
use crate::session::Session;

/// What a worker thread does. All but `Close` and `Exit` hold a slot, so that there are never more of them than threads may be.
pub(crate) enum Work {
    /// Run a job on the lease's session.
    Run(Arc<Task>, Lease),
    /// Run a job that has its own lease.
    RunLeased(Arc<Task>),
    /// Open the session of a lease, and give the lease to who waits for it.
    Open(Arc<Ticket>, Lease),
    /// Close sessions.
    Close(Vec<Session>),
    /// End.
    Exit,
}

impl Work {
    /// Ends work that no thread will do.
    fn refuse(self) {
        if let Work::Open(ticket, lease) = self {
            drop(lease);
            ticket.deliver(Err(Error::Closed));
        }
    }
}

/// The worker threads of a pool.
pub(crate) struct Workers(Mutex<State>);

struct State {
    /// Threads that wait, the one that worked last at the end: its caches are warm.
    idle: Vec<Arc<Mailbox>>,
    /// Work for which a thread is on its way.
    queue: VecDeque<Work>,
    threads: usize,
    started: usize,
    most: usize,
    closing: bool,
}

/// Where a waiting thread finds its work.
struct Mailbox {
    work: Mutex<Option<Work>>,
    thread: Thread,
}

impl Mailbox {
    fn put(&self, work: Work) {
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
        self.thread.unpark();
    }

    fn take(&self) -> Work {
        loop {
            if let Some(work) = self.work.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return work;
            }
            thread::park();
        }
    }
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
        if let Some(mailbox) = state.idle.pop() {
            drop(state);
            mailbox.put(work);
            return;
        }
        if state.closing && state.threads == 0 {
            drop(state);
            work.refuse();
            return;
        }
        state.queue.push_back(work);
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

    /// The next work of a thread; `None` if it should end.
    fn next(&self, mailbox: &Arc<Mailbox>) -> Option<Work> {
        let mut state = self.state();
        if let Some(work) = state.queue.pop_front() {
            return Some(work);
        }
        if state.closing {
            state.threads -= 1;
            return None;
        }
        state.idle.push(Arc::clone(mailbox));
        drop(state);
        match mailbox.take() {
            Work::Exit => {
                self.state().threads -= 1;
                None
            }
            work => Some(work),
        }
    }

    /// Lets the threads end when their work is done, and waits for none of them. Answers the sessions if no thread is left to close them.
    pub(crate) fn shut_down(&self, sessions: Vec<Session>) -> Vec<Session> {
        let mut state = self.state();
        state.closing = true;
        let mut left = sessions;
        if state.threads > 0 && !left.is_empty() {
            let work = Work::Close(std::mem::take(&mut left));
            match state.idle.pop() {
                Some(mailbox) => mailbox.put(work),
                None => state.queue.push_back(work),
            }
        }
        for mailbox in state.idle.drain(..) {
            mailbox.put(Work::Exit);
        }
        left
    }
}

fn run(core: &Arc<Core>) {
    let mailbox = Arc::new(Mailbox { work: Mutex::new(None), thread: thread::current() });
    while let Some(work) = core.workers.next(&mailbox) {
        // Jobs are caught one by one; what is left is a waker that panics.
        survives(move || match work {
            Work::Run(task, lease) => run_jobs(task, lease),
            Work::RunLeased(task) => run_leased(&task),
            Work::Open(ticket, lease) => ticket.deliver(lease.opened()),
            Work::Close(sessions) => drop(sessions),
            Work::Exit => {}
        });
    }
}

/// Runs a job, then those that have waited for its session.
fn run_jobs(task: Arc<Task>, lease: Lease) {
    let mut next = Some((task, lease));
    while let Some((task, lease)) = next {
        next = match run_on_session(&task, lease) {
            Some(Grant { waiter: Waiter::Job(other), session }) if Arc::ptr_eq(&other.core, &task.core) => {
                let lease = Lease::new(&other.core, other.access, session);
                Some((other, lease))
            }
            Some(grant) => {
                super::hand_over(grant);
                None
            }
            None => None,
        };
    }
}

/// Runs one job; answers who has its slot now.
fn run_on_session(task: &Arc<Task>, lease: Lease) -> Option<Grant> {
    let mut lease = lease.opened_or_failed();
    if let Some(Job::OnSession(job)) = task.start(lease.brake()) {
        if !survives(|| job(&mut lease)) {
            lease.dirty = true;
        }
        task.finish();
    }
    lease.release()
}

fn run_leased(task: &Arc<Task>) {
    let brake = task.own_brake();
    let Some(Job::WithLease(job, mut lease)) = task.start(brake.as_ref()) else { return };
    lease.task = Some((Arc::clone(task), thread::current().id()));
    survives(move || job(lease));
    task.finish();
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
