//! Runtimes to run futures on, and a way to drop them halfway.

use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

/// A runtime of one thread.
pub fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime starts")
}

/// A runtime of several threads.
pub fn multi_thread() -> Runtime {
    Builder::new_multi_thread().worker_threads(4).enable_all().build().expect("a runtime starts")
}

/// Polls a future so often, waiting in between, then drops it; `None` if that was before its end.
pub async fn polled<T>(times: u64, future: impl Future<Output = T>) -> Option<T> {
    polled_then_left(times, Duration::ZERO, future).await
}

/// Polls a future so often, waiting in between, then leaves it alone for a time and drops it; `None` if that was before its end.
pub async fn polled_then_left<T>(times: u64, time: Duration, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = times;
    let output = std::future::poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
    if output.is_none() {
        // Timers are too coarse for this.
        let start = Instant::now();
        while start.elapsed() < time {
            std::hint::spin_loop();
        }
    }
    output
}
