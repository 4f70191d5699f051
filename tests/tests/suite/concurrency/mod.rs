//! Many at once: writers that wait for each other, futures that are dropped, panics, streams, threads.

mod closing;
mod dropped;
mod panics;
mod streams;
mod threads;
mod writers;

use std::time::Duration;

use amphi::prelude::*;

pub use amphi_tests::futures::{current_thread, multi_thread};
use amphi_tests::support::TempFile;

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: i64,
    #[field(index)]
    pub owner: i64,
    pub amount: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
pub struct Account {
    pub id: i64,
    pub balance: i64,
}

/// A line of a long text, and the one that is told next.
#[derive(Model, Debug, Clone, PartialEq)]
pub struct Line {
    pub id: i64,
    pub text: String,
    #[field(default = 0)]
    pub touched: i32,
    pub next: Option<ForeignKey<Line>>,
}

/// Generous: what takes so long hangs.
pub const HANG: Duration = Duration::from_secs(60);

pub async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(HANG, future).await {
        Ok(output) => output,
        Err(_) => panic!("{what}: nothing came for {HANG:?}"),
    }
}

/// The file with these options.
pub fn url(file: &TempFile, options: &str) -> String {
    format!("sqlite://{}?synchronous=off&{options}", file.path().display())
}

/// Fills the table of lines with so many, each with a text of its own.
pub fn lines(file: &TempFile, count: u32) {
    let db = Database::connect(&file.url()).unwrap();
    db.create_tables(models![Line]).unwrap();
    drop(db);
    let sql = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO line (id, text, touched, next_id)
         SELECT i, 'line ' || i || ' of a long, long text that goes on and on and on', 0, nullif(i % {count} + 1, 1) FROM n"
    );
    rusqlite::Connection::open(file.path()).unwrap().execute_batch(&sql).unwrap();
}

pub const LINES: u32 = 300_000;

/// No line matches, and it takes minutes to see that: each of three hundred thousand lines is looked at forty times, across a join.
pub fn heavy() -> QuerySet<Line> {
    let terms = (0..20).map(|at| Line::text.regex(format!("never {at}$")) | Line::next.text.iregex(format!("NEVER {at}$")));
    Line::objects().filter(terms.reduce(|any, term| any | term).expect("twenty"))
}
