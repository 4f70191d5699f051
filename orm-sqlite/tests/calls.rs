//! Calls: jobs whose outcome is awaited.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::collections::HashSet;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use common::{Directory, assert_closed, block_on, endless, integer, memory, one, receive, sql, until};
use orm_core::Error;
use orm_core::connection::{Access, Metrics};
use orm_core::held::Nesting;
use orm_sqlite::Pool;

fn counts(pool: &Pool) -> (usize, usize, usize) {
    let Metrics { in_use, idle, waiting, .. } = pool.metrics();
    (in_use, idle, waiting)
}

/// Polls a future once, then drops it.
fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn who_calls_again_finds_the_thread_and_the_session_ready() {
    let directory = Directory::new();
    let pool = directory.pool();
    block_on(async {
        let mut threads = HashSet::new();
        for _ in 0..2_000 {
            threads.insert(pool.call(Access::Read, |_| thread::current().id()).await.unwrap());
            // The writer, and one reader.
            assert_eq!(counts(&pool), (0, 2, 0));
        }
        let mut lease = pool.acquire(Access::Write).await.unwrap();
        for _ in 0..2_000 {
            let (back, thread) = pool.call_leased(lease, |_| thread::current().id()).await.unwrap();
            threads.insert(thread);
            lease = back;
        }
        assert_eq!(threads.len(), 1);
    });
}

#[test]
fn nothing_happens_before_the_first_poll() {
    let pool = memory();
    let ran = Arc::new(AtomicBool::new(false));
    let runs = Arc::clone(&ran);
    let call = pool.call(Access::Read, move |_| runs.store(true, Ordering::SeqCst));
    assert_eq!(pool.metrics().in_use, 0);
    drop(call);
    block_on(pool.call(Access::Read, |_| ())).unwrap();
    assert!(!ran.load(Ordering::SeqCst));
}

#[test]
fn a_dropped_call_is_never_run_or_is_interrupted() {
    let directory = Directory::new();
    let pool = directory.pool();
    let mut lease = pool.acquire_blocking(Access::Write).unwrap();
    lease.run_script_now("CREATE TABLE t (v)").unwrap();
    // It waits.
    assert!(poll_once(pool.call(Access::Write, |session| session.run_script_now("INSERT INTO t VALUES (1)"))).is_pending());
    assert_eq!(pool.metrics().waiting, 0);
    drop(lease);
    for _ in 0..50 {
        // It runs, or is on its way.
        let (begun, has_begun) = mpsc::channel();
        let call = pool.call(Access::Write, move |session| {
            begun.send(()).unwrap();
            one::<i64>(session, &endless())
        });
        let mut call = Box::pin(call);
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        receive(&has_begun);
        drop(call);
        assert_eq!(block_on(pool.call(Access::Write, |session| integer(session, "SELECT count(*) FROM t"))).unwrap(), 0);

        let mut lease = pool.acquire_blocking(Access::Write).unwrap();
        lease.begin_now().unwrap();
        lease.execute_now(&sql("INSERT INTO t VALUES (1)")).unwrap();
        assert!(poll_once(pool.call_leased(lease, |lease| one::<i64>(lease, &endless()))).is_pending());
        let mut lease = pool.acquire_blocking(Access::Write).unwrap();
        assert_eq!((lease.in_transaction(), integer(&mut lease, "SELECT count(*) FROM t")), (false, 0));
    }
}

/// Counts its drops, and throws at each.
struct Bomb(Arc<AtomicUsize>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
        std::panic::resume_unwind(Box::new("dropped"));
    }
}

