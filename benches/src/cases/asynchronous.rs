//! The async API on a runtime with several threads, against rusqlite on the caller's thread, and against the bare hop: a thread that owns
//! a connection. All run in a task, as a server's code does.

use std::time::Duration;

use amphi::draft::New;
use amphi::prelude::*;
use rusqlite::Connection;

use super::task::{in_task, runtime, tasks, timed, timed_each};
use super::{AMPHI, Case, Side, Sides, Target};
use crate::models::{Author, Book};
use crate::owner::Owner;
use crate::place::{self, Directory};
use crate::{data, raw};

const HOP: &str = "bare hop";
const CALLER: &str = "rusqlite";
/// As many as amphi has readers of a file, unless it is told otherwise.
const READERS: usize = 4;

pub fn cases() -> Vec<Case> {
    let case = |name, place, against, target, build| Case { name, place, side: AMPHI, against, target, build };
    let memory = |name, against, target, build| case(name, "memory", against, target, build);
    let file = |name, against, target, build| case(name, "file", against, target, build);
    vec![
        memory("async get by key", CALLER, Target::Open, || Sides {
            raw: caller_get(place::raw_in_memory()),
            amphi: get(in_memory()),
        }),
        memory("async get by key", HOP, Target::Time(1.15), || Sides {
            raw: hop_get(place::raw_in_memory()),
            amphi: get(in_memory()),
        }),
        file("async get by key", HOP, Target::Open, get_in_files),
        memory("async list of 100", CALLER, Target::Open, || Sides { raw: caller_list(100), amphi: list(100) }),
        memory("async list of 100", HOP, Target::Open, || Sides { raw: hop_list(100), amphi: list(100) }),
        memory("async list of 10,000", CALLER, Target::Time(1.30), || Sides { raw: caller_list(10_000), amphi: list(10_000) }),
        memory("async list of 10,000", HOP, Target::Open, || Sides { raw: hop_list(10_000), amphi: list(10_000) }),
        memory("async select_related of 10,000", CALLER, Target::Open, || Sides { raw: caller_related(), amphi: related() }),
        memory("async select_related of 10,000", HOP, Target::Open, || Sides { raw: hop_related(), amphi: related() }),
        memory("async insert 1", HOP, Target::Open, || Sides { raw: hop_insert(raw_memory()), amphi: insert(amphi_memory()) }),
        file("async insert 1", CALLER, Target::Open, || Sides { raw: caller_insert(raw_file()), amphi: insert(amphi_file()) }),
        file("async insert 1", HOP, Target::Open, || Sides { raw: hop_insert(raw_file()), amphi: insert(amphi_file()) }),
        memory("async update 1", HOP, Target::Open, || Sides { raw: hop_update(raw_memory()), amphi: update(amphi_memory()) }),
        file("async update 1", CALLER, Target::Open, || Sides { raw: caller_update(raw_file()), amphi: update(amphi_file()) }),
        file("async update 1", HOP, Target::Open, || Sides { raw: hop_update(raw_file()), amphi: update(amphi_file()) }),
        file("64 tasks get by key", "4 bare owners", Target::Throughput(0.8), throughput),
    ]
}

/// A side that lends its connection to a task and does all its work there, without a hop.
fn on_the_caller(connection: Connection, work: impl FnMut(&Connection, u64) -> Duration + Send + 'static) -> Side {
    let mut lent = Some((connection, work));
    Box::new(move |n| {
        let (connection, mut work) = lent.take().unwrap();
        let (back, time) = in_task(async move {
            let time = work(&connection, n);
            ((connection, work), time)
        });
        lent = Some(back);
        time
    })
}

/// A side of amphi's.
fn amphi_side<F: Future<Output = Duration> + Send + 'static>(
    db: AsyncDatabase,
    work: impl Fn(AsyncDatabase, u64) -> F + 'static,
) -> Side {
    Box::new(move |n| in_task(work(db.clone(), n)))
}

