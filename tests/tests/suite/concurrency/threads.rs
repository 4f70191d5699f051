//! On which threads queries run.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Waker};
use std::thread::{self, ThreadId};

use amphi::field::{ColumnType, FieldType};
use amphi::prelude::*;
use amphi::row::{ColumnReader, DecodeError};
use amphi::value::{Value, ValueError};
use tokio::runtime::Builder;

use super::{LINES, Line, current_thread, heavy, in_time, lines};
use amphi_tests::support::TempFile;

static SEEN_ON: Mutex<Option<HashSet<ThreadId>>> = Mutex::new(None);

/// Text that remembers the threads on which it was read.
#[derive(Debug, Clone, PartialEq)]
struct Traced(String);

impl FieldType for Traced {
    type NonNull = Self;
    const COLUMN: ColumnType = ColumnType::Text;

    fn to_value(&self) -> Result<Value<'_>, ValueError> {
        Ok(Value::Text(self.0.as_str().into()))
    }

    fn decode_nullable<R: ColumnReader>(row: &R, index: usize) -> Result<Option<Self>, DecodeError> {
        let mut threads = SEEN_ON.lock().unwrap_or_else(PoisonError::into_inner);
        threads.get_or_insert_default().insert(thread::current().id());
        Ok(row.text(index)?.map(|text| Traced(text.to_owned())))
    }
}

/// The table of lines, read another way.
#[derive(Model, Debug, Clone)]
#[model(table = "line")]
struct TracedLine {
    id: i64,
    text: Traced,
}

#[test]
fn a_slow_query_never_runs_on_a_thread_of_the_runtime() {
    let file = TempFile::unused();
    lines(&file, LINES);
    let last = i64::from(LINES);
    // The one that matches is the last that is looked at.
    let slow = || TracedLine::objects().filter(TracedLine::id.gt(0) & TracedLine::id.in_([last])).order_by(());
    let slow = || slow().exclude(TracedLine::id.ne(last));
    for (name, mut builder) in [("multi_thread", Builder::new_multi_thread()), ("current_thread", Builder::new_current_thread())]
    {
        let own: Arc<Mutex<HashSet<ThreadId>>> = Arc::default();
        own.lock().unwrap().insert(thread::current().id());
        let started = Arc::clone(&own);
        let runtime = builder
            .worker_threads(2)
            .on_thread_start(move || {
                started.lock().unwrap().insert(thread::current().id());
            })
            .enable_all()
            .build()
            .unwrap();
        *SEEN_ON.lock().unwrap() = None;
        runtime.block_on(in_time("slow queries", async {
            let db = AsyncDatabase::connect(&file.url()).await.unwrap();
            let unindexed = || {
                let looked_at = TracedLine::id + 0;
                slow().filter(looked_at.gt(last - 1))
            };
            assert_eq!(unindexed().a().all(&db).await.unwrap().len(), 1);
            assert_eq!(unindexed().a().get(&db).await.unwrap().id, last);
            assert!(unindexed().order_by(TracedLine::id.desc()).a().first(&db).await.unwrap().is_some());
            assert_eq!(TracedLine::objects().a().all(&db).await.unwrap().len(), LINES as usize);
            let mut stream = TracedLine::objects().a().stream(&db);
            for _ in 0..10_000 {
                assert!(stream.try_next().await.unwrap().is_some());
            }
            let inside = db.clone();
            let task = tokio::spawn(async move {
                inside.atomic(async |tx| Ok::<_, Error>(TracedLine::objects().a().all(tx).await?.len())).await
            });
            assert_eq!(task.await.unwrap().unwrap(), LINES as usize);
        }));
        let read_on = SEEN_ON.lock().unwrap().take().unwrap_or_default();
        assert!(!read_on.is_empty());
        let own = own.lock().unwrap();
        assert!(read_on.is_disjoint(&own), "{name}: rows were read on {read_on:?}, of which the runtime has {own:?}");
    }
}

#[test]
fn a_slow_query_does_not_hold_up_other_tasks() {
    let file = TempFile::unused();
    lines(&file, LINES);
    let db = Database::connect(&file.url()).unwrap();
    current_thread().block_on(in_time("a slow query", async {
        let db = db.a();
        let mut slow = pin!(heavy().a().count(&db));
        // The only thread of the runtime goes on while the query runs.
        let mut turns = 0;
        for _ in 0..200 {
            let mut context = Context::from_waker(Waker::noop());
            assert!(slow.as_mut().poll(&mut context).is_pending());
            assert!(Line::objects().filter(Line::id.eq(7)).a().exists(&db).await.unwrap());
            turns += 1;
        }
        assert_eq!(turns, 200);
    }));
}
