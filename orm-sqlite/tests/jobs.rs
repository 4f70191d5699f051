//! Jobs: where they run, how they are called off, what they leave behind.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use common::{Directory, HANG, endless, integer, memory, one, receive, sql, until};
use orm_core::connection::Access;
use orm_core::value::Value;
use orm_core::{Error, Result};
use orm_sqlite::{JobHandle, Lease, Pool, Session, SqliteOptions, Synchronous};

fn submit<T: Send + 'static>(
    pool: &Pool,
    access: Access,
    job: impl FnOnce(&mut Session) -> T + Send + 'static,
) -> (JobHandle, Receiver<T>) {
    let (sender, receiver) = mpsc::channel();
    let handle = pool.submit(access, Box::new(move |session| sender.send(job(session)).unwrap_or_default()));
    (handle, receiver)
}

fn run<T: Send + 'static>(pool: &Pool, access: Access, job: impl FnOnce(&mut Session) -> T + Send + 'static) -> T {
    let (handle, receiver) = submit(pool, access, job);
    let answer = receive(&receiver);
    handle.detach();
    answer
}

/// Runs a job with a lease that comes back.
fn run_leased<T: Send + 'static>(
    pool: &Pool,
    lease: Lease,
    job: impl FnOnce(&mut Lease) -> T + Send + 'static,
) -> (JobHandle, Receiver<(T, Lease)>) {
    let (sender, receiver) = mpsc::channel();
    let handle = pool.run_leased(
        lease,
        Box::new(move |mut lease| {
            let answer = job(&mut lease);
            let _ = sender.send((answer, lease));
        }),
    );
    (handle, receiver)
}

fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn jobs_run_on_named_threads() {
    let directory = Directory::new();
    let pool = directory.pool();
    for _ in 0..100 {
        let name = run(&pool, Access::Write, |_| thread::current().name().map(str::to_owned)).unwrap();
        assert!(name.starts_with("amphi-sqlite-"), "{name}");
    }
    assert_eq!(run(&pool, Access::Read, |session| integer(session, "SELECT 7")), 7);
}

#[test]
fn readers_run_side_by_side() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().readers(3)).unwrap();
    let barrier = Arc::new(Barrier::new(5));
    let jobs: Vec<_> = [Access::Write, Access::Read, Access::Read, Access::Read]
        .map(|access| {
            let barrier = Arc::clone(&barrier);
            submit(&pool, access, move |_| barrier.wait().is_leader())
        })
        .into();
    // All four are in their jobs at once.
    barrier.wait();
    for (handle, receiver) in jobs {
        receive(&receiver);
        handle.detach();
    }
}

#[test]
fn a_job_that_waits_is_dropped_unrun_when_it_is_called_off() {
    let pool = memory();
    let held = pool.acquire_blocking(Access::Write).unwrap();
    let (first, first_answer) = submit(&pool, Access::Write, |_| ());
    let (second, second_answer) = submit(&pool, Access::Write, |_| ());
    let (third, third_answer) = submit(&pool, Access::Write, |_| ());
    assert_eq!(pool.metrics().waiting, 3);
    first.cancel();
    assert!(first.is_done());
    drop(third);
    assert_eq!(pool.metrics().waiting, 1);
    assert!(first_answer.recv().is_err() && third_answer.recv().is_err());
    drop(held);
    receive(&second_answer);
    until(|| second.is_done());
    // Too late is no harm.
    second.cancel();
    assert_eq!(run(&pool, Access::Read, |session| integer(session, "SELECT 1")), 1);
}

#[test]
fn a_running_query_is_interrupted_and_the_next_job_is_not() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().readers(1)).unwrap();
    let mut seed = 42;
    let mut interrupted = 0;
    for round in 0..200 {
        let (job, answer) = submit(&pool, Access::Read, |session| one::<i64>(session, &endless()));
        // The next one waits already, or comes at once.
        let waiting = (round % 2 == 0).then(|| submit(&pool, Access::Read, |session| one::<i64>(session, &sql("SELECT 1"))));
        let pause = random(&mut seed) % 3_000;
        if pause > 500 {
            thread::sleep(Duration::from_micros(pause));
        }
        if round % 3 == 0 {
            job.cancel()
        } else {
            drop(job)
        }
        match answer.recv_timeout(HANG) {
            Ok(outcome) => {
                assert!(matches!(outcome, Err(Error::Interrupted)), "{outcome:?}");
                interrupted += 1;
            }
            // It had not begun.
            Err(mpsc::RecvTimeoutError::Disconnected) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the query was not interrupted"),
        }
        let (job, answer) =
            waiting.unwrap_or_else(|| submit(&pool, Access::Read, |session| one::<i64>(session, &sql("SELECT 1"))));
        assert_eq!(receive(&answer).unwrap(), 1);
        job.detach();
    }
    assert!(interrupted > 50, "{interrupted}");
}

