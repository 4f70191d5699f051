//! Lookups over relations to many: any, none and all, fields behind them, and what they count.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Album, Artist, Credit, FillRecords, Genre, Label, Track};

#[everywhere]
async fn any_none_and_all(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let names = || Artist::objects().order_by(Artist::id);
    let of_1959 = || Album::year.eq(1959);
    assert_eq!(names().filter(Artist::albums.any(of_1959())).values(Artist::name).a().all(&db).await?, ["Miles", "John"]);
    assert_eq!(names().filter(Artist::albums.none(of_1959())).values(Artist::name).a().all(&db).await?, ["Bill"]);
    // Of none, all is true.
    assert_eq!(names().filter(Artist::albums.all(of_1959())).values(Artist::name).a().all(&db).await?, ["Bill", "John"]);
    assert_eq!(names().filter(Artist::albums.isnull(true)).values(Artist::name).a().all(&db).await?, ["Bill"]);
    assert_eq!(names().filter(Artist::albums.isnull(false)).values(Artist::name).a().all(&db).await?, ["Miles", "John"]);
    // A row counts once, however many related ones are found.
    assert_eq!(names().filter(Artist::albums.any(Album::year.lt(2000))).a().count(&db).await?, 2);
    assert_eq!(names().filter(Artist::albums.any(Cond::always())).a().count(&db).await?, 2);
    assert_eq!(names().filter(Artist::albums.any(Cond::never())).a().count(&db).await?, 0);
    assert_eq!(names().filter(Artist::albums.none(Cond::never())).a().count(&db).await?, 3);
    Ok(())
}

#[everywhere]
async fn conditions_of_one_call_are_about_the_same_row(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let artists = Artist::objects;
    let (porgy, of_1959) = (|| Artist::albums.title.eq("Porgy"), || Artist::albums.year.eq(1959));
    assert_eq!(artists().filter(porgy()).a().count(&db).await?, 1);
    assert_eq!(artists().filter(of_1959()).a().count(&db).await?, 2);
    assert_eq!(artists().filter(porgy() & of_1959()).a().count(&db).await?, 0);
    assert_eq!(artists().filter(porgy()).filter(of_1959()).a().count(&db).await?, 1);
    assert_eq!(artists().filter(porgy() | of_1959()).a().count(&db).await?, 2);
    // In an exclude too, where Django asks for different rows.
    assert_eq!(artists().exclude(porgy() & of_1959()).a().count(&db).await?, 3);
    assert_eq!(artists().exclude(porgy()).exclude(of_1959()).a().count(&db).await?, 1);
    // Whatever stands between them.
    let either = || Artist::albums.year.eq(1959) | Artist::name.eq("Miles");
    assert_eq!(artists().filter(porgy() & either()).values(Artist::name).a().all(&db).await?, ["Miles"]);
    assert_eq!(artists().filter(porgy() & (of_1959() | Artist::name.eq("Bill"))).a().count(&db).await?, 0);
    // A negation is the exact opposite of what is in it.
    assert_eq!(artists().filter(porgy() & !of_1959()).a().count(&db).await?, 0);
    assert_eq!(artists().filter(Artist::albums.any(Album::title.eq("Porgy") & !Album::year.eq(1959))).a().count(&db).await?, 1);
    // An odd number of them.
    assert_eq!(artists().filter(porgy() ^ of_1959()).values(Artist::name).a().all(&db).await?, ["John"]);
    Ok(())
}

#[everywhere]
async fn what_a_field_is_not_is_asked_of_a_row_too(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let names = |condition| Artist::objects().filter(condition).order_by(Artist::id).values(Artist::name);
    assert_eq!(names(Artist::albums.year.ne(1959)).a().all(&db).await?, ["Miles"]);
    assert_eq!(names(!Artist::albums.year.eq(1959)).a().all(&db).await?, ["Bill"]);
    assert_eq!(names(!Artist::albums.year.ne(1959)).a().all(&db).await?, ["Bill", "John"]);
    assert_eq!(names(Artist::albums.producer.ne(2)).a().all(&db).await?, ["Miles", "John"]);
    assert_eq!(names(Artist::albums.producer.ne(None)).a().all(&db).await?, ["Miles"]);
    assert_eq!(names(Artist::albums.producer.isnull(false)).a().all(&db).await?, ["Miles"]);
    assert_eq!(names(!Artist::albums.producer.isnull(false)).a().all(&db).await?, ["Bill", "John"]);
    assert_eq!(names(Artist::albums.producer.isnull(true)).a().all(&db).await?, ["Miles", "John"]);
    assert_eq!(names(!Artist::albums.producer.isnull(true)).a().all(&db).await?, ["Bill"]);
    // Of the same row.
    assert_eq!(names(Artist::albums.year.eq(1958) & Artist::albums.title.ne("Porgy")).a().count(&db).await?, 0);
    let albums = |condition| Album::objects().filter(condition).order_by(Album::id).values(Album::title);
    assert_eq!(albums(Album::tracks.seconds.isnull(false)).a().all(&db).await?, ["Kind", "Giant"]);
    assert_eq!(albums(Album::tracks.id.eq(3) & Album::tracks.seconds.ne(None)).a().count(&db).await?, 0);
    assert_eq!(albums(Album::tracks.id.eq(3) & Album::tracks.seconds.ne(1)).a().all(&db).await?, ["Kind"]);
    Ok(())
}

