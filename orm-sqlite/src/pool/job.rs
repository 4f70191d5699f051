//! Jobs: work for a worker thread, and the handle that can call it off.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use orm_core::connection::Access;

use super::{Core, Lease};
use crate::interrupt::Brake;
use crate::session::Session;

/// Work on a session of the pool.
pub type SessionJob = Box<dyn FnOnce(&mut Session) + Send>;

/// Work with a lease, which it gives to whom it likes.
pub type LeaseJob = Box<dyn FnOnce(Lease) + Send>;

/// What a job does.
pub(crate) enum Job {
    OnSession(SessionJob),
    WithLease(LeaseJob, Lease),
}

/// A job on its way.
pub(crate) struct Task {
    pub(crate) core: Arc<Core>,
    pub(crate) access: Access,
    /// When it was made.
    pub(crate) since: Instant,
    expired: AtomicBool,
    state: Mutex<TaskState>,
}

enum TaskState {
    Queued(Job),
    /// It runs on a session that this brake stops. The brake is reached only through this state, under its lock, so that a stop can
    /// never hit what the session does afterwards.
    Running(Arc<Brake>),
    Done,
}

impl Task {
    pub(crate) fn new(core: &Arc<Core>, access: Access, job: Job) -> Arc<Self> {
        Arc::new(Task {
            core: Arc::clone(core),
            access,
            since: Instant::now(),
            expired: AtomicBool::new(false),
            state: Mutex::new(TaskState::Queued(job)),
        })
    }

    fn state(&self) -> MutexGuard<'_, TaskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops the job unrun because it waited too long.
    pub(crate) fn expire(&self) {
        self.expired.store(true, Ordering::Release);
        self.drop_unrun();
    }

    /// Drops the job unrun.
    pub(crate) fn drop_unrun(&self) {
        let mut state = self.state();
        if let TaskState::Queued(_) = &*state {
            let unrun = std::mem::replace(&mut *state, TaskState::Done);
            drop(state);
            drop(unrun);
        }
    }

    /// Takes the job to run it on a session with this brake; `None` if it was called off.
    pub(crate) fn start(&self, brake: Option<&Arc<Brake>>) -> Option<Job> {
        let mut state = self.state();
        match &*state {
            TaskState::Queued(_) => {
                let next = brake.map_or(TaskState::Done, |brake| TaskState::Running(Arc::clone(brake)));
                match std::mem::replace(&mut *state, next) {
                    TaskState::Queued(job) => Some(job),
                    TaskState::Running(_) | TaskState::Done => None,
                }
            }
            TaskState::Running(_) | TaskState::Done => None,
        }
    }

    /// The brake of the lease that a job brings along.
    pub(crate) fn own_brake(&self) -> Option<Arc<Brake>> {
        match &*self.state() {
            TaskState::Queued(Job::WithLease(_, lease)) => lease.brake().cloned(),
            _ => None,
        }
    }

    /// The session is free of this job.
    pub(crate) fn finish(&self) {
        let mut state = self.state();
        if let TaskState::Running(brake) = &*state {
            brake.clear();
            *state = TaskState::Done;
        }
    }

    fn cancel(self: &Arc<Self>) {
        let mut state = self.state();
        match &*state {
            TaskState::Queued(_) => {
                let unrun = std::mem::replace(&mut *state, TaskState::Done);
                drop(state);
                self.core.lane(self.access).forget_job(self);
                drop(unrun);
            }
            TaskState::Running(brake) => brake.stop(),
            TaskState::Done => {}
        }
    }

    fn is_done(&self) -> bool {
        matches!(&*self.state(), TaskState::Done)
    }
}

/// A job that was handed to the pool.
///
/// Dropping it calls the job off, as [`cancel`](JobHandle::cancel) does; [`detach`](JobHandle::detach) lets it run.
#[must_use = "dropping the handle cancels the job; call `detach` to let it run"]
pub struct JobHandle {
    task: Option<Arc<Task>>,
}

impl JobHandle {
    pub(crate) fn new(task: Arc<Task>) -> Self {
        JobHandle { task: Some(task) }
    }

    /// Calls the job off: one that waits is dropped unrun, with all that it holds; one that runs is interrupted, and every further
    /// statement of it is [`Error::Interrupted`](orm_core::Error::Interrupted). A job that is done is left alone, and so is what its
    /// session does next.
    pub fn cancel(&self) {
        if let Some(task) = &self.task {
            task.cancel();
        }
    }

    /// Lets the job run without a handle.
    pub fn detach(mut self) {
        self.task = None;
    }

    /// Why a job was dropped unrun: no session was free within the acquire timeout, or the pool was closed.
    #[must_use]
    pub fn failure(&self) -> Option<orm_core::Error> {
        let task = self.task.as_ref()?;
        if task.expired.load(Ordering::Acquire) {
            return Some(task.core.exhausted(task.access, task.since.elapsed()));
        }
        let open = task.core.lane(task.access).is_open(task.core.id);
        (!open).then_some(orm_core::Error::Closed)
    }

    /// Whether the job was run, or called off before it ran.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.task.as_ref().is_none_or(|task| task.is_done())
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.cancel();
    }
}
