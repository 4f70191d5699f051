//! A database for each test, in both modes.

use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use amphi::prelude::*;

/// A file that goes away with its test.
pub struct TempFile(PathBuf);

impl TempFile {
    pub fn new() -> TempFile {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("amphi-test-{}-{}.db", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        TempFile(std::env::temp_dir().join(name))
    }

    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    pub fn url(&self) -> String {
        // Nothing here is about surviving a power cut.
        format!("sqlite://{}?synchronous=off", self.0.display())
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.0.display()));
        }
    }
}

/// Runs a body on a fresh database, blocking.
#[track_caller]
pub fn run_blocking(body: impl FnOnce(Database) -> Result<(), Error>) {
    let file = TempFile::new();
    let db = Database::connect(&file.url()).expect("a fresh database opens");
    if let Err(error) = body(db) {
        panic!("{error}: {error:?}");
    }
}

/// Runs a body on a fresh database, on a runtime of its own.
#[track_caller]
pub fn run_async<F: Future<Output = Result<(), Error>>>(body: impl FnOnce(AsyncDatabase) -> F) {
    let file = TempFile::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let outcome = runtime.block_on(async {
        let db = AsyncDatabase::connect(&file.url()).await.expect("a fresh database opens");
        body(db).await
    });
    if let Err(error) = outcome {
        panic!("{error}: {error:?}");
    }
}
