//! Locks that have a name and belong to no row.

use std::time::Duration;

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use amphi_tests::support::{Place, Scratch, url_with};

/// A name that no other test has: PostgreSQL's are those of a database, which all tests share.
fn own(name: &str) -> String {
    url_with(name)
}

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(30);

#[everywhere(advisory_locks)]
async fn one_has_it_at_a_time(db: AsyncDatabase) -> Result<(), Error> {
    let lock = db.advisory_lock(&own("nightly report")).await?;
    assert!(db.try_advisory_lock(&own("nightly report")).await?.is_none());
    let other = db.try_advisory_lock(&own("another")).await?;
    assert!(other.is_some());
    lock.unlock().await?;
    let again = db.try_advisory_lock(&own("nightly report")).await?.expect("it is free");
    again.unlock().await?;
    let waited = db.try_advisory_lock_for(&own("nightly report"), LONG).await?.expect("it is free");
    assert!(db.try_advisory_lock_for(&own("nightly report"), Duration::from_millis(20)).await?.is_none());
    assert!(db.try_advisory_lock_for(&own("nightly report"), Duration::ZERO).await?.is_none());
    waited.unlock().await?;
    drop(other);
    Ok(())
}

#[everywhere(advisory_locks)]
async fn any_text_is_a_name_of_its_own(db: AsyncDatabase) -> Result<(), Error> {
    let long = "x".repeat(10_000);
    let longer = format!("{long}x");
    for [one, two] in [["", " "], ["report", "Report"], ["é🦀", "é"], [long.as_str(), longer.as_str()], ["a'; --", "a\\'; --"]]
    {
        let first = db.try_advisory_lock(&own(one)).await?.expect("it is free");
        assert!(db.try_advisory_lock(&own(one)).await?.is_none());
        let second = db.try_advisory_lock(&own(two)).await?.expect("it is another");
        first.unlock().await?;
        second.unlock().await?;
    }
    let refused = db.advisory_lock("a\0b").await.map(|_| ());
    assert!(matches!(refused, Err(Error::InvalidValue { field: "name", .. })), "{refused:?}");
    Ok(())
}

#[everywhere(advisory_locks)]
async fn a_dropped_one_is_let_go(db: AsyncDatabase) -> Result<(), Error> {
    for _ in 0..10 {
        let lock = db.advisory_lock(&own("dropped")).await?;
        drop(lock);
        // It waits for the moment in which the server hears of it.
        let lock = db.try_advisory_lock_for(&own("dropped"), LONG).await?.expect("it is let go");
        lock.unlock().await?;
    }
    assert!(db.metrics().in_use <= 1, "{:?}", db.metrics());
    Ok(())
}

#[everywhere(advisory_locks)]
async fn it_lasts_longer_than_transactions(db: AsyncDatabase) -> Result<(), Error> {
    let lock = db.advisory_lock(&own("work")).await?;
    db.atomic(async |_: &AsyncTransaction| Ok::<_, Error>(())).await?;
    db.atomic(async |tx: &AsyncTransaction| {
        // Its connection is not the transaction's.
        let inside = db.advisory_lock(&own("inside")).await?;
        tx.atomic(async |_: &AsyncTransaction| Err::<(), _>(Error::TransactionDead)).await.unwrap_err();
        assert!(db.try_advisory_lock(&own("inside")).await?.is_none());
        inside.unlock().await
    })
    .await?;
    assert!(db.try_advisory_lock(&own("work")).await?.is_none());
    lock.unlock().await
}

#[everywhere]
async fn where_there_is_none_it_says_so(db: AsyncDatabase) -> Result<(), Error> {
    let features = db.backend().dialect().features();
    let lock = db.try_advisory_lock(&own("x")).await.map(|lock| lock.is_some());
    match features.advisory_locks {
        true => assert!(lock?),
        false => assert!(matches!(lock, Err(Error::Unsupported { feature: "advisory locks", .. })), "{lock:?}"),
    }
    let tx = db.begin().await?;
    let lock = tx.advisory_lock(&own("y")).await;
    match features.transaction_advisory_locks {
        true => lock?,
        false => assert!(matches!(lock, Err(Error::Unsupported { .. })), "{lock:?}"),
    }
    // What was refused before it was sent leaves the transaction as it is.
    tx.commit().await
}

