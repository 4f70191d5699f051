//! What the driver costs beside rusqlite used well: `cargo run --release -p orm-sqlite --example direct`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use common::sql;
use orm_core::connection::{Access, Sink};
use orm_core::field::{ColumnType, FieldType};
use orm_core::meta::{FieldMeta, ModelMeta};
use orm_core::model::{Model, PathFields};
use orm_core::path::Path;
use orm_core::query::RowTree;
use orm_core::row::{ColumnReader, DecodeError, FromRow};
use orm_core::value::{Value, ValueError};
use orm_sqlite::{Pool, SqliteOptions};

#[derive(Debug, Clone)]
struct Book {
    id: i64,
    title: String,
    pages: i64,
    price: Option<f64>,
}

static BOOK: ModelMeta = ModelMeta {
    unique_together: &[],
    relations: &[],
    name: "Book",
    table: "book",
    fields: &[
        FieldMeta::new("id", "id", ColumnType::I64, false),
        FieldMeta { max_length: Some(100), ..FieldMeta::new("title", "title", ColumnType::Text, false) },
        FieldMeta::new("pages", "pages", ColumnType::I64, false),
        FieldMeta::new("price", "price", ColumnType::F64, true),
    ],
    key: &[0],
    generated_key: true,
    ordering: &[],
    ..ModelMeta::new("", "", &[])
};

struct NoFields;
impl PathFields for NoFields {
    const REF: &'static Self = &NoFields;
}

impl FromRow for Book {
    const WIDTH: usize = 4;
    const TREE: &'static RowTree = &RowTree::model(&BOOK);

    #[inline]
    fn from_row<R: ColumnReader>(row: &R, at: usize) -> Result<Self, DecodeError> {
        Ok(Book {
            id: i64::decode(row, at)?,
            title: String::decode(row, at + 1)?,
            pages: i64::decode(row, at + 2)?,
            price: Option::decode(row, at + 3)?,
        })
    }
}

impl Model for Book {
    type Key = i64;
    type Fields<P: Path> = NoFields;
    const META: &'static ModelMeta = &BOOK;

    fn key(&self) -> std::borrow::Cow<'_, i64> {
        std::borrow::Cow::Borrowed(&self.id)
    }

    fn set_key(&mut self, key: i64) {
        self.id = key;
    }

    fn value(&self, field: usize) -> Result<Value<'_>, ValueError> {
        match field {
            1 => self.title.to_value(),
            2 => self.pages.to_value(),
            3 => self.price.to_value(),
            _ => self.id.to_value(),
        }
    }
}

struct Books(Vec<Book>);

impl Sink for Books {
    #[inline]
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<std::ops::ControlFlow<()>, DecodeError> {
        self.0.push(Book::from_row(row, 0)?);
        Ok(std::ops::ControlFlow::Continue(()))
    }
}

const CREATE: &str = "CREATE TABLE book (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, title TEXT NOT NULL, pages INTEGER NOT NULL, price REAL) STRICT";

fn raw_book(row: &rusqlite::Row<'_>) -> rusqlite::Result<Book> {
    Ok(Book { id: row.get(0)?, title: row.get(1)?, pages: row.get(2)?, price: row.get(3)? })
}

/// The best of several turns, each beside the other.
fn beside(name: &str, per: u32, mut ours: impl FnMut(), mut raw: impl FnMut()) {
    let (mut best, mut best_raw) = (Duration::MAX, Duration::MAX);
    let time = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    for _ in 0..15 {
        best = best.min(time(&mut ours));
        best_raw = best_raw.min(time(&mut raw));
    }
    println!(
        "{name:<28} ours {:>9.1?}   raw {:>9.1?}   ratio {:.3}",
        best / per,
        best_raw / per,
        best.as_secs_f64() / best_raw.as_secs_f64()
    );
}