#[test]
fn a_late_stop_never_hits_what_comes_after() {
    // Short jobs, each called off at the moment when it ends, while others go on.
    let directory = Directory::new();
    let pool = Pool::open(directory.options().readers(1)).unwrap();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut seed = 7;
            while !stop.load(Ordering::Relaxed) {
                let (job, _answer) = submit(&pool, Access::Read, |session| one::<i64>(session, &sql("SELECT 1")));
                for _ in 0..random(&mut seed) % 2_000 {
                    std::hint::spin_loop();
                }
                drop(job);
            }
        });
        let count = sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT count(*) FROM n");
        let until = Instant::now() + Duration::from_secs(2);
        let mut rounds = 0;
        while Instant::now() < until {
            let count = count.clone();
            assert_eq!(run(&pool, Access::Read, move |session| one::<i64>(session, &count)).unwrap(), 3_000);
            let mut lease = pool.acquire_blocking(Access::Read).unwrap();
            assert_eq!(integer(&mut lease, "SELECT 5"), 5);
            rounds += 1;
        }
        assert!(rounds > 100, "{rounds}");
        stop.store(true, Ordering::Relaxed);
    });
}

#[test]
fn a_stop_between_two_statements_is_not_forgotten() {
    let pool = memory();
    let (begun, has_begun) = mpsc::channel();
    let (go, gone) = mpsc::channel::<()>();
    let (job, answer) = submit(&pool, Access::Write, move |session| {
        begun.send(()).unwrap();
        gone.recv().unwrap();
        let first = one::<i64>(session, &endless()).map(drop);
        (first, session.begin_now(), session.execute_now(&sql("CREATE TABLE t (v)")).map(drop))
    });
    receive(&has_begun);
    job.cancel();
    go.send(()).unwrap();
    let (first, second, third) = receive(&answer);
    for outcome in [first, second, third] {
        assert!(matches!(outcome, Err(Error::Interrupted)), "{outcome:?}");
    }
    assert_eq!(run(&pool, Access::Read, |session| integer(session, "SELECT count(*) FROM sqlite_schema")), 0);
}

#[test]
fn an_interrupted_write_leaves_nothing() {
    let directory = Directory::new();
    let pool = directory.pool();
    run(&pool, Access::Write, |session| session.run_script_now("CREATE TABLE t (v)")).unwrap();
    for in_transaction in [false, true] {
        let (begun, has_begun) = mpsc::channel();
        let (job, answer) = submit(&pool, Access::Write, move |session| -> Result<()> {
            if in_transaction {
                session.begin_now()?;
                session.execute_now(&sql("INSERT INTO t VALUES (1)"))?;
            }
            begun.send(()).unwrap();
            session.execute_now(&sql(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) INSERT INTO t SELECT i FROM n",
            ))?;
            if in_transaction { session.commit_now() } else { Ok(()) }
        });
        receive(&has_begun);
        thread::sleep(Duration::from_millis(20));
        drop(job);
        let outcome = receive(&answer);
        assert!(matches!(outcome, Err(Error::Interrupted)), "{outcome:?}");
        let (open, count) =
            run(&pool, Access::Write, |session| (session.in_transaction(), integer(session, "SELECT count(*) FROM t")));
        assert_eq!((open, count), (false, 0));
    }
}

