//! Random combinations of conditions over relations to many, compared with what the rows themselves say.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::{Album, Artist, FillRecords, Rows, Track, rows};
use amphi_tests::random::Random;

/// An artist, and one row of each relation that has any.
#[derive(Clone, Copy)]
struct About<'r> {
    artist: &'r Artist,
    album: Option<&'r Album>,
    track: Option<&'r Track>,
    influence: Option<&'r Artist>,
}

impl About<'_> {
    fn album(&self, is: fn(&Album) -> bool) -> bool {
        self.album.is_some_and(is)
    }

    fn track(&self, is: fn(&Track) -> bool) -> bool {
        self.track.is_some_and(is)
    }

    fn influence(&self, is: fn(&Artist) -> bool) -> bool {
        self.influence.is_some_and(is)
    }

    fn influence_and_album(&self, are: fn(&Artist, &Album) -> bool) -> bool {
        self.influence.zip(self.album).is_some_and(|(influence, album)| are(influence, album))
    }
}

/// A single test, as a query has it and as the rows have it.
type Test = (fn() -> Cond<Artist>, fn(&About<'_>) -> bool);

const TESTS: [Test; 18] = [
    (|| Artist::name.eq("Bill"), |row| row.artist.name == "Bill"),
    (|| Artist::born.lt(1927), |row| row.artist.born.is_some_and(|born| born < 1927)),
    (|| Artist::label.isnull(true), |row| row.artist.label.is_none()),
    (|| Artist::albums.title.eq("Porgy"), |row| row.album(|album| album.title == "Porgy")),
    (|| Artist::albums.year.eq(1959), |row| row.album(|album| album.year == 1959)),
    (|| Artist::albums.year.ne(1959), |row| row.album(|album| album.year != 1959)),
    (|| Artist::albums.producer.isnull(true), |row| row.album(|album| album.producer.is_none())),
    (|| Artist::albums.producer.isnull(false), |row| row.album(|album| album.producer.is_some())),
    (|| Artist::albums.producer.name.eq("Bill"), |row| row.album(|album| album.producer.is_some())),
    // Porgy is the one without tracks.
    (|| Artist::albums.tracks.isnull(true), |row| row.album(|album| album.title == "Porgy")),
    (|| Artist::albums.tracks.isnull(false), |row| row.album(|album| album.title != "Porgy")),
    (|| Artist::albums.tracks.seconds.lt(400), |row| row.track(|track| track.seconds.is_some_and(|seconds| seconds < 400))),
    (|| Artist::albums.tracks.seconds.ne(337), |row| row.track(|track| track.seconds != Some(337))),
    (|| Artist::albums.tracks.seconds.eq(None), |row| row.track(|track| track.seconds.is_none())),
    (|| Artist::influences.name.eq("Bill"), |row| row.influence(|artist| artist.name == "Bill")),
    (|| Artist::influences.born.gt(Artist::albums.year), |row| row.influence_and_album(|a, b| a.born > Some(b.year))),
    (|| Artist::influences.name.gt(Artist::albums.title), |row| row.influence_and_album(|a, b| a.name > b.title)),
    (|| Artist::influences.id.lt(Artist::id), |row| row.influence.is_some_and(|artist| artist.id < row.artist.id)),
];

enum Tree {
    All(Vec<Tree>),
    Any(Vec<Tree>),
    Not(Box<Tree>),
    Is(Test),
}

impl Tree {
    fn random(random: &mut Random, depth: u32) -> Tree {
        let terms = |random: &mut Random| {
            let count = random.between(2, 4);
            (0..count).map(|_| Tree::random(random, depth - 1)).collect()
        };
        match if depth == 0 { 7 } else { random.below(8) } {
            0..3 => Tree::All(terms(random)),
            3..6 => Tree::Any(terms(random)),
            6 => match Tree::random(random, depth - 1) {
                Tree::Not(twice) => *twice,
                once => Tree::Not(Box::new(once)),
            },
            _ => Tree::Is(*random.pick(&TESTS)),
        }
    }

    fn condition(&self) -> Cond<Artist> {
        match self {
            Tree::All(terms) => terms.iter().map(Tree::condition).fold(Cond::always(), |all, term| all & term),
            Tree::Any(terms) => terms.iter().map(Tree::condition).fold(Cond::never(), |any, term| any | term),
            Tree::Not(term) => !term.condition(),
            Tree::Is((condition, _)) => condition(),
        }
    }

    fn is_true_of(&self, artist: &Artist, rows: &Rows) -> bool {
        choices(artist, rows).iter().any(|about| self.holds(about, rows))
    }

    fn holds(&self, about: &About<'_>, rows: &Rows) -> bool {
        match self {
            Tree::All(terms) => terms.iter().all(|term| term.holds(about, rows)),
            Tree::Any(terms) => terms.iter().any(|term| term.holds(about, rows)),
            Tree::Not(term) => !term.is_true_of(about.artist, rows),
            Tree::Is((_, holds)) => holds(about),
        }
    }
}

/// Each combination of rows of an artist's relations.
fn choices<'r>(artist: &'r Artist, rows: &'r Rows) -> Vec<About<'r>> {
    let albums: Vec<&Album> = rows.albums.iter().filter(|album| *album.artist.key() == artist.id).collect();
    let influences = rows.influences.iter().filter(|pair| *pair.from_artist.key() == artist.id);
    let influences: Vec<&Artist> =
        influences.flat_map(|pair| rows.artists.iter().filter(|other| other.id == *pair.to_artist.key())).collect();
    let mut choices = Vec::new();
    for album in one_or_none(albums) {
        let of_album = |track: &&Track| album.is_some_and(|album| album.id == *track.album.key());
        for track in one_or_none(rows.tracks.iter().filter(of_album).collect()) {
            for influence in one_or_none(influences.clone()) {
                choices.push(About { artist, album, track, influence });
            }
        }
    }
    choices
}

fn one_or_none<T: Copy>(rows: Vec<T>) -> Vec<Option<T>> {
    if rows.is_empty() { vec![None] } else { rows.into_iter().map(Some).collect() }
}

#[everywhere]
async fn combinations_are_true_of_the_artists_that_they_should_be(db: AsyncDatabase) -> Result<(), Error> {
    db.fill_records().await?;
    let (rows, mut random) = (rows(), Random::new("conditions over relations", 1959));
    for _ in 0..400 {
        let tree = Tree::random(&mut random, 3);
        let expected: Vec<i64> =
            rows.artists.iter().filter(|artist| tree.is_true_of(artist, &rows)).map(|artist| artist.id).collect();
        let found = Artist::objects().filter(tree.condition()).order_by(Artist::id).values(Artist::id).a().all(&db).await?;
        assert_eq!(found, expected, "{:?}", tree.condition());
    }
    Ok(())
}
