//! What is found in models before anything is done with them.
//!
//! The models stand in a function each, and are all registered: the list of a test leaves the others out, which is W001 for each.

use amphi::prelude::*;
use orm_core::field::ColumnType;
use orm_core::meta::{FieldMeta, ModelMeta};
use orm_core::sql::{Dialect, MARIADB, MYSQL, POSTGRES, SQLITE};
use orm_migrations::check::{Finding, Level, check};

fn app_of(_: &'static ModelMeta) -> String {
    "shop".to_owned()
}

fn found(models: &[&'static ModelMeta], dialects: &[&'static dyn Dialect]) -> Vec<Finding> {
    let found = check(models, &app_of, dialects);
    found.into_iter().filter(|finding| finding.id != "amphi.W001").collect()
}

/// A finding in few words: its id, where it is, on what.
fn told(finding: &Finding) -> (&'static str, String, Option<&str>) {
    let model = finding.model.as_ref().map_or_else(String::new, |model| model.name.clone());
    let place = finding.field.as_ref().map_or_else(|| model.clone(), |field| format!("{model}.{field}"));
    (finding.id, place, finding.backend)
}

#[derive(Model)]
#[model(table = "check_author")]
struct Author {
    id: i64,
    #[field(max_length = 40, unique)]
    name: String,
}

#[derive(Model)]
#[model(table = "check_book")]
struct Book {
    id: i64,
    author: ForeignKey<Author>,
    #[field(max_length = 40)]
    title: String,
}

#[test]
fn nothing_is_wrong_with_good_models() {
    let dialects: [&dyn Dialect; 4] = [&SQLITE, &POSTGRES, &MARIADB, &MYSQL];
    assert_eq!(found(models![Author, Book], &dialects), []);
    assert_eq!(found(&[], &dialects), []);
}

#[test]
fn list_and_program_differ() {
    let all = check(models![Book, Book], &app_of, &[&POSTGRES]);
    let unlisted = all.iter().find(|finding| finding.id == "amphi.W001" && told(finding).1 == "Author").unwrap();
    assert_eq!(unlisted.level, Level::Warning);
    let others: Vec<_> = all.iter().filter(|finding| finding.id != "amphi.W001").map(told).collect();
    assert_eq!(others, [("amphi.W002", "Book".to_owned(), None), ("amphi.E003", "Book.author".to_owned(), None)]);
    let pointing = all.iter().find(|finding| finding.id == "amphi.E003").unwrap();
    assert_eq!(
        pointing.to_string(),
        "shop.Book.author: (amphi.E003) it points at `Author`, which is not in the list of models; add `Author` to the list"
    );
}

mod other {
    use amphi::prelude::*;

    #[derive(Model)]
    #[model(table = "Check_Author")]
    pub struct Author {
        id: i64,
    }
}

#[test]
fn two_of_one_name() {
    let found = found(models![Author, other::Author], &[]);
    let told: Vec<_> = found.iter().map(told).collect();
    assert_eq!(told, [("amphi.E001", "Author".to_owned(), None), ("amphi.E002", "Author".to_owned(), None)]);
    assert!(found.iter().all(|finding| finding.level == Level::Error));
}

#[derive(Model)]
#[model(table = "sqlite_own")]
struct Reserved {
    id: i64,
    xmin: i32,
    #[field(column = "Note")]
    first: i32,
    #[field(column = "note")]
    second: i32,
}

#[derive(Model)]
#[model(table = "amphi_migration")]
struct Ours {
    id: i64,
}

#[test]
fn names_that_are_taken() {
    let found = found(models![Reserved, Ours], &[&SQLITE, &POSTGRES]);
    let told: Vec<_> = found.iter().map(told).filter(|(id, ..)| *id != "amphi.E008").collect();
    assert_eq!(
        told,
        [
            ("amphi.E004", "Reserved.second".to_owned(), None),
            ("amphi.E005", "Ours".to_owned(), None),
            ("amphi.E005", "Reserved".to_owned(), Some("SQLite")),
            ("amphi.E005", "Reserved.xmin".to_owned(), Some("PostgreSQL")),
        ]
    );
}

#[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
#[field(native = "check_author")]
enum Clash {
    One,
}

#[derive(Model)]
#[model(table = "check_indexed", index(name = "same", fields = ["a"]))]
struct Indexed {
    id: i64,
    a: i32,
}

#[derive(Model)]
#[model(table = "check_too", index(name = "same", fields = ["b"]))]
struct IndexedToo {
    id: i64,
    b: i32,
    #[field(max_length = 9)]
    clash: Clash,
}

