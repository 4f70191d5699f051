//! Blocking calls inside an async context are refused, by name and place; everywhere else they work.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use amphi::SqliteOptions;
use amphi::prelude::*;
use tokio::runtime::Runtime;
use tokio::task::{LocalSet, block_in_place, spawn_blocking, spawn_local, yield_now};

use amphi_tests::futures::{current_thread, multi_thread};
use amphi_tests::library::{Author, Book, Country, Fill};
use amphi_tests::support::TempFile;

/// What came of one call.
struct Outcome {
    call: &'static str,
    line: u32,
    result: Result<(), Error>,
}

macro_rules! attempt {
    ($outcomes:ident, $call:literal, $expression:expr) => {
        $outcomes.push(Outcome { call: $call, line: line!(), result: $expression.map(drop) })
    };
}

/// A filled database, and rows of it in hand.
struct Fixture {
    db: Database,
    book: Book,
    victim: Book,
    _file: TempFile,
}

impl Fixture {
    /// All of it by blocking calls, so that it can be made only where they work.
    fn new() -> Arc<Fixture> {
        let file = TempFile::unused();
        let db = Database::connect(&file.url()).expect("it opens");
        db.fill().expect("it is filled");
        let book = Book::objects().filter(Book::id.eq(4)).get(&db).expect("a book with a translator");
        let victim = Book::objects().filter(Book::id.eq(6)).get(&db).expect("a book");
        Arc::new(Fixture { db, book, victim, _file: file })
    }

    /// Every blocking entry, once.
    fn every_call(&self) -> Vec<Outcome> {
        let mut seen = Vec::new();
        let db = &self.db;
        attempt!(seen, "Database::connect", Database::connect("sqlite::memory:"));
        attempt!(seen, "Database::open_sqlite", Database::open_sqlite(SqliteOptions::in_memory()));
        attempt!(seen, "create_tables", db.create_tables(models![Book, Author, Country]));
        attempt!(seen, "atomic", db.atomic(|_| Ok::<_, Error>(())));
        seen.extend(self.calls_on(db));
        seen
    }

    /// Every blocking call that takes a handle, once.
    fn calls_on(&self, db: impl Handle + Copy) -> Vec<Outcome> {
        let mut seen = Vec::new();
        let all = Book::objects;
        let one = || Book::objects().filter(Book::id.eq(1));
        attempt!(seen, "get", one().get(db));
        attempt!(seen, "first", all().first(db));
        attempt!(seen, "last", all().last(db));
        attempt!(seen, "all", all().all(db));
        attempt!(seen, "count", all().count(db));
        attempt!(seen, "exists", all().exists(db));
        attempt!(seen, "iter", all().iter(db));
        attempt!(seen, "update", one().update(Book::pages.set(Book::pages + 1), db));
        attempt!(seen, "delete", all().filter(Book::id.eq(99)).delete(db));
        attempt!(seen, "bulk_create", Country::objects().bulk_create([Country::create().name("Kenya")], db));
        attempt!(seen, "insert", Country::create().name("Ghana").insert(db));
        let mut book = self.book.clone();
        attempt!(seen, "refresh", book.refresh(db));
        attempt!(seen, "save", book.save(db));
        attempt!(seen, "update", book.update(Book::title, db));
        let before = book.clone();
        book.pages += 1;
        attempt!(seen, "update_changed", book.update_changed(&before, db));
        attempt!(seen, "delete", self.victim.delete(db));
        attempt!(seen, "fetch", self.book.author.fetch(db));
        attempt!(seen, "fetch", self.book.translator.fetch(db));
        attempt!(seen, "load_related", self.book.clone().load_related(Book::author).fetch(db));
        attempt!(seen, "load_related", vec![self.book.clone()].load_related(Book::translator).fetch(db));
        seen
    }

    /// Nothing of what was refused was done.
    fn assert_untouched(&self) {
        let (_, books, countries) = amphi_tests::library::drafts();
        assert_eq!(Book::objects().order_by(Book::id).all(&self.db).unwrap(), books);
        assert_eq!(Country::objects().order_by(Country::id).all(&self.db).unwrap(), countries);
    }
}

fn assert_refused(outcomes: Vec<Outcome>) {
    for Outcome { call, line, result } in outcomes {
        let Err(Error::BlockingInAsync { location, .. }) = result else { panic!("`{call}` gave {result:?}") };
        assert!(location.file().ends_with("guard.rs"), "`{call}` is told to be in {location}");
        assert_eq!(location.line(), line, "`{call}` is told to be at {location}");
    }
}

