//! sqlx on a connection that is held, with persistent statements; and its pool, for many tasks.

use std::sync::LazyLock;

use sqlx_core::connection::ConnectOptions;
use sqlx_core::pool::{Pool, PoolOptions};
use sqlx_core::query::{Query, query};
use sqlx_core::row::Row;
use sqlx_mysql::{MySql, MySqlArguments, MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx_postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow, Postgres};

use super::{Client, Server, Shared, sql};
use crate::data;
use crate::raw::{Author, Book};

/// How sqlx reads a row of either server: a macro, for its bounds on columns are longer than what they are for.
macro_rules! reading {
    ($row:ty, $book:ident, $author:ident) => {
        fn $book(row: &$row) -> Book {
            Book {
                id: row.get(0),
                title: row.get(1),
                isbn: row.get(2),
                note: row.get(3),
                published: row.get(4),
                pages: row.get(5),
                price: row.get(6),
                in_print: row.get(7),
                author: row.get(8),
            }
        }

        fn $author(row: &$row, from: usize) -> Author {
            Author {
                id: row.get(from),
                name: row.get(from + 1),
                email: row.get(from + 2),
                born: row.get(from + 3),
                score: row.get(from + 4),
                active: row.get(from + 5),
            }
        }
    };
}

reading!(PgRow, pg_book, pg_author);
reading!(MySqlRow, mysql_book, mysql_author);

fn pg_options(server: Server) -> PgConnectOptions {
    server.url_without_tls().parse::<PgConnectOptions>().unwrap().disable_statement_logging()
}

fn mysql_options(server: Server) -> MySqlConnectOptions {
    server.url_without_tls().parse::<MySqlConnectOptions>().unwrap().disable_statement_logging()
}

/// A connection to PostgreSQL.
pub struct SqlxPostgres(PgConnection);

impl Client for SqlxPostgres {
    type Book = Book;
    type Related = (Book, Author);
    type Author = Author;
    type Draft = Book;

    async fn connect(server: Server) -> Self {
        SqlxPostgres(pg_options(server).connect().await.unwrap())
    }

    async fn get(&mut self, id: i64) -> Book {
        pg_book(&query::<Postgres>(sql::GET.postgres).bind(id).fetch_one(&mut self.0).await.unwrap())
    }

    async fn list(&mut self, rows: u32) -> Vec<Book> {
        let query = query::<Postgres>(sql::LIST.postgres).bind(i64::from(rows));
        query.fetch_all(&mut self.0).await.unwrap().iter().map(pg_book).collect()
    }

    async fn related(&mut self, rows: u32) -> Vec<(Book, Author)> {
        let rows = query::<Postgres>(sql::RELATED.postgres).bind(i64::from(rows)).fetch_all(&mut self.0).await.unwrap();
        rows.iter().map(|row| (pg_book(row), pg_author(row, 9))).collect()
    }

    async fn insert(&mut self, mut book: Book) -> Book {
        let query = query::<Postgres>(sql::INSERT.postgres)
            .bind(&book.title)
            .bind(&book.isbn)
            .bind(&book.note)
            .bind(book.published)
            .bind(book.pages)
            .bind(book.price)
            .bind(book.in_print)
            .bind(book.author);
        book.id = query.fetch_one(&mut self.0).await.unwrap().get(0);
        book
    }

    async fn insert_all(&mut self, mut books: Vec<Book>) -> Vec<Book> {
        let columns = super::postgres::Columns::of(&books);
        let query: Query<'_, Postgres, PgArguments> = query(sql::INSERT_ARRAYS)
            .bind(&columns.titles)
            .bind(&columns.isbns)
            .bind(&columns.notes)
            .bind(&columns.published)
            .bind(&columns.pages)
            .bind(&columns.prices)
            .bind(&columns.in_print)
            .bind(&columns.authors);
        let rows = query.fetch_all(&mut self.0).await.unwrap();
        assert_eq!(rows.len(), books.len());
        books.iter_mut().zip(&rows).for_each(|(book, row)| book.id = row.get(0));
        books
    }

    async fn author(&mut self, id: i64) -> Author {
        pg_author(&query::<Postgres>(sql::AUTHOR.postgres).bind(id).fetch_one(&mut self.0).await.unwrap(), 0)
    }

    async fn save(&mut self, author: &mut Author) {
        author.score += 1.0;
        let query = query::<Postgres>(sql::UPDATE.postgres)
            .bind(&author.name)
            .bind(&author.email)
            .bind(author.born)
            .bind(author.score)
            .bind(author.active)
            .bind(author.id);
        assert_eq!(query.execute(&mut self.0).await.unwrap().rows_affected(), 1);
    }

