//! A pool with no session left, and one that was closed.

use std::thread;
use std::time::Duration;

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Entry, Line, current_thread, in_time, lines, multi_thread, url};
use amphi_tests::support::TempFile;

#[track_caller]
fn assert_exhausted<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    match outcome {
        Err(Error::PoolExhausted { waited_ms, in_use, waiting, .. }) => {
            assert!(waited_ms >= 200 && in_use >= 1 && waiting >= 1, "{waited_ms} ms, {in_use} in use, {waiting} waiting");
        }
        other => panic!("{other:?}"),
    }
}

/// Who would wait for itself is told at once, however long it may wait.
#[track_caller]
fn assert_nested<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::NestedAcquire)), "{outcome:?}");
}

#[test]
fn an_exhausted_pool_is_told_blocking() {
    let file = TempFile::unused();
    lines(&file, 1_000);
    let db = Database::connect(&url(&file, "readers=1&acquire_timeout=200")).unwrap();
    let mut rows = Line::objects().iter(&db).unwrap();
    assert!(rows.next().is_some());
    elsewhere(|| assert_exhausted(Line::objects().count(&db)));
    elsewhere(|| assert_exhausted(Line::objects().iter(&db).map(drop)));
    assert_eq!(Line::objects().update(Line::touched.set(1), &db).unwrap(), 1_000, "the writer is another session");
    drop(rows);
    assert_eq!(Line::objects().count(&db).unwrap(), 1_000);
    let held = db.atomic(|tx| {
        elsewhere(|| assert_exhausted(Line::objects().update(Line::touched.set(2), &db)));
        elsewhere(|| assert_exhausted(Line::create().text("x").insert(&db)));
        elsewhere(|| assert_exhausted(db.atomic(|_| Ok::<_, Error>(()))));
        let other = Database::connect(&url(&file, "acquire_timeout=200")).unwrap();
        elsewhere(|| assert_exhausted(Line::objects().delete(&other)));
        assert_eq!(Line::objects().count(&db)?, 1_000, "a reader is another session");
        Line::objects().update(Line::touched.set(3), tx)
    });
    assert_eq!(held.unwrap(), 1_000);
    assert_eq!(Line::objects().filter(Line::touched.eq(3)).update(Line::touched.set(4), &db).unwrap(), 1_000);
}

/// On a thread that holds nothing.
fn elsewhere(work: impl FnOnce() + Send) {
    thread::scope(|scope| scope.spawn(work).join().unwrap());
}

#[test]
fn a_thread_does_not_wait_for_itself() {
    let file = TempFile::unused();
    lines(&file, 1_000);
    // Longer than any test may run.
    let db = Database::connect(&url(&file, "readers=2&acquire_timeout=600000")).unwrap();
    let other = Database::connect(&url(&file, "acquire_timeout=600000")).unwrap();
    let nested = |db: &Database| {
        assert_nested(Line::objects().update(Line::touched.set(2), db));
        assert_nested(Line::create().text("x").insert(db));
        assert_nested(db.atomic(|_| Ok::<_, Error>(())));
    };
    let inside = db.atomic(|tx| {
        nested(&db);
        nested(&other);
        let inner = tx.atomic(|tx| {
            nested(&db);
            Line::objects().update(Line::touched.set(3), tx)
        });
        assert_eq!(inner?, 1_000);
        assert_eq!(Line::objects().filter(Line::touched.eq(0)).count(&db)?, 1_000, "a reader is another session");
        // Others wait, and get it when it is free.
        let waiting = db.clone();
        Ok::<_, Error>(thread::spawn(move || Line::objects().update(Line::touched.set(4), &waiting)))
    });
    assert_eq!(inside.unwrap().join().unwrap().unwrap(), 1_000);
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.atomic::<(), Error>(|_| std::panic::resume_unwind(Box::new("thrown")))
    }));
    assert!(panicked.is_err());

    let mut one = Line::objects().iter(&db).unwrap();
    assert!(one.next().is_some());
    assert_eq!(Line::objects().count(&db).unwrap(), 1_000, "there is another reader");
    let mut two = Line::objects().iter(&db).unwrap();
    assert!(two.next().is_some());
    assert_nested(Line::objects().count(&db));
    // To wait for a reader that another thread holds is sound.
    drop(one);
    let (held, holds) = std::sync::mpsc::channel();
    let theirs = db.clone();
    let thread = thread::spawn(move || {
        let mut rows = Line::objects().iter(&theirs).unwrap();
        held.send(rows.next().is_some()).unwrap();
        thread::sleep(Duration::from_millis(100));
    });
    assert!(holds.recv().unwrap());
    assert_eq!(Line::objects().count(&db).unwrap(), 1_000);
    thread.join().unwrap();
    assert_eq!(two.count(), 999);
    // Nothing is left of it.
    assert_eq!(Line::objects().update(Line::touched.set(5), &db).unwrap(), 1_000);

    // In memory there is one session, so that a read would wait as well.
    let db = Database::connect("sqlite::memory:?acquire_timeout=600000").unwrap();
    db.create_tables(models![Entry]).unwrap();
    let inside = db.atomic(|tx| {
        assert_nested(Entry::objects().count(&db));
        assert_nested(Entry::objects().iter(&db).map(drop));
        Entry::create().owner(1).amount(1).insert(tx)
    });
    inside.unwrap();
    assert_eq!(Entry::objects().count(&db).unwrap(), 1);
}

