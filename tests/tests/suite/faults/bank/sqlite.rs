//! The bank in a file: threads, tasks and other processes at once, of which some are killed.

use std::time::{Duration, Instant};

use amphi::prelude::*;

use super::clients::Clients;
use super::processes::{Process, is_child, work};
use super::{audit, open};
use crate::faults::ground::is_long;
use amphi_tests::futures::multi_thread;
use amphi_tests::random::Random;
use amphi_tests::support::TempFile;

const NAME: &str = "faults::bank::sqlite::the_bank_in_a_file";

#[test]
#[ignore = "takes half a minute; `tests/run` asks for it"]
fn the_bank_in_a_file() {
    if is_child() {
        return work();
    }
    multi_thread().block_on(async {
        let span = Duration::from_secs(if is_long() { 1_800 } else { 25 });
        let kills = if is_long() { 2_000 } else { 40 };
        let file = TempFile::unused();
        // A process that is killed loses nothing that the system has taken.
        let url = format!("{}&busy_timeout=20000&acquire_timeout=20000", file.url());
        let db = AsyncDatabase::connect(&url).await.unwrap();
        open(&db).await.unwrap();
        let mut random = Random::new("the bank in a file", 13);
        let clients = Clients::start(&db, &mut random, 8, TransactionOptions::new());
        let mut processes: Vec<Process> = (0..3).map(|_| Process::start(NAME, &url)).collect();
        let start = Instant::now();
        let mut killed = 0;
        while start.elapsed() < span || killed < kills {
            tokio::time::sleep(Duration::from_millis(random.below(300) + 50)).await;
            let at = usize::try_from(random.below(3)).unwrap_or(0);
            if let Some(process) = processes.get_mut(at) {
                process.kill_and_restart();
                killed += 1;
            }
        }
        println!("{killed} processes killed");
        let mut log = clients.stop().await;
        for process in processes {
            log.extend(process.end());
        }
        audit(&db, &log).await;
        let sound = rusqlite::Connection::open(file.path()).expect("the file opens");
        let sound: String = sound.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("the check runs");
        assert_eq!(sound, "ok");
        db.close().await;
    });
}
