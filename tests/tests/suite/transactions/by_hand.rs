//! What passes a transaction by that was begun by hand: the thread or the task that used it last is told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use amphi::Backend;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Account, Opened, of};
use amphi_tests::futures::current_thread;
use amphi_tests::support::{TempFile, url_with};

/// Work on another thread, or in another task, as the mode of a database has it.
trait Elsewhere<F> {
    type Begun;

    /// Begins it.
    fn elsewhere(&self, work: F) -> Self::Begun;
}

struct OnAThread<T>(std::thread::JoinHandle<T>);

struct InATask<T>(tokio::task::JoinHandle<T>);

impl<T> OnAThread<T> {
    fn done(self) -> T {
        self.0.join().expect("no panic")
    }
}

impl<T> InATask<T> {
    async fn done(self) -> T {
        self.0.await.expect("no panic")
    }
}

impl<T: Send + 'static, F: FnOnce() -> T + Send + 'static> Elsewhere<F> for Database {
    type Begun = OnAThread<T>;

    fn elsewhere(&self, work: F) -> OnAThread<T> {
        OnAThread(std::thread::spawn(work))
    }
}

impl<T: Send + 'static, W: Future<Output = T> + Send + 'static, F: FnOnce() -> W> Elsewhere<F> for AsyncDatabase {
    type Begun = InATask<T>;

    fn elsewhere(&self, work: F) -> InATask<T> {
        InATask(tokio::spawn(work()))
    }
}

/// Waits until something is so, and lets others run meanwhile.
trait Until {
    fn until(&self, so: impl Fn() -> bool + Send) -> impl Future<Output = ()> + Send;
}

impl Until for AsyncDatabase {
    async fn until(&self, so: impl Fn() -> bool + Send) {
        while !so() {
            tokio::task::yield_now().await;
        }
    }
}

trait UntilBlocking {
    fn until(&self, so: impl Fn() -> bool);
}

impl UntilBlocking for Database {
    fn until(&self, so: impl Fn() -> bool) {
        while !so() {
            std::thread::yield_now();
        }
    }
}

/// What is told between threads or tasks.
#[derive(Clone, Default)]
struct Flag(Arc<AtomicBool>);

impl Flag {
    fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// The database once more, with one connection for each kind of access, for which nobody waits longer than so many milliseconds.
fn narrow(backend: Backend, milliseconds: u32) -> String {
    let one = if backend == Backend::Sqlite { "readers" } else { "max_connections" };
    url_with(&format!("{one}=1&acquire_timeout={milliseconds}"))
}

#[track_caller]
fn assert_nested<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::NestedAcquire)), "{outcome:?}");
}

#[track_caller]
fn assert_exhausted<T: std::fmt::Debug>(outcome: Result<T, Error>) {
    assert!(matches!(outcome, Err(Error::PoolExhausted { .. })), "{outcome:?}");
}

#[everywhere]
async fn who_waited_in_vain_for_their_own_transaction_is_told(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let narrow = AsyncDatabase::connect(&narrow(db.backend(), 1_000)).await?;
    for end in 0..3 {
        let tx = narrow.begin().await?;
        of("Ada").a().update(Account::balance.set(end), &tx).await?;
        match end {
            0 => assert_nested(of("Bob").a().update(Account::balance.set(200), &narrow).await),
            1 => assert_nested(narrow.begin().await.map(drop)),
            _ => assert_nested(narrow.atomic(async |_: &AsyncTransaction| Ok::<_, Error>(())).await),
        }
        // It is as good as before.
        assert_eq!(of("Ada").a().get(&tx).await?.balance, end);
        match end {
            0 => tx.commit().await?,
            1 => tx.rollback().await?,
            _ => drop(tx),
        }
        assert_eq!(of("Bob").a().update(Account::balance.set(end), &narrow).await?, 1);
    }
    assert_eq!(of("Ada").a().get(&db).await?.balance, 0);
    narrow.close().await;
    Ok(())
}

