//! Statements by hand, and a directory for each test.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::future::Future;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use orm_core::connection::Sink;
use orm_core::field::FieldType;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::Writer;
use orm_core::statement::{Bind, Statement, Walk};
use orm_core::value::Value;
use orm_core::{Error, Result};
use orm_sqlite::{Pool, Session, SqliteOptions};

/// SQL with its values; each `?` is one of them.
#[derive(Debug, Clone)]
pub struct Sql {
    text: &'static str,
    binds: Vec<Bound>,
}

#[derive(Debug, Clone)]
enum Bound {
    Value(Value<'static>),
    List(Vec<Value<'static>>),
    Count(u64),
}

pub fn sql(text: &'static str) -> Sql {
    Sql { text, binds: Vec::new() }
}

impl Sql {
    pub fn bind(mut self, value: Value<'static>) -> Self {
        self.binds.push(Bound::Value(value));
        self
    }

    pub fn list(mut self, values: Vec<Value<'static>>) -> Self {
        self.binds.push(Bound::List(values));
        self
    }

    pub fn count(mut self, count: u64) -> Self {
        self.binds.push(Bound::Count(count));
        self
    }
}

impl Statement for Sql {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(self.text.as_ptr().addr() as u64);
        walk.token(self.text.len() as u64);
        for bound in &self.binds {
            walk.bind(match bound {
                Bound::Value(value) => Bind::Value(value),
                Bound::List(values) => Bind::List(values),
                Bound::Count(count) => Bind::Count(count),
            });
        }
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        let mut parts = self.text.split('?');
        sql.text(parts.next().unwrap());
        for (part, bound) in parts.zip(&self.binds) {
            match bound {
                Bound::Value(value) => sql.value(value),
                Bound::List(values) => sql.list(values),
                Bound::Count(count) => sql.count(count),
            }
            sql.text(part);
        }
        Ok(())
    }

    fn output(&self, index: usize) -> (&'static str, String) {
        ("Test", format!("column {index}"))
    }
}

/// Reads the first column of each row.
pub struct Column<T>(pub Vec<T>);

impl<T: FieldType> Sink for Column<T> {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.0.push(T::decode(row, 0)?);
        Ok(ControlFlow::Continue(()))
    }
}

/// All values of the first column.
pub fn column<T: FieldType>(session: &mut Session, statement: &Sql) -> Result<Vec<T>> {
    let mut column = Column(Vec::new());
    session.fetch_now(statement, &mut column)?;
    Ok(column.0)
}

/// The one value of the one row.
pub fn one<T: FieldType>(session: &mut Session, statement: &Sql) -> Result<T> {
    let mut values = column(session, statement)?;
    assert_eq!(values.len(), 1, "one row is expected");
    Ok(values.remove(0))
}

pub fn integer(session: &mut Session, text: &'static str) -> i64 {
    one(session, &sql(text)).unwrap()
}

/// A statement that runs for a minute or more if nobody stops it.
pub fn endless() -> Sql {
    sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n")
}

pub fn memory() -> Pool {
    Pool::open(SqliteOptions::in_memory()).unwrap()
}

/// A directory that goes when it is dropped.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("amphi-sqlite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn options(&self) -> SqliteOptions {
        SqliteOptions::new(self.file("test.db"))
    }

    pub fn pool(&self) -> Pool {
        Pool::open(self.options()).unwrap()
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Generous: a test that waits so long hangs.
pub const HANG: Duration = Duration::from_secs(60);

pub fn receive<T>(receiver: &Receiver<T>) -> T {
    match receiver.recv_timeout(HANG) {
        Ok(value) => value,
        Err(RecvTimeoutError::Timeout) => panic!("nothing came for {HANG:?}"),
        Err(RecvTimeoutError::Disconnected) => panic!("the sender went"),
    }
}

pub fn assert_closed<T: std::fmt::Debug>(outcome: &Result<T>) {
    assert!(matches!(outcome, Err(Error::Closed)), "{outcome:?}");
}

/// Waits for a future on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let mut future = pin!(future);
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let start = Instant::now();
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        assert!(start.elapsed() < HANG, "the future hangs");
        thread::park_timeout(HANG);
    }
}

/// Waits until something is so.
pub fn until(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < HANG, "it never happened");
        thread::sleep(Duration::from_millis(1));
    }
}
