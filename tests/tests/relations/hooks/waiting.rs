//! Hooks in tasks: futures that are spawned, dropped, and wait for what they should not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use amphi::prelude::*;
use amphi::{Connection, Hooks, Running};

use super::{Entry, Page};
use amphi_tests::futures::{multi_thread, polled};
use amphi_tests::support::{Place, Scratch, run_asynchronous, run_blocking};

/// A row whose hook waits for something else.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(hooks)]
struct Sleeper {
    id: i64,
}

impl Hooks for Sleeper {
    async fn before_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        Entry::create().page(1).hook("slept").pages(0).on(on).insert().await?;
        let mut polled = false;
        std::future::poll_fn(|context| match std::mem::replace(&mut polled, true) {
            true => std::task::Poll::Ready(()),
            false => {
                context.waker().wake_by_ref();
                std::task::Poll::Pending
            }
        })
        .await;
        Ok(())
    }
}

/// That the write was refused, because its hook waited.
fn refused(outcome: Result<Sleeper, Error>) {
    let error = outcome.unwrap_err();
    assert!(matches!(&error, Error::InvalidQuery(why) if why.contains("hook")), "{error}");
}

#[test]
fn a_hook_that_waits_on_sqlite_is_an_error() {
    run_blocking(Place::sqlite, "a_hook_that_waits", &[], |db| {
        db.create_tables(models![Sleeper, Entry])?;
        refused(Sleeper::create().insert(&db));
        db.atomic(|tx| {
            refused(Sleeper::create().insert(tx));
            tx.atomic(|tx| {
                Entry::create().page(1).hook("kept").pages(0).insert(tx)?;
                refused(Sleeper::create().insert(tx));
                Ok::<_, Error>(())
            })
        })?;
        assert_eq!(Entry::objects().values(Entry::hook).all(&db)?, ["kept"]);
        assert_eq!(Sleeper::objects().count(&db)?, 0);
        Ok(())
    });
    run_asynchronous(Place::sqlite, "a_hook_that_waits", &[], async |db| {
        db.create_tables(models![Sleeper, Entry]).await?;
        refused(Sleeper::create().a().insert(&db).await);
        db.atomic(async |tx: &AsyncTransaction| {
            tx.atomic(async |tx: &AsyncTransaction| {
                Entry::create().page(1).hook("kept").pages(0).a().insert(tx).await?;
                refused(Sleeper::create().a().insert(tx).await);
                Ok::<_, Error>(())
            })
            .await
        })
        .await?;
        assert_eq!(Entry::objects().values(Entry::hook).a().all(&db).await?, ["kept"]);
        assert_eq!(Sleeper::objects().a().count(&db).await?, 0);
        Ok(())
    });
}

/// A row whose hook panics, in a savepoint or without.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(hooks)]
struct Faulty {
    id: i64,
    deep: bool,
}

impl Hooks for Faulty {
    async fn after_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        Entry::create().page(1).hook("undone").pages(0).on(on).insert().await?;
        if self.deep {
            on.atomic(async |on: &mut Running<'_, _>| {
                Entry::create().page(1).hook("undone").pages(0).on(on).insert().await?;
                on.atomic(async |_: &mut Running<'_, _>| -> Result<(), Error> { panic!("deep") }).await
            })
            .await?;
        }
        panic!("shallow")
    }
}

/// A transaction in which the panic of a hook is caught goes on where it was.
fn caught(place: Place) {
    run_blocking(place, "caught", &[], |db| {
        db.create_tables(models![Faulty, Entry])?;
        for deep in [false, true] {
            let insert = |db: &Database| catch_unwind(AssertUnwindSafe(|| Faulty::create().deep(deep).insert(db)));
            assert!(insert(&db).is_err());
            db.atomic(|tx| {
                let insert = || catch_unwind(AssertUnwindSafe(|| Faulty::create().deep(deep).insert(tx)));
                assert!(insert().is_err());
                Entry::create().page(1).hook("outer").pages(0).insert(tx)?;
                tx.atomic(|tx| {
                    Entry::create().page(1).hook("inner").pages(0).insert(tx)?;
                    assert!(insert().is_err());
                    Ok::<_, Error>(())
                })
            })?;
            assert_eq!(Entry::objects().order_by(Entry::id).values(Entry::hook).all(&db)?, ["outer", "inner"]);
            assert_eq!(Faulty::objects().count(&db)?, 0);
            Entry::objects().delete(&db)?;
        }
        Ok(())
    });
}

#[test]
fn a_panic_of_a_hook_undoes_the_write_sqlite() {
    caught(Place::sqlite);
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn a_panic_of_a_hook_undoes_the_write_postgres() {
    caught(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn a_panic_of_a_hook_undoes_the_write_mysql() {
    caught(Place::mysql);
}

#[test]
fn a_panic_of_a_hook_in_a_task_is_an_error_or_the_tasks_own() {
    run_asynchronous(Place::sqlite, "a_panic_in_a_task", &[], async |db| {
        db.create_tables(models![Faulty, Entry]).await?;
        let failed = Faulty::create().deep(true).a().insert(&db).await;
        assert!(matches!(failed, Err(Error::Database { .. })), "{failed:?}");
        assert_eq!((Faulty::objects().a().count(&db).await?, Entry::objects().a().count(&db).await?), (0, 0));
        Ok(())
    });
}

/// Drops a write with hooks at each of its polls: it is there with all that its hooks did, or nothing is.
fn dropped(place: Place) {
    let scratch = Scratch::new(place);
    multi_thread().block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await.unwrap();
        db.create_tables(models![Page, Entry]).await.unwrap();
        let mut ended = Vec::new();
        for times in 0..=40 {
            let insert = Page::create().title(format!("page {times}")).a();
            ended.extend(polled(times, insert.insert(&db)).await.map(|page| page.unwrap().id));
        }
        assert!(!ended.is_empty(), "40 polls are too few to insert a row");
        assert!(ended.len() < 41, "a future that is never polled does nothing");
        // What goes on in the background has an end.
        db.close().await;
        let db = AsyncDatabase::connect(&scratch.url()).await.unwrap();
        let pages = Page::objects().order_by(Page::id).values(Page::id).a().all(&db).await.unwrap();
        assert!(ended.iter().all(|page| pages.contains(page)), "{ended:?} are not all in {pages:?}");
        let after = Entry::objects().filter(Entry::hook.eq("after_insert")).order_by(Entry::page).values(Entry::page);
        assert_eq!(after.a().all(&db).await.unwrap(), pages);
        let before = Entry::objects().filter(Entry::hook.eq("before_insert")).a().count(&db).await.unwrap();
        assert_eq!(before, pages.len() as u64);
        db.close().await;
    });
}

#[test]
fn a_dropped_write_leaves_nothing_of_its_hooks_sqlite() {
    dropped(Place::sqlite);
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn a_dropped_write_leaves_nothing_of_its_hooks_postgres() {
    dropped(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn a_dropped_write_leaves_nothing_of_its_hooks_mysql() {
    dropped(Place::mysql);
}

#[test]
fn writes_with_hooks_can_be_spawned() {
    let scratch = Scratch::new(Place::sqlite);
    multi_thread().block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await.unwrap();
        db.create_tables(models![Page, Entry]).await.unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let db = db.clone();
                tokio::spawn(async move {
                    let mut page = Page::create().title(format!("page {number}")).a().insert(&db).await?;
                    page.a().save(&db).await?;
                    page.a().update(Page::text, &db).await?;
                    page.a().delete(&db).await.map(drop)
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(Entry::objects().a().count(&db).await.unwrap(), 20 * 8);
        db.close().await;
    });
}
