//! What a deletion sends: a statement for each model, and none that loads the rows that go along.

use amphi::prelude::*;
use insta::assert_snapshot;
use orm_core::ops::{DeleteQuery, RemoveRow};
use orm_core::sql::{DeleteRow, MARIADB, POSTGRES, SQLITE};

use super::sent;
use amphi_tests::library::{Author, Book, Country};

#[derive(Model, Debug, Clone)]
struct Node {
    id: i64,
    #[field(on_delete = Cascade)]
    parent: Option<ForeignKey<Node>>,
}

#[derive(Model, Debug, Clone)]
struct Guard {
    id: i64,
}

#[derive(Model, Debug, Clone)]
struct Guarded {
    id: i64,
    guard: ForeignKey<Guard>,
    #[field(on_delete = Restrict)]
    other: Option<ForeignKey<Guard>>,
}

fn sqlite<M>(query: QuerySet<M>) -> String {
    sent(DeleteQuery::new(query.into_query()), &SQLITE).unwrap()
}

#[test]
fn a_model_that_nothing_points_at_is_one_statement() {
    assert_snapshot!(sqlite(Book::objects().filter(Book::id.eq(1))), @r#"DELETE FROM "book" WHERE "id" = ?"#);
    let row = Guarded { id: 1, guard: ForeignKey::new(1), other: None };
    assert_snapshot!(sent(RemoveRow::new(DeleteRow::new(&row).unwrap()), &SQLITE).unwrap(), @r#"DELETE FROM "guarded" WHERE "id" = ?"#);
}

#[test]
fn each_model_is_one_statement() {
    assert_snapshot!(sqlite(Country::objects().filter(Country::name.eq("Poland"))), @r#"
    BEGIN IMMEDIATE
    UPDATE "author" SET "mentor_id" = ? WHERE "mentor_id" IN (SELECT "id" FROM "author" WHERE "country_id" IN (SELECT "id" FROM "country" WHERE "name" = ?))
    UPDATE "book" SET "translator_id" = ? WHERE "translator_id" IN (SELECT "id" FROM "author" WHERE "country_id" IN (SELECT "id" FROM "country" WHERE "name" = ?))
    DELETE FROM "book" WHERE "author_id" IN (SELECT "id" FROM "author" WHERE "country_id" IN (SELECT "id" FROM "country" WHERE "name" = ?))
    DELETE FROM "author" WHERE "country_id" IN (SELECT "id" FROM "country" WHERE "name" = ?)
    DELETE FROM "country" WHERE "name" = ?
    COMMIT
    "#);
    assert_snapshot!(sqlite(Author::objects().filter(Author::id.in_([1, 2]))), @r#"
    BEGIN IMMEDIATE
    UPDATE "author" SET "mentor_id" = ? WHERE "mentor_id" IN rarray(?)
    UPDATE "book" SET "translator_id" = ? WHERE "translator_id" IN rarray(?)
    DELETE FROM "book" WHERE "author_id" IN rarray(?)
    DELETE FROM "author" WHERE "id" IN rarray(?)
    COMMIT
    "#);
    assert_snapshot!(sqlite(Author::objects()), @r#"
    BEGIN IMMEDIATE
    UPDATE "author" SET "mentor_id" = ? WHERE "mentor_id" IN (SELECT "id" FROM "author")
    UPDATE "book" SET "translator_id" = ? WHERE "translator_id" IN (SELECT "id" FROM "author")
    DELETE FROM "book" WHERE "author_id" IN (SELECT "id" FROM "author")
    DELETE FROM "author"
    COMMIT
    "#);
    let country = Country { id: 1, name: String::new() };
    assert_snapshot!(sent(RemoveRow::new(DeleteRow::new(&country).unwrap()), &MARIADB).unwrap(), @r#"
    BEGIN
    UPDATE `author` SET `mentor_id` = ? WHERE `mentor_id` IN (SELECT amphi_1 FROM (SELECT DISTINCT `id` AS amphi_1 FROM `author` WHERE `country_id` = ?) AS members)
    UPDATE `book` SET `translator_id` = ? WHERE `translator_id` IN (SELECT amphi_1 FROM (SELECT DISTINCT `id` AS amphi_1 FROM `author` WHERE `country_id` = ?) AS members)
    DELETE FROM `book` WHERE `author_id` IN (SELECT amphi_1 FROM (SELECT DISTINCT `id` AS amphi_1 FROM `author` WHERE `country_id` = ?) AS members)
    DELETE FROM `author` WHERE `country_id` = ?
    DELETE FROM `country` WHERE `id` = ?
    ROLLBACK
    "#);
}

#[test]
fn a_filter_that_may_change_its_mind_is_asked_first() {
    // Nothing is found here, so that nothing follows.
    assert_snapshot!(sqlite(Country::objects().filter(Country::id.in_(Author::objects().values(Author::country.id)))), @r#"
    BEGIN IMMEDIATE
    SELECT "id" FROM "country" WHERE "id" IN (SELECT "country_id" FROM "author")
    COMMIT
    "#);
    assert_snapshot!(sqlite(Author::objects().filter(Author::country.name.eq("Poland"))), @r#"
    BEGIN IMMEDIATE
    SELECT "author"."id" FROM "author" JOIN "country" AS t1 ON t1."id" = "author"."country_id" WHERE t1."name" = ?
    COMMIT
    "#);
    assert_snapshot!(sqlite(Author::objects().filter(Author::name.eq("Lem"))), @r#"
    BEGIN IMMEDIATE
    SELECT "id" FROM "author" WHERE "name" = ?
    COMMIT
    "#);
    assert_snapshot!(sqlite(Node::objects()), @r#"
    BEGIN IMMEDIATE
    SELECT "id" FROM "node"
    COMMIT
    "#);
    // Where rows can be locked, they are.
    let query = || Country::objects().filter(Country::name.eq("Poland")).into_query();
    assert_snapshot!(sent(DeleteQuery::new(query()), &POSTGRES).unwrap(), @r#"
    BEGIN
    SELECT "id" FROM "country" WHERE "name" = $1 FOR UPDATE
    COMMIT
    "#);
}

#[test]
fn what_stands_in_the_way_is_asked_for_first() {
    assert_snapshot!(sqlite(Guard::objects().filter(Guard::id.eq(1))), @r#"
    BEGIN IMMEDIATE
    SELECT 1 FROM "guarded" WHERE "guard_id" = ? LIMIT 1
    SELECT 1 FROM "guarded" WHERE "other_id" = ? LIMIT 1
    DELETE FROM "guard" WHERE "id" = ?
    COMMIT
    "#);
}