#[test]
fn a_task_does_not_wait_for_itself() {
    let file = TempFile::unused();
    lines(&file, 1_000);
    for runtime in [multi_thread(), current_thread()] {
        runtime.block_on(in_time("writes inside a transaction", async {
            let db = AsyncDatabase::connect(&url(&file, "readers=1&acquire_timeout=600000")).await.unwrap();
            let other = AsyncDatabase::connect(&url(&file, "acquire_timeout=600000")).await.unwrap();
            let (begun, has_begun) = tokio::sync::oneshot::channel();
            let (go, gone) = tokio::sync::oneshot::channel::<()>();
            let transaction = db.atomic(async |tx| {
                for db in [&db, &other] {
                    assert_nested(Line::objects().a().update(Line::touched.set(2), db).await);
                    assert_nested(Line::create().text("x").a().insert(db).await);
                    assert_nested(db.atomic(async |_| Ok::<_, Error>(())).await);
                }
                begun.send(()).unwrap();
                gone.await.unwrap();
                // The others that share its thread have been polled in between.
                assert_nested(Line::objects().a().update(Line::touched.set(2), &db).await);
                let inner = async |tx: &AsyncTransaction| {
                    tokio::task::yield_now().await;
                    assert_nested(Line::create().text("x").a().insert(&db).await);
                    Line::objects().a().update(Line::touched.set(3), tx).await
                };
                assert_eq!(tx.atomic(inner).await?, 1_000);
                assert_eq!(Line::objects().filter(Line::touched.eq(3)).a().count(&db).await?, 0, "a reader is another session");
                let waiting = db.clone();
                Ok::<_, Error>(tokio::spawn(async move { Line::objects().a().update(Line::touched.set(0), &waiting).await }))
            });
            // Another future of the same task, and another task, wait as they should.
            let theirs = db.clone();
            let task = tokio::spawn(async move {
                has_begun.await.unwrap();
                let waits = Line::objects().filter(Line::id.eq(1)).a().update(Line::touched.set(9), &theirs);
                let outcome = tokio::time::timeout(Duration::from_millis(50), waits).await;
                assert!(outcome.is_err(), "{outcome:?}");
                go.send(()).unwrap();
                Line::objects().filter(Line::id.eq(1)).a().update(Line::touched.set(9), &theirs).await
            });
            let beside = async {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Line::objects().filter(Line::id.eq(2)).a().update(Line::touched.set(9), &db).await
            };
            let (held, beside) = tokio::join!(transaction, beside);
            assert_eq!(beside.unwrap(), 1);
            assert_eq!(held.unwrap().await.unwrap().unwrap(), 1_000);
            assert_eq!(task.await.unwrap().unwrap(), 1);
            assert_eq!(Line::objects().a().update(Line::touched.set(0), &db).await.unwrap(), 1_000);
        }));
    }
}

