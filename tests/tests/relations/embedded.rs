//! Structs of fields that models share, flattened into their tables.

use amphi::model::Model as _;
use amphi::prelude::*;
use amphi_test_macros::everywhere;

use self::shared::{Address, Place, Stamps, Tracked};

/// The structs live in a module of their own, as those of another crate do.
mod shared {
    use amphi::prelude::*;

    #[derive(Embeddable, Debug, Clone, PartialEq, serde::Serialize)]
    pub struct Stamps {
        #[field(auto_now_add)]
        #[serde(skip)]
        pub created: DateTime<Utc>,
        #[field(auto_now)]
        #[serde(skip)]
        pub updated: DateTime<Utc>,
    }

    #[derive(Embeddable, Debug, Clone, PartialEq, serde::Serialize)]
    pub struct Place {
        pub latitude: f64,
        pub height: Option<i32>,
    }

    #[derive(Embeddable, Debug, Clone, PartialEq, serde::Serialize)]
    pub struct Address {
        pub street: String,
        #[field(max_length = 12, index)]
        pub city: String,
        #[field(flatten, prefix = "at_")]
        pub place: Place,
        #[field(default = "NO", column = "land", max_length = 2)]
        pub country: String,
    }

    /// Nothing in it must be told, and a part of it is another such struct.
    #[derive(Embeddable, Debug, Clone, PartialEq)]
    pub struct Tracked {
        #[field(version)]
        pub version: i64,
        #[field(flatten)]
        pub stamps: Stamps,
        pub by: Option<String>,
        #[field(default = vec![1, 2])]
        pub bytes: Vec<u8>,
    }
}

#[derive(Model, Debug, Clone, PartialEq, serde::Serialize)]
struct Owner {
    id: i64,
    #[field(max_length = 20)]
    name: String,
    #[field(flatten)]
    stamps: Stamps,
}

/// Flattened fields stand before the key, between and behind the others.
#[derive(Model, Debug, Clone, PartialEq, serde::Serialize)]
#[model(ordering = ["-home.place.latitude", "title"], unique_together = ["title", "work.city"])]
struct House {
    #[field(flatten, prefix = "home_")]
    home: Address,
    id: i64,
    #[field(max_length = 20)]
    title: String,
    #[field(on_delete = Cascade)]
    owner: ForeignKey<Owner>,
    #[field(flatten, prefix = "work_")]
    work: Address,
    #[field(flatten)]
    stamps: Stamps,
    #[field(on_delete = SetNull)]
    tenant: Option<ForeignKey<Owner>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Visit {
    id: i64,
    house: ForeignKey<House>,
    next: Option<ForeignKey<House>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(ordering = ["-created"])]
struct Page {
    id: i64,
    title: String,
    #[field(flatten)]
    tracked: Tracked,
}

#[derive(Values, Debug, PartialEq)]
#[values(House)]
struct Card {
    title: String,
    #[values(home.place.height)]
    height: Option<i32>,
    #[values(owner.stamps.created)]
    since: DateTime<Utc>,
}

fn address(city: &str, latitude: f64) -> Address {
    let place = Place { latitude, height: (latitude > 0.0).then_some(i32::MIN) };
    Address { street: String::new(), city: city.into(), place, country: "PL".into() }
}

/// Two owners and three houses.
fn houses(first: &Owner, second: &Owner) -> Vec<New<House>> {
    let house = |title: &str, home: f64, owner: &Owner| {
        House::create().title(title).owner(owner).home(address("Łódź", home)).work(address("Zürich 😀", -home))
    };
    vec![
        house("a", 1.5, first).tenant(second).into_new(),
        house("b", -2.5, second).into_new(),
        house("c", 3.25, first).into_new(),
    ]
}

#[everywhere]
async fn a_flattened_struct_is_columns_of_the_table(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Owner, House]).await?;
    let owner = Owner::create().name("Ola").a().insert(&db).await?;
    assert_eq!(owner.stamps.created, owner.stamps.updated);
    assert_eq!(Owner::objects().a().get(&db).await?, owner);
    let other = Owner::create().name("Ben").a().insert(&db).await?;
    let inserted = House::objects().a().bulk_create(houses(&owner, &other), &db).await?;
    let read = House::objects().order_by(House::id).a().all(&db).await?;
    assert_eq!(read, inserted);
    assert_eq!((read[0].home.city.as_str(), read[0].work.city.as_str()), ("Łódź", "Zürich 😀"));
    assert_eq!((read[0].home.place.height, read[0].work.place.height), (Some(i32::MIN), None));
    let columns: Vec<_> = House::META.fields.iter().map(|field| field.column).collect();
    let wanted = [
        ["home_street", "home_city", "home_at_latitude", "home_at_height", "home_land"].as_slice(),
        &["id", "title", "owner_id"],
        &["work_street", "work_city", "work_at_latitude", "work_at_height", "work_land"],
        &["created", "updated", "tenant_id"],
    ];
    assert_eq!(columns, wanted.concat());
    Ok(())
}