#[everywhere]
async fn a_row_is_needed_only_where_nothing_else_is_true(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let names = |condition| Artist::objects().filter(condition).order_by(Artist::id).values(Artist::name);
    let (porgy, of_1959) = (|| Artist::albums.title.eq("Porgy"), || Artist::albums.year.eq(1959));
    let bill = || Artist::name.eq("Bill");
    assert_eq!(names((porgy() | bill()) & Artist::id.gt(0)).a().all(&db).await?, ["Miles", "Bill"]);
    assert_eq!(names((porgy() | bill()) & (of_1959() | bill())).a().all(&db).await?, ["Bill"]);
    assert_eq!(names(!((porgy() | bill()) & (of_1959() | bill()))).a().all(&db).await?, ["Miles", "John"]);
    assert_eq!(names((porgy() | bill()) & of_1959()).a().count(&db).await?, 0);
    // With an odd number, what is true without a row is so only where there is none.
    assert_eq!(names((of_1959() ^ Artist::id.gt(0)) & (of_1959() | Artist::id.gt(1))).a().all(&db).await?, ["Bill"]);
    // A term about two relations ties the others together, wherever it stands.
    let tie = || Artist::influences.name.lt(Artist::albums.title);
    for (key, expected) in [(1, vec![]), (2, vec!["John"])] {
        let influence = || Artist::influences.id.eq(key);
        assert_eq!(names(of_1959() & influence() & tie()).a().all(&db).await?, expected);
        assert_eq!(names(tie() & of_1959() & influence()).a().all(&db).await?, expected);
        assert_eq!(names(influence() & tie() & of_1959()).a().all(&db).await?, expected);
    }
    // Behind one relation, another.
    let labels = |condition| Label::objects().filter(condition).order_by(Label::id).values(Label::name);
    let silent = Label::artists.albums.title.eq("Kind") | Label::artists.name.eq("Bill");
    assert_eq!(labels(silent & Label::artists.page.text.eq("piano")).a().all(&db).await?, ["Blue"]);
    Ok(())
}

#[everywhere]
async fn paths_lead_through_many_and_one(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let labels = |condition| Label::objects().filter(condition).order_by(Label::id).values(Label::name);
    assert_eq!(labels(Label::artists.albums.tracks.seconds.gt(500)).a().all(&db).await?, ["Blue"]);
    assert_eq!(labels(Label::artists.albums.tracks.isnull(true)).a().all(&db).await?, ["Blue"]);
    assert_eq!(labels(Label::artists.albums.producer.name.eq("Bill")).a().all(&db).await?, ["Blue"]);
    assert_eq!(labels(!Label::artists.albums.year.eq(1959)).a().all(&db).await?, ["Empty"]);
    let albums = |condition| Album::objects().filter(condition).order_by(Album::id).values(Album::title);
    // Through a relation to one: the other albums of the artist.
    assert_eq!(albums(Album::artist.albums.title.eq("Porgy")).a().all(&db).await?, ["Kind", "Porgy"]);
    assert_eq!(albums(Album::artist.albums.any(Album::title.eq("Porgy")) & Album::year.eq(1959)).a().all(&db).await?, ["Kind"]);
    // A relation that leads nowhere leads to no row.
    assert_eq!(albums(Album::producer.albums.isnull(true)).a().all(&db).await?, ["Kind", "Porgy", "Giant"]);
    assert_eq!(albums(Album::producer.produced.title.eq("Kind")).a().all(&db).await?, ["Kind"]);
    // Compared with a field outside: an album of the same artist from a later year.
    assert_eq!(albums(Album::artist.albums.year.gt(Album::year)).a().all(&db).await?, ["Porgy"]);
    // Two levels about the same row in between.
    let deep = Artist::albums.tracks.seconds.lt(300) & Artist::albums.year.eq(1959);
    assert_eq!(Artist::objects().filter(deep).values(Artist::name).a().all(&db).await?, ["John"]);
    let nested = Artist::albums.any(Album::tracks.all(Track::seconds.isnull(false)) & Album::tracks.isnull(false));
    assert_eq!(Artist::objects().filter(nested).values(Artist::name).a().all(&db).await?, ["John"]);
    Ok(())
}

