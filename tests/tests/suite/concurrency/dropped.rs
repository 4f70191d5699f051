//! Futures that are dropped: what they did is undone, and nobody has to wait for what they left.

use std::collections::HashMap;
use std::thread;
use std::time::Duration;

use amphi::prelude::*;
use tokio::sync::oneshot;

use super::{Entry, LINES, Line, current_thread, heavy, in_time, lines, multi_thread, url};
use amphi_tests::futures::polled;
use amphi_tests::random::Random;
use amphi_tests::support::TempFile;

/// Drops a future after a random time, or a random number of polls.
async fn dropped_halfway<T>(random: &mut Random, longest: u64, future: impl Future<Output = T>) -> Option<T> {
    if random.once_in(3) {
        let polls = random.below(4);
        tokio::time::timeout(Duration::from_micros(longest), polled(polls, future)).await.ok().flatten()
    } else {
        tokio::time::timeout(Duration::from_micros(random.below(longest)), future).await.ok()
    }
}

#[test]
fn a_dropped_query_is_interrupted() {
    let file = TempFile::unused();
    lines(&file, LINES);
    let mut random = Random::new("dropped queries", 11);
    for runtime in [multi_thread(), current_thread()] {
        runtime.block_on(in_time("two hundred dropped queries", async {
            // A query that went on would keep the only session for minutes, and the next one would wait in vain.
            let db = AsyncDatabase::connect(&url(&file, "readers=1&acquire_timeout=20000")).await.unwrap();
            for round in 0..100 {
                let came = match random.below(6) {
                    0 => dropped_halfway(&mut random, 4_000, heavy().a().count(&db)).await.map(drop),
                    1 => dropped_halfway(&mut random, 4_000, heavy().a().all(&db)).await.map(drop),
                    2 => dropped_halfway(&mut random, 4_000, heavy().order_by(Line::text).a().first(&db)).await.map(drop),
                    3 => dropped_halfway(&mut random, 4_000, heavy().a().update(Line::touched.set(1), &db)).await.map(drop),
                    4 => dropped_halfway(&mut random, 4_000, heavy().a().delete(&db)).await.map(drop),
                    _ => {
                        let mut stream = heavy().a().stream(&db);
                        dropped_halfway(&mut random, 4_000, stream.try_next()).await.map(drop)
                    }
                };
                assert!(came.is_none(), "a heavy query was through in no time");
                let id = random.between(1, i64::from(LINES));
                let line = Line::objects().filter(Line::id.eq(id)).a().get(&db).await;
                assert_eq!(line.unwrap().id, id, "round {round}");
                let set = Line::objects().filter(Line::id.eq(1)).a().update(Line::touched.set(Line::touched + 1), &db).await;
                assert_eq!(set.unwrap(), 1, "round {round}");
            }
            assert_eq!(Line::objects().filter(Line::touched.gt(0)).a().count(&db).await.unwrap(), 1, "nothing half-written");
            let line = Line::objects().filter(Line::id.eq(1)).a().get(&db).await.unwrap();
            assert_eq!(line.touched % 100, 0);
        }));
    }
}

#[test]
fn a_pool_serves_at_full_size_after_dropped_queries() {
    const READERS: usize = 3;
    let file = TempFile::unused();
    lines(&file, LINES);
    let mut random = Random::new("dropped queries of a pool", 12);
    multi_thread().block_on(in_time("fifty rounds", async {
        let db = AsyncDatabase::connect(&url(&file, "readers=3&acquire_timeout=20000")).await.unwrap();
        for round in 0..50 {
            let queries: Vec<_> = (0..READERS + 2)
                .map(|_| {
                    let db = db.clone();
                    tokio::spawn(async move { heavy().a().count(&db).await })
                })
                .collect();
            tokio::time::sleep(Duration::from_micros(random.below(4_000))).await;
            queries.iter().for_each(tokio::task::JoinHandle::abort);
            // All sessions at once, each held by a stream that has begun.
            let mut streams = Vec::new();
            for _ in 0..READERS {
                let mut stream = Line::objects().order_by(Line::id).a().stream(&db);
                assert_eq!(stream.try_next().await.unwrap().map(|line| line.id), Some(1), "round {round}");
                streams.push(stream);
            }
        }
    }));
}

