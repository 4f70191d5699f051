//! A heart that should beat each millisecond on a runtime with one thread, while slow async queries run; prints the gaps between beats.

use std::rc::Rc;
use std::time::{Duration, Instant};

use amphi::draft::New;
use amphi::prelude::*;
use amphi_benches::models::{Author, Book};
use amphi_benches::place::Directory;
use amphi_benches::{data, table};
use tokio::task::LocalSet;
use tokio::time::MissedTickBehavior;

const BOOKS: i64 = 1_000_000;
const LIST: u64 = 200_000;
const BEAT: Duration = Duration::from_millis(1);

fn main() {
    let directory = Directory::new();
    eprintln!("filling a file with {BOOKS} rows ..");
    fill(&Database::connect(&directory.url()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    LocalSet::new().block_on(&runtime, beat(&directory.url()));
}

fn fill(db: &Database) {
    db.create_tables(models![Author, Book]).unwrap();
    Author::objects().bulk_create((1..=data::AUTHORS).map(|id| New::of(data::author(id))), db).unwrap();
    for start in (1..=BOOKS).step_by(50_000) {
        Book::objects().bulk_create((start..start + 50_000).map(|id| New::of(data::book(id))), db).unwrap();
    }
}

async fn beat(url: &str) {
    let db = AsyncDatabase::connect(url).await.unwrap();
    let head = ["while there runs", "took", "beats", "p50", "p99", "p99.9", "max"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];

    rows.push(beside("nothing, for 2 s", tokio::time::sleep(Duration::from_secs(2))).await);
    let slow = || Book::objects().filter(Book::title.icontains("number zzz") | Book::note.icontains("no such note"));
    let one = async || assert_eq!(slow().a().count(&db).await.unwrap(), 0);
    rows.push(beside("a filter over 1,000,000 rows", one()).await);
    let four = async {
        tokio::join!(one(), one(), one(), one());
    };
    rows.push(beside("4 of them at once", four).await);
    let list = || Book::objects().order_by(Book::id).limit(LIST);
    let kept = async {
        let books = list().a().all(&db).await.unwrap();
        assert_eq!(books.len() as u64, LIST);
        // Half a million texts are not freed within a millisecond: not on this thread.
        tokio::task::spawn_blocking(move || drop(books)).await.unwrap();
    };
    rows.push(beside("a list of 200,000 rows", kept).await);
    let dropped = async {
        drop(list().a().all(&db).await.unwrap());
    };
    rows.push(beside("the same, dropped on the runtime's thread", dropped).await);
    let streamed = async {
        let mut books = list().a().stream(&db);
        let mut pages = 0;
        while let Some(book) = books.try_next().await.unwrap() {
            pages += i64::from(book.pages);
        }
        assert!(pages > 0);
    };
    rows.push(beside("a stream of 200,000 rows", streamed).await);
    let gets = async {
        for n in 0..20_000 {
            Book::objects().filter(Book::id.eq(data::some_key(n))).a().get(&db).await.unwrap();
        }
    };
    rows.push(beside("20,000 gets by key", gets).await);
    table::print(&rows);
}

/// Lets the heart beat beside some work.
async fn beside(name: &str, work: impl Future<Output = ()>) -> Vec<String> {
    let done = Rc::new(std::cell::Cell::new(false));
    let watched = Rc::clone(&done);
    let heart = tokio::task::spawn_local(async move {
        let mut gaps = Vec::with_capacity(1 << 16);
        let mut beats = tokio::time::interval(BEAT);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut last = beats.tick().await.into_std();
        while !watched.get() {
            beats.tick().await;
            let now = Instant::now();
            gaps.push(now - last);
            last = now;
        }
        gaps
    });
    tokio::task::yield_now().await;
    let start = Instant::now();
    work.await;
    let took = start.elapsed();
    done.set(true);
    let mut gaps = heart.await.unwrap();
    gaps.sort();
    let at = |share: f64| table::time(gaps[((gaps.len() - 1) as f64 * share).round() as usize].as_nanos() as f64);
    let mut row = vec![name.to_owned(), table::time(took.as_nanos() as f64), gaps.len().to_string()];
    row.extend([at(0.5), at(0.99), at(0.999), at(1.0)]);
    row
}
