//! Rows that are locked while they are read.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use amphi::prelude::*;
use amphi::transaction::SqliteBegin;
use amphi_test_macros::everywhere;

use super::{Account, Opened, of};
use amphi_tests::support::{Place, Scratch, TempFile};

#[derive(Model, Debug, Clone, PartialEq)]
struct Entry {
    id: i64,
    account: ForeignKey<Account>,
    counter: Option<ForeignKey<Account>>,
    amount: i64,
}

fn entry(account: i64, amount: i64) -> New<Entry> {
    New::of(Entry { id: 0, account: ForeignKey::new(account), counter: None, amount })
}

/// A lock that fails where it would have to wait.
fn now(query: QuerySet<Account>) -> QuerySet<Account> {
    query.lock(Lock::update().nowait())
}

macro_rules! assert_refused {
    ($outcome:expr, $($pattern:tt)+) => {
        let outcome = $outcome;
        assert!(matches!(outcome, Err($($pattern)+)), "{outcome:?}");
    };
}

#[everywhere]
async fn a_lock_needs_a_transaction(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let query = || of("Ada").select_for_update();
    assert_refused!(query().a().get(&db).await, Error::TransactionRequired { call: "select_for_update" });
    assert_refused!(query().a().first(&db).await, Error::TransactionRequired { .. });
    assert_refused!(query().a().last(&db).await, Error::TransactionRequired { .. });
    assert_refused!(query().a().all(&db).await, Error::TransactionRequired { .. });
    assert_refused!(query().values(Account::balance).a().all(&db).await, Error::TransactionRequired { .. });
    assert_refused!(query().none().a().all(&db).await, Error::TransactionRequired { .. });
    assert_refused!(of("Ada").lock(Lock::shared()).a().get(&db).await, Error::TransactionRequired { .. });
    // Nothing was sent, and nothing is held.
    assert_eq!(db.metrics().in_use, 0);
    Ok(())
}

#[tokio::test]
async fn a_lock_on_rows_one_by_one_needs_a_transaction() -> Result<(), Error> {
    let file = TempFile::unused();
    let db = AsyncDatabase::connect(&file.url()).await?;
    db.open_accounts().await?;
    let query = || Account::objects().select_for_update();
    let mut rows = query().a().stream(&db);
    assert_refused!(rows.try_next().await, Error::TransactionRequired { .. });
    let mut rows = query().none().a().stream(&db);
    assert_refused!(rows.try_next().await, Error::TransactionRequired { .. });
    let tx = db.begin().await?;
    let mut rows = query().a().stream(&tx);
    assert!(rows.try_next().await?.is_some());
    drop(rows);
    tx.commit().await?;
    let db = db.blocking();
    tokio::task::spawn_blocking(move || {
        assert_refused!(query().iter(&db).map(drop), Error::TransactionRequired { .. });
        db.atomic(|tx| {
            assert_eq!(query().iter(tx)?.count(), 2);
            Ok::<_, Error>(())
        })
    })
    .await
    .expect("no panic")
}

#[everywhere]
async fn locked_rows_are_read_as_others_are(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    db.create_tables(models![Entry]).await?;
    db.atomic(async |tx: &AsyncTransaction| {
        assert_eq!(of("Ada").select_for_update().a().get(tx).await?.balance, 100);
        let all = || Account::objects().order_by(Account::owner).lock(Lock::shared());
        assert_eq!(all().a().first(tx).await?.map(|account| account.owner).as_deref(), Some("Ada"));
        assert_eq!(all().a().last(tx).await?.map(|account| account.owner).as_deref(), Some("Bob"));
        assert_eq!(all().slice(1..2).values(Account::owner).a().all(tx).await?, ["Bob"]);
        assert!(of("Cyd").select_for_update().a().all(tx).await?.is_empty());
        assert!(of("Ada").select_for_update().none().a().all(tx).await?.is_empty());
        let ada = of("Ada").a().get(tx).await?;
        entry(ada.id, 7).a().insert(tx).await?;
        let entries = || Entry::objects().select_related(Entry::account);
        for lock in [Lock::update(), Lock::shared()] {
            assert_eq!(entries().lock(lock.of(Entry::account)).a().get(tx).await?.account().owner, "Ada");
        }
        // What may lead nowhere is no obstacle while nobody locks it.
        let both = Entry::objects().select_related((Entry::account, Entry::counter)).lock(Lock::update().of((Entry::account,)));
        assert!(both.a().get(tx).await?.counter().is_none());
        Ok::<_, Error>(())
    })
    .await
}

