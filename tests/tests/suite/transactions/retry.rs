//! Transactions that are done again.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Account, Opened, of};
use amphi_tests::support::{Place, Scratch, TempFile};

#[everywhere]
async fn only_what_the_database_gave_up_is_done_again(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let calls = AtomicU32::new(0);
    let outcome = db
        .atomic_retry(Retry::new(), async |tx: &AsyncTransaction| {
            assert_eq!(calls.fetch_add(1, Ordering::Relaxed), 0);
            assert_eq!(tx.attempt(), 1);
            of("Ada").a().delete(tx).await?;
            Err::<(), _>(Error::DoesNotExist { model: "Account" })
        })
        .await;
    assert!(matches!(outcome, Err(Error::DoesNotExist { .. })), "{outcome:?}");
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    let outcome = db
        .atomic_retry(Retry::new(), async |tx: &AsyncTransaction| {
            calls.fetch_add(1, Ordering::Relaxed);
            Account::create().owner("Ada").balance(0).a().insert(tx).await
        })
        .await;
    assert!(outcome.unwrap_err().is_unique_violation());
    assert_eq!(calls.load(Ordering::Relaxed), 2);
    assert_eq!(Account::objects().a().count(&db).await?, 2);
    Ok(())
}

/// Moves one from one account to the other, in an order that makes two of these wait for each other.
fn transfer(tx: &Transaction, from: &str, to: &str, both: &Barrier) -> Result<u32, Error> {
    of(from).update(Account::balance.set(Account::balance - 1), tx)?;
    if tx.attempt() == 1 {
        both.wait();
    }
    of(to).update(Account::balance.set(Account::balance + 1), tx)?;
    Ok(tx.attempt())
}

fn deadlocked(place: Place) {
    let scratch = Scratch::new(place);
    let db = Database::connect(&scratch.url()).expect("a fresh database opens");
    db.open_accounts().expect("it takes accounts");
    let both = Arc::new(Barrier::new(2));
    let threads = [("Ada", "Bob"), ("Bob", "Ada")].map(|(from, to)| {
        let (db, both) = (db.clone(), both.clone());
        std::thread::spawn(move || db.atomic_retry(Retry::new(), |tx| transfer(tx, from, to, &both)))
    });
    let attempts = threads.map(|thread| thread.join().expect("no panic").expect("it is done in the end"));
    assert!(attempts.iter().any(|attempt| *attempt > 1), "{attempts:?}");
    let balances = Account::objects().values(Account::balance).all(&db).expect("a read works");
    assert_eq!(balances, [100, 100]);
    db.close();
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn a_deadlock_is_done_again_on_postgres() {
    deadlocked(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn a_deadlock_is_done_again_on_mysql() {
    deadlocked(Place::mysql);
}

/// Two that read what the other writes: PostgreSQL finds out at the commit.
#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn a_conflict_of_serializable_ones_is_done_again() -> Result<(), Error> {
    let scratch = Scratch::new(Place::postgres);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await?;
        db.open_accounts().await?;
        let both = Arc::new(tokio::sync::Barrier::new(2));
        let runs = Arc::new(AtomicU32::new(0));
        let tasks = [("Ada", "Bob"), ("Bob", "Ada")].map(|(mine, other)| {
            let (db, both, runs) = (db.clone(), both.clone(), runs.clone());
            tokio::spawn(async move {
                let retry = Retry::new().options(TransactionOptions::new().isolation(Isolation::Serializable));
                db.atomic_retry(retry, async |tx: &AsyncTransaction| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    let seen = of(other).a().get(tx).await?.balance;
                    if tx.attempt() == 1 {
                        both.wait().await;
                    }
                    // An inner closure does not hide the conflict.
                    tx.atomic(async |tx: &AsyncTransaction| of(mine).a().update(Account::balance.set(seen + 1), tx).await).await
                })
                .await
            })
        });
        for task in tasks {
            assert_eq!(task.await.expect("no panic")?, 1);
        }
        assert!(runs.load(Ordering::Relaxed) > 2, "one was done again");
        let mut balances = Account::objects().values(Account::balance).a().all(&db).await?;
        balances.sort_unstable();
        assert_eq!(balances, [101, 102], "as one after the other");
        db.close().await;
        Ok(())
    })
}

