//! What stands in the way: `Protect` and `Restrict`, as Django has them.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_artist")]
struct Artist {
    id: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_album")]
struct Album {
    id: i64,
    #[field(on_delete = Cascade)]
    artist: ForeignKey<Artist>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_song")]
struct Song {
    id: i64,
    #[field(on_delete = Cascade)]
    artist: ForeignKey<Artist>,
    #[field(on_delete = Restrict)]
    album: ForeignKey<Album>,
}

/// The example of Django's documentation.
#[everywhere]
async fn what_restricts_may_go_along(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Artist, Album, Song]).await?;
    Artist::objects().a().bulk_create([1, 2].map(|id| Artist::create().id(id)), &db).await?;
    Album::objects()
        .a()
        .bulk_create([(1, 1), (2, 1), (3, 2)].map(|(id, artist)| Album::create().id(id).artist(artist)), &db)
        .await?;
    // Song 3 is by artist 2, on an album of artist 1.
    let songs = [(1, 1, 1), (2, 1, 2), (3, 2, 2)].map(|(id, artist, album)| Song::create().id(id).artist(artist).album(album));
    Song::objects().a().bulk_create(songs, &db).await?;

    let of = |id: i64| Album::objects().filter(Album::id.eq(id));
    let refused = of(1).a().delete(&db).await.unwrap_err();
    let Error::Restricted { model: "Album", by } = &refused else { panic!("{refused:?}") };
    assert_eq!((by.model, by.field, by.rows), ("Song", "album", 1));
    assert!(refused.is_foreign_key_violation() && !refused.is_unique_violation());
    assert_eq!(of(3).a().delete(&db).await?, 1);
    let artist = |id: i64| Artist::objects().filter(Artist::id.eq(id));
    let refused = artist(1).a().delete(&db).await.unwrap_err();
    let Error::Restricted { model: "Album", by } = &refused else { panic!("{refused:?}") };
    assert_eq!((by.rows, by.keys.as_slice()), (1, &[amphi::value::Value::I64(3)][..]), "those that go along do not count");
    assert_eq!(Artist::objects().a().count(&db).await?, 2);
    let first = artist(1).a().get(&db).await?;
    assert!(matches!(first.clone().a().delete(&db).await, Err(Error::Restricted { model: "Album", .. })));
    // Whoever made all of them goes with all of them, in any order.
    let deleted = Artist::objects().a().delete(&db).await?;
    assert_eq!((deleted.of::<Artist>(), deleted.of::<Album>(), deleted.of::<Song>()), (2, 2, 3));
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_shop")]
struct Shop {
    id: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_customer")]
struct Customer {
    #[field(primary_key, max_length = 20)]
    name: String,
    #[field(on_delete = Cascade)]
    shop: ForeignKey<Shop>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_bill")]
struct Bill {
    #[field(primary_key, max_length = 20)]
    number: String,
    #[field(on_delete = Cascade)]
    shop: ForeignKey<Shop>,
    payer: Option<ForeignKey<Customer>>,
}

#[everywhere]
async fn what_protects_never_goes_along(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Shop, Customer, Bill]).await?;
    Shop::objects().a().bulk_create([1, 2].map(|id| Shop::create().id(id)), &db).await?;
    let customers = [("secret ł", 1), ("b", 2)].map(|(name, shop)| Customer::create().name(name).shop(shop));
    Customer::objects().a().bulk_create(customers, &db).await?;
    let bills = (1..=7).map(|at| Bill::create().number(format!("secret {at}")).shop(1).payer("secret ł"));
    Bill::objects().a().bulk_create(bills, &db).await?;
    Bill::create().number("unpaid").shop(2).a().insert(&db).await?;

    let refused = Shop::objects().a().delete(&db).await.unwrap_err();
    let Error::Protected { model: "Customer", by } = &refused else { panic!("{refused:?}") };
    assert_eq!((by.model, by.field, by.rows), ("Bill", "payer", 7));
    let first: Vec<amphi::value::Value<'static>> =
        (1..=5).map(|at| amphi::value::Value::Text(format!("secret {at}").into())).collect();
    assert_eq!(by.keys, first);
    assert_eq!(refused.to_string(), "the `Customer` cannot be deleted: `payer` of 7 rows of `Bill` points at it and protects it");
    assert!(!format!("{refused:?} {refused:#?}").contains("secret"), "{refused:?}");
    assert!(refused.is_foreign_key_violation() && !refused.kills_transaction() && !refused.is_retryable());
    assert_eq!((Shop::objects().a().count(&db).await?, Bill::objects().a().count(&db).await?), (2, 8), "nothing is gone");

    let refused = Customer::objects().filter(Customer::name.startswith("secret")).a().delete(&db).await;
    assert!(matches!(refused, Err(Error::Protected { model: "Customer", .. })), "{refused:?}");
    Bill::objects().filter(Bill::number.ne("secret 3")).a().update(Bill::payer.set(None), &db).await?;
    let customer = Customer::objects().filter(Customer::name.eq("secret ł")).a().get(&db).await?;
    let refused = customer.clone().a().delete(&db).await.unwrap_err();
    assert_eq!(refused.to_string(), "the `Customer` cannot be deleted: `payer` of 1 row of `Bill` points at it and protects it");
    Bill::objects().a().update(Bill::payer.set(None), &db).await?;
    assert_eq!(Shop::objects().a().delete(&db).await?, 12);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_step")]
struct Step {
    id: i64,
    #[field(on_delete = Restrict)]
    before: Option<ForeignKey<Step>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "deletes_stone")]
struct Stone {
    id: i64,
    #[field(on_delete = Protect)]
    on: Option<ForeignKey<Stone>>,
}

#[everywhere]
async fn rows_that_stand_in_each_others_way(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Step, Stone]).await?;
    for id in 1..=4 {
        let before: Option<ForeignKey<Step>> = (id > 1).then(|| ForeignKey::new(id - 1));
        Step::create().id(id).before(before).a().insert(&db).await?;
        let on: Option<ForeignKey<Stone>> = (id > 1).then(|| ForeignKey::new(id - 1));
        Stone::create().id(id).on(on).a().insert(&db).await?;
    }
    let refused = Step::objects().filter(Step::id.lte(2)).a().delete(&db).await.unwrap_err();
    let Error::Restricted { model: "Step", by } = &refused else { panic!("{refused:?}") };
    assert_eq!((by.rows, by.keys.as_slice()), (1, &[amphi::value::Value::I64(3)][..]));
    assert_eq!(Step::objects().filter(Step::id.gt(2)).a().delete(&db).await?, 2, "whose row goes too is not in the way");
    Step::objects().filter(Step::id.eq(1)).a().update(Step::before.set(2), &db).await?;
    assert!(Step::objects().filter(Step::id.eq(1)).a().delete(&db).await.is_err());
    assert_eq!(Step::objects().a().delete(&db).await?, 2, "nor one that goes round in a circle");
    // Protected is protected.
    assert!(matches!(Stone::objects().a().delete(&db).await, Err(Error::Protected { model: "Stone", by }) if by.rows == 3));
    assert_eq!(Stone::objects().filter(Stone::id.eq(4)).a().delete(&db).await?, 1);
    Stone::objects().a().update(Stone::on.set(None), &db).await?;
    assert_eq!(Stone::objects().a().delete(&db).await?, 3);
    Ok(())
}
