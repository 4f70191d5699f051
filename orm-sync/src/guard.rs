//! Blocking calls where they would stall an async executor are an error.
//!
//! A thread that has a runtime's handle may still block: in `spawn_blocking`, in `block_in_place`, or when it only entered the
//! runtime. What tells a future that is being polled from those is tokio's cooperative budget: only a polled future has a limited
//! one. So the budget is taken until it is used up, and given back.

use std::panic::Location;

use orm_core::Result;

/// Refuses a blocking call inside an async context.
#[cfg(feature = "guard")]
#[inline]
pub(crate) fn check(call: &'static str, location: &'static Location<'static>) -> Result<()> {
    if tokio::runtime::Handle::try_current().is_ok() && is_polled() {
        return Err(orm_core::Error::BlockingInAsync { call, location });
    }
    Ok(())
}

/// Without tokio there is no async context to be in.
#[cfg(not(feature = "guard"))]
#[inline]
pub(crate) fn check(_: &'static str, _: &'static Location<'static>) -> Result<()> {
    Ok(())
}

/// Whether the thread is polling a future under tokio's cooperative budget.
#[cfg(feature = "guard")]
fn is_polled() -> bool {
    use std::task::{Context, Poll, Waker};

    /// More than the budget that tokio gives to a task.
    const MORE_THAN_A_BUDGET: usize = 256;

    let mut context = Context::from_waker(Waker::noop());
    let mut taken = Vec::with_capacity(MORE_THAN_A_BUDGET);
    let mut limited = false;
    while taken.len() < MORE_THAN_A_BUDGET {
        match tokio::task::coop::poll_proceed(&mut context) {
            Poll::Ready(unit) => taken.push(unit),
            Poll::Pending => {
                limited = true;
                break;
            }
        }
    }
    // Each unit restores the budget to what it was before it; the first one taken must be the last one given back.
    while taken.pop().is_some() {}
    limited
}
