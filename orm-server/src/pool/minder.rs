//! Who minds the connections that nobody uses: closes those that lie idle for too long, and opens those of the least number that are
//! missing after a loss.
//!
//! It is there only while there is something to do, sleeps until then, and ends with its pool: a task on the connections' runtime, and
//! for blocking callers, who have none, a thread.

use std::convert::Infallible;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use orm_core::Result;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use super::Core;
use super::blocking::Owned;
use super::queue::Minding;
use crate::session::Session;

/// After a failed attempt to open a connection it waits so long, and each time twice as long.
const PAUSE: Duration = Duration::from_millis(100);

/// It never waits longer than this between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A pool as its minder has it, which does not keep it.
struct Minded<T> {
    core: Weak<Core<T>>,
    /// Ends when the queue is closed or gone, or another minds it.
    over: oneshot::Receiver<Infallible>,
    pause: Duration,
}

impl<T> Drop for Minded<T> {
    fn drop(&mut self) {
        // Its runtime ended it, where the queue still counts on it.
        if matches!(self.over.try_recv(), Err(oneshot::error::TryRecvError::Empty))
            && let Some(core) = self.core.upgrade()
        {
            core.queue.unminded();
        }
    }
}

impl<T> Minded<T> {
    fn new(core: &Arc<Core<T>>, minding: Minding) -> Self {
        Minded { core: Arc::downgrade(core), over: minding.over, pause: PAUSE }
    }

    /// How long to sleep, after connections were opened or not; `None` if there is nothing to mind any more.
    fn next(&mut self, core: &Core<T>, opened: &Result<()>, end: impl Fn(&T) -> Instant) -> Option<Duration> {
        match opened {
            Ok(()) => {
                self.pause = PAUSE;
                core.queue.minded_until(end).map(|end| end.saturating_duration_since(Instant::now()))
            }
            Err(_) => {
                let pause = self.pause;
                self.pause = (pause * 2).min(LONGEST_PAUSE);
                Some(pause)
            }
        }
    }

    /// Sleeps; answers whether it is to go on.
    async fn sleep(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, &mut self.over).await.is_err()
    }
}

/// Minds the connections of tasks in a task of their runtime, if that is to begin.
pub(crate) fn begin(core: &Arc<Core<Box<Session>>>, home: &Handle, minding: Option<Minding>) {
    if let Some(minding) = minding {
        home.spawn(mind(Minded::new(core, minding)));
    }
}

async fn mind(mut minded: Minded<Box<Session>>) {
    loop {
        let Some(core) = minded.core.upgrade() else { return };
        drop(core.queue.take_stale(|session| session.end(&core) <= Instant::now()));
        let opened = fill(&core).await;
        let Some(time) = minded.next(&core, &opened, |session| session.end(&core)) else { return };
        drop(core);
        if !minded.sleep(time).await {
            return;
        }
    }
}

/// Opens the connections that are missing.
async fn fill(core: &Core<Box<Session>>) -> Result<()> {
    while core.open_one(core.options.min_connections).await? {}
    Ok(())
}

/// Minds the connections of blocking callers on a thread, if that is to begin.
pub(crate) fn begin_on_a_thread(core: &Arc<Core<Owned>>, minding: Option<Minding>) {
    if let Some(minding) = minding {
        let minded = Minded::new(core, minding);
        // Without a thread the connections are minded when one is given back the next time.
        drop(std::thread::Builder::new().name("amphi-idle".to_owned()).spawn(move || mind_on_a_thread(minded)));
    }
}

fn mind_on_a_thread(mut minded: Minded<Owned>) {
    let Ok(clock) = Builder::new_current_thread().enable_time().build() else { return };
    loop {
        let Some(core) = minded.core.upgrade() else { return };
        drop(core.queue.take_stale(|owned| owned.end(&core) <= Instant::now()));
        let opened = fill_on_a_thread(&core);
        let Some(time) = minded.next(&core, &opened, |owned| owned.end(&core)) else { return };
        drop(core);
        if !clock.block_on(minded.sleep(time)) {
            return;
        }
    }
}

fn fill_on_a_thread(core: &Core<Owned>) -> Result<()> {
    while core.open_one(core.options.min_connections)? {}
    Ok(())
}
