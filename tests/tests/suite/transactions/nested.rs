//! What passes a transaction by, from inside it.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Account, Opened, of};
use amphi_tests::support::url_with;

#[everywhere]
async fn the_last_connection_is_not_waited_for_by_who_holds_it(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let narrow = match db.backend() {
        amphi::Backend::Sqlite => AsyncDatabase::connect(&url_with("readers=1")).await?,
        _ => AsyncDatabase::connect(&url_with("max_connections=1")).await?,
    };
    let outcome = narrow
        .atomic(async |tx: &AsyncTransaction| {
            of("Ada").a().update(Account::balance.set(0), tx).await?;
            of("Bob").a().update(Account::balance.set(200), &narrow).await?;
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(outcome, Err(Error::NestedAcquire)), "{outcome:?}");
    assert_eq!(of("Ada").a().get(&db).await?.balance, 100);
    narrow.close().await;
    Ok(())
}

#[everywhere]
async fn what_passes_a_transaction_by_can_be_an_error_always(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let strict = AsyncDatabase::connect(&url_with("nested_acquire=error")).await?;
    let outcome = strict
        .atomic(async |tx: &AsyncTransaction| {
            assert_eq!(Account::objects().a().count(tx).await?, 2);
            let read = Account::objects().a().count(&strict).await;
            assert!(matches!(read, Err(Error::NestedAcquire)), "{read:?}");
            let another = strict.begin().await.map(drop);
            assert!(matches!(another, Err(Error::NestedAcquire)), "{another:?}");
            // Another database is another matter.
            assert_eq!(Account::objects().a().count(&db).await?, 2);
            Ok::<_, Error>(())
        })
        .await;
    assert!(outcome.is_ok(), "{outcome:?}");
    assert_eq!(Account::objects().a().count(&strict).await?, 2);
    strict.close().await;
    Ok(())
}

#[everywhere]
async fn a_durable_one_is_outermost(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let durable = TransactionOptions::new().durable();
    let inside = db
        .atomic_with(durable, async |tx: &AsyncTransaction| {
            of("Ada").a().update(Account::balance.set(1), tx).await?;
            let read_only = durable.read_only();
            let inner = db.atomic_with(read_only, async |tx: &AsyncTransaction| Account::objects().a().count(tx).await).await;
            Ok::<_, Error>(inner)
        })
        .await?;
    assert!(matches!(inside, Err(Error::NestedAcquire)), "{inside:?}");
    assert_eq!(of("Ada").a().get(&db).await?.balance, 1);
    Ok(())
}

/// Two that hold all connections and want another each: nobody would ever give one back.
#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn a_ring_of_transactions_that_wait_for_each_other_is_broken() -> Result<(), Error> {
    let scratch = amphi_tests::support::Scratch::new(amphi_tests::support::Place::postgres);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let url = scratch.url().replace("max_connections=4", "max_connections=2&acquire_timeout=60000");
        let db = AsyncDatabase::connect(&url).await?;
        db.open_accounts().await?;
        let both = std::sync::Arc::new(tokio::sync::Barrier::new(2));
        let tasks = ["Ada", "Bob"].map(|owner| {
            let (db, both) = (db.clone(), both.clone());
            tokio::spawn(async move {
                db.atomic(async |tx: &AsyncTransaction| {
                    of(owner).a().get(tx).await?;
                    both.wait().await;
                    Account::objects().a().count(&db).await
                })
                .await
            })
        });
        let mut refused = 0;
        for task in tasks {
            match task.await.expect("no panic") {
                Ok(count) => assert_eq!(count, 2),
                Err(Error::NestedAcquire) => refused += 1,
                Err(error) => return Err(error),
            }
        }
        assert_eq!(refused, 1, "one gives way, so that the other can go on");
        db.close().await;
        Ok(())
    })
}
