//! What a thread holds while it runs its user's code, so that it does not wait for itself.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

use super::lane::Lane;

thread_local! {
    /// The addresses of the lanes, once for each slot.
    static HELD: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// The mark that a session is held by what runs on this thread. While all sessions of its kind are, nobody here waits for one: that is
/// [`Error::NestedAcquire`](orm_core::Error::NestedAcquire) at once.
///
/// Only who would wait looks at the marks; who finds a session free does not.
#[must_use = "the mark goes with this value"]
pub struct Held {
    /// While it is listed, its address is no other lane's.
    lane: Arc<Lane>,
    thread: PhantomData<*const ()>,
}

impl Held {
    pub(crate) fn new(lane: &Arc<Lane>) -> Self {
        // A thread that is ending has no list any more, and no mark.
        let _ = HELD.try_with(|held| held.borrow_mut().push(address(lane)));
        Held { lane: Arc::clone(lane), thread: PhantomData }
    }
}

impl std::fmt::Debug for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = HELD.try_with(|held| {
            let mut held = held.borrow_mut();
            if let Some(at) = held.iter().rposition(|lane| *lane == address(&self.lane)) {
                held.remove(at);
            }
        });
    }
}

fn address(lane: &Lane) -> usize {
    std::ptr::from_ref(lane).addr()
}

/// How many slots of a lane this thread holds.
pub(crate) fn slots_of(lane: &Lane) -> usize {
    HELD.try_with(|held| held.borrow().iter().filter(|other| **other == address(lane)).count()).unwrap_or(0)
}
