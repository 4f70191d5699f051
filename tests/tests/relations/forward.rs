//! Foreign keys: joins, select_related, lazy and explicit loading.

use amphi::prelude::*;
use amphi_test_macros::everywhere;

use amphi_tests::library::{Author, Book, Country, Fill};

#[everywhere]
async fn paths_join(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let books = Book::objects;
    assert_eq!(books().filter(Book::author.name.startswith("Ursula")).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::author.country.name.eq("Poland")).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::translator.name.contains("Kandel")).a().count(&db).await?, 2);
    assert_eq!(books().filter(Book::translator.mentor.name.contains("Lem")).a().count(&db).await?, 2);
    assert_eq!(books().filter(Book::author.eq(2)).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::author.id.eq(2)).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::author.in_([1, 2])).a().count(&db).await?, 6);
    let lem = Author::objects().filter(Author::name.contains("Lem")).a().get(&db).await?;
    assert_eq!(books().filter(Book::author.eq(&lem)).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::author.eq(Book::translator)).a().count(&db).await?, 0);
    assert_eq!(books().filter(Book::author.ne(Book::translator)).a().count(&db).await?, 6);
    Ok(())
}

#[everywhere]
async fn what_leads_nowhere(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let books = Book::objects;
    assert_eq!(books().filter(Book::translator.isnull(true)).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::translator.isnull(false)).a().count(&db).await?, 3);
    // Also true where an earlier step leads nowhere.
    assert_eq!(books().filter(Book::translator.mentor.isnull(true)).a().count(&db).await?, 3);
    assert_eq!(books().filter(Book::translator.born.isnull(true)).a().count(&db).await?, 5);
    assert_eq!(books().filter(Book::translator.born.eq(None)).a().count(&db).await?, 5);
    // Excluding keeps the rows that have no translator at all.
    assert_eq!(books().exclude(Book::translator.name.contains("Kandel")).a().count(&db).await?, 4);
    assert_eq!(books().exclude(Book::translator.born.eq(1980)).a().count(&db).await?, 5);
    // OR keeps rows for which only one side joins; a later AND narrows again.
    let either = Book::translator.name.contains("Kandel") | Book::pages.gt(340);
    assert_eq!(books().filter(either.clone()).a().count(&db).await?, 3);
    assert_eq!(books().filter(either).filter(Book::translator.born.isnull(true)).a().count(&db).await?, 3);
    Ok(())
}

#[everywhere]
async fn select_related_loads_the_right_rows(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let book = Book::objects().filter(Book::id.eq(3)).select_related(Book::author).a().get(&db).await?;
    assert_eq!((book.title.as_str(), book.author().name.as_str()), ("Solaris", "Stanisław Lem"));

    let book = Book::objects().filter(Book::id.eq(3)).select_related(Book::author.country).a().get(&db).await?;
    assert_eq!(book.author().country().name, "Poland");
    assert_eq!(book.author().name, "Stanisław Lem");

    let books =
        Book::objects().order_by(Book::id).select_related((Book::author.country, Book::translator.mentor)).a().all(&db).await?;
    let told: Vec<_> = books
        .iter()
        .map(|book| {
            let translator = book.translator().as_ref();
            let mentor = translator.and_then(|translator| translator.mentor().as_ref());
            (book.id, book.author().country().name.as_str(), translator.map(|t| t.id), mentor.map(|mentor| mentor.name.as_str()))
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "United States", None, None),
            (2, "United States", None, None),
            (3, "Poland", Some(4), Some("Ursula K. Le Guin")),
            (4, "Poland", Some(3), Some("Stanisław Lem")),
            (5, "United States", None, None),
            (6, "Poland", Some(3), Some("Stanisław Lem")),
        ]
    );
    let plain: Book = books.into_iter().next().map(Row::into_model).ok_or(Error::DoesNotExist { model: "Book" })?;
    assert_eq!(plain.title, "The Dispossessed");
    Ok(())
}

#[everywhere]
async fn calls_of_select_related_add_up(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let book = Book::objects()
        .filter(Book::id.eq(4))
        .select_related(Book::author)
        .select_related(Book::translator)
        .select_related(Book::author.mentor)
        .a()
        .get(&db)
        .await?;
    assert_eq!(book.author().name, "Stanisław Lem");
    assert!(book.author().mentor().is_none());
    assert_eq!(book.translator().as_ref().map(|t| t.name.as_str()), Some("Michael Kandel"));
    Ok(())
}