/// A side with a bare owner thread.
fn hop_side<F: Future<Output = Duration> + Send + 'static>(
    connection: Connection,
    work: impl Fn(Owner, u64) -> F + 'static,
) -> Side {
    let owner = Owner::new(connection);
    Box::new(move |n| in_task(work(owner.clone(), n)))
}

fn in_memory() -> AsyncDatabase {
    place::amphi_in_memory().a()
}

fn open(directory: &Directory) -> AsyncDatabase {
    Database::connect(&directory.url()).unwrap().a()
}

/// Keeps a directory as long as its side.
fn within(directory: Directory, mut side: Side) -> Side {
    Box::new(move |n| {
        let _ = &directory;
        side(n)
    })
}

fn get(db: AsyncDatabase) -> Side {
    amphi_side(db, |db, n| async move {
        timed!(n, |i| Book::objects().filter(Book::id.eq(data::some_key(i))).a().get(&db).await.unwrap())
    })
}

fn caller_get(connection: Connection) -> Side {
    on_the_caller(connection, |db, n| super::timed(n, |i| raw::get(db, data::some_key(i)).unwrap()))
}

fn hop_get(connection: Connection) -> Side {
    hop_side(
        connection,
        |owner, n| async move { timed!(n, |i| owner.call(move |db| raw::get(db, data::some_key(i))).await.unwrap()) },
    )
}

fn get_in_files() -> Sides {
    let (one, other) = (place::filled_file(), place::filled_file());
    Sides { raw: hop_get(place::raw_reader(&one.file())), amphi: get(open(&other)) }.within(one, other)
}

impl Sides {
    /// Keeps the directories as long as the sides.
    fn within(self, raw: Directory, amphi: Directory) -> Sides {
        Sides { raw: within(raw, self.raw), amphi: within(amphi, self.amphi) }
    }
}

fn list(rows: u64) -> Side {
    amphi_side(in_memory(), move |db, n| async move {
        timed_each!(n, Book::objects().order_by(Book::id).limit(rows).a().all(&db).await.unwrap())
    })
}

fn caller_list(rows: i64) -> Side {
    on_the_caller(place::raw_in_memory(), move |db, n| super::timed_each(n, |_| raw::list(db, rows).unwrap()))
}

fn hop_list(rows: i64) -> Side {
    hop_side(place::raw_in_memory(), move |owner, n| async move {
        timed_each!(n, owner.call(move |db| raw::list(db, rows)).await.unwrap())
    })
}

fn related() -> Side {
    amphi_side(in_memory(), |db, n| async move {
        let query = || Book::objects().select_related(Book::author).order_by(Book::id).limit(10_000);
        timed_each!(n, query().a().all(&db).await.unwrap())
    })
}

fn caller_related() -> Side {
    on_the_caller(place::raw_in_memory(), |db, n| super::timed_each(n, |_| raw::related(db, 10_000).unwrap()))
}

fn hop_related() -> Side {
    hop_side(place::raw_in_memory(), |owner, n| async move {
        timed_each!(n, owner.call(|db| raw::related(db, 10_000)).await.unwrap())
    })
}

/// A database and the directory of its file.
type Placed<T> = (T, Option<Directory>);

fn raw_memory() -> Placed<Connection> {
    (place::raw_in_memory(), None)
}

fn amphi_memory() -> Placed<AsyncDatabase> {
    (in_memory(), None)
}

fn raw_file() -> Placed<Connection> {
    let directory = place::filled_file();
    let db = place::raw_writer(&directory.file());
    place::grow_log(&directory.file());
    (db, Some(directory))
}

fn amphi_file() -> Placed<AsyncDatabase> {
    let directory = place::filled_file();
    let db = open(&directory);
    place::grow_log(&directory.file());
    (db, Some(directory))
}

/// Keeps the directory, if there is one, as long as the side.
fn kept(directory: Option<Directory>, side: Side) -> Side {
    match directory {
        Some(directory) => within(directory, side),
        None => side,
    }
}

