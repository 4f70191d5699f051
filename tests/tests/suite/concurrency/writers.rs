//! Threads and tasks that write to one database: none sees an error, and the sums are right.

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use amphi::prelude::*;

use super::{Account, Entry, multi_thread};
use amphi_tests::random::Random;
use amphi_tests::support::TempFile;

const WORKERS: i64 = 8;
const ACCOUNTS: i64 = 10;
const WEALTH: i64 = 1_000;

/// How long each test of writers lasts.
fn duration() -> Duration {
    let seconds = std::env::var("AMPHI_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs(seconds.unwrap_or(5))
}

/// What a worker wrote.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
struct Tally {
    rows: u64,
    sum: i64,
}

impl Tally {
    fn add(&mut self, amount: i64) {
        self.rows += 1;
        self.sum += amount;
    }
}

/// What a transaction ended with when it was not to be committed.
#[derive(Debug)]
enum Stop {
    OnPurpose,
    Failed(#[expect(dead_code, reason = "for a message")] Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error)
    }
}

fn open_accounts(db: &Database) {
    db.create_tables(models![Entry, Account]).unwrap();
    Account::objects().bulk_create((0..ACCOUNTS).map(|_| Account::create().balance(WEALTH)), db).unwrap();
}

/// What all workers wrote is there, and nothing else.
fn assert_sums(db: &Database, tallies: &[Tally]) {
    let mut found: HashMap<i64, Tally> = HashMap::new();
    for entry in Entry::objects().iter(db).unwrap() {
        let entry = entry.unwrap();
        found.entry(entry.owner).or_default().add(entry.amount);
    }
    for (worker, tally) in tallies.iter().enumerate() {
        assert!(tally.rows > 0, "worker {worker} came to nothing");
        assert_eq!(found.get(&i64::try_from(worker).unwrap()), Some(tally), "worker {worker}");
    }
    assert_eq!(found.len(), tallies.len());
    let balances = Account::objects().values(Account::balance).all(db).unwrap();
    assert_eq!(balances.iter().sum::<i64>(), ACCOUNTS * WEALTH);
    println!("{} rows written", tallies.iter().map(|tally| tally.rows).sum::<u64>());
}

/// A worker of blocking code: no call may fail.
fn work(db: &Database, worker: i64, mut random: Random, until: Instant) -> Tally {
    let mut tally = Tally::default();
    while Instant::now() < until {
        let amount = random.between(-100, 100);
        match random.below(10) {
            0..=4 => {
                Entry::create().owner(worker).amount(amount).insert(db).unwrap();
                tally.add(amount);
            }
            5 | 6 => {
                let (from, to) = (random.between(1, ACCOUNTS), random.between(1, ACCOUNTS));
                let moved = db.atomic(|tx| {
                    let account = |id| Account::objects().filter(Account::id.eq(id));
                    account(from).update(Account::balance.set(Account::balance - amount), tx)?;
                    Entry::create().owner(worker).amount(amount).insert(tx)?;
                    account(to).update(Account::balance.set(Account::balance + amount), tx)?;
                    Ok::<_, Error>(())
                });
                moved.unwrap();
                tally.add(amount);
            }
            7 => {
                let undone = db.atomic(|tx| {
                    Entry::create().owner(worker).amount(amount).insert(tx)?;
                    Account::objects().update(Account::balance.set(0), tx)?;
                    Err::<(), _>(Stop::OnPurpose)
                });
                assert!(matches!(undone, Err(Stop::OnPurpose)), "{undone:?}");
            }
            8 => {
                let balances = Account::objects().values(Account::balance).all(db).unwrap();
                assert_eq!(balances.iter().sum::<i64>(), ACCOUNTS * WEALTH, "a read sees whole transactions");
            }
            _ => {
                let own = Entry::objects().filter(Entry::owner.eq(worker)).count(db).unwrap();
                assert_eq!(own, tally.rows, "a read sees what its own writer committed");
            }
        }
    }
    tally
}

/// The same, of async code.
async fn work_async(db: AsyncDatabase, worker: i64, mut random: Random, until: Instant) -> Tally {
    let mut tally = Tally::default();
    while Instant::now() < until {
        let amount = random.between(-100, 100);
        match random.below(10) {
            0..=4 => {
                Entry::create().owner(worker).amount(amount).a().insert(&db).await.unwrap();
                tally.add(amount);
            }
            5 | 6 => {
                let (from, to) = (random.between(1, ACCOUNTS), random.between(1, ACCOUNTS));
                let moved = db.atomic(async |tx| {
                    let account = |id| Account::objects().filter(Account::id.eq(id)).a();
                    account(from).update(Account::balance.set(Account::balance - amount), tx).await?;
                    Entry::create().owner(worker).amount(amount).a().insert(tx).await?;
                    account(to).update(Account::balance.set(Account::balance + amount), tx).await?;
                    Ok::<_, Error>(())
                });
                moved.await.unwrap();
                tally.add(amount);
            }
            7 => {
                let undone = db.atomic(async |tx| {
                    Entry::create().owner(worker).amount(amount).a().insert(tx).await?;
                    Account::objects().a().update(Account::balance.set(0), tx).await?;
                    Err::<(), _>(Stop::OnPurpose)
                });
                let undone = undone.await;
                assert!(matches!(undone, Err(Stop::OnPurpose)), "{undone:?}");
            }
            8 => {
                let balances = Account::objects().values(Account::balance).a().all(&db).await.unwrap();
                assert_eq!(balances.iter().sum::<i64>(), ACCOUNTS * WEALTH, "a read sees whole transactions");
            }
            _ => {
                let own = Entry::objects().filter(Entry::owner.eq(worker)).a().count(&db).await.unwrap();
                assert_eq!(own, tally.rows, "a read sees what its own writer committed");
            }
        }
    }
    tally
}

/// Threads and tasks, spread over connections, write to one file.
fn write_at_once(seed: u64, connections: usize, threads: bool, tasks: bool) {
    let mut random = Random::new("writers", seed);
    let file = TempFile::unused();
    let url = format!("sqlite://{}", file.path().display());
    let dbs: Vec<Database> = (0..connections).map(|_| Database::connect(&url).unwrap()).collect();
    open_accounts(&dbs[0]);
    let until = Instant::now() + duration();
    let runtime = multi_thread();
    let mut workers: Vec<Box<dyn FnOnce() -> Tally>> = Vec::new();
    for worker in 0..WORKERS {
        let (db, random) = (dbs[usize::try_from(worker).unwrap() % connections].clone(), random.fork());
        if threads && (!tasks || worker % 4 < 2) {
            let thread = thread::spawn(move || work(&db, worker, random, until));
            workers.push(Box::new(move || thread.join().unwrap()));
        } else {
            let task = runtime.spawn(work_async(db.a(), worker, random, until));
            let handle = runtime.handle().clone();
            workers.push(Box::new(move || handle.block_on(task).unwrap()));
        }
    }
    let tallies: Vec<Tally> = workers.into_iter().map(|worker| worker()).collect();
    for db in &dbs {
        assert_sums(db, &tallies);
    }
}

#[test]
fn eight_threads_write_at_once() {
    write_at_once(1, 1, true, false);
}

#[test]
fn eight_tasks_write_at_once() {
    write_at_once(2, 1, false, true);
}

#[test]
fn eight_threads_write_through_two_connects() {
    write_at_once(3, 2, true, false);
}

#[test]
fn eight_tasks_write_through_two_connects() {
    write_at_once(4, 2, false, true);
}

#[test]
fn threads_and_tasks_write_through_three_connects() {
    write_at_once(5, 3, true, true);
}

#[test]
fn a_database_in_memory_serves_threads_and_tasks_at_once() {
    let db = Database::connect("sqlite::memory:").unwrap();
    let other = Database::connect("sqlite::memory:").unwrap();
    open_accounts(&db);
    let mut random = Random::new("in memory", 6);
    let until = Instant::now() + duration() / 4;
    let runtime = multi_thread();
    let threads: Vec<_> = (0..4)
        .map(|worker| {
            let (db, random) = (db.clone(), random.fork());
            thread::spawn(move || work(&db, worker, random, until))
        })
        .collect();
    let tasks: Vec<_> = (4..8).map(|worker| runtime.spawn(work_async(db.clone().a(), worker, random.fork(), until))).collect();
    let mut tallies: Vec<Tally> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    for task in tasks {
        tallies.push(runtime.block_on(task).unwrap());
    }
    let last = db.clone();
    drop(db);
    assert_sums(&last, &tallies);
    assert!(Entry::objects().count(&other).is_err(), "another database in memory is another database");
}
