//! What a thread or a task holds while it runs its user's code, so that it does not wait for itself.

mod by_hand;
mod nesting;

use std::any::Any;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

pub use by_hand::{ByHand, Home};
pub use nesting::Nesting;

thread_local! {
    static HELD: RefCell<Vec<Mark>> = const { RefCell::new(Vec::new()) };
}

/// Who holds something here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    /// The address of what it is of.
    of: usize,
    number: u64,
    transaction: bool,
}

/// Who holds one of the connections of a pool: a transaction, or a loop over rows.
///
/// While its user's code runs it is [marked](Self::enter) on the thread, so that a call that would wait for a connection there can tell
/// that it would wait for its own caller: that is [`Error::NestedAcquire`](crate::Error::NestedAcquire).
#[derive(Clone)]
pub struct Holder {
    /// While it is listed, its address is no other's.
    of: Arc<dyn Any + Send + Sync>,
    number: u64,
    transaction: bool,
}

impl Holder {
    /// A transaction on one of the connections of this.
    #[must_use]
    pub fn transaction<T: Any + Send + Sync>(of: &Arc<T>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Holder { of: Arc::<T>::clone(of), number: NEXT.fetch_add(1, Ordering::Relaxed), transaction: true }
    }

    /// A loop over rows on one of the connections of this.
    #[must_use]
    pub fn rows<T: Any + Send + Sync>(of: &Arc<T>) -> Self {
        Holder { transaction: false, ..Holder::transaction(of) }
    }

    /// Marks the thread until the mark is dropped.
    pub fn enter(&self) -> Held {
        // A thread that is ending has no list any more, and no mark.
        let _ = HELD.try_with(|held| held.borrow_mut().push(self.mark()));
        Held { holder: self.clone(), thread: PhantomData }
    }

    fn mark(&self) -> Mark {
        Mark { of: address(&*self.of), number: self.number, transaction: self.transaction }
    }
}

impl std::fmt::Debug for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Holder").field("number", &self.number).finish_non_exhaustive()
    }
}

/// The mark that a connection is held by what runs on this thread.
///
/// Only who would wait looks at the marks; who finds a connection free does not.
#[derive(Debug)]
#[must_use = "the mark goes with this value"]
pub struct Held {
    holder: Holder,
    thread: PhantomData<*const ()>,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mark = self.holder.mark();
        let _ = HELD.try_with(|held| {
            let mut held = held.borrow_mut();
            if let Some(at) = held.iter().rposition(|other| *other == mark) {
                held.remove(at);
            }
        });
    }
}

fn address<T: ?Sized>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}

/// How many connections of this the thread holds.
#[must_use]
pub fn held_of<T>(of: &T) -> usize {
    let of = address(of);
    HELD.try_with(|held| held.borrow().iter().filter(|mark| mark.of == of).count()).unwrap_or(0)
}

/// Who of this thread holds a connection of this, the last that took one.
#[must_use]
pub fn holder_of<T>(of: &T) -> Option<u64> {
    let of = address(of);
    HELD.try_with(|held| held.borrow().iter().rfind(|mark| mark.of == of).map(|mark| mark.number)).unwrap_or(None)
}

/// Whether what runs here is in a transaction of this: its closure runs on this thread, or it was begun by hand and is at home here.
#[must_use]
pub fn in_transaction_of<T>(of: &T) -> bool {
    let marked = |held: &RefCell<Vec<Mark>>| held.borrow().iter().any(|mark| mark.of == address(of) && mark.transaction);
    HELD.try_with(marked).unwrap_or(false) || Home::here().holds_one_of(of)
}
