//! What amphi is measured against: rusqlite used well. Cached statements, columns by position, values bound by reference, dates read and
//! written by hand.

use chrono::{Datelike, NaiveDate};
use rusqlite::types::{FromSqlError, ToSqlOutput, ValueRef};
use rusqlite::{Connection, Result, Row, ToSql, params};

use crate::data::Search;
use crate::{data, models};

#[derive(Debug, Clone, PartialEq)]
pub struct Author {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub born: Option<i32>,
    pub score: f64,
    pub active: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Book {
    pub id: i64,
    pub title: String,
    pub isbn: String,
    pub note: Option<String>,
    pub published: NaiveDate,
    pub pages: i32,
    pub price: f64,
    pub in_print: bool,
    pub author: i64,
}

macro_rules! book_columns {
    () => {
        "book.id, book.title, book.isbn, book.note, book.published, book.pages, book.price, book.in_print, book.author_id"
    };
}

const BY_KEY: &str = concat!("SELECT ", book_columns!(), " FROM book WHERE book.id = ?1");
const FILTERED: &str = concat!("SELECT ", book_columns!(), " FROM book");
const LIST: &str = concat!("SELECT ", book_columns!(), " FROM book ORDER BY book.id LIMIT ?1");
const RELATED: &str = concat!(
    "SELECT ",
    book_columns!(),
    ", t1.id, t1.name, t1.email, t1.born, t1.score, t1.active \
     FROM book JOIN author AS t1 ON t1.id = book.author_id ORDER BY book.id LIMIT ?1"
);
const AUTHOR: &str = "SELECT id, name, email, born, score, active FROM author WHERE id = ?1";
const INSERT: &str =
    "INSERT INTO book (title, isbn, note, published, pages, price, in_print, author_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const UPDATE: &str = "UPDATE author SET name = ?1, email = ?2, born = ?3, score = ?4, active = ?5 WHERE id = ?6";

impl Author {
    #[inline]
    fn read(row: &Row<'_>, from: usize) -> Result<Author> {
        Ok(Author {
            id: row.get(from)?,
            name: row.get(from + 1)?,
            email: row.get(from + 2)?,
            born: row.get(from + 3)?,
            score: row.get(from + 4)?,
            active: row.get(from + 5)?,
        })
    }
}

impl Book {
    #[inline]
    fn read(row: &Row<'_>) -> Result<Book> {
        Ok(Book {
            id: row.get(0)?,
            title: row.get(1)?,
            isbn: row.get(2)?,
            note: row.get(3)?,
            published: read_date(row.get_ref(4)?)?,
            pages: row.get(5)?,
            price: row.get(6)?,
            in_print: row.get(7)?,
            author: row.get(8)?,
        })
    }
}

impl From<models::Book> for Book {
    fn from(book: models::Book) -> Self {
        let models::Book { id, title, isbn, note, published, pages, price, in_print, author } = book;
        Book { id, title, isbn, note, published, pages, price, in_print, author: author.into_key() }
    }
}

#[inline]
fn read_date(value: ValueRef<'_>) -> Result<NaiveDate> {
    let digit = |byte: u8| Some(u32::from(byte)).filter(|_| byte.is_ascii_digit()).map(|byte| byte - u32::from(b'0'));
    let two = |high, low| Some(digit(high)? * 10 + digit(low)?);
    let read = |text: &[u8]| match *text {
        [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] => {
            let year = two(y1, y2)? * 100 + two(y3, y4)?;
            NaiveDate::from_ymd_opt(year as i32, two(m1, m2)?, two(d1, d2)?)
        }
        _ => None,
    };
    match value {
        ValueRef::Text(text) => read(text).ok_or_else(|| FromSqlError::InvalidType.into()),
        _ => Err(FromSqlError::InvalidType.into()),
    }
}

/// A date as text on the stack.
struct Date([u8; 10]);

impl Date {
    #[inline]
    fn new(date: NaiveDate) -> Self {
        let digit = |number: u32| b'0' + (number % 10) as u8;
        let (year, month, day) = (date.year() as u32, date.month(), date.day());
        Date([
            digit(year / 1000),
            digit(year / 100),
            digit(year / 10),
            digit(year),
            b'-',
            digit(month / 10),
            digit(month),
            b'-',
            digit(day / 10),
            digit(day),
        ])
    }
}

impl ToSql for Date {
    #[inline]
    fn to_sql(&self) -> Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Text(&self.0)))
    }
}

