//! A server that is killed under load and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use amphi::prelude::*;

use super::ground::on_servers;
use super::models::{Account, check, fill, transfer};

on_servers! {
    /// Each connection may fail once for each death of the server; then it serves again, without a restart of ours.
    async fn a_killed_server_is_served_again_by_itself(ground, multi_thread) {
        const CONNECTIONS: u64 = 4;
        const DEATHS: u64 = 20;
        let db = AsyncDatabase::connect(&ground.url("max_connections=4&acquire_timeout=20000&connect_timeout=2000")).await.unwrap();
        fill(&db).await.unwrap();
        let (stop, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        // Errors of connections that were there, and of attempts to connect while the server was away.
        let (lost, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let clients: Vec<_> = (0..8_i64)
            .map(|client| {
                let (db, stop, served, lost, refused) =
                    (db.clone(), Arc::clone(&stop), Arc::clone(&served), Arc::clone(&lost), Arc::clone(&refused));
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        let start = Instant::now();
                        let done = if client % 2 == 0 {
                            transfer(&db, client + 1, client + 2, 1).await
                        } else {
                            Account::objects().a().all(&db).await.map(drop)
                        };
                        assert!(start.elapsed() < Duration::from_secs(30), "a call hung for {:?}", start.elapsed());
                        match done {
                            Ok(()) => {
                                served.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(Error::ConnectionLost { .. } | Error::CommitUnknown { .. } | Error::Interrupted) => {
                                lost.fetch_add(1, Ordering::Relaxed);
                            }
                            Err(Error::Connect { .. } | Error::Timeout { .. }) => {
                                refused.fetch_add(1, Ordering::Relaxed);
                                tokio::time::sleep(Duration::from_millis(20)).await;
                            }
                            Err(Error::Retryable { .. }) => {}
                            Err(error) => panic!("{error}: {error:?}"),
                        }
                    }
                })
            })
            .collect();
        let serves_again = async |before: u64, after: &str| {
            let start = Instant::now();
            while served.load(Ordering::Relaxed) < before + 16 {
                assert!(start.elapsed() < Duration::from_secs(30), "after {after} nothing was served for {:?}", start.elapsed());
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        serves_again(0, "the start").await;
        for death in 1..=DEATHS {
            ground.server.kill_9().unwrap();
            tokio::time::sleep(Duration::from_millis(30)).await;
            ground.server.restart().unwrap();
            let before = served.load(Ordering::Relaxed);
            serves_again(before, &format!("death {death}")).await;
        }
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            client.await.expect("no panic");
        }
        let (lost, refused) = (lost.load(Ordering::Relaxed), refused.load(Ordering::Relaxed));
        println!("{} served, {lost} lost with a connection, {refused} refused while the server was away", served.load(Ordering::Relaxed));
        assert!(lost <= CONNECTIONS * DEATHS, "{lost} errors for {CONNECTIONS} connections and {DEATHS} deaths");
        ground.comes_clean(&db, "the deaths").await;
        ground.serves_at_full_size(&db, 4, "the deaths").await;
        check(&db).await.unwrap();
        db.close().await;
    }
}