#[test]
fn what_panics_takes_neither_session_nor_thread_with_it() {
    struct Thrower;
    impl Wake for Thrower {
        fn wake(self: Arc<Self>) {
            std::panic::resume_unwind(Box::new("woken"));
        }
    }
    let pool = memory();
    let thread = block_on(pool.call(Access::Read, |_| thread::current().id())).unwrap();
    let drops = Arc::new(AtomicUsize::new(0));
    for round in 1..=50 {
        // The work.
        let outcome = block_on(pool.call(Access::Write, |session| {
            session.begin_now().unwrap();
            std::panic::resume_unwind(Box::new("thrown"))
        }));
        assert!(matches!(outcome, Err::<(), _>(Error::Database { .. })), "{outcome:?}");
        let lease = pool.acquire_blocking(Access::Write).unwrap();
        let outcome = block_on(pool.call_leased(lease, |_| std::panic::resume_unwind(Box::new("thrown"))));
        assert!(matches!(outcome, Err::<(_, ()), _>(Error::Database { .. })), "{outcome:?}");
        // Who is told.
        let waker = Waker::from(Arc::new(Thrower));
        let mut call = Box::pin(pool.call(Access::Read, |_| 7));
        assert!(call.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        until(|| counts(&pool) == (0, 1, 0));
        assert!(matches!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(7))));
        // An outcome that nobody wants, while others wait.
        let ((begun, has_begun), (go, gone)) = (mpsc::channel(), mpsc::channel::<()>());
        let bomb = Arc::clone(&drops);
        let mut call = Box::pin(pool.call(Access::Read, move |_| {
            begun.send(()).unwrap();
            gone.recv().unwrap();
            Bomb(bomb)
        }));
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        receive(&has_begun);
        drop(call);
        go.send(()).unwrap();
        assert_eq!(block_on(pool.call(Access::Read, |_| thread::current().id())).unwrap(), thread);
        assert_eq!((drops.load(Ordering::SeqCst), counts(&pool)), (round, (0, 1, 0)));
    }
}

#[test]
fn a_call_is_told_why_it_was_not_run() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().acquire_timeout(Duration::from_millis(30))).unwrap();
    let lease = pool.acquire_blocking(Access::Write).unwrap();
    let outcome = block_on(pool.call(Access::Write, |_| ()));
    assert!(matches!(outcome, Err(Error::PoolExhausted { in_use: 1, waiting: 1, .. })), "{outcome:?}");
    let held = pool.holder(Access::Write).enter();
    let outcome = block_on(pool.call(Access::Write, |_| ()));
    assert!(matches!(outcome, Err(Error::NestedAcquire)), "{outcome:?}");
    assert!(matches!(pool.acquire_blocking(Access::Write), Err(Error::NestedAcquire)));
    assert!(matches!(block_on(pool.acquire(Access::Write)), Err(Error::NestedAcquire)));
    // Jobs too; and what is not held is to be had.
    let job = pool.submit(Access::Write, Box::new(|_| ()));
    assert!(job.is_done());
    assert!(matches!(job.failure(), Some(Error::NestedAcquire)));
    drop(held);
    block_on(pool.call(Access::Read, |_| ())).unwrap();
    drop(lease);
    drop(pool.holder(Access::Write).enter());
    block_on(pool.call(Access::Write, |_| ())).unwrap();
    pool.close();
    assert_closed(&block_on(pool.call(Access::Read, |_| ())));
}

#[test]
fn calls_of_many_threads_come_and_go() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().readers(2)).unwrap();
    thread::scope(|scope| {
        for seed in 0..4_u64 {
            let pool = &pool;
            scope.spawn(move || {
                let mut random = seed * 7_919 + 1;
                for number in 0..3_000_u64 {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let access = if random >> 40 & 3 == 0 { Access::Write } else { Access::Read };
                    let call = pool.call(access, move |session| integer(session, "SELECT 1") + i64::try_from(number).unwrap());
                    if random >> 33 & 3 == 0 {
                        let mut call = Box::pin(call);
                        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                        for _ in 0..random >> 50 {
                            std::hint::spin_loop();
                        }
                    } else {
                        assert_eq!(block_on(call).unwrap(), i64::try_from(number).unwrap() + 1);
                    }
                }
            });
        }
    });
    until(|| counts(&pool).0 == 0);
    assert_eq!(pool.metrics().waiting, 0);
}
