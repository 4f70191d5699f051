//! Creating, saving, updating and deleting.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use amphi_tests::library::{Author, Book, Country, Fill, date};

#[everywhere]
async fn a_draft_is_inserted_and_comes_back_whole(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Author, Book, Country]).await?;
    let kenya = Country::create().name("Kenya").a().insert(&db).await?;
    let author = Author::create().name("Ngũgĩ wa Thiong'o").born(1938).country(&kenya).a().insert(&db).await?;
    let book = Book::create().title("Petals of Blood").author(&author).published(date(1977, 1, 1)).a().insert(&db).await?;
    assert_eq!((kenya.id, author.id, book.id), (1, 1, 1));
    assert_eq!((book.pages, book.note.clone(), book.translator), (0, None, None));
    assert_eq!(Book::objects().a().get(&db).await?, book);
    let second = Book::create()
        .title("Matigari")
        .author(author.id)
        .published(date(1986, 1, 1))
        .pages(175)
        .note("tr.")
        .a()
        .insert(&db)
        .await?;
    assert_eq!(Book::objects().filter(Book::id.eq(second.id)).a().get(&db).await?, second);
    Ok(())
}

#[everywhere]
async fn save_writes_all_and_update_the_named(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let mut book = Book::objects().filter(Book::id.eq(1)).a().get(&db).await?;
    let mut stale = book.clone();
    book.title = "The Dispossessed: An Ambiguous Utopia".into();
    book.note = None;
    book.a().save(&db).await?;
    assert_eq!(Book::objects().filter(Book::id.eq(1)).a().get(&db).await?, book);
    // Only the named field is written: the title of the stale copy is not.
    stale.pages = 400;
    stale.a().update(Book::pages, &db).await?;
    book.a().refresh(&db).await?;
    assert_eq!((book.title.as_str(), book.pages), ("The Dispossessed: An Ambiguous Utopia", 400));
    // Only what changed is written.
    let before = book.clone();
    book.pages = 401;
    Book::objects().filter(Book::id.eq(1)).a().update(Book::note.set("kept"), &db).await?;
    book.a().update_changed(&before, &db).await?;
    book.a().refresh(&db).await?;
    assert_eq!((book.pages, book.note.as_deref()), (401, Some("kept")));
    Ok(())
}

#[everywhere]
async fn what_is_deleted_is_not_resurrected(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let mut book = Book::objects().filter(Book::id.eq(6)).a().get(&db).await?;
    book.a().delete(&db).await?;
    assert!(matches!(book.a().save(&db).await, Err(Error::DoesNotExist { model: "Book" })));
    assert!(matches!(book.a().delete(&db).await, Err(Error::DoesNotExist { .. })));
    assert!(matches!(book.a().refresh(&db).await, Err(Error::DoesNotExist { .. })));
    assert_eq!(Book::objects().a().count(&db).await?, 5);
    // Nor does a new row take its key.
    let new = Book::create().title("New").author(1).published(date(2000, 1, 1)).a().insert(&db).await?;
    assert_eq!(new.id, 7);
    Ok(())
}

#[everywhere]
async fn update_of_a_query(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let lem = || Book::objects().filter(Book::author.name.contains("Lem"));
    assert_eq!(lem().a().update(Book::pages.set(Book::pages + 1), &db).await?, 3, "over a join");
    assert_eq!(lem().order_by(Book::id).values(Book::pages).a().all(&db).await?, [205, 296, 200]);
    assert_eq!(lem().a().update((Book::note.set(None), Book::pages.set(10)), &db).await?, 3);
    assert_eq!(lem().a().update(Book::pages.set(10), &db).await?, 3, "rows matched, changed or not");
    assert_eq!(lem().values((Book::note, Book::pages)).distinct().a().all(&db).await?, [(None, 10)]);
    assert_eq!(Book::objects().filter(Book::id.eq(1)).a().update(Book::translator.set(3), &db).await?, 1);
    assert_eq!(Book::objects().filter(Book::translator.eq(3)).a().count(&db).await?, 3);
    assert_eq!(Book::objects().a().update(Book::translator.set(None), &db).await?, 6);
    let twice = Book::objects().a().update((Book::pages.set(1), Book::pages.set(2)), &db).await;
    assert!(matches!(twice, Err(Error::InvalidQuery(_))), "{twice:?}");
    let over = Book::objects().a().update(Book::pages.set(Book::pages * i32::MAX), &db).await;
    assert!(over.is_err(), "a result that the field cannot hold is refused: {over:?}");
    Ok(())
}