#[test]
fn a_dropped_transaction_leaves_nothing_half_written() {
    let file = TempFile::unused();
    lines(&file, LINES);
    let db = Database::connect(&url(&file, "readers=1&acquire_timeout=20000")).unwrap();
    db.create_tables(models![Entry]).unwrap();
    let mut random = Random::new("dropped transactions", 13);
    let mut finished = 0;
    for (round, runtime) in [multi_thread(), current_thread()].into_iter().enumerate() {
        runtime.block_on(in_time("two hundred dropped transactions", async {
            let db = db.a();
            for at in 0..200 {
                let owner = i64::try_from(round * 200 + at).unwrap();
                let (slow, inner, own) = (random.once_in(3), random.once_in(3), random.between(1, 50));
                let transaction = db.atomic(async |tx| {
                    Entry::create().owner(owner).amount(own).a().insert(tx).await?;
                    if slow {
                        heavy().a().count(tx).await?;
                    }
                    if inner {
                        let savepoint = async |tx: &AsyncTransaction| {
                            Entry::create().owner(owner).amount(own).a().insert(tx).await?;
                            Entry::create().owner(owner).amount(-own).a().insert(tx).await?;
                            Ok::<_, Error>(())
                        };
                        tx.atomic(savepoint).await?;
                    }
                    Entry::create().owner(owner).amount(-own).a().insert(tx).await?;
                    Ok::<_, Error>(())
                });
                match dropped_halfway(&mut random, 2_500, transaction).await {
                    Some(outcome) => {
                        outcome.unwrap();
                        finished += 1;
                        assert_eq!(Entry::objects().filter(Entry::owner.eq(owner)).a().count(&db).await.unwrap() % 2, 0);
                        assert!(Entry::objects().filter(Entry::owner.eq(owner)).a().exists(&db).await.unwrap());
                    }
                    // The writer is free again, and clean.
                    None => {
                        let ok = db.atomic(async |tx| {
                            Entry::create().owner(-1).amount(1).a().insert(tx).await?;
                            Entry::create().owner(-1).amount(-1).a().insert(tx).await
                        });
                        ok.await.unwrap();
                    }
                }
            }
        }));
    }
    println!("{finished} of 400 transactions came to their end");
    assert!(finished < 400, "none was dropped");
    let mut sums: HashMap<i64, (i64, u32)> = HashMap::new();
    for entry in Entry::objects().all(&db).unwrap() {
        let sum = sums.entry(entry.owner).or_default();
        *sum = (sum.0 + entry.amount, sum.1 + 1);
    }
    for (owner, (sum, rows)) in sums {
        assert!(sum == 0 && rows % 2 == 0, "of transaction {owner} there are {rows} rows with the sum {sum}");
    }
}

#[test]
fn a_dropped_transaction_is_rolled_back() {
    let file = TempFile::unused();
    current_thread().block_on(in_time("a dropped transaction", async {
        let db = AsyncDatabase::connect(&file.url()).await.unwrap();
        db.create_tables(models![Entry]).await.unwrap();
        let transaction = db.atomic(async |tx| {
            Entry::create().owner(1).amount(1).a().insert(tx).await?;
            assert_eq!(Entry::objects().a().count(tx).await?, 1);
            std::future::pending::<()>().await;
            Ok::<_, Error>(())
        });
        assert!(tokio::time::timeout(Duration::from_millis(200), transaction).await.is_err());
        Entry::create().owner(2).amount(1).a().insert(&db).await.unwrap();
        assert_eq!(Entry::objects().values(Entry::owner).a().all(&db).await.unwrap(), [2]);
    }));
}

