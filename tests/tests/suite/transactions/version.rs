//! Rows that count their writes, so that none is written over unseen.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
struct Page {
    id: i64,
    title: String,
    text: Option<String>,
    #[field(version)]
    version: i64,
}

/// The narrow one, under another name, in the middle of a row with a key of its own.
#[derive(Model, Debug, Clone, PartialEq)]
struct Setting {
    #[field(primary_key, max_length = 20)]
    name: String,
    #[field(version, column = "lock_version")]
    writes: i32,
    value: i32,
    #[field(auto_now)]
    changed: DateTime<Utc>,
}

macro_rules! assert_refused {
    ($outcome:expr, $($pattern:tt)+) => {
        let outcome = $outcome;
        assert!(matches!(outcome, Err($($pattern)+)), "{outcome:?}");
    };
}

#[everywhere]
async fn each_write_counts(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page]).await?;
    let mut page = Page::create().title("é🦀").a().insert(&db).await?;
    assert_eq!(page.version, 1);
    page.a().save(&db).await?;
    assert_eq!(page.version, 2);
    page.text = Some(String::new());
    page.a().update(Page::text, &db).await?;
    assert_eq!(page.version, 3);
    let before = page.clone();
    page.text = None;
    page.a().update_changed(&before, &db).await?;
    assert_eq!(page.version, 4);
    assert_eq!(Page::objects().a().get(&db).await?, page);
    // What writes nothing counts nothing.
    let before = page.clone();
    page.a().update_changed(&before, &db).await?;
    page.a().update(Page::version, &db).await?;
    assert_eq!(page, before);
    assert_eq!(Page::objects().a().get(&db).await?, page);
    page.a().delete(&db).await?;
    assert_eq!(Page::objects().a().count(&db).await?, 0);
    Ok(())
}

#[everywhere]
async fn of_two_that_write_one_row_the_second_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page]).await?;
    let mut first = Page::create().title("a").text("b".to_owned()).a().insert(&db).await?;
    let mut second = Page::objects().a().get(&db).await?;
    let before = second.clone();
    first.title = "first".to_owned();
    first.a().save(&db).await?;
    second.title = "second".to_owned();
    let stale = second.a().save(&db).await.unwrap_err();
    assert!(matches!(stale, Error::Stale { model: "Page" }), "{stale:?}");
    assert!(stale.to_string().contains("reload"), "{stale}");
    assert!(!stale.is_retryable() && !stale.kills_transaction());
    assert_refused!(second.a().update(Page::title, &db).await, Error::Stale { .. });
    assert_refused!(second.a().update_changed(&before, &db).await, Error::Stale { .. });
    assert_refused!(second.a().delete(&db).await, Error::Stale { .. });
    assert_eq!((second.version, second.title.as_str()), (1, "second"));
    assert_eq!(Page::objects().a().get(&db).await?, first);
    second.a().refresh(&db).await?;
    assert_eq!(second, first);
    second.title = "second".to_owned();
    second.a().save(&db).await?;
    assert_eq!(second.version, 3);
    assert_refused!(first.a().delete(&db).await, Error::Stale { .. });
    second.a().delete(&db).await?;
    // What is gone is not stale.
    assert_refused!(first.a().save(&db).await, Error::DoesNotExist { model: "Page" });
    assert_refused!(first.a().delete(&db).await, Error::DoesNotExist { model: "Page" });
    Ok(())
}

#[everywhere]
async fn a_transaction_goes_on_after_a_stale_row(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page]).await?;
    let mut first = Page::create().title("a").a().insert(&db).await?;
    let mut second = first.clone();
    first.a().save(&db).await?;
    db.atomic(async |tx: &AsyncTransaction| {
        assert_refused!(second.a().save(tx).await, Error::Stale { .. });
        second.a().refresh(tx).await?;
        second.a().save(tx).await
    })
    .await?;
    assert_eq!(Page::objects().a().get(&db).await?.version, 3);
    Ok(())
}

#[everywhere]
async fn every_insert_begins_at_one(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Setting]).await?;
    let page = |id, version| Page { id, title: String::new(), text: None, version };
    New::of(page(0, 77)).a().insert(&db).await?;
    let made = Page::objects().a().bulk_create([New::of(page(0, 0)), New::with_key(page(500, -3))], &db).await?;
    assert!(made.iter().all(|page| page.version == 1), "{made:?}");
    assert_eq!(Page::objects().values(Page::version).a().all(&db).await?, [1, 1, 1]);
    let made =
        Setting::objects().a().bulk_create([Setting::create().name("a").value(1), Setting::create().name("b").value(2)], &db);
    assert!(made.await?.iter().all(|setting| setting.writes == 1));
    Ok(())
}

#[everywhere]
async fn an_update_of_a_query_counts_for_each_row(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Setting]).await?;
    for name in ["a", "b", "c"] {
        Setting::create().name(name).value(10).a().insert(&db).await?;
    }
    let mut a = Setting::objects().filter(Setting::name.eq("a")).a().get(&db).await?;
    let some = || Setting::objects().filter(Setting::name.in_(["a", "b"]));
    assert_eq!(some().a().update(Setting::value.set(Setting::value + Setting::writes), &db).await?, 2);
    let found = Setting::objects().order_by(Setting::name).values((Setting::value, Setting::writes)).a().all(&db).await?;
    assert_eq!(found, [(11, 2), (11, 2), (10, 1)]);
    assert_refused!(a.a().save(&db).await, Error::Stale { model: "Setting" });
    a.a().refresh(&db).await?;
    a.a().update(Setting::writes, &db).await?;
    assert_eq!(a.writes, 3, "`auto_now` is written");
    // Nobody sets it.
    assert_refused!(some().a().update(Setting::writes.set(9), &db).await, Error::InvalidQuery(_));
    Ok(())
}

#[everywhere]
async fn the_largest_version_is_the_last(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Setting]).await?;
    let mut setting = Setting::create().name("a").value(1).a().insert(&db).await?;
    setting.writes = i32::MAX;
    assert_refused!(setting.a().save(&db).await, Error::InvalidValue { model: "Setting", field: "writes", .. });
    let mut page = Page::create().title("a").a().insert(&db).await?;
    page.version = i64::MAX;
    assert_refused!(page.a().save(&db).await, Error::InvalidValue { model: "Page", field: "version", .. });
    // To be deleted it need not count.
    assert_refused!(page.a().delete(&db).await, Error::Stale { .. });
    Ok(())
}