#[test]
fn a_locked_file_is_tried_again() -> Result<(), Error> {
    let file = TempFile::unused();
    let db = Database::connect(&format!("{}&busy_timeout=10", file.url()))?;
    db.open_accounts()?;
    let other = rusqlite::Connection::open(file.path()).expect("another process opens the file");
    other.execute_batch("BEGIN IMMEDIATE").expect("and locks it");
    let few = Retry::new().attempts(3).pauses(Duration::from_millis(1), Duration::from_millis(5));
    let calls = AtomicU32::new(0);
    let outcome = db.atomic_retry(few, |tx| {
        calls.fetch_add(1, Ordering::Relaxed);
        of("Ada").delete(tx)
    });
    assert!(matches!(outcome, Err(Error::Busy)), "{outcome:?}");
    assert_eq!(calls.into_inner(), 0, "it never began");
    let out_of_time = Retry::new().attempts(u32::MAX).within(Duration::from_millis(100));
    let outcome = db.atomic_retry(out_of_time, |tx| of("Ada").delete(tx));
    assert!(matches!(outcome, Err(Error::Busy)), "{outcome:?}");
    let (begins, begun) = std::sync::mpsc::channel();
    let waiting = std::thread::spawn({
        let db = db.clone();
        move || {
            begins.send(()).expect("the test waits for it");
            db.atomic_retry(Retry::new().attempts(10_000), |tx| of("Ada").delete(tx).map(|_| tx.attempt()))
        }
    });
    begun.recv().expect("the thread runs");
    std::thread::sleep(Duration::from_millis(200));
    other.execute_batch("COMMIT").expect("the other process ends");
    let attempt = waiting.join().expect("no panic")?;
    assert!(attempt > 1, "{attempt}");
    Ok(())
}

/// SQLite's own conflict: who read before another process wrote cannot write any more, and begins anew.
#[test]
fn a_snapshot_that_is_too_old_is_done_again() -> Result<(), Error> {
    let file = TempFile::unused();
    let db = Database::connect(&file.url())?;
    db.open_accounts()?;
    let other = rusqlite::Connection::open(file.path()).expect("another process opens the file");
    let retry = Retry::new().options(TransactionOptions::new().sqlite(amphi::transaction::SqliteBegin::Deferred));
    let attempt = db.atomic_retry(retry, |tx| {
        let seen = of("Ada").get(tx)?.balance;
        if tx.attempt() == 1 {
            other.execute_batch("UPDATE account SET balance = balance + 10").expect("the other process writes");
        }
        of("Ada").update(Account::balance.set(seen + 1), tx)?;
        Ok::<_, Error>(tx.attempt())
    })?;
    assert_eq!(attempt, 2);
    assert_eq!(of("Ada").get(&db)?.balance, 111);
    Ok(())
}

/// Who waits for the only connection has it between two attempts.
#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn the_connection_is_free_between_two_attempts() -> Result<(), Error> {
    let scratch = Scratch::new(Place::postgres);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let others = AsyncDatabase::connect(&scratch.url()).await?;
        others.open_accounts().await?;
        let db = AsyncDatabase::connect(&scratch.url().replace("max_connections=4", "max_connections=1")).await?;
        let (served, waiting) = (AtomicU32::new(0), std::sync::Mutex::new(None));
        let retry = Retry::new().options(TransactionOptions::new().isolation(Isolation::Serializable));
        let attempt = db
            .atomic_retry(retry, async |tx: &AsyncTransaction| {
                let seen = of("Ada").a().get(tx).await?.balance;
                if tx.attempt() == 1 {
                    let waiter = tokio::spawn({
                        let db = db.clone();
                        async move { Account::objects().a().count(&db).await }
                    });
                    // It stands in the queue before the conflict is found.
                    while db.metrics().waiting == 0 {
                        tokio::task::yield_now().await;
                    }
                    *waiting.lock().unwrap() = Some(waiter);
                    of("Ada").a().update(Account::balance.set(7), &others).await?;
                } else {
                    let waiter = waiting.lock().unwrap().take().expect("the first attempt began it");
                    served.store(u32::from(waiter.is_finished()), Ordering::Relaxed);
                }
                of("Ada").a().update(Account::balance.set(seen + 1), tx).await?;
                Ok::<_, Error>(tx.attempt())
            })
            .await?;
        assert_eq!((attempt, served.into_inner()), (2, 1));
        assert_eq!(of("Ada").a().get(&others).await?.balance, 8);
        db.close().await;
        others.close().await;
        Ok(())
    })
}
