//! Who gets a session, and when.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::future::Future;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use common::{Directory, assert_closed, block_on, integer, memory, receive, sql, until};
use orm_core::connection::{Access, Metrics};
use orm_core::{Error, Result};
use orm_sqlite::{Acquire, Lease, Pool, SqliteOptions};

/// Counts how often a task was woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Wakes {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

fn poll(acquire: &mut Acquire, waker: &Waker) -> Poll<Result<Lease>> {
    std::pin::Pin::new(acquire).poll(&mut Context::from_waker(waker))
}

fn counts(pool: &Pool) -> (usize, usize, usize) {
    let Metrics { in_use, idle, waiting, .. } = pool.metrics();
    (in_use, idle, waiting)
}

#[test]
fn one_writes_and_several_read() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().readers(2).acquire_timeout(Duration::from_millis(30))).unwrap();
    assert_eq!(counts(&pool), (0, 1, 0));
    let writer = pool.acquire_blocking(Access::Write).unwrap();
    let readers = [pool.acquire_blocking(Access::Read).unwrap(), pool.acquire_blocking(Access::Read).unwrap()];
    assert_eq!(counts(&pool), (3, 0, 0));
    for access in [Access::Read, Access::Write] {
        let in_use = if access == Access::Read { 2 } else { 1 };
        match pool.acquire_blocking(access) {
            Err(Error::PoolExhausted { waited_ms, in_use: n, waiting: 1, .. }) if n == in_use => assert!(waited_ms >= 30),
            other => panic!("{other:?}"),
        }
        assert!(pool.try_acquire(access).unwrap().is_none());
    }
    drop(writer);
    drop(readers);
    assert_eq!(counts(&pool), (0, 3, 0));
    assert!(pool.try_acquire(Access::Write).unwrap().is_some());
}

#[test]
fn memory_is_one_session_for_both() {
    let pool = Pool::open(SqliteOptions::in_memory().acquire_timeout(Duration::from_millis(10))).unwrap();
    pool.acquire_blocking(Access::Write).unwrap().run_script_now("CREATE TABLE t (v); INSERT INTO t VALUES (5)").unwrap();
    let mut reader = pool.acquire_blocking(Access::Read).unwrap();
    assert_eq!(integer(&mut reader, "SELECT v FROM t"), 5);
    assert!(matches!(pool.acquire_blocking(Access::Write), Err(Error::PoolExhausted { in_use: 1, waiting: 1, .. })));
    drop(reader);
    assert_eq!(counts(&pool), (0, 1, 0));
    // Every pool has its own.
    let other = memory();
    assert!(common::one::<i64>(&mut other.acquire_blocking(Access::Read).unwrap(), &sql("SELECT v FROM t")).is_err());
}

#[test]
fn threads_tasks_and_jobs_are_served_in_the_order_of_their_arrival() {
    let pool = memory();
    let served = Arc::new(Mutex::new(Vec::new()));
    let held = pool.acquire_blocking(Access::Write).unwrap();
    let mut threads = Vec::new();
    let mut jobs = Vec::new();
    for number in 0..30 {
        let (theirs, served) = (pool.clone(), Arc::clone(&served));
        match number % 3 {
            0 => threads.push(thread::spawn(move || {
                let lease = theirs.acquire_blocking(Access::Write).unwrap();
                served.lock().unwrap().push(number);
                drop(lease);
            })),
            1 => threads.push(thread::spawn(move || {
                let lease = block_on(theirs.acquire(Access::Write)).unwrap();
                served.lock().unwrap().push(number);
                drop(lease);
            })),
            _ => jobs.push(pool.submit(Access::Read, Box::new(move |_| served.lock().unwrap().push(number)))),
        }
        until(|| pool.metrics().waiting == number + 1);
    }
    drop(held);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    until(|| jobs.iter().all(orm_sqlite::JobHandle::is_done));
    assert_eq!(*served.lock().unwrap(), (0..30).collect::<Vec<_>>());
    assert_eq!(counts(&pool), (0, 1, 0));
}

#[test]
fn nobody_gets_in_between() {
    let pool = memory();
    let held = pool.acquire_blocking(Access::Write).unwrap();
    let wakes = Arc::new(Wakes::default());
    let waker = Waker::from(Arc::clone(&wakes));
    let mut first = pool.acquire(Access::Write);
    assert!(poll(&mut first, &waker).is_pending());
    drop(held);
    // It was handed over, though the task has not looked yet.
    assert_eq!(wakes.count(), 1);
    assert!(pool.try_acquire(Access::Write).unwrap().is_none());
    assert_eq!(counts(&pool), (1, 0, 0));
    assert!(poll(&mut first, &waker).is_ready());
}