#[everywhere]
async fn what_has_no_rows_to_lock_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    db.create_tables(models![Entry]).await?;
    db.atomic(async |tx: &AsyncTransaction| {
        let query = || of("Ada").select_for_update();
        assert_refused!(query().a().count(tx).await, Error::InvalidQuery(_));
        assert_refused!(query().a().exists(tx).await, Error::InvalidQuery(_));
        assert_refused!(query().values(Account::owner).distinct().order_by(()).a().all(tx).await, Error::InvalidQuery(_));
        assert_refused!(query().a().update(Account::balance.set(1), tx).await, Error::InvalidQuery(_));
        assert_refused!(query().a().delete(tx).await, Error::InvalidQuery(_));
        let among = Account::objects().filter(Account::id.in_(query().values(Account::id)));
        assert_refused!(among.a().all(tx).await, Error::InvalidQuery(_));
        // A relation that the query does not join, and one that may lead nowhere.
        assert_refused!(Entry::objects().lock(Lock::update().of(Entry::account)).a().all(tx).await, Error::InvalidQuery(_));
        let counter = Entry::objects().select_related(Entry::counter).lock(Lock::update().of(Entry::counter));
        assert_refused!(counter.a().all(tx).await, Error::InvalidQuery(_));
        // Nothing was sent, so the transaction goes on.
        assert_eq!(query().a().get(tx).await?.balance, 100);
        Ok::<_, Error>(())
    })
    .await
}

#[everywhere(locks_nowait)]
async fn who_does_not_wait_is_told_that_it_is_locked(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let first = db.begin().await?;
    of("Ada").select_for_update().a().get(&first).await?;
    let second = db.begin().await?;
    let refused = now(of("Ada")).a().get(&second).await.unwrap_err();
    assert!(matches!(refused, Error::Locked) && refused.is_retryable(), "{refused:?}");
    // The same on every database: the transaction is over.
    assert_refused!(of("Bob").a().get(&second).await, Error::TransactionDead);
    second.rollback().await?;
    let third = db.begin().await?;
    assert_eq!(now(of("Bob")).a().get(&third).await?.owner, "Bob");
    let inner = third.savepoint().await?;
    assert_refused!(of("Ada").lock(Lock::shared().nowait()).a().get(&third).await, Error::Locked);
    inner.rollback().await?;
    first.commit().await?;
    assert_eq!(now(of("Ada")).a().get(&third).await?.owner, "Ada");
    third.commit().await
}

#[everywhere(locks_nowait)]
async fn what_is_locked_is_worth_a_retry(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let holder = db.begin().await?;
    of("Ada").select_for_update().a().get(&holder).await?;
    let attempts = AtomicU32::new(0);
    let outcome = db
        .atomic_retry(Retry::new().attempts(3), async |tx: &AsyncTransaction| {
            attempts.fetch_add(1, Ordering::Relaxed);
            now(of("Ada")).a().get(tx).await
        })
        .await;
    assert_refused!(outcome, Error::Locked);
    assert_eq!(attempts.into_inner(), 3);
    holder.commit().await
}

#[everywhere(locks_nowait)]
async fn shared_locks_stand_side_by_side(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let first = db.begin().await?;
    of("Ada").lock(Lock::shared()).a().get(&first).await?;
    let second = db.begin().await?;
    of("Ada").lock(Lock::shared().nowait()).a().get(&second).await?;
    second.commit().await?;
    let third = db.begin().await?;
    assert_refused!(now(of("Ada")).a().get(&third).await, Error::Locked);
    third.rollback().await?;
    first.commit().await
}

#[everywhere(skips_locked)]
async fn locked_rows_are_left_out(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let next = || Account::objects().order_by(Account::id).lock(Lock::update().skip_locked());
    let first = db.begin().await?;
    assert_eq!(next().limit(1).a().get(&first).await?.owner, "Ada");
    let second = db.begin().await?;
    assert_eq!(next().limit(1).a().get(&second).await?.owner, "Bob");
    let third = db.begin().await?;
    assert!(next().a().first(&third).await?.is_none());
    first.commit().await?;
    assert_eq!(next().values(Account::owner).a().all(&third).await?, ["Ada"]);
    third.commit().await?;
    second.commit().await
}

#[everywhere(locks_of, locks_nowait)]
async fn only_rows_of_the_own_model_are_locked(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    db.create_tables(models![Entry]).await?;
    let ada = of("Ada").a().get(&db).await?;
    entry(ada.id, 1).a().insert(&db).await?;
    let first = db.begin().await?;
    Entry::objects().select_related(Entry::account).select_for_update().a().get(&first).await?;
    let second = db.begin().await?;
    assert_eq!(now(of("Ada")).a().get(&second).await?.owner, "Ada");
    second.commit().await?;
    first.commit().await
}

#[everywhere(locks_nowait)]
async fn rows_of_a_relation_are_locked_too(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    db.create_tables(models![Entry]).await?;
    let ada = of("Ada").a().get(&db).await?;
    entry(ada.id, 1).a().insert(&db).await?;
    let first = db.begin().await?;
    Entry::objects().select_related(Entry::account).lock(Lock::update().of(Entry::account)).a().get(&first).await?;
    let second = db.begin().await?;
    assert_refused!(now(of("Ada")).a().get(&second).await, Error::Locked);
    second.rollback().await?;
    first.commit().await
}

#[everywhere(locks_rows, locks_no_key)]
async fn a_lock_may_leave_the_key_free(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    db.create_tables(models![Entry]).await?;
    let first = db.begin().await?;
    let ada = of("Ada").lock(Lock::no_key_update()).a().get(&first).await?;
    // A row that points at the locked one waits for nothing.
    entry(ada.id, 1).a().insert(&db).await?;
    let second = db.begin().await?;
    assert_refused!(now(of("Ada")).a().get(&second).await, Error::Locked);
    second.rollback().await?;
    first.commit().await
}