#[test]
fn an_exhausted_pool_is_told_async() {
    let file = TempFile::unused();
    lines(&file, 1_000);
    current_thread().block_on(in_time("an exhausted pool", async {
        let db = AsyncDatabase::connect(&url(&file, "readers=1&acquire_timeout=500")).await.unwrap();
        let mut stream = Line::objects().a().stream(&db);
        assert!(stream.try_next().await.unwrap().is_some());
        assert_exhausted(Line::objects().a().count(&db).await);
        assert_eq!(Line::objects().a().update(Line::touched.set(1), &db).await.unwrap(), 1_000, "the writer is another session");
        drop(stream);
        assert_eq!(Line::objects().a().count(&db).await.unwrap(), 1_000);
        let held = db.atomic(async |tx| {
            let (one, two, three) = (db.clone(), db.clone(), db.clone());
            let update = tokio::spawn(async move { Line::objects().a().update(Line::touched.set(2), &one).await });
            let insert = tokio::spawn(async move { Line::create().text("x").a().insert(&two).await });
            let atomic = tokio::spawn(async move { three.atomic(async |_| Ok::<_, Error>(())).await });
            assert_exhausted(update.await.unwrap());
            assert_exhausted(insert.await.unwrap());
            assert_exhausted(atomic.await.unwrap());
            assert_eq!(Line::objects().a().count(&db).await?, 1_000, "a reader is another session");
            Line::objects().a().update(Line::touched.set(3), tx).await
        });
        assert_eq!(held.await.unwrap(), 1_000);
        assert_eq!(Line::objects().a().update(Line::touched.set(4), &db).await.unwrap(), 1_000);
    }));
}

#[test]
fn an_exhausted_pool_is_told_to_a_stream() {
    let file = TempFile::unused();
    lines(&file, 1_000);
    current_thread().block_on(in_time("an exhausted pool", async {
        let db = AsyncDatabase::connect(&url(&file, "readers=1&acquire_timeout=500")).await.unwrap();
        let mut first = Line::objects().a().stream(&db);
        assert!(first.try_next().await.unwrap().is_some());
        let mut second = Line::objects().a().stream(&db);
        let outcome = tokio::time::timeout(Duration::from_secs(20), second.try_next()).await;
        assert_exhausted(outcome.expect("a stream that waits is told when the time is up"));
        assert!(matches!(second.try_next().await, Ok(None)), "and has ended");
        drop(first);
        let mut third = Line::objects().a().stream(&db);
        assert!(third.try_next().await.unwrap().is_some());
    }));
}

#[track_caller]
fn assert_closed<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::Closed)), "{outcome:?}");
}

#[everywhere]
async fn a_closed_database_says_so(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Entry]).await?;
    let entry = Entry::create().owner(1).amount(1).a().insert(&db).await?;
    let copy = db.clone();
    db.close().await;
    for db in [db.clone(), copy] {
        let mut entry = entry.clone();
        assert_closed(Entry::objects().a().count(&db).await);
        assert_closed(Entry::objects().a().all(&db).await);
        assert_closed(Entry::objects().a().get(&db).await);
        assert_closed(Entry::objects().a().update(Entry::amount.set(2), &db).await);
        assert_closed(Entry::create().owner(1).amount(1).a().insert(&db).await);
        assert_closed(Entry::objects().a().bulk_create([Entry::create().owner(1).amount(1)], &db).await);
        assert_closed(entry.a().save(&db).await);
        assert_closed(entry.a().refresh(&db).await);
        assert_closed(db.create_tables(models![Entry]).await);
        assert_closed(db.atomic(async |_: &AsyncTransaction| Ok::<_, Error>(())).await);
        db.close().await;
    }
    // What needs no database is answered still.
    assert_eq!(Entry::objects().none().a().count(&db).await.ok().unwrap_or(0), 0);
    Ok(())
}

