//! Other processes at the same bank, which are killed at random. What they were told stands in a file that outlives them.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};

use amphi::prelude::*;

use super::clients::{Orders, retry, transfer};
use super::{Log, is_expected};
use amphi_tests::random::Random;

const URL: &str = "AMPHI_BANK_URL";
const LOG: &str = "AMPHI_BANK_LOG";
const CLIENT: &str = "AMPHI_BANK_CLIENT";

/// Whether this is one of the other processes.
pub fn is_child() -> bool {
    std::env::var_os(URL).is_some()
}

/// What another process does, until it is killed.
pub fn work() {
    let read = |name| std::env::var(name).expect("the parent says it");
    let client: i64 = read(CLIENT).parse().expect("a number");
    let mut log = File::options().append(true).create(true).open(read(LOG)).expect("the log opens");
    // In one call of the system each, so that a kill leaves no half of a line.
    let mut note = |what: &str, id: i64| log.write_all(format!("{what} {id}\n").as_bytes()).expect("the log takes a line");
    // The parent holds the other end of its input: without the parent nobody would end this process.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let db = Database::connect(&read(URL)).expect("the bank opens");
    let mut orders = Orders::new(Random::new("a process of the bank", client.unsigned_abs()), client);
    loop {
        let order = orders.next();
        note("begins", order.id);
        let told = match transfer(&db, retry(&order, TransactionOptions::new()), order) {
            Ok(_) => "committed",
            Err(error) if is_expected(&error) => "undone",
            Err(error) => panic!("{error}: {error:?}"),
        };
        note(told, order.id);
    }
}

/// Another process, and those that were in its place before.
pub struct Process {
    test: &'static str,
    url: String,
    log: PathBuf,
    child: Child,
}

impl Process {
    /// Starts it: the test of this name, run again by itself.
    pub fn start(test: &'static str, url: &str) -> Process {
        let client = next_client();
        let log = std::env::temp_dir().join(format!("amphi-bank-{}-{client}.log", std::process::id()));
        let child = spawn(test, url, &log, client);
        Process { test, url: url.to_owned(), log, child }
    }

    /// Kills it by the signal that cannot be caught, and starts another one.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.child = spawn(self.test, &self.url, &self.log, next_client());
    }

    fn kill(&mut self) {
        if let Some(status) = self.child.try_wait().expect("the process is ours") {
            panic!("a process of the bank ended by itself: {status}");
        }
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("the process is ours");
    }

    /// Ends it; what it and its predecessors were told.
    pub fn end(mut self) -> Log {
        self.kill();
        let written = std::fs::read_to_string(&self.log).expect("the log is there");
        let _ = std::fs::remove_file(&self.log);
        let mut log = Log::default();
        let mut begun = None;
        for line in written.lines() {
            let Some((what, id)) = line.split_once(' ') else { continue };
            let id: i64 = id.parse().expect("a number");
            match what {
                "begins" => {
                    // Its process was killed before it could tell.
                    log.unknown.extend(begun.replace(id).map(|id| (id, None)));
                }
                "committed" => log.acknowledged.extend(begun.take()),
                _ => log.rolled_back.extend(begun.take()),
            }
        }
        log.unknown.extend(begun.map(|id| (id, None)));
        assert!(!log.acknowledged.is_empty(), "a process did nothing");
        log
    }
}

/// Numbers that no client of the test's own process has.
fn next_client() -> i64 {
    static NEXT: AtomicI64 = AtomicI64::new(1_000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn spawn(test: &str, url: &str, log: &std::path::Path, client: i64) -> Child {
    let program = std::env::current_exe().expect("this program has a path");
    Command::new(program)
        .args(["--exact", test, "--include-ignored", "--test-threads=1"])
        .envs([(URL, url), (CLIENT, &client.to_string())])
        .env(LOG, log)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the process starts")
}