#[everywhere]
async fn delete_of_a_query(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    assert_eq!(Book::objects().filter(Book::translator.name.contains("Kandel")).a().delete(&db).await?, 2);
    assert_eq!(Book::objects().a().count(&db).await?, 4);
    // on_delete: the mentor's key becomes NULL, the author's books go.
    let deleted = Author::objects().filter(Author::id.eq(2)).a().delete(&db).await?;
    assert_eq!((deleted.of::<Author>(), deleted.of::<Book>(), deleted.total()), (1, 1, 2));
    assert_eq!(Book::objects().a().count(&db).await?, 3);
    assert_eq!(Author::objects().filter(Author::id.eq(3)).a().get(&db).await?.mentor, None);
    assert_eq!(Book::objects().a().delete(&db).await?, 3);
    Ok(())
}

#[everywhere]
async fn constraints_are_typed(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let twice = Country::create().name("Poland").a().insert(&db).await.unwrap_err();
    assert!(twice.is_unique_violation(), "{twice:?}");
    let Error::Constraint(violation) = twice else { panic!("{twice:?}") };
    assert_eq!((violation.table.as_deref(), violation.columns.as_slice()), (Some("country"), &["name".to_owned()][..]));
    let dangling = Author::create().name("x").country(99).a().insert(&db).await.unwrap_err();
    assert!(dangling.is_foreign_key_violation(), "{dangling:?}");
    let long = Country::create().name("x".repeat(61)).a().insert(&db).await.unwrap_err();
    assert!(matches!(long, Error::InvalidValue { model: "Country", field: "name", .. }), "{long:?}");
    let wide = Country::create().name("ł".repeat(60)).a().insert(&db).await?;
    assert_eq!(wide.name.chars().count(), 60, "characters are counted, not bytes");
    assert_eq!(Country::objects().a().count(&db).await?, 3);
    Ok(())
}

#[everywhere]
async fn bulk_create_is_all_or_none(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Country]).await?;
    let rows = Country::objects().a().bulk_create((0..1000).map(|n| Country::create().name(format!("c{n}"))), &db).await?;
    assert_eq!(rows.len(), 1000);
    assert!(rows.iter().enumerate().all(|(at, row)| row.id == at as i64 + 1 && row.name == format!("c{at}")));
    let clash = ["new", "c5"].map(|name| Country::create().name(name));
    assert!(Country::objects().a().bulk_create(clash, &db).await.unwrap_err().is_unique_violation());
    assert_eq!(Country::objects().a().count(&db).await?, 1000);
    let long = ["new".to_owned(), "x".repeat(61)].map(|name| Country::create().name(name));
    let refused = Country::objects().a().bulk_create(long, &db).await.unwrap_err();
    assert!(matches!(refused, Error::InvalidValue { model: "Country", field: "name", .. }), "{refused:?}");
    assert_eq!(Country::objects().a().count(&db).await?, 1000);
    assert_eq!(Country::objects().a().bulk_create(Vec::<amphi::draft::New<Country>>::new(), &db).await?, []);
    Ok(())
}

#[everywhere]
async fn create_tables_twice_is_once(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Book, Author, Country]).await?;
    db.create_tables(models![Book, Author, Country]).await?;
    assert_eq!(Book::objects().a().count(&db).await?, 0);
    Ok(())
}

