//! An operation on its way: run by who waits for it, and to its end in the background when nobody does any more.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use orm_core::Result;
use orm_core::ops::Operation;
use tokio::runtime::Handle;

use super::lease::Lease;

type Work<T> = Pin<Box<dyn Future<Output = (Lease, Result<T>)> + Send>>;

/// An operation and the connection that it runs on.
///
/// The driver's futures are not safe to drop halfway: what was sent stays sent, and who uses the connection next would read its answer.
/// So this one owns all of it. Dropped before its end, it moves to its runtime, which brings the work to an end within the release
/// timeout, undoes what is open and gives the connection back, or closes it and tells the server.
pub(crate) struct Flight<T: Send + 'static> {
    work: Option<Work<T>>,
    home: Handle,
    limit: Duration,
}

impl<T: Send + 'static> Flight<T> {
    pub(crate) fn new<O: Operation<Output = T> + 'static>(mut lease: Lease, operation: O) -> Self {
        let home = lease.home().clone();
        let limit = lease.core().options.release_timeout;
        let work: Work<T> = Box::pin(async move {
            let outcome = match lease.session() {
                Ok(session) => operation.run(session).await,
                Err(error) => Err(error),
            };
            (lease, outcome)
        });
        Flight { work: Some(work), home, limit }
    }
}

impl<T: Send + 'static> Future for Flight<T> {
    type Output = (Lease, Result<T>);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Work that panics is gone for good: whoever catches that must not find it here again.
        let Some(mut work) = self.work.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.work = Some(work);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for Flight<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.home.spawn(land(work, self.limit));
        }
    }
}

/// Brings abandoned work to an end.
async fn land<T>(work: Work<T>, limit: Duration) {
    // Work that takes too long is dropped, and its lease with it, which closes the connection and tells the server.
    if let Ok((lease, _)) = tokio::time::timeout(limit, work).await {
        lease.clean().await;
    }
}
