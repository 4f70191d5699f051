//! Primary keys: filled in by the database, or given.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
struct Shelf {
    id: i64,
    name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Slot {
    #[field(primary_key)]
    number: i32,
    #[field(on_delete = Cascade)]
    shelf: ForeignKey<Shelf>,
}

type Id = i64;

/// A key whose type the derive does not know to be an integer, so that a draft has to be told.
#[derive(Model, Debug, Clone, PartialEq)]
struct Ticket {
    id: Id,
    #[field(auto_now_add)]
    printed: DateTime<Utc>,
}

/// Nothing but a key.
#[derive(Model, Debug, Clone, PartialEq)]
struct Bare {
    id: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Tag {
    #[field(primary_key, max_length = 8)]
    name: String,
}

fn shelf(id: i64, name: &str) -> Shelf {
    Shelf { id, name: name.into() }
}

#[everywhere(generates_past_given_keys)]
async fn a_given_key_is_inserted_as_given(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Shelf, Slot, Bare]).await?;
    for (given, expected) in [(None, 1), (Some(7), 7), (None, 8), (Some(3), 3), (Some(0), 0), (Some(-4), -4), (None, 9)] {
        let draft = Shelf::create().name("ł").id(given);
        assert_eq!(draft.a().insert(&db).await?, shelf(expected, "ł"), "{given:?}");
    }
    assert_eq!(Shelf::objects().filter(Shelf::id.eq(7)).a().get(&db).await?, shelf(7, "ł"));
    let slot = Slot::create().number(12).shelf(7).a().insert(&db).await?;
    assert_eq!((slot.number, *slot.shelf.key()), (12, 7));
    assert_eq!(Slot::create().shelf(7).a().insert(&db).await?.number, 13);
    assert_eq!((Bare::create().a().insert(&db).await?.id, Bare::create().id(5).a().insert(&db).await?.id), (1, 5));
    Ok(())
}

#[everywhere]
async fn given_keys_leave_those_of_the_database_alone(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Shelf]).await?;
    assert_eq!(Shelf::create().name("a").a().insert(&db).await?, shelf(1, "a"));
    assert_eq!(Shelf::create().id(0).name("b").a().insert(&db).await?, shelf(0, "b"));
    assert_eq!(Shelf::create().id(-7).name("c").a().insert(&db).await?, shelf(-7, "c"));
    let mixed = [(Some(70), "d"), (None, "e"), (Some(500), "f"), (None, "g")];
    let made = mixed.map(|(id, name)| Shelf::create().name(name).id(id));
    let made = Shelf::objects().a().bulk_create(made, &db).await?;
    assert_eq!((&made[0], &made[2]), (&shelf(70, "d"), &shelf(500, "f")));
    assert!(made[1].id > 1 && made[3].id > made[1].id, "{made:?}");
    let mut all = vec![shelf(1, "a"), shelf(0, "b"), shelf(-7, "c")];
    all.extend(made);
    all.sort_by_key(|shelf| shelf.id);
    assert_eq!(Shelf::objects().order_by(Shelf::id).a().all(&db).await?, all);
    Ok(())
}

#[everywhere]
async fn a_key_that_is_taken_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Shelf]).await?;
    Shelf::create().id(7).name("first").a().insert(&db).await?;
    let taken = Shelf::create().id(7).name("second").a().insert(&db).await.unwrap_err();
    assert!(taken.is_unique_violation(), "{taken:?}");
    let Error::Constraint(violation) = taken else { panic!("{taken:?}") };
    assert_eq!((violation.table.as_deref(), violation.columns.as_slice()), (Some("shelf"), &["id".to_owned()][..]));
    let rows = [New::of(shelf(0, "new")), New::with_key(shelf(9, "new")), New::with_key(shelf(7, "taken"))];
    assert!(Shelf::objects().a().bulk_create(rows, &db).await.unwrap_err().is_unique_violation());
    assert_eq!(Shelf::objects().a().all(&db).await?, [shelf(7, "first")]);
    Ok(())
}

