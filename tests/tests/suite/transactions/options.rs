//! What a transaction can be begun with.

use std::time::Duration;

use amphi::Backend;
use amphi::prelude::*;
use amphi::transaction::SqliteBegin;
use amphi_test_macros::everywhere;

use super::{Account, Opened, of};

#[everywhere]
async fn what_only_reads_does_not_write(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let read_only = TransactionOptions::new().read_only();
    let outcome = db
        .atomic_with(read_only, async |tx: &AsyncTransaction| {
            assert_eq!(Account::objects().a().count(tx).await?, 2);
            let refused = of("Ada").a().update(Account::balance.set(0), tx).await;
            assert!(matches!(refused, Err(Error::ReadOnly)), "{refused:?}");
            let after = Account::objects().a().count(tx).await;
            assert!(matches!(after, Err(Error::TransactionDead)), "{after:?}");
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(outcome, Err(Error::TransactionDead)), "{outcome:?}");
    // The connections that served it write again.
    for _ in 0..8 {
        of("Ada").a().update(Account::balance.set(Account::balance + 1), &db).await?;
    }
    assert_eq!(of("Ada").a().get(&db).await?.balance, 108);
    Ok(())
}

#[test]
fn what_only_reads_does_not_write_in_memory_either() -> Result<(), Error> {
    let db = Database::connect("sqlite::memory:")?;
    db.open_accounts()?;
    let refused = db.atomic_with(TransactionOptions::new().read_only(), |tx| {
        assert_eq!(Account::objects().count(tx)?, 2);
        of("Ada").delete(tx)
    });
    assert!(matches!(refused, Err(Error::ReadOnly)), "{refused:?}");
    assert_eq!(of("Ada").delete(&db)?, 1);
    Ok(())
}

#[everywhere]
async fn a_repeatable_read_sees_one_state(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    for level in [Isolation::RepeatableRead, Isolation::Serializable] {
        let options = TransactionOptions::new().isolation(level).read_only();
        let seen = db
            .atomic_with(options, async |tx: &AsyncTransaction| {
                let before = of("Ada").a().get(tx).await?.balance;
                // MySQL's serializable readers lock what they read.
                if level == Isolation::RepeatableRead || db.backend() != Backend::MySql {
                    of("Ada").a().update(Account::balance.set(Account::balance + 1), &db).await?;
                }
                Ok::<_, Error>((before, of("Ada").a().get(tx).await?.balance))
            })
            .await?;
        assert_eq!(seen.0, seen.1, "{level:?}");
    }
    Ok(())
}

#[everywhere]
async fn a_committed_read_sees_what_others_commit(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let options = TransactionOptions::new().isolation(Isolation::ReadCommitted).read_only();
    let seen = db
        .atomic_with(options, async |tx: &AsyncTransaction| {
            assert_eq!(of("Ada").a().get(tx).await?.balance, 100);
            of("Ada").a().update(Account::balance.set(1), &db).await?;
            Ok::<_, Error>(of("Ada").a().get(tx).await?.balance)
        })
        .await?;
    // SQLite has no level below the strongest.
    assert_eq!(seen, if db.backend() == Backend::Sqlite { 100 } else { 1 });
    Ok(())
}

#[everywhere]
async fn what_a_database_cannot_do_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let options = TransactionOptions::new;
    let serializable = options().isolation(Isolation::Serializable).read_only();
    let cases = [
        (serializable.deferrable(), db.backend() == Backend::Postgres),
        (options().sqlite(SqliteBegin::Exclusive), db.backend() == Backend::Sqlite),
        (options().sqlite(SqliteBegin::Deferred), db.backend() == Backend::Sqlite),
        (options().resolvable(), db.backend() != Backend::MySql),
    ];
    for (options, can) in cases {
        let outcome = db.atomic_with(options, async |tx: &AsyncTransaction| Account::objects().a().count(tx).await).await;
        match outcome {
            Ok(count) => assert!(can && count == 2, "{options:?}"),
            Err(Error::Unsupported { .. }) => assert!(!can, "{options:?}"),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[everywhere]
async fn a_transaction_that_takes_too_long_is_undone(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let options = TransactionOptions::new().timeout(Duration::from_millis(200));
    let outcome = db
        .atomic_with(options, async |tx: &AsyncTransaction| {
            of("Ada").a().update(Account::balance.set(0), tx).await?;
            std::thread::sleep(Duration::from_millis(250));
            of("Bob").a().update(Account::balance.set(200), tx).await?;
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(outcome, Err(Error::Timeout { call: "atomic", after_ms: 200 })), "{outcome:?}");
    // Also where only the commit is late.
    let outcome = db
        .atomic_with(options, async |tx: &AsyncTransaction| {
            of("Ada").a().update(Account::balance.set(0), tx).await?;
            std::thread::sleep(Duration::from_millis(250));
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(outcome, Err(Error::Timeout { call: "atomic", after_ms: 200 })), "{outcome:?}");
    assert_eq!(of("Ada").a().get(&db).await?.balance, 100);
    // What comes in time stays, and the time of one is not that of the next.
    db.atomic_with(options, async |tx: &AsyncTransaction| of("Ada").a().update(Account::balance.set(1), tx).await).await?;
    std::thread::sleep(Duration::from_millis(250));
    db.atomic(async |tx: &AsyncTransaction| of("Ada").a().update(Account::balance.set(Account::balance + 1), tx).await).await?;
    assert_eq!(of("Ada").a().get(&db).await?.balance, 2);
    Ok(())
}

#[tokio::test]
async fn a_closure_that_waits_for_ever_is_ended() -> Result<(), Error> {
    let db = AsyncDatabase::connect("sqlite::memory:").await?;
    db.open_accounts().await?;
    let options = TransactionOptions::new().timeout(Duration::from_millis(50));
    let outcome = db
        .atomic_with(options, async |tx: &AsyncTransaction| {
            of("Ada").a().delete(tx).await?;
            std::future::pending::<()>().await;
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(outcome, Err(Error::Timeout { call: "atomic", .. })), "{outcome:?}");
    assert_eq!(Account::objects().a().count(&db).await?, 2);
    Ok(())
}

#[everywhere]
async fn an_error_of_the_users_own_type_comes_back(db: AsyncDatabase) -> Result<(), Error> {
    #[derive(Debug)]
    enum Refused {
        Poor(i64),
        Database(Error),
    }

    impl From<Error> for Refused {
        fn from(error: Error) -> Self {
            Refused::Database(error)
        }
    }

    db.open_accounts().await?;
    let outcome = db
        .atomic_with(TransactionOptions::new(), async |tx: &AsyncTransaction| {
            of("Ada").a().update(Account::balance.set(Account::balance - 150), tx).await?;
            let left = of("Ada").a().get(tx).await?.balance;
            if left < 0 { Err(Refused::Poor(left)) } else { Ok(left) }
        })
        .await;
    match outcome {
        Err(Refused::Poor(left)) => assert_eq!(left, -50),
        Err(Refused::Database(error)) => return Err(error),
        Ok(left) => panic!("{left}"),
    }
    assert_eq!(of("Ada").a().get(&db).await?.balance, 100);
    Ok(())
}