#[test]
fn two_things_of_one_name_in_the_database() {
    let found = found(models![Author, Indexed, IndexedToo], &[&SQLITE, &POSTGRES, &MARIADB]);
    let told: Vec<_> = found.iter().map(told).collect();
    assert_eq!(
        told,
        [
            ("amphi.E006", "IndexedToo".to_owned(), Some("SQLite")),
            ("amphi.E006", "IndexedToo.clash".to_owned(), Some("PostgreSQL")),
            ("amphi.E006", "IndexedToo".to_owned(), Some("PostgreSQL")),
        ]
    );
}

#[derive(Model)]
#[model(table = "check_few", index(fields = ["tags"], method = "gin"), index(fields = ["title"], condition = "title <> ''"))]
struct Few {
    id: i64,
    tags: Vec<String>,
    #[field(max_length = 40)]
    title: String,
    parent: Option<ForeignKey<Keyed>>,
}

#[derive(Model)]
#[model(table = "check_keyed")]
struct Keyed {
    #[field(primary_key)]
    code: String,
}

#[test]
fn what_a_database_cannot_hold() {
    let found = found(models![Keyed, Few], &[&SQLITE, &POSTGRES, &MARIADB]);
    let told: Vec<_> = found.iter().map(told).collect();
    assert_eq!(
        told,
        [
            ("amphi.E009", "Few.tags".to_owned(), Some("SQLite")),
            ("amphi.E008", "Keyed".to_owned(), Some("MariaDB")),
            ("amphi.E009", "Few.tags".to_owned(), Some("MariaDB")),
            // Its foreign key is a text without a length too.
            ("amphi.E008", "Few".to_owned(), Some("MariaDB")),
        ]
    );
    let key = found.iter().find(|finding| finding.id == "amphi.E008").unwrap();
    assert!(key.message.contains("write `max_length`"), "{}", key.message);
}

/// The derive would refuse it.
static LONG: ModelMeta = ModelMeta::new(
    "Long",
    "check_a_table_with_a_name_that_is_longer_than_any_server_would_take",
    &[FieldMeta::new("id", "id", ColumnType::I64, false)],
);

#[derive(Model)]
#[model(table = "check_part", index(fields = ["title"], condition = "title <> ''"))]
struct Part {
    id: i64,
    #[field(max_length = 40)]
    title: String,
}

#[test]
fn names_that_are_too_long_and_parts_of_an_index() {
    let found = found(&[&LONG, <Part as amphi::model::Model>::META], &[&SQLITE, &POSTGRES, &MARIADB]);
    let told: Vec<_> = found.iter().map(told).collect();
    assert_eq!(
        told,
        [
            ("amphi.E008", "Long".to_owned(), Some("PostgreSQL")),
            ("amphi.E008", "Long".to_owned(), Some("MariaDB")),
            ("amphi.E008", "Part".to_owned(), Some("MariaDB")),
        ]
    );
}

mod moods {
    use amphi::prelude::*;

    #[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
    #[field(native = "check_mood")]
    pub enum One {
        Sad,
    }

    #[derive(FieldEnum, Debug, Clone, Copy, PartialEq)]
    #[field(native = "check_mood")]
    pub enum Other {
        Fine,
    }

    #[derive(Model)]
    #[model(table = "check_one")]
    pub struct WithOne {
        id: i64,
        #[field(max_length = 9)]
        mood: One,
    }

    #[derive(Model)]
    #[model(table = "check_other")]
    pub struct WithOther {
        id: i64,
        #[field(max_length = 9)]
        mood: Other,
    }
}

#[test]
fn two_enums_of_one_name() {
    let found = found(models![moods::WithOne, moods::WithOther], &[&SQLITE, &POSTGRES]);
    let told: Vec<_> = found.iter().map(told).collect();
    assert_eq!(told, [("amphi.E006", "WithOther.mood".to_owned(), Some("PostgreSQL"))]);
    assert!(found[0].message.contains("check_mood"), "{}", found[0].message);
}

#[derive(Model)]
#[model(table = "check_reader")]
#[many_to_many(favourites: Author)]
struct Reader {
    id: i64,
}

#[test]
fn what_the_library_made_needs_no_place_in_the_list() {
    let all = check(models![Author, Reader], &app_of, &[&SQLITE, &POSTGRES, &MARIADB]);
    let of_made = |finding: &&Finding| finding.model.as_ref().is_some_and(|model| model.name.contains("avourites"));
    assert_eq!(all.iter().find(of_made), None);
    assert_eq!(found(models![Author, Reader], &[&SQLITE]), []);
    // Its key points out of a list without the other model.
    let found = found(models![Reader], &[]);
    assert!(found.iter().all(|finding| finding.id == "amphi.E003") && !found.is_empty(), "{found:?}");
}
