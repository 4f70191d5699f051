//! The clients of the bank: half of them threads, half of them tasks, on the same database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use amphi::prelude::*;

use super::{ACCOUNTS, Account, BALANCE, Log, Order, Transfer, is_expected, sum};
use amphi_tests::random::Random;

/// Moves the money, in either mode: `transfer!(tx, order)` in blocking code, `transfer!(tx, order, a await)` in async code.
macro_rules! transfer {
    ($tx:expr, $order:expr $(, $a:ident $await:tt)?) => {{
        let (tx, order) = ($tx, $order);
        let account = |id: i64| Account::objects().filter(Account::id.eq(id));
        if order.serializable {
            let source = account(order.source)$(.$a())?.get(tx)$(.$await)??;
            if source.balance < order.amount {
                return Err(Error::InvalidQuery("the account is empty"));
            }
            let target = account(order.target)$(.$a())?.get(tx)$(.$await)??;
            account(order.source)$(.$a())?.update(Account::balance.set(source.balance - order.amount), tx)$(.$await)??;
            account(order.target)$(.$a())?.update(Account::balance.set(target.balance + order.amount), tx)$(.$await)??;
        } else {
            // In the order of the keys, so that no two wait for each other.
            let keys = [order.source.min(order.target), order.source.max(order.target)];
            for id in keys {
                let locked = account(id).select_for_update()$(.$a())?.get(tx)$(.$await)??;
                if id == order.source && locked.balance < order.amount {
                    return Err(Error::InvalidQuery("the account is empty"));
                }
            }
            for id in keys {
                let change = if id == order.source { -order.amount } else { order.amount };
                account(id)$(.$a())?.update(Account::balance.set(Account::balance + change), tx)$(.$await)??;
            }
        }
        let row = Transfer {
            id: order.id,
            source: ForeignKey::new(order.source),
            target: ForeignKey::new(order.target),
            amount: order.amount,
        };
        New::with_key(row)$(.$a())?.insert(tx)$(.$await)??;
        Ok(tx.attempt())
    }};
}

/// Runs the orders that blocking code gives.
pub fn transfer(db: &Database, retry: Retry, order: Order) -> Result<u32, Error> {
    db.atomic_retry(retry, |tx| transfer!(tx, order))
}

/// And those of async code.
pub async fn transfer_async(db: &AsyncDatabase, retry: Retry, order: Order) -> Result<u32, Error> {
    db.atomic_retry(retry, async |tx: &AsyncTransaction| transfer!(tx, order, a await)).await
}

/// How a transaction of this order is begun.
pub fn retry(order: &Order, options: TransactionOptions) -> Retry {
    let options = if order.serializable { options.isolation(Isolation::Serializable) } else { options };
    Retry::new().attempts(20).within(Duration::from_secs(20)).options(options)
}

/// The orders of one client, without end.
pub struct Orders {
    random: Random,
    next: i64,
}

impl Orders {
    pub fn new(random: Random, client: i64) -> Orders {
        Orders { random, next: client * 1_000_000_000 }
    }

    pub fn next(&mut self) -> Order {
        self.next += 1;
        let source = self.random.between(1, ACCOUNTS);
        let target = (source + self.random.between(0, ACCOUNTS - 2)) % ACCOUNTS + 1;
        let amount = self.random.between(1, BALANCE / 4);
        Order { id: self.next, source, target, amount, serializable: self.random.once_in(2) }
    }
}

/// The clients at work.
pub struct Clients {
    stop: Arc<AtomicBool>,
    served: Arc<AtomicU64>,
    threads: Vec<JoinHandle<Log>>,
    tasks: Vec<tokio::task::JoinHandle<Log>>,
    /// Who looks at the sum all the time, and how often it did.
    auditor: tokio::task::JoinHandle<u64>,
}

