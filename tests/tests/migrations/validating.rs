//! Constraints that do not hold for the rows that are there yet.

use amphi::migrations::graph::Target;
use amphi::migrations::{Error as MigrationError, MigrationId, Migrations};
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use amphi_tests::support::url;

const INITIAL: &str = r#"
app = "shop"

[[operations]]
op = "create_model"
model = "shop.Room"
table = "valid_room"
key = ["house", "number"]
fields = [
    { name = "house", type = "i32" },
    { name = "number", type = "i32" },
]

[[operations]]
op = "create_model"
model = "shop.Book"
table = "valid_book"
key = ["id"]
fields = [
    { name = "id", type = "i64", generated = true },
    { name = "house", type = "i32" },
    { name = "number", type = "i32" },
    { name = "pages", type = "i32" },
]
"#;

const CHECK: &str = r#"{ type = "check", name = "valid_pages", condition = "pages > 0" }"#;
const KEY: &str = r#"{ type = "foreign_key", fields = ["house", "number"], model = "shop.Room", on_delete = "cascade" }"#;

fn migrations(constraint: &str) -> Migrations {
    let operation =
        |op: &str, more: &str| format!("[[operations]]\nop = '{op}'\nmodel = 'shop.Book'\nconstraint = {constraint}\n{more}");
    let added = format!("app = 'shop'\nparents = ['shop.0001_initial']\n{}", operation("add_constraint", "not_valid = true"));
    let valid = format!("app = 'shop'\nparents = ['shop.0002_added']\n{}", operation("validate_constraint", ""));
    let files = [("0001_initial.toml", INITIAL), ("0002_added.toml", &added), ("0003_valid.toml", &valid)];
    Migrations::embedded(&files).unwrap()
}

fn to(name: &str) -> Target {
    Target::Migration(MigrationId::new("shop", name))
}

#[derive(Model, Debug)]
#[model(table = "valid_book")]
struct Book {
    id: i64,
    house: i32,
    number: i32,
    pages: i32,
}

fn failed(error: MigrationError) -> Error {
    Error::Configuration(error.to_string())
}

#[everywhere]
async fn bad_rows_stay_until_they_are_mended(db: AsyncDatabase) -> Result<(), Error> {
    for constraint in [CHECK, KEY] {
        let migrations = migrations(constraint);
        let migrate = |name: &str| migrations.migrate().to(to(name)).allow_destructive(true).a();
        migrate("0001_initial").run(&db).await.map_err(failed)?;
        Book::create().house(1).number(1).pages(-1).a().insert(&db).await?;
        if !url().starts_with("postgres") {
            // Elsewhere the rows are looked at when the constraint is added.
            assert!(migrate("0002_added").run(&db).await.is_err());
            Book::objects().a().delete(&db).await?;
            migrate("0003_valid").run(&db).await.map_err(failed)?;
        } else {
            migrate("0002_added").run(&db).await.map_err(failed)?;
            assert!(Book::create().house(1).number(1).pages(-1).a().insert(&db).await.is_err(), "new rows are held to it");
            let refused = migrate("0003_valid").run(&db).await;
            let Err(MigrationError::Database { migration, doing, .. }) = &refused else { panic!("{refused:?}") };
            assert_eq!(migration.name, "0003_valid");
            assert!(doing.starts_with("Validate the ") && doing.ends_with("of the table `valid_book`"), "{doing}");
            assert_eq!(Book::objects().a().count(&db).await?, 1, "the old row is there");
            Book::objects().a().delete(&db).await?;
            migrate("0003_valid").run(&db).await.map_err(failed)?;
        }
        assert!(Book::create().house(1).number(1).pages(-1).a().insert(&db).await.is_err(), "it holds");
        migrate("0002_added").run(&db).await.map_err(failed)?;
        assert!(Book::create().house(1).number(1).pages(-1).a().insert(&db).await.is_err(), "it holds as before");
        migrate("0001_initial").run(&db).await.map_err(failed)?;
        Book::create().house(1).number(1).pages(-1).a().insert(&db).await?;
        migrations.migrate().to(Target::Zero("shop".into())).allow_destructive(true).a().run(&db).await.map_err(failed)?;
    }
    Ok(())
}