fn main() {
    let pool = Pool::open(SqliteOptions::in_memory()).unwrap();
    let raw = rusqlite::Connection::open_with_flags(
        ":memory:",
        rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE
            | rusqlite::OpenFlags::SQLITE_OPEN_CREATE
            | rusqlite::OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .unwrap();
    raw.set_prepared_statement_cache_capacity(256);
    pool.acquire_blocking(Access::Write).unwrap().run_script_now(CREATE).unwrap();
    raw.execute_batch(CREATE).unwrap();
    let books: Vec<Book> = (0..10_000)
        .map(|i| Book { id: 0, title: format!("The title of book {i}"), pages: i, price: (i % 3 == 0).then_some(9.5) })
        .collect();

    let (mut ours, theirs) = (books.clone(), books.clone());
    beside(
        "insert 10,000 rows, per row",
        10_000,
        || {
            let mut lease = pool.acquire_blocking(Access::Write).unwrap();
            lease.run_script_now("DELETE FROM book").unwrap();
            lease.begin_now().unwrap();
            lease.insert_rows_now(&mut ours, false).unwrap();
            lease.commit_now().unwrap();
        },
        || {
            raw.execute_batch("DELETE FROM book; BEGIN IMMEDIATE").unwrap();
            let mut insert = raw.prepare_cached("INSERT INTO book (title, pages, price) VALUES (?, ?, ?)").unwrap();
            for book in &theirs {
                insert.execute((&book.title, book.pages, book.price)).unwrap();
            }
            drop(insert);
            raw.execute_batch("COMMIT").unwrap();
        },
    );

    let first = ours.first().unwrap().id;
    beside(
        "get by key",
        10_000,
        || {
            for at in 0..10_000 {
                let mut sink = Books(Vec::with_capacity(1));
                let get = sql("SELECT id, title, pages, price FROM book WHERE id = ?").bind(Value::I64(first + at));
                pool.acquire_blocking(Access::Read).unwrap().fetch_now(&get, &mut sink).unwrap();
                assert_eq!(sink.0.len(), 1);
            }
        },
        || {
            let first: i64 = raw.query_row("SELECT min(id) FROM book", [], |row| row.get(0)).unwrap();
            for at in 0..10_000 {
                let mut get = raw.prepare_cached("SELECT id, title, pages, price FROM book WHERE id = ?").unwrap();
                let book = get.query_one([first + at], raw_book).unwrap();
                assert_eq!(book.pages, at);
            }
        },
    );
    beside(
        "read 10,000 rows, per row",
        10_000,
        || {
            let mut sink = Books(Vec::new());
            pool.acquire_blocking(Access::Read)
                .unwrap()
                .fetch_now(&sql("SELECT id, title, pages, price FROM book"), &mut sink)
                .unwrap();
            assert_eq!(sink.0.len(), 10_000);
        },
        || {
            let mut all = raw.prepare_cached("SELECT id, title, pages, price FROM book").unwrap();
            let books: Vec<Book> = all.query_map([], raw_book).unwrap().collect::<rusqlite::Result<_>>().unwrap();
            assert_eq!(books.len(), 10_000);
        },
    );
    let keys: Vec<Value<'static>> = (0..1_000).map(|at| Value::I64(first + at * 7)).collect();
    let raw_keys = std::rc::Rc::new((0..1_000_i64).map(|at| rusqlite::types::Value::from(at * 7 + 140_000)).collect::<Vec<_>>());
    rusqlite::vtab::array::load_module(&raw).unwrap();
    beside(
        "read 1,000 keys, per key",
        1_000,
        || {
            let mut sink = Books(Vec::new());
            let list = sql("SELECT id, title, pages, price FROM book WHERE id IN rarray(?)").list(keys.clone());
            pool.acquire_blocking(Access::Read).unwrap().fetch_now(&list, &mut sink).unwrap();
        },
        || {
            let mut list = raw.prepare_cached("SELECT id, title, pages, price FROM book WHERE id IN rarray(?)").unwrap();
            let books: Vec<Book> = list.query_map([&raw_keys], raw_book).unwrap().collect::<rusqlite::Result<_>>().unwrap();
            assert!(books.len() <= 1_000);
        },
    );
}
