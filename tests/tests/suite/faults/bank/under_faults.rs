//! The bank on a server: the network is cut, stalled and sliced, and the server dies.

use std::time::{Duration, Instant};

use amphi::prelude::*;
use amphi_servers::Kind;
use amphi_servers::proxy::{Close, Pace, Scope};

use super::clients::Clients;
use super::{audit, open};
use crate::faults::ground::{is_long, on_servers};
use amphi_tests::random::Random;

on_servers! {
    async fn the_bank_under_everything(ground, multi_thread) {
        let span = Duration::from_secs(if is_long() { 1_800 } else { 25 });
        let settings = "max_connections=10&acquire_timeout=20000&connect_timeout=2000&statement_timeout=3000";
        let db = AsyncDatabase::connect(&ground.url(settings)).await.unwrap();
        open(&db).await.unwrap();
        let options = match ground.server.kind() {
            Kind::Postgres => TransactionOptions::new().resolvable(),
            Kind::MariaDb => TransactionOptions::new(),
        };
        let mut random = Random::new("the bank", 11);
        let clients = Clients::start(&db, &mut random, 8, options);
        let start = Instant::now();
        let (mut cuts, mut stalls, mut slices, mut deaths) = (0, 0, 0, 0);
        while start.elapsed() < span {
            match random.below(10) {
                0..4 => {
                    cuts += 1;
                    ground.proxy.cut_all(if random.once_in(2) { Close::Reset } else { Close::Fin });
                }
                4..6 => {
                    stalls += 1;
                    ground.proxy.stall(Scope::ALL);
                    tokio::time::sleep(Duration::from_millis(random.below(400))).await;
                    ground.proxy.resume(Scope::ALL);
                }
                6..9 => {
                    slices += 1;
                    let bytes = usize::try_from(random.below(7)).unwrap_or(0) + 1;
                    ground.proxy.pace(Scope::ALL, Pace::full().slice(bytes, Duration::from_micros(50)));
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    ground.proxy.pace(Scope::ALL, Pace::full());
                }
                _ => {
                    deaths += 1;
                    ground.server.kill_9().unwrap();
                    tokio::time::sleep(Duration::from_millis(random.below(200))).await;
                    ground.server.restart().unwrap();
                }
            }
            // Something must be served between two faults.
            let before = clients.served();
            let since = Instant::now();
            while clients.served() < before + 20 {
                assert!(since.elapsed() < Duration::from_secs(60), "nothing is served for {:?}", since.elapsed());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        let served = clients.served();
        println!("{cuts} cuts, {stalls} stalls, {slices} times in slices, {deaths} deaths, {served} transfers in {span:?}");
        assert!(cuts > 0 && stalls > 0 && slices > 0 && deaths > 0, "{cuts} {stalls} {slices} {deaths}");
        let log = clients.stop().await;
        ground.comes_clean(&db, "the bank").await;
        audit(&db, &log).await;
        db.close().await;
    }
}
