//! What a bookseller asks. Each query is written once, as a function that touches no database; the two modes differ in how they run it.

use amphi::prelude::*;
use amphi::query::{QuerySet, Values as Columns};

use crate::models::{Author, AuthorRow, Book, BookRow, Country};
use crate::show::{Show, known, money};

/// Books with their author and the author's country, in one query.
type Placed = BookRow<AuthorRow<Option<Country>>>;
/// Books with their author and, where there is one, their translator.
type Translated = BookRow<Author, Option<Author>>;

fn le_guin() -> QuerySet<Book> {
    Book::objects().filter(Book::author.name.icontains("le guin") & Book::year.gte(1968)).exclude(Book::title.startswith("The"))
}

fn oldest() -> QuerySet<Book, Placed> {
    Book::objects().select_related(Book::author.country).order_by(Book::year.asc()).limit(5)
}

fn from_poland_or_argentina() -> QuerySet<Book, Placed> {
    Book::objects().filter(Book::author.country.name.in_(["Poland", "Argentina"])).select_related(Book::author.country).limit(8)
}

fn translated_seventies() -> QuerySet<Book, Translated> {
    Book::objects()
        .filter(Book::year.range(1970, 1979))
        .exclude(Book::language.eq("English"))
        .select_related((Book::author, Book::translator))
        .limit(8)
}

fn translator_unknown() -> QuerySet<Book, BookRow<Author>> {
    Book::objects().exclude(Book::language.eq("English")).filter(Book::translator.isnull(true)).select_related(Book::author)
}

fn born_unknown() -> QuerySet<Author> {
    // Translators have no country here: these are the writers.
    Author::objects().filter(Author::born.isnull(true) & Author::country.isnull(false)).limit(6)
}

fn by_the_young() -> QuerySet<Book, BookRow<Author>> {
    Book::objects()
        .filter(Book::year.lt(Book::author.born + 24))
        .select_related(Book::author)
        .order_by((Book::year.desc(), Book::id.asc()))
        .limit(6)
}

fn who_does_both() -> QuerySet<Author> {
    let translators = Book::objects().filter(Book::translator.isnull(false)).values(Book::translator.id);
    let writers = Book::objects().values(Book::author.id);
    Author::objects().filter(Author::id.in_(translators) & Author::id.in_(writers)).limit(6)
}

fn thickest() -> QuerySet<Book, Columns<(String, String, Option<i32>)>> {
    Book::objects().order_by(Book::pages.desc().nulls_last()).values((Book::title, Book::author.name, Book::pages)).limit(5)
}

fn self_translated() -> QuerySet<Book, BookRow<Author>> {
    Book::objects().filter(Book::translator.eq(Book::author)).select_related(Book::author)
}

fn odd_titles() -> QuerySet<Book> {
    Book::objects().filter(Book::title.regex(r"[0-9]") | Book::title.contains(",")).limit(6)
}

fn languages() -> QuerySet<Book, Columns<(String,)>> {
    Book::objects().order_by(Book::language.asc()).values(Book::language).distinct()
}

fn old_stock() -> QuerySet<Book> {
    Book::objects().filter(Book::year.lt(1800))
}

fn bargains() -> QuerySet<Book, Columns<(String, i64, Option<i64>)>> {
    old_stock().order_by(Book::sale_price.asc()).values((Book::title, Book::price, Book::sale_price)).limit(5)
}

fn sale() -> amphi::expr::Assignment<Book> {
    Book::sale_price.set(Book::price * 80 / 100)
}

/// Everything, in blocking code.
pub fn blocking(db: &Database, show: Show) -> Result<(), Error> {
    show.line(&format!(
        "{} books by {} people from {} countries.",
        Book::objects().count(db)?,
        Author::objects().count(db)?,
        Country::objects().count(db)?
    ));
    answer(
        show,
        "What do we have by Le Guin from 1968 on, but for the titles in \"The\"?",
        &le_guin(),
        books,
        le_guin().all(db)?,
    );
    answer(show, "Which are our oldest books, and where are they from?", &oldest(), placed, oldest().all(db)?);
    answer(show, "Something Polish or Argentine?", &from_poland_or_argentina(), placed, from_poland_or_argentina().all(db)?);
    answer(
        show,
        "What was translated from the seventies, and by whom?",
        &translated_seventies(),
        translated,
        translated_seventies().all(db)?,
    );
    answer(show, "Whose translator do we not know?", &translator_unknown(), by, translator_unknown().all(db)?);
    answer(show, "Which writers' years of birth are missing?", &born_unknown(), authors, born_unknown().all(db)?);
    answer(show, "What was written by someone under 24?", &by_the_young(), by, by_the_young().all(db)?);
    answer(show, "Who writes and translates?", &who_does_both(), authors, who_does_both().all(db)?);
    answer(show, "Who translated their own book?", &self_translated(), by, self_translated().all(db)?);
    answer(show, "Which are the thickest?", &thickest(), thick, thickest().all(db)?);
    answer(show, "Titles with a number or a comma?", &odd_titles(), books, odd_titles().all(db)?);
    answer(show, "From which languages do we have something?", &languages(), names, languages().all(db)?);

    let reduced = db.atomic(|tx| {
        Book::objects().update(Book::sale_price.set(None), tx)?;
        old_stock().update(sale(), tx)
    })?;
    show.line(&format!("\n{reduced} books from before 1800 are on sale, 20 % off."));
    answer(show, "What are the bargains?", &bargains(), offers, bargains().all(db)?);

    // A lazy load: written out, and only in blocking code.
    if let Some(book) = le_guin().first(db)? {
        show.line(&format!("\nThe first of Le Guin's is {}, by {}.", book.title, book.author.fetch(db)?.name));
    }
    Ok(())
}

