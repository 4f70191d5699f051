//! Jobs: work for a worker thread, where its outcome waits, and the handle that can call it off.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use orm_core::connection::Access;
use orm_core::{Error, Result};

use super::{Core, Lease};
use crate::interrupt::Brake;
use crate::session::Session;

/// Work on a session of the pool.
pub type SessionJob = Box<dyn FnOnce(&mut Session) + Send>;

/// Work with a lease, which it gives to whom it likes.
pub type LeaseJob = Box<dyn FnOnce(Lease) + Send>;

/// What a job does, and what came of it.
pub(crate) trait Job: Send {
    /// Does the work, once. What is left of the lease is given back by the worker.
    fn run(&mut self, lease: &mut Option<Lease>);

    /// Drops the work, or its outcome.
    fn discard(&mut self);
}

/// A job of a closure.
pub(crate) enum Payload<F, T> {
    Work(F),
    Outcome(T),
    Empty,
}

impl<F, T> Job for Payload<F, T>
where
    F: FnOnce(&mut Option<Lease>) -> Option<T> + Send,
    T: Send,
{
    fn run(&mut self, lease: &mut Option<Lease>) {
        if let Payload::Work(work) = std::mem::replace(self, Payload::Empty)
            && let Some(outcome) = work(lease)
        {
            *self = Payload::Outcome(outcome);
        }
    }

    fn discard(&mut self) {
        *self = Payload::Empty;
    }
}

/// A job on its way. One allocation holds all of it: the work, who waits for it, and the outcome.
pub(crate) struct Task<J: ?Sized = dyn Job> {
    pub(crate) core: Arc<Core>,
    pub(crate) access: Access,
    /// Whether the job gives its lease to others before it has ended.
    pub(crate) passes_on: bool,
    state: Mutex<State>,
    /// Nobody waits for this lock: the state says whose it is. The worker's while the job runs; afterwards, or if it never runs, of whom
    /// takes the outcome or throws it all away.
    job: Mutex<J>,
}

/// All that two threads do to a task they do under this lock, and each step is whole:
/// * Out of `Queued` it goes once, by `start`, `cancel` or `drop_unrun`; only who moved it touches the job from then on.
/// * A stop that finds `Running` hits this job, because `finish` takes the brake away and clears it under the same lock, before the
///   session leaves the worker.
/// * `finish` makes the outcome visible and takes the waker in one step: who polls before has left its waker, who polls after finds `Done`.
struct State {
    phase: Phase,
    /// Who is told of the end.
    waker: Option<Waker>,
    /// Nobody wants the outcome any more.
    abandoned: bool,
}

enum Phase {
    Queued,
    /// It runs on a session that this brake stops. The brake is reached only through this state, under its lock, so that a stop can
    /// never hit what the session does afterwards.
    Running(Option<Arc<Brake>>),
    /// It has run, or never will, for this reason.
    Done(Option<Error>),
}

fn locked<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<F, T> Task<Payload<F, T>> {
    fn new(core: &Arc<Core>, access: Access, work: F, passes_on: bool, waker: Option<Waker>) -> Arc<Self> {
        Arc::new(Task {
            core: Arc::clone(core),
            access,
            passes_on,
            state: Mutex::new(State { phase: Phase::Queued, waker, abandoned: false }),
            job: Mutex::new(Payload::Work(work)),
        })
    }

    /// The outcome, if it is there; otherwise the waker is told when it is.
    fn poll(&self, waker: &Waker) -> Poll<Result<T>> {
        let mut state = locked(&self.state);
        let Phase::Done(failure) = &mut state.phase else {
            if !state.waker.as_ref().is_some_and(|old| old.will_wake(waker)) {
                state.waker = Some(waker.clone());
            }
            return Poll::Pending;
        };
        let failure = failure.take();
        drop(state);
        Poll::Ready(match std::mem::replace(&mut *locked(&self.job), Payload::Empty) {
            Payload::Outcome(outcome) => Ok(outcome),
            Payload::Work(_) | Payload::Empty => Err(failure.unwrap_or_else(panicked)),
        })
    }
}

fn panicked() -> Error {
    Error::Database { code: None, message: "the operation panicked on the database's thread".to_owned() }
}

