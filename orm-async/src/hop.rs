//! The hop to a thread that may block: what async code sends there, and how the answer comes back.
//!
//! Only owned data crosses. A whole operation runs over there, however many statements it has, so that each costs one hop. A dropped
//! future cancels its job: what still waits is never run, what runs is interrupted.

use orm_core::connection::{Access, ready};
use orm_core::ops::Operation;
use orm_core::{Error, Result};
use orm_sqlite::{JobHandle, Lease, Pool};
use tokio::sync::oneshot;

/// The answer of a job. Dropped before it is there, it calls the job off, as a dropped handle does.
async fn answer<T>(pool: &Pool, access: Access, job: JobHandle, mut receiver: oneshot::Receiver<T>) -> Result<T> {
    let answered = if job.is_waiting() {
        // A timer is only for a job that found no session free.
        let limit = pool.options().wait_limit();
        match tokio::time::timeout(limit, &mut receiver).await {
            Err(_) if job.is_waiting() => return Err(exhausted(pool)),
            // It runs by now, and how long it may run is not for the pool to say.
            Err(_) => receiver.await,
            Ok(answered) => answered,
        }
    } else {
        receiver.await
    };
    job.detach();
    match answered {
        Ok(answer) => Ok(answer),
        Err(_) => Err(closed_or_panicked(pool, access)),
    }
}

/// Why a job was dropped without an answer.
fn closed_or_panicked(pool: &Pool, access: Access) -> Error {
    match pool.try_acquire(access) {
        Err(error) => error,
        Ok(_) => Error::Database { code: None, message: "the operation panicked on the database's thread".to_owned() },
    }
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
    answer(pool, O::ACCESS, job, receiver).await?
}

/// Leases a connection.
pub(crate) async fn lease(pool: &Pool, access: Access) -> Result<Lease> {
    if let Some(lease) = pool.try_acquire(access)? {
        return Ok(lease);
    }
    match tokio::time::timeout(pool.options().wait_limit(), pool.acquire(access)).await {
        Ok(lease) => lease,
        Err(_) => Err(exhausted(pool)),
    }
}

fn exhausted(pool: &Pool) -> Error {
    let metrics = pool.metrics();
    let waited_ms = u64::try_from(pool.options().wait_limit().as_millis()).unwrap_or(u64::MAX);
    Error::PoolExhausted { waited_ms, in_use: metrics.in_use, waiting: metrics.waiting }
}

/// Runs a closure on a connection that is leased, and gives the lease back with the answer.
pub(crate) async fn run_leased<T: Send + 'static>(
    pool: &Pool,
    lease: Lease,
    work: impl FnOnce(&mut Lease) -> T + Send + 'static,
) -> Result<(Lease, T)> {
    let (sender, receiver) = oneshot::channel();
    let access = lease.access();
    let job = pool.run_leased(
        lease,
        Box::new(move |mut lease| {
            let outcome = work(&mut lease);
            // A lease that nobody takes back returns to the pool from here, rolled back.
            let _ = sender.send((lease, outcome));
        }),
    );
    let answered = receiver.await;
    job.detach();
    answered.map_err(|_| closed_or_panicked(pool, access))
}
