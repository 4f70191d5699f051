//! INSERT, UPDATE and DELETE.

use amphi::expr::Assignments;
use amphi::field::ColumnType;
use amphi::meta::{FieldMeta, ModelMeta};
use amphi::model::Model as _;
use amphi::prelude::*;
use insta::assert_snapshot;
use orm_core::ops::{DeleteQuery, UpdateQuery};
use orm_core::sql::{Insert, InsertMany, MARIADB, MYSQL, POSTGRES, SQLITE, UpdateRow};
use orm_core::statement::Walk;
use rust_decimal::Decimal;

use super::{each, sent, sql};
use amphi_tests::library::{Author, Book};

#[derive(Model, Debug, Clone, PartialEq)]
struct Row {
    id: i64,
    count: i32,
    name: Option<String>,
    #[field(max_digits = 8, decimal_places = 3)]
    price: Option<Decimal>,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Ticket {
    id: i64,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct Code {
    #[field(primary_key, max_length = 8)]
    code: String,
}

fn rows(count: i32) -> Vec<Row> {
    (0..count).map(|count| Row { id: 0, count, name: Some(count.to_string()), price: None }).collect()
}

fn tickets(count: usize) -> Vec<Ticket> {
    vec![Ticket { id: 0 }; count]
}

#[test]
fn an_insert_tells_the_key_where_it_can() {
    let rows = rows(1);
    assert_snapshot!(each(|dialect| sql(&Insert::row(&rows[0], false)?, dialect)), @r#"
    PostgreSQL: INSERT INTO "row" ("count", "name", "price") VALUES ($1, $2, $3) RETURNING "id"
    MariaDB: INSERT INTO `row` (`count`, `name`, `price`) VALUES (?, ?, ?) RETURNING `id`
    MySQL: INSERT INTO `row` (`count`, `name`, `price`) VALUES (?, ?, ?)
    "#);
    assert_snapshot!(each(|dialect| sql(&Insert::row(&Ticket { id: 0 }, false)?, dialect)), @r#"
    PostgreSQL: INSERT INTO "ticket" DEFAULT VALUES RETURNING "id"
    MariaDB: INSERT INTO `ticket` () VALUES () RETURNING `id`
    MySQL: INSERT INTO `ticket` () VALUES ()
    "#);
    assert_snapshot!(each(|dialect| sql(&Insert::row(&Code { code: "x".into() }, false)?, dialect)), @r#"
    PostgreSQL: INSERT INTO "code" ("code") VALUES ($1)
    MariaDB: INSERT INTO `code` (`code`) VALUES (?)
    "#);
}

#[test]
fn many_rows_are_one_statement() {
    assert_snapshot!(each(|dialect| sql(&InsertMany::of(&rows(2), false, dialect)?, dialect)), @r#"
    PostgreSQL: INSERT INTO "row" ("count", "name", "price") SELECT * FROM unnest($1::bigint[], $2::text[], $3::numeric[]) RETURNING "id"
    MariaDB: INSERT INTO `row` (`count`, `name`, `price`) VALUES (?, ?, ?), (?, ?, ?) RETURNING `id`
    MySQL: INSERT INTO `row` (`count`, `name`, `price`) VALUES (?, ?, ?), (?, ?, ?)
    "#);
    assert_snapshot!(each(|dialect| sql(&InsertMany::of(&tickets(3), false, dialect)?, dialect)), @r#"
    PostgreSQL: INSERT INTO "ticket" SELECT FROM generate_series(1, $1) RETURNING "id"
    MariaDB: INSERT INTO `ticket` () VALUES (), (), () RETURNING `id`
    MySQL: INSERT INTO `ticket` () VALUES (), (), ()
    "#);
    assert_snapshot!(each(|dialect| sql(&InsertMany::of(&[Code { code: "x".into() }], false, dialect)?, dialect)), @r#"
    PostgreSQL: INSERT INTO "code" ("code") SELECT * FROM unnest($1::text[])
    MariaDB: INSERT INTO `code` (`code`) VALUES (?)
    "#);
}

#[test]
fn lists_have_one_shape_for_any_number_of_rows() {
    let shape = |rows: &[Row], dialect| Walk::of(&InsertMany::of(rows, false, dialect).unwrap()).shape().to_vec();
    assert_eq!(shape(&rows(1), &POSTGRES), shape(&rows(7), &POSTGRES));
    assert_ne!(shape(&rows(1), &MYSQL), shape(&rows(7), &MYSQL));
    let shape = |tickets: &[Ticket]| Walk::of(&InsertMany::of(tickets, false, &POSTGRES).unwrap()).shape().to_vec();
    assert_eq!(shape(&tickets(1)), shape(&tickets(7)));
}

#[test]
fn a_chunk_binds_no_more_than_the_database_takes() {
    static WIDE: ModelMeta = ModelMeta {
        name: "Wide",
        table: "wide",
        fields: &[const { FieldMeta::new("x", "x", ColumnType::I64, false) }; 71],
        key: &[0],
        generated_key: true,
        ordering: &[],
        unique_together: &[],
        relations: &[],
        ..ModelMeta::new("", "", &[])
    };
    assert_eq!(InsertMany::most_rows(&WIDE, false, &MYSQL), 65_535 / 70);
    assert_eq!(InsertMany::most_rows(Row::META, false, &MARIADB), 1_000);
    assert_eq!(InsertMany::most_rows(Ticket::META, false, &MYSQL), 1_000);
    assert_eq!(InsertMany::most_rows(Row::META, false, &POSTGRES), 10_000);
    assert_eq!(InsertMany::most_rows(Row::META, false, &SQLITE), 1);
}

#[test]
fn a_row_is_updated_by_its_key() {
    let rows = rows(1);
    assert_snapshot!(each(|dialect| sql(&UpdateRow::all(&rows[0])?, dialect)), @r#"
    PostgreSQL: UPDATE "row" SET "count" = $1, "name" = $2, "price" = $3 WHERE "id" = $4
    MariaDB: UPDATE `row` SET `count` = ?, `name` = ?, `price` = ? WHERE `id` = ?
    "#);
}

fn update<M>(query: QuerySet<M>, set: impl Assignments<M> + Clone) -> String {
    each(|dialect| sent(UpdateQuery::new(query.clone().into_query(), set.clone()), dialect))
}

fn delete<M>(query: QuerySet<M>) -> String {
    each(|dialect| sent(DeleteQuery::new(query.clone().into_query()), dialect))
}

#[test]
fn a_computed_decimal_is_not_rounded_silently() {
    assert_snapshot!(update(Row::objects(), Row::price.set(Row::price * Decimal::TEN)), @r#"
    PostgreSQL: UPDATE "row" SET "price" = (SELECT CASE WHEN v <> round(v, 3) THEN 1e8 ELSE v END FROM (SELECT ("price" * $1) AS v) AS computed)
    MariaDB: UPDATE `row` SET `price` = CASE WHEN (`price` * CAST(? AS DECIMAL(65, 28))) <> ROUND((`price` * CAST(? AS DECIMAL(65, 28))), 3) THEN 100000000 ELSE (`price` * CAST(? AS DECIMAL(65, 28))) END
    "#);
    assert_snapshot!(update(Row::objects(), Row::price.set(Decimal::TEN)), @r#"
    PostgreSQL: UPDATE "row" SET "price" = $1
    MariaDB: UPDATE `row` SET `price` = CAST(? AS DECIMAL(65, 28))
    "#);
}

#[test]
fn a_field_is_read_before_it_is_set() {
    assert_snapshot!(update(Row::objects(), (Row::count.set(Row::count + 1), Row::id.set(1), Row::name.set("x"))), @r#"
    PostgreSQL: UPDATE "row" SET "count" = (CAST("count" AS bigint) + $1), "id" = $2, "name" = $3
    MariaDB: UPDATE `row` SET `count` = (`count` + CAST(? AS SIGNED)), `id` = ?, `name` = ?
    "#);
    assert_snapshot!(update(Book::objects(), (Book::title.set("x"), Book::note.set(Book::title))), @r#"
    PostgreSQL: UPDATE "book" SET "title" = $1, "note" = "title"
    MariaDB: UPDATE `book` SET `note` = `title`, `title` = ?
    "#);
    assert_snapshot!(update(Author::objects(), (Author::born.set(Author::born + 1), Author::name.set("x"))), @r#"
    PostgreSQL: UPDATE "author" SET "born" = (CAST("born" AS bigint) + $1), "name" = $2
    MariaDB: UPDATE `author` SET `born` = (`born` + CAST(? AS SIGNED)), `name` = ?
    "#);
}

#[test]
fn a_write_that_joins_or_asks() {
    assert_snapshot!(update(Book::objects().filter(Book::author.name.eq("x")), Book::pages.set(1)), @r#"
    PostgreSQL: UPDATE "book" SET "pages" = $1 WHERE "id" IN (SELECT "book"."id" FROM "book" JOIN "author" AS t1 ON t1."id" = "book"."author_id" WHERE t1."name" = $2)
    MariaDB: UPDATE `book` SET `pages` = ? WHERE `id` IN (SELECT amphi_1 FROM (SELECT DISTINCT `book`.`id` AS amphi_1 FROM `book` JOIN `author` AS t1 ON t1.`id` = `book`.`author_id` WHERE t1.`name` = ?) AS members)
    "#);
    let inner = Book::objects().filter(Book::pages.gt(9)).values(Book::id);
    assert_snapshot!(delete(Book::objects().filter(Book::id.in_(inner))), @r#"
    PostgreSQL: DELETE FROM "book" WHERE "id" IN (SELECT "id" FROM "book" WHERE "pages" > $1 ORDER BY "book"."published" DESC, "book"."title" ASC)
    MariaDB: DELETE FROM `book` WHERE `id` IN (SELECT amphi_1 FROM (SELECT DISTINCT `id` AS amphi_1 FROM `book` WHERE `pages` > ?) AS members)
    "#);
    let inner = Book::objects().order_by(Book::id).limit(3).values(Book::id);
    assert_snapshot!(delete(Book::objects().filter(Book::id.in_(inner) & Book::author.born.eq(1))), @r#"
    PostgreSQL: DELETE FROM "book" WHERE "id" IN (SELECT "book"."id" FROM "book" JOIN "author" AS t1 ON t1."id" = "book"."author_id" WHERE ("book"."id" IN (SELECT "id" FROM "book" ORDER BY "book"."id" ASC LIMIT $1) AND t1."born" = $2))
    MariaDB: DELETE FROM `book` WHERE `id` IN (SELECT amphi_1 FROM (SELECT DISTINCT `book`.`id` AS amphi_1 FROM `book` JOIN `author` AS t1 ON t1.`id` = `book`.`author_id` WHERE (`book`.`id` IN (SELECT amphi_1 FROM (SELECT `id` AS amphi_1 FROM `book` ORDER BY `id` ASC LIMIT ?) AS members) AND t1.`born` = ?)) AS members)
    "#);
}
