//! How a transaction is begun in each dialect.

use amphi::prelude::*;
use amphi::transaction::SqliteBegin;
use insta::assert_snapshot;
use orm_core::sql::{Dialect, SQLITE};

use super::each;

fn begun(options: TransactionOptions) -> String {
    let sqlite = SQLITE.begin(&options).map_or_else(|error| error.to_string(), |sql| sql.into_owned());
    format!("SQLite: {sqlite}\n{}", each(|dialect| dialect.begin(&options).map(|sql| sql.into_owned())))
}

#[test]
fn the_beginning_says_what_was_asked() {
    let options = TransactionOptions::new;
    assert_snapshot!(begun(options()), @r"
    SQLite: BEGIN IMMEDIATE
    PostgreSQL: BEGIN
    MariaDB: BEGIN
    ");
    assert_snapshot!(begun(options().isolation(Isolation::ReadUncommitted)), @r"
    SQLite: BEGIN IMMEDIATE
    PostgreSQL: BEGIN ISOLATION LEVEL READ UNCOMMITTED
    MariaDB: SET TRANSACTION ISOLATION LEVEL READ UNCOMMITTED; BEGIN
    ");
    assert_snapshot!(begun(options().isolation(Isolation::Serializable).read_only()), @r"
    SQLite: BEGIN DEFERRED
    PostgreSQL: BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY
    MariaDB: SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; START TRANSACTION READ ONLY
    ");
    assert_snapshot!(begun(options().isolation(Isolation::Serializable).read_only().deferrable()), @r"
    SQLite: SQLite does not support a deferrable transaction: a transaction that is read only sees one state of the database, and does not wait for it
    PostgreSQL: BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY DEFERRABLE
    MariaDB: MariaDB does not support a deferrable transaction: a transaction that is read only sees one state of the database, and does not wait for it
    MySQL: MySQL does not support a deferrable transaction: a transaction that is read only sees one state of the database, and does not wait for it
    ");
    assert_snapshot!(begun(options().deferrable()), @r"
    SQLite: SQLite does not support a deferrable transaction: a transaction that is read only sees one state of the database, and does not wait for it
    PostgreSQL: the query is invalid: a deferrable transaction is serializable and read only: ask for these too
    MariaDB: MariaDB does not support a deferrable transaction: a transaction that is read only sees one state of the database, and does not wait for it
    MySQL: MySQL does not support a deferrable transaction: a transaction that is read only sees one state of the database, and does not wait for it
    ");
    assert_snapshot!(begun(options().read_only()), @r"
    SQLite: BEGIN DEFERRED
    PostgreSQL: BEGIN READ ONLY
    MariaDB: START TRANSACTION READ ONLY
    ");
    assert_snapshot!(begun(options().sqlite(SqliteBegin::Exclusive)), @r"
    SQLite: BEGIN EXCLUSIVE
    PostgreSQL: PostgreSQL does not support SQLite's kinds of transaction: lock rows with `select_for_update`
    MariaDB: MariaDB does not support SQLite's kinds of transaction: lock rows with `select_for_update`
    MySQL: MySQL does not support SQLite's kinds of transaction: lock rows with `select_for_update`
    ");
    assert_snapshot!(begun(options().sqlite(SqliteBegin::Deferred).read_only()), @r"
    SQLite: BEGIN DEFERRED
    PostgreSQL: PostgreSQL does not support SQLite's kinds of transaction: lock rows with `select_for_update`
    MariaDB: MariaDB does not support SQLite's kinds of transaction: lock rows with `select_for_update`
    MySQL: MySQL does not support SQLite's kinds of transaction: lock rows with `select_for_update`
    ");
    assert_snapshot!(begun(options().resolvable()), @r"
    SQLite: BEGIN IMMEDIATE
    PostgreSQL: BEGIN
    MariaDB: MariaDB does not support asking what became of a transaction: write a row of your own in the transaction, and look for it afterwards
    MySQL: MySQL does not support asking what became of a transaction: write a row of your own in the transaction, and look for it afterwards
    ");
}
