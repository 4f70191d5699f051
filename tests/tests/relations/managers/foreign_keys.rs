//! The rows that hold the key of one row.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use super::models::*;

#[everywhere]
async fn the_rows_of_one_row_are_a_query(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let lem = Author::create().name("Lem").a().insert(&db).await?;
    let other = Author::create().name("Kandel").a().insert(&db).await?;
    for title in ["Solaris", "Eden", "Fiasco"] {
        Book::create().title(title).author(&lem).a().insert(&db).await?;
    }
    Book::create().title("Strange Invasion").author(&other).translator(&lem).a().insert(&db).await?;
    let books = Author::books.of(&lem);
    assert_eq!(books.a().count(&db).await?, 3);
    assert_eq!(books.a().all(&db).await?.len(), 3);
    assert_eq!(books.a().first(&db).await?.map(|book| book.title), Some("Solaris".to_owned()));
    assert_eq!(books.a().last(&db).await?.map(|book| book.title), Some("Fiasco".to_owned()));
    assert!(books.a().exists(&db).await? && !Author::translations.of(&other).a().exists(&db).await?);
    assert_eq!(books.filter(Book::title.startswith("E")).a().get(&db).await?.title, "Eden");
    assert_eq!(books.exclude(Book::title.eq("Eden")).a().count(&db).await?, 2);
    assert_eq!(books.order_by(Book::title).values(Book::title).a().all(&db).await?, ["Eden", "Fiasco", "Solaris"]);
    assert_eq!(books.reverse().slice(1..2).values(Book::title).a().all(&db).await?, ["Eden"]);
    assert_eq!(books.limit(2).a().all(&db).await?.len(), 2);
    assert_eq!(books.offset(2).values(Book::title).a().all(&db).await?, ["Fiasco"]);
    assert_eq!(books.values((Book::title, Book::author)).distinct().a().count(&db).await?, 3);
    assert_eq!(books.none().a().count(&db).await?, 0);
    let loaded = books.select_related(Book::author).prefetch_related(Book::tags).a().all(&db).await?;
    assert!(loaded.iter().all(|book| book.author().name == "Lem" && book.tags().is_empty()));
    assert!(matches!(books.select_for_update().a().all(&db).await, Err(Error::TransactionRequired { .. })));
    assert_eq!(Author::translations.of_key(lem.id).values(Book::title).a().get(&db).await?, "Strange Invasion");
    assert_eq!(Author::books.of_key(77).a().count(&db).await?, 0);
    assert!(matches!(books.filter(Book::id.gt(1)).a().get(&db).await, Err(Error::MultipleObjects { model: "Book" })));
    assert_eq!(books.filter(Book::id.gt(1)).a().update(Book::title.set("x"), &db).await?, 2);
    assert_eq!(books.a().update(Book::title.set("y"), &db).await?, 3);
    assert_eq!(books.filter(Book::id.eq(1)).a().delete(&db).await?, 1);
    assert_eq!(books.a().delete(&db).await?, 2);
    assert_eq!(Book::objects().a().count(&db).await?, 1);
    Ok(())
}

#[everywhere]
async fn rows_are_created_with_the_key(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let lem = Author::create().name("Lem").a().insert(&db).await?;
    let solaris = Author::books.of(&lem).a().create(Book::create().title("Solaris"), &db).await?;
    assert_eq!((solaris.author.key(), solaris.translator, solaris.version), (&lem.id, None, 1));
    // A nullable key may be missing or not: it becomes the owner's.
    let draft = Book::create().title("Eden").author(lem.id).translator(99);
    let eden = Author::translations.of_key(lem.id).a().create(draft, &db).await?;
    assert_eq!(eden.translator, Some(ForeignKey::to(&lem)));
    assert_eq!(Book::objects().a().all(&db).await?, [solaris, eden]);
    let nobody = Author::books.of_key(99).a().create(Book::create().title("Nobody's"), &db).await;
    assert!(nobody.is_err_and(|error| error.is_foreign_key_violation()));
    let refused = Author::books.of(&lem).a().bulk_create([Book::create().title("x").author(1)], &db).await;
    assert!(matches!(refused, Err(Error::InvalidQuery(_))));
    assert_eq!(Book::objects().a().count(&db).await?, 2);
    Ok(())
}