#[everywhere]
async fn a_transaction_that_only_reads_is_told_of_too(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let narrow = AsyncDatabase::connect(&narrow(db.backend(), 500)).await?;
    let tx = narrow.begin_with(TransactionOptions::new().read_only()).await?;
    assert_eq!(Account::objects().a().count(&tx).await?, 2);
    assert_nested(Account::objects().a().count(&narrow).await);
    let written = of("Bob").a().update(Account::balance.set(200), &narrow).await;
    match db.backend() {
        // The writer is another session.
        Backend::Sqlite => assert_eq!(written?, 1),
        _ => assert_nested(written),
    }
    tx.rollback().await?;
    narrow.close().await;
    Ok(())
}

#[everywhere]
async fn who_used_it_last_holds_it(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let narrow = AsyncDatabase::connect(&narrow(db.backend(), 500)).await?;
    let tx = narrow.begin().await?;
    of("Ada").a().update(Account::balance.set(0), &tx).await?;
    let others = narrow.clone();
    let begun = db.elsewhere(async move || of("Bob").a().update(Account::balance.set(1), &others).await);
    assert_exhausted(begun.done().await);
    // It moves, and is used there.
    let there = narrow.clone();
    let begun = db.elsewhere(async move || {
        let used = of("Ada").a().update(Account::balance.set(2), &tx).await;
        (tx, used, of("Bob").a().update(Account::balance.set(3), &there).await)
    });
    let (tx, used, refused) = begun.done().await;
    assert_eq!(used?, 1);
    assert_nested(refused);
    assert_exhausted(of("Bob").a().update(Account::balance.set(4), &narrow).await);
    // And comes back.
    assert_eq!(of("Ada").a().get(&tx).await?.balance, 2);
    assert_nested(of("Bob").a().update(Account::balance.set(5), &narrow).await);
    tx.commit().await?;
    assert_eq!(of("Bob").a().get(&narrow).await?.balance, 100);
    narrow.close().await;
    Ok(())
}

/// To wait for a transaction that another thread or task is about to use and end is sound, though it was begun here.
#[everywhere]
async fn who_gave_it_away_may_wait_for_it(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let narrow = AsyncDatabase::connect(&narrow(db.backend(), 60_000)).await?;
    let tx = narrow.begin().await?;
    of("Ada").a().update(Account::balance.set(7), &tx).await?;
    let there = narrow.clone();
    let begun = db.elsewhere(async move || {
        // It is not used here before the other waits for it.
        there.until(|| there.metrics().waiting > 0).await;
        of("Bob").a().update(Account::balance.set(8), &tx).await?;
        tx.commit().await
    });
    assert_eq!(of("Bob").a().update(Account::balance.set(Account::balance + 1), &narrow).await?, 1);
    begun.done().await?;
    assert_eq!(Account::objects().order_by(Account::id).values(Account::balance).a().all(&narrow).await?, [7, 9]);
    narrow.close().await;
    Ok(())
}

#[everywhere]
async fn what_passes_it_by_can_be_an_error_always(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    // Nobody would live to see the end of a wait.
    let strict = AsyncDatabase::connect(&url_with("nested_acquire=error&acquire_timeout=600000")).await?;
    let seen: Arc<Mutex<Vec<Result<u64, Error>>>> = Arc::default();
    for end in 0..3 {
        let tx = strict.begin().await?;
        assert_eq!(Account::objects().a().count(&tx).await?, 2);
        assert_nested(Account::objects().a().count(&strict).await);
        assert_nested(of("Ada").a().update(Account::balance.set(1), &strict).await);
        assert_nested(strict.begin().await.map(drop));
        // Another database is another matter.
        assert_eq!(Account::objects().a().count(&db).await?, 2);
        let (noted, after) = (seen.clone(), strict.clone());
        tx.on_commit(async move || {
            let count = Account::objects().a().count(&after).await;
            noted.lock().unwrap_or_else(PoisonError::into_inner).push(count);
        });
        match end {
            0 => tx.commit().await?,
            1 => tx.rollback().await?,
            _ => drop(tx),
        }
        assert_eq!(Account::objects().a().count(&strict).await?, 2);
    }
    let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    assert!(matches!(seen[..], [Ok(2)]), "a hook is called after the end: {seen:?}");
    strict.close().await;
    Ok(())
}

