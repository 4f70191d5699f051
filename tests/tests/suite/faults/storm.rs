//! Thousands of futures dropped at random times.

use std::time::Duration;

use amphi::prelude::*;
use amphi_servers::proxy::{Pace, Scope};

use super::ground::{on_servers, times};
use super::models::{ACCOUNTS, Account, Entry, check, fill, transfer};
use crate::random::Random;

on_servers! {
    /// No transaction is left open or done by half, no connection is lost to the pool.
    async fn a_storm_of_drops_leaves_nothing_behind(ground, multi_thread) {
        const TASKS: u64 = 8;
        let db = AsyncDatabase::connect(&ground.url("max_connections=4")).await.unwrap();
        fill(&db).await.unwrap();
        let mut random = Random::new("a storm of drops", 7);
        ground.proxy.pace(Scope::ALL, Pace::full().latency(Duration::ZERO, Duration::from_micros(500)));
        let rounds = times(20_000) / TASKS;
        let tasks: Vec<_> = (0..TASKS)
            .map(|_| {
                let db = db.clone();
                let plan: Vec<(u64, i64, i64, u64)> = (0..rounds)
                    .map(|_| {
                        let accounts = ACCOUNTS.unsigned_abs();
                        let (from, to) = (random.below(accounts), random.below(accounts - 1));
                        let to = if to >= from { to + 1 } else { to };
                        (random.below(10), from.cast_signed() + 1, to.cast_signed() + 1, random.below(12_000))
                    })
                    .collect();
                tokio::spawn(async move {
                    let mut dropped = 0;
                    for (which, from, to, micros) in plan {
                        let work = async {
                            match which {
                                0..4 => transfer(&db, from, to, 1).await,
                                4 => Account::objects().a().all(&db).await.map(drop),
                                5 => Entry::objects().order_by(Entry::id).limit(200).a().all(&db).await.map(drop),
                                6 => Account::objects().filter(Account::id.eq(from)).a().get(&db).await.map(drop),
                                7 => {
                                    let mut rows = Entry::objects().a().stream(&db);
                                    for _ in 0..from {
                                        if rows.try_next().await?.is_none() {
                                            break;
                                        }
                                    }
                                    Ok(())
                                }
                                8 => Account::objects().filter(Account::id.eq(from)).a().update(Account::name.set("other"), &db).await.map(drop),
                                _ => Entry::objects().select_related(Entry::account).limit(20).a().all(&db).await.map(drop),
                            }
                        };
                        match tokio::time::timeout(Duration::from_micros(micros), work).await {
                            Err(_) => dropped += 1,
                            // A storm may keep all connections busy for long, and it may have two transfers wait for each other.
                            Ok(Ok(()) | Err(Error::PoolExhausted { .. } | Error::Retryable { .. })) => {}
                            Ok(Err(error)) => panic!("{error}: {error:?}"),
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
        println!("{dropped} of {} dropped", rounds * TASKS);
        assert!(dropped > rounds * TASKS / 4, "only {dropped} were dropped");
        ground.proxy.pace(Scope::ALL, Pace::full());
        ground.comes_clean(&db, "the storm").await;
        ground.serves_at_full_size(&db, 4, "the storm").await;
        check(&db).await.unwrap();
        db.close().await;
    }
}