#[everywhere]
async fn paths_lead_into_it(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Owner, House, Visit]).await?;
    let owner = Owner::create().name("Ola").a().insert(&db).await?;
    let other = Owner::create().name("Ben").a().insert(&db).await?;
    let rows = House::objects().a().bulk_create(houses(&owner, &other), &db).await?;
    let houses = House::objects;
    let titles: Vec<String> = houses().values(House::title).a().all(&db).await?;
    assert_eq!(titles, ["c", "a", "b"], "the model's order");
    assert_eq!(houses().filter(House::home.city.eq("Łódź") & House::home.place.latitude.gt(0.0)).a().count(&db).await?, 2);
    assert_eq!(houses().filter(House::home.city.eq(House::work.city)).a().count(&db).await?, 0);
    assert_eq!(houses().filter(House::work.place.height.isnull(true)).a().count(&db).await?, 2);
    assert_eq!(
        houses().filter(House::work.city.endswith("😀") & House::owner.stamps.created.year().gte(2020)).a().count(&db).await?,
        3
    );
    assert_eq!(houses().filter(House::tenant.stamps.created.isnull(true)).a().count(&db).await?, 2);
    let heights: Vec<(Option<i32>, String)> = houses()
        .order_by(House::home.place.latitude)
        .values((House::home.place.height, House::home.country))
        .a()
        .all(&db)
        .await?;
    assert_eq!(heights, [(None, "PL".into()), (Some(i32::MIN), "PL".into()), (Some(i32::MIN), "PL".into())]);
    let cards = houses().filter(House::title.eq("b")).values_as::<Card>().a().all(&db).await?;
    assert_eq!(cards, [Card { title: "b".into(), height: None, since: other.stamps.created }]);
    // Through relations, of which one may lead nowhere.
    Visit::create().house(&rows[0]).a().insert(&db).await?;
    Visit::create().house(&rows[1]).next(&rows[2]).a().insert(&db).await?;
    let by_city =
        Visit::objects().filter(Visit::house.home.city.startswith("Ł")).order_by(Visit::next.home.place.latitude.desc());
    let seen: Vec<(f64, Option<f64>)> = by_city
        .order_by(Visit::id)
        .values((Visit::house.work.place.latitude, Visit::next.home.place.latitude))
        .a()
        .all(&db)
        .await?;
    assert_eq!(seen, [(-1.5, None), (2.5, Some(3.25))]);
    // Related rows stand behind the columns of all flattened fields.
    let loaded =
        Visit::objects().filter(Visit::id.eq(2)).select_related((Visit::house.owner, Visit::next.tenant)).a().get(&db).await?;
    assert_eq!(loaded.house().owner().name, "Ben");
    assert_eq!(loaded.house().work, rows[1].work);
    assert_eq!(
        loaded.next().as_ref().map(|next| (next.work.clone(), next.tenant().is_none())),
        Some((rows[2].work.clone(), true))
    );
    let updated = houses().filter(House::home.place.latitude.lt(0.0)).a();
    assert_eq!(updated.update((House::home.city.set(House::work.city), House::work.place.height.set(7)), &db).await?, 1);
    let b = houses().filter(House::title.eq("b")).a().get(&db).await?;
    assert_eq!((b.home.city.as_str(), b.work.place.height), ("Zürich 😀", Some(7)));
    Ok(())
}

#[everywhere]
async fn saves_write_what_is_in_it(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Owner, House]).await?;
    let owner = Owner::create().name("Ola").a().insert(&db).await?;
    let mut house =
        House::create().title("a").owner(&owner).home(address("A", 1.0)).work(address("B", 2.0)).a().insert(&db).await?;
    let (created, updated) = (house.stamps.created, house.stamps.updated);
    // The clock sets both at the insert, whatever the draft says.
    let early = Stamps { created: DateTime::UNIX_EPOCH, updated: DateTime::UNIX_EPOCH };
    let second = Owner::create().name("Ben").stamps(early).a().insert(&db).await?;
    assert!(second.stamps.created >= owner.stamps.created);
    house.home.city = "C".into();
    house.a().save(&db).await?;
    assert_eq!(House::objects().a().get(&db).await?, house);
    assert!(house.stamps.created == created && house.stamps.updated > updated);
    // Only the named field, and all fields of a struct that is named, are written.
    let mut stale = house.clone();
    stale.home.city = "D".into();
    stale.work.place.height = Some(9);
    stale.work.country = "SE".into();
    stale.title = "not written".into();
    stale.a().update((House::home.city, House::work), &db).await?;
    house.a().refresh(&db).await?;
    assert_eq!((house.title.as_str(), house.home.city.as_str(), &house.work), ("a", "D", &stale.work));
    // Only what changed is written.
    let before = house.clone();
    House::objects().a().update(House::work.country.set("DK"), &db).await?;
    house.work.place.height = None;
    house.a().update_changed(&before, &db).await?;
    house.a().refresh(&db).await?;
    assert_eq!((house.work.country.as_str(), house.work.place.height), ("DK", None));
    assert!(house.stamps.updated > before.stamps.updated);
    Ok(())
}

