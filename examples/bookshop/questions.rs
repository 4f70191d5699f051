//! What a bookseller asks. Each query is written once, as a function that touches no database; the two modes differ in how they run it.

use amphi::prelude::*;
use amphi::query::{QuerySet, Values as Columns};

use crate::models::{
    Author, AuthorRow, Book, BookRow, Country, Order, OrderLine, OrderLineRow, OrderRow, Review, Tag, TagRow, author, book,
};
use crate::show::{Counted, Show, known, money};

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

/// Tags, each with its three oldest books and their authors.
type Tagged = TagRow<Vec<BookRow<Author>>>;

fn tags() -> QuerySet<Tag, Tagged> {
    let oldest = Book::objects().order_by((Book::year.asc(), Book::id.asc())).limit(3).select_related(Book::author);
    Tag::objects().prefetch_related(Tag::books.with(oldest))
}

/// Books with their reviews.
type Reviewed = BookRow<Author, NotLoaded<book::translator>, NotLoaded<book::tags>, Vec<Review>>;

fn only_praised() -> QuerySet<Book, Reviewed> {
    Book::objects()
        .filter(Book::reviews.isnull(false) & Book::reviews.all(Review::stars.gte(4)) & Book::tags.name.eq("short"))
        .select_related(Book::author)
        .prefetch_related(Book::reviews)
        .limit(6)
}

/// Writers with all their books and the reviews of these.
type Shelf = AuthorRow<
    NotLoaded<author::country>,
    Vec<BookRow<NotLoaded<book::author>, NotLoaded<book::translator>, NotLoaded<book::tags>, Vec<Review>>>,
>;

fn shelves() -> QuerySet<Author, Shelf> {
    Author::objects()
        .filter(Author::books.any(Book::orders.reader.eq("Ada")) & Author::books.reviews.stars.eq(5))
        .prefetch_related(Author::books.reviews)
}

/// Orders with their lines, and the book and author of each.
type Ordered = OrderRow<
    NotLoaded<crate::models::order::books>,
    Vec<OrderLineRow<NotLoaded<crate::models::order_line::order>, BookRow<Author>>>,
>;

fn orders() -> QuerySet<Order, Ordered> {
    let lines = OrderLine::objects().order_by(OrderLine::id).select_related(OrderLine::book.author);
    Order::objects().order_by(Order::id).prefetch_related(Order::lines.with(lines)).limit(3)
}

fn sale() -> amphi::expr::Assignment<Book> {
    Book::sale_price.set(Book::price * 80 / 100)
}

/// Everything, in blocking code.
pub fn blocking(db: &Database, show: Show) -> Result<(), Error> {
    let counted = &Counted::new(db.record_queries());
    show.line(&format!(
        "{} books by {} people from {} countries.",
        Book::objects().count(db)?,
        Author::objects().count(db)?,
        Country::objects().count(db)?
    ));
    answer(
        show,
        counted,
        "What do we have by Le Guin from 1968 on, but for the titles in \"The\"?",
        &le_guin(),
        books,
        le_guin().all(db)?,
    );
    answer(show, counted, "Which are our oldest books, and where are they from?", &oldest(), placed, oldest().all(db)?);
    answer(
        show,
        counted,
        "Something Polish or Argentine?",
        &from_poland_or_argentina(),
        placed,
        from_poland_or_argentina().all(db)?,
    );
    answer(
        show,
        counted,
        "What was translated from the seventies, and by whom?",
        &translated_seventies(),
        translated,
        translated_seventies().all(db)?,
    );
    answer(show, counted, "Whose translator do we not know?", &translator_unknown(), by, translator_unknown().all(db)?);
    answer(show, counted, "Which writers' years of birth are missing?", &born_unknown(), authors, born_unknown().all(db)?);
    answer(show, counted, "What was written by someone under 24?", &by_the_young(), by, by_the_young().all(db)?);
    answer(show, counted, "Who writes and translates?", &who_does_both(), authors, who_does_both().all(db)?);
    answer(show, counted, "Who translated their own book?", &self_translated(), by, self_translated().all(db)?);
    answer(show, counted, "Which are the thickest?", &thickest(), thick, thickest().all(db)?);
    answer(show, counted, "Titles with a number or a comma?", &odd_titles(), books, odd_titles().all(db)?);
    answer(show, counted, "From which languages do we have something?", &languages(), names, languages().all(db)?);

    answer(show, counted, "What are our tags, and the oldest books of each?", &tags(), tagged, tags().all(db)?);
    answer(show, counted, "Which short books are only praised?", &only_praised(), praised, only_praised().all(db)?);
    answer(show, counted, "What else is there by the writers that Ada ordered?", &shelves(), shelved, shelves().all(db)?);
    answer(show, counted, "What is in the first orders?", &orders(), ordered, orders().all(db)?);

    let reduced = db.atomic(|tx| {
        Book::objects().update(Book::sale_price.set(None), tx)?;
        old_stock().update(sale(), tx)
    })?;
    show.line(&format!("\n{reduced} books from before 1800 are on sale, 20 % off."));
    answer(show, counted, "What are the bargains?", &bargains(), offers, bargains().all(db)?);

    // A lazy load: written out, and only in blocking code.
    if let Some(book) = le_guin().first(db)? {
        show.line(&format!("\nThe first of Le Guin's is {}, by {}.", book.title, book.author.fetch(db)?.name));
    }
    Ok(())
}

