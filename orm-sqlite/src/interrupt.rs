//! Stopping what a session does, from another thread or after a number of steps.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rusqlite::{Connection, InterruptHandle};

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
    handle: InterruptHandle,
}

impl Brake {
    /// Puts a brake into a connection.
    pub(crate) fn install(connection: &mut Connection) -> rusqlite::Result<Arc<Brake>> {
        let handle = connection.get_interrupt_handle();
        let brake = Arc::new(Brake { stopped: AtomicBool::new(false), ticks: AtomicU32::new(u32::MAX), handle });
        let watched = Arc::clone(&brake);
        connection.progress_handler(STEPS_PER_TICK.cast_signed(), Some(move || watched.tick()))?;
        Ok(brake)
    }

    fn tick(&self) -> bool {
        match self.ticks.load(Ordering::Relaxed) {
            u32::MAX => {}
            0 => return true,
            // Only the session's own thread counts.
            left => self.ticks.store(left - 1, Ordering::Relaxed),
        }
        self.is_stopped()
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

    /// Allows so many more steps; `None` allows all.
    pub(crate) fn allow(&self, steps: Option<u32>) {
        let ticks = steps.map_or(u32::MAX, |steps| (steps / STEPS_PER_TICK).max(1));
        self.ticks.store(ticks, Ordering::Relaxed);
    }

    /// Whether a budget was used up.
    pub(crate) fn is_spent(&self) -> bool {
        self.ticks.load(Ordering::Relaxed) == 0
    }
}
