//! What is called when a transaction has ended.

use std::sync::{Arc, Mutex};

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Account, Opened, of};
use amphi_tests::support::url_with;

/// What was called, in its order.
#[derive(Clone, Default)]
struct Called(Arc<Mutex<Vec<&'static str>>>);

/// Something to be noted once.
struct Note {
    called: Called,
    what: &'static str,
}

impl Note {
    fn now(self) {
        self.called.0.lock().unwrap().push(self.what);
    }
}

impl Called {
    /// A hook that notes this.
    fn note(&self, what: &'static str) -> impl FnOnce() + Send + 'static {
        let note = self.noted(what);
        move || note.now()
    }

    fn noted(&self, what: &'static str) -> Note {
        Note { called: self.clone(), what }
    }

    fn all(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[everywhere]
async fn hooks_come_after_the_outermost_commit_in_order(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let called = Called::default();
    db.atomic(async |tx: &AsyncTransaction| {
        let (first, seen) = (called.noted("first"), db.clone());
        tx.on_commit(async move || {
            // It is committed by now, and the hook may use the database.
            assert_eq!(of("Ada").a().get(&seen).await?.balance, 7);
            first.now();
            Ok::<_, Error>(())
        });
        of("Ada").a().update(Account::balance.set(7), tx).await?;
        tx.atomic(async |tx: &AsyncTransaction| {
            let second = called.noted("second");
            tx.on_commit(async move || second.now());
            tx.on_rollback(called.note("never"));
            Ok::<_, Error>(())
        })
        .await?;
        let third = called.noted("third");
        tx.on_commit(async move || third.now());
        assert_eq!(called.all(), [""; 0]);
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(called.all(), ["first", "second", "third"]);
    Ok(())
}

#[everywhere]
async fn hooks_of_what_is_undone_are_dropped(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let called = Called::default();
    db.atomic(async |tx: &AsyncTransaction| {
        let kept = called.noted("kept");
        tx.on_commit(async move || kept.now());
        let undone = tx
            .atomic(async |tx: &AsyncTransaction| {
                let dropped = called.noted("dropped");
                tx.on_commit(async move || dropped.now());
                tx.on_rollback(called.note("undone"));
                tx.atomic(async |tx: &AsyncTransaction| {
                    // It is kept as a part of the one around it, and goes with that.
                    tx.on_rollback(called.note("undone too"));
                    Ok::<_, Error>(())
                })
                .await?;
                Err::<(), _>(Error::DoesNotExist { model: "Account" })
            })
            .await;
        assert!(undone.is_err());
        assert_eq!(called.all(), ["undone", "undone too"]);
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(called.all(), ["kept"]);
    // And of a whole transaction.
    let failed = db
        .atomic(async |tx: &AsyncTransaction| {
            let dropped = called.noted("dropped");
            tx.on_commit(async move || dropped.now());
            tx.on_rollback(called.note("first"));
            tx.on_rollback(called.note("second"));
            Err::<(), _>(Error::DoesNotExist { model: "Account" })
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(called.all(), ["first", "second"]);
    // A commit that is none, because a failure was swallowed.
    let failed = db
        .atomic(async |tx: &AsyncTransaction| {
            let dropped = called.noted("dropped");
            tx.on_commit(async move || dropped.now());
            tx.on_rollback(called.note("undone"));
            let twice = Account::create().owner("Ada").balance(0).a().insert(tx).await;
            assert!(twice.is_err());
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(failed, Err(Error::TransactionDead)), "{failed:?}");
    assert_eq!(called.all(), ["undone"]);
    Ok(())
}

#[everywhere]
async fn a_hook_that_fails_changes_nothing(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let called = Called::default();
    let tx = db.begin().await?;
    of("Ada").a().delete(&tx).await?;
    tx.on_commit(async move || Err::<(), _>(Error::DoesNotExist { model: "Account" }));
    let last = called.noted("last");
    tx.on_commit(async move || last.now());
    tx.commit().await?;
    assert_eq!(called.all(), ["last"]);
    assert_eq!(Account::objects().a().count(&db).await?, 1);
    Ok(())
}

#[test]
fn a_hook_that_panics_does_not_keep_the_others_from_running() -> Result<(), Error> {
    let db = Database::connect("sqlite::memory:")?;
    db.open_accounts()?;
    let called = Called::default();
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        db.atomic(|tx| {
            tx.on_commit(|| -> () { std::panic::resume_unwind(Box::new("stop")) });
            tx.on_commit(called.note("last"));
            of("Ada").delete(tx)
        })
    }));
    assert!(panicked.is_err(), "the panic is not swallowed");
    assert_eq!(called.all(), ["last"]);
    assert_eq!(Account::objects().count(&db)?, 1, "and what is committed stays");
    // One of what was undone has nobody to tell.
    let undone = db.atomic(|tx| {
        tx.on_rollback(|| std::panic::resume_unwind(Box::new("stop")));
        tx.on_rollback(called.note("last"));
        Err::<(), _>(Error::DoesNotExist { model: "Account" })
    });
    assert!(matches!(undone, Err(Error::DoesNotExist { .. })), "{undone:?}");
    assert_eq!(called.all(), ["last"]);
    Ok(())
}

#[everywhere]
async fn a_transaction_that_is_left_tells_its_hooks(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let called = Called::default();
    let tx = db.begin().await?;
    let never = called.noted("never");
    tx.on_commit(async move || never.now());
    tx.on_rollback(called.note("undone"));
    let savepoint = tx.savepoint().await?;
    tx.on_rollback(called.note("inner"));
    drop(savepoint);
    assert_eq!(called.all(), ["inner"]);
    drop(tx);
    assert_eq!(called.all(), ["undone"]);
    Ok(())
}

#[tokio::test]
async fn a_future_that_is_dropped_tells_its_hooks() -> Result<(), Error> {
    let db = AsyncDatabase::connect("sqlite::memory:").await?;
    db.open_accounts().await?;
    let called = Called::default();
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    tokio::select! {
        biased;
        done = db.atomic(async |tx: &AsyncTransaction| {
            tx.on_rollback(called.note("undone"));
            of("Ada").a().delete(tx).await?;
            let _ = tell.send(());
            std::future::pending::<()>().await;
            Ok::<_, Error>(())
        }) => panic!("{done:?}"),
        _ = told => {}
    }
    assert_eq!(called.all(), ["undone"]);
    assert_eq!(Account::objects().a().count(&db).await?, 2);
    Ok(())
}

/// The connection is back by then: SQLite has one that writes, and this pool has no other.
#[everywhere]
async fn a_hook_may_write(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let one = if db.backend() == amphi::Backend::Sqlite { "readers=1" } else { "max_connections=1" };
    let narrow = AsyncDatabase::connect(&url_with(&format!("{one}&acquire_timeout=1000"))).await?;
    let write = narrow.clone();
    narrow
        .atomic(async |tx: &AsyncTransaction| {
            tx.on_commit(async move || of("Bob").a().update(Account::balance.set(1), &write).await.map(drop));
            of("Ada").a().update(Account::balance.set(0), tx).await
        })
        .await?;
    let balances = Account::objects().order_by(Account::id).values(Account::balance);
    assert_eq!(balances.a().all(&db).await?, [0, 1]);
    narrow.close().await;
    Ok(())
}
