//! Prints how often the allocator is called: per row of a list beyond the row's own text, and per call of what is short.
//!
//! What SQLite allocates for itself, in C, is not counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};

use amphi::draft::New;
use amphi::prelude::*;
use amphi_benches::data::{self, Search};
use amphi_benches::models::{Author, Book};
use amphi_benches::owner::Owner;
use amphi_benches::{place, raw, table};

struct Counting;

static CALLS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

fn count(bytes: usize) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    BYTES.fetch_add(bytes as u64, Ordering::Relaxed);
}

// SAFETY: all is handed to the system's allocator as it comes.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Calls of the allocator and bytes asked of it, by all threads.
#[derive(Clone, Copy)]
struct Counts {
    calls: u64,
    bytes: u64,
}

fn now() -> Counts {
    Counts { calls: CALLS.load(Ordering::Relaxed), bytes: BYTES.load(Ordering::Relaxed) }
}

/// What some work asks for, the smallest of several runs: caches are full then, and buffers grown.
fn counted<T>(mut work: impl FnMut() -> T) -> Counts {
    let run = |_| {
        let before = now();
        black_box(work());
        let after = now();
        Counts { calls: after.calls - before.calls, bytes: after.bytes - before.bytes }
    };
    (0..10).map(run).min_by_key(|counts| counts.calls).unwrap()
}

/// The texts of a book and of an author.
fn texts(book: &Book) -> u64 {
    2 + u64::from(book.note.is_some())
}

const AUTHOR_TEXTS: u64 = 2;

fn main() {
    let raw_db = place::raw_in_memory();
    let db = place::amphi_in_memory();
    let own_of_list = |rows: i64| (1..=rows).map(|id| texts(&data::book(id))).sum::<u64>();

    println!("Per row of a query, beyond the row's own texts (a vector that grows: 1 call for each doubling)\n");
    let mut rows = vec![
        ["query", "rows", "own texts", "raw calls", "amphi calls", "raw extra", "amphi extra", "extra per row"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for limit in [1_i64, 100, 10_000] {
        let own = own_of_list(limit);
        let raw = counted(|| raw::list(&raw_db, limit).unwrap());
        let amphi = counted(|| Book::objects().order_by(Book::id).limit(limit as u64).all(&db).unwrap());
        rows.push(per_row("list", limit, own, raw, amphi));
    }
    for limit in [1_i64, 100, 10_000] {
        let own = own_of_list(limit) + AUTHOR_TEXTS * limit as u64;
        let raw = counted(|| raw::related(&raw_db, limit).unwrap());
        let query = || Book::objects().select_related(Book::author).order_by(Book::id).limit(limit as u64);
        let amphi = counted(|| query().all(&db).unwrap());
        rows.push(per_row("select_related", limit, own, raw, amphi));
    }
    for limit in [100_i64, 10_000] {
        let own = own_of_list(limit);
        let raw = counted(|| raw::list(&raw_db, limit).unwrap());
        let amphi = counted(|| {
            let books = Book::objects().order_by(Book::id).limit(limit as u64).iter(&db).unwrap();
            books.map(|book| book.unwrap().pages).sum::<i32>()
        });
        rows.push(per_row("iter", limit, own, raw, amphi));
    }
    table::print(&rows);

    println!("\nPer call\n");
    let mut rows = vec![["call", "raw calls", "raw bytes", "amphi calls", "amphi bytes"].map(str::to_owned).to_vec()];
    let mut add = |name: &str, raw: Counts, amphi: Counts| {
        rows.push(vec![
            name.to_owned(),
            raw.calls.to_string(),
            raw.bytes.to_string(),
            amphi.calls.to_string(),
            amphi.bytes.to_string(),
        ]);
    };
    add(
        "get by key (3 texts)",
        counted(|| raw::get(&raw_db, 7).unwrap()),
        counted(|| Book::objects().filter(Book::id.eq(7)).get(&db).unwrap()),
    );
    let search = Search::new(3, 7);
    add(
        "get by a dynamic filter (3 texts)",
        counted(|| raw::search(&raw_db, &search).unwrap()),
        counted(|| search.query().get(&db).unwrap()),
    );
    let raw_author = raw::author(&raw_db, 7).unwrap();
    let mut author = Author::objects().filter(Author::id.eq(7)).get(&db).unwrap();
    add("update 1", counted(|| raw::save(&raw_db, &raw_author).unwrap()), counted(|| author.save(&db).unwrap()));
    // The rows are made before: only what it takes to insert them is counted.
    let fresh = || (1..=100).map(|id| data::book(data::BOOKS + id)).collect::<Vec<_>>();
    let mut raw_books: Vec<_> = (1..=10).map(|id| raw::Book::from(data::book(data::BOOKS + id))).collect();
    let mut books: Vec<_> = (1..=10).map(|id| New::of(data::book(data::BOOKS + id))).collect();
    add(
        "insert 1",
        counted(|| raw::insert(&raw_db, raw_books.pop().unwrap()).unwrap()),
        counted(|| books.pop().unwrap().insert(&db).unwrap()),
    );
    raw::delete_new(&raw_db).unwrap();
    Book::objects().filter(Book::id.gt(data::BOOKS)).delete(&db).unwrap();
    let mut raw_db = raw_db;
    let (raw, amphi) = bulk(&mut raw_db, &db, fresh);
    add("bulk insert of 100", raw, amphi);
    let (hop, amphi) = hops(raw_db, &db);
    add("async get by key (raw: bare hop)", hop, amphi);
    table::print(&rows);
}

fn per_row(query: &str, rows: i64, own: u64, raw: Counts, amphi: Counts) -> Vec<String> {
    let extra = |counts: Counts| counts.calls as i64 - own as i64;
    vec![
        query.to_owned(),
        rows.to_string(),
        own.to_string(),
        raw.calls.to_string(),
        amphi.calls.to_string(),
        extra(raw).to_string(),
        extra(amphi).to_string(),
        format!("{:.4}", extra(amphi) as f64 / rows as f64),
    ]
}

/// Bulk inserts of rows that are made and taken away outside of the count.
fn bulk(raw_db: &mut rusqlite::Connection, db: &Database, fresh: impl Fn() -> Vec<Book>) -> (Counts, Counts) {
    let fewest = |counts: Vec<Counts>| counts.into_iter().min_by_key(|counts| counts.calls).unwrap();
    let since = |before: Counts| {
        let after = now();
        Counts { calls: after.calls - before.calls, bytes: after.bytes - before.bytes }
    };
    let mut raws = Vec::new();
    let mut amphis = Vec::new();
    for _ in 0..5 {
        let books: Vec<_> = fresh().into_iter().map(raw::Book::from).collect();
        let before = now();
        let inserted = raw::insert_all(raw_db, books).unwrap();
        raws.push(since(before));
        drop(inserted);
        raw::delete_new(raw_db).unwrap();
        let books: Vec<_> = fresh().into_iter().map(New::of).collect();
        let before = now();
        let inserted = Book::objects().bulk_create(books, db).unwrap();
        amphis.push(since(before));
        drop(inserted);
        Book::objects().filter(Book::id.gt(data::BOOKS)).delete(db).unwrap();
    }
    (fewest(raws), fewest(amphis))
}

fn hops(raw_db: rusqlite::Connection, db: &Database) -> (Counts, Counts) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let owner = Owner::new(raw_db);
    let db = db.a();
    let hop = counted(|| runtime.block_on(owner.call(|db| raw::get(db, 7))).unwrap());
    let amphi = counted(|| runtime.block_on(Book::objects().filter(Book::id.eq(7)).a().get(&db)).unwrap());
    (hop, amphi)
}