/// Everything again, in async code.
pub async fn asynchronous(db: &AsyncDatabase, show: Show) -> Result<(), Error> {
    let (books_held, people, countries) =
        tokio::try_join!(Book::objects().a().count(db), Author::objects().a().count(db), Country::objects().a().count(db))?;
    show.line(&format!("{books_held} books by {people} people from {countries} countries."));
    let quiet = Show { sql: false };
    answer(
        quiet,
        "What do we have by Le Guin from 1968 on, but for the titles in \"The\"?",
        &le_guin(),
        books,
        le_guin().a().all(db).await?,
    );
    answer(quiet, "Which are our oldest books, and where are they from?", &oldest(), placed, oldest().a().all(db).await?);
    answer(
        quiet,
        "Something Polish or Argentine?",
        &from_poland_or_argentina(),
        placed,
        from_poland_or_argentina().a().all(db).await?,
    );
    answer(
        quiet,
        "What was translated from the seventies, and by whom?",
        &translated_seventies(),
        translated,
        translated_seventies().a().all(db).await?,
    );
    answer(quiet, "Whose translator do we not know?", &translator_unknown(), by, translator_unknown().a().all(db).await?);
    answer(quiet, "Which writers' years of birth are missing?", &born_unknown(), authors, born_unknown().a().all(db).await?);
    answer(quiet, "What was written by someone under 24?", &by_the_young(), by, by_the_young().a().all(db).await?);
    answer(quiet, "Who writes and translates?", &who_does_both(), authors, who_does_both().a().all(db).await?);
    answer(quiet, "Who translated their own book?", &self_translated(), by, self_translated().a().all(db).await?);
    answer(quiet, "Which are the thickest?", &thickest(), thick, thickest().a().all(db).await?);
    answer(quiet, "Titles with a number or a comma?", &odd_titles(), books, odd_titles().a().all(db).await?);
    answer(quiet, "From which languages do we have something?", &languages(), names, languages().a().all(db).await?);

    let reduced = db
        .atomic(async |tx: &AsyncTransaction| {
            Book::objects().a().update(Book::sale_price.set(None), tx).await?;
            old_stock().a().update(sale(), tx).await
        })
        .await?;
    show.line(&format!("\n{reduced} books from before 1800 are on sale, 20 % off."));
    answer(quiet, "What are the bargains?", &bargains(), offers, bargains().a().all(db).await?);

    // There is no lazy load here: the relation is loaded by the query, and without `select_related` the last line does not compile.
    if let Some(book) = le_guin().select_related(Book::author).a().first(db).await? {
        show.line(&format!("\nThe first of Le Guin's is {}, by {}.", book.title, book.author().name));
    }
    Ok(())
}

/// A question with its answer.
fn answer<S, T>(show: Show, question: &str, query: &QuerySet<impl Sized, S>, table: impl FnOnce(Show, Vec<T>), rows: Vec<T>) {
    show.question(question, query);
    table(show, rows);
}

fn books(show: Show, rows: Vec<Book>) {
    show.table(["title", "year", "price"], rows.into_iter().map(|book| [book.title, book.year.to_string(), money(book.price)]));
}

fn placed(show: Show, rows: Vec<Placed>) {
    show.table(
        ["title", "author", "country", "year"],
        rows.iter().map(|book| {
            let author = book.author();
            let country = author.country().as_ref().map(|country| &country.name);
            [book.title.clone(), author.name.clone(), known(country), book.year.to_string()]
        }),
    );
}

fn translated(show: Show, rows: Vec<Translated>) {
    show.table(
        ["title", "author", "language", "translator"],
        rows.iter().map(|book| {
            let translator = book.translator().as_ref().map(|translator| &translator.name);
            [book.title.clone(), book.author().name.clone(), book.language.clone(), known(translator)]
        }),
    );
}

fn by(show: Show, rows: Vec<BookRow<Author>>) {
    show.table(
        ["title", "author", "born", "year"],
        rows.iter()
            .map(|book| [book.title.clone(), book.author().name.clone(), known(book.author().born), book.year.to_string()]),
    );
}

fn authors(show: Show, rows: Vec<Author>) {
    show.table(["name", "born"], rows.into_iter().map(|author| [author.name, known(author.born)]));
}

fn thick(show: Show, rows: Vec<(String, String, Option<i32>)>) {
    show.table(["title", "author", "pages"], rows.into_iter().map(|(title, author, pages)| [title, author, known(pages)]));
}

fn names(show: Show, rows: Vec<String>) {
    show.line(&format!("  {}", rows.join(", ")));
}

fn offers(show: Show, rows: Vec<(String, i64, Option<i64>)>) {
    show.table(
        ["title", "price", "now"],
        rows.into_iter().map(|(title, price, now)| [title, money(price), known(now.map(money))]),
    );
}
