//! What failed in a transaction and was swallowed: nothing of it is ever committed, at no depth, on no database.

use std::sync::{Arc, Barrier};

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Account, Opened, drafts, of};
use amphi_tests::support::{Place, Scratch};

#[derive(Model, Debug, Clone)]
struct Entry {
    id: i64,
    account: ForeignKey<Account>,
    amount: i16,
    note: Option<String>,
}

/// The ways to fail in the database.
const KINDS: usize = 8;

/// A table that is not there.
#[derive(Model, Debug, Clone)]
struct Missing {
    id: i64,
}

#[everywhere]
async fn what_failed_is_not_committed(db: AsyncDatabase) -> Result<(), Error> {
    /// Fails in one of the ways. It is defined in here to be translated with the body.
    macro_rules! fail {
        ($kind:expr, $tx:expr) => {
            match $kind {
                0 => Account::create().owner("Ada").balance(0).a().insert($tx).await.map(drop),
                1 => New::with_key(Account { id: 1, owner: "Zoe".to_owned(), balance: 0 }).a().insert($tx).await.map(drop),
                2 => Entry::objects().a().update(Entry::amount.set(Entry::amount * 30_000), $tx).await.map(drop),
                3 => {
                    let nothing = Account::balance - Account::balance;
                    Account::objects().a().update(Account::balance.set(Account::balance / nothing), $tx).await.map(drop)
                }
                4 => Account::objects().a().update(Account::owner.set("same"), $tx).await.map(drop),
                5 => Account::objects().a().update(Account::balance.set((Account::balance + 2) * i64::MAX), $tx).await.map(drop),
                6 => Account::objects().a().bulk_create([drafts(), drafts()].concat(), $tx).await.map(drop),
                _ => Missing::objects().a().count($tx).await.map(drop),
            }
        };
    }

    db.open_accounts().await?;
    db.create_tables(models![Account, Entry]).await?;
    Entry::create().account(1).amount(2).a().insert(&db).await?;
    let balances = Account::objects().order_by(Account::id).values(Account::balance);
    for kind in 0..KINDS {
        // At the outermost level all of it is lost, and nothing more is taken.
        let outcome = db
            .atomic(async |tx: &AsyncTransaction| {
                of("Ada").a().update(Account::balance.set(0), tx).await?;
                let failed = fail!(kind, tx);
                assert!(failed.is_err(), "kind {kind} does not fail");
                let after = of("Bob").a().update(Account::balance.set(200), tx).await;
                assert!(matches!(after, Err(Error::TransactionDead)), "kind {kind}: {failed:?}, then {after:?}");
                Ok::<_, Error>(())
            })
            .await;
        assert!(matches!(outcome, Err(Error::TransactionDead)), "kind {kind}: {outcome:?}");
        assert_eq!(balances.clone().a().all(&db).await?, [100, 100], "kind {kind}");

        // Further in, what is around the level that failed is whole.
        db.atomic(async |tx: &AsyncTransaction| {
            of("Ada").a().update(Account::balance.set(0), tx).await?;
            let inner = tx
                .atomic(async |tx: &AsyncTransaction| {
                    of("Bob").a().update(Account::balance.set(0), tx).await?;
                    let innermost = tx
                        .atomic(async |tx: &AsyncTransaction| {
                            assert!(fail!(kind, tx).is_err(), "kind {kind} does not fail");
                            Ok::<_, Error>(())
                        })
                        .await;
                    assert!(matches!(innermost, Err(Error::TransactionDead)), "kind {kind}: {innermost:?}");
                    assert_eq!(of("Bob").a().get(tx).await?.balance, 0, "kind {kind}");
                    assert!(fail!(kind, tx).is_err(), "kind {kind} does not fail");
                    Ok::<_, Error>(())
                })
                .await;
            assert!(matches!(inner, Err(Error::TransactionDead)), "kind {kind}: {inner:?}");
            assert_eq!(balances.clone().a().all(tx).await?, [0, 100], "kind {kind}");
            of("Ada").a().update(Account::balance.set(100), tx).await
        })
        .await?;
        assert_eq!(balances.clone().a().all(&db).await?, [100, 100], "kind {kind}");
    }
    Ok(())
}

/// MySQL ends a transaction by itself after a deadlock; what came then would be committed statement by statement.
fn after_a_deadlock(place: Place) {
    let scratch = Scratch::new(place);
    let db = Database::connect(&scratch.url()).expect("a fresh database opens");
    db.open_accounts().expect("it takes accounts");
    let both = Arc::new(Barrier::new(2));
    let threads = [("Ada", "Bob"), ("Bob", "Ada")].map(|(first, second)| {
        let (db, both) = (db.clone(), both.clone());
        std::thread::spawn(move || {
            let tx = db.begin()?;
            of(first).update(Account::balance.set(Account::balance + 1), &tx)?;
            both.wait();
            match of(second).update(Account::balance.set(Account::balance + 1), &tx) {
                Ok(_) => tx.commit().map(|()| true),
                Err(Error::Retryable { .. }) => {
                    for _ in 0..3 {
                        let after = Account::create().owner("Eve").balance(1).insert(&tx);
                        assert!(matches!(after, Err(Error::TransactionDead)), "{after:?}");
                    }
                    let inner = tx.atomic(|tx| Account::create().owner("Eve").balance(1).insert(tx));
                    assert!(matches!(inner, Err(Error::TransactionDead)), "{inner:?}");
                    let outcome = tx.commit();
                    assert!(matches!(outcome, Err(Error::TransactionDead)), "{outcome:?}");
                    Ok(false)
                }
                Err(error) => Err(error),
            }
        })
    });
    let mut committed = threads.map(|thread| thread.join().expect("no panic").expect("nothing else goes wrong"));
    committed.sort_unstable();
    assert_eq!(committed, [false, true], "one gives way to the other");
    let rows = Account::objects().order_by(Account::id).values((Account::owner, Account::balance)).all(&db);
    assert_eq!(rows.expect("a read works"), [("Ada".to_owned(), 101), ("Bob".to_owned(), 101)]);
    db.close();
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn a_deadlock_kills_on_postgres() {
    after_a_deadlock(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn a_deadlock_kills_on_mysql() {
    after_a_deadlock(Place::mysql);
}
