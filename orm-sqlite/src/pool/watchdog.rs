//! Ends the wait of those that no session was found for in time.
//!
//! A timer for each would cost every caller of a busy pool, and async code may run where there is none. So one thread looks at the
//! queue now and then, as long as jobs or tasks wait in it: it is started by the first that does, and ends when none is left.

use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use orm_core::connection::Access;

use super::Core;
use super::lane::Lane;

/// Watches a lane from now on. Without a thread to do it the wait has no end but a session.
pub(crate) fn watch(core: &Arc<Core>, access: Access) {
    // An eighth late at the most, and neither a busy loop nor asleep for long after the last job.
    let pause = (core.options.acquire_timeout / 8).clamp(Duration::from_millis(5), Duration::from_millis(250));
    let lane = core.lane(access);
    let watched = Arc::downgrade(lane);
    let look = move || while looks(&watched, pause) {};
    if thread::Builder::new().name("amphi-sqlite-watchdog".to_owned()).spawn(look).is_err() {
        lane.unwatch();
    }
}

/// One look; whether there is more to watch.
fn looks(lane: &Weak<Lane>, pause: Duration) -> bool {
    thread::sleep(pause);
    let Some(lane) = lane.upgrade() else { return false };
    lane.end_overdue()
}
