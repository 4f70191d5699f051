//! Ends the wait of jobs that no session was found for in time.
//!
//! A timer for each job would cost every caller of a busy pool. So one thread looks at the queue now and then, as long as jobs wait in
//! it: it is started by the first that does, and ends when none is left.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::Core;
use super::lane::Lane;

/// Watches the lane from now on. Answers whether it could be started.
pub(crate) fn start(core: &Arc<Core>, lane: &Arc<Lane>) -> bool {
    let limit = core.options.acquire_timeout;
    // An eighth late at the most, and neither a busy loop nor asleep for long after the last job.
    let pause = (limit / 8).clamp(Duration::from_millis(5), Duration::from_millis(250));
    let lane = Arc::downgrade(lane);
    let watch = move || while watches(&lane, pause) {};
    thread::Builder::new().name("amphi-sqlite-watchdog".to_owned()).spawn(watch).is_ok()
}

/// One look; whether there is more to watch.
fn watches(lane: &Weak<Lane>, pause: Duration) -> bool {
    thread::sleep(pause);
    let Some(lane) = lane.upgrade() else { return false };
    let (expired, more) = lane.expired_jobs();
    for task in expired {
        task.expire();
    }
    more
}
