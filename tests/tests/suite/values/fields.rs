//! What fields are told to be: keys, filled in by the clock, preset, unique, short, oddly named.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use chrono::Duration;
use serde_json::json;
use uuid::Uuid;

use super::Title;

#[derive(Model, Debug, Clone, PartialEq)]
struct Shelf {
    #[field(primary_key, max_length = 4)]
    code: String,
    room: i32,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Item {
    #[field(primary_key)]
    key: Uuid,
    #[field(on_delete = Cascade)]
    shelf: ForeignKey<Shelf>,
    #[field(on_delete = SetNull)]
    part_of: Option<ForeignKey<Item>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Label {
    id: i32,
    text: String,
    #[field(on_delete = Cascade)]
    item: ForeignKey<Item>,
}

#[everywhere]
async fn keys_of_every_type(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Label, Item, Shelf]).await?;
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(u128::MAX));
    let shelf = Shelf::create().code("A/ł\u{7f}").room(7).a().insert(&db).await?;
    assert_eq!(Shelf::objects().filter(Shelf::code.eq("A/ł\u{7f}")).a().get(&db).await?, shelf);
    let item = Item::create().key(first).shelf(&shelf).a().insert(&db).await?;
    let part = Item::create().key(second).shelf("A/ł\u{7f}").part_of(first).a().insert(&db).await?;
    assert_eq!(Item::objects().filter(Item::part_of.eq(first)).a().get(&db).await?, part);
    assert_eq!(Item::objects().filter(Item::part_of.shelf.room.eq(7)).a().get(&db).await?, part);
    assert_eq!(Item::objects().filter(Item::shelf.eq("A/ł\u{7f}")).a().count(&db).await?, 2);
    assert_eq!(Item::objects().filter(Item::key.in_([second])).a().count(&db).await?, 1);
    let mut label = Label::create().text("x").item(&part).a().insert(&db).await?;
    assert_eq!(label.id, 1);
    let labels = (0..3).map(|number| Label::create().text(format!("{number}")).item(second));
    let labels = Label::objects().a().bulk_create(labels, &db).await?;
    assert_eq!(labels.iter().map(|label| label.id).collect::<Vec<_>>(), [2, 3, 4]);
    let loaded =
        Label::objects().filter(Label::id.eq(1)).select_related((Label::item.shelf, Label::item.part_of)).a().get(&db).await?;
    assert_eq!((loaded.item().shelf(), loaded.item().part_of()), (&shelf, &Some(item.clone())));
    // Keys that are there already.
    assert!(Shelf::create().code("A/ł\u{7f}").room(8).a().insert(&db).await.unwrap_err().is_unique_violation());
    let twice = Item::objects().a().bulk_create([Item::create().key(first).shelf(&shelf)], &db).await;
    assert!(twice.unwrap_err().is_unique_violation());
    let long = Shelf::create().code("12345").room(1).a().insert(&db).await;
    assert!(matches!(long, Err(Error::InvalidValue { model: "Shelf", field: "code", .. })), "{long:?}");
    // Saved, refreshed and deleted by their keys.
    let mut shelf = shelf;
    shelf.room = 9;
    shelf.a().save(&db).await?;
    shelf.room = 0;
    shelf.a().refresh(&db).await?;
    assert_eq!(shelf.room, 9);
    label.text = "y".to_owned();
    label.a().update(Label::text, &db).await?;
    let mut item = item;
    item.a().refresh(&db).await?;
    item.a().delete(&db).await?;
    assert_eq!(Item::objects().a().get(&db).await?.part_of, None);
    shelf.a().delete(&db).await?;
    assert_eq!((Item::objects().a().count(&db).await?, Label::objects().a().count(&db).await?), (0, 0));
    let next = Label::create().text("z").item(first).a().insert(&db).await;
    assert!(next.unwrap_err().is_foreign_key_violation());
    Ok(())
}

#[everywhere(generates_past_given_keys)]
async fn a_generated_key_that_does_not_fit_inserts_nothing(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Label, Item, Shelf]).await?;
    Shelf::create().code("A").room(1).a().insert(&db).await?;
    let item = Item::create().key(Uuid::nil()).shelf("A").a().insert(&db).await?;
    Label::create().text("x").item(&item).a().insert(&db).await?;
    Label::objects().a().update(Label::id.set(i32::MAX), &db).await?;
    let last = Label::create().text("last").item(&item).a().insert(&db).await;
    assert!(last.is_err(), "{last:?}");
    let last = Label::objects().a().bulk_create([Label::create().text("last").item(&item)], &db).await;
    assert!(last.is_err(), "{last:?}");
    assert_eq!(Label::objects().values(Label::id).a().all(&db).await?, [i32::MAX]);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Stamped {
    id: i64,
    name: String,
    #[field(auto_now_add)]
    made: DateTime<Utc>,
    #[field(auto_now)]
    seen: DateTime<Utc>,
    #[field(auto_now)]
    seen_on: Option<NaiveDate>,
    #[field(auto_now_add)]
    made_at: NaiveTime,
    #[field(auto_now)]
    local: NaiveDateTime,
}