#[everywhere]
async fn what_a_database_cannot_lock_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let features = db.backend().dialect().features();
    let locks = [
        (Lock::update().nowait(), features.locks_nowait),
        (Lock::shared().skip_locked(), features.skips_locked),
        (Lock::no_key_update(), features.locks_no_key),
    ];
    let tx = db.begin().await?;
    for (lock, has) in locks {
        let read = of("Ada").lock(lock).a().get(&tx).await;
        match read {
            Ok(account) => assert!(has && account.owner == "Ada", "{lock:?}"),
            Err(error) => assert!(!has && matches!(error, Error::Unsupported { .. }), "{lock:?}: {error:?}"),
        }
    }
    tx.commit().await
}

#[everywhere]
async fn nothing_is_locked_where_nothing_is_written(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    for lock in [Lock::update(), Lock::shared()] {
        let tx = db.begin_with(TransactionOptions::new().read_only()).await?;
        assert_refused!(of("Ada").lock(lock).a().get(&tx).await, Error::ReadOnly);
        tx.rollback().await?;
    }
    let tx = db.begin().await?;
    assert_eq!(of("Ada").select_for_update().a().get(&tx).await?.owner, "Ada");
    tx.commit().await
}

#[test]
fn a_deferred_transaction_locks_nothing_before_it_writes() -> Result<(), Error> {
    let file = TempFile::unused();
    let db = Database::connect(&file.url())?;
    db.open_accounts()?;
    let deferred = TransactionOptions::new().sqlite(SqliteBegin::Deferred);
    db.atomic_with(deferred, |tx| {
        assert_refused!(of("Ada").select_for_update().get(tx), Error::InvalidQuery(_));
        of("Ada").update(Account::balance.set(1), tx)?;
        assert_eq!(of("Ada").select_for_update().get(tx)?.balance, 1);
        Ok::<_, Error>(())
    })
}

/// The second one waits for the first one's commit, and then sees what it wrote.
fn waits_while_blocking(place: Place) {
    let scratch = Scratch::new(place);
    let db = Database::connect(&scratch.url()).expect("a fresh database opens");
    db.open_accounts().expect("it takes accounts");
    let tx = db.begin().expect("a transaction begins");
    let mut ada = of("Ada").select_for_update().get(&tx).expect("she is there");
    let (tell, told) = mpsc::channel();
    let second = std::thread::spawn({
        let db = db.clone();
        move || {
            let seen = db.atomic(|tx| {
                tell.send(None).expect("somebody listens");
                of("Ada").select_for_update().get(tx)
            });
            tell.send(Some(seen)).expect("somebody listens");
        }
    });
    assert!(told.recv().expect("it comes so far").is_none());
    assert!(told.recv_timeout(Duration::from_millis(200)).is_err(), "it waits");
    ada.balance = 1;
    ada.save(&tx).expect("she is saved");
    tx.commit().expect("it commits");
    let seen = told.recv().expect("it goes on").expect("the row").expect("she is there");
    assert_eq!(seen.balance, 1);
    second.join().expect("no panic");
    db.close();
}

fn waits_in_tasks(place: Place) {
    let scratch = Scratch::new(place);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let outcome: Result<(), Error> = runtime.block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await?;
        db.open_accounts().await?;
        let tx = db.begin().await?;
        let mut ada = of("Ada").select_for_update().a().get(&tx).await?;
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let second = tokio::spawn({
            let db = db.clone();
            async move {
                db.atomic(async |tx: &AsyncTransaction| {
                    tell.send(()).expect("somebody listens");
                    of("Ada").select_for_update().a().get(tx).await
                })
                .await
            }
        });
        told.recv().await.expect("it comes so far");
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!second.is_finished(), "it waits");
        ada.balance = 1;
        ada.a().save(&tx).await?;
        tx.commit().await?;
        assert_eq!(second.await.expect("no panic")?.balance, 1);
        db.close().await;
        Ok(())
    });
    outcome.expect("no error");
}

#[test]
fn the_second_waits_on_sqlite() {
    // For the first one's end, because there is one that writes.
    let file = TempFile::unused();
    let db = Database::connect(&file.url()).expect("a fresh database opens");
    db.open_accounts().expect("it takes accounts");
    let tx = db.begin().expect("a transaction begins");
    let mut ada = of("Ada").select_for_update().get(&tx).expect("she is there");
    let second = std::thread::spawn({
        let db = db.clone();
        move || db.atomic(|tx| of("Ada").select_for_update().get(tx))
    });
    ada.balance = 1;
    ada.save(&tx).expect("she is saved");
    tx.commit().expect("it commits");
    assert_eq!(second.join().expect("no panic").expect("she is there").balance, 1);
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn the_second_waits_on_postgres() {
    waits_while_blocking(Place::postgres);
    waits_in_tasks(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn the_second_waits_on_mysql() {
    waits_while_blocking(Place::mysql);
    waits_in_tasks(Place::mysql);
}
