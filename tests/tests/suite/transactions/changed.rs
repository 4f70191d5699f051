//! A row that others changed since a transaction of MariaDB read it: with `innodb_snapshot_isolation` (MariaDB 10.6.18, 10.11.8 and later)
//! the server gives the transaction up in place of letting it write over what it has not seen.

use std::sync::atomic::{AtomicU32, Ordering};

use amphi::prelude::*;

use super::{Account, Opened, of};
use amphi_tests::futures::current_thread;
use amphi_tests::support::{Place, Scratch};

/// A row of it makes its session a strict one: a trigger sets the variable, which no URL can.
#[derive(Model, Debug, Clone)]
struct Strict {
    id: i64,
    reason: String,
}

const REPEATABLE: TransactionOptions = TransactionOptions::new().isolation(Isolation::RepeatableRead);

/// A fresh database with the accounts and the trigger.
fn scratch() -> Scratch {
    let scratch = Scratch::new(Place::mysql);
    let db = Database::connect(&scratch.url()).expect("a fresh database opens");
    db.open_accounts().expect("it takes accounts");
    db.create_tables(models![Strict]).expect("it takes another table");
    scratch
        .script("CREATE TRIGGER strict_session BEFORE INSERT ON strict FOR EACH ROW SET SESSION innodb_snapshot_isolation = ON");
    db.close();
    scratch
}

#[track_caller]
fn assert_changed<T: std::fmt::Debug>(outcome: &Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::Retryable { code, .. }) if code == "1020"), "{outcome:?}");
}

type Change = fn(&Transaction) -> Result<(), Error>;

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn a_row_that_changed_ends_the_transaction() -> Result<(), Error> {
    let scratch = scratch();
    let db = Database::connect(&scratch.url())?;
    // By a write, by a lock, and in a savepoint, which does not save it.
    let kinds: [Change; 3] = [
        |tx| of("Ada").update(Account::balance.set(Account::balance + 1), tx).map(drop),
        |tx| of("Ada").select_for_update().get(tx).map(drop),
        |tx| tx.atomic(|tx| of("Ada").delete(tx).map(drop)),
    ];
    for (kind, change) in kinds.into_iter().enumerate() {
        let tx = db.begin_with(REPEATABLE)?;
        Strict::create().reason("a trial").insert(&tx)?;
        let seen = of("Ada").get(&tx)?.balance;
        db.atomic(|other| of("Ada").update(Account::balance.set(Account::balance + 10), other))?;
        assert_eq!(of("Ada").get(&tx)?.balance, seen, "the snapshot stays");
        assert_changed(&change(&tx));
        let after: [Result<(), Error>; 5] = [
            of("Ada").get(&tx).map(drop),
            of("Bob").update(Account::balance.set(0), &tx).map(drop),
            Account::create().owner("Eve").balance(1).insert(&tx).map(drop),
            tx.atomic(|tx| Account::create().owner("Eve").balance(1).insert(tx)).map(drop),
            tx.savepoint().map(drop),
        ];
        for after in after {
            assert!(matches!(after, Err(Error::TransactionDead)), "kind {kind}: {after:?}");
        }
        let outcome = tx.commit();
        assert!(matches!(outcome, Err(Error::TransactionDead)), "kind {kind}: {outcome:?}");
        let balances = Account::objects().order_by(Account::id).values(Account::balance).all(&db)?;
        assert_eq!(balances, [seen + 10, 100], "kind {kind}");
        assert_eq!(Strict::objects().count(&db)?, 0, "kind {kind}: all of it was undone");
    }
    db.close();
    Ok(())
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn a_row_that_changed_is_read_again() -> Result<(), Error> {
    let scratch = scratch();
    current_thread().block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await?;
        let failed = AtomicU32::new(0);
        let attempt = db
            .atomic_retry(Retry::new().options(REPEATABLE), async |tx: &AsyncTransaction| {
                Strict::create().reason("a trial").a().insert(tx).await?;
                let seen = of("Ada").a().get(tx).await?.balance;
                if tx.attempt() == 1 {
                    let other = async |other: &AsyncTransaction| of("Ada").a().update(Account::balance.set(200), other).await;
                    db.atomic(other).await?;
                }
                let written = of("Ada").a().update(Account::balance.set(seen + 1), tx).await;
                if tx.attempt() == 1 {
                    assert_changed(&written);
                    failed.fetch_add(1, Ordering::Relaxed);
                }
                written?;
                Ok::<_, Error>(tx.attempt())
            })
            .await?;
        assert_eq!((attempt, failed.into_inner()), (2, 1));
        assert_eq!(of("Ada").a().get(&db).await?.balance, 201);
        assert_eq!(Strict::objects().a().count(&db).await?, 1);
        db.close().await;
        Ok(())
    })
}
