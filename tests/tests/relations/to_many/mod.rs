//! Relations to many rows, and the ways back of foreign keys: lookups, loading, and what is declared.

mod combined;
mod lookups;
mod one_to_one;
mod prefetch;

use amphi::draft::New;
use amphi::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
#[has_many(artists: Artist::label)]
pub struct Label {
    pub id: i64,
    #[field(max_length = 60)]
    pub name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[has_many(albums: Album::artist)]
#[has_many(produced: Album::producer)]
#[has_one(page: ArtistPage::artist)]
#[many_to_many(influences: Artist)]
#[many_to_many(followers: Artist::influences)]
#[many_to_many(friends: Artist, symmetrical)]
pub struct Artist {
    pub id: i64,
    #[field(max_length = 60)]
    pub name: String,
    pub born: Option<i32>,
    pub label: Option<ForeignKey<Label>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct ArtistPage {
    pub id: i64,
    #[field(max_length = 100)]
    pub text: String,
    #[field(unique, on_delete = Cascade)]
    pub artist: ForeignKey<Artist>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(ordering = ["title"])]
#[has_many(tracks: Track::album)]
#[many_to_many(genres: Genre)]
#[many_to_many(players: Artist, through = Credit(album, player))]
pub struct Album {
    pub id: i64,
    #[field(max_length = 60)]
    pub title: String,
    pub year: i32,
    #[field(on_delete = Cascade)]
    pub artist: ForeignKey<Artist>,
    pub producer: Option<ForeignKey<Artist>>,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Track {
    pub id: i64,
    #[field(max_length = 60)]
    pub name: String,
    pub seconds: Option<i32>,
    #[field(on_delete = Cascade)]
    pub album: ForeignKey<Album>,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(albums: Album::genres)]
pub struct Genre {
    #[field(primary_key, max_length = 20)]
    pub code: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Credit {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub album: ForeignKey<Album>,
    #[field(on_delete = Cascade)]
    pub player: ForeignKey<Artist>,
    #[field(max_length = 20)]
    pub part: String,
}

/// The rows of all tables.
pub struct Rows {
    labels: Vec<Label>,
    artists: Vec<Artist>,
    pages: Vec<ArtistPage>,
    albums: Vec<Album>,
    tracks: Vec<Track>,
    genres: Vec<Genre>,
    of_genres: Vec<AlbumGenres>,
    credits: Vec<Credit>,
    influences: Vec<ArtistInfluences>,
    friends: Vec<ArtistFriends>,
}

/// A pair of keys, and the number of the row.
fn numbered<T>(pairs: &[(i64, i64)], row: impl Fn(i64, i64, i64) -> T) -> Vec<T> {
    (1..).zip(pairs).map(|(id, (from, to))| row(id, *from, *to)).collect()
}

/// Labels: Blue (1), Empty (2). Artists: Miles (1), Bill (2), John (3, no label, no year). Albums: Kind (1, Miles, produced by Bill),
/// Porgy (2, Miles), Giant (3, John). Tracks 1 to 3 of Kind (the third without a length), 4 of Giant. Genres: modal, bop, and unused.
/// Pages: of Miles and Bill. Bill plays twice on Kind. John is influenced by Miles and Bill, Bill by Miles; Miles and John are friends.
pub fn rows() -> Rows {
    let label = |id, name: &str| Label { id, name: name.into() };
    let artist =
        |id, name: &str, born, label: Option<i64>| Artist { id, name: name.into(), born, label: label.map(ForeignKey::new) };
    let page = |id, text: &str, artist: i64| ArtistPage { id, text: text.into(), artist: ForeignKey::new(artist) };
    let album = |id, title: &str, year, artist: i64, producer: Option<i64>| Album {
        id,
        title: title.into(),
        year,
        artist: ForeignKey::new(artist),
        producer: producer.map(ForeignKey::new),
    };
    let track = |id, name: &str, seconds, album: i64| Track { id, name: name.into(), seconds, album: ForeignKey::new(album) };
    let of_genre = |id, album: i64, genre: &str| AlbumGenres { id, album: ForeignKey::new(album), genre: ForeignKey::new(genre) };
    let credit = |id, album: i64, player: i64, part: &str| Credit {
        id,
        album: ForeignKey::new(album),
        player: ForeignKey::new(player),
        part: part.into(),
    };
    let key = ForeignKey::<Artist>::new;
    Rows {
        labels: vec![label(1, "Blue"), label(2, "Empty")],
        artists: vec![
            artist(1, "Miles", Some(1926), Some(1)),
            artist(2, "Bill", Some(1929), Some(1)),
            artist(3, "John", None, None),
        ],
        pages: vec![page(1, "trumpet", 1), page(2, "piano", 2)],
        albums: vec![album(1, "Kind", 1959, 1, Some(2)), album(2, "Porgy", 1958, 1, None), album(3, "Giant", 1959, 3, None)],
        tracks: vec![
            track(1, "So What", Some(545), 1),
            track(2, "Blue", Some(337), 1),
            track(3, "Flamenco", None, 1),
            track(4, "Steps", Some(286), 3),
        ],
        genres: ["modal", "bop", "unused"].map(|code| Genre { code: code.into() }).into(),
        of_genres: vec![of_genre(1, 1, "modal"), of_genre(2, 1, "bop"), of_genre(3, 2, "modal"), of_genre(4, 3, "bop")],
        credits: vec![credit(1, 1, 2, "piano"), credit(2, 1, 2, "liner notes"), credit(3, 1, 3, "sax"), credit(4, 3, 3, "sax")],
        influences: numbered(&[(3, 1), (3, 2), (2, 1)], |id, from, to| ArtistInfluences {
            id,
            from_artist: key(from),
            to_artist: key(to),
        }),
        friends: numbered(&[(1, 3), (3, 1)], |id, from, to| ArtistFriends { id, from_artist: key(from), to_artist: key(to) }),
    }
}

/// Fills a database with the records, in either mode: `db.fill_records().await?`.
pub trait FillRecords {
    type Filled;
    fn fill_records(&self) -> Self::Filled;
}

impl FillRecords for Database {
    type Filled = Result<(), Error>;

