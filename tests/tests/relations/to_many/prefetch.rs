//! `prefetch_related`: the right rows in the right slots, at any depth.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Album, AlbumRow, Artist, ArtistRow, FillRecords, Genre, Label, Track, album};

#[everywhere]
async fn each_row_gets_its_own(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let artists = Artist::objects().order_by(Artist::id).prefetch_related(Artist::albums).a().all(&db).await?;
    // In the order of the model, and an empty list where there are none.
    let titles: Vec<Vec<&str>> = artists.iter().map(|a| a.albums().iter().map(|album| album.title.as_str()).collect()).collect();
    assert_eq!(titles, [vec!["Kind", "Porgy"], vec![], vec!["Giant"]]);
    assert_eq!((artists[0].name.as_str(), artists[0].albums()[0].year), ("Miles", 1959));
    let plain: Vec<Artist> = artists.into_iter().map(Row::into_model).collect();
    assert_eq!(plain.len(), 3);
    // Two relations to one model, and a relation with rows for one alone.
    let artists =
        Artist::objects().order_by(Artist::id).prefetch_related((Artist::produced, Artist::albums)).a().all(&db).await?;
    assert_eq!((artists[1].produced().len(), artists[1].albums().len()), (1, 0));
    assert_eq!((artists[0].produced().len(), artists[0].albums().len()), (0, 2));
    // No rows at all.
    assert!(Artist::objects().filter(Artist::id.gt(99)).prefetch_related(Artist::albums).a().all(&db).await?.is_empty());
    assert!(Artist::objects().none().prefetch_related(Artist::albums).a().all(&db).await?.is_empty());
    Ok(())
}

#[everywhere]
async fn many_to_many_in_both_directions(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let albums = Album::objects().order_by(Album::id).prefetch_related((Album::genres, Album::players)).a().all(&db).await?;
    let mut codes: Vec<&str> = albums[0].genres().iter().map(|genre| genre.code.as_str()).collect();
    codes.sort_unstable();
    assert_eq!(codes, ["bop", "modal"]);
    // A pair that is there twice is there twice.
    assert_eq!((albums[0].players().len(), albums[1].players().len(), albums[2].players().len()), (3, 0, 1));
    let genres = Genre::objects().order_by(Genre::code).prefetch_related(Genre::albums).a().all(&db).await?;
    let titles: Vec<Vec<&str>> = genres.iter().map(|g| g.albums().iter().map(|album| album.title.as_str()).collect()).collect();
    assert_eq!(titles, [vec!["Giant", "Kind"], vec!["Kind", "Porgy"], vec![]]);
    let artists =
        Artist::objects().order_by(Artist::id).prefetch_related((Artist::influences, Artist::followers, Artist::friends));
    let artists = artists.a().all(&db).await?;
    let count: Vec<_> = artists.iter().map(|a| (a.influences().len(), a.followers().len(), a.friends().len())).collect();
    assert_eq!(count, [(0, 2, 1), (1, 1, 0), (2, 0, 1)]);
    Ok(())
}

#[everywhere]
async fn any_depth_mixed_with_one(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let labels = Label::objects().order_by(Label::id).prefetch_related(Label::artists.albums.tracks).a().all(&db).await?;
    let kind = &labels[0].artists()[0].albums()[0];
    assert_eq!((kind.title.as_str(), kind.tracks().len()), ("Kind", 3));
    assert!(labels[0].artists()[1].albums().is_empty() && labels[1].artists().is_empty());
    // To many under to one, where several rows share the one: each has its own copy.
    let tracks = Track::objects().order_by(Track::id).select_related(Track::album.artist).prefetch_related(Track::album.genres);
    let tracks = tracks.a().all(&db).await?;
    let told: Vec<_> = tracks.iter().map(|t| (t.album().artist().name.as_str(), t.album().genres().len())).collect();
    assert_eq!(told, [("Miles", 2), ("Miles", 2), ("Miles", 2), ("John", 1)]);
    // A relation to one that may lead nowhere.
    let albums = Album::objects().order_by(Album::id).prefetch_related(Album::producer.produced.tracks).a().all(&db).await?;
    let produced = albums[0].producer().as_ref().map(|producer| producer.produced()[0].tracks().len());
    assert_eq!((produced, albums[1].producer().is_none()), (Some(3), true));
    // To one under to many.
    let artists = Artist::objects()
        .order_by(Artist::id)
        .prefetch_related(Artist::albums.with(Album::objects().select_related(Album::producer.label)))
        .select_related(Artist::page)
        .a()
        .all(&db)
        .await?;
    let label = artists[0].albums()[0].producer().as_ref().and_then(|producer| producer.label().as_ref());
    assert_eq!(label.map(|label| label.name.as_str()), Some("Blue"));
    assert_eq!(artists[0].page().as_ref().map(|page| page.text.as_str()), Some("trumpet"));
    Ok(())
}