#[test]
fn a_closed_database_says_so_to_streams() {
    let file = TempFile::unused();
    let db = Database::connect(&file.url()).unwrap();
    db.create_tables(models![Entry]).unwrap();
    let other = db.a();
    db.close();
    assert_closed(Entry::objects().iter(&db).map(drop));
    current_thread().block_on(in_time("a closed database", async {
        let mut stream = Entry::objects().a().stream(&other);
        assert_closed(stream.try_next().await);
        assert_closed(Entry::objects().a().count(&other).await);
    }));
    // The file can be opened anew.
    let again = Database::connect(&file.url()).unwrap();
    assert_eq!(Entry::objects().count(&again).unwrap(), 0);
}

#[test]
fn what_runs_is_not_cut_off_by_close() {
    let file = TempFile::unused();
    lines(&file, 5_000);
    let db = Database::connect(&url(&file, "readers=2")).unwrap();
    let mut rows = Line::objects().iter(&db).unwrap();
    assert_eq!(rows.next().unwrap().unwrap().touched, 0);
    let inside = db.atomic(|tx| {
        Line::objects().update(Line::touched.set(1), tx)?;
        db.close();
        assert_closed(Line::objects().count(&db));
        Line::objects().filter(Line::touched.eq(1)).count(tx)
    });
    assert_eq!(inside.unwrap(), 5_000);
    assert!(rows.all(|line| line.unwrap().touched == 0), "as it was when the first row was read");
    let db = Database::connect(&url(&file, "readers=2")).unwrap();
    assert_eq!(Line::objects().filter(Line::touched.eq(1)).count(&db).unwrap(), 5_000, "committed");
    current_thread().block_on(in_time("a close", async {
        let db = db.a();
        let mut stream = Line::objects().a().stream(&db);
        assert!(stream.try_next().await.unwrap().is_some());
        let inside = db.atomic(async |tx| {
            Line::objects().a().update(Line::touched.set(2), tx).await?;
            db.close().await;
            Line::objects().a().update(Line::touched.set(3), tx).await
        });
        assert_eq!(inside.await.unwrap(), 5_000);
        let mut rows = 1;
        while stream.try_next().await.unwrap().is_some() {
            rows += 1;
        }
        assert_eq!(rows, 5_000);
    }));
    let db = Database::connect(&file.url()).unwrap();
    assert_eq!(Line::objects().filter(Line::touched.eq(3)).count(&db).unwrap(), 5_000, "committed");
}

#[test]
fn who_waits_is_told_of_a_close() {
    let file = TempFile::unused();
    let db = Database::connect(&url(&file, "acquire_timeout=60000")).unwrap();
    db.create_tables(models![Entry]).unwrap();
    let runtime = multi_thread();
    let held = db.atomic(|tx| {
        let (one, two, three) = (db.clone(), db.a(), db.a());
        let thread = thread::spawn(move || Entry::create().owner(1).amount(1).insert(&one));
        let insert = runtime.spawn(async move { Entry::create().owner(1).amount(1).a().insert(&two).await });
        let atomic = runtime.spawn(async move { three.atomic(async |_| Ok::<_, Error>(())).await });
        // Long enough for all three to stand in the queue; if not, they are refused at its door.
        thread::sleep(Duration::from_millis(200));
        db.close();
        assert_closed(thread.join().unwrap());
        assert_closed(runtime.block_on(insert).unwrap());
        assert_closed(runtime.block_on(atomic).unwrap());
        Entry::create().owner(2).amount(1).insert(tx)
    });
    held.unwrap();
    let db = Database::connect(&file.url()).unwrap();
    assert_eq!(Entry::objects().values(Entry::owner).all(&db).unwrap(), [2]);
}

#[test]
fn a_runtime_without_a_timer_is_no_reason_to_panic() {
    let file = TempFile::unused();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let db = AsyncDatabase::connect(&file.url()).await.unwrap();
        db.create_tables(models![Entry]).await.unwrap();
        // The second waits for the first: there is one writer.
        let insert = async |owner: i64| {
            let transaction = db.atomic(async |tx| {
                tokio::task::yield_now().await;
                Entry::create().owner(owner).amount(1).a().insert(tx).await
            });
            transaction.await
        };
        let (one, two, three) = tokio::join!(insert(1), insert(2), Entry::create().owner(3).amount(1).a().insert(&db));
        for outcome in [one, two, three] {
            outcome.unwrap();
        }
    });
}