#[everywhere]
async fn many_to_many_both_ways(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let albums = |condition| Album::objects().filter(condition).order_by(Album::id).values(Album::title);
    assert_eq!(albums(Album::genres.code.eq("modal")).a().all(&db).await?, ["Kind", "Porgy"]);
    assert_eq!(albums(Album::genres.any(Genre::code.in_(["bop", "unused"]))).a().all(&db).await?, ["Kind", "Giant"]);
    assert_eq!(albums(Album::genres.code.eq("modal") & Album::genres.code.eq("bop")).a().all(&db).await?, Vec::<String>::new());
    let both = Album::objects().filter(Album::genres.code.eq("modal")).filter(Album::genres.code.eq("bop"));
    assert_eq!(both.values(Album::title).a().all(&db).await?, ["Kind"]);
    assert_eq!(albums(Album::players.name.eq("Bill")).a().all(&db).await?, ["Kind"]);
    assert_eq!(albums(Album::players.isnull(true)).a().all(&db).await?, ["Porgy"]);
    let genres = |condition| Genre::objects().filter(condition).order_by(Genre::code).values(Genre::code);
    assert_eq!(genres(Genre::albums.artist.name.eq("Miles")).a().all(&db).await?, ["bop", "modal"]);
    assert_eq!(genres(Genre::albums.isnull(true)).a().all(&db).await?, ["unused"]);
    assert_eq!(genres(Genre::albums.all(Album::year.eq(1959))).a().all(&db).await?, ["bop", "unused"]);
    Ok(())
}

#[everywhere]
async fn relations_to_the_own_model(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let names = |condition| Artist::objects().filter(condition).order_by(Artist::id).values(Artist::name);
    assert_eq!(names(Artist::influences.name.eq("Miles")).a().all(&db).await?, ["Bill", "John"]);
    assert_eq!(names(Artist::followers.name.eq("John")).a().all(&db).await?, ["Miles", "Bill"]);
    assert_eq!(names(Artist::influences.influences.name.eq("Miles")).a().all(&db).await?, ["John"]);
    assert_eq!(names(Artist::friends.name.eq("John")).a().all(&db).await?, ["Miles"]);
    assert_eq!(names(Artist::friends.isnull(true)).a().all(&db).await?, ["Bill"]);
    assert_eq!(names(Artist::influences.born.lt(Artist::born)).a().all(&db).await?, ["Bill"]);
    assert_eq!(
        names(Artist::influences.all(Artist::followers.any(Artist::name.eq("Bill")))).a().all(&db).await?,
        ["Miles", "Bill"]
    );
    Ok(())
}

#[everywhere]
async fn queries_inside_and_around(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let of_bop = || Album::objects().filter(Album::genres.code.eq("bop")).values(Album::id);
    let tracks = Track::objects().filter(Track::album.in_(of_bop())).order_by(Track::id).values(Track::id);
    assert_eq!(tracks.a().all(&db).await?, [1, 2, 3, 4]);
    let by_query = Artist::albums.any(Album::id.in_(of_bop()) & Album::artist.name.startswith("J"));
    assert_eq!(Artist::objects().filter(by_query).values(Artist::name).a().all(&db).await?, ["John"]);
    // With joins of its own beside.
    let joined = Album::objects()
        .filter(Album::genres.code.eq("bop") & Album::artist.label.name.eq("Blue"))
        .select_related(Album::producer)
        .a()
        .get(&db)
        .await?;
    assert_eq!((joined.title.as_str(), joined.producer().as_ref().map(|p| p.name.as_str())), ("Kind", Some("Bill")));
    let first = Album::objects().filter(Album::tracks.seconds.gt(1)).order_by(Album::year.desc()).limit(1).a().first(&db).await?;
    assert!(first.is_some());
    assert!(Album::objects().filter(Album::tracks.name.contains("Flam")).a().exists(&db).await?);
    Ok(())
}

#[everywhere]
async fn writes_take_rows_by_their_relations(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let with_tracks = Album::objects().filter(Album::tracks.name.contains("S"));
    assert_eq!(with_tracks.a().update(Album::year.set(2000), &db).await?, 2);
    // Of a table that the condition itself reads.
    let influenced = Artist::objects().filter(Artist::influences.name.eq("Miles"));
    assert_eq!(influenced.a().update(Artist::born.set(1), &db).await?, 2);
    let without =
        Artist::objects().filter(Artist::albums.isnull(true) & Artist::produced.isnull(true) & Artist::page.isnull(true));
    assert_eq!(without.a().update(Artist::born.set(2), &db).await?, 0);
    Credit::objects().filter(Credit::album.tracks.isnull(false) & Credit::player.page.isnull(false)).a().delete(&db).await?;
    assert_eq!(Credit::objects().order_by(Credit::id).values(Credit::id).a().all(&db).await?, [3, 4]);
    Ok(())
}

#[everywhere]
async fn what_no_row_has_one_of_is_refused(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let order = Artist::objects().order_by(Artist::albums.year.asc()).a().all(&db).await;
    assert!(matches!(order, Err(Error::InvalidQuery(_))), "{order:?}");
    let values = Artist::objects().values((Artist::name, Artist::albums.year)).a().all(&db).await;
    assert!(matches!(values, Err(Error::InvalidQuery(_))), "{values:?}");
    let update = Artist::objects().a().update(Artist::born.set(Artist::albums.year + 1), &db).await;
    assert!(matches!(update, Err(Error::InvalidQuery(_))), "{update:?}");
    Ok(())
}
