//! `on_delete = SetDefault`: the default of the key is set, and stands in the schema.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
struct Shelf {
    id: i64,
    name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Rack {
    id: i32,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Label {
    #[field(primary_key, max_length = 40)]
    text: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Owner {
    id: Uuid,
}

const FOUND: i64 = i64::MIN;
const NOBODY: Uuid = Uuid::from_u128(0x0123_4567_89ab_cdef_0011_2233_4455_6677);

#[derive(Model, Debug, Clone, PartialEq)]
struct Item {
    id: i64,
    #[field(on_delete = SetDefault, default = FOUND)]
    shelf: ForeignKey<Shelf>,
    #[field(on_delete = SetDefault, default = i32::MAX)]
    rack: ForeignKey<Rack>,
    #[field(on_delete = SetDefault, default = "it's \"ł\"\\n;--")]
    label: ForeignKey<Label>,
    #[field(on_delete = SetDefault, default = NOBODY)]
    owner: ForeignKey<Owner>,
    #[field(on_delete = SetDefault, default = None)]
    before: Option<ForeignKey<Shelf>>,
    #[field(on_delete = SetDefault, default = 2)]
    after: Option<ForeignKey<Shelf>>,
}

#[everywhere]
async fn children_point_at_the_default_row(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Item, Shelf, Rack, Label, Owner]).await?;
    let (label, owner) = ("it's \"ł\"\\n;--", Uuid::from_u128(1));
    for id in [FOUND, 1, 2] {
        Shelf::create().id(id).name("ł").a().insert(&db).await?;
    }
    Rack::objects().a().bulk_create([i32::MAX, 5].map(|id| Rack::create().id(id)), &db).await?;
    Label::objects().a().bulk_create([label, "other"].map(|text| Label::create().text(text)), &db).await?;
    Owner::objects().a().bulk_create([NOBODY, owner].map(|id| Owner::create().id(id)), &db).await?;
    let item = Item::create().shelf(1).rack(5).label("other").owner(owner).before(1).after(1).a().insert(&db).await?;
    let default = Item::create().a().insert(&db).await?;
    assert_eq!((*default.shelf.key(), *default.rack.key()), (FOUND, i32::MAX));
    assert_eq!((default.label.key().as_str(), *default.owner.key()), (label, NOBODY));
    assert_eq!((default.before, default.after), (None, Some(ForeignKey::new(2))));

    assert_eq!(Shelf::objects().filter(Shelf::id.eq(1)).a().delete(&db).await?, 1);
    assert_eq!(Rack::objects().filter(Rack::id.eq(5)).a().delete(&db).await?, 1);
    assert_eq!(Label::objects().filter(Label::text.eq("other")).a().delete(&db).await?, 1);
    assert_eq!(Owner::objects().filter(Owner::id.eq(owner)).a().delete(&db).await?, 1);
    let left = Item::objects().filter(Item::id.eq(item.id)).a().get(&db).await?;
    assert_eq!(left, Item { id: item.id, ..default });
    Ok(())
}

#[everywhere]
async fn a_default_row_that_is_not_there_keeps_the_parent(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Item, Shelf, Rack, Label, Owner]).await?;
    Rack::create().id(i32::MAX).a().insert(&db).await?;
    Label::create().text("it's \"ł\"\\n;--").a().insert(&db).await?;
    Owner::create().id(NOBODY).a().insert(&db).await?;
    Shelf::objects().a().bulk_create([1, 2].map(|id| Shelf::create().id(id).name("ł")), &db).await?;
    Item::create().shelf(1).a().insert(&db).await?;
    let refused = Shelf::objects().filter(Shelf::id.eq(1)).a().delete(&db).await.unwrap_err();
    assert!(refused.is_foreign_key_violation(), "{refused:?}");
    // A default that is the deleted row itself leads nowhere either.
    let refused = Shelf::objects().filter(Shelf::id.eq(2)).a().delete(&db).await.unwrap_err();
    assert!(refused.is_foreign_key_violation(), "{refused:?}");
    assert_eq!(Shelf::objects().a().count(&db).await?, 2);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Torn {
    id: i64,
    #[field(on_delete = SetDefault, default = "\0")]
    label: ForeignKey<Label>,
}

#[everywhere(sets_default_on_delete)]
async fn a_default_that_no_schema_can_hold_names_its_field(db: AsyncDatabase) -> Result<(), Error> {
    let refused = db.create_tables(models![Label, Torn]).await.unwrap_err();
    assert!(matches!(refused, Error::InvalidValue { model: "Torn", field: "label", .. }), "{refused:?}");
    assert!(Label::objects().a().all(&db).await.is_err(), "no table is left");
    Ok(())
}