#[test]
fn a_dropped_future_leaves_the_queue() {
    let pool = memory();
    let waker = Waker::noop();
    let held = pool.acquire_blocking(Access::Write).unwrap();
    let mut waiting: Vec<Acquire> = (0..5).map(|_| pool.acquire(Access::Write)).collect();
    assert_eq!(pool.metrics().waiting, 0);
    waiting.iter_mut().for_each(|acquire| assert!(poll(acquire, waker).is_pending()));
    assert_eq!(pool.metrics().waiting, 5);
    let mut last = waiting.pop().unwrap();
    drop(waiting);
    assert_eq!(pool.metrics().waiting, 1);
    drop(held);
    assert!(matches!(poll(&mut last, waker), Poll::Ready(Ok(_))));
    assert_eq!(counts(&pool), (0, 1, 0));
    drop(pool.acquire(Access::Write));
}

#[test]
fn a_session_that_was_handed_to_a_dropped_future_goes_on() {
    let pool = memory();
    let held = pool.acquire_blocking(Access::Write).unwrap();
    let (wakes, waker) = (Arc::new(Wakes::default()), Waker::noop());
    let mut first = pool.acquire(Access::Write);
    let mut second = pool.acquire(Access::Write);
    assert!(poll(&mut first, waker).is_pending());
    assert!(poll(&mut second, &Waker::from(Arc::clone(&wakes))).is_pending());
    drop(held);
    assert_eq!(wakes.count(), 0);
    drop(first);
    assert_eq!(wakes.count(), 1);
    assert!(matches!(poll(&mut second, waker), Poll::Ready(Ok(_))));
    let mut third = pool.acquire(Access::Write);
    assert!(matches!(poll(&mut third, waker), Poll::Ready(Ok(_))));
    drop(third);
    drop(second);
    assert_eq!(counts(&pool), (0, 1, 0));
}

#[test]
fn a_future_opens_its_session_elsewhere() {
    let directory = Directory::new();
    let pool = directory.pool();
    let leases: Vec<Lease> = (0..4).map(|_| block_on(pool.acquire(Access::Read)).unwrap()).collect();
    assert_eq!(counts(&pool), (4, 1, 0));
    drop(leases);
    assert_eq!(counts(&pool), (0, 5, 0));
    // Dropped while its session is being opened.
    let pool = directory.pool();
    for _ in 0..100 {
        let mut acquire = pool.acquire(Access::Read);
        let _ = poll(&mut acquire, Waker::noop());
        drop(acquire);
    }
    until(|| pool.metrics().in_use == 0);
    assert_eq!(pool.metrics().waiting, 0);
    drop((0..4).map(|_| pool.acquire_blocking(Access::Read).unwrap()).collect::<Vec<_>>());
}

#[test]
fn waiting_futures_may_come_and_go_at_any_time() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().readers(2)).unwrap();
    thread::scope(|scope| {
        for seed in 0..4_u64 {
            let pool = &pool;
            scope.spawn(move || {
                let mut random = seed * 7_919 + 1;
                for _ in 0..2_000 {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let access = if random >> 40 & 1 == 0 { Access::Read } else { Access::Write };
                    match random >> 33 & 3 {
                        0 => drop(pool.acquire_blocking(access).unwrap()),
                        1 => drop(block_on(pool.acquire(access)).unwrap()),
                        2 => {
                            let mut acquire = pool.acquire(access);
                            let _ = poll(&mut acquire, Waker::noop());
                        }
                        _ => {
                            let (sender, receiver) = mpsc::channel();
                            let job = pool.submit(access, Box::new(move |_| sender.send(()).unwrap_or_default()));
                            if random >> 50 & 1 == 0 {
                                receive(&receiver);
                            }
                            drop(job);
                        }
                    }
                }
            });
        }
    });
    until(|| pool.metrics().in_use == 0);
    assert_eq!(pool.metrics().waiting, 0);
    assert!(pool.metrics().idle <= 3);
}

#[test]
fn a_dirty_lease_is_cleaned_when_it_returns() {
    let directory = Directory::new();
    let pool = directory.pool();
    pool.acquire_blocking(Access::Write).unwrap().run_script_now("CREATE TABLE t (v)").unwrap();
    for leave in ["BEGIN IMMEDIATE; INSERT INTO t VALUES (1)", "SAVEPOINT x; INSERT INTO t VALUES (1)"] {
        pool.acquire_blocking(Access::Write).unwrap().run_script_now(leave).unwrap();
        let mut lease = pool.acquire_blocking(Access::Write).unwrap();
        assert!(!lease.in_transaction());
        lease.begin_now().unwrap();
        lease.begin_now().unwrap();
        lease.execute_now(&sql("INSERT INTO t VALUES (2)")).unwrap();
        drop(lease);
        let mut lease = pool.acquire_blocking(Access::Write).unwrap();
        assert_eq!((lease.depth(), lease.in_transaction()), (0, false));
        assert_eq!(integer(&mut lease, "SELECT count(*) FROM t"), 0);
    }
}

