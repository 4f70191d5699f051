//! Triggers of a table that SQLite makes anew.

use amphi::migrations::{Error as MigrationError, Migrations};
use amphi::prelude::*;
use amphi_tests::support::TempFile;

const INITIAL: &str = r#"
app = "shop"

[[operations]]
op = "create_model"
model = "shop.Book"
table = "Trig_book"
key = ["id"]
fields = [
    { name = "id", type = "i64", generated = true },
    { name = "title", type = "text", max_length = 50 },
    { name = "pages", type = "i32", nullable = true },
]

[[operations]]
op = "create_model"
model = "shop.Seen"
table = "trig_seen"
key = ["id"]
fields = [
    { name = "id", type = "i64", generated = true },
    { name = "title", type = "text", max_length = 50 },
]

[[operations]]
op = "run_sql"
sql = "CREATE TRIGGER saw AFTER INSERT ON trig_book BEGIN INSERT INTO trig_seen (title) VALUES (new.title); END"

[[operations]]
op = "run_sql"
sql = "CREATE TRIGGER kept BEFORE DELETE ON trig_book WHEN old.title = 'ß; it''s kept' BEGIN SELECT RAISE(ABORT, 'kept'); END"

[[operations]]
op = "run_sql"
sql = "CREATE TRIGGER other AFTER DELETE ON trig_seen BEGIN UPDATE trig_book SET pages = NULL WHERE title = old.title; END"
"#;

/// Makes the table anew, and then calls its column otherwise.
const REBUILT: &str = r#"
app = "shop"
parents = ["shop.0001_initial"]

[[operations]]
op = "alter_field"
model = "shop.Book"
field = { name = "pages", type = "i64" }
fill = 3

[[operations]]
op = "rename_field"
model = "shop.Book"
field = "title"
to = "name"

[[operations]]
op = "add_field"
model = "shop.Book"
field = { name = "price", type = "f64" }
fill = 1.5
"#;

/// Takes away what the triggers are about, from a table that has to be made anew for that.
const REMOVED: &str = r#"
app = "shop"
parents = ["shop.0002_rebuilt"]

[[operations]]
op = "add_constraint"
model = "shop.Book"
constraint = { type = "check", name = "trig_price", condition = "price >= 0" }

[[operations]]
op = "remove_field"
model = "shop.Book"
field = "name"
"#;

#[derive(Model, Debug)]
#[model(table = "Trig_book")]
struct Book {
    id: i64,
    name: String,
    pages: Option<i64>,
    price: f64,
}

#[derive(Model, Debug)]
#[model(table = "trig_seen")]
struct Seen {
    id: i64,
    title: String,
}

#[test]
fn they_are_there_again() -> Result<(), Box<dyn std::error::Error>> {
    for atomic in ["atomic = true\n", "atomic = false\n"] {
        let file = TempFile::unused();
        let db = Database::connect(&file.url())?;
        let rebuilt = REBUILT.replacen("parents", &format!("{atomic}parents"), 1);
        Migrations::embedded(&[("0001_initial.toml", INITIAL), ("0002_rebuilt.toml", &rebuilt)])?.migrate().run(&db)?;
        Book::create().name("ß; it's kept").pages(1).price(1.0).insert(&db)?;
        assert_eq!(Seen::objects().get(&db)?.title, "ß; it's kept", "the trigger works with the renamed column");
        assert!(Book::objects().delete(&db).is_err(), "the other one too");
        let deleted = Seen::objects().delete(&db);
        assert!(deleted.is_err(), "that of another table works, and the pages may not be NULL now: {deleted:?}");
        Book::objects().update(Book::name.set("gone"), &db)?;
        Book::objects().delete(&db)?;
        assert_eq!(Seen::objects().delete(&db)?.total(), 1);
    }
    Ok(())
}

#[test]
fn one_that_does_not_fit_any_more_is_an_error() -> Result<(), Box<dyn std::error::Error>> {
    let file = TempFile::unused();
    let db = Database::connect(&file.url())?;
    let files = [("0001_initial.toml", INITIAL), ("0002_rebuilt.toml", REBUILT), ("0003_removed.toml", REMOVED)];
    let migrations = Migrations::embedded(&files)?;
    let run = migrations.migrate().allow_destructive(true).run(&db);
    let Err(MigrationError::Database { migration, source, .. }) = &run else { panic!("{run:?}") };
    assert_eq!(migration.name, "0003_removed");
    assert!(source.to_string().contains("trigger"), "{source}");
    assert_eq!(Book::objects().count(&db)?, 0, "the table is as it was");
    Ok(())
}
