//! The models that most tests use, and their rows.

use amphi::draft::New;
use amphi::prelude::*;

/// A country.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Country {
    /// The key.
    pub id: i64,
    /// What it is called.
    #[field(max_length = 60, unique)]
    pub name: String,
}

/// Who writes books.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Author {
    /// The key.
    pub id: i64,
    /// What they are called.
    #[field(max_length = 100)]
    pub name: String,
    /// The year.
    pub born: Option<i32>,
    /// Where they are from.
    #[field(on_delete = Cascade)]
    pub country: ForeignKey<Country>,
    /// Who taught them, if anyone did.
    #[field(on_delete = SetNull)]
    pub mentor: Option<ForeignKey<Author>>,
}

/// A book.
#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "book", ordering = ["-published", "title"])]
pub struct Book {
    /// The key.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// Who wrote it.
    #[field(on_delete = Cascade, related_name = "books")]
    pub author: ForeignKey<Author>,
    /// Who translated it, if anyone did.
    #[field(on_delete = SetNull)]
    pub translator: Option<ForeignKey<Author>>,
    /// When it came out.
    pub published: NaiveDate,
    /// How long it is.
    #[field(default = 0)]
    pub pages: i32,
    /// What is said of it.
    pub note: Option<String>,
}

/// A date.
pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date of the calendar")
}

/// Two countries, four authors (one without a year, one taught by another), six books (two translated, one without a note).
pub fn drafts() -> (Vec<Author>, Vec<Book>, Vec<Country>) {
    let country = |id, name: &str| Country { id, name: name.into() };
    let author = |id, name: &str, born, country: i64, mentor: Option<i64>| Author {
        id,
        name: name.into(),
        born,
        country: ForeignKey::new(country),
        mentor: mentor.map(ForeignKey::new),
    };
    let book = |id, title: &str, author: i64, translator: Option<i64>, published, pages, note: Option<&str>| Book {
        id,
        title: title.into(),
        author: ForeignKey::new(author),
        translator: translator.map(ForeignKey::new),
        published,
        pages,
        note: note.map(Into::into),
    };
    (
        vec![
            author(1, "Ursula K. Le Guin", Some(1929), 1, None),
            author(2, "Stanisław Lem", Some(1921), 2, None),
            author(3, "Michael Kandel", None, 1, Some(2)),
            author(4, "100%_Odd \\ Name", Some(1980), 2, Some(1)),
        ],
        vec![
            book(1, "The Dispossessed", 1, None, date(1974, 5, 1), 341, Some("an ambiguous utopia")),
            book(2, "The Left Hand of Darkness", 1, None, date(1969, 3, 1), 286, None),
            book(3, "Solaris", 2, Some(4), date(1961, 6, 20), 204, Some("ÜBER den Ozean")),
            book(4, "The Cyberiad", 2, Some(3), date(1965, 1, 1), 295, Some("")),
            book(5, "A Wizard of Earthsea", 1, None, date(1968, 12, 31), 183, Some("50% off_sale")),
            book(6, "His Master's Voice", 2, Some(3), date(1968, 1, 1), 199, None),
        ],
        vec![country(1, "United States"), country(2, "Poland")],
    )
}

/// Fills a database with the library, in either mode: `db.fill().await?`.
pub trait Fill {
    /// What comes of it, at once or later.
    type Filled;
    /// Inserts the rows.
    fn fill(&self) -> Self::Filled;
}

impl Fill for Database {
    type Filled = Result<(), Error>;

    fn fill(&self) -> Result<(), Error> {
        let (authors, books, countries) = drafts();
        self.create_tables(models![Book, Author, Country])?;
        Country::objects().bulk_create(countries.into_iter().map(New::of), self)?;
        Author::objects().bulk_create(authors.into_iter().map(New::of), self)?;
        Book::objects().bulk_create(books.into_iter().map(New::of), self)?;
        Ok(())
    }
}

impl Fill for AsyncDatabase {
    type Filled = std::pin::Pin<Box<dyn Future<Output = Result<(), Error>>>>;

    fn fill(&self) -> Self::Filled {
        let db = self.clone();
        Box::pin(async move {
            let (authors, books, countries) = drafts();
            db.create_tables(models![Book, Author, Country]).await?;
            Country::objects().a().bulk_create(countries.into_iter().map(New::of), &db).await?;
            Author::objects().a().bulk_create(authors.into_iter().map(New::of), &db).await?;
            Book::objects().a().bulk_create(books.into_iter().map(New::of), &db).await?;
            Ok(())
        })
    }
}