/// The books of a round, which are not there yet.
fn new_books(n: u64) -> std::vec::IntoIter<Book> {
    (1..=n as i64).map(|i| data::book(data::BOOKS + i)).collect::<Vec<_>>().into_iter()
}

fn insert((db, directory): Placed<AsyncDatabase>) -> Side {
    let side = amphi_side(db, |db, n| async move {
        let mut books = new_books(n);
        let time = timed!(n, |_| New::of(books.next().unwrap()).a().insert(&db).await.unwrap());
        Book::objects().filter(Book::id.gt(data::BOOKS)).a().delete(&db).await.unwrap();
        time
    });
    kept(directory, side)
}

fn caller_insert((connection, directory): Placed<Connection>) -> Side {
    let side = on_the_caller(connection, |db, n| {
        let mut books = new_books(n);
        let time = super::timed(n, |_| raw::insert(db, books.next().unwrap().into()).unwrap());
        raw::delete_new(db).unwrap();
        time
    });
    kept(directory, side)
}

fn hop_insert((connection, directory): Placed<Connection>) -> Side {
    let side = hop_side(connection, |owner, n| async move {
        let mut books = new_books(n);
        let time = timed!(n, |_| {
            let book = books.next().unwrap().into();
            owner.call(move |db| raw::insert(db, book)).await.unwrap()
        });
        owner.call(|db| raw::delete_new(db)).await.unwrap();
        time
    });
    kept(directory, side)
}

/// On the thread that blocks on the runtime, all three: the future of `save` is not `Send`, so that no task can be made of it.
fn update((db, directory): Placed<AsyncDatabase>) -> Side {
    let mut author = runtime().block_on(Author::objects().filter(Author::id.eq(7)).a().get(&db)).unwrap();
    let side = Box::new(move |n| {
        runtime().block_on(async {
            timed!(n, |_| {
                author.score += 1.0;
                author.a().save(&db).await.unwrap();
            })
        })
    });
    kept(directory, side)
}

fn caller_update((db, directory): Placed<Connection>) -> Side {
    let mut author = raw::author(&db, 7).unwrap();
    let side = Box::new(move |n| {
        runtime().block_on(async {
            timed!(n, |_| {
                author.score += 1.0;
                raw::save(&db, &author).unwrap();
            })
        })
    });
    kept(directory, side)
}

fn hop_update((db, directory): Placed<Connection>) -> Side {
    let mut author = raw::author(&db, 7).unwrap();
    let owner = Owner::new(db);
    let side = Box::new(move |n| {
        runtime().block_on(async {
            timed!(n, |_| {
                author.score += 1.0;
                let owned = author.clone();
                owner.call(move |db| raw::save(db, &owned)).await.unwrap();
            })
        })
    });
    kept(directory, side)
}

/// Gets by key in many tasks at once; `n` is the sum of them.
fn throughput() -> Sides {
    let (one, other) = (place::filled_file(), place::filled_file());
    let owners: Vec<Owner> = (0..READERS).map(|_| Owner::new(place::raw_reader(&one.file()))).collect();
    let db = Database::connect(&format!("{}?readers={READERS}", other.url())).unwrap().a();
    let raw: Side = Box::new(move |n| {
        tasks(n, |task| {
            let owner = owners[task as usize % READERS].clone();
            move |key| {
                let owner = owner.clone();
                async move { owner.call(move |db| raw::get(db, key)).await.map(|book| book.pages).unwrap() }
            }
        })
    });
    let amphi: Side = Box::new(move |n| {
        tasks(n, |_| {
            let db = db.clone();
            move |key| {
                let db = db.clone();
                async move { Book::objects().filter(Book::id.eq(key)).a().get(&db).await.map(|book| book.pages).unwrap() }
            }
        })
    });
    Sides { raw, amphi }.within(one, other)
}