/// Everything again, in async code.
pub async fn asynchronous(db: &AsyncDatabase, show: Show) -> Result<(), Error> {
    let counted = &Counted::new(db.record_queries());
    let (books_held, people, countries) =
        tokio::try_join!(Book::objects().a().count(db), Author::objects().a().count(db), Country::objects().a().count(db))?;
    show.line(&format!("{books_held} books by {people} people from {countries} countries."));
    let quiet = Show { sql: false };
    answer(
        quiet,
        counted,
        "What do we have by Le Guin from 1968 on, but for the titles in \"The\"?",
        &le_guin(),
        books,
        le_guin().a().all(db).await?,
    );
    answer(
        quiet,
        counted,
        "Which are our oldest books, and where are they from?",
        &oldest(),
        placed,
        oldest().a().all(db).await?,
    );
    answer(
        quiet,
        counted,
        "Something Polish or Argentine?",
        &from_poland_or_argentina(),
        placed,
        from_poland_or_argentina().a().all(db).await?,
    );
    answer(
        quiet,
        counted,
        "What was translated from the seventies, and by whom?",
        &translated_seventies(),
        translated,
        translated_seventies().a().all(db).await?,
    );
    answer(
        quiet,
        counted,
        "Whose translator do we not know?",
        &translator_unknown(),
        by,
        translator_unknown().a().all(db).await?,
    );
    answer(
        quiet,
        counted,
        "Which writers' years of birth are missing?",
        &born_unknown(),
        authors,
        born_unknown().a().all(db).await?,
    );
    answer(quiet, counted, "What was written by someone under 24?", &by_the_young(), by, by_the_young().a().all(db).await?);
    answer(quiet, counted, "Who writes and translates?", &who_does_both(), authors, who_does_both().a().all(db).await?);
    answer(quiet, counted, "Who translated their own book?", &self_translated(), by, self_translated().a().all(db).await?);
    answer(quiet, counted, "Which are the thickest?", &thickest(), thick, thickest().a().all(db).await?);
    answer(quiet, counted, "Titles with a number or a comma?", &odd_titles(), books, odd_titles().a().all(db).await?);
    answer(quiet, counted, "From which languages do we have something?", &languages(), names, languages().a().all(db).await?);

    answer(quiet, counted, "What are our tags, and the oldest books of each?", &tags(), tagged, tags().a().all(db).await?);
    answer(quiet, counted, "Which short books are only praised?", &only_praised(), praised, only_praised().a().all(db).await?);
    answer(
        quiet,
        counted,
        "What else is there by the writers that Ada ordered?",
        &shelves(),
        shelved,
        shelves().a().all(db).await?,
    );
    answer(quiet, counted, "What is in the first orders?", &orders(), ordered, orders().a().all(db).await?);

    let reduced = db
        .atomic(async |tx: &AsyncTransaction| {
            Book::objects().a().update(Book::sale_price.set(None), tx).await?;
            old_stock().a().update(sale(), tx).await
        })
        .await?;
    show.line(&format!("\n{reduced} books from before 1800 are on sale, 20 % off."));
    answer(quiet, counted, "What are the bargains?", &bargains(), offers, bargains().a().all(db).await?);

    // There is no lazy load here: the relation is loaded by the query, and without `select_related` the last line does not compile.
    if let Some(book) = le_guin().select_related(Book::author).a().first(db).await? {
        show.line(&format!("\nThe first of Le Guin's is {}, by {}.", book.title, book.author().name));
    }
    Ok(())
}

/// A question with its answer.
fn answer<S, T>(
    show: Show,
    counted: &Counted,
    question: &str,
    query: &QuerySet<impl Sized, S>,
    table: impl FnOnce(Show, Vec<T>),
    rows: Vec<T>,
) {
    show.question(question, query, counted);
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

fn tagged(show: Show, rows: Vec<Tagged>) {
    let line = |tag: &str, book: &BookRow<Author>| [tag.to_owned(), book.title.clone(), book.author().name.clone()];
    show.table(["tag", "title", "author"], rows.iter().flat_map(|tag| tag.books().iter().map(|book| line(&tag.name, book))));
}

fn praised(show: Show, rows: Vec<Reviewed>) {
    show.table(
        ["title", "author", "stars"],
        rows.iter().map(|book| [book.title.clone(), book.author().name.clone(), stars(book.reviews())]),
    );
}

fn shelved(show: Show, rows: Vec<Shelf>) {
    show.table(
        ["author", "title", "stars"],
        rows.iter().flat_map(|author| {
            author.books().iter().map(|book| [author.name.clone(), book.title.clone(), stars(book.reviews())])
        }),
    );
}

fn ordered(show: Show, rows: Vec<Ordered>) {
    show.table(
        ["reader", "copies", "title", "author"],
        rows.iter().flat_map(|order| {
            order.lines().iter().map(|line| {
                let book = line.book();
                [order.reader.clone(), line.copies.to_string(), book.title.clone(), book.author().name.clone()]
            })
        }),
    );
}

/// The stars of reviews, side by side.
fn stars(reviews: &[Review]) -> String {
    reviews.iter().map(|review| review.stars.to_string()).collect::<Vec<_>>().join(" ")
}
