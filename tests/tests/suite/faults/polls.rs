//! Every operation, dropped at its polls: while each byte of the network comes alone, and while SQLite is at work.

use std::time::Duration;

use amphi::prelude::*;
use amphi_servers::proxy::{Pace, Proxy, Scope};

use super::file::FileGround;
use super::ground::{Ground, Witness, is_long, on_servers};
use super::models::{Account, Entry, check, fill, transfer};
use super::operations::{OPERATIONS, operate};
use amphi_tests::futures::{current_thread, polled_then_left};

/// How often a drop is looked at by itself.
const LOOK: u64 = 10;

/// Drops each operation after so many polls, in steps until it comes to its end, and looks what was left behind.
///
/// `pace` makes the answers come as slowly as they can, or at full speed again, and after the last poll a future is left alone for each of
/// the `delays`.
async fn dropped_at_every_poll(
    db: &AsyncDatabase,
    url: &str,
    witness: &impl Witness,
    stride: u64,
    delays: &[Duration],
    pace: impl Fn(bool),
) {
    fill(db).await.unwrap();
    transfer(db, 4, 5, 1).await.unwrap();
    for name in OPERATIONS {
        operate(name, db, url).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let (mut times, mut drops) = (0, 0_u64);
        'polls: loop {
            for delay in delays {
                pace(true);
                let done = polled_then_left(times, *delay, operate(name, db, url)).await;
                // What was dropped is brought to its end at full speed: where it was dropped is what matters.
                pace(false);
                match done {
                    None => drops += 1,
                    Some(Ok(())) => break 'polls,
                    Some(Err(error)) => panic!("{name} after {times} polls: {error}"),
                }
                let after = format!("{name} dropped after {times} polls");
                witness.comes_back(db, &after).await;
                if drops.is_multiple_of(LOOK) {
                    witness.comes_clean(db, &after).await;
                }
            }
            times += stride;
        }
        let after = format!("{name}, of {times} polls");
        println!("{after}, {drops} drops");
        witness.comes_clean(db, &after).await;
        witness.serves_at_full_size(db, &after).await;
        Account::objects().filter(Account::name.eq("new")).a().delete(db).await.unwrap();
        if *name == "save" {
            // The balance that it wrote does not fit the entries.
            let entries = Entry::objects().filter(Entry::account.eq(1)).values(Entry::amount);
            let entered: i64 = entries.a().all(db).await.unwrap().iter().sum();
            let one = Account::objects().filter(Account::id.eq(1));
            one.a().update(Account::balance.set(1_000 + entered), db).await.unwrap();
        }
        check(db).await.unwrap();
    }
}

impl Witness for Ground {
    async fn comes_clean(&self, db: &AsyncDatabase, after: &str) {
        Ground::comes_clean(self, db, after).await;
    }

    async fn serves_at_full_size(&self, db: &AsyncDatabase, after: &str) {
        Ground::serves_at_full_size(self, db, 2, after).await;
    }
}

on_servers! {
    /// A connection that was abandoned comes clean or goes, whatever was on the wire.
    async fn an_operation_dropped_at_any_poll_leaves_nothing_behind(ground, current_thread) {
        // On the same thread as the client, so that each byte is a wake-up of its own without any wait.
        let proxy = Proxy::start(ground.server.address()).unwrap();
        let url = format!("{}?max_connections=2", ground.server.url_at(proxy.port()));
        let db = AsyncDatabase::connect(&url).await.unwrap();
        let single = Pace::full().slice(1, Duration::ZERO);
        let pace = |slow: bool| proxy.pace(Scope::ALL, if slow { single } else { Pace::full() });
        // A quick run takes every third poll.
        let stride = if is_long() { 1 } else { 3 };
        dropped_at_every_poll(&db, &url, &ground, stride, &[Duration::ZERO], pace).await;
        db.close().await;
    }
}

/// What a session is at when nobody waits for it any more depends on the time that it had.
#[test]
fn an_operation_dropped_at_any_poll_leaves_nothing_behind_in_a_file() {
    let delays = [0, 3, 10, 30, 60, 100, 200, 500].map(Duration::from_micros);
    let rounds = if is_long() { 50 } else { 3 };
    let delays: Vec<Duration> = std::iter::repeat_n(delays, rounds).flatten().collect();
    current_thread().block_on(async {
        let ground = FileGround::new();
        let url = ground.url("readers=2");
        let db = AsyncDatabase::connect(&url).await.unwrap();
        dropped_at_every_poll(&db, &url, &ground, 1, &delays, |_| ()).await;
        db.close().await;
    });
}
