//! A server that is there and says nothing.

use std::time::{Duration, Instant};

use amphi::prelude::*;

use super::ground::on_servers;
use super::models::{Account, check, fill, transfer};

on_servers! {
    /// Each caller has its deadline, and when the server goes on nothing is lost.
    async fn a_frozen_server_is_a_timeout_for_each_caller(ground, multi_thread) {
        // Long enough that a machine which is busy does not end a statement of a server that answers.
        let options = "max_connections=4&statement_timeout=1500&connect_timeout=1500&acquire_timeout=1500&release_timeout=1500";
        let db = AsyncDatabase::connect(&ground.url(options)).await.unwrap();
        fill(&db).await.unwrap();
        ground.serves_at_full_size(&db, 4, "the start").await;
        for round in 0..3 {
            ground.server.pause().unwrap();
            let callers: Vec<_> = (0..12_i64)
                .map(|caller| {
                    let db = db.clone();
                    tokio::spawn(async move {
                        let start = Instant::now();
                        let done = match caller % 3 {
                            0 => transfer(&db, caller + 1, caller + 2, 1).await,
                            1 => Account::objects().a().all(&db).await.map(drop),
                            _ => {
                                let mut rows = Account::objects().a().stream(&db);
                                rows.try_next().await.map(drop)
                            }
                        };
                        (done, start.elapsed())
                    })
                })
                .collect();
            for caller in callers {
                let (done, took) = caller.await.expect("no panic");
                match done {
                    Err(Error::Timeout { .. } | Error::PoolExhausted { .. } | Error::Connect { .. } | Error::ConnectionLost { .. }) => {}
                    other => panic!("round {round}: {other:?}"),
                }
                assert!(took < Duration::from_secs(8), "round {round}: a caller waited for {took:?}");
            }
            ground.server.resume().unwrap();
            let after = format!("freeze {round}");
            ground.comes_clean(&db, &after).await;
            ground.serves_at_full_size(&db, 4, &after).await;
            check(&db).await.unwrap();
        }
        db.close().await;
    }

    /// So does a network that swallows what is sent.
    async fn a_silent_network_is_a_timeout_too(ground, current_thread) {
        let options = "max_connections=3&statement_timeout=1500&connect_timeout=1500&acquire_timeout=1500&release_timeout=1500";
        let db = AsyncDatabase::connect(&ground.url(options)).await.unwrap();
        fill(&db).await.unwrap();
        ground.serves_at_full_size(&db, 3, "the start").await;
        ground.proxy.stall(amphi_servers::proxy::Scope::ALL);
        for _ in 0..5 {
            let start = Instant::now();
            let done = Account::objects().a().all(&db).await;
            assert!(matches!(done, Err(Error::Timeout { .. } | Error::PoolExhausted { .. })), "{done:?}");
            assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
        }
        // The connections that were cut off have their bytes delivered now; nobody reads them any more.
        ground.proxy.heal().unwrap();
        ground.comes_clean(&db, "the silence").await;
        ground.serves_at_full_size(&db, 3, "the silence").await;
        check(&db).await.unwrap();
        db.close().await;
    }
}