#[everywhere]
async fn rows_are_added_and_removed(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let [lem, kandel] = [1, 2];
    Author::objects().a().bulk_create(["Lem", "Kandel"].map(|name| Author::create().name(name)), &db).await?;
    let drafts = ["Solaris", "Eden", "Fiasco"].map(|title| Book::create().title(title).author(lem));
    let books = Book::objects().a().bulk_create(drafts, &db).await?;
    let by_kandel = Author::translations.of_key(kandel);
    assert_eq!(by_kandel.a().add(&books[0], &db).await?, 1);
    // What is there already is not written again; its version says so.
    assert_eq!(by_kandel.a().add(&books, &db).await?, 2);
    assert_eq!(by_kandel.a().add([1, 1, 2], &db).await?, 0);
    assert_eq!(by_kandel.values(Book::version).a().all(&db).await?, [2, 2, 2]);
    assert_eq!(by_kandel.a().add(Vec::<i64>::new(), &db).await?, 0);
    // A row that belongs to another is taken from it by `add`, and left alone by `remove`.
    let by_lem = Author::translations.of_key(lem);
    assert_eq!(by_lem.a().add(ForeignKey::<Book>::new(3), &db).await?, 1);
    assert_eq!(by_kandel.a().remove(&books[1..], &db).await?, 1);
    assert_eq!(by_kandel.values(Book::id).a().all(&db).await?, [1]);
    assert_eq!(by_lem.values(Book::id).a().all(&db).await?, [3]);
    assert_eq!(by_kandel.a().remove([99], &db).await?, 0);
    assert_eq!(by_kandel.a().remove(Vec::<&Book>::new(), &db).await?, 0);
    assert_eq!(by_kandel.a().set(books.iter().skip(1), &db).await?, 3);
    assert_eq!(by_kandel.values(Book::id).a().all(&db).await?, [2, 3]);
    assert_eq!(by_kandel.a().set([2, 3], &db).await?, 0);
    assert_eq!(by_kandel.a().clear(&db).await?, 2);
    assert_eq!(by_kandel.a().clear(&db).await?, 0);
    assert_eq!(by_kandel.a().set(2, &db).await?, 1);
    assert_eq!(by_kandel.a().set(Vec::<i64>::new(), &db).await?, 1);
    assert_eq!(Book::objects().filter(Book::translator.isnull(true)).a().count(&db).await?, 3);
    // Without `remove`, a key that cannot be NULL goes from one owner to another.
    assert_eq!(Author::books.of_key(kandel).a().add([1, 3], &db).await?, 2);
    assert_eq!(Author::books.of_key(lem).values(Book::id).a().all(&db).await?, [2]);
    Ok(())
}

#[everywhere]
async fn after_an_error_nothing_has_changed(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let lem = Author::create().name("Lem").a().insert(&db).await?;
    let drafts = ["Solaris", "Eden"].map(|title| Book::create().title(title).author(&lem));
    Book::objects().a().bulk_create(drafts, &db).await?;
    let translations = Author::translations.of(&lem);
    translations.a().add(2, &db).await?;
    assert!(matches!(translations.a().add([1, 99], &db).await, Err(Error::DoesNotExist { model: "Book" })));
    assert!(matches!(translations.a().set([1, 99], &db).await, Err(Error::DoesNotExist { model: "Book" })));
    assert_eq!(translations.values(Book::id).a().all(&db).await?, [2]);
    let nobody = Author::translations.of_key(99);
    assert!(nobody.a().add([1], &db).await.is_err_and(|error| error.is_foreign_key_violation()));
    assert_eq!(Book::objects().order_by(Book::id).values(Book::translator).a().all(&db).await?, [None, Some(ForeignKey::new(1))]);
    Ok(())
}

#[everywhere]
async fn a_transaction_goes_on_after_a_key_that_leads_nowhere(db: AsyncDatabase) -> Result<(), Error> {
    db.create_tables(tables()).await?;
    let lem = Author::create().name("Lem").a().insert(&db).await?;
    let translations = Author::translations.of(&lem);
    db.atomic(async |tx: &AsyncTransaction| {
        let book = Author::books.of(&lem).a().create(Book::create().title("Solaris"), tx).await?;
        assert!(matches!(translations.a().add([book.id, 99], tx).await, Err(Error::DoesNotExist { .. })));
        assert_eq!(translations.a().count(tx).await?, 0);
        assert_eq!(translations.a().add(&book, tx).await?, 1);
        assert_eq!(translations.select_for_update().a().all(tx).await?.len(), 1);
        Ok::<_, Error>(())
    })
    .await?;
    assert_eq!(translations.a().count(&db).await?, 1);
    let undone = db
        .atomic(async |tx: &AsyncTransaction| {
            translations.a().clear(tx).await?;
            Err::<(), _>(Error::ReadOnly)
        })
        .await;
    assert!(undone.is_err());
    assert_eq!(translations.a().count(&db).await?, 1);
    Ok(())
}
