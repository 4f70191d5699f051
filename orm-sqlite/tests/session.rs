//! Transactions, errors and settings of one session.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::time::Duration;

use common::{Directory, column, integer, memory, one, sql};
use orm_core::connection::Access;
use orm_core::error::{ConstraintKind, ConstraintViolation};
use orm_core::field::{ColumnType, FieldType};
use orm_core::meta::{FieldMeta, ModelMeta};
use orm_core::model::{Model, PathFields};
use orm_core::path::Path;
use orm_core::query::RowTree;
use orm_core::row::{ColumnReader, DecodeError, FromRow};
use orm_core::sql::Insert;
use orm_core::value::{Value, ValueError};
use orm_core::{Error, Result};
use orm_sqlite::{Lease, Pool, Role, Session, SqliteOptions, Synchronous};

fn session() -> Lease {
    memory().acquire_blocking(Access::Write).unwrap()
}

#[test]
fn the_session_is_set_up() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().synchronous(Synchronous::Normal).busy_timeout(Duration::from_millis(77))).unwrap();
    for access in [Access::Write, Access::Read] {
        let session = &mut pool.acquire_blocking(access).unwrap();
        let text = |session: &mut Session, query| one::<String>(session, &sql(query)).unwrap();
        assert_eq!(text(session, "PRAGMA journal_mode"), "wal");
        assert_eq!(integer(session, "PRAGMA foreign_keys"), 1);
        assert_eq!(integer(session, "PRAGMA synchronous"), 1);
        assert_eq!(integer(session, "PRAGMA busy_timeout"), 77);
        assert_eq!(integer(session, "PRAGMA trusted_schema"), 0);
        assert_eq!(integer(session, "PRAGMA query_only"), i64::from(access == Access::Read));
        assert_eq!(session.role(), if access == Access::Read { Role::Reader } else { Role::Writer });
        // Defensive: the schema cannot be written by hand.
        assert!(session.execute_now(&sql("DELETE FROM sqlite_schema")).is_err());
        // A name in double quotes is never a string.
        assert!(matches!(one::<String>(session, &sql("SELECT \"nothing\"")), Err(Error::Database { .. })));
    }
    let off = Pool::open(directory.options().foreign_keys(false)).unwrap();
    assert_eq!(integer(&mut off.acquire_blocking(Access::Read).unwrap(), "PRAGMA foreign_keys"), 0);
    assert_eq!(integer(&mut off.acquire_blocking(Access::Read).unwrap(), "PRAGMA synchronous"), 2);
}

