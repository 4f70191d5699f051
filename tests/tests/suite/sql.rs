//! The SQL of queries on SQLite: the joins that they need and no more, guards where NULLs are, and values always bound.

use amphi::Backend;
use amphi::prelude::*;
use insta::assert_snapshot;

use amphi_tests::library::{Author, Book};

/// The text behind the selected columns.
fn tail<M, S>(query: QuerySet<M, S>) -> String {
    let sql = query.to_sql(Backend::Sqlite).unwrap_or_else(|error| format!("FROM {error}"));
    sql.split_once("FROM ").map(|(_, tail)| tail.to_owned()).unwrap_or(sql)
}

fn books() -> QuerySet<Book> {
    Book::objects().order_by(())
}

#[test]
fn a_model_is_selected_by_the_names_of_its_columns() {
    assert_snapshot!(
        Author::objects().to_sql(Backend::Sqlite).unwrap(),
        @r#"SELECT "id", "name", "born", "country_id", "mentor_id" FROM "author""#
    );
}

#[test]
fn a_key_behind_a_foreign_key_needs_no_join() {
    assert_snapshot!(tail(books().filter(Book::author.id.eq(3))), @r#""book" WHERE "author_id" = ?"#);
    assert_snapshot!(tail(books().filter(Book::author.eq(3))), @r#""book" WHERE "author_id" = ?"#);
    assert_snapshot!(
        tail(books().filter(Book::author.country.id.eq(3))),
        @r#""book" JOIN "author" AS t1 ON t1."id" = "book"."author_id" WHERE t1."country_id" = ?"#
    );
}

#[test]
fn a_join_is_inner_where_the_filter_needs_its_row() {
    assert_snapshot!(
        tail(books().filter(Book::translator.name.eq("x"))),
        @r#""book" JOIN "author" AS t1 ON t1."id" = "book"."translator_id" WHERE t1."name" = ?"#
    );
    assert_snapshot!(
        tail(books().filter(Book::translator.name.eq("x") | Book::id.eq(1))),
        @r#""book" LEFT JOIN "author" AS t1 ON t1."id" = "book"."translator_id" WHERE (t1."name" = ? OR "book"."id" = ?)"#
    );
    assert_snapshot!(
        tail(books().filter(Book::translator.name.eq("x") | Book::id.eq(1)).filter(Book::translator.born.gt(1900))),
        @r#""book" JOIN "author" AS t1 ON t1."id" = "book"."translator_id" WHERE ((t1."name" = ? OR "book"."id" = ?) AND t1."born" > ?)"#
    );
    assert_snapshot!(
        tail(books().exclude(Book::translator.name.eq("x"))),
        @r#""book" LEFT JOIN "author" AS t1 ON t1."id" = "book"."translator_id" WHERE (t1."name" = ?) IS NOT TRUE"#
    );
    assert_snapshot!(
        tail(books().filter(Book::translator.mentor.isnull(true))),
        @r#""book" LEFT JOIN "author" AS t1 ON t1."id" = "book"."translator_id" WHERE t1."mentor_id" IS NULL"#
    );
}

#[test]
fn two_paths_to_one_table_are_two_joins() {
    assert_snapshot!(
        tail(books().filter(Book::author.name.eq("x") & Book::translator.name.eq("y") & Book::author.born.lt(1900))),
        @r#""book" JOIN "author" AS t1 ON t1."id" = "book"."author_id" JOIN "author" AS t2 ON t2."id" = "book"."translator_id" WHERE (t1."name" = ? AND t2."name" = ? AND t1."born" < ?)"#
    );
}

#[test]
fn exclude_guards_where_a_null_may_be_and_only_there() {
    assert_snapshot!(tail(books().exclude(Book::title.eq("x"))), @r#""book" WHERE NOT ("title" = ?)"#);
    assert_snapshot!(tail(books().exclude(Book::note.eq("x"))), @r#""book" WHERE ("note" = ?) IS NOT TRUE"#);
    assert_snapshot!(tail(books().filter(!!Book::note.eq("x"))), @r#""book" WHERE "note" = ?"#);
    assert_snapshot!(
        tail(books().exclude(Book::title.eq("x") & Book::note.isnull(true))),
        @r#""book" WHERE (NOT ("title" = ?) OR "note" IS NOT NULL)"#
    );
}

#[test]
fn a_foreign_key_and_none() {
    assert_snapshot!(tail(books().filter(Book::translator.eq(None))), @r#""book" WHERE "translator_id" IS NULL"#);
    assert_snapshot!(tail(books().filter(Book::translator.ne(None))), @r#""book" WHERE "translator_id" IS NOT NULL"#);
    assert_snapshot!(
        tail(books().filter(Book::translator.country.eq(None))),
        @r#""book" LEFT JOIN "author" AS t1 ON t1."id" = "book"."translator_id" WHERE t1."country_id" IS NULL"#
    );
}

#[test]
fn a_year_is_a_range() {
    assert_snapshot!(
        tail(books().filter(Book::published.year().eq(1974))),
        @r#""book" WHERE ("published" >= ? AND "published" < ?)"#
    );
}

#[derive(Model)]
struct Visit {
    id: i64,
    at: DateTime<Utc>,
    visitors: i64,
}

#[test]
fn a_year_on_any_clock_is_a_range_unless_the_clock_ran_through_its_start_twice() {
    let visits = |condition| tail(Visit::objects().filter(condition));
    let tokyo = FixedOffset::east_opt(9 * 3600).unwrap();
    assert_snapshot!(visits(Visit::at.year_at(tokyo).eq(1974)), @r#""visit" WHERE ("at" >= ? AND "at" < ?)"#);
    assert_snapshot!(visits(Visit::at.year_at(Tz::Europe__Warsaw).eq(1974)), @r#""visit" WHERE ("at" >= ? AND "at" < ?)"#);
    assert_snapshot!(visits(Visit::at.year_at(Tz::America__Phoenix).gt(1944)), @r#""visit" WHERE "at" >= ?"#);
    assert_snapshot!(
        visits(Visit::at.year_at(Tz::America__Phoenix).gte(1944)),
        @r#""visit" WHERE CAST(substr(amphi_local("at", 'America/Phoenix'), 1, 4) AS INTEGER) >= ?"#
    );
}

#[test]
fn integers_are_checked_where_64_bits_may_be_too_few() {
    assert_snapshot!(tail(books().filter((Book::pages * 2 + 1).gt(3))), @r#""book" WHERE (("pages" * ?) + ?) > ?"#);
    assert_snapshot!(
        tail(books().filter((-Book::pages * Book::pages * 2).gt(3))),
        @r#""book" WHERE amphi_integer((((- "pages") * "pages") * ?)) > ?"#
    );
    let visits = |condition| tail(Visit::objects().filter(condition));
    assert_snapshot!(visits((Visit::visitors + 1).gt(3)), @r#""visit" WHERE amphi_integer(("visitors" + ?)) > ?"#);
    assert_snapshot!(visits((-Visit::visitors / 2).gt(3)), @r#""visit" WHERE amphi_integer((amphi_integer((- "visitors")) / ?)) > ?"#);
    assert_snapshot!(visits((Visit::visitors % 2).eq(1)), @r#""visit" WHERE ("visitors" % ?) = ?"#);
}

#[test]
fn lists_and_queries() {
    assert_snapshot!(tail(books().filter(Book::id.in_([1, 2, 3]))), @r#""book" WHERE "id" IN rarray(?)"#);
    let ids = Author::objects().filter(Author::born.lt(1900)).values(Author::id);
    assert_snapshot!(
        tail(books().filter(Book::author.id.in_(ids))),
        @r#""book" WHERE "author_id" IN (SELECT "id" FROM "author" WHERE "born" < ?)"#
    );
}

#[test]
fn order_and_slice() {
    assert_snapshot!(
        tail(Book::objects().limit(3).offset(1)),
        @r#""book" ORDER BY "published" DESC, "title" ASC LIMIT ? OFFSET ?"#
    );
    assert_snapshot!(
        tail(Book::objects().order_by((Book::translator.name.asc().nulls_last(), Book::id.desc())).reverse()),
        @r#""book" LEFT JOIN "author" AS t1 ON t1."id" = "book"."translator_id" ORDER BY t1."name" DESC NULLS FIRST, "book"."id" ASC"#
    );
}

#[test]
fn a_slice_that_is_filtered_says_so() {
    assert_snapshot!(
        books().limit(1).filter(Book::id.eq(1)).to_sql(Backend::Sqlite).unwrap_err(),
        @"the query is invalid: a slice cannot be filtered; filter first, then slice"
    );
}

#[test]
fn a_relation_that_is_not_loaded_is_not_joined() {
    assert_snapshot!(
        Author::objects().select_related_if(false, Author::country).to_sql(Backend::Sqlite).unwrap(),
        @r#"SELECT "id", "name", "born", "country_id", "mentor_id", 0, NULL, NULL FROM "author""#
    );
}
