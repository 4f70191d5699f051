//! Rows one by one: in little memory, and with a session only as long as they need one.

use std::time::Duration;

use amphi::prelude::*;

use super::{LINES, Line, current_thread, in_time, lines, multi_thread, url};
use amphi_tests::apart::apart;
use amphi_tests::support::TempFile;

/// A number of KiB that the system knows of this process.
fn kib(of: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(of)).unwrap();
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap()
}

const MILLION: u32 = 1_000_000;
/// 50 MB; the rows themselves are more than 100.
const ROOM: u64 = 50 * 1_000;

/// Reads a million rows, and sees how much more memory that takes than reading a thousand.
fn assert_memory_is_bounded(name: &str, read: impl Fn(&Database, QuerySet<Line>) -> u64) {
    apart(name, || {
        let file = TempFile::unused();
        lines(&file, MILLION);
        let db = Database::connect(&file.url()).unwrap();
        assert_eq!(read(&db, Line::objects().filter(Line::id.lte(10_000))), 10_000);
        let (resident, peak) = (kib("VmRSS:"), kib("VmHWM:"));
        assert_eq!(read(&db, Line::objects()), u64::from(MILLION));
        let grown = (kib("VmHWM:") - peak).max(kib("VmRSS:").saturating_sub(resident));
        println!("{name}: {grown} KiB more");
        assert!(grown < ROOM, "{grown} KiB more");
    });
}

#[test]
fn a_million_rows_are_iterated_in_little_memory() {
    assert_memory_is_bounded("concurrency::streams::a_million_rows_are_iterated_in_little_memory", |db, query| {
        query.iter(db).unwrap().map(|line| line.unwrap()).filter(|line| !line.text.is_empty()).count() as u64
    });
}

#[test]
fn a_million_rows_are_streamed_in_little_memory() {
    let runtime = multi_thread();
    assert_memory_is_bounded("concurrency::streams::a_million_rows_are_streamed_in_little_memory", |db, query| {
        runtime.block_on(async {
            let db = db.a();
            let mut stream = query.a().stream(&db);
            let mut rows = 0;
            while let Some(line) = stream.try_next().await.unwrap() {
                assert!(!line.text.is_empty());
                rows += 1;
            }
            rows
        })
    });
}

#[test]
fn a_stream_that_nobody_reads_waits() {
    let runtime = multi_thread();
    assert_memory_is_bounded("concurrency::streams::a_stream_that_nobody_reads_waits", |db, query| {
        runtime.block_on(async {
            let db = db.a();
            let mut stream = query.clone().a().stream(&db);
            assert!(stream.try_next().await.unwrap().is_some());
            // Long enough to read all rows ahead, if nothing held it back.
            tokio::time::sleep(Duration::from_secs(3)).await;
            drop(stream);
            query.a().count(&db).await.unwrap()
        })
    });
}

#[test]
fn a_dropped_stream_frees_its_session() {
    let file = TempFile::unused();
    lines(&file, LINES);
    let db = Database::connect(&url(&file, "readers=1&acquire_timeout=20000")).unwrap();
    for _ in 0..100 {
        let mut rows = Line::objects().iter(&db).unwrap();
        assert!(rows.next().is_some_and(|line| line.is_ok()));
        drop(rows);
        assert!(Line::objects().exists(&db).unwrap());
    }
    for runtime in [multi_thread(), current_thread()] {
        runtime.block_on(in_time("dropped streams", async {
            let db = db.a();
            for _ in 0..100 {
                let mut stream = Line::objects().a().stream(&db);
                assert!(stream.try_next().await.unwrap().is_some());
                drop(stream);
                assert!(Line::objects().a().exists(&db).await.unwrap());
                // Also one that was never polled.
                drop(Line::objects().a().stream(&db));
                assert!(Line::objects().a().exists(&db).await.unwrap());
            }
        }));
    }
}

#[test]
fn a_stream_that_came_to_its_end_frees_its_session() {
    let file = TempFile::unused();
    lines(&file, 1_000);
    let db = Database::connect(&url(&file, "readers=1&acquire_timeout=20000")).unwrap();
    let mut rows = Line::objects().iter(&db).unwrap();
    assert_eq!(rows.by_ref().count(), 1_000);
    assert_eq!(Line::objects().count(&db).unwrap(), 1_000);
    drop(rows);
    current_thread().block_on(in_time("a stream", async {
        let db = db.a();
        let mut stream = Line::objects().a().stream(&db);
        let mut rows = 0;
        while stream.try_next().await.unwrap().is_some() {
            rows += 1;
        }
        assert_eq!((rows, Line::objects().a().count(&db).await.unwrap()), (1_000, 1_000));
        assert!(matches!(stream.try_next().await, Ok(None)));
    }));
}
