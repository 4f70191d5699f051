//! Models between that the user wrote: with fields of their own, given or from defaults.

use amphi::prelude::*;
use amphi_test_macros::everywhere;
use uuid::Uuid;

use super::models::*;

fn actor(number: u128) -> Actor {
    Actor { id: Uuid::from_u128(number), name: format!("actor {number}") }
}

#[everywhere]
async fn links_have_the_values_of_their_draft(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let film = Film::create().title("Stalker").a().insert(&db).await?;
    let actors = [1, 2, u128::MAX].map(actor);
    Actor::objects().a().bulk_create(actors.clone().map(New::with_key), &db).await?;
    let cast = Film::cast.of(&film);
    let contact = Uuid::from_bytes([0xff; 16]);
    let lead = Casting::create()
        .role("süß 🦀 \\ 'lead'")
        .fee(Decimal::new(123_456_789, 2))
        .share(0.1)
        .photo(vec![0, 0xff, 0xfe, b'\'', 0x80])
        .contract(Json(vec![1, -2]))
        .contact(contact);
    assert_eq!(cast.a().add_with(&actors[2], lead, &db).await?, 1);
    let link = Casting::objects().a().get(&db).await?;
    assert_eq!((link.film, link.actor), (ForeignKey::to(&film), ForeignKey::to(&actors[2])));
    assert_eq!((link.role.as_str(), link.fee, link.share), ("süß 🦀 \\ 'lead'", Some(Decimal::new(123_456_789, 2)), 0.1));
    assert_eq!((link.photo.as_slice(), link.contact), ([0, 0xff, 0xfe, b'\'', 0x80].as_slice(), Some(contact)));
    assert_eq!((link.contract.map(|contract| contract.0), link.version), (Some(vec![1, -2]), 1));
    assert!(link.made.timestamp() > 0);
    // Those that are linked already keep their values.
    assert_eq!(cast.a().add_with(&actors, Casting::create().role("extra"), &db).await?, 2);
    let roles = Casting::objects().order_by(Casting::actor.asc()).values((Casting::actor, Casting::role, Casting::fee));
    let roles: Vec<_> = roles.a().all(&db).await?.into_iter().map(|(actor, role, fee)| (actor.into_key(), role, fee)).collect();
    assert_eq!(roles.len(), 3);
    assert_eq!(roles.iter().filter(|(_, role, fee)| role == "extra" && fee.is_none()).count(), 2);
    assert!(roles.iter().any(|(actor, role, _)| *actor == actors[2].id && role != "extra"));
    assert_eq!(cast.a().set_with([&actors[0]], Casting::create().role("alone"), &db).await?, 2);
    assert_eq!(Casting::objects().values(Casting::role).a().get(&db).await?, "extra");
    assert_eq!(cast.a().remove(actors[0].id, &db).await?, 1);
    let created = cast.a().create_with(New::with_key(actor(7)), Casting::create().role("double"), &db).await?;
    assert_eq!(Actor::films.of(&created).a().get(&db).await?, film);
    let too_long = Casting::create().role("x".repeat(41));
    let refused = cast.a().add_with(&actors, too_long, &db).await;
    assert!(matches!(refused, Err(Error::InvalidValue { model: "Casting", field: "role", .. })));
    let unknown = cast.a().add_with([actors[1].id, Uuid::from_u128(99)], Casting::create().role("x"), &db).await;
    assert!(matches!(unknown, Err(Error::DoesNotExist { model: "Actor" })));
    let refused = cast.a().create_with(New::with_key(actor(8)), Casting::create().role("x".repeat(41)), &db).await;
    assert!(matches!(refused, Err(Error::InvalidValue { .. })));
    assert_eq!((cast.a().count(&db).await?, Actor::objects().a().count(&db).await?), (1, 4));
    Ok(())
}

#[everywhere]
async fn from_the_other_end_the_draft_is_the_same(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let films = ["Stalker", "Mirror"].map(|title| Film::create().title(title));
    let films = Film::objects().a().bulk_create(films, &db).await?;
    let who = New::with_key(actor(1)).a().insert(&db).await?;
    assert_eq!(Actor::films.of(&who).a().add_with(&films, Casting::create().role("lead"), &db).await?, 2);
    let links = Casting::objects().order_by(Casting::film.asc()).a().all(&db).await?;
    assert_eq!(links.iter().map(|link| (*link.film.key(), *link.actor.key())).collect::<Vec<_>>(), [(1, who.id), (2, who.id)]);
    Ok(())
}

#[everywhere]
async fn a_pair_that_is_linked_twice_is_one_row(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let film = Film::create().title("Stalker").a().insert(&db).await?;
    let who = New::with_key(actor(1)).a().insert(&db).await?;
    for role in ["one", "two"] {
        Casting::create().film(&film).actor(&who).role(role).a().insert(&db).await?;
    }
    let cast = Film::cast.of(&film);
    assert_eq!(cast.a().all(&db).await?, std::slice::from_ref(&who));
    assert_eq!(cast.a().count(&db).await?, 1);
    assert_eq!(cast.a().add_with(&who, Casting::create().role("three"), &db).await?, 0);
    assert_eq!(Casting::objects().a().count(&db).await?, 2);
    assert_eq!(cast.a().remove(&who, &db).await?, 2);
    Ok(())
}

#[everywhere]
async fn defaults_make_links_that_differ_where_they_must(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let venue = Venue::create().name("Paradiso").a().insert(&db).await?;
    let bands = Band::objects().a().bulk_create(["A", "B", "C"].map(|name| Band::create().name(name)), &db).await?;
    let playing = Venue::bands.of(&venue);
    assert_eq!(playing.a().add(&bands[..2], &db).await?, 2);
    assert_eq!(playing.a().add(&bands, &db).await?, 1);
    let gigs = Gig::objects().order_by(Gig::band.asc()).a().all(&db).await?;
    assert_eq!(gigs.iter().map(|gig| (*gig.band.key(), gig.price)).collect::<Vec<_>>(), [(1, 20), (2, 20), (3, 20)]);
    let mut tickets: Vec<Uuid> = gigs.iter().flat_map(|gig| [gig.id, gig.ticket]).collect();
    tickets.sort_unstable();
    tickets.dedup();
    assert_eq!(tickets.len(), 6);
    assert_eq!(playing.a().set([&bands[2]], &db).await?, 2);
    assert_eq!(Gig::objects().a().get(&db).await?, gigs[2]);
    let created = playing.a().create(Band::create().name("D"), &db).await?;
    let with = Gig::create().price(5).note("late");
    let other = playing.a().create_with(Band::create().name("E"), with, &db).await?;
    assert_eq!(playing.order_by(Band::id).a().all(&db).await?, [bands[2].clone(), created, other]);
    // A unique value that was given cannot stand in two links.
    let same = playing.a().add_with([1, 2], Gig::create().ticket(Uuid::nil()), &db).await;
    assert!(same.is_err_and(|error| error.is_unique_violation()));
    assert_eq!(playing.a().count(&db).await?, 3);
    assert!(matches!(playing.a().add([1, 99], &db).await, Err(Error::DoesNotExist { model: "Band" })));
    assert_eq!(playing.a().count(&db).await?, 3);
    Ok(())
}
