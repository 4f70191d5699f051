//! Joins, slices, order, queries within queries.

use amphi::prelude::*;
use insta::assert_snapshot;
use orm_core::sql::Form;

use super::{query, whole};
use amphi_tests::library::{Author, Book};

fn books() -> QuerySet<Book> {
    Book::objects().order_by(())
}

#[test]
fn columns_and_joins() {
    assert_snapshot!(whole(Author::objects().filter(Author::country.name.eq("x") & Author::born.gt(1900)), Form::Rows), @r#"
    PostgreSQL: SELECT "author"."id", "author"."name", "author"."born", "author"."country_id", "author"."mentor_id" FROM "author" JOIN "country" AS t1 ON t1."id" = "author"."country_id" WHERE (t1."name" = $1 AND "author"."born" > $2)
    MariaDB: SELECT `author`.`id`, `author`.`name`, `author`.`born`, `author`.`country_id`, `author`.`mentor_id` FROM `author` JOIN `country` AS t1 ON t1.`id` = `author`.`country_id` WHERE (t1.`name` = ? AND `author`.`born` > ?)
    "#);
    assert_snapshot!(whole(Author::objects().select_related_if(false, Author::country), Form::Rows), @r#"
    PostgreSQL: SELECT "id", "name", "born", "country_id", "mentor_id", FALSE, NULL, NULL FROM "author"
    MariaDB: SELECT `id`, `name`, `born`, `country_id`, `mentor_id`, 0, NULL, NULL FROM `author`
    "#);
    assert_snapshot!(whole(Author::objects().select_related_if(true, Author::country).filter(Author::id.eq(1)), Form::Rows), @r#"
    PostgreSQL: SELECT "author"."id", "author"."name", "author"."born", "author"."country_id", "author"."mentor_id", TRUE, t1."id", t1."name" FROM "author" JOIN "country" AS t1 ON t1."id" = "author"."country_id" WHERE "author"."id" = $1
    MariaDB: SELECT `author`.`id`, `author`.`name`, `author`.`born`, `author`.`country_id`, `author`.`mentor_id`, 1, t1.`id`, t1.`name` FROM `author` JOIN `country` AS t1 ON t1.`id` = `author`.`country_id` WHERE `author`.`id` = ?
    "#);
}

#[test]
fn slices() {
    assert_snapshot!(query(books().limit(3), Form::Rows), @r#"
    PostgreSQL: "book" LIMIT $1
    MariaDB: `book` LIMIT ?
    "#);
    assert_snapshot!(query(books().slice(2..5), Form::Rows), @r#"
    PostgreSQL: "book" LIMIT $1 OFFSET $2
    MariaDB: `book` LIMIT ? OFFSET ?
    "#);
    assert_snapshot!(query(books().offset(2), Form::Rows), @r#"
    PostgreSQL: "book" OFFSET $1
    MariaDB: `book` LIMIT 18446744073709551615 OFFSET ?
    "#);
    assert_snapshot!(whole(books().offset(2), Form::Count), @r#"
    PostgreSQL: SELECT COUNT(*) FROM (SELECT 1 FROM "book" OFFSET $1) AS counted
    MariaDB: SELECT COUNT(*) FROM (SELECT 1 FROM `book` LIMIT 18446744073709551615 OFFSET ?) AS counted
    "#);
    assert_snapshot!(whole(books().values((Book::pages, Book::pages)).distinct(), Form::Count), @r#"
    PostgreSQL: SELECT COUNT(*) FROM (SELECT DISTINCT "pages", "pages" FROM "book") AS counted
    MariaDB: SELECT COUNT(*) FROM (SELECT DISTINCT `pages` AS amphi_1, `pages` AS amphi_2 FROM `book`) AS counted
    "#);
    assert_snapshot!(whole(books().filter(Book::id.eq(1)), Form::Exists), @r#"
    PostgreSQL: SELECT 1 FROM "book" WHERE "id" = $1 LIMIT 1
    MariaDB: SELECT 1 FROM `book` WHERE `id` = ? LIMIT 1
    "#);
}

#[test]
fn order() {
    assert_snapshot!(query(Book::objects().reverse(), Form::Rows), @r#"
    PostgreSQL: "book" ORDER BY "book"."published" ASC, "book"."title" DESC
    MariaDB: `book` ORDER BY `published` ASC, `title` DESC
    "#);
    let nulls = |order| query(books().order_by(order), Form::Rows);
    assert_snapshot!(nulls(Book::note.asc().nulls_first()), @r#"
    PostgreSQL: "book" ORDER BY "book"."note" ASC NULLS FIRST
    MariaDB: `book` ORDER BY `note` ASC
    "#);
    assert_snapshot!(nulls(Book::note.asc().nulls_last()), @r#"
    PostgreSQL: "book" ORDER BY "book"."note" ASC NULLS LAST
    MariaDB: `book` ORDER BY `note` IS NULL ASC, `note` ASC
    "#);
    assert_snapshot!(nulls(Book::note.desc().nulls_first()), @r#"
    PostgreSQL: "book" ORDER BY "book"."note" DESC NULLS FIRST
    MariaDB: `book` ORDER BY `note` IS NULL DESC, `note` DESC
    "#);
    assert_snapshot!(nulls(Book::note.desc().nulls_last()), @r#"
    PostgreSQL: "book" ORDER BY "book"."note" DESC NULLS LAST
    MariaDB: `book` ORDER BY `note` DESC
    "#);
    assert_snapshot!(query(books().order_by(Book::note.desc().nulls_first()).reverse(), Form::Rows), @r#"
    PostgreSQL: "book" ORDER BY "book"."note" ASC NULLS LAST
    MariaDB: `book` ORDER BY `note` IS NULL ASC, `note` ASC
    "#);
    assert_snapshot!(query(books().order_by((Expr::<Book, i64>::value(1).asc(), Book::translator.name.desc())), Form::Rows), @r#"
    PostgreSQL: "book" LEFT JOIN "author" AS t1 ON t1."id" = "book"."translator_id" ORDER BY $1 ASC, t1."name" DESC
    MariaDB: `book` LEFT JOIN `author` AS t1 ON t1.`id` = `book`.`translator_id` ORDER BY NULL, t1.`name` DESC
    "#);
}

#[test]
fn members() {
    assert_snapshot!(query(books().filter(Book::id.in_([1, 2])), Form::Rows), @r#"
    PostgreSQL: "book" WHERE "id" = ANY($1)
    MariaDB: `book` WHERE `id` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v BIGINT PATH '$')) AS listed)
    "#);
    assert_snapshot!(query(books().filter(Book::title.in_(["a"])), Form::Rows), @r#"
    PostgreSQL: "book" WHERE "title" = ANY($1)
    MariaDB: `book` WHERE `title` IN (SELECT v COLLATE utf8mb4_nopad_bin FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS listed)
    MySQL: `book` WHERE `title` IN (SELECT v COLLATE utf8mb4_0900_bin FROM JSON_TABLE(?, '$[*]' COLUMNS (v LONGTEXT CHARACTER SET utf8mb4 PATH '$')) AS listed)
    "#);
    let authors = || Author::objects().filter(Author::born.lt(1900)).values(Author::id);
    assert_snapshot!(query(books().filter(Book::author.id.in_(authors())), Form::Rows), @r#"
    PostgreSQL: "book" WHERE "author_id" IN (SELECT "id" FROM "author" WHERE "born" < $1)
    MariaDB: `book` WHERE `author_id` IN (SELECT `id` FROM `author` WHERE `born` < ?)
    "#);
    assert_snapshot!(query(books().exclude(Book::author.id.in_(authors().none())), Form::Rows), @r#"
    PostgreSQL: "book" WHERE ("author_id" IN (NULL)) IS NOT TRUE
    MariaDB: `book` WHERE (`author_id` IN (NULL)) IS NOT TRUE
    "#);
    let sliced = authors().order_by(Author::name).limit(3);
    assert_snapshot!(query(books().filter(Book::author.id.in_(sliced)), Form::Rows), @r#"
    PostgreSQL: "book" WHERE "author_id" IN (SELECT "id" FROM "author" WHERE "born" < $1 ORDER BY "author"."name" ASC LIMIT $2)
    MariaDB: `book` WHERE `author_id` IN (SELECT amphi_1 FROM (SELECT `id` AS amphi_1 FROM `author` WHERE `born` < ? ORDER BY `name` ASC LIMIT ?) AS members)
    "#);
}
