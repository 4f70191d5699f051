//! Stopping what a session does, from another thread or after a number of steps.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::{Connection, InterruptHandle};

/// A moment, and how long it was until then at first.
#[derive(Clone, Copy)]
struct Deadline {
    at: Instant,
    limit: Duration,
}

/// After how many instructions of SQLite's machine a running statement looks whether it should stop.
const STEPS_PER_TICK: u32 = 1_000;

/// A stop sign that one session looks at.
///
/// SQLite's own interrupt ends the statement that runs and is forgotten when the next one starts, so it could fall between two
/// statements of one job. The sign stays until it is taken down.
pub(crate) struct Brake {
    stopped: AtomicBool,
    /// Ticks that are left of a budget; `u32::MAX` is no budget.
    ticks: AtomicU32,
    /// When the transaction that is open must be at its end.
    deadline: Mutex<Option<Deadline>>,
    /// Whether there is one.
    has_deadline: AtomicBool,
    handle: InterruptHandle,
}

impl Brake {
    /// Puts a brake into a connection.
    pub(crate) fn install(connection: &mut Connection) -> rusqlite::Result<Arc<Brake>> {
        let handle = connection.get_interrupt_handle();
        let brake = Arc::new(Brake {
            stopped: AtomicBool::new(false),
            ticks: AtomicU32::new(u32::MAX),
            deadline: Mutex::new(None),
            has_deadline: AtomicBool::new(false),
            handle,
        });
        let watched = Arc::clone(&brake);
        connection.progress_handler(STEPS_PER_TICK.cast_signed(), Some(move || watched.tick()))?;
        Ok(brake)
    }

    fn tick(&self) -> bool {
        match self.ticks.load(Ordering::Relaxed) {
            u32::MAX => {}
            0 | 1 => {
                self.ticks.store(0, Ordering::Relaxed);
                return true;
            }
            // Only the session's own thread counts.
            left => self.ticks.store(left - 1, Ordering::Relaxed),
        }
        self.is_stopped() || self.overdue().is_some()
    }

    /// Ends what runs when the time is over.
    pub(crate) fn set_deadline(&self, limit: Option<Duration>) {
        if limit.is_none() && !self.has_deadline.load(Ordering::Relaxed) {
            return;
        }
        // So far away that no clock has it is none.
        let deadline = limit.and_then(|limit| Some(Deadline { at: Instant::now().checked_add(limit)?, limit }));
        self.has_deadline.store(deadline.is_some(), Ordering::Relaxed);
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
    }

    /// How long it was to take, if it took longer.
    #[inline]
    pub(crate) fn overdue(&self) -> Option<Duration> {
        if !self.has_deadline.load(Ordering::Relaxed) {
            return None;
        }
        let deadline = *self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        deadline.filter(|deadline| Instant::now() >= deadline.at).map(|deadline| deadline.limit)
    }

    #[inline]
    pub(crate) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Ends the running statement and refuses further ones.
    pub(crate) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
        self.handle.interrupt();
    }

    /// Lets the session run again.
    pub(crate) fn clear(&self) {
        self.stopped.store(false, Ordering::Relaxed);
    }

    /// Allows so many more steps, as long as the budget lives.
    pub(crate) fn allow(self: &Arc<Self>, steps: u32) -> Budget {
        self.ticks.store(steps / STEPS_PER_TICK + 1, Ordering::Relaxed);
        Budget(Arc::clone(self))
    }
}

/// A number of steps that a session may take.
pub(crate) struct Budget(Arc<Brake>);

impl Budget {
    /// Whether a statement was ended because it was used up.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.ticks.load(Ordering::Relaxed) == 0
    }
}

impl Drop for Budget {
    fn drop(&mut self) {
        self.0.ticks.store(u32::MAX, Ordering::Relaxed);
    }
}
