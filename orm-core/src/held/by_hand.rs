//! Which transactions that were begun by hand are open, and where they are at home.
//!
//! A closure marks its thread while it runs; a transaction that is a value of its user's is marked by where it was used last. That is looked
//! at by who waited in vain for a connection, and where passing a transaction by is an error always.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use super::{Holder, Mark, address};

/// The transactions begun by hand that are open, by their homes.
static OPEN: LazyLock<Mutex<HashMap<Home, Vec<Mark>>>> = LazyLock::new(Mutex::default);

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where code runs: a task of tokio, or a thread where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Home {
    /// A thread.
    Thread(ThreadId),
    /// A task, whichever thread polls it.
    #[cfg(feature = "tasks")]
    Task(tokio::task::Id),
}

impl Home {
    /// Where the caller runs.
    #[must_use]
    pub fn here() -> Self {
        #[cfg(feature = "tasks")]
        if let Some(task) = tokio::task::try_id() {
            return Home::Task(task);
        }
        Home::Thread(thread::current().id())
    }

    /// Whether a transaction on one of the connections of this, begun by hand, is at home there.
    #[must_use]
    pub fn holds_one_of<T>(self, of: &T) -> bool {
        let of = address(of);
        locked(&OPEN).get(&self).is_some_and(|marks| marks.iter().any(|mark| mark.of == of))
    }
}

/// A transaction begun by hand: while it is open it is listed at its home, which is where it was begun or used last.
#[derive(Debug)]
pub struct ByHand {
    holder: Holder,
    /// Missing once the transaction has ended.
    home: Mutex<Option<Home>>,
}

impl ByHand {
    /// A transaction that was begun here.
    #[must_use]
    pub fn begun(holder: Holder) -> Self {
        let home = Home::here();
        let mark = holder.mark();
        locked(&OPEN).entry(home).or_default().push(mark);
        ByHand { holder, home: Mutex::new(Some(home)) }
    }

    /// Notes that it is used here.
    pub fn used(&self) {
        let here = Home::here();
        let mut home = locked(&self.home);
        if let Some(before) = &mut *home
            && *before != here
        {
            let mut open = locked(&OPEN);
            self.strike_out(&mut open, *before);
            open.entry(here).or_default().push(self.holder.mark());
            *before = here;
        }
    }

    /// Notes that it has ended.
    pub fn end(&self) {
        if let Some(home) = locked(&self.home).take() {
            self.strike_out(&mut locked(&OPEN), home);
        }
    }

    fn strike_out(&self, open: &mut HashMap<Home, Vec<Mark>>, home: Home) {
        let mark = self.holder.mark();
        if let Some(marks) = open.get_mut(&home) {
            marks.retain(|other| *other != mark);
            if marks.is_empty() {
                open.remove(&home);
            }
        }
    }
}

impl Drop for ByHand {
    fn drop(&mut self) {
        self.end();
    }
}