    fn fill_records(&self) -> Result<(), Error> {
        let rows = rows();
        self.create_tables(models![Label, Artist, ArtistPage, Album, Track, Genre, Credit])?;
        Label::objects().bulk_create(rows.labels.into_iter().map(New::of), self)?;
        Artist::objects().bulk_create(rows.artists.into_iter().map(New::of), self)?;
        ArtistPage::objects().bulk_create(rows.pages.into_iter().map(New::of), self)?;
        Album::objects().bulk_create(rows.albums.into_iter().map(New::of), self)?;
        Track::objects().bulk_create(rows.tracks.into_iter().map(New::of), self)?;
        Genre::objects().bulk_create(rows.genres.into_iter().map(New::of), self)?;
        AlbumGenres::objects().bulk_create(rows.of_genres.into_iter().map(New::of), self)?;
        Credit::objects().bulk_create(rows.credits.into_iter().map(New::of), self)?;
        ArtistInfluences::objects().bulk_create(rows.influences.into_iter().map(New::of), self)?;
        ArtistFriends::objects().bulk_create(rows.friends.into_iter().map(New::of), self)?;
        Ok(())
    }
}

impl FillRecords for AsyncDatabase {
    type Filled = std::pin::Pin<Box<dyn Future<Output = Result<(), Error>>>>;

    fn fill_records(&self) -> Self::Filled {
        let (db, rows) = (self.clone(), rows());
        Box::pin(async move {
            db.create_tables(models![Label, Artist, ArtistPage, Album, Track, Genre, Credit]).await?;
            Label::objects().a().bulk_create(rows.labels.into_iter().map(New::of), &db).await?;
            Artist::objects().a().bulk_create(rows.artists.into_iter().map(New::of), &db).await?;
            ArtistPage::objects().a().bulk_create(rows.pages.into_iter().map(New::of), &db).await?;
            Album::objects().a().bulk_create(rows.albums.into_iter().map(New::of), &db).await?;
            Track::objects().a().bulk_create(rows.tracks.into_iter().map(New::of), &db).await?;
            Genre::objects().a().bulk_create(rows.genres.into_iter().map(New::of), &db).await?;
            AlbumGenres::objects().a().bulk_create(rows.of_genres.into_iter().map(New::of), &db).await?;
            Credit::objects().a().bulk_create(rows.credits.into_iter().map(New::of), &db).await?;
            ArtistInfluences::objects().a().bulk_create(rows.influences.into_iter().map(New::of), &db).await?;
            ArtistFriends::objects().a().bulk_create(rows.friends.into_iter().map(New::of), &db).await?;
            Ok(())
        })
    }
}