#[everywhere]
async fn times_are_filled_in(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Stamped]).await?;
    let start = Utc::now() - Duration::microseconds(1);
    let mut row = Stamped::create().name("a").a().insert(&db).await?;
    let inserted = Utc::now();
    assert!(start <= row.made && row.made <= inserted && row.made == row.seen, "{row:?}");
    assert_eq!((row.seen_on, row.made_at, row.local), (Some(row.seen.date_naive()), row.made.time(), row.seen.naive_utc()));
    assert_eq!(Stamped::objects().a().get(&db).await?, row, "what the insert gave is what is there");
    // A save moves `auto_now` and leaves `auto_now_add`.
    let old = row.clone();
    while Utc::now() - old.seen < Duration::microseconds(10) {}
    row.name = "b".to_owned();
    row.a().save(&db).await?;
    assert!(row.seen > old.seen && row.made == old.made && row.made_at == old.made_at, "{row:?}");
    assert_eq!(Stamped::objects().a().get(&db).await?, row);
    // So does an update of named fields, and one of what changed.
    let old = row.clone();
    while Utc::now() - old.seen < Duration::microseconds(10) {}
    row.name = "c".to_owned();
    row.a().update(Stamped::name, &db).await?;
    assert!(row.seen > old.seen && row.made == old.made, "{row:?}");
    assert_eq!(Stamped::objects().a().get(&db).await?, row);
    let old = row.clone();
    while Utc::now() - old.seen < Duration::microseconds(10) {}
    row.a().update_changed(&old, &db).await?;
    assert_eq!((row.seen, Stamped::objects().a().get(&db).await?.seen), (old.seen, old.seen), "nothing changed");
    row.name = "d".to_owned();
    row.a().update_changed(&old, &db).await?;
    assert!(row.seen > old.seen, "{row:?}");
    assert_eq!(Stamped::objects().a().get(&db).await?, row);
    // A query's update leaves both alone.
    Stamped::objects().a().update(Stamped::name.set("e"), &db).await?;
    let after = Stamped::objects().a().get(&db).await?;
    assert_eq!((after.seen, after.made, after.name.as_str()), (row.seen, row.made, "e"));
    // So does a bulk.
    let rows = Stamped::objects().a().bulk_create(["x", "y"].map(|name| Stamped::create().name(name)), &db).await?;
    assert!(rows[0].made >= row.seen && rows.iter().all(|row| row.made == row.seen), "{rows:?}");
    assert_eq!(Stamped::objects().filter(Stamped::id.gt(1)).order_by(Stamped::id).a().all(&db).await?, rows);
    Ok(())
}

const STEPS: i32 = 3;

#[derive(Model, Debug, Clone, PartialEq)]
struct Preset {
    id: i64,
    #[field(default = STEPS + 1)]
    steps: i32,
    #[field(default)]
    copies: i64,
    #[field(default = "untold")]
    story: String,
    #[field(default = 5)]
    stars: Option<i32>,
    #[field(default = true)]
    shown: bool,
    #[field(default = Uuid::from_u128(7))]
    token: Uuid,
    #[field(default = json!({"a": [1, 2]}))]
    extra: serde_json::Value,
    #[field(default)]
    raw: Vec<u8>,
    none: Option<String>,
}

#[everywhere]
async fn defaults_stand_where_nothing_was_given(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Preset]).await?;
    let row = Preset::create().a().insert(&db).await?;
    let expected = Preset {
        id: 1,
        steps: 4,
        copies: 0,
        story: "untold".to_owned(),
        stars: Some(5),
        shown: true,
        token: Uuid::from_u128(7),
        extra: json!({"a": [1, 2]}),
        raw: Vec::new(),
        none: None,
    };
    assert_eq!(row, expected);
    assert_eq!(Preset::objects().a().get(&db).await?, expected);
    let other = Preset::create().steps(1).story("told").stars(None).shown(false).none("x").a().insert(&db).await?;
    let read = Preset::objects().filter(Preset::id.eq(2)).a().get(&db).await?;
    assert_eq!(read, other);
    assert_eq!(
        (read.steps, read.story.as_str(), read.stars, read.shown, read.none.as_deref()),
        (1, "told", None, false, Some("x"))
    );
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "select")]
struct Type {
    id: i64,
    r#type: String,
    r#match: Option<i32>,
    r#struct: Option<ForeignKey<Type>>,
    #[field(column = "group by \"x\"")]
    order: i32,
}

