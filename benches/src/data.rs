//! The rows that the cases read.

use amphi::draft::New;
use amphi::prelude::*;

use crate::models::{Author, Book};

pub const AUTHORS: i64 = 1_000;
pub const BOOKS: i64 = 10_000;

/// The row of a key.
pub fn author(id: i64) -> Author {
    Author {
        id,
        name: format!("Author Number {id:05}"),
        email: format!("author{id:05}@example.org"),
        born: (id % 4 != 0).then(|| 1900 + (id % 100) as i32),
        score: id as f64 / 8.0,
        active: id % 3 != 0,
    }
}

/// The row of a key. A third of them has no note.
pub fn book(id: i64) -> Book {
    Book {
        id,
        title: format!("The Book of Number {id:06}"),
        isbn: isbn(id),
        note: (id % 3 != 0).then(|| format!("A note of some forty bytes about {id:06}")),
        published: published(id),
        pages: 100 + (id % 900) as i32,
        price: 5.0 + (id % 64) as f64 / 4.0,
        in_print: id % 2 == 0,
        author: ForeignKey::new(1 + id * 7 % AUTHORS),
    }
}

pub fn isbn(id: i64) -> String {
    format!("978-{id:010}")
}

fn published(id: i64) -> NaiveDate {
    let day = |number: i64, of: i64| 1 + (number % of) as u32;
    NaiveDate::from_ymd_opt(1950 + (id % 70) as i32, day(id, 12), day(id, 28)).unwrap()
}

/// The keys of the books in an order that jumps about.
pub fn some_key(n: u64) -> i64 {
    1 + (n as i64 * 7_919) % BOOKS
}

/// Creates the tables and fills them.
pub fn fill(db: &Database) -> Result<(), Error> {
    db.create_tables(models![Author, Book])?;
    Author::objects().bulk_create((1..=AUTHORS).map(|id| New::of(author(id))), db)?;
    Book::objects().bulk_create((1..=BOOKS).map(|id| New::of(book(id))), db)?;
    crate::graph::fill(db)
}

/// A search of which not everything was given: three of five, always with the ISBN, so that it finds one book.
#[derive(Debug, Clone)]
pub struct Search {
    pub isbn: Option<String>,
    pub author: Option<i64>,
    pub min_pages: Option<i32>,
    pub in_print: Option<bool>,
    pub before: Option<NaiveDate>,
}

impl Search {
    /// A search that finds the book of a key, by other conditions for other `n`.
    pub fn new(n: u64, id: i64) -> Search {
        const CHOICES: [[bool; 4]; 6] = [
            [true, true, false, false],
            [true, false, true, false],
            [true, false, false, true],
            [false, true, true, false],
            [false, true, false, true],
            [false, false, true, true],
        ];
        let [author, min_pages, in_print, before] = CHOICES[n as usize % CHOICES.len()];
        let book = book(id);
        Search {
            isbn: Some(book.isbn),
            author: author.then_some(*book.author.key()),
            min_pages: min_pages.then_some(book.pages - 1),
            in_print: in_print.then_some(book.in_print),
            before: before.then(|| book.published + chrono::Days::new(1)),
        }
    }

    /// The query that it comes to.
    pub fn query(&self) -> QuerySet<Book> {
        let mut query = Book::objects();
        if let Some(isbn) = &self.isbn {
            query = query.filter(Book::isbn.eq(isbn.as_str()));
        }
        if let Some(author) = self.author {
            query = query.filter(Book::author.eq(author));
        }
        if let Some(pages) = self.min_pages {
            query = query.filter(Book::pages.gte(pages));
        }
        if let Some(in_print) = self.in_print {
            query = query.filter(Book::in_print.eq(in_print));
        }
        if let Some(before) = self.before {
            query = query.filter(Book::published.lt(before));
        }
        query
    }
}
