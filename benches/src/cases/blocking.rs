//! The blocking API against rusqlite, both on the caller's thread.

use amphi::draft::New;
use amphi::prelude::*;
use rusqlite::Connection;

use super::{AMPHI, Case, Sides, Target, timed, timed_each};
use crate::data::{self, Search};
use crate::models::{Author, Book, BookRow};
use crate::place::{self, Directory};
use crate::raw;

pub fn cases() -> Vec<Case> {
    let case = |name, place, target, build| Case { name, place, side: AMPHI, against: "rusqlite", target, build };
    vec![
        case("get by key", "memory", Target::Time(1.25), get),
        case("get by a dynamic filter", "memory", Target::Open, search),
        case("list of 1", "memory", Target::Open, list::<1>),
        case("list of 100", "memory", Target::Time(1.10), list::<100>),
        case("list of 10,000", "memory", Target::Time(1.10), list::<10_000>),
        case("select_related of 100", "memory", Target::Time(1.10), related::<100>),
        case("select_related of 10,000", "memory", Target::Time(1.10), related::<10_000>),
        case("insert 1", "memory", Target::Open, || insert(in_memory())),
        case("insert 1", "file", Target::Open, || insert(in_files())),
        case("bulk insert of 100", "memory", Target::Time(1.20), || bulk_insert(in_memory())),
        case("bulk insert of 100", "file", Target::Time(1.20), || bulk_insert(in_files())),
        case("update 1", "memory", Target::Time(1.25), || update(in_memory())),
        case("update 1", "file", Target::Time(1.25), || update(in_files())),
    ]
}

/// Both databases, and the files that they are in.
struct Databases {
    raw: Connection,
    amphi: Database,
    files: Option<[Directory; 2]>,
}

fn in_memory() -> Databases {
    Databases { raw: place::raw_in_memory(), amphi: place::amphi_in_memory(), files: None }
}

fn in_files() -> Databases {
    let files = [place::filled_file(), place::filled_file()];
    Databases { raw: place::raw_writer(&files[0].file()), amphi: Database::connect(&files[1].url()).unwrap(), files: Some(files) }
}

fn get() -> Sides {
    let Databases { raw, amphi, .. } = in_memory();
    Sides {
        raw: Box::new(move |n| timed(n, |i| raw::get(&raw, data::some_key(i)).unwrap())),
        amphi: Box::new(move |n| timed(n, |i| Book::objects().filter(Book::id.eq(data::some_key(i))).get(&amphi).unwrap())),
    }
}

fn search() -> Sides {
    let Databases { raw, amphi, .. } = in_memory();
    let searches: Vec<Search> = (0..600).map(|n| Search::new(n, data::some_key(n))).collect();
    let again = searches.clone();
    Sides {
        raw: Box::new(move |n| timed(n, |i| raw::search(&raw, &searches[i as usize % 600]).unwrap())),
        amphi: Box::new(move |n| timed(n, |i| again[i as usize % 600].query().get(&amphi).unwrap())),
    }
}

fn list<const ROWS: u64>() -> Sides {
    let Databases { raw, amphi, .. } = in_memory();
    let raw_rows = move || raw::list(&raw, ROWS as i64).unwrap();
    let amphi_rows = move || Book::objects().order_by(Book::id).limit(ROWS).all(&amphi).unwrap();
    assert_eq!(raw_rows(), amphi_rows().into_iter().map(raw::Book::from).collect::<Vec<_>>());
    if ROWS == 1 {
        return Sides { raw: Box::new(move |n| timed(n, |_| raw_rows())), amphi: Box::new(move |n| timed(n, |_| amphi_rows())) };
    }
    Sides { raw: Box::new(move |n| timed_each(n, |_| raw_rows())), amphi: Box::new(move |n| timed_each(n, |_| amphi_rows())) }
}

fn related<const ROWS: u64>() -> Sides {
    let Databases { raw, amphi, .. } = in_memory();
    let raw_rows = move || raw::related(&raw, ROWS as i64).unwrap();
    let amphi_rows = move || Book::objects().select_related(Book::author).order_by(Book::id).limit(ROWS).all(&amphi).unwrap();
    let names = |(raw, amphi): (&(raw::Book, raw::Author), _)| {
        let amphi: &BookRow<Author> = amphi;
        raw.1.name == amphi.author().name && raw.0.title == amphi.title
    };
    assert!(raw_rows().iter().zip(&amphi_rows()).all(names));
    Sides { raw: Box::new(move |n| timed_each(n, |_| raw_rows())), amphi: Box::new(move |n| timed_each(n, |_| amphi_rows())) }
}

/// The books of a round, which are not there yet.
fn new_books(n: u64) -> impl Iterator<Item = Book> {
    (1..=n as i64).map(|i| data::book(data::BOOKS + i))
}

fn delete_new(db: &Database) {
    Book::objects().filter(Book::id.gt(data::BOOKS)).delete(db).unwrap();
}

fn insert(Databases { raw, amphi, files }: Databases) -> Sides {
    let files = std::rc::Rc::new(files);
    let kept = std::rc::Rc::clone(&files);
    Sides {
        raw: Box::new(move |n| {
            let _ = &kept;
            let mut books = new_books(n).map(raw::Book::from).collect::<Vec<_>>().into_iter();
            let time = timed(n, |_| raw::insert(&raw, books.next().unwrap()).unwrap());
            raw::delete_new(&raw).unwrap();
            time
        }),
        amphi: Box::new(move |n| {
            let _ = &files;
            let mut books = new_books(n).collect::<Vec<_>>().into_iter();
            let time = timed(n, |_| New::of(books.next().unwrap()).insert(&amphi).unwrap());
            delete_new(&amphi);
            time
        }),
    }
}

fn bulk_insert(Databases { mut raw, amphi, files }: Databases) -> Sides {
    let files = std::rc::Rc::new(files);
    let kept = std::rc::Rc::clone(&files);
    Sides {
        raw: Box::new(move |n| {
            let _ = &kept;
            let mut sum = std::time::Duration::ZERO;
            for _ in 0..n {
                let mut books = Some(new_books(100).map(raw::Book::from).collect::<Vec<_>>());
                sum += timed_each(1, |_| raw::insert_all(&mut raw, books.take().unwrap()).unwrap());
                raw::delete_new(&raw).unwrap();
            }
            sum
        }),
        amphi: Box::new(move |n| {
            let _ = &files;
            let mut sum = std::time::Duration::ZERO;
            for _ in 0..n {
                let mut books = Some(new_books(100).map(New::of).collect::<Vec<_>>());
                sum += timed_each(1, |_| Book::objects().bulk_create(books.take().unwrap(), &amphi).unwrap());
                delete_new(&amphi);
            }
            sum
        }),
    }
}

fn update(Databases { raw, amphi, files }: Databases) -> Sides {
    let files = std::rc::Rc::new(files);
    let kept = std::rc::Rc::clone(&files);
    let mut raw_author = raw::author(&raw, 7).unwrap();
    let mut author = Author::objects().filter(Author::id.eq(7)).get(&amphi).unwrap();
    Sides {
        raw: Box::new(move |n| {
            let _ = &kept;
            timed(n, |_| {
                raw_author.score += 1.0;
                raw::save(&raw, &raw_author).unwrap();
            })
        }),
        amphi: Box::new(move |n| {
            let _ = &files;
            timed(n, |_| {
                author.score += 1.0;
                author.save(&amphi).unwrap();
            })
        }),
    }
}
