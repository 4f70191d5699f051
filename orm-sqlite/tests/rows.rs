//! Rows one by one.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use common::{Directory, column, integer, memory, sql};
use orm_core::connection::Access;
use orm_core::field::FieldType;
use orm_core::value::Value;
use orm_core::{Error, Result};
use orm_sqlite::{OwnedRows, Pool, SqliteOptions};

fn numbers(rows: &mut OwnedRows<common::Sql>) -> impl Iterator<Item = Result<i64>> + '_ {
    std::iter::from_fn(|| rows.next_with(|row| i64::decode(row, 0)))
}

fn up_to(last: i64) -> common::Sql {
    sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i, zeroblob(1000) FROM n")
        .bind(Value::I64(last))
}

/// What the process has had in memory at most, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

#[test]
fn a_million_rows_come_in_constant_memory() {
    let pool = memory();
    let before = peak();
    let mut rows = OwnedRows::new(pool.acquire_blocking(Access::Read).unwrap(), up_to(1_000_000)).unwrap();
    let mut expected = 1;
    for number in numbers(&mut rows) {
        assert_eq!(number.unwrap(), expected);
        expected += 1;
    }
    assert_eq!(expected, 1_000_001);
    // A gigabyte went by.
    assert!(peak() - before < 100_000, "{} KiB", peak() - before);
    assert_eq!(pool.metrics().in_use, 0);
    assert!(rows.next_with(|_| Ok(())).is_none());
}

#[test]
fn the_lease_returns_at_the_end_at_an_error_and_when_dropped_midway() {
    let directory = Directory::new();
    let pool = Pool::open(directory.options().readers(1)).unwrap();
    let lease = || pool.acquire_blocking(Access::Read).unwrap();

    let mut rows = OwnedRows::new(lease(), up_to(3)).unwrap();
    assert_eq!(pool.metrics().in_use, 1);
    assert_eq!(numbers(&mut rows).map(Result::unwrap).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(pool.metrics().in_use, 0);

    let mut rows = OwnedRows::new(lease(), up_to(1_000)).unwrap();
    assert_eq!(numbers(&mut rows).next().unwrap().unwrap(), 1);
    drop(rows);
    assert_eq!(pool.metrics().in_use, 0);

    let mut rows = OwnedRows::new(lease(), up_to(1_000)).unwrap();
    match rows.next_with(|row| String::decode(row, 0)) {
        Some(Err(Error::Decode { model: "Test", field, expected: "text", found })) => {
            assert_eq!((field.as_str(), found.as_str()), ("column 0", "an integer"));
        }
        other => panic!("{other:?}"),
    }
    assert!(rows.next_with(|_| Ok(())).is_none());
    assert_eq!(pool.metrics().in_use, 0);

    let mut rows = OwnedRows::new(lease(), sql("SELECT abs(-9223372036854775808)")).unwrap();
    assert!(matches!(rows.next_with(|_| Ok(())), Some(Err(Error::Database { .. }))));
    assert_eq!(pool.metrics().in_use, 0);

    assert!(OwnedRows::new(lease(), sql("SELECT nonsense")).is_err());
    assert!(OwnedRows::new(lease(), sql("SELECT ?").bind(Value::F64(f64::NAN))).is_err());
    assert_eq!(pool.metrics().in_use, 0);

    // An endless statement that was left midway holds nothing up.
    let mut rows = OwnedRows::new(lease(), up_to(i64::MAX)).unwrap();
    assert!(numbers(&mut rows).nth(1_000).is_some());
    drop(rows);
    assert_eq!(integer(&mut lease(), "SELECT 1"), 1);
}

#[test]
fn writes_go_on_while_rows_are_read() {
    let directory = Directory::new();
    let pool = directory.pool();
    let mut writer = pool.acquire_blocking(Access::Write).unwrap();
    writer.run_script_now("CREATE TABLE t (v); INSERT INTO t VALUES (1), (2), (3)").unwrap();
    let mut rows = OwnedRows::new(pool.acquire_blocking(Access::Read).unwrap(), sql("SELECT v FROM t ORDER BY v")).unwrap();
    assert_eq!(numbers(&mut rows).next().unwrap().unwrap(), 1);
    writer.run_script_now("DELETE FROM t").unwrap();
    // They are the rows of the moment when the first was read.
    assert_eq!(numbers(&mut rows).map(Result::unwrap).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(column::<i64>(&mut writer, &sql("SELECT v FROM t")).unwrap(), [] as [i64; 0]);
}

#[test]
fn a_statement_may_run_again_while_its_rows_are_read() {
    let pool = memory();
    let mut lease = pool.acquire_blocking(Access::Read).unwrap();
    assert_eq!(column::<i64>(&mut lease, &up_to(3)).unwrap(), [1, 2, 3]);
    let mut rows = OwnedRows::new(lease, up_to(3)).unwrap();
    assert_eq!(numbers(&mut rows).count(), 3);
    let mut lease = pool.acquire_blocking(Access::Read).unwrap();
    assert_eq!(column::<i64>(&mut lease, &up_to(4)).unwrap(), [1, 2, 3, 4]);
}

#[test]
fn rows_outlive_their_pool() {
    let directory = Directory::new();
    let pool = Pool::open(SqliteOptions::new(directory.file("x.db"))).unwrap();
    let mut rows = OwnedRows::new(pool.acquire_blocking(Access::Read).unwrap(), up_to(3)).unwrap();
    assert_eq!(numbers(&mut rows).next().unwrap().unwrap(), 1);
    drop(pool);
    assert_eq!(numbers(&mut rows).map(Result::unwrap).collect::<Vec<_>>(), [2, 3]);
}