fn assert_works(outcomes: Vec<Outcome>) {
    for Outcome { call, result, .. } in outcomes {
        assert!(result.is_ok(), "`{call}` gave {result:?}");
    }
}

#[test]
fn refused_in_the_root_future() {
    for runtime in [multi_thread(), current_thread()] {
        let fixture = Fixture::new();
        runtime.block_on(async { assert_refused(fixture.every_call()) });
        fixture.assert_untouched();
    }
}

#[test]
fn the_error_names_the_call_as_it_was_written() {
    let fixture = Fixture::new();
    let outcomes = current_thread().block_on(async { fixture.every_call() });
    let mut wrong = Vec::new();
    for Outcome { call, result, .. } in outcomes {
        match result {
            Err(Error::BlockingInAsync { call: named, .. }) if named == call => {}
            other => wrong.push(format!("`{call}` gave {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn refused_in_a_task() {
    for runtime in [multi_thread(), current_thread()] {
        let fixture = Fixture::new();
        let inside = Arc::clone(&fixture);
        runtime.block_on(async { tokio::spawn(async move { assert_refused(inside.every_call()) }).await }).unwrap();
        fixture.assert_untouched();
    }
}

#[test]
fn refused_in_a_local_set() {
    for runtime in [multi_thread(), current_thread()] {
        let fixture = Fixture::new();
        let (root, task) = (Arc::clone(&fixture), Arc::clone(&fixture));
        LocalSet::new().block_on(&runtime, async move {
            assert_refused(root.every_call());
            spawn_local(async move { assert_refused(task.every_call()) }).await.unwrap();
        });
        let within = Arc::clone(&fixture);
        runtime.block_on(async {
            let local = LocalSet::new();
            local.run_until(async { spawn_local(async move { assert_refused(within.every_call()) }).await.unwrap() }).await;
        });
        fixture.assert_untouched();
    }
}

#[test]
fn refused_inside_select_join_and_timeout() {
    for runtime in [multi_thread(), current_thread()] {
        let fixture = Fixture::new();
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = std::future::pending() => {}
                () = async { yield_now().await; assert_refused(fixture.every_call()) } => {}
            }
            tokio::join!(async { assert_refused(fixture.every_call()) }, async {
                tokio::join!(yield_now(), async { assert_refused(fixture.every_call()) });
            });
            let limited = tokio::time::timeout(Duration::from_secs(60), async { assert_refused(fixture.every_call()) });
            limited.await.unwrap();
            let mut set = tokio::task::JoinSet::new();
            let inside = Arc::clone(&fixture);
            set.spawn(async move { assert_refused(inside.every_call()) });
            set.join_next().await.unwrap().unwrap();
        });
        fixture.assert_untouched();
    }
}

#[test]
fn refused_after_the_budget_is_used_up() {
    let fixture = Fixture::new();
    current_thread().block_on(async {
        while tokio::task::coop::has_budget_remaining() {
            tokio::task::consume_budget().await;
        }
        assert_refused(fixture.every_call());
    });
    fixture.assert_untouched();
}

#[test]
fn refused_again_inside_a_place_that_may_block() {
    let fixture = Fixture::new();
    let runtime = multi_thread();
    let inside = Arc::clone(&fixture);
    let handle = runtime.handle().clone();
    let blocking = spawn_blocking_on(&runtime, move || handle.block_on(async { assert_refused(inside.every_call()) }));
    runtime.block_on(blocking);
    runtime.block_on(async {
        block_in_place(|| tokio::runtime::Handle::current().block_on(async { assert_refused(fixture.every_call()) }));
        // Until its next poll tokio leaves a root future without a budget, so that no guard could tell.
        yield_now().await;
        assert_refused(fixture.every_call());
    });
    fixture.assert_untouched();
}

fn spawn_blocking_on(runtime: &Runtime, work: impl FnOnce() + Send + 'static) -> impl Future<Output = ()> {
    let task = runtime.handle().spawn_blocking(work);
    async { task.await.unwrap() }
}

#[test]
fn refused_on_a_transaction_and_the_transaction_goes_on() {
    let fixture = Fixture::new();
    let runtime = current_thread();
    let done = fixture.db.atomic(|tx| {
        Country::create().name("Togo").insert(tx)?;
        runtime.block_on(async { assert_refused(fixture.calls_on(tx)) });
        Country::create().name("Benin").insert(tx)?;
        Ok::<_, Error>(())
    });
    done.unwrap();
    assert_eq!(Country::objects().count(&fixture.db).unwrap(), 4);
}

#[test]
fn a_savepoint_is_refused_too() {
    let fixture = Fixture::new();
    let runtime = current_thread();
    let done = fixture.db.atomic(|tx| {
        let mut seen = Vec::new();
        runtime.block_on(async { attempt!(seen, "atomic", tx.atomic(|_| Ok::<_, Error>(()))) });
        assert_refused(seen);
        Ok::<_, Error>(())
    });
    done.unwrap();
}

#[test]
fn rows_opened_outside_are_not_pulled_inside() {
    let fixture = Fixture::new();
    let mut rows = Book::objects().iter(&fixture.db).unwrap();
    assert!(matches!(rows.next(), Some(Ok(_))));
    let pulled = current_thread().block_on(async { rows.next() });
    assert!(matches!(pulled, Some(Err(Error::BlockingInAsync { .. }))), "{pulled:?}");
}

#[test]
fn works_on_a_plain_thread() {
    thread::spawn(|| assert_works(Fixture::new().every_call())).join().unwrap();
    // Also one that has run futures before.
    current_thread().block_on(async { yield_now().await });
    multi_thread().block_on(async { yield_now().await });
    assert_works(Fixture::new().every_call());
}

#[test]
fn works_where_a_runtime_was_only_entered() {
    for runtime in [multi_thread(), current_thread()] {
        let handle = runtime.handle().clone();
        let entered = thread::spawn(move || {
            let _entered = handle.enter();
            assert_works(Fixture::new().every_call());
        });
        entered.join().unwrap();
    }
}

#[test]
fn works_in_spawn_blocking() {
    for runtime in [multi_thread(), current_thread()] {
        let from_a_task =
            async { tokio::spawn(async { spawn_blocking(|| assert_works(Fixture::new().every_call())).await }).await };
        runtime.block_on(from_a_task).unwrap().unwrap();
        let blocking = spawn_blocking_on(&runtime, || assert_works(Fixture::new().every_call()));
        runtime.block_on(blocking);
    }
}

#[test]
fn works_in_block_in_place() {
    let runtime = multi_thread();
    runtime.block_on(async {
        block_in_place(|| assert_works(Fixture::new().every_call()));
        let task = async {
            block_in_place(|| block_in_place(|| assert_works(Fixture::new().every_call())));
            let fixture = block_in_place(Fixture::new);
            assert_refused(fixture.every_call());
        };
        tokio::spawn(task).await.unwrap();
    });
}

#[test]
fn works_after_the_runtime_was_shut_down() {
    for runtime in [multi_thread(), current_thread()] {
        thread::spawn(move || {
            let handle = runtime.handle().clone();
            let _entered = handle.enter();
            runtime.block_on(async { yield_now().await });
            runtime.shutdown_timeout(Duration::from_secs(60));
            assert_works(Fixture::new().every_call());
        })
        .join()
        .unwrap();
    }
}

#[test]
fn works_on_a_thread_of_its_own_inside_a_task() {
    let runtime = multi_thread();
    let task = runtime.spawn(async { thread::spawn(|| assert_works(Fixture::new().every_call())).join().unwrap() });
    runtime.block_on(task).unwrap();
}

/// How often another task had its turn while a task took a thousand messages and called something before each.
fn turns_of_another_task(call: impl Fn() + 'static) -> u32 {
    const MESSAGES: u32 = 10_000;
    let turns = Rc::new(Cell::new(0));
    let counted = Rc::clone(&turns);
    LocalSet::new().block_on(&current_thread(), async move {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for message in 0..MESSAGES {
            sender.send(message).unwrap();
        }
        let busy = spawn_local(async move {
            for message in 0..MESSAGES {
                call();
                assert_eq!(receiver.recv().await, Some(message));
            }
        });
        let other = spawn_local(async move {
            loop {
                counted.set(counted.get() + 1);
                yield_now().await;
            }
        });
        busy.await.unwrap();
        other.abort();
    });
    turns.get()
}

#[test]
fn the_budget_is_what_it_was() {
    let fixture = Fixture::new();
    let db = fixture.db.clone();
    let undisturbed = turns_of_another_task(|| {});
    let guarded = turns_of_another_task(move || {
        let refused = Book::objects().count(&db);
        assert!(matches!(refused, Err(Error::BlockingInAsync { .. })), "{refused:?}");
    });
    assert!(undisturbed >= 50, "a task that never waits yields now and then: {undisturbed}");
    assert!(undisturbed.abs_diff(guarded) <= 2, "{undisturbed} turns without the guard, {guarded} with it");
    fixture.assert_untouched();
}
