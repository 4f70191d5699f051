//! Thousands of futures dropped at random times.

use std::time::Duration;

use amphi::prelude::*;
use amphi_servers::proxy::{Pace, Scope};

use super::file::FileGround;
use super::ground::{Witness, on_servers, times};
use super::models::{ACCOUNTS, Account, Entry, check, fill, transfer};
use amphi_tests::futures::{multi_thread, polled_then_left};
use amphi_tests::random::Random;

/// So many tasks drop what they do at the same time.
const TASKS: u64 = 8;

/// One thing to do, and when to drop it.
#[derive(Debug, Clone, Copy)]
struct Step {
    which: u64,
    from: i64,
    to: i64,
    drop: Drop,
}

/// When a future is dropped.
#[derive(Debug, Clone, Copy)]
enum Drop {
    /// So many microseconds after its start.
    After(u64),
    /// So many polls and then microseconds after its start.
    Polled(u64, u64),
}

impl Step {
    fn random(random: &mut Random, drop: fn(&mut Random) -> Drop) -> Step {
        let accounts = ACCOUNTS.unsigned_abs();
        let (from, to) = (random.below(accounts), random.below(accounts - 1));
        let to = if to >= from { to + 1 } else { to };
        Step { which: random.below(11), from: from.cast_signed() + 1, to: to.cast_signed() + 1, drop: drop(random) }
    }

    /// Does it; `None` if it was dropped before its end.
    async fn run(self, db: &AsyncDatabase) -> Option<Result<(), Error>> {
        match self.drop {
            Drop::After(micros) => tokio::time::timeout(Duration::from_micros(micros), self.work(db)).await.ok(),
            Drop::Polled(polls, micros) => polled_then_left(polls, Duration::from_micros(micros), self.work(db)).await,
        }
    }

    async fn work(self, db: &AsyncDatabase) -> Result<(), Error> {
        let Step { which, from, to, .. } = self;
        match which {
            0..4 => transfer(db, from, to, 1).await,
            4 => Account::objects().a().all(db).await.map(drop),
            5 => Entry::objects().order_by(Entry::id).limit(200).a().all(db).await.map(drop),
            6 => Account::objects().filter(Account::id.eq(from)).a().get(db).await.map(drop),
            7 => {
                let mut rows = Entry::objects().a().stream(db);
                for _ in 0..from {
                    if rows.try_next().await?.is_none() {
                        break;
                    }
                }
                Ok(())
            }
            8 => Account::objects().filter(Account::id.eq(from)).a().update(Account::name.set("other"), db).await.map(drop),
            9 => {
                db.atomic(async |tx: &AsyncTransaction| {
                    let mut rows = Account::objects().a().stream(tx);
                    while rows.try_next().await?.is_some() {}
                    Ok(())
                })
                .await
            }
            _ => Entry::objects().select_related(Entry::account).limit(20).a().all(db).await.map(drop),
        }
    }
}

/// Does so many things at random, and drops most.
async fn storm(db: &AsyncDatabase, rounds: u64, drop: fn(&mut Random) -> Drop) {
    fill(db).await.unwrap();
    let mut random = Random::new("a storm of drops", 7);
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let db = db.clone();
            let plan: Vec<Step> = (0..rounds / TASKS).map(|_| Step::random(&mut random, drop)).collect();
            tokio::spawn(async move {
                let mut dropped = 0;
                for step in plan {
                    match step.run(&db).await {
                        None => dropped += 1,
                        // A storm may keep all connections busy for long, and it may have two transfers wait for each other.
                        Some(Ok(()) | Err(Error::PoolExhausted { .. } | Error::Retryable { .. })) => {}
                        Some(Err(error)) => panic!("{step:?}: {error}: {error:?}"),
                    }
                }
                dropped
            })
        })
        .collect();
    let mut dropped = 0;
    for task in tasks {
        dropped += task.await.expect("no panic");
    }
    println!("{dropped} of {rounds} dropped");
    assert!(dropped > rounds / 4, "only {dropped} were dropped");
}

on_servers! {
    /// No transaction is left open or done by half, no connection is lost to the pool.
    async fn a_storm_of_drops_leaves_nothing_behind(ground, multi_thread) {
        let db = AsyncDatabase::connect(&ground.url("max_connections=4")).await.unwrap();
        ground.proxy.pace(Scope::ALL, Pace::full().latency(Duration::ZERO, Duration::from_micros(500)));
        storm(&db, times(20_000), |random| Drop::After(random.below(12_000))).await;
        ground.proxy.pace(Scope::ALL, Pace::full());
        ground.comes_clean(&db, "the storm").await;
        ground.serves_at_full_size(&db, 4, "the storm").await;
        check(&db).await.unwrap();
        db.close().await;
    }
}

#[test]
fn a_storm_of_drops_leaves_nothing_behind_in_a_file() {
    multi_thread().block_on(async {
        let ground = FileGround::new();
        let db = AsyncDatabase::connect(&ground.url("readers=2")).await.unwrap();
        let drop = |random: &mut Random| match random.below(8) {
            0 => Drop::After(random.below(4_000)),
            _ => Drop::Polled(random.below(10), random.below(150)),
        };
        storm(&db, times(20_000), drop).await;
        ground.comes_clean(&db, "the storm").await;
        ground.serves_at_full_size(&db, "the storm").await;
        check(&db).await.unwrap();
        db.close().await;
    });
}