#[everywhere]
async fn a_relation_is_loaded_for_rows_in_hand(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let books = Book::objects().order_by(Book::id).a().all(&db).await?;
    let books = books.load_related(Book::author).a().fetch(&db).await?;
    assert_eq!(books[2].author().name, "Stanisław Lem");
    let books = books.load_related(Book::translator).a().fetch(&db).await?;
    assert_eq!(books[2].author().name, "Stanisław Lem");
    assert_eq!(books[0].translator().as_ref().map(|t| t.id), None);
    assert_eq!(books[3].translator().as_ref().map(|t| t.id), Some(3));
    let author = Author::objects().filter(Author::id.eq(1)).a().get(&db).await?;
    let author = author.load_related(Author::country).a().fetch(&db).await?;
    assert_eq!(author.country().name, "United States");
    let nothing = Vec::<Book>::new().load_related(Book::author).a().fetch(&db).await?;
    assert!(nothing.is_empty());
    Ok(())
}

fn card(book: &impl book_of::HasAuthor) -> String {
    format!("{} by {}", book.model().title, book.author().name)
}

use amphi_tests::library::book as book_of;

#[everywhere]
async fn a_helper_asks_for_what_it_needs(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let just = Book::objects().filter(Book::id.eq(3)).select_related(Book::author).a().get(&db).await?;
    let more =
        Book::objects().filter(Book::id.eq(3)).select_related((Book::translator, Book::author.country)).a().get(&db).await?;
    assert_eq!(card(&just), "Solaris by Stanisław Lem");
    assert_eq!(card(&more), "Solaris by Stanisław Lem");
    Ok(())
}

#[test]
fn a_lazy_load_is_written_out() {
    amphi_tests::support::run_blocking(amphi_tests::support::Place::sqlite, "a_lazy_load_is_written_out", &[], |db| {
        db.fill()?;
        let book = Book::objects().filter(Book::id.eq(4)).get(&db)?;
        assert_eq!(book.author.fetch(&db)?.name, "Stanisław Lem");
        assert_eq!(book.translator.fetch(&db)?.map(|t| t.name), Some("Michael Kandel".to_owned()));
        let book = Book::objects().filter(Book::id.eq(1)).get(&db)?;
        assert_eq!(book.translator.fetch(&db)?, None);
        Ok(())
    });
}

#[everywhere]
async fn a_row_says_what_it_is(db: AsyncDatabase) -> Result<(), Error> {
    use amphi_tests::library::{AuthorRow, BookRow};
    db.fill().await?;
    // The type can be named: nesting is substitution, a nullable relation is an Option.
    let books: Vec<BookRow<AuthorRow<Country>, Option<Author>>> =
        Book::objects().select_related((Book::author.country, Book::translator)).a().all(&db).await?;
    assert_eq!(books.len(), 6);
    Ok(())
}

#[everywhere]
async fn a_relation_is_loaded_if_the_query_was_told_to(db: AsyncDatabase) -> Result<(), Error> {
    use amphi::relation::Maybe;
    db.fill().await?;
    for load in [true, false] {
        let book = Book::objects()
            .filter(Book::id.eq(4))
            .select_related_if(load, Book::translator)
            .select_related(Book::author.country)
            .a()
            .get(&db)
            .await?;
        assert_eq!(book.author().country().name, "Poland", "what comes after it is read from the right columns");
        match book.related(Book::translator) {
            Maybe::Loaded(translator) => assert_eq!(translator.as_ref().map(|t| (load, t.id)), Some((true, 3))),
            Maybe::NotLoaded => assert!(!load),
        }
        let book = Book::objects().filter(Book::id.eq(1)).select_related_if(load, Book::author).a().get(&db).await?;
        assert_eq!(book.related(Book::author).as_option().map(|a| a.name.as_str()), load.then_some("Ursula K. Le Guin"));
        let nested = Book::objects().filter(Book::id.eq(1)).select_related_if(load, Book::author.country).a().get(&db).await?;
        assert_eq!(nested.author().related(Author::country).as_option().is_some(), load);
    }
    Ok(())
}

#[everywhere]
async fn a_foreign_key_is_in_a_query(db: AsyncDatabase) -> Result<(), Error> {
    db.fill().await?;
    let old = Author::objects().filter(Author::born.lt(1925));
    assert_eq!(Book::objects().filter(Book::author.in_(old.clone().values(Author::id))).a().count(&db).await?, 3);
    assert_eq!(Book::objects().exclude(Book::translator.in_(old.values(Author::id))).a().count(&db).await?, 6);
    let translators = Book::objects().values(Book::translator);
    assert_eq!(Book::objects().filter(Book::translator.in_(translators.clone())).a().count(&db).await?, 3);
    assert_eq!(Author::objects().exclude(Author::mentor.in_(translators)).a().count(&db).await?, 4, "its NULLs do not count");
    Ok(())
}

#[test]
fn a_loop_over_a_database_in_memory_may_load_lazily() -> Result<(), Error> {
    let db = Database::connect("sqlite::memory:")?;
    db.fill()?;
    for book in Book::objects().iter(&db)? {
        let book = book?;
        assert!(!book.author.fetch(&db)?.name.is_empty());
    }
    Ok(())
}
