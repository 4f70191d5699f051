//! The hop to a thread that may block: what async code sends there, and how the answer comes back.
//!
//! Only owned data crosses. A whole operation runs over there, however many statements it has, so that each costs one hop. A dropped
//! future cancels its job: what still waits is never run, what runs is interrupted.

use orm_core::connection::ready;
use orm_core::ops::Operation;
use orm_core::{Error, Result};
use orm_sqlite::{JobHandle, Lease, Pool};
use tokio::sync::oneshot;

/// The answer of a job. Dropped before it is there, it calls the job off, as a dropped handle does.
async fn answer<T>(job: JobHandle, receiver: oneshot::Receiver<T>) -> Result<T> {
    let answered = receiver.await;
    let failure = if answered.is_err() { job.failure() } else { None };
    job.detach();
    answered.map_err(|_| failure.unwrap_or_else(panicked))
}

fn panicked() -> Error {
    Error::Database { code: None, message: "the operation panicked on the database's thread".to_owned() }
}

/// Runs an operation on a connection of the pool.
pub(crate) async fn run<O: Operation<Output: 'static> + 'static>(pool: &Pool, operation: O) -> Result<O::Output> {
    let (sender, receiver) = oneshot::channel();
    let job = pool.submit(
        O::ACCESS,
        Box::new(move |session| {
            // Nobody listens any more if the future was dropped.
            let _ = sender.send(ready(operation.run(session)));
        }),
    );
    answer(job, receiver).await?
}

/// Runs a closure on a connection that is leased, and gives the lease back with the answer.
pub(crate) async fn run_leased<T: Send + 'static>(
    pool: &Pool,
    lease: Lease,
    work: impl FnOnce(&mut Lease) -> T + Send + 'static,
) -> Result<(Lease, T)> {
    let (sender, receiver) = oneshot::channel();
    let job = pool.run_leased(
        lease,
        Box::new(move |mut lease| {
            let outcome = work(&mut lease);
            // A lease that nobody takes back returns to the pool from here, rolled back.
            let _ = sender.send((lease, outcome));
        }),
    );
    answer(job, receiver).await
}
