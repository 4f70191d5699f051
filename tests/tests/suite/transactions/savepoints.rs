//! Transactions and savepoints that are ended by hand.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Account, Opened, of};

fn account(owner: &str) -> New<Account> {
    New::of(Account { id: 0, owner: owner.to_owned(), balance: 0 })
}

#[everywhere]
async fn one_is_ended_by_hand(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let tx = db.begin().await?;
    account("Cyd").a().insert(&tx).await?;
    tx.commit().await?;
    let tx = db.begin().await?;
    account("Dee").a().insert(&tx).await?;
    assert_eq!(Account::objects().a().count(&tx).await?, 4);
    tx.rollback().await?;
    // Left without its end it is undone.
    let tx = db.begin_with(TransactionOptions::new().isolation(Isolation::Serializable)).await?;
    account("Eve").a().insert(&tx).await?;
    drop(tx);
    let tx = db.begin().await?;
    assert_eq!(Account::objects().order_by(Account::id).values(Account::owner).a().all(&tx).await?, ["Ada", "Bob", "Cyd"]);
    tx.commit().await
}

#[everywhere]
async fn a_failed_one_does_not_commit(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let tx = db.begin().await?;
    account("Cyd").a().insert(&tx).await?;
    assert!(account("Ada").a().insert(&tx).await.unwrap_err().is_unique_violation());
    let dead = tx.savepoint().await.map(|_| ());
    assert!(matches!(dead, Err(Error::TransactionDead)), "{dead:?}");
    let outcome = tx.commit().await;
    assert!(matches!(outcome, Err(Error::TransactionDead)), "{outcome:?}");
    assert_eq!(Account::objects().a().count(&db).await?, 2);
    Ok(())
}

#[everywhere]
async fn savepoints_keep_or_undo_what_came_since(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let tx = db.begin().await?;
    let first = tx.savepoint().await?;
    account("Cyd").a().insert(&tx).await?;
    let second = tx.savepoint().await?;
    account("Dee").a().insert(&tx).await?;
    let third = tx.savepoint().await?;
    account("Eve").a().insert(&tx).await?;
    assert!(account("Ada").a().insert(&tx).await.is_err());
    // A failure is undone with the savepoint that it is in.
    third.rollback().await?;
    assert_eq!(Account::objects().a().count(&tx).await?, 4);
    second.commit().await?;
    first.commit().await?;
    let undone = tx.savepoint().await?;
    account("Fay").a().insert(&tx).await?;
    undone.rollback().await?;
    tx.commit().await?;
    assert_eq!(Account::objects().order_by(Account::id).values(Account::owner).a().all(&db).await?, ["Ada", "Bob", "Cyd", "Dee"]);
    Ok(())
}

#[everywhere]
async fn a_savepoint_that_is_dropped_is_undone(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let tx = db.begin().await?;
    let outer = tx.savepoint().await?;
    account("Cyd").a().insert(&tx).await?;
    let inner = tx.savepoint().await?;
    account("Dee").a().insert(&tx).await?;
    assert!(account("Ada").a().insert(&tx).await.is_err());
    drop(inner);
    assert_eq!(Account::objects().a().count(&tx).await?, 3);
    let inner = tx.savepoint().await?;
    account("Eve").a().insert(&tx).await?;
    // The outer one takes the inner one with it, in whatever order they go.
    drop(outer);
    drop(inner);
    assert_eq!(Account::objects().a().count(&tx).await?, 2);
    let last = tx.savepoint().await?;
    account("Fay").a().insert(&tx).await?;
    drop(last);
    tx.commit().await?;
    assert_eq!(Account::objects().a().count(&db).await?, 2);
    Ok(())
}

#[everywhere]
async fn the_innermost_savepoint_ends_first(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let tx = db.begin().await?;
    account("Cyd").a().insert(&tx).await?;
    let outer = tx.savepoint().await?;
    account("Dee").a().insert(&tx).await?;
    let inner = tx.savepoint().await?;
    let refused = outer.commit().await;
    assert!(matches!(refused, Err(Error::InvalidQuery(_))), "{refused:?}");
    let _ = inner.commit().await;
    // What could not be kept is undone.
    assert_eq!(Account::objects().a().count(&tx).await?, 3);
    tx.commit().await?;
    assert_eq!(Account::objects().a().count(&db).await?, 3);
    Ok(())
}

#[everywhere]
async fn closures_and_savepoints_nest(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    db.atomic(async |tx: &AsyncTransaction| {
        let kept = tx.savepoint().await?;
        tx.atomic(async |tx: &AsyncTransaction| {
            account("Cyd").a().insert(tx).await?;
            let left = tx.savepoint().await?;
            account("Dee").a().insert(tx).await?;
            drop(left);
            Ok::<_, Error>(())
        })
        .await?;
        let undone = tx
            .atomic(async |tx: &AsyncTransaction| {
                account("Eve").a().insert(tx).await?;
                Err::<(), _>(Error::DoesNotExist { model: "Account" })
            })
            .await;
        assert!(matches!(undone, Err(Error::DoesNotExist { .. })), "{undone:?}");
        kept.commit().await
    })
    .await?;
    assert_eq!(Account::objects().order_by(Account::id).values(Account::owner).a().all(&db).await?, ["Ada", "Bob", "Cyd"]);
    assert_eq!(of("Cyd").a().count(&db).await?, 1);
    Ok(())
}

#[test]
fn a_panic_in_an_inner_closure_undoes_that_alone() -> Result<(), Error> {
    let db = Database::connect("sqlite::memory:")?;
    db.open_accounts()?;
    db.atomic(|tx| {
        account("Cyd").insert(tx)?;
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            tx.atomic(|tx| {
                account("Dee").insert(tx)?;
                std::panic::resume_unwind(Box::new("stop"));
                #[allow(unreachable_code)]
                Ok::<_, Error>(())
            })
        }));
        assert!(panicked.is_err());
        account("Eve").insert(tx)?;
        Ok::<_, Error>(())
    })?;
    assert_eq!(Account::objects().order_by(Account::id).values(Account::owner).all(&db)?, ["Ada", "Bob", "Cyd", "Eve"]);
    Ok(())
}

#[tokio::test]
async fn an_inner_closure_that_is_dropped_between_statements_is_undone_alone() -> Result<(), Error> {
    let db = AsyncDatabase::connect("sqlite::memory:").await?;
    db.open_accounts().await?;
    db.atomic(async |tx: &AsyncTransaction| {
        account("Cyd").a().insert(tx).await?;
        let (tell, told) = tokio::sync::oneshot::channel::<()>();
        tokio::select! {
            biased;
            done = tx.atomic(async |tx: &AsyncTransaction| {
                account("Dee").a().insert(tx).await?;
                let _ = tell.send(());
                std::future::pending::<()>().await;
                Ok::<_, Error>(())
            }) => panic!("{done:?}"),
            _ = told => {}
        }
        account("Eve").a().insert(tx).await?;
        Ok::<_, Error>(())
    })
    .await?;
    let owners = Account::objects().order_by(Account::id).values(Account::owner).a().all(&db).await?;
    assert_eq!(owners, ["Ada", "Bob", "Cyd", "Eve"]);
    Ok(())
}