#[everywhere]
async fn names_that_mean_something_elsewhere(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Type]).await?;
    let mut parent = Type::create().r#type("fn").order(1).a().insert(&db).await?;
    let child = Type::create().r#type("where").r#match(3).r#struct(&parent).order(2).a().insert(&db).await?;
    let found = Type::objects().filter(Type::r#struct.r#type.eq("fn") & Type::r#match.eq(3)).select_related(Type::r#struct);
    let found = found.order_by(Type::order.desc()).a().get(&db).await?;
    assert_eq!((found.r#struct(), &*found), (&Some(parent.clone()), &child));
    parent.r#match = Some(1);
    parent.a().update((Type::r#match, Type::order), &db).await?;
    assert_eq!(Type::objects().a().update((Type::r#match.set(None), Type::order.set(Type::order + 1)), &db).await?, 2);
    assert_eq!(
        Type::objects().order_by(Type::id).values((Type::r#match, Type::order)).a().all(&db).await?,
        [(None, 2), (None, 3)]
    );
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Person {
    id: i64,
    #[field(max_length = 5, unique)]
    name: String,
    #[field(max_length = 5, unique)]
    nick: Option<String>,
    #[field(max_length = 3)]
    title: Option<Title>,
}

#[everywhere]
async fn unique_and_max_length(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Person]).await?;
    let mut anna = Person::create().name("Anna").nick("an").a().insert(&db).await?;
    Person::create().name("Bea").a().insert(&db).await?;
    Person::create().name("anna").a().insert(&db).await?;
    let clash = |outcome: Result<(), Error>, column: &str| match outcome {
        Err(Error::Constraint(violation)) => {
            assert_eq!(violation.kind, amphi::error::ConstraintKind::Unique);
            assert_eq!((violation.table.as_deref(), violation.columns.as_slice()), (Some("person"), &[column.to_owned()][..]));
        }
        other => panic!("{other:?}"),
    };
    clash(Person::create().name("Anna").a().insert(&db).await.map(drop), "name");
    clash(Person::create().name("Cleo").nick("an").a().insert(&db).await.map(drop), "nick");
    clash(Person::objects().a().bulk_create([Person::create().name("Anna")], &db).await.map(drop), "name");
    clash(Person::objects().filter(Person::name.eq("Bea")).a().update(Person::name.set("Anna"), &db).await.map(drop), "name");
    let mut bea = Person::objects().filter(Person::name.eq("Bea")).a().get(&db).await?;
    bea.nick = Some("an".to_owned());
    clash(bea.a().save(&db).await, "nick");
    let long = |outcome: Result<(), Error>, named: &str| match outcome {
        Err(Error::InvalidValue { model: "Person", field, reason }) => {
            assert_eq!(field, named);
            assert!(!reason.contains("Annabel"), "an error does not repeat the value: {reason}");
        }
        other => panic!("{other:?}"),
    };
    long(Person::create().name("Annabel").a().insert(&db).await.map(drop), "name");
    long(Person::create().name("Dora").nick("Annabel").a().insert(&db).await.map(drop), "nick");
    long(Person::create().name("Dora").title(Title("Prof".to_owned())).a().insert(&db).await.map(drop), "title");
    long(
        Person::objects().a().bulk_create(["Dora", "Annabel"].map(|name| Person::create().name(name)), &db).await.map(drop),
        "name",
    );
    long(Person::objects().a().update(Person::name.set("Annabel"), &db).await.map(drop), "name");
    anna.name = "Annabel".to_owned();
    long(anna.a().save(&db).await, "name");
    long(anna.a().update(Person::name, &db).await, "name");
    assert_eq!(Person::objects().order_by(Person::id).values(Person::name).a().all(&db).await?, ["Anna", "Bea", "anna"]);
    // Characters count, not bytes; a search for a longer text simply finds nothing.
    Person::create().name("ŁŁŁŁŁ").a().insert(&db).await?;
    Person::create().name("😀\u{7f}😀\u{7f}😀").a().insert(&db).await?;
    assert_eq!(Person::objects().filter(Person::name.eq("Annabel")).a().count(&db).await?, 0);
    Ok(())
}