#[test]
fn a_query_dropped_inside_a_transaction_ends_it() {
    let file = TempFile::unused();
    lines(&file, LINES);
    current_thread().block_on(in_time("a transaction", async {
        let db = AsyncDatabase::connect(&file.url()).await.unwrap();
        let outcome = db.atomic(async |tx| {
            Line::objects().filter(Line::id.eq(1)).a().update(Line::touched.set(1), tx).await?;
            let dropped = tokio::time::timeout(Duration::from_millis(20), heavy().a().count(tx)).await;
            assert!(dropped.is_err());
            let after = Line::objects().filter(Line::id.eq(1)).a().get(tx).await;
            assert!(matches!(after, Err(Error::TransactionDead)), "{after:?}");
            Ok::<_, Error>(())
        });
        let outcome = outcome.await;
        assert!(matches!(outcome, Err(Error::TransactionDead)), "{outcome:?}");
        assert_eq!(Line::objects().filter(Line::touched.ne(0)).a().count(&db).await.unwrap(), 0);
    }));
}

#[test]
fn a_write_dropped_while_it_waits_is_never_done() {
    let file = TempFile::unused();
    current_thread().block_on(in_time("a write", async {
        let db = AsyncDatabase::connect(&file.url()).await.unwrap();
        db.create_tables(models![Entry]).await.unwrap();
        let (begun, has_begun) = oneshot::channel();
        let (go, gone) = oneshot::channel::<()>();
        let held = db.atomic(async |tx| {
            begun.send(()).unwrap();
            gone.await.unwrap();
            Entry::create().owner(1).amount(1).a().insert(tx).await
        });
        let dropped = async {
            has_begun.await.unwrap();
            for _ in 0..20 {
                let insert = Entry::create().owner(2).amount(1).a().insert(&db);
                assert!(polled(1, insert).await.is_none());
                let transaction = db.atomic(async |tx| Entry::create().owner(3).amount(1).a().insert(tx).await);
                assert!(polled(1, transaction).await.is_none());
            }
            go.send(()).unwrap();
        };
        let (held, ()) = tokio::join!(held, dropped);
        held.unwrap();
        Entry::create().owner(4).amount(1).a().insert(&db).await.unwrap();
        assert_eq!(Entry::objects().order_by(Entry::id).values(Entry::owner).a().all(&db).await.unwrap(), [1, 4]);
    }));
}

#[test]
fn a_runtime_that_goes_takes_no_session_with_it() {
    let file = TempFile::unused();
    lines(&file, LINES);
    let db = Database::connect(&url(&file, "readers=1&acquire_timeout=20000")).unwrap();
    for round in 0..10 {
        let runtime = multi_thread();
        let (one, two, three) = (db.a(), db.a(), db.a());
        runtime.spawn(async move { heavy().a().count(&one).await });
        runtime.spawn(async move {
            let hold = two.atomic(async |tx| {
                Line::objects().filter(Line::id.lt(100)).a().update(Line::touched.set(1), tx).await?;
                std::future::pending::<()>().await;
                Ok::<_, Error>(())
            });
            hold.await
        });
        runtime.spawn(async move {
            let mut stream = Line::objects().a().stream(&three);
            while stream.try_next().await.unwrap().is_some() {
                tokio::task::yield_now().await;
            }
        });
        thread::sleep(Duration::from_millis(round));
        if round % 2 == 0 {
            runtime.shutdown_background()
        } else {
            drop(runtime)
        }
        assert_eq!(Line::objects().filter(Line::touched.ne(0)).count(&db).unwrap(), 0);
        assert_eq!(Line::objects().filter(Line::id.eq(1)).update(Line::touched.set(0), &db).unwrap(), 1);
    }
    // Nor does a database belong to the runtime on which it was opened.
    let opened = current_thread().block_on(AsyncDatabase::connect(&file.url())).unwrap();
    let count = multi_thread().block_on(async { Line::objects().a().count(&opened).await });
    assert_eq!(count.unwrap(), u64::from(LINES));
}
