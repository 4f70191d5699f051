//! Which operations run which hooks, and what these see and change.

use amphi::assert_num_queries;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Entry, Page, journal, told};

#[everywhere]
async fn hooks_run_around_each_write_of_a_row(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry]).await?;
    // The key that stands in a row does not count before the database has given one.
    let mut page = Page::create().title("  Ünïcode ").text("one two".to_owned()).a().insert(&db).await?;
    let id = page.id;
    assert_eq!(journal().a().all(&db).await?, told(&[("before_insert", 0, 0), ("after_insert", id, 1)]));
    assert_eq!((page.title.as_str(), page.words, page.version), ("Ünïcode", 2, 1));
    assert_eq!(Page::objects().a().get(&db).await?, page);
    Entry::objects().a().delete(&db).await?;

    let before = page.clone();
    page.text = Some("one two three".to_owned());
    page.a().save(&db).await?;
    assert_eq!((page.words, page.version), (3, 2));
    page.text = None;
    page.a().update((Page::text, Page::words), &db).await?;
    page.title = "Second".to_owned();
    page.a().update_changed(&before, &db).await?;
    assert_eq!((page.words, page.version), (0, 4));
    assert_eq!(Page::objects().a().get(&db).await?, page);
    let updates = [("before_update", id, 1), ("after_update", id, 1)];
    assert_eq!(journal().a().all(&db).await?, told(&[updates, updates, updates].concat()));
    Entry::objects().a().delete(&db).await?;

    page.a().delete(&db).await?;
    assert_eq!(journal().a().all(&db).await?, told(&[("before_delete", id, 1), ("after_delete", id, 0)]));
    Ok(())
}

#[everywhere]
async fn only_what_a_write_is_about_is_written(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry]).await?;
    let mut page = Page::create().title("First").text("one".to_owned()).a().insert(&db).await?;
    page.text = Some("one two".to_owned());
    page.a().update(Page::text, &db).await?;
    // The hook counted in the row in hand, and the words are not written.
    assert_eq!(page.words, 2);
    assert_eq!(Page::objects().values((Page::text, Page::words)).a().get(&db).await?, (Some("one two".to_owned()), 1));
    // What differs is told when the hook has changed the row.
    let before = Page::objects().a().get(&db).await?;
    let mut page = before.clone();
    page.title = "Second".to_owned();
    page.a().update_changed(&before, &db).await?;
    assert_eq!(Page::objects().values(Page::words).a().get(&db).await?, 2);
    // Where nothing differs nothing is sent, and no hook runs.
    let before = page.clone();
    assert_num_queries!(&db, 0, page.a().update_changed(&before, &db).await?);
    Ok(())
}

#[everywhere]
async fn what_writes_many_rows_runs_no_hooks(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry]).await?;
    let pages = ["one", "two"].map(|title| New::of(Page::titled(title)));
    Page::objects().a().bulk_create(pages, &db).await?;
    Page::objects().a().update(Page::text.set(Some("one".to_owned())), &db).await?;
    Page::objects().a().delete(&db).await?;
    assert_eq!(Entry::objects().a().count(&db).await?, 0);
    Ok(())
}

#[everywhere]
async fn a_row_with_its_key_runs_them_too(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry]).await?;
    let page = New::with_key(Page { id: 77, ..Page::titled("of a fixture") }).a().insert(&db).await?;
    assert_eq!(page.id, 77);
    assert_eq!(journal().a().all(&db).await?, told(&[("before_insert", 77, 0), ("after_insert", 77, 1)]));
    Ok(())
}

#[everywhere]
async fn hooks_are_counted_among_the_queries(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry]).await?;
    let mut page = assert_num_queries!(&db, 5, Page::create().title("First").a().insert(&db).await?);
    assert_num_queries!(&db, 5, page.a().save(&db).await?);
    assert_num_queries!(&db, 5, page.a().delete(&db).await?);
    Ok(())
}