#[everywhere(transaction_advisory_locks)]
async fn a_transaction_holds_one_to_its_end(db: AsyncDatabase) -> Result<(), Error> {
    let first = db.begin().await?;
    first.advisory_lock(&own("x")).await?;
    first.advisory_lock(&own("x")).await?;
    let second = db.begin().await?;
    assert!(!second.try_advisory_lock(&own("x")).await?);
    // Both kinds have the same names.
    assert!(db.try_advisory_lock(&own("x")).await?.is_none());
    let inner = second.savepoint().await?;
    assert!(second.try_advisory_lock(&own("y")).await?);
    assert!(!first.try_advisory_lock(&own("y")).await?);
    inner.rollback().await?;
    assert!(first.try_advisory_lock(&own("y")).await?);
    first.commit().await?;
    assert!(second.try_advisory_lock(&own("x")).await?);
    second.rollback().await?;
    let third = db.begin().await?;
    assert!(third.try_advisory_lock(&own("x")).await? && third.try_advisory_lock(&own("y")).await?);
    drop(third);
    Ok(())
}

#[everywhere(transaction_advisory_locks)]
async fn behind_a_pooler_only_a_transaction_holds_one(db: AsyncDatabase) -> Result<(), Error> {
    let pooled = AsyncDatabase::connect(&url_with("pooler=transaction")).await?;
    let refused = pooled.try_advisory_lock(&own("x")).await.map(|_| ());
    assert!(matches!(refused, Err(Error::Unsupported { .. })), "{refused:?}");
    let tx = pooled.begin().await?;
    tx.advisory_lock(&own("x")).await?;
    assert!(db.try_advisory_lock(&own("x")).await?.is_none());
    tx.commit().await?;
    assert!(db.try_advisory_lock(&own("x")).await?.is_some());
    pooled.close().await;
    Ok(())
}

/// A wait that nobody waits for any more leaves nothing behind, whether the lock comes before the server hears of it or not.
fn abandoned(place: Place) {
    let scratch = Scratch::new(place);
    let name = scratch.url();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let outcome: Result<(), Error> = runtime.block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await?;
        for round in 0..6 {
            let held = db.advisory_lock(&name).await?;
            let waiting = tokio::spawn({
                let (db, name) = (db.clone(), name.clone());
                async move { db.advisory_lock(&name).await.map(drop) }
            });
            // It is on its way in some rounds, and arrived in others.
            tokio::time::sleep(Duration::from_millis(round * 10)).await;
            waiting.abort();
            let _ = waiting.await;
            held.unlock().await?;
            let again = db.try_advisory_lock_for(&name, LONG).await?;
            again.expect("nobody has it").unlock().await?;
        }
        // One that is never let go while the wait is abandoned: the connection of the wait is given up.
        let held = db.advisory_lock(&name).await?;
        let waiting = db.advisory_lock(&name);
        assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
        while db.metrics().in_use > 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        held.unlock().await?;
        // All four connections are free, and none of them has it, once the server has ended the one that was given up.
        let mut all = Vec::new();
        for behind in ["", "a", "b", "c"] {
            all.push(db.try_advisory_lock_for(&format!("{name}{behind}"), LONG).await?.expect("it is free"));
        }
        for lock in all {
            lock.unlock().await?;
        }
        db.close().await;
        Ok(())
    });
    outcome.expect("no error");
}

/// The second one waits until the first one lets go.
fn waits(place: Place) {
    let scratch = Scratch::new(place);
    let name = scratch.url();
    let db = Database::connect(&scratch.url()).expect("a fresh database opens");
    let held = db.advisory_lock(&name).expect("it is free");
    let (tell, told) = std::sync::mpsc::channel();
    let second = std::thread::spawn({
        let (db, name) = (db.clone(), name.clone());
        move || {
            tell.send("asks").expect("somebody listens");
            let lock = db.advisory_lock(&name).expect("it comes");
            tell.send("has it").expect("somebody listens");
            lock.unlock().expect("it is let go");
        }
    });
    assert_eq!(told.recv(), Ok("asks"));
    assert!(told.recv_timeout(Duration::from_millis(200)).is_err(), "it waits");
    held.unlock().expect("it is let go");
    assert_eq!(told.recv(), Ok("has it"));
    second.join().expect("no panic");
    db.close();
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn waits_for_one_on_postgres() {
    waits(Place::postgres);
    abandoned(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn waits_for_one_on_mysql() {
    waits(Place::mysql);
    abandoned(Place::mysql);
}

/// Names are those of a database: programs that use others do not meet.
#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn other_databases_have_other_names() -> Result<(), Error> {
    let scratches = [Scratch::new(Place::mysql), Scratch::new(Place::mysql)];
    let [one, two] = [Database::connect(&scratches[0].url())?, Database::connect(&scratches[1].url())?];
    let first = one.advisory_lock("x")?;
    let second = two.try_advisory_lock("x")?;
    assert!(second.is_some());
    drop(second);
    first.unlock()?;
    one.close();
    two.close();
    Ok(())
}
