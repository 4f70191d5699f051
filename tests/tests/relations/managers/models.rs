//! The models of these tests: each kind of relation to many, and each kind of model between.

use amphi::prelude::*;

#[derive(Model, Debug, Clone, PartialEq)]
#[has_many(books: Book::author)]
#[has_many(translations: Book::translator)]
pub struct Author {
    pub id: i64,
    pub name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(ordering = ["id"])]
#[many_to_many(tags: Tag)]
pub struct Book {
    pub id: i64,
    pub title: String,
    #[field(on_delete = Cascade)]
    pub author: ForeignKey<Author>,
    #[field(on_delete = SetNull)]
    pub translator: Option<ForeignKey<Author>>,
    #[field(version)]
    pub version: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(books: Book::tags)]
pub struct Tag {
    #[field(primary_key, max_length = 30)]
    pub name: String,
}

/// Friends are each other's; whom one follows need not follow back.
#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(friends: Person, symmetrical)]
#[many_to_many(follows: Person)]
#[many_to_many(followers: Person::follows)]
pub struct Person {
    pub id: i32,
    pub name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(cast: Actor, through = Casting(film, actor))]
pub struct Film {
    pub id: i64,
    pub title: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(films: Film::cast)]
pub struct Actor {
    #[field(primary_key)]
    pub id: Uuid,
    pub name: String,
}

/// A model between with values of every kind, which may hold a pair twice.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Casting {
    pub id: i64,
    #[field(on_delete = Cascade)]
    pub film: ForeignKey<Film>,
    #[field(on_delete = Cascade)]
    pub actor: ForeignKey<Actor>,
    #[field(max_length = 40)]
    pub role: String,
    #[field(max_digits = 9, decimal_places = 2)]
    pub fee: Option<Decimal>,
    #[field(default = 1.5)]
    pub share: f64,
    #[field(default = vec![0, 255])]
    pub photo: Vec<u8>,
    pub contract: Option<Json<Vec<i32>>>,
    pub contact: Option<Uuid>,
    #[field(auto_now_add)]
    pub made: DateTime<Utc>,
    #[field(version)]
    pub version: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(bands: Band, through = Gig(venue, band))]
pub struct Venue {
    pub id: i64,
    pub name: String,
}

#[derive(Model, Debug, Clone, PartialEq)]
#[many_to_many(venues: Venue::bands)]
pub struct Band {
    pub id: i64,
    pub name: String,
}

/// A model between whose other fields all have defaults, some of which no two rows may share.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(unique_together = ["band", "venue"])]
pub struct Gig {
    #[field(primary_key, default = Uuid::new_v4())]
    pub id: Uuid,
    #[field(on_delete = Cascade)]
    pub venue: ForeignKey<Venue>,
    #[field(on_delete = Cascade)]
    pub band: ForeignKey<Band>,
    #[field(unique, default = Uuid::new_v4())]
    pub ticket: Uuid,
    #[field(default = 20)]
    pub price: i32,
    pub note: Option<String>,
}

pub fn tables() -> &'static [&'static amphi::meta::ModelMeta] {
    models![Author, Book, Tag, BookTags, Person, PersonFriends, PersonFollows, Film, Actor, Casting, Venue, Band, Gig]
}
