//! Which rows a filter means is decided before anything is deleted.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_region")]
struct Region {
    id: i64,
    #[field(max_length = 20)]
    name: String,
    #[field(on_delete = SetNull)]
    capital: Option<ForeignKey<City>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_city")]
struct City {
    id: i64,
    #[field(on_delete = Cascade)]
    region: ForeignKey<Region>,
    people: i32,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_street")]
struct Street {
    id: i64,
    #[field(on_delete = Cascade)]
    city: ForeignKey<City>,
}

#[everywhere]
async fn a_filter_may_look_at_what_goes_first(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Region, City, Street]).await?;
    let regions = [(1, "ł"), (2, "b"), (3, "c"), (4, "d")];
    Region::objects().a().bulk_create(regions.map(|(id, name)| Region::create().id(id).name(name)), &db).await?;
    let cities = [(1, 1, 10), (2, 1, 20), (3, 2, 30), (4, 3, 40), (5, 4, 50)];
    let cities = cities.map(|(id, region, people)| City::create().id(id).region(region).people(people));
    City::objects().a().bulk_create(cities, &db).await?;
    for (region, capital) in [(1, 1), (2, 3), (3, 1), (4, 5)] {
        Region::objects().filter(Region::id.eq(region)).a().update(Region::capital.set(capital), &db).await?;
    }
    Street::objects().a().bulk_create([1, 1, 2, 3, 4, 5].map(|city| Street::create().city(city)), &db).await?;

    // Its cities are gone before it is.
    let with_large = Region::id.in_(City::objects().filter(City::people.gt(45)).values(City::region.id));
    let deleted = Region::objects().filter(with_large).a().delete(&db).await?;
    assert_eq!(deleted.iter().collect::<Vec<_>>(), [("Region", 1), ("City", 1), ("Street", 1)]);
    // A join through a key that is set to NULL before the row goes.
    let deleted = Region::objects().filter(Region::capital.people.eq(10)).a().delete(&db).await?;
    assert_eq!((deleted.of::<Region>(), deleted.of::<City>(), deleted.of::<Street>()), (2, 3, 4));
    // The key itself.
    let deleted = City::objects().filter(City::id.in_(Region::objects().values(Region::capital.id))).a().delete(&db).await?;
    assert_eq!((deleted.of::<City>(), deleted.of::<Street>()), (1, 1));
    let left = Region::objects().a().all(&db).await?;
    assert_eq!(left, [Region { id: 2, name: "b".into(), capital: None }]);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_page")]
struct Page {
    id: i64,
    words: i32,
    #[field(on_delete = SetNull)]
    next: Option<ForeignKey<Page>>,
    #[field(version)]
    version: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_remark")]
struct Remark {
    id: i64,
    #[field(on_delete = Cascade)]
    page: ForeignKey<Page>,
}

#[everywhere]
async fn a_filter_may_ask_for_what_the_deletion_sets(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Remark]).await?;
    Page::objects().a().bulk_create([1, 2, 3].map(|id| Page::create().id(id).words(0)), &db).await?;
    for (id, next) in [(1, 1), (2, 1), (3, 2)] {
        Page::objects().filter(Page::id.eq(id)).a().update(Page::next.set(next), &db).await?;
    }
    Remark::objects().a().bulk_create([1, 2, 2, 3].map(|page| Remark::create().page(page)), &db).await?;
    let deleted = Page::objects().filter(Page::next.eq(1)).a().delete(&db).await?;
    assert_eq!((deleted.of::<Page>(), deleted.of::<Remark>()), (2, 3));
    assert_eq!(Page::objects().values((Page::id, Page::next)).a().all(&db).await?, [(3, None)]);
    Ok(())
}

#[everywhere]
async fn a_row_of_another_version_keeps_what_points_at_it(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page, Remark]).await?;
    let mut page = Page::create().words(1).a().insert(&db).await?;
    Page::objects().a().update(Page::next.set(page.id), &db).await?;
    Remark::create().page(&page).a().insert(&db).await?;
    assert!(matches!(page.a().delete(&db).await, Err(Error::Stale { model: "Page" })));
    assert_eq!(Remark::objects().a().count(&db).await?, 1);
    // The row points at itself, so that its own deletion counts its version once more.
    page.a().refresh(&db).await?;
    let deleted = page.a().delete(&db).await?;
    assert_eq!(deleted.iter().collect::<Vec<_>>(), [("Page", 1), ("Remark", 1)]);
    assert!(matches!(page.a().delete(&db).await, Err(Error::DoesNotExist { model: "Page" })));
    Ok(())
}
