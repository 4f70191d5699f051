//! Connections that nobody uses: those that are not kept end by themselves, and those of the least number that were lost come back.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use amphi::prelude::*;

use super::ground::on_servers;
use super::models::{Account, fill};

/// Waits until so many connections are open, all of them idle, without using any.
async fn settles(metrics: impl Fn() -> (usize, usize), idle: usize, after: &str) {
    let start = Instant::now();
    while metrics() != (0, idle) {
        assert!(start.elapsed() < Duration::from_secs(20), "after {after} (in use, idle): {:?}, not (0, {idle})", metrics());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn tasks_settle(db: &AsyncDatabase, idle: usize, after: &str) {
    settles(|| (db.metrics().in_use, db.metrics().idle), idle, after).await;
}

async fn threads_settle(db: &Database, idle: usize, after: &str) {
    settles(|| (db.metrics().in_use, db.metrics().idle), idle, after).await;
}

/// Has so many threads hold a connection at the same time.
async fn hold_at_once(db: &Database, count: usize) {
    let db = db.clone();
    let holding = tokio::task::spawn_blocking(move || {
        let all_hold = Barrier::new(count);
        std::thread::scope(|scope| {
            for _ in 0..count {
                scope.spawn(|| {
                    db.atomic(|tx: &Transaction| {
                        Account::objects().count(tx)?;
                        all_hold.wait();
                        Ok::<_, Error>(())
                    })
                    .expect("a read works");
                });
            }
        });
    });
    holding.await.expect("no panic");
}

on_servers! {
    async fn idle_connections_end_but_for_the_least_number(ground, multi_thread) {
        let db = AsyncDatabase::connect(&ground.url("min_connections=1&max_connections=3&idle_timeout=200")).await.unwrap();
        fill(&db).await.unwrap();
        ground.serves_at_full_size(&db, 3, "the start").await;
        tasks_settle(&db, 1, "work on three connections").await;
        // Minding ends with what it is for, and begins anew.
        ground.serves_at_full_size(&db, 3, "a rest").await;
        tasks_settle(&db, 1, "work after a rest").await;
    }

    async fn idle_connections_of_threads_end_but_for_the_least_number(ground, multi_thread) {
        let url = ground.url("min_connections=1&max_connections=3&idle_timeout=200");
        let db = AsyncDatabase::connect(&url).await.unwrap();
        fill(&db).await.unwrap();
        let threads = tokio::task::spawn_blocking(move || Database::connect(&url)).await.unwrap().unwrap();
        for round in ["the start", "a rest"] {
            hold_at_once(&threads, 3).await;
            threads_settle(&threads, 1, round).await;
        }
    }

    async fn no_connection_stays_where_none_is_kept(ground, current_thread) {
        let db = AsyncDatabase::connect(&ground.url("idle_timeout=100")).await.unwrap();
        tasks_settle(&db, 0, "connecting").await;
        fill(&db).await.unwrap();
        tasks_settle(&db, 0, "the first work").await;
    }

    async fn what_is_kept_comes_back_after_a_loss(ground, multi_thread) {
        let db = AsyncDatabase::connect(&ground.url("min_connections=3&connect_timeout=1000")).await.unwrap();
        fill(&db).await.unwrap();
        tasks_settle(&db, 3, "connecting").await;
        for _ in 0..3 {
            ground.server.kill_9().unwrap();
            // While the server is away, each attempt to bring a connection back fails.
            assert!(Account::objects().a().count(&db).await.is_err());
            ground.server.restart().unwrap();
            tasks_settle(&db, 3, "a restart").await;
            assert!(Account::objects().a().count(&db).await.is_ok());
        }
    }

    async fn what_is_kept_for_threads_comes_back_after_a_loss(ground, multi_thread) {
        let url = ground.url("min_connections=3&connect_timeout=1000");
        let db = AsyncDatabase::connect(&url).await.unwrap();
        fill(&db).await.unwrap();
        let threads = tokio::task::spawn_blocking(move || Database::connect(&url)).await.unwrap().unwrap();
        let counted = || {
            let threads = threads.clone();
            tokio::task::spawn_blocking(move || Account::objects().count(&threads))
        };
        ground.server.kill_9().unwrap();
        assert!(counted().await.unwrap().is_err());
        ground.server.restart().unwrap();
        threads_settle(&threads, 3, "a restart").await;
        assert!(counted().await.unwrap().is_ok());
    }

    /// Nothing that minds connections keeps their pool: with its last handle they go, and the server sees it.
    async fn a_dropped_database_leaves_no_connection(ground, multi_thread) {
        let db = AsyncDatabase::connect(&ground.url("min_connections=0")).await.unwrap();
        fill(&db).await.unwrap();
        ground.serves_at_full_size(&db, 3, "the start").await;
        drop(db);
        let start = Instant::now();
        while ground.proxy.open() > 0 {
            assert!(start.elapsed() < Duration::from_secs(10), "{} connections are left", ground.proxy.open());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