#[everywhere]
async fn a_struct_that_begins_by_itself_need_not_be_given(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Page]).await?;
    let mut page = Page::create().title("x").a().insert(&db).await?;
    assert_eq!((page.tracked.version, page.tracked.by.as_deref(), page.tracked.bytes.as_slice()), (1, None, &[1, 2][..]));
    let mut stale = Page::objects().a().get(&db).await?;
    assert_eq!(stale, page);
    // The version is that of the row.
    page.tracked.by = Some("Ola".into());
    page.a().save(&db).await?;
    assert_eq!(page.tracked.version, 2);
    assert!(matches!(stale.a().save(&db).await, Err(Error::Stale { model: "Page" })));
    assert_eq!(Page::objects().a().update(Page::tracked.by.set(None), &db).await?, 1);
    stale.a().refresh(&db).await?;
    assert_eq!((stale.tracked.version, stale.tracked.by.as_deref()), (3, None));
    let given = Tracked { by: Some(String::new()), bytes: Vec::new(), ..stale.tracked };
    let second = Page::create().title("y").tracked(given).a().insert(&db).await?;
    assert_eq!((second.tracked.version, second.tracked.by.as_deref(), second.tracked.bytes.len()), (1, Some(""), 0));
    let latest: Vec<String> = Page::objects().values(Page::title).a().all(&db).await?;
    assert_eq!(latest, ["y", "x"], "the model's order, by a field that is named without its struct");
    Ok(())
}

#[everywhere]
async fn what_a_field_cannot_hold_is_told_by_its_path(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Owner, House]).await?;
    let owner = Owner::create().name("Ola").a().insert(&db).await?;
    let draft = |work: &str| House::create().title("a").owner(&owner).home(address("A", 1.0)).work(address(work, 2.0));
    let long = draft("thirteen char").a().insert(&db).await.unwrap_err();
    assert!(matches!(long, Error::InvalidValue { model: "House", field: "work.city", .. }), "{long:?}");
    draft("Paris").a().insert(&db).await?;
    let twice = draft("Paris").a().insert(&db).await.unwrap_err();
    assert!(twice.is_unique_violation(), "{twice:?}");
    draft("Rome").a().insert(&db).await?;
    assert_eq!(House::objects().a().count(&db).await?, 2);
    Ok(())
}

#[test]
fn a_value_that_cannot_be_read_is_told_by_its_path() -> Result<(), Error> {
    /// The same columns, with bytes where a text should stand.
    #[derive(Embeddable, Debug)]
    struct Bytes {
        street: Vec<u8>,
        city: String,
        at_latitude: f64,
        at_height: Option<i32>,
        land: String,
    }
    #[derive(Model, Debug)]
    #[model(table = "house", module = "raw_house")]
    struct Raw {
        id: i64,
        title: String,
        #[field(flatten, prefix = "home_")]
        home: Address,
        #[field(flatten, prefix = "work_")]
        work: Bytes,
        #[field(flatten)]
        stamps: Stamps,
        owner_id: i64,
        tenant_id: Option<i64>,
    }
    let db = Database::connect("sqlite::memory:")?;
    db.create_tables(models![Raw, Owner, House])?;
    let work = Bytes { street: vec![1], city: "B".into(), at_latitude: 1.0, at_height: None, land: "PL".into() };
    Raw::create().title("a").home(address("A", 1.0)).work(work).owner_id(1).insert(&db)?;
    let error = House::objects().get(&db).unwrap_err();
    assert!(matches!(&error, Error::Decode { model: "House", field, .. } if field == "work.street"), "{error:?}");
    Ok(())
}

#[test]
fn rows_serialize_as_the_user_says() -> Result<(), Error> {
    let db = Database::connect("sqlite::memory:")?;
    db.create_tables(models![House, Owner])?;
    let owner = Owner::create().name("Ola").insert(&db)?;
    House::create().title("a").owner(&owner).home(address("A", 1.0)).work(address("B", 2.0)).insert(&db)?;
    let house = House::objects().select_related(House::owner).get(&db)?;
    let json = serde_json::to_value(&house).unwrap();
    assert_eq!((&json["home"]["place"]["latitude"], &json["work"]["city"]), (&serde_json::json!(1.0), &serde_json::json!("B")));
    assert_eq!((&json["owner"]["name"], &json["tenant"]), (&serde_json::json!("Ola"), &serde_json::Value::Null));
    assert_eq!(json["owner"]["stamps"], serde_json::json!({}));
    Ok(())
}