#[everywhere]
async fn who_has_not_used_it_last_is_free(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let strict = AsyncDatabase::connect(&url_with("nested_acquire=error")).await?;
    let durable = TransactionOptions::new().durable().read_only();
    let tx = strict.begin().await?;
    assert_nested(Account::objects().a().count(&strict).await);
    let (used, seen) = (Flag::default(), Flag::default());
    let (there, is_used, is_seen) = (strict.clone(), used.clone(), seen.clone());
    let begun = db.elsewhere(async move || {
        let count = Account::objects().a().count(&tx).await;
        is_used.set();
        there.until(|| is_seen.is_set()).await;
        (tx, count, Account::objects().a().count(&there).await)
    });
    db.until(|| used.is_set()).await;
    let here = Account::objects().a().count(&strict).await;
    let outermost = strict.atomic_with(durable, async |tx: &AsyncTransaction| Account::objects().a().count(tx).await).await;
    seen.set();
    let (tx, count, refused) = begun.done().await;
    assert_eq!((here?, outermost?, count?), (2, 2, 2));
    assert_nested(refused);
    // It comes back, and is used.
    assert_eq!(Account::objects().a().count(&strict).await?, 2);
    assert_eq!(Account::objects().a().count(&tx).await?, 2);
    assert_nested(Account::objects().a().count(&strict).await);
    assert_nested(strict.begin_with(durable).await.map(drop));
    tx.commit().await?;
    assert_eq!(Account::objects().a().count(&strict).await?, 2);
    strict.close().await;
    Ok(())
}

#[everywhere]
async fn a_durable_one_is_not_begun_inside(db: AsyncDatabase) -> Result<(), Error> {
    db.open_accounts().await?;
    let durable = TransactionOptions::new().durable();
    for end in 0..3 {
        let tx = db.begin_with(durable).await?;
        of("Ada").a().update(Account::balance.set(end), &tx).await?;
        let inner = async |tx: &AsyncTransaction| Account::objects().a().count(tx).await;
        assert_nested(db.atomic_with(durable.read_only(), inner).await);
        assert_nested(db.begin_with(durable.read_only()).await.map(drop));
        match end {
            0 => tx.commit().await?,
            1 => tx.rollback().await?,
            _ => drop(tx),
        }
        let inner = async |tx: &AsyncTransaction| Account::objects().a().count(tx).await;
        assert_eq!(db.atomic_with(durable.read_only(), inner).await?, 2);
    }
    assert_eq!(of("Ada").a().get(&db).await?.balance, 0);
    Ok(())
}

#[test]
fn a_stream_is_told_too() -> Result<(), Error> {
    let file = TempFile::unused();
    current_thread().block_on(async {
        let db = AsyncDatabase::connect(&format!("{}&readers=1&acquire_timeout=500", file.url())).await?;
        db.open_accounts().await?;
        let tx = db.begin_with(TransactionOptions::new().read_only()).await?;
        assert_nested(Account::objects().a().stream(&db).try_next().await);
        let theirs = db.clone();
        let other = tokio::spawn(async move { Account::objects().a().stream(&theirs).try_next().await });
        assert_exhausted(other.await.expect("no panic"));
        tx.rollback().await?;
        assert!(Account::objects().a().stream(&db).try_next().await?.is_some());
        Ok(())
    })
}

/// The modes share the sessions of SQLite, and a thread.
#[test]
fn one_mode_tells_of_the_other() -> Result<(), Error> {
    let file = TempFile::unused();
    let db = Database::connect(&format!("{}&acquire_timeout=500", file.url()))?;
    db.open_accounts()?;
    let tx = db.begin()?;
    of("Ada").update(Account::balance.set(0), &tx)?;
    let runtime = current_thread();
    let asynchronous = db.a();
    assert_nested(runtime.block_on(of("Bob").a().update(Account::balance.set(1), &asynchronous)));
    tx.commit()?;
    let tx = runtime.block_on(asynchronous.begin())?;
    assert_nested(of("Bob").update(Account::balance.set(1), &db));
    runtime.block_on(tx.commit())?;
    assert_eq!(of("Bob").update(Account::balance.set(1), &db)?, 1);
    Ok(())
}
