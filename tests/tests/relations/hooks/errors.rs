//! What fails in a hook or around one: nothing of the write stays.

use amphi::prelude::*;
use amphi::{Connection, Hooks, Running};
use amphi_test_macros::everywhere;

use super::{Entry, Page, journal, told};

#[everywhere]
async fn an_error_of_a_hook_undoes_the_write_and_what_hooks_did(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry]).await?;
    for hook in ["before_insert", "after_insert"] {
        let failed = Page::create().title(hook).a().insert(&db).await;
        assert!(matches!(failed, Err(Error::DoesNotExist { model: "Nothing" })), "{hook}: {failed:?}");
    }
    assert_eq!((Page::objects().a().count(&db).await?, Entry::objects().a().count(&db).await?), (0, 0));

    let stored = Page::create().title("stored").a().insert(&db).await?;
    Entry::objects().a().delete(&db).await?;
    for hook in ["before_update", "after_update"] {
        let mut page = Page { title: hook.to_owned(), text: Some("one".to_owned()), ..stored.clone() };
        let in_hand = page.clone();
        let before = stored.clone();
        for failed in
            [page.a().save(&db).await, page.a().update(Page::title, &db).await, page.a().update_changed(&before, &db).await]
        {
            assert!(matches!(failed, Err(Error::DoesNotExist { model: "Nothing" })), "{hook}: {failed:?}");
        }
        // The row in hand is as it was, without the words and the version of the write that failed.
        assert_eq!(page, in_hand);
    }
    for hook in ["before_delete", "after_delete"] {
        Page::objects().a().update(Page::title.set(hook), &db).await?;
        let page = Page::objects().a().get(&db).await?;
        let failed = page.clone().a().delete(&db).await;
        assert!(matches!(failed, Err(Error::DoesNotExist { model: "Nothing" })), "{hook}");
        assert_eq!(Page::objects().a().get(&db).await?, page);
    }
    assert_eq!(Entry::objects().a().count(&db).await?, 0);
    Ok(())
}

#[everywhere]
async fn an_error_of_a_hook_leaves_the_transaction_around_it(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry]).await?;
    db.atomic(async |tx: &AsyncTransaction| {
        let mut page = Page::create().title("kept").a().insert(tx).await?;
        for hook in ["before_insert", "after_insert"] {
            assert!(Page::create().title(hook).a().insert(tx).await.is_err());
        }
        page.title = "after_update".to_owned();
        assert!(page.a().save(tx).await.is_err());
        page.title = "kept too".to_owned();
        page.a().save(tx).await?;
        assert_eq!(page.version, 2);
        Ok::<_, Error>(())
    })
    .await?;
    let page = Page::objects().a().get(&db).await?;
    assert_eq!((page.title.as_str(), page.version), ("kept too", 2));
    let hooks =
        [("before_insert", 0, 0), ("after_insert", page.id, 1), ("before_update", page.id, 1), ("after_update", page.id, 1)];
    assert_eq!(journal().a().all(&db).await?, told(&hooks));
    Ok(())
}

#[everywhere]
async fn what_the_database_refuses_undoes_what_hooks_did(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry]).await?;
    let mut page = Page::create().title("taken").a().insert(&db).await?;
    let other = Page::create().title("other").a().insert(&db).await?;
    Entry::objects().a().delete(&db).await?;
    let refused = Page::create().title(" taken ").a().insert(&db).await;
    assert!(refused.is_err_and(|error| error.is_unique_violation()));
    page.title = "other".to_owned();
    assert!(page.a().save(&db).await.is_err_and(|error| error.is_unique_violation()));
    // What a hook made of the row is checked.
    page.title = "far longer than twenty characters".to_owned();
    assert!(matches!(page.a().save(&db).await, Err(Error::InvalidValue { model: "Page", field: "title", .. })));
    let long = Page::create().title(format!("{:>40}", "trimmed"));
    assert_eq!(long.a().insert(&db).await?.title, "trimmed");
    Entry::objects().a().delete(&db).await?;
    // A row that is not there, or has another version.
    let mut stale = Page { version: 7, ..other.clone() };
    assert!(matches!(stale.a().save(&db).await, Err(Error::Stale { model: "Page" })));
    assert!(matches!(stale.a().delete(&db).await, Err(Error::Stale { model: "Page" })));
    let mut gone = Page { id: 4_000, ..other };
    assert!(matches!(gone.a().save(&db).await, Err(Error::DoesNotExist { model: "Page" })));
    assert!(matches!(gone.a().delete(&db).await, Err(Error::DoesNotExist { model: "Page" })));
    assert_eq!(Entry::objects().a().count(&db).await?, 0);
    Ok(())
}

/// A row whose hook passes over a failure in the database, in a savepoint or without.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(hooks)]
struct Careless {
    id: i64,
    guarded: bool,
}

impl Hooks for Careless {
    async fn before_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        Entry::create().page(1).hook("kept").pages(0).on(on).insert().await?;
        if self.guarded {
            let failed = on.atomic(async |on: &mut Running<'_, _>| {
                Entry::create().page(1).hook("undone").pages(0).on(on).insert().await?;
                Page::create().title("taken").on(on).insert().await
            });
            assert!(failed.await.is_err_and(|error| error.is_unique_violation()));
            on.atomic(async |on: &mut Running<'_, _>| Entry::create().page(1).hook("kept").pages(0).on(on).insert().await)
                .await?;
        } else {
            let failed = Page::objects().on(on).update(Page::title.set("taken")).await;
            assert!(failed.is_err_and(|error| error.is_unique_violation()));
            // Nothing is taken any more, on any database.
            assert!(matches!(Entry::objects().on(on).count().await, Err(Error::TransactionDead)));
        }
        Ok(())
    }
}

#[everywhere]
async fn a_failure_that_a_hook_passes_over_is_one(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry, Careless]).await?;
    for title in ["taken", "other"] {
        Page::create().title(title).a().insert(&db).await?;
    }
    Entry::objects().a().delete(&db).await?;
    let failed = Careless::create().guarded(false).a().insert(&db).await;
    assert!(matches!(failed, Err(Error::TransactionDead)), "{failed:?}");
    assert_eq!((Careless::objects().a().count(&db).await?, Entry::objects().a().count(&db).await?), (0, 0));
    // In a savepoint it may.
    Careless::create().guarded(true).a().insert(&db).await?;
    let entries = Entry::objects().values(Entry::hook).a().all(&db).await?;
    assert_eq!(entries, ["kept", "kept"]);
    assert_eq!(Page::objects().values(Page::title).order_by(Page::id).a().all(&db).await?, ["taken", "other"]);
    Ok(())
}