#[everywhere]
async fn with_a_filter_an_order_and_a_slice_of_its_own(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let artists = || Artist::objects().order_by(Artist::id);
    let of_1958 = Album::objects().filter(Album::year.eq(1958) & Album::artist.name.eq("Miles"));
    let found = artists().prefetch_related(Artist::albums.with(of_1958)).a().all(&db).await?;
    assert_eq!(found.iter().map(|artist| artist.albums().len()).collect::<Vec<_>>(), [1, 0, 0]);
    // So many for each, not in all.
    let oldest = || Album::objects().order_by((Album::year.asc(), Album::id.asc()));
    let found = artists().prefetch_related(Artist::albums.with(oldest().limit(1))).a().all(&db).await?;
    let titles: Vec<_> = found.iter().map(|artist| artist.albums().first().map(|album| album.title.as_str())).collect();
    assert_eq!(titles, [Some("Porgy"), None, Some("Giant")]);
    let found = artists().prefetch_related(Artist::albums.with(oldest().slice(1..))).a().all(&db).await?;
    assert_eq!(found.iter().map(|artist| artist.albums().len()).collect::<Vec<_>>(), [1, 0, 0]);
    let found = artists().prefetch_related(Artist::albums.with(oldest().reverse().slice(1..5))).a().all(&db).await?;
    assert_eq!(found[0].albums()[0].title, "Porgy");
    // The model's own order, which a slice follows too.
    let found = artists().prefetch_related(Artist::albums.with(Album::objects().limit(1))).a().all(&db).await?;
    assert_eq!(found[0].albums()[0].title, "Kind");
    // Of the other side of a many-to-many, with a relation of its own.
    let first = Album::objects().order_by(Album::id).limit(1).select_related(Album::artist).prefetch_related(Album::tracks);
    let genres = Genre::objects().order_by(Genre::code).prefetch_related(Genre::albums.with(first)).a().all(&db).await?;
    let told: Vec<_> = genres.iter().flat_map(|g| g.albums()).map(|a| (a.artist().name.as_str(), a.tracks().len())).collect();
    assert_eq!(told, [("Miles", 3), ("Miles", 3)]);
    // Nothing is asked where nothing can be.
    let none = artists().prefetch_related(Artist::albums.with(Album::objects().none())).a().all(&db).await?;
    assert!(none.iter().all(|artist| artist.albums().is_empty()));
    let none = artists().prefetch_related(Artist::albums.with(Album::objects().limit(0))).a().all(&db).await?;
    assert!(none.iter().all(|artist| artist.albums().is_empty()));
    // What cannot be is an error, and not an empty list.
    let late = Album::objects().limit(1).filter(Album::year.eq(1958));
    let refused = artists().prefetch_related(Artist::albums.with(late)).a().all(&db).await;
    assert!(matches!(refused, Err(Error::InvalidQuery(_))), "{refused:?}");
    let by_tracks = Album::objects().order_by(Album::tracks.seconds);
    let refused = artists().prefetch_related(Artist::albums.with(by_tracks)).a().all(&db).await;
    assert!(matches!(refused, Err(Error::InvalidQuery(_))), "{refused:?}");
    let locked = artists().prefetch_related(Artist::albums.with(Album::objects().select_for_update())).a().all(&db).await;
    assert!(matches!(locked, Err(Error::InvalidQuery(_))), "{locked:?}");
    Ok(())
}

type Played = AlbumRow<
    NotLoaded<album::artist>,
    NotLoaded<album::producer>,
    NotLoaded<album::tracks>,
    NotLoaded<album::genres>,
    Vec<Artist>,
>;

#[everywhere]
async fn what_is_planned_stays(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let artists = || Artist::objects().order_by(Artist::id);
    // What the type says is loaded is loaded, whichever path is named first.
    let twice = artists().prefetch_related(Artist::albums.tracks).prefetch_related(Artist::albums).a().all(&db).await?;
    assert_eq!((twice[0].albums().len(), twice[0].albums()[0].tracks().len()), (2, 3));
    let twice = artists().prefetch_related((Artist::albums.tracks, Artist::albums, Artist::albums.genres)).a().all(&db).await?;
    assert_eq!((twice[0].albums()[0].tracks().len(), twice[0].albums()[0].genres().len()), (3, 2));
    let of_1959 = || Artist::albums.with(Album::objects().filter(Album::year.eq(1959)).prefetch_related(Album::tracks));
    let twice = artists().prefetch_related(of_1959()).prefetch_related(Artist::albums).a().all(&db).await?;
    assert_eq!((twice[0].albums().len(), twice[0].albums()[0].tracks().len()), (1, 3));
    // A query of its own takes the place of all.
    let replaced = artists().prefetch_related(Artist::albums).prefetch_related(of_1959()).a().all(&db).await?;
    assert_eq!((replaced[0].albums().len(), replaced[0].albums()[0].tracks().len()), (1, 3));
    Ok(())
}