impl Clients {
    /// Sends in so many threads and so many tasks. Transactions begin with these options.
    pub fn start(db: &AsyncDatabase, random: &mut Random, each: i64, options: TransactionOptions) -> Clients {
        let (stop, served) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let threads = (0..each)
            .map(|client| {
                let (db, stop, served) = (db.blocking(), stop.clone(), served.clone());
                let mut orders = Orders::new(random.fork(), client + 1);
                std::thread::spawn(move || {
                    let mut log = Log::default();
                    while !stop.load(Ordering::Relaxed) {
                        let order = orders.next();
                        let start = Instant::now();
                        let outcome = transfer(&db, retry(&order, options), order);
                        assert!(start.elapsed() < Duration::from_secs(60), "a transfer hung for {:?}", start.elapsed());
                        rest(&outcome, std::thread::sleep);
                        served.fetch_add(u64::from(outcome.is_ok()), Ordering::Relaxed);
                        log.note(order.id, outcome);
                    }
                    log
                })
            })
            .collect();
        let tasks = (0..each)
            .map(|client| {
                let (db, stop, served) = (db.clone(), stop.clone(), served.clone());
                let mut random = random.fork();
                let mut orders = Orders::new(random.fork(), each + client + 1);
                tokio::spawn(async move {
                    let mut log = Log::default();
                    while !stop.load(Ordering::Relaxed) {
                        let order = orders.next();
                        let limit = match random.once_in(4) {
                            true => Duration::from_micros(random.below(20_000)),
                            false => Duration::from_secs(60),
                        };
                        match tokio::time::timeout(limit, transfer_async(&db, retry(&order, options), order)).await {
                            Ok(outcome) => {
                                let mut pause = Duration::ZERO;
                                rest(&outcome, |span| pause = span);
                                tokio::time::sleep(pause).await;
                                served.fetch_add(u64::from(outcome.is_ok()), Ordering::Relaxed);
                                log.note(order.id, outcome);
                            }
                            // Dropped at a random moment: it is there or not, as a whole.
                            Err(_) => {
                                assert!(limit < Duration::from_secs(60), "a transfer hung");
                                log.unknown.push((order.id, None));
                            }
                        }
                    }
                    log
                })
            })
            .collect();
        let auditor = tokio::spawn({
            let (db, stop) = (db.clone(), stop.clone());
            async move {
                let mut looks = 0;
                while !stop.load(Ordering::Relaxed) {
                    match sum(&db).await {
                        Ok(sum) => {
                            looks += 1;
                            assert_eq!(sum, ACCOUNTS * BALANCE, "money came or went");
                        }
                        Err(error) if is_expected(&error) => {}
                        Err(error) => panic!("{error}: {error:?}"),
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                looks
            }
        });
        Clients { stop, served, threads, tasks, auditor }
    }

    /// How many transfers were acknowledged.
    pub fn served(&self) -> u64 {
        self.served.load(Ordering::Relaxed)
    }

    /// Calls them back; what they were told.
    pub async fn stop(self) -> Log {
        self.stop.store(true, Ordering::Relaxed);
        let mut log = Log::default();
        for task in self.tasks {
            log.extend(task.await.expect("no panic"));
        }
        for thread in self.threads {
            let client = tokio::task::spawn_blocking(move || thread.join()).await.expect("the wait ends");
            log.extend(client.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        let looks = self.auditor.await.expect("no panic");
        println!(
            "{} acknowledged, {} rolled back, {} unknown, {} done again, the sum was looked at {looks} times",
            log.acknowledged.len(),
            log.rolled_back.len(),
            log.unknown.len(),
            log.retries
        );
        assert!(looks > 0, "nobody could look at the sum");
        log
    }
}

/// Gives a server that is away a moment to come back.
fn rest(outcome: &Result<u32, Error>, pause: impl FnOnce(Duration)) {
    if matches!(outcome, Err(Error::Connect { .. } | Error::ConnectionLost { .. })) {
        pause(Duration::from_millis(20));
    }
}