#[everywhere]
async fn a_transaction_is_all_or_nothing(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    db.atomic(async |tx: &AsyncTransaction| {
        Country::create().name("Kenya").a().insert(tx).await?;
        Country::objects().filter(Country::name.eq("Poland")).a().update(Country::name.set("Polska"), tx).await?;
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(Country::objects().filter(Country::name.in_(["Kenya", "Polska"])).a().count(&db).await?, 2);
    let failed = db
        .atomic(async |tx: &AsyncTransaction| {
            Country::create().name("Ghana").a().insert(tx).await?;
            assert_eq!(Country::objects().a().count(tx).await?, 4);
            Err::<(), _>(Error::DoesNotExist { model: "Country" })
        })
        .await;
    assert!(failed.is_err());
    assert_eq!(Country::objects().a().count(&db).await?, 3);
    // An inner one is undone alone.
    db.atomic(async |tx: &AsyncTransaction| {
        Country::create().name("Ghana").a().insert(tx).await?;
        let inner = tx
            .atomic(async |tx: &AsyncTransaction| {
                Country::create().name("Togo").a().insert(tx).await?;
                Country::create().name("Ghana").a().insert(tx).await?;
                Ok::<_, Error>(())
            })
            .await;
        assert!(inner.unwrap_err().is_unique_violation());
        Country::create().name("Benin").a().insert(tx).await?;
        Ok::<_, Error>(())
    })
    .await?;
    let names = Country::objects().order_by(Country::id).values(Country::name).a().all(&db).await?;
    assert_eq!(names, ["United States", "Polska", "Kenya", "Ghana", "Benin"]);
    Ok(())
}

#[everywhere]
async fn an_error_that_was_swallowed_kills_the_transaction(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let outcome = db
        .atomic(async |tx: &AsyncTransaction| {
            Country::create().name("Ghana").a().insert(tx).await?;
            let _ = Country::create().name("Poland").a().insert(tx).await;
            let after = Country::objects().a().count(tx).await;
            assert!(matches!(after, Err(Error::TransactionDead)), "{after:?}");
            Ok::<_, Error>(())
        })
        .await;
    assert!(matches!(outcome, Err(Error::TransactionDead)), "{outcome:?}");
    assert_eq!(Country::objects().a().count(&db).await?, 2);
    Ok(())
}

#[derive(Model, Debug, Clone)]
struct Shelf {
    id: i64,
}

#[derive(Model, Debug, Clone)]
struct Slot {
    id: i64,
    #[field(on_delete = Protect)]
    shelf: ForeignKey<Shelf>,
}

#[everywhere]
async fn a_protected_row_is_not_deleted(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(models![Shelf, Slot]).await?;
    let shelf = Shelf::create().a().insert(&db).await?;
    Slot::create().shelf(&shelf).a().insert(&db).await?;
    let refused = Shelf::objects().filter(Shelf::id.eq(shelf.id)).a().delete(&db).await.unwrap_err();
    assert!(refused.is_foreign_key_violation(), "{refused:?}");
    assert_eq!((Shelf::objects().a().count(&db).await?, Slot::objects().a().count(&db).await?), (1, 1));
    Ok(())
}

#[everywhere]
async fn an_update_that_cannot_be_stored_names_its_field(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let long = Country::objects().a().update(Country::name.set("x".repeat(61)), &db).await.unwrap_err();
    assert!(matches!(long, Error::InvalidValue { model: "Country", field: "name", .. }), "{long:?}");
    let far = Book::objects().a().update(Book::published.set(date(12_000, 1, 1)), &db).await.unwrap_err();
    assert!(matches!(far, Error::InvalidValue { model: "Book", field: "published", .. }), "{far:?}");
    let far = Book::create().title("x").author(1).published(date(-5, 1, 1)).a().insert(&db).await.unwrap_err();
    assert!(matches!(far, Error::InvalidValue { model: "Book", field: "published", .. }), "{far:?}");
    Ok(())
}