impl Task {
    /// Drops the job unrun.
    pub(crate) fn drop_unrun(&self, why: Error) {
        let mut state = locked(&self.state);
        if let Phase::Queued = state.phase {
            state.phase = Phase::Done(Some(why));
            let waker = state.waker.take();
            drop(state);
            self.discard();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    /// Lets the job begin on a session with this brake; whether it may, for it may have been called off.
    pub(crate) fn start(&self, brake: Option<&Arc<Brake>>) -> bool {
        let mut state = locked(&self.state);
        let may = matches!(state.phase, Phase::Queued);
        if may {
            state.phase = Phase::Running(brake.cloned());
        }
        may
    }

    /// Does the work.
    pub(crate) fn run(&self, lease: &mut Option<Lease>) {
        locked(&self.job).run(lease);
    }

    /// The session is free of this job; answers who is to be told, once everything is ready for what they do next, and whether nobody
    /// wants the outcome any more.
    pub(crate) fn finish(&self) -> (Option<Waker>, bool) {
        let mut state = locked(&self.state);
        if let Phase::Running(brake) = &state.phase {
            if let Some(brake) = brake {
                brake.clear();
            }
            state.phase = Phase::Done(None);
        }
        (state.waker.take(), state.abandoned)
    }

    /// Drops the outcome.
    pub(crate) fn discard(&self) {
        locked(&self.job).discard();
    }

    fn cancel(self: &Arc<Self>) {
        let mut state = locked(&self.state);
        match &state.phase {
            Phase::Queued => {
                state.phase = Phase::Done(None);
                drop(state);
                self.core.lane(self.access).forget_job(self);
                self.discard();
            }
            Phase::Running(brake) => {
                if let Some(brake) = brake {
                    brake.stop();
                }
                state.abandoned = true;
            }
            Phase::Done(_) => {}
        }
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
    /// A job, and the handle of it.
    pub(crate) fn new<F>(core: &Arc<Core>, access: Access, passes_on: bool, work: F) -> (Self, Arc<Task>)
    where
        F: FnOnce(&mut Option<Lease>) -> Option<()> + Send + 'static,
    {
        let task: Arc<Task> = Task::new(core, access, work, passes_on, None);
        (JobHandle { task: Some(Arc::clone(&task)) }, task)
    }

    /// Drops the job unrun.
    pub(crate) fn refuse(&self, why: Error) {
        if let Some(task) = &self.task {
            task.drop_unrun(why);
        }
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

    /// Why a job was dropped unrun, told once: no session was free within the acquire timeout, or the pool was closed.
    #[must_use]
    pub fn failure(&self) -> Option<Error> {
        match &mut locked(&self.task.as_ref()?.state).phase {
            Phase::Done(failure) => failure.take(),
            Phase::Queued | Phase::Running(_) => None,
        }
    }

    /// Whether the job was run, or called off before it ran.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.task.as_ref().is_none_or(|task| matches!(locked(&task.state).phase, Phase::Done(_)))
    }
}

impl Drop for JobHandle {
    fn drop(&mut self) {
        self.cancel();
    }
}

/// A job whose outcome is awaited. Dropped before it is there, it calls the job off, as a dropped handle does.
struct Awaited<F, T>(Option<Arc<Task<Payload<F, T>>>>)
where
    Payload<F, T>: Job + 'static;

impl<F, T> Drop for Awaited<F, T>
where
    Payload<F, T>: Job + 'static,
{
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            let task: Arc<Task> = task;
            task.cancel();
        }
    }
}

/// Makes a job when it is first polled, gives it to `send`, and waits for its outcome.
pub(crate) async fn outcome<F, T>(
    core: &Arc<Core>,
    access: Access,
    work: F,
    send: impl FnOnce(Arc<Task>) -> Result<()>,
) -> Result<T>
where
    F: FnOnce(&mut Option<Lease>) -> Option<T> + Send + 'static,
    T: Send + 'static,
{
    let mut job = Awaited(None);
    let mut unsent = Some((work, send));
    poll_fn(move |context| {
        if let Some((work, send)) = unsent.take() {
            let task = Task::new(core, access, work, false, Some(context.waker().clone()));
            job.0 = Some(Arc::clone(&task));
            return match send(task) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            };
        }
        let Some(task) = &job.0 else { return Poll::Ready(Err(Error::Closed)) };
        let answer = task.poll(context.waker());
        if answer.is_ready() {
            job.0 = None;
        }
        answer
    })
    .await
}
