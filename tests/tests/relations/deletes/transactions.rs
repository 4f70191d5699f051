//! A deletion is done as a whole or not at all, also inside a transaction.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_house")]
struct House {
    id: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_room")]
struct Room {
    id: i64,
    #[field(on_delete = Cascade)]
    house: ForeignKey<House>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_lodger")]
struct Lodger {
    id: i64,
    #[field(on_delete = SetDefault, default = 99)]
    room: ForeignKey<Room>,
    #[field(on_delete = Protect)]
    owns: Option<ForeignKey<House>>,
}

#[everywhere]
async fn what_is_undone_is_undone_as_a_whole(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![House, Room, Lodger]).await?;
    House::objects().a().bulk_create([1, 2].map(|id| House::create().id(id)), &db).await?;
    Room::objects().a().bulk_create([(1, 1), (2, 1), (99, 2)].map(|(id, house)| Room::create().id(id).house(house)), &db).await?;
    Lodger::create().room(2).a().insert(&db).await?;
    let counts = || (House::objects(), Room::objects(), Lodger::objects().filter(Lodger::room.eq(99)));
    let outcome = db
        .atomic(async |tx: &AsyncTransaction| {
            let deleted = House::objects().filter(House::id.eq(1)).a().delete(tx).await?;
            assert_eq!(deleted.iter().collect::<Vec<_>>(), [("House", 1), ("Room", 2)]);
            let (houses, rooms, moved) = counts();
            assert_eq!((houses.a().count(tx).await?, rooms.a().count(tx).await?, moved.a().count(tx).await?), (1, 1, 1));
            Err::<(), _>(Error::InvalidQuery("enough"))
        })
        .await;
    assert!(matches!(outcome, Err(Error::InvalidQuery("enough"))));
    let (houses, rooms, moved) = counts();
    assert_eq!((houses.a().count(&db).await?, rooms.a().count(&db).await?, moved.a().count(&db).await?), (2, 3, 0));
    Ok(())
}

#[everywhere]
async fn what_is_refused_leaves_the_transaction_alive(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![House, Room, Lodger]).await?;
    House::objects().a().bulk_create([1, 2].map(|id| House::create().id(id)), &db).await?;
    Room::objects().a().bulk_create([(1, 1), (99, 2)].map(|(id, house)| Room::create().id(id).house(house)), &db).await?;
    Lodger::create().room(1).owns(1).a().insert(&db).await?;
    db.atomic(async |tx: &AsyncTransaction| {
        let refused = House::objects().filter(House::id.eq(1)).a().delete(tx).await;
        assert!(matches!(refused, Err(Error::Protected { model: "House", .. })), "{refused:?}");
        House::create().id(3).a().insert(tx).await.map(drop)
    })
    .await?;
    assert_eq!(House::objects().a().count(&db).await?, 3);
    assert_eq!(Room::objects().a().count(&db).await?, 2);
    Ok(())
}

#[everywhere]
async fn a_default_that_is_not_there_leaves_all_as_it_was(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![House, Room, Lodger]).await?;
    let house = House::create().a().insert(&db).await?;
    Room::create().id(1).house(&house).a().insert(&db).await?;
    let lodger = Lodger::create().room(1).a().insert(&db).await?;
    let refused = House::objects().a().delete(&db).await.unwrap_err();
    assert!(matches!(refused, Error::Constraint(_)) && refused.is_foreign_key_violation(), "{refused:?}");
    assert_eq!((House::objects().a().count(&db).await?, Room::objects().a().count(&db).await?), (1, 1));
    assert_eq!(Lodger::objects().a().all(&db).await?, [lodger]);
    Ok(())
}

/// A model of the program that has no table in this database has no rows in the way, and the transaction does not end by asking.
#[everywhere]
async fn a_model_without_a_table_has_no_rows(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![House]).await?;
    House::objects().a().bulk_create([1, 2, 3].map(|id| House::create().id(id)), &db).await?;
    assert_eq!(House::objects().filter(House::id.eq(1)).a().delete(&db).await?, 1);
    db.atomic(async |tx: &AsyncTransaction| {
        assert_eq!(House::objects().filter(House::id.eq(2)).a().delete(tx).await?, 1);
        House::create().id(4).a().insert(tx).await.map(drop)
    })
    .await?;
    assert_eq!(House::objects().values(House::id).order_by(House::id).a().all(&db).await?, [3, 4]);
    let house = House::objects().filter(House::id.eq(4)).a().get(&db).await?;
    assert_eq!(house.clone().a().delete(&db).await?, 1);
    Ok(())
}