#[test]
fn a_panic_ends_the_job_and_nothing_else() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().readers(1)).unwrap();
    run(&pool, Access::Write, |session| session.run_script_now("CREATE TABLE t (v)")).unwrap();
    for _ in 0..20 {
        for access in [Access::Read, Access::Write] {
            let (job, answer) = submit::<()>(&pool, access, move |session| {
                session.begin_now().unwrap();
                if access == Access::Write {
                    session.execute_now(&sql("INSERT INTO t VALUES (1)")).unwrap();
                }
                std::panic::resume_unwind(Box::new("thrown"));
            });
            assert!(answer.recv().is_err());
            job.detach();
        }
        // Something that throws when it is thrown away.
        struct Bomb;
        impl Drop for Bomb {
            fn drop(&mut self) {
                std::panic::resume_unwind(Box::new("again"));
            }
        }
        let (job, answer) = submit::<()>(&pool, Access::Read, |_| std::panic::resume_unwind(Box::new(Bomb)));
        assert!(answer.recv().is_err());
        job.detach();

        let (job, answer) = run_leased::<()>(&pool, pool.acquire_blocking(Access::Write).unwrap(), |lease| {
            lease.begin_now().unwrap();
            std::panic::resume_unwind(Box::new("thrown"));
        });
        assert!(answer.recv().is_err());
        job.detach();
        let state = run(&pool, Access::Write, |session| {
            (session.depth(), session.in_transaction(), integer(session, "SELECT count(*) FROM t"))
        });
        assert_eq!(state, (0, false, 0));
        assert!(!run(&pool, Access::Read, |session| session.in_transaction()));
    }
}

#[test]
fn a_transaction_runs_in_leased_jobs() {
    let directory = Directory::new();
    let pool = directory.pool();
    let lease = pool.acquire_blocking(Access::Write).unwrap();
    let (job, answer) =
        run_leased(&pool, lease, |lease| lease.run_script_now("CREATE TABLE t (v)").and_then(|()| lease.begin_now()));
    let (outcome, mut lease) = receive(&answer);
    outcome.unwrap();
    drop(job);
    for i in 0..100 {
        let (job, answer) =
            run_leased(&pool, lease, move |lease| lease.execute_now(&sql("INSERT INTO t VALUES (?)").bind(Value::I64(i))));
        let (outcome, back) = receive(&answer);
        // Its end is not known to the pool yet, perhaps; calling it off now must not hurt the next one.
        drop(job);
        assert_eq!(outcome.unwrap(), 1);
        lease = back;
    }
    let (job, answer) = run_leased(&pool, lease, |lease| lease.commit_now());
    let (outcome, lease) = receive(&answer);
    outcome.unwrap();
    job.detach();
    drop(lease);
    assert_eq!(run(&pool, Access::Read, |session| integer(session, "SELECT count(*) FROM t")), 100);
}

