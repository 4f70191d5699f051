//! How rows are locked in each dialect, and how their versions are counted.

use amphi::prelude::*;
use insta::assert_snapshot;
use orm_core::ops::UpdateQuery;
use orm_core::sql::{DeleteRow, Form, SQLITE, Select, UpdateRow};
use orm_core::statement::Walk;

use super::{each, query, sent, sql};
use amphi_tests::library::{Author, Book};

fn books() -> QuerySet<Book> {
    Book::objects().filter(Book::id.eq(3)).order_by(())
}

#[test]
fn each_kind_of_lock() {
    assert_snapshot!(query(books().select_for_update(), Form::Rows), @r#"
    PostgreSQL: "book" WHERE "id" = $1 FOR UPDATE
    MariaDB: `book` WHERE `id` = ? FOR UPDATE
    "#);
    assert_snapshot!(query(books().lock(Lock::update().nowait()).limit(2), Form::Rows), @r#"
    PostgreSQL: "book" WHERE "id" = $1 LIMIT $2 FOR UPDATE NOWAIT
    MariaDB: `book` WHERE `id` = ? LIMIT ? FOR UPDATE NOWAIT
    "#);
    assert_snapshot!(query(books().lock(Lock::update().nowait().skip_locked()).offset(2), Form::First), @r#"
    PostgreSQL: "book" WHERE "id" = $1 LIMIT 1 OFFSET $2 FOR UPDATE SKIP LOCKED
    MariaDB: `book` WHERE `id` = ? LIMIT 1 OFFSET ? FOR UPDATE SKIP LOCKED
    "#);
    assert_snapshot!(query(books().lock(Lock::no_key_update()), Form::Two), @r#"
    PostgreSQL: "book" WHERE "id" = $1 LIMIT 2 FOR NO KEY UPDATE
    MariaDB: MariaDB does not support a lock that leaves the key free: lock with `Lock::update()`
    MySQL: MySQL does not support a lock that leaves the key free: lock with `Lock::update()`
    "#);
    assert_snapshot!(query(books().lock(Lock::shared().skip_locked()), Form::Only), @r#"
    PostgreSQL: "book" WHERE "id" = $1 FOR SHARE SKIP LOCKED
    MariaDB: `book` WHERE `id` = ? LOCK IN SHARE MODE SKIP LOCKED
    MySQL: `book` WHERE `id` = ? FOR SHARE SKIP LOCKED
    "#);
}

#[test]
fn what_is_locked_of_joined_rows() {
    let joined = || books().select_related(Book::author.country);
    assert_snapshot!(query(joined().select_for_update(), Form::Rows), @r#"
    PostgreSQL: "book" JOIN "author" AS t1 ON t1."id" = "book"."author_id" JOIN "country" AS t2 ON t2."id" = t1."country_id" WHERE "book"."id" = $1 FOR UPDATE OF "book"
    MariaDB: `book` JOIN `author` AS t1 ON t1.`id` = `book`.`author_id` JOIN `country` AS t2 ON t2.`id` = t1.`country_id` WHERE `book`.`id` = ? FOR UPDATE
    MySQL: `book` JOIN `author` AS t1 ON t1.`id` = `book`.`author_id` JOIN `country` AS t2 ON t2.`id` = t1.`country_id` WHERE `book`.`id` = ? FOR UPDATE OF `book`
    "#);
    assert_snapshot!(query(joined().lock(Lock::update().of(Book::author)), Form::Rows), @r#"
    PostgreSQL: "book" JOIN "author" AS t1 ON t1."id" = "book"."author_id" JOIN "country" AS t2 ON t2."id" = t1."country_id" WHERE "book"."id" = $1 FOR UPDATE OF "book", t1
    MariaDB: `book` JOIN `author` AS t1 ON t1.`id` = `book`.`author_id` JOIN `country` AS t2 ON t2.`id` = t1.`country_id` WHERE `book`.`id` = ? FOR UPDATE
    MySQL: `book` JOIN `author` AS t1 ON t1.`id` = `book`.`author_id` JOIN `country` AS t2 ON t2.`id` = t1.`country_id` WHERE `book`.`id` = ? FOR UPDATE OF `book`, t1
    "#);
    let by_name = books().filter(Book::author.country.name.eq("x"));
    assert_snapshot!(query(by_name.lock(Lock::shared().nowait().of((Book::author, Book::author.country))), Form::Rows), @r#"
    PostgreSQL: "book" JOIN "author" AS t1 ON t1."id" = "book"."author_id" JOIN "country" AS t2 ON t2."id" = t1."country_id" WHERE ("book"."id" = $1 AND t2."name" = $2) FOR SHARE OF "book", t1, t2 NOWAIT
    MariaDB: `book` JOIN `author` AS t1 ON t1.`id` = `book`.`author_id` JOIN `country` AS t2 ON t2.`id` = t1.`country_id` WHERE (`book`.`id` = ? AND t2.`name` = ?) LOCK IN SHARE MODE NOWAIT
    MySQL: `book` JOIN `author` AS t1 ON t1.`id` = `book`.`author_id` JOIN `country` AS t2 ON t2.`id` = t1.`country_id` WHERE (`book`.`id` = ? AND t2.`name` = ?) FOR SHARE OF `book`, t1, t2 NOWAIT
    "#);
}

#[test]
fn sqlite_locks_nothing_and_checks_the_same() {
    let select = |lock: QuerySet<Book>| {
        let sql = sql(&Select { query: lock.into_query(), form: Form::Rows }, &SQLITE);
        sql.map_or_else(|error| error.to_string(), |sql| sql.split_once(" FROM ").unwrap().1.to_owned())
    };
    assert_snapshot!(select(books().select_for_update()), @r#""book" WHERE "id" = ?"#);
    assert_snapshot!(select(books().lock(Lock::no_key_update())), @r#""book" WHERE "id" = ?"#);
    assert_snapshot!(select(books().lock(Lock::shared().nowait())), @"SQLite does not support a lock that does not wait: its one transaction that writes has waited when it began");
    assert_snapshot!(select(books().lock(Lock::update().skip_locked())), @"SQLite does not support leaving out locked rows: its one transaction that writes has all rows for itself");
    assert_snapshot!(select(books().lock(Lock::update().of(Book::author))), @"the query is invalid: a lock is on a relation that the query does not join; load it with `select_related`");
}

#[test]
fn a_lock_is_a_part_of_the_shape() {
    let selects = [
        books(),
        books().select_for_update(),
        books().lock(Lock::no_key_update()),
        books().lock(Lock::shared()),
        books().lock(Lock::update().nowait()),
        books().lock(Lock::shared().nowait()),
        books().lock(Lock::update().skip_locked()),
        books().lock(Lock::update().of(Book::author)),
        books().lock(Lock::update().of((Book::author, Book::author.country))),
    ]
    .map(|query| Select { query: query.into_query(), form: Form::Rows });
    let shapes: std::collections::HashSet<Vec<u64>> = selects.iter().map(|select| Walk::of(select).shape().to_vec()).collect();
    assert_eq!(shapes.len(), selects.len());
    let again = Select { query: books().lock(Lock::update().of(Book::author)).into_query(), form: Form::Rows };
    assert!(shapes.contains(Walk::of(&again).shape()));
}

#[test]
fn a_lock_on_what_may_lead_nowhere_is_refused() {
    let mentored = || Author::objects().order_by(()).select_related(Author::mentor).lock(Lock::update().of(Author::mentor));
    assert_snapshot!(query(mentored(), Form::Rows), @r"
    PostgreSQL: the query is invalid: a lock is on a relation that may lead nowhere; filter by a field behind it, such as `isnull(false)`
    MariaDB: the query is invalid: a lock is on a relation that may lead nowhere; filter by a field behind it, such as `isnull(false)`
    ");
    assert_snapshot!(query(mentored().filter(Author::mentor.name.isnull(false)), Form::Rows), @r#"
    PostgreSQL: "author" JOIN "author" AS t1 ON t1."id" = "author"."mentor_id" WHERE t1."name" IS NOT NULL FOR UPDATE OF "author", t1
    MariaDB: `author` JOIN `author` AS t1 ON t1.`id` = `author`.`mentor_id` WHERE t1.`name` IS NOT NULL FOR UPDATE
    MySQL: `author` JOIN `author` AS t1 ON t1.`id` = `author`.`mentor_id` WHERE t1.`name` IS NOT NULL FOR UPDATE OF `author`, t1
    "#);
}

#[derive(Model, Debug, Clone)]
struct Page {
    #[field(version)]
    version: i32,
    id: i64,
    title: String,
}

#[test]
fn a_version_is_compared_and_counted() {
    let page = Page { version: 7, id: 1, title: String::new() };
    assert_snapshot!(each(|dialect| sql(&UpdateRow::all(&page)?, dialect)), @r#"
    PostgreSQL: UPDATE "page" SET "title" = $1, "version" = "version" + 1 WHERE "id" = $2 AND "version" = $3
    MariaDB: UPDATE `page` SET `title` = ?, `version` = `version` + 1 WHERE `id` = ? AND `version` = ?
    "#);
    assert_snapshot!(each(|dialect| sql(&UpdateRow::of_fields(&page, (Page::title, Page::version))?, dialect)), @r#"
    PostgreSQL: UPDATE "page" SET "title" = $1, "version" = "version" + 1 WHERE "id" = $2 AND "version" = $3
    MariaDB: UPDATE `page` SET `title` = ?, `version` = `version` + 1 WHERE `id` = ? AND `version` = ?
    "#);
    assert_snapshot!(each(|dialect| sql(&DeleteRow::new(&page)?, dialect)), @r#"
    PostgreSQL: DELETE FROM "page" WHERE "id" = $1 AND "version" = $2
    MariaDB: DELETE FROM `page` WHERE `id` = ? AND `version` = ?
    "#);
    let update = || UpdateQuery::new(Page::objects().into_query(), Page::title.set("x"));
    assert_snapshot!(each(|dialect| sent(update(), dialect)), @r#"
    PostgreSQL: UPDATE "page" SET "title" = $1, "version" = (CAST("version" AS bigint) + $2)
    MariaDB: UPDATE `page` SET `title` = ?, `version` = (`version` + CAST(? AS SIGNED))
    "#);
}
