//! Steps with the models of their time in scope.

use amphi::migrations::graph::Target;
use amphi::migrations::{Error as MigrationError, MigrationId, Migrations};
use amphi::prelude::*;
use amphi::{Connection, Running};
use amphi_test_macros::everywhere;
use orm_core::registry::{Registered, inventory};

use super::run::Script;

/// The model as it is now: other fields than the steps know.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "frozen_book")]
struct Book {
    id: i64,
    #[field(max_length = 50)]
    name: String,
    #[field(max_length = 80)]
    slug: String,
}

#[amphi::migration("shop.0002_slugs", folder = "tests/migrations/frozen_shop")]
async fn fill_slugs(on: &mut Running<'_, impl Connection>) -> amphi::Result<()> {
    for row in Book::objects().select_related(Book::author).on(on).all().await? {
        let by = row.author().as_ref().map_or("nobody", |author| author.name.as_str()).to_owned();
        let mut book = row.into_model();
        book.slug = Some(format!("{} by {by}", book.title));
        book.on(on).save().await?;
    }
    // The one that cascades is the model of that time too.
    Author::objects().filter(Author::name.eq("unwanted")).on(on).delete().await?;
    Ok(())
}

#[amphi::migration("shop.0002_slugs", folder = "tests/migrations/frozen_shop")]
async fn forget_slugs(on: &mut Running<'_, impl Connection>) -> amphi::Result<()> {
    Book::objects().on(on).update(Book::slug.set(None)).await.map(drop)
}

#[amphi::migration("shop.0002_slugs", folder = "tests/migrations/frozen_shop")]
async fn count_authors(on: &mut Running<'_, impl Connection>) -> amphi::Result<()> {
    let authors = Author::objects().on(on).count().await?;
    // Here a slug may no longer be NULL.
    Book::create().title("authors").size(BookSize::Large).slug(authors.to_string()).on(on).insert().await.map(drop)
}

amphi::steps!(Steps: fill_slugs, forget_slugs, count_authors);

fn to(name: &str) -> Target {
    Target::Migration(MigrationId::new("shop", name))
}

fn failed(error: MigrationError) -> Error {
    Error::Configuration(error.to_string())
}

/// What the table holds at first.
const ROWS: &str = "INSERT INTO frozen_author (id, name) VALUES (1, 'Ann'), (2, 'unwanted');
    INSERT INTO frozen_book (title, size, author_id) VALUES ('a', 'small', 1), ('ß', 'large', NULL), ('c', 'large', 2)";

#[everywhere]
async fn a_step_works_on_the_rows_of_its_time(db: AsyncDatabase) -> Result<(), Error> {
    let migrations = Migrations::embedded(amphi::embed_migrations!("tests/migrations/frozen_shop")).map_err(failed)?;
    let migrate = || migrations.migrate_with::<Steps>().allow_destructive(true);
    migrate().to(to("0001_initial")).a().run(&db).await.map_err(failed)?;
    db.operate(Script(ROWS.split(';').map(str::to_owned).collect())).await?;
    migrate().a().run(&db).await.map_err(failed)?;
    let books = Book::objects().order_by(Book::id.asc()).a().all(&db).await?;
    let slugs: Vec<(&str, &str)> = books.iter().map(|book| (book.name.as_str(), book.slug.as_str())).collect();
    assert_eq!(slugs, [("a", "a by Ann"), ("ß", "ß by nobody"), ("authors", "1")]);
    migrate().to(to("0001_initial")).a().run(&db).await.map_err(failed)?;
    migrate().to(Target::Zero("shop".into())).a().run(&db).await.map_err(failed)?;
    Ok(())
}

#[test]
fn they_are_none_of_the_programs_models() {
    let registered = inventory::iter::<Registered>.into_iter().filter(|Registered(model)| model.table.starts_with("frozen_"));
    let fields: Vec<Vec<&str>> =
        registered.map(|Registered(model)| model.fields.iter().map(|field| field.name).collect()).collect();
    assert_eq!(fields, [["id", "name", "slug"]]);
}