#[everywhere(generates_past_given_keys)]
async fn after_the_largest_key_the_database_has_none_to_give(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Shelf, Slot]).await?;
    let last = Shelf::create().id(i64::MAX).name("last").a().insert(&db).await?;
    assert_eq!(last.id, i64::MAX);
    assert!(Shelf::create().name("one more").a().insert(&db).await.is_err());
    assert_eq!(Slot::create().number(i32::MAX).shelf(&last).a().insert(&db).await?.number, i32::MAX);
    assert!(Slot::create().shelf(&last).a().insert(&db).await.is_err());
    assert_eq!((Shelf::objects().a().count(&db).await?, Slot::objects().a().count(&db).await?), (1, 1));
    assert_eq!(Slot::create().number(i32::MIN).shelf(&last).a().insert(&db).await?.number, i32::MIN);
    Ok(())
}

#[everywhere(generates_past_given_keys)]
async fn rows_of_a_fixture_keep_their_keys(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Shelf, Slot]).await?;
    assert_eq!(New::with_key(shelf(40, "a")).a().insert(&db).await?, shelf(40, "a"));
    assert_eq!(New::of(shelf(2, "b")).a().insert(&db).await?, shelf(41, "b"), "the key does not count");
    let rows = [shelf(8, "c"), shelf(6, "d")];
    assert_eq!(Shelf::objects().a().bulk_create(rows.clone().map(New::with_key), &db).await?, rows);
    let slots = [Slot { number: -1, shelf: ForeignKey::new(8) }, Slot { number: 1, shelf: ForeignKey::new(6) }];
    assert_eq!(Slot::objects().a().bulk_create(slots.clone().map(New::with_key), &db).await?, slots);
    assert_eq!(Slot::objects().order_by(Slot::number).a().all(&db).await?, slots);
    let names = Shelf::objects().order_by(Shelf::id).values((Shelf::id, Shelf::name)).a().all(&db).await?;
    assert_eq!(names, [(6, "d"), (8, "c"), (40, "a"), (41, "b")].map(|(id, name)| (id, name.to_owned())));
    Ok(())
}

#[everywhere(generates_past_given_keys)]
async fn a_batch_may_mix_given_keys_and_others(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Shelf]).await?;
    let given: [&[Option<i64>]; 6] = [
        &[Some(5), None, None, Some(20), Some(10), None],
        &[None, Some(30)],
        &[Some(40)],
        &[],
        &[None, None],
        &[Some(-1), Some(0), None, Some(60), None],
    ];
    let expected: [&[i64]; 6] = [&[5, 6, 7, 20, 10, 21], &[22, 30], &[40], &[], &[41, 42], &[-1, 0, 43, 60, 61]];
    for (given, expected) in given.into_iter().zip(expected) {
        let drafts = given.iter().enumerate().map(|(at, id)| Shelf::create().name(format!("{at}")).id(*id));
        let rows = Shelf::objects().a().bulk_create(drafts, &db).await?;
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), expected);
        assert!(rows.iter().enumerate().all(|(at, row)| row.name == at.to_string()), "{rows:?}");
        let stored = Shelf::objects().filter(Shelf::id.in_(expected.to_vec())).order_by(Shelf::id).a().all(&db).await?;
        let mut sorted = rows;
        sorted.sort_by_key(|row| row.id);
        assert_eq!(stored, sorted);
    }
    Ok(())
}

#[everywhere]
async fn a_key_that_the_draft_must_be_told_is_the_one_that_it_was_told(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Ticket, Tag]).await?;
    assert_eq!(Ticket::create().id(77).a().insert(&db).await?.id, 77);
    let tickets = Ticket::objects().a().bulk_create([80, 79].map(|id| Ticket::create().id(id)), &db).await?;
    assert_eq!(tickets.iter().map(|ticket| ticket.id).collect::<Vec<_>>(), [80, 79]);
    // A key that the database never fills in stands in the row, however the row comes.
    let tag = |name: &str| Tag { name: name.into() };
    Tag::create().name("ł").a().insert(&db).await?;
    let rows = Tag::objects().a().bulk_create([New::of(tag("of")), New::with_key(tag("with_key"))], &db).await?;
    assert_eq!(rows, [tag("of"), tag("with_key")]);
    let names = Tag::objects().order_by(Tag::name).values(Tag::name).a().all(&db).await?;
    assert_eq!(names, ["of", "with_key", "ł"]);
    let long = New::with_key(tag("too long a name")).a().insert(&db).await.unwrap_err();
    assert!(matches!(long, Error::InvalidValue { model: "Tag", field: "name", .. }), "{long:?}");
    Ok(())
}