#[test]
fn a_leased_job_that_is_called_off_returns_its_session() {
    let directory = Directory::new();
    let pool = directory.pool();
    run(&pool, Access::Write, |session| session.run_script_now("CREATE TABLE t (v)")).unwrap();
    let mut seed = 3;
    for _ in 0..100 {
        let mut lease = pool.acquire_blocking(Access::Write).unwrap();
        lease.begin_now().unwrap();
        lease.execute_now(&sql("INSERT INTO t VALUES (1)")).unwrap();
        let (job, answer) = run_leased(&pool, lease, |lease| one::<i64>(lease, &endless()));
        for _ in 0..random(&mut seed) % 20_000 {
            std::hint::spin_loop();
        }
        drop(job);
        match answer.recv_timeout(HANG) {
            Ok((outcome, mut lease)) => {
                assert!(matches!(outcome, Err(Error::Interrupted)), "{outcome:?}");
                // A read that was interrupted does not end its transaction.
                assert_eq!(integer(&mut lease, "SELECT count(*) FROM t"), 1);
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => {}
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("the query was not interrupted"),
        }
        let mut lease = pool.acquire_blocking(Access::Write).unwrap();
        assert_eq!((lease.in_transaction(), integer(&mut lease, "SELECT count(*) FROM t")), (false, 0));
    }
}

#[test]
fn a_session_that_cannot_be_opened_tells_the_job_why() {
    let directory = Directory::new();
    let pool = directory.pool();
    run(&pool, Access::Write, |session| session.run_script_now("CREATE TABLE t (v)")).unwrap();
    std::fs::rename(directory.path(), directory.path().with_extension("gone")).unwrap();
    let outcome = run(&pool, Access::Read, |session| one::<i64>(session, &sql("SELECT 1")));
    assert!(matches!(outcome, Err(Error::Database { .. })), "{outcome:?}");
    assert!(matches!(pool.acquire_blocking(Access::Read), Err(Error::Database { .. })));
    std::fs::rename(directory.path().with_extension("gone"), directory.path()).unwrap();
    assert_eq!(run(&pool, Access::Read, |session| integer(session, "SELECT count(*) FROM t")), 0);
    until(|| pool.metrics().in_use == 0);
}

#[test]
fn the_threads_go_with_the_pool() {
    fn threads(prefix: &str) -> usize {
        let tasks = std::fs::read_dir("/proc/self/task").unwrap();
        tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
            .filter(|name| name.starts_with(prefix))
            .count()
    }
    if !std::path::Path::new("/proc/self/task").exists() {
        return;
    }
    // Other tests have threads of this name too, so it is told by a child of their job.
    let directory = Directory::new();
    let pool = directory.pool();
    let ids: Vec<thread::ThreadId> = (0..20).map(|_| run(&pool, Access::Read, |_| thread::current().id())).collect();
    assert!(!ids.is_empty());
    let (alive, gone) = mpsc::channel::<()>();
    thread_local!(static SENDER: std::cell::RefCell<Option<mpsc::Sender<()>>> = const { std::cell::RefCell::new(None) });
    // The thread's own end drops the sender.
    run(&pool, Access::Read, move |_| SENDER.with(|slot| *slot.borrow_mut() = Some(alive)));
    assert!(threads("amphi-sqlite") > 0);
    // The last handle may go on the pool's own thread.
    let last = pool.clone();
    run(&pool, Access::Read, move |_| drop(last));
    drop(pool);
    assert!(matches!(gone.recv_timeout(HANG), Err(mpsc::RecvTimeoutError::Disconnected)));
    until(|| !directory.file("test.db-wal").exists());
}

/// Eight threads and eight submitters write for two seconds, and perhaps one reads; all must succeed.
fn crowd(options: SqliteOptions, with_reader: bool) {
    fn write(session: &mut Session, value: i64) -> Result<()> {
        session.begin_now()?;
        session.execute_now(&sql("INSERT INTO t (v) VALUES (?)").bind(Value::I64(value)))?;
        session.execute_now(&sql("UPDATE t SET v = v + 1 WHERE id = (SELECT max(id) FROM t)"))?;
        session.commit_now()
    }
    let pool = Pool::open(options.synchronous(Synchronous::Off).acquire_timeout(HANG)).unwrap();
    pool.acquire_blocking(Access::Write).unwrap().run_script_now("CREATE TABLE t (id INTEGER PRIMARY KEY, v)").unwrap();
    let end = Instant::now() + Duration::from_secs(2);
    let written = AtomicU64::new(0);
    thread::scope(|scope| {
        for number in 0..8 {
            let (pool, written) = (&pool, &written);
            scope.spawn(move || {
                while Instant::now() < end {
                    let mut lease = pool.acquire_blocking(Access::Write).unwrap();
                    write(&mut lease, number).unwrap();
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
            scope.spawn(move || {
                while Instant::now() < end {
                    run(pool, Access::Write, move |session| write(session, number)).unwrap();
                    written.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        if with_reader {
            scope.spawn(|| {
                while Instant::now() < end {
                    let mut lease = pool.acquire_blocking(Access::Read).unwrap();
                    integer(&mut lease, "SELECT count(*) FROM t");
                }
            });
        }
    });
    let count = integer(&mut pool.acquire_blocking(Access::Read).unwrap(), "SELECT count(*) FROM t");
    assert_eq!(u64::try_from(count).unwrap(), written.into_inner());
    assert!(count > 100, "{count}");
    // A job's answer comes a moment before its session is free.
    until(|| (pool.metrics().in_use, pool.metrics().waiting) == (0, 0));
}

#[test]
fn eight_threads_and_eight_submitters_write_without_one_busy() {
    let directory = Directory::new();
    // No patience at all: a writer that met another would fail.
    crowd(directory.options().busy_timeout(Duration::ZERO), false);
}

#[test]
fn writers_and_readers_are_not_in_each_others_way() {
    let directory = Directory::new();
    // A reader that meets a commit in the middle takes the write lock for a moment (walIndexReadHdr in SQLite), so that without any
    // patience a writer could fail here.
    crowd(directory.options(), true);
}