pub fn get(db: &Connection, id: i64) -> Result<Book> {
    db.prepare_cached(BY_KEY)?.query_row([id], Book::read)
}

/// The SQL is built at run time, the statement found by it.
pub fn search(db: &Connection, search: &Search) -> Result<Book> {
    let before = search.before.map(Date::new);
    let mut sql = String::with_capacity(256);
    sql.push_str(FILTERED);
    let mut values: Vec<&dyn ToSql> = Vec::with_capacity(5);
    let mut add = |condition: &str, value| {
        sql.push_str(if values.is_empty() { " WHERE " } else { " AND " });
        sql.push_str(condition);
        values.push(value);
    };
    if let Some(isbn) = &search.isbn {
        add("book.isbn = ?", isbn);
    }
    if let Some(author) = &search.author {
        add("book.author_id = ?", author);
    }
    if let Some(pages) = &search.min_pages {
        add("book.pages >= ?", pages);
    }
    if let Some(in_print) = &search.in_print {
        add("book.in_print = ?", in_print);
    }
    if let Some(before) = &before {
        add("book.published < ?", before);
    }
    db.prepare_cached(&sql)?.query_row(values.as_slice(), Book::read)
}

pub fn list(db: &Connection, limit: i64) -> Result<Vec<Book>> {
    let mut statement = db.prepare_cached(LIST)?;
    let mut rows = statement.query([limit])?;
    let mut books = Vec::new();
    while let Some(row) = rows.next()? {
        books.push(Book::read(row)?);
    }
    Ok(books)
}

pub fn related(db: &Connection, limit: i64) -> Result<Vec<(Book, Author)>> {
    let mut statement = db.prepare_cached(RELATED)?;
    let mut rows = statement.query([limit])?;
    let mut books = Vec::new();
    while let Some(row) = rows.next()? {
        books.push((Book::read(row)?, Author::read(row, 9)?));
    }
    Ok(books)
}

pub fn author(db: &Connection, id: i64) -> Result<Author> {
    db.prepare_cached(AUTHOR)?.query_row([id], |row| Author::read(row, 0))
}

pub fn insert(db: &Connection, mut book: Book) -> Result<Book> {
    let published = Date::new(book.published);
    db.prepare_cached(INSERT)?.execute(params![
        book.title,
        book.isbn,
        book.note,
        published,
        book.pages,
        book.price,
        book.in_print,
        book.author
    ])?;
    book.id = db.last_insert_rowid();
    Ok(book)
}

pub fn insert_all(db: &mut Connection, mut books: Vec<Book>) -> Result<Vec<Book>> {
    let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    let mut statement = transaction.prepare_cached(INSERT)?;
    for book in &mut books {
        let published = Date::new(book.published);
        statement.execute(params![
            book.title,
            book.isbn,
            book.note,
            published,
            book.pages,
            book.price,
            book.in_print,
            book.author
        ])?;
        book.id = transaction.last_insert_rowid();
    }
    drop(statement);
    transaction.commit()?;
    Ok(books)
}

pub fn save(db: &Connection, author: &Author) -> Result<()> {
    let mut statement = db.prepare_cached(UPDATE)?;
    match statement.execute(params![author.name, author.email, author.born, author.score, author.active, author.id])? {
        0 => Err(rusqlite::Error::QueryReturnedNoRows),
        _ => Ok(()),
    }
}

/// Takes away what the inserts have made.
pub fn delete_new(db: &Connection) -> Result<()> {
    db.prepare_cached("DELETE FROM book WHERE id > ?1")?.execute([data::BOOKS])?;
    Ok(())
}
