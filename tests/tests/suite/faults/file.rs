//! A SQLite file, and what can be seen of it from outside.

use std::time::{Duration, Instant};

use amphi::prelude::*;

use super::ground::Witness;
use super::models::Account;
use amphi_tests::support::TempFile;

/// How many streams a database of these tests has at a time.
pub const READERS: usize = 2;

/// A SQLite file, and a connection of its own that looks at it.
pub struct FileGround {
    file: TempFile,
    probe: rusqlite::Connection,
}

impl FileGround {
    pub fn new() -> FileGround {
        let file = TempFile::unused();
        let probe = rusqlite::Connection::open(file.path()).expect("the file opens");
        probe
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE probe (n INTEGER); INSERT INTO probe VALUES (0)")
            .expect("a table");
        probe.busy_timeout(Duration::ZERO).expect("no wait");
        FileGround { file, probe }
    }

    pub fn url(&self, options: &str) -> String {
        format!("{}&{options}", self.file.url())
    }
}

impl Witness for FileGround {
    /// No session has a transaction open or a statement that was not reset: a write would fail over the one, and after it a whole
    /// checkpoint over either.
    async fn comes_clean(&self, db: &AsyncDatabase, after: &str) {
        self.comes_back(db, after).await;
        // A database that was being opened may still close.
        let start = Instant::now();
        loop {
            let written = self.probe.execute("UPDATE probe SET n = n + 1", ());
            let busy = self.probe.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get::<_, bool>(0));
            if let (Ok(1), Ok(false)) = (&written, &busy) {
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(10), "after {after}: somebody writes: {written:?}, or reads: {busy:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    /// All readers at once, each in the middle of its rows, and the writer.
    async fn serves_at_full_size(&self, db: &AsyncDatabase, after: &str) {
        let serving = async {
            let mut streams = Vec::new();
            for _ in 0..READERS {
                let mut stream = Account::objects().a().stream(db);
                assert!(stream.try_next().await?.is_some());
                streams.push(stream);
            }
            db.atomic(async |tx: &AsyncTransaction| Account::objects().a().count(tx).await).await
        };
        match tokio::time::timeout(Duration::from_secs(20), serving).await {
            Ok(Ok(accounts)) => assert!(accounts > 0),
            Ok(Err(error)) => panic!("after {after}: {error:?}"),
            Err(_) => panic!("after {after}: a session hangs: {:?}", db.metrics()),
        }
    }
}
