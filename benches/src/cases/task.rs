//! Work in tasks of a runtime, and its time.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::data;

const TASKS: u64 = 64;

/// A runtime with two worker threads.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> =
        LazyLock::new(|| tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap());
    &RUNTIME
}

/// Runs a future in a task of the runtime.
pub fn in_task<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
    in_task_of(runtime(), future)
}

/// Runs a future in a task of some runtime.
pub fn in_task_of<T: Send + 'static>(runtime: &Runtime, future: impl Future<Output = T> + Send + 'static) -> T {
    runtime.block_on(runtime.spawn(future)).unwrap()
}

/// Times what is awaited again and again. A macro: the future of an async closure that a function takes is not provably `Send`.
macro_rules! timed {
    ($n:expr, |$i:pat_param| $work:expr) => {{
        let start = std::time::Instant::now();
        for $i in 0..$n {
            std::hint::black_box($work);
        }
        start.elapsed()
    }};
}

/// The same for much that is dropped outside of the time.
macro_rules! timed_each {
    ($n:expr, $work:expr) => {{
        let mut sum = std::time::Duration::ZERO;
        for _ in 0..$n {
            let start = std::time::Instant::now();
            let rows = std::hint::black_box($work);
            sum += start.elapsed();
            drop(rows);
        }
        sum
    }};
}

pub(super) use {timed, timed_each};

/// The time that 64 tasks take for so many calls in all, each waiting for one before it makes the next.
pub fn tasks<W, F>(n: u64, work: impl Fn(u64) -> W) -> Duration
where
    W: Fn(i64) -> F + Send + 'static,
    F: Future<Output = i32> + Send,
{
    let works: Vec<W> = (0..TASKS).map(work).collect();
    in_task(async move {
        let start = Instant::now();
        let each = n.div_ceil(TASKS);
        let tasks: Vec<_> = (0..)
            .zip(works)
            .map(|(task, work)| {
                tokio::spawn(async move {
                    for i in 0..each {
                        std::hint::black_box(work(data::some_key(task * 131 + i)).await);
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        // As if it had been `n` exactly.
        start.elapsed().mul_f64(n as f64 / (each * TASKS) as f64)
    })
}