#[test]
fn names_that_look_like_something_else_are_files() {
    let directory = Directory::new();
    for name in ["file:x.db?mode=memory", "a b%20.db", "été.db", "#x.db"] {
        let path = directory.file(name);
        drop(Pool::open(SqliteOptions::new(&path)).unwrap());
        assert!(path.exists(), "{name}");
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_an_error_at_once() {
    let directory = Directory::new();
    let missing = directory.file("missing.db");
    for options in [SqliteOptions::new(&missing).create_if_missing(false), SqliteOptions::new(&missing).read_only()] {
        match Pool::open(options) {
            Err(Error::Database { code: Some(_), message }) => assert!(message.contains("missing.db"), "{message}"),
            other => panic!("{other:?}"),
        }
    }
    assert!(!missing.exists());
    assert!(Pool::open(SqliteOptions::new(directory.path())).is_err());
    let other = directory.file("other.db");
    std::fs::write(&other, "this is no database, this is no database, this is no database").unwrap();
    assert!(matches!(Pool::open(SqliteOptions::new(&other)), Err(Error::Database { .. })));
}

#[test]
fn a_read_only_database_reads() {
    let directory = Directory::new();
    directory
        .pool()
        .acquire_blocking(Access::Write)
        .unwrap()
        .run_script_now("CREATE TABLE t (v); INSERT INTO t VALUES (1)")
        .unwrap();
    let pool = Pool::open(directory.options().read_only()).unwrap();
    for access in [Access::Read, Access::Write] {
        let session = &mut pool.acquire_blocking(access).unwrap();
        assert_eq!(integer(session, "SELECT v FROM t"), 1);
        session.begin_now().unwrap();
        assert!(matches!(session.execute_now(&sql("DELETE FROM t")), Err(Error::ReadOnly)));
        session.rollback_now().unwrap();
    }
}

#[test]
fn transactions_and_savepoints() {
    let session = &mut session();
    session.run_script_now("CREATE TABLE t (v)").unwrap();
    let insert = sql("INSERT INTO t VALUES (1)");
    let count = |session: &mut Session| integer(session, "SELECT count(*) FROM t");

    session.begin_now().unwrap();
    assert!(session.in_transaction());
    session.execute_now(&insert).unwrap();
    session.begin_now().unwrap();
    session.execute_now(&insert).unwrap();
    session.begin_now().unwrap();
    session.execute_now(&insert).unwrap();
    assert_eq!((session.depth(), count(session)), (3, 3));
    session.rollback_now().unwrap();
    assert_eq!((session.depth(), count(session)), (2, 2));
    session.commit_now().unwrap();
    session.begin_now().unwrap();
    session.execute_now(&insert).unwrap();
    session.rollback_now().unwrap();
    session.commit_now().unwrap();
    assert_eq!((session.depth(), session.in_transaction(), count(session)), (0, false, 2));

    session.begin_now().unwrap();
    session.begin_now().unwrap();
    session.execute_now(&insert).unwrap();
    session.commit_now().unwrap();
    session.rollback_now().unwrap();
    assert_eq!((session.in_transaction(), count(session)), (false, 2));

    assert!(matches!(session.commit_now(), Err(Error::InvalidQuery(_))));
    assert!(matches!(session.rollback_now(), Err(Error::InvalidQuery(_))));
}

#[test]
fn a_transaction_that_the_database_ended_is_dead() {
    let session = &mut session();
    session.run_script_now("CREATE TABLE t (v UNIQUE); INSERT INTO t VALUES (1)").unwrap();
    session.begin_now().unwrap();
    session.begin_now().unwrap();
    session.execute_now(&sql("INSERT INTO t VALUES (2)")).unwrap();
    assert!(session.execute_now(&sql("INSERT OR ROLLBACK INTO t VALUES (1)")).unwrap_err().is_unique_violation());
    let dead = |outcome: Result<()>| assert!(matches!(outcome, Err(Error::TransactionDead)), "{outcome:?}");
    // Nothing runs outside the transaction that the caller believes in.
    dead(session.execute_now(&sql("INSERT INTO t VALUES (3)")).map(drop));
    dead(session.begin_now());
    dead(session.run_script_now("INSERT INTO t VALUES (3)"));
    dead(column::<i64>(session, &sql("SELECT 1")).map(drop));
    session.rollback_now().unwrap();
    dead(session.execute_now(&sql("INSERT INTO t VALUES (3)")).map(drop));
    dead(session.commit_now());
    assert_eq!((session.depth(), session.in_transaction()), (0, false));
    assert_eq!(column::<i64>(session, &sql("SELECT v FROM t")).unwrap(), [1]);
}

#[test]
fn a_commit_that_fails_is_over() {
    let session = &mut session();
    session
        .run_script_now(
            "CREATE TABLE a (id INTEGER PRIMARY KEY);
             CREATE TABLE b (a INTEGER REFERENCES a DEFERRABLE INITIALLY DEFERRED);",
        )
        .unwrap();
    session.begin_now().unwrap();
    session.execute_now(&sql("INSERT INTO b VALUES (7)")).unwrap();
    assert!(session.commit_now().unwrap_err().is_foreign_key_violation());
    assert_eq!((session.depth(), session.in_transaction()), (0, false));
    assert_eq!(integer(session, "SELECT count(*) FROM b"), 0);
}

#[test]
fn reset_undoes_whatever_is_open() {
    let session = &mut session();
    session.run_script_now("CREATE TABLE t (v)").unwrap();
    session.begin_now().unwrap();
    session.begin_now().unwrap();
    session.execute_now(&sql("INSERT INTO t VALUES (1)")).unwrap();
    session.reset().unwrap();
    assert_eq!((session.depth(), session.in_transaction()), (0, false));
    session.run_script_now("BEGIN; INSERT INTO t VALUES (1)").unwrap();
    assert!(session.in_transaction());
    session.reset().unwrap();
    assert_eq!(integer(session, "SELECT count(*) FROM t"), 0);
}

#[test]
fn a_reader_sees_one_state_and_does_not_lock() {
    let directory = Directory::new();
    let pool = directory.pool();
    let writer = &mut pool.acquire_blocking(Access::Write).unwrap();
    writer.run_script_now("CREATE TABLE t (v); INSERT INTO t VALUES (1)").unwrap();
    let reader = &mut pool.acquire_blocking(Access::Read).unwrap();
    reader.begin_now().unwrap();
    assert_eq!(integer(reader, "SELECT count(*) FROM t"), 1);
    writer.begin_now().unwrap();
    writer.execute_now(&sql("INSERT INTO t VALUES (2)")).unwrap();
    writer.commit_now().unwrap();
    assert_eq!(integer(reader, "SELECT count(*) FROM t"), 1);
    assert!(reader.execute_now(&sql("INSERT INTO t VALUES (3)")).is_err());
    reader.commit_now().unwrap();
    assert_eq!(integer(reader, "SELECT count(*) FROM t"), 2);
}

#[test]
fn counts_and_keys() {
    let session = &mut session();
    session.run_script_now("CREATE TABLE t (id INTEGER PRIMARY KEY, v)").unwrap();
    assert_eq!(session.insert_now(&sql("INSERT INTO t (v) VALUES (1)")).unwrap(), 1);
    assert_eq!(
        session.insert_now(&sql("INSERT INTO t (id, v) VALUES (?, 1)").bind(Value::I64(i64::MAX - 1))).unwrap(),
        i64::MAX - 1
    );
    assert_eq!(session.execute_now(&sql("UPDATE t SET v = 2")).unwrap(), 2);
    // Matched, not changed.
    assert_eq!(session.execute_now(&sql("UPDATE t SET v = 2")).unwrap(), 2);
    assert_eq!(session.execute_now(&sql("DELETE FROM t WHERE id = 5")).unwrap(), 0);
    assert_eq!(session.execute_now(&sql("DELETE FROM t")).unwrap(), 2);
}

#[test]
fn columns_of_tables() {
    let session = &mut session();
    session.run_script_now("CREATE TABLE \"a b\" (id INTEGER PRIMARY KEY, \"x y\", doubled AS (id * 2))").unwrap();
    assert_eq!(session.columns_now("a b").unwrap(), ["id", "x y", "doubled"]);
    assert!(session.columns_now("nothing").unwrap().is_empty());
}

fn violation(session: &mut Session, statement: &'static str) -> ConstraintViolation {
    match session.execute_now(&sql(statement)) {
        Err(Error::Constraint(violation)) => *violation,
        other => panic!("{statement}: {other:?}"),
    }
}

#[test]
fn constraints_say_which_and_where() {
    let session = &mut session();
    session
        .run_script_now(
            "CREATE TABLE author (id INTEGER PRIMARY KEY);
             CREATE TABLE book (
                 id INTEGER PRIMARY KEY,
                 title TEXT NOT NULL,
                 pages INTEGER CHECK (pages < 1000) CONSTRAINT some_pages CHECK (pages > 0),
                 author_id INTEGER REFERENCES author,
                 UNIQUE (title, author_id)
             ) STRICT;
             CREATE TABLE tag (name TEXT PRIMARY KEY) WITHOUT ROWID;
             CREATE UNIQUE INDEX book_fold ON book (amphi_fold(title), pages);
             CREATE TRIGGER no_seven BEFORE INSERT ON author WHEN new.id = 7 BEGIN SELECT RAISE(ABORT, 'not seven'); END;
             INSERT INTO author VALUES (1);
             INSERT INTO tag VALUES ('x');
             INSERT INTO book VALUES (1, 'A', 10, 1);",
        )
        .unwrap();
    let of = |kind, table: Option<&str>, columns: &[&str], constraint: Option<&str>| ConstraintViolation {
        kind,
        table: table.map(str::to_owned),
        columns: columns.iter().map(|&column| column.to_owned()).collect(),
        constraint: constraint.map(str::to_owned),
    };
    use ConstraintKind::{Check, ForeignKey, NotNull, Other, Unique};
    for (statement, expected) in [
        ("INSERT INTO book VALUES (2, 'A', 11, 1)", of(Unique, Some("book"), &["title", "author_id"], None)),
        ("INSERT INTO book VALUES (1, 'B', 11, 1)", of(Unique, Some("book"), &["id"], None)),
        ("INSERT INTO tag VALUES ('x')", of(Unique, Some("tag"), &["name"], None)),
        ("INSERT INTO book VALUES (2, 'a', 10, NULL)", of(Unique, None, &[], Some("book_fold"))),
        ("INSERT INTO book VALUES (2, NULL, 11, 1)", of(NotNull, Some("book"), &["title"], None)),
        ("INSERT INTO book VALUES (2, 'B', 0, 1)", of(Check, None, &[], Some("some_pages"))),
        ("INSERT INTO book VALUES (2, 'B', 1000, 1)", of(Check, None, &[], Some("pages < 1000"))),
        ("INSERT INTO book VALUES (2, 'B', 11, 2)", of(ForeignKey, None, &[], None)),
        ("DELETE FROM author", of(ForeignKey, None, &[], None)),
        ("INSERT INTO book VALUES (2, 'B', 'many', 1)", of(Other, Some("book"), &["pages"], None)),
        ("INSERT INTO author VALUES (7)", of(Other, None, &[], Some("not seven"))),
    ] {
        assert_eq!(violation(session, statement), expected, "{statement}");
    }
}

#[test]
fn other_errors_tell_code_and_message() {
    let session = &mut session();
    match session.execute_now(&sql("SELEKT 1")) {
        Err(Error::Database { code: Some(code), message }) if code == "1" => {
            assert!(message.contains("syntax error") && message.contains("SELEKT 1"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    match session.execute_now(&sql("DELETE FROM absent WHERE v = ?").bind(Value::Text("secret".into()))) {
        Err(Error::Database { code: Some(code), message }) if code == "1" => {
            assert!(message.contains("no such table: absent") && !message.contains("secret"), "{message}");
        }
        other => panic!("{other:?}"),
    }
    assert!(session.run_script_now("CREATE TABLE t (v); NONSENSE").is_err());
}

#[test]
fn a_lock_of_somebody_else_is_busy() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().busy_timeout(Duration::from_millis(20))).unwrap();
    let session = &mut pool.acquire_blocking(Access::Write).unwrap();
    session.run_script_now("CREATE TABLE t (v)").unwrap();
    // Another process would open the file by itself, as this does.
    let other = rusqlite::Connection::open(directory.file("test.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert!(matches!(session.begin_now(), Err(Error::Busy)));
    assert!(matches!(session.execute_now(&sql("INSERT INTO t VALUES (1)")), Err(Error::Busy)));
    assert!(!session.in_transaction());
    other.execute_batch("COMMIT").unwrap();
    session.begin_now().unwrap();
    session.commit_now().unwrap();
}

#[test]
fn statements_survive_a_change_of_the_schema() {
    let session = &mut session();
    session.run_script_now("CREATE TABLE t (v); INSERT INTO t VALUES (1)").unwrap();
    let select = sql("SELECT v FROM t");
    assert_eq!(one::<i64>(session, &select).unwrap(), 1);
    session.run_script_now("ALTER TABLE t ADD COLUMN w; CREATE INDEX i ON t (v)").unwrap();
    assert_eq!(one::<i64>(session, &select).unwrap(), 1);
    session.run_script_now("DROP TABLE t").unwrap();
    assert!(one::<i64>(session, &select).is_err());
    session.run_script_now("CREATE TABLE t (v); INSERT INTO t VALUES (2)").unwrap();
    assert_eq!(one::<i64>(session, &select).unwrap(), 2);
}

#[test]
fn long_computing_can_be_bounded() {
    let session = &mut session();
    let outcome = session.within_steps(10_000, |session| one::<i64>(session, &common::endless()));
    assert!(outcome.is_none());
    let outcome = session.within_steps(10_000, |session| one::<i64>(session, &sql("SELECT 7")));
    assert_eq!(outcome.unwrap().unwrap(), 7);
    let million = sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT count(*) FROM n");
    assert_eq!(one::<i64>(session, &million).unwrap(), 100_000);
}

/// A model by hand.
#[derive(Debug, Clone, PartialEq)]
struct Shelf {
    id: i64,
    name: String,
    width: Option<f64>,
}

static SHELF: ModelMeta = ModelMeta {
    unique_together: &[],
    relations: &[],
    name: "Shelf",
    table: "shelf",
    fields: &[
        FieldMeta::new("id", "id", ColumnType::I64, false),
        FieldMeta { max_length: Some(10), ..FieldMeta::new("name", "name", ColumnType::Text, false) },
        FieldMeta::new("width", "width", ColumnType::F64, true),
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

impl FromRow for Shelf {
    const WIDTH: usize = 3;
    const TREE: &'static RowTree = &RowTree::model(&SHELF);

    fn from_row<R: ColumnReader>(row: &R, at: usize) -> Result<Self, DecodeError> {
        Ok(Shelf { id: i64::decode(row, at)?, name: String::decode(row, at + 1)?, width: Option::decode(row, at + 2)? })
    }
}

impl Model for Shelf {
    type Key = i64;
    type Fields<P: Path> = NoFields;
    const META: &'static ModelMeta = &SHELF;

    fn key(&self) -> std::borrow::Cow<'_, i64> {
        std::borrow::Cow::Borrowed(&self.id)
    }

    fn set_key(&mut self, key: i64) {
        self.id = key;
    }

    fn value(&self, field: usize) -> Result<Value<'_>, ValueError> {
        match field {
            1 => self.name.to_value(),
            2 => self.width.to_value(),
            _ => self.id.to_value(),
        }
    }
}

fn shelves(session: &mut Session) -> Vec<Shelf> {
    struct All(Vec<Shelf>);
    impl orm_core::connection::Sink for All {
        fn row<R: ColumnReader>(&mut self, row: &R) -> Result<std::ops::ControlFlow<()>, DecodeError> {
            self.0.push(Shelf::from_row(row, 0)?);
            Ok(std::ops::ControlFlow::Continue(()))
        }
    }
    let mut all = All(Vec::new());
    session.fetch_now(&sql("SELECT id, name, width FROM shelf ORDER BY id"), &mut all).unwrap();
    all.0
}

#[test]
fn rows_are_inserted_in_order_and_get_their_keys() {
    let session = &mut session();
    session
        .run_script_now("CREATE TABLE shelf (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, name TEXT NOT NULL, width REAL)")
        .unwrap();
    let shelf = |name: &str, width| Shelf { id: 999, name: name.to_owned(), width };
    assert_eq!(session.insert_now(&Insert::row(&shelf("first", None), false).unwrap()).unwrap(), 1);
    let mut rows: Vec<Shelf> = (0..1_000_u16).map(|i| shelf(&i.to_string(), (i % 2 == 0).then_some(f64::from(i)))).collect();
    session.begin_now().unwrap();
    session.insert_rows_now(&mut rows, false).unwrap();
    session.commit_now().unwrap();
    assert!(rows.iter().map(|row| row.id).eq(2..1_002));
    assert_eq!(shelves(session).split_first().unwrap().1, rows);
    session.insert_rows_now::<Shelf>(&mut [], false).unwrap();

    // The database refuses the second row: those before it are undone with their transaction.
    session.run_script_now("CREATE UNIQUE INDEX shelf_name ON shelf (name)").unwrap();
    session.begin_now().unwrap();
    let outcome = session.insert_rows_now(&mut [shelf("new", None), shelf("first", None)], false);
    assert!(matches!(&outcome, Err(error) if error.is_unique_violation()), "{outcome:?}");
    session.rollback_now().unwrap();
    assert_eq!(integer(session, "SELECT count(*) FROM shelf"), 1_001);
}
