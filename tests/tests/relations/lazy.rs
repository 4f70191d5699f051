//! Lazy loads: where they are refused, and where there are too many of them.

use std::sync::{Arc, Mutex};

use amphi::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

use amphi_tests::library::{Author, Book, Fill};
use amphi_tests::support::{Place, run_blocking, url_with};

/// What was warned of on this thread.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl Warnings {
    /// What is warned of meanwhile.
    fn of<T>(work: impl FnOnce() -> T) -> (T, Vec<String>) {
        let warnings = Warnings::default();
        let value = tracing::subscriber::with_default(warnings.clone(), work);
        let told = std::mem::take(&mut *warnings.0.lock().unwrap());
        (value, told)
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.push_str(&format!("{}={value:?} ", field.name()));
    }
}

impl Subscriber for Warnings {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "amphi::n_plus_one"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        assert_eq!(*event.metadata().level(), Level::WARN);
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// Loads the author of a book so often, from one place.
fn load(times: usize, book: &Book, db: impl Handle + Copy) -> Result<(), Error> {
    for _ in 0..times {
        assert_eq!(book.author.fetch(db)?.id, 2);
    }
    Ok(())
}

#[test]
fn many_loads_from_one_place_are_told_of_once() {
    run_blocking(Place::sqlite, "many_loads", &[], |db| {
        db.fill()?;
        let book = Book::objects().filter(Book::id.eq(3)).get(&db)?;
        let (done, few) = Warnings::of(|| load(9, &book, &db));
        done?;
        assert_eq!(few, [""; 0]);
        let (done, told) = Warnings::of(|| load(40, &book, &db));
        done?;
        assert_eq!(told.len(), 1, "{told:?}");
        let warning = &told[0];
        for words in ["`Author`", "lazy.rs:", "loads=10", "model=\"Author\"", "select_related", "load_related"] {
            assert!(warning.contains(words), "{words}: {warning}");
        }
        // The same place on another thread is known by now.
        std::thread::scope(|scope| {
            let (done, told) = scope.spawn(|| Warnings::of(|| load(40, &book, &db))).join().unwrap();
            assert_eq!(told, [""; 0]);
            done
        })?;
        // Another place, with no key half of the time, and in a transaction.
        let plain = Book::objects().filter(Book::id.eq(1)).get(&db)?;
        let (done, told) = Warnings::of(|| {
            db.atomic(|tx| {
                for book in [&book, &plain].into_iter().cycle().take(20) {
                    book.translator.fetch(tx)?;
                }
                Ok::<_, Error>(())
            })
        });
        done?;
        assert_eq!(told.len(), 1, "{told:?}");
        Ok(())
    });
}

#[test]
fn loads_without_a_key_are_no_loads() {
    run_blocking(Place::sqlite, "no_loads", &[], |db| {
        db.fill()?;
        let plain = Book::objects().filter(Book::id.eq(1)).get(&db)?;
        let (done, told) =
            Warnings::of(|| (0..30).try_for_each(|_| plain.translator.fetch(&db).map(|row| assert_eq!(row, None))));
        done?;
        assert_eq!(told, [""; 0]);
        Ok(())
    });
}

/// That this database refuses lazy loads, and nothing else.
fn refuses(db: impl Handle + Copy) -> Result<(), Error> {
    let with = Book::objects().filter(Book::id.eq(3)).get(db)?;
    let without = Book::objects().filter(Book::id.eq(1)).get(db)?;
    let line = line!() + 1;
    let refused = with.author.fetch(db).unwrap_err();
    let Error::LazyLoad { model: "Author", location } = refused else { panic!("{refused}") };
    assert_eq!((location.file().rsplit('/').next(), location.line()), (Some("lazy.rs"), line));
    let message = refused.to_string();
    assert!(message.contains("lazy.rs:") && message.contains("`.select_related(..)`"), "{message}");
    for book in [&with, &without] {
        assert!(matches!(book.translator.fetch(db), Err(Error::LazyLoad { model: "Author", .. })));
    }
    // What is asked for all rows at once is no lazy load.
    assert_eq!(with.load_related(Book::author).fetch(db)?.author().id, 2);
    assert_eq!(Book::objects().select_related(Book::author).count(db)?, 6);
    Ok(())
}

/// That this database loads lazily.
fn allows(db: impl Handle + Copy) -> Result<(), Error> {
    let book = Book::objects().filter(Book::id.eq(3)).get(db)?;
    assert_eq!(book.author.fetch(db)?.name, "Stanisław Lem");
    Ok(())
}

fn strictness(place: Place) {
    run_blocking(place, "strictness", &[], |db| {
        db.fill()?;
        allows(&db)?;
        let handle = db.strict_loading();
        refuses(&handle)?;
        allows(&db)?;
        for strict in [handle.clone(), Database::connect(&url_with("lazy=error"))?] {
            refuses(&strict)?;
            strict.atomic(|tx| refuses(tx))?;
            strict.atomic(|tx| tx.atomic(|tx| refuses(tx)))?;
            strict.atomic_with(TransactionOptions::new(), |tx| refuses(tx))?;
            strict.atomic_retry(Retry::new(), |tx| refuses(tx))?;
            let tx = strict.begin()?;
            refuses(&tx)?;
            tx.rollback()?;
        }
        db.atomic(|tx| allows(tx))?;
        // By the same connections.
        let log = db.record_queries();
        allows(&db.strict_loading()).expect_err("it is strict");
        assert_eq!(log.len(), 1);
        allows(&Database::connect(&url_with("lazy=allow"))?)?;
        for wrong in ["lazy=off", "lazy=", "lazy"] {
            let refused = Database::connect(&url_with(wrong)).unwrap_err();
            assert!(matches!(&refused, Error::Configuration(what) if what.contains("lazy")), "{wrong}: {refused}");
        }
        Ok(())
    });
}

#[test]
fn lazy_loads_can_be_refused_sqlite() {
    strictness(Place::sqlite);
}

#[test]
#[ignore = "needs a server, named by AMPHI_POSTGRES_URL"]
fn lazy_loads_can_be_refused_postgres() {
    strictness(Place::postgres);
}

#[test]
#[ignore = "needs a server, named by AMPHI_MYSQL_URL"]
fn lazy_loads_can_be_refused_mysql() {
    strictness(Place::mysql);
}

#[test]
fn options_in_code_refuse_them_too() -> Result<(), Error> {
    let db = Database::open_sqlite(amphi::SqliteOptions::in_memory().refuse_lazy(true))?;
    db.fill()?;
    refuses(&db)?;
    let author = Author::objects().filter(Author::id.eq(3)).get(&db)?;
    assert!(matches!(author.mentor.fetch(&db), Err(Error::LazyLoad { .. })));
    Ok(())
}