    async fn delete_new(&mut self) {
        query::<Postgres>(sql::DELETE_NEW.postgres).bind(data::BOOKS).execute(&mut self.0).await.unwrap();
    }
}

/// A connection to MariaDB.
pub struct SqlxMysql(MySqlConnection);

type MySqlQuery<'q> = Query<'q, MySql, MySqlArguments>;

fn bound<'q>(query: MySqlQuery<'q>, book: &'q Book) -> MySqlQuery<'q> {
    query
        .bind(&book.title)
        .bind(&book.isbn)
        .bind(&book.note)
        .bind(book.published)
        .bind(book.pages)
        .bind(book.price)
        .bind(book.in_print)
        .bind(book.author)
}

impl Client for SqlxMysql {
    type Book = Book;
    type Related = (Book, Author);
    type Author = Author;
    type Draft = Book;

    async fn connect(server: Server) -> Self {
        SqlxMysql(mysql_options(server).connect().await.unwrap())
    }

    async fn get(&mut self, id: i64) -> Book {
        mysql_book(&query::<MySql>(sql::GET.mysql).bind(id).fetch_one(&mut self.0).await.unwrap())
    }

    async fn list(&mut self, rows: u32) -> Vec<Book> {
        let query = query::<MySql>(sql::LIST.mysql).bind(rows);
        query.fetch_all(&mut self.0).await.unwrap().iter().map(mysql_book).collect()
    }

    async fn related(&mut self, rows: u32) -> Vec<(Book, Author)> {
        let rows = query::<MySql>(sql::RELATED.mysql).bind(rows).fetch_all(&mut self.0).await.unwrap();
        rows.iter().map(|row| (mysql_book(row), mysql_author(row, 9))).collect()
    }

    async fn insert(&mut self, mut book: Book) -> Book {
        book.id = bound(query(sql::INSERT.mysql), &book).execute(&mut self.0).await.unwrap().last_insert_id() as i64;
        book
    }

    async fn insert_all(&mut self, mut books: Vec<Book>) -> Vec<Book> {
        static SQL: LazyLock<&str> = LazyLock::new(|| sql::insert_rows(100).leak());
        let query = books.iter().fold(query(*SQL), bound);
        let first = query.execute(&mut self.0).await.unwrap().last_insert_id() as i64;
        books.iter_mut().zip(first..).for_each(|(book, key)| book.id = key);
        books
    }

    async fn author(&mut self, id: i64) -> Author {
        mysql_author(&query::<MySql>(sql::AUTHOR.mysql).bind(id).fetch_one(&mut self.0).await.unwrap(), 0)
    }

    async fn save(&mut self, author: &mut Author) {
        author.score += 1.0;
        let query = query::<MySql>(sql::UPDATE.mysql)
            .bind(&author.name)
            .bind(&author.email)
            .bind(author.born)
            .bind(author.score)
            .bind(author.active)
            .bind(author.id);
        assert_eq!(query.execute(&mut self.0).await.unwrap().rows_affected(), 1);
    }

    async fn delete_new(&mut self) {
        query::<MySql>(sql::DELETE_NEW.mysql).bind(data::BOOKS).execute(&mut self.0).await.unwrap();
    }
}

/// sqlx's pool over PostgreSQL, which may ask a connection whether it stands before each use, as it does unless it is told otherwise.
#[derive(Clone)]
pub struct SqlxPostgresShared<const PING: bool>(Pool<Postgres>);

impl<const PING: bool> Shared for SqlxPostgresShared<PING> {
    async fn connect(server: Server, connections: usize) -> Self {
        let options = PoolOptions::new().max_connections(connections as u32).test_before_acquire(PING);
        SqlxPostgresShared(options.connect_with(pg_options(server)).await.unwrap())
    }

    async fn get(&self, _: u64, id: i64) -> i32 {
        pg_book(&query::<Postgres>(sql::GET.postgres).bind(id).fetch_one(&self.0).await.unwrap()).pages
    }
}

/// sqlx's pool over MariaDB.
#[derive(Clone)]
pub struct SqlxMysqlShared<const PING: bool>(Pool<MySql>);

impl<const PING: bool> Shared for SqlxMysqlShared<PING> {
    async fn connect(server: Server, connections: usize) -> Self {
        let options = PoolOptions::new().max_connections(connections as u32).test_before_acquire(PING);
        SqlxMysqlShared(options.connect_with(mysql_options(server)).await.unwrap())
    }

    async fn get(&self, _: u64, id: i64) -> i32 {
        mysql_book(&query::<MySql>(sql::GET.mysql).bind(id).fetch_one(&self.0).await.unwrap()).pages
    }
}