#[test]
fn close_refuses_and_wakes_everybody() {
    let directory = Directory::new();
    let pool = directory.pool();
    let clone = pool.clone();
    let mut held = pool.acquire_blocking(Access::Write).unwrap();
    drop(pool.acquire_blocking(Access::Read).unwrap());
    let wakes = Arc::new(Wakes::default());
    let mut task = pool.acquire(Access::Write);
    assert!(poll(&mut task, &Waker::from(Arc::clone(&wakes))).is_pending());
    let waiting = pool.clone();
    let thread = thread::spawn(move || waiting.acquire_blocking(Access::Write).map(drop));
    let (sender, receiver) = mpsc::channel::<()>();
    let job = pool.submit(Access::Write, Box::new(move |_| sender.send(()).unwrap_or_default()));
    until(|| pool.metrics().waiting == 3);

    pool.close();
    assert_closed(&thread.join().unwrap());
    assert_eq!(wakes.count(), 1);
    match poll(&mut task, Waker::noop()) {
        Poll::Ready(outcome) => assert_closed(&outcome),
        Poll::Pending => panic!("it still waits"),
    }
    assert!(receiver.recv().is_err(), "the job was run");
    assert!(job.is_done());
    for pool in [&pool, &clone] {
        assert_closed(&pool.acquire_blocking(Access::Read));
        assert_closed(&pool.try_acquire(Access::Write));
        assert_closed(&block_on(pool.acquire(Access::Read)));
    }
    let (sender, receiver) = mpsc::channel::<()>();
    pool.submit(Access::Read, Box::new(move |_| sender.send(()).unwrap_or_default())).detach();
    assert!(receiver.recv().is_err());

    // What is out stays good.
    held.run_script_now("CREATE TABLE t (v)").unwrap();
    let (sender, receiver) = mpsc::channel();
    pool.run_leased(
        held,
        Box::new(move |mut lease| {
            lease.run_script_now("INSERT INTO t VALUES (1)").unwrap();
            sender.send(()).unwrap();
        }),
    )
    .detach();
    receive(&receiver);
    until(|| counts(&pool) == (0, 0, 0));
    pool.close();
    // The last session took the log with it.
    until(|| !directory.file("test.db-wal").exists());
    assert_eq!(integer(&mut directory.pool().acquire_blocking(Access::Read).unwrap(), "SELECT count(*) FROM t"), 1);
}

#[test]
fn pools_on_one_file_share_the_writers_queue() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().busy_timeout(Duration::ZERO)).unwrap();
    // Another spelling of the path, and other options.
    let other =
        Pool::open(SqliteOptions::new(directory.path().join(".").join("test.db")).busy_timeout(Duration::ZERO).readers(1))
            .unwrap();
    let mut lease = pool.acquire_blocking(Access::Write).unwrap();
    lease.run_script_now("CREATE TABLE t (v)").unwrap();
    lease.begin_now().unwrap();
    lease.execute_now(&sql("DELETE FROM t")).unwrap();
    // To open a file that is being written to needs no patience either.
    drop(Pool::open(directory.options().busy_timeout(Duration::ZERO)).unwrap());
    let waiting = other.clone();
    let thread = thread::spawn(move || -> Result<u64> {
        let mut lease = waiting.acquire_blocking(Access::Write)?;
        lease.begin_now()?;
        let inserted = lease.execute_now(&sql("INSERT INTO t VALUES (1)"))?;
        lease.commit_now()?;
        Ok(inserted)
    });
    until(|| other.metrics().waiting == 1);
    assert_eq!(counts(&pool), (1, 0, 0));
    assert_eq!(counts(&other), (0, 1, 1));
    lease.commit_now().unwrap();
    drop(lease);
    assert_eq!(thread.join().unwrap().unwrap(), 1);

    // The end of one is not the other's.
    let held = pool.acquire_blocking(Access::Write).unwrap();
    drop(pool);
    assert_eq!(other.try_acquire(Access::Write).unwrap().map(drop), None);
    drop(held);
    assert!(other.try_acquire(Access::Write).unwrap().is_some());
    other.close();
    let again = directory.pool();
    assert!(again.try_acquire(Access::Write).unwrap().is_some());
    for _ in 0..50 {
        let short = directory.pool();
        drop(short.acquire_blocking(Access::Write).unwrap());
    }
}

#[test]
fn relative_paths_are_bound_at_once() {
    let directory = Directory::new();
    let pool = directory.pool();
    match pool.options().location() {
        orm_sqlite::Location::File(path) => assert!(path.is_absolute()),
        orm_sqlite::Location::Memory => panic!("it is a file"),
    }
}

#[test]
fn a_lease_outlives_its_pool() {
    let directory = Directory::new();
    let pool = directory.pool();
    let mut lease = pool.acquire_blocking(Access::Write).unwrap();
    let mut task = pool.acquire(Access::Write);
    assert!(poll(&mut task, Waker::noop()).is_pending());
    drop(pool);
    assert!(matches!(poll(&mut task, Waker::noop()), Poll::Ready(Err(Error::Closed))));
    lease.run_script_now("CREATE TABLE t (v)").unwrap();
    drop(lease);
    assert!(!directory.file("test.db-wal").exists());
}

#[test]
fn what_crosses_threads_may() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    fn task<T: Send + Unpin + 'static>() {}
    send::<Pool>();
    sync::<Pool>();
    send::<Lease>();
    send::<orm_sqlite::Session>();
    send::<orm_sqlite::JobHandle>();
    sync::<orm_sqlite::JobHandle>();
    task::<Acquire>();
}
