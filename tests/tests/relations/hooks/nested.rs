//! Hooks that write and read rows of other models, of models with hooks, and of their own.

use amphi::prelude::*;
use amphi::{Connection, Hooks, Running};
use amphi_test_macros::everywhere;

use super::{Entry, Page};

/// A doll with a smaller one inside, down to the size of one.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(hooks)]
struct Doll {
    id: i64,
    size: i32,
    #[field(on_delete = SetNull)]
    within: Option<ForeignKey<Doll>>,
}

impl Hooks for Doll {
    async fn after_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        match self.size {
            size @ 2.. => {
                let within = ForeignKey::to(self);
                let mut inner = Doll::create().size(size - 1).within(within).on(on).insert().await?;
                // Its hooks run too, and see it.
                inner.on(on).save().await
            }
            // The smallest one is cursed.
            -1 => Err(Error::DoesNotExist { model: "Doll" }),
            _ => Ok(()),
        }
    }

    async fn before_update(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        let around = Doll::objects().filter(Doll::size.gt(self.size)).on(on).count().await?;
        Page::create().title(format!("{} in {around}", self.size)).on(on).insert().await.map(drop)
    }
}

#[everywhere]
async fn a_hook_may_write_rows_of_its_own_model(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry, Doll]).await?;
    Doll::create().size(4).a().insert(&db).await?;
    let sizes = Doll::objects().order_by(Doll::id).values((Doll::size, Doll::within.size)).a().all(&db).await?;
    assert_eq!(sizes, [(4, None), (3, Some(4)), (2, Some(3)), (1, Some(2))]);
    let titles = Page::objects().order_by(Page::id).values(Page::title).a().all(&db).await?;
    // The innermost is saved first.
    assert_eq!(titles, ["1 in 3", "2 in 2", "3 in 1"]);
    // And the hooks of those rows have run.
    assert_eq!(Entry::objects().a().count(&db).await?, 6);
    Ok(())
}

#[everywhere]
async fn what_fails_far_within_undoes_all(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry, Doll]).await?;
    // The title is taken when the second doll is saved.
    Page::objects().a().bulk_create([New::of(Page::titled("2 in 1"))], &db).await?;
    let failed = Doll::create().size(3).a().insert(&db).await;
    assert!(failed.is_err_and(|error| error.is_unique_violation()));
    assert_eq!(Doll::objects().a().count(&db).await?, 0);
    assert_eq!((Page::objects().a().count(&db).await?, Entry::objects().a().count(&db).await?), (1, 0));
    // The database goes on.
    Page::objects().a().delete(&db).await?;
    Doll::create().size(3).a().insert(&db).await?;
    assert_eq!(Doll::objects().a().count(&db).await?, 3);
    assert!(matches!(Doll::create().size(-1).a().insert(&db).await, Err(Error::DoesNotExist { .. })));
    Ok(())
}

/// All that a handle can do, in one hook. Its result is in the row.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(hooks)]
struct Report {
    id: i64,
    #[field(default)]
    text: String,
}

impl Hooks for Report {
    async fn before_insert(&mut self, on: &mut Running<'_, impl Connection>) -> Result<(), Error> {
        let entries = || Entry::objects().order_by(Entry::page);
        let drafts = [3, 1, 2].map(|page| Entry::create().page(page).hook("bulk").pages(0));
        Entry::objects().on(on).bulk_create(drafts).await?;
        let pages: Vec<i64> = entries().on(on).all().await?.iter().map(|entry| entry.page).collect();
        let first = entries().on(on).first().await?.map(|entry| entry.page);
        let last = entries().on(on).last().await?.map(|entry| entry.page);
        let mut entry = entries().filter(Entry::page.eq(2)).on(on).get().await?;
        let before = entry.clone();
        entry.hook = "saved".to_owned();
        entry.on(on).save().await?;
        entry.pages = 5;
        entry.on(on).update(Entry::pages).await?;
        entry.pages = 6;
        entry.on(on).update_changed(&before).await?;
        let unchanged = entry.clone();
        entry.on(on).update_changed(&unchanged).await?;
        entry.hook.clear();
        entry.on(on).refresh().await?;
        let updated = entries().filter(Entry::page.gt(1)).on(on).update(Entry::pages.set(Entry::pages + 1)).await?;
        let told = entries().values((Entry::hook, Entry::pages)).on(on).all().await?;
        entry.on(on).delete().await?;
        let exist = (entries().filter(Entry::page.eq(2)).on(on).exists().await?, entries().on(on).count().await?);
        let missing = entries().filter(Entry::page.eq(2)).on(on).get().await;
        let page = Page::create().title("outer").on(on).insert().await?;
        let inner = Doll::create().size(1).on(on).insert().await?;
        let doll = Doll::create().size(1).within(&inner).on(on).insert().await?;
        let loaded = vec![doll].load_related(Doll::within).on(on).fetch().await?;
        let within = loaded.first().and_then(|doll| doll.within().as_ref()).map(|doll| doll.id == inner.id);
        let joined = Doll::objects().select_related(Doll::within).order_by(Doll::id).on(on).last().await?;
        let joined = joined.and_then(|doll| doll.within().as_ref().map(|doll| doll.id == inner.id));
        Page::objects().filter(Page::id.eq(page.id)).on(on).delete().await?;
        let missing = matches!(missing, Err(Error::DoesNotExist { model: "Entry" }));
        self.text = format!(
            "{pages:?} {first:?} {last:?} {:?} {updated} {told:?} {exist:?} {missing} {within:?} {joined:?}",
            (&entry.hook, entry.pages)
        );
        Ok(())
    }
}

#[everywhere]
async fn a_handle_does_what_the_terminals_do(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Entry, Doll, Report]).await?;
    let report = Report::create().a().insert(&db).await?;
    let expected = r#"[1, 2, 3] Some(1) Some(3) ("saved", 6) 2 [("bulk", 0), ("saved", 7), ("bulk", 1)] (false, 2) true Some(true) Some(true)"#;
    assert_eq!(report.text, expected);
    assert_eq!(Page::objects().a().count(&db).await?, 0);
    Ok(())
}