#[everywhere]
async fn rows_come_once_if_asked(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let players = |query: QuerySet<Artist>| Album::objects().order_by(Album::id).prefetch_related(Album::players.with(query));
    let names = |albums: &[Played]| -> Vec<Vec<String>> {
        albums.iter().map(|album| album.players().iter().map(|player| player.name.clone()).collect()).collect()
    };
    // Bill plays twice on the first album.
    let by_name = || Artist::objects().order_by(Artist::name);
    let none = Vec::<&str>::new();
    let all = players(by_name()).a().all(&db).await?;
    assert_eq!(names(&all), [vec!["Bill", "Bill", "John"], none.clone(), vec!["John"]]);
    let once = players(by_name().distinct()).a().all(&db).await?;
    assert_eq!(names(&once), [vec!["Bill", "John"], none.clone(), vec!["John"]]);
    let once = players(by_name().distinct().limit(1)).a().all(&db).await?;
    assert_eq!(names(&once), [vec!["Bill"], none.clone(), vec!["John"]]);
    let once = players(by_name().distinct().slice(1..)).a().all(&db).await?;
    assert_eq!(names(&once), [vec!["John"], none.clone(), none.clone()]);
    let once = players(by_name().reverse().distinct().limit(2)).a().all(&db).await?;
    assert_eq!(names(&once), [vec!["John", "Bill"], none.clone(), vec!["John"]]);
    // In no order, in one that ties, and in one by what is not selected and has bound values.
    let once = players(Artist::objects().distinct()).a().all(&db).await?;
    assert_eq!(names(&once)[0].len(), 2);
    let tied = Artist::objects().order_by((Artist::id * 0 - 7).asc()).distinct();
    let once = players(tied).a().all(&db).await?;
    assert_eq!(names(&once)[0].len(), 2);
    let by_label = Artist::objects().filter(Artist::id.gt(0)).order_by((Artist::label.name.desc(), (Artist::born + 3).desc()));
    let once = players(by_label.distinct().limit(5)).a().all(&db).await?;
    assert_eq!(names(&once)[0].len(), 2);
    // Where a row cannot be there twice.
    let albums = Artist::objects().order_by(Artist::id).prefetch_related(Artist::albums.with(Album::objects().distinct()));
    assert_eq!(albums.a().all(&db).await?[0].albums().len(), 2);
    Ok(())
}

#[everywhere]
async fn one_row_and_rows_in_hand(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let miles = Artist::objects().filter(Artist::id.eq(1)).prefetch_related(Artist::albums.tracks);
    let row = miles.clone().a().get(&db).await?;
    assert_eq!((row.albums().len(), row.albums()[0].tracks().len()), (2, 3));
    assert_eq!(miles.clone().a().first(&db).await?.map(|row| row.albums().len()), Some(2));
    assert_eq!(miles.a().last(&db).await?.map(|row| row.albums().len()), Some(2));

    let artist = Artist::objects().filter(Artist::id.eq(3)).a().get(&db).await?;
    let artist = artist.prefetch_related(Artist::albums).a().fetch(&db).await?;
    assert_eq!(artist.albums()[0].title, "Giant");
    let artist = artist.prefetch_related(Artist::influences).a().fetch(&db).await?;
    assert_eq!((artist.albums().len(), artist.influences().len()), (1, 2));
    let artists = Artist::objects().order_by(Artist::id).select_related(Artist::label).a().all(&db).await?;
    let artists =
        artists.prefetch_related(Artist::albums.with(Album::objects().prefetch_related(Album::tracks))).a().fetch(&db).await?;
    assert_eq!((artists[0].label().is_some(), artists[0].albums()[0].tracks().len()), (true, 3));
    let nothing = Vec::<Artist>::new().prefetch_related(Artist::albums).a().fetch(&db).await?;
    assert!(nothing.is_empty());
    Ok(())
}

/// The type has a name, and a helper may ask for what it reads.
fn titles(artist: &impl artist_of::HasAlbums) -> Vec<String> {
    artist.albums().map(|album| album.title.clone()).collect()
}

use super::artist as artist_of;

type WithAlbums = ArtistRow<NotLoaded<artist_of::label>, Vec<Album>>;

#[everywhere]
async fn the_type_has_a_name(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let rows: Vec<WithAlbums> = Artist::objects().order_by(Artist::id).prefetch_related(Artist::albums).a().all(&db).await?;
    assert_eq!(titles(&rows[0]), ["Kind", "Porgy"]);
    assert_eq!(rows[0].clone(), rows[0]);
    assert!(format!("{:?}", rows[0]).contains("Porgy"));
    Ok(())
}

#[everywhere]
async fn inside_a_transaction(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let counted = db
        .atomic(async |tx| {
            Album::objects().filter(Album::id.eq(2)).a().update(Album::artist.set(3), tx).await?;
            let john = Artist::objects().filter(Artist::id.eq(3)).prefetch_related(Artist::albums).a().get(tx).await?;
            Ok::<_, Error>(john.albums().len())
        })
        .await?;
    assert_eq!(counted, 2);
    Ok(())
}
