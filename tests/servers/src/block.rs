//! An async client for callers that block.

use std::thread;

use tokio::runtime;

use crate::{Error, Result};

/// Runs a future to its end on a thread of its own: the caller may itself be in a runtime.
pub(crate) fn on<T: Send>(work: impl Future<Output = Result<T>> + Send) -> Result<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("amphi-servers".into()).spawn_scoped(scope, || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::io("a runtime"))?;
            runtime.block_on(work)
        });
        let thread = thread.map_err(Error::io("a thread"))?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
