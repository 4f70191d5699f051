//! tokio-postgres, and the `postgres` crate, which blocks on it.

use std::sync::Arc;

use chrono::NaiveDate;
use tokio_postgres::{NoTls, Row, Statement};

use super::{BlockingClient, Client, Server, Shared, sql};
use crate::data;
use crate::raw::{Author, Book};

fn book(row: &Row) -> Book {
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

fn author(row: &Row, from: usize) -> Author {
    Author {
        id: row.get(from),
        name: row.get(from + 1),
        email: row.get(from + 2),
        born: row.get(from + 3),
        score: row.get(from + 4),
        active: row.get(from + 5),
    }
}

/// The columns of books, as arrays that borrow their texts.
#[derive(Default)]
pub struct Columns<'b> {
    pub titles: Vec<&'b str>,
    pub isbns: Vec<&'b str>,
    pub notes: Vec<Option<&'b str>>,
    pub published: Vec<NaiveDate>,
    pub pages: Vec<i32>,
    pub prices: Vec<f64>,
    pub in_print: Vec<bool>,
    pub authors: Vec<i64>,
}

impl<'b> Columns<'b> {
    pub fn of(books: &'b [Book]) -> Self {
        Columns {
            titles: books.iter().map(|book| book.title.as_str()).collect(),
            isbns: books.iter().map(|book| book.isbn.as_str()).collect(),
            notes: books.iter().map(|book| book.note.as_deref()).collect(),
            published: books.iter().map(|book| book.published).collect(),
            pages: books.iter().map(|book| book.pages).collect(),
            prices: books.iter().map(|book| book.price).collect(),
            in_print: books.iter().map(|book| book.in_print).collect(),
            authors: books.iter().map(|book| book.author).collect(),
        }
    }
}

struct Statements {
    get: Statement,
    list: Statement,
    related: Statement,
    author: Statement,
    insert: Statement,
    insert_all: Statement,
    update: Statement,
    delete_new: Statement,
}

/// A client and its statements. Its connection is driven by a task of its own, as the crate would have it.
pub struct TokioPostgres {
    client: tokio_postgres::Client,
    statements: Statements,
}

async fn client(server: Server) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(server.url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

impl Client for TokioPostgres {
    type Book = Book;
    type Related = (Book, Author);
    type Author = Author;
    type Draft = Book;

    async fn connect(server: Server) -> Self {
        let client = client(server).await;
        let statements = Statements {
            get: client.prepare(sql::GET.postgres).await.unwrap(),
            list: client.prepare(sql::LIST.postgres).await.unwrap(),
            related: client.prepare(sql::RELATED.postgres).await.unwrap(),
            author: client.prepare(sql::AUTHOR.postgres).await.unwrap(),
            insert: client.prepare(sql::INSERT.postgres).await.unwrap(),
            insert_all: client.prepare(sql::INSERT_ARRAYS).await.unwrap(),
            update: client.prepare(sql::UPDATE.postgres).await.unwrap(),
            delete_new: client.prepare(sql::DELETE_NEW.postgres).await.unwrap(),
        };
        TokioPostgres { client, statements }
    }

    async fn get(&mut self, id: i64) -> Book {
        book(&self.client.query_one(&self.statements.get, &[&id]).await.unwrap())
    }

    async fn list(&mut self, rows: u32) -> Vec<Book> {
        self.client.query(&self.statements.list, &[&i64::from(rows)]).await.unwrap().iter().map(book).collect()
    }

    async fn related(&mut self, rows: u32) -> Vec<(Book, Author)> {
        let rows = self.client.query(&self.statements.related, &[&i64::from(rows)]).await.unwrap();
        rows.iter().map(|row| (book(row), author(row, 9))).collect()
    }

    async fn insert(&mut self, mut new: Book) -> Book {
        let Book { title, isbn, note, published, pages, price, in_print, author, .. } = &new;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
            [title, isbn, note, published, pages, price, in_print, author];
        new.id = self.client.query_one(&self.statements.insert, &values).await.unwrap().get(0);
        new
    }

    async fn insert_all(&mut self, mut books: Vec<Book>) -> Vec<Book> {
        let columns = Columns::of(&books);
        let Columns { titles, isbns, notes, published, pages, prices, in_print, authors } = &columns;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
            [titles, isbns, notes, published, pages, prices, in_print, authors];
        let rows = self.client.query(&self.statements.insert_all, &values).await.unwrap();
        assert_eq!(rows.len(), books.len());
        books.iter_mut().zip(&rows).for_each(|(book, row)| book.id = row.get(0));
        books
    }

    async fn author(&mut self, id: i64) -> Author {
        author(&self.client.query_one(&self.statements.author, &[&id]).await.unwrap(), 0)
    }

    async fn save(&mut self, author: &mut Author) {
        author.score += 1.0;
        let Author { id, name, email, born, score, active } = author;
        let touched = self.client.execute(&self.statements.update, &[name, email, born, score, active, id]).await.unwrap();
        assert_eq!(touched, 1);
    }

    async fn delete_new(&mut self) {
        self.client.execute(&self.statements.delete_new, &[&data::BOOKS]).await.unwrap();
    }
}

/// Clients that each serve several tasks, whose requests go out one behind the other without waiting for answers.
#[derive(Clone)]
pub struct Pipelined(Arc<[(tokio_postgres::Client, Statement)]>);

impl Shared for Pipelined {
    async fn connect(server: Server, connections: usize) -> Self {
        let mut clients = Vec::new();
        for _ in 0..connections {
            let client = client(server).await;
            let get = client.prepare(sql::GET.postgres).await.unwrap();
            clients.push((client, get));
        }
        Pipelined(clients.into())
    }

    async fn get(&self, task: u64, id: i64) -> i32 {
        let (client, get) = &self.0[task as usize % self.0.len()];
        book(&client.query_one(get, &[&id]).await.unwrap()).pages
    }
}

/// The `postgres` crate, whose small runtime runs on the caller's thread.
pub struct BlockingPostgres {
    client: ::postgres::Client,
    get: Statement,
    list: Statement,
    author: Statement,
    insert_all: Statement,
    update: Statement,
    delete_new: Statement,
}

impl BlockingClient for BlockingPostgres {
    type Book = Book;
    type Draft = Book;
    type Author = Author;

    fn connect(server: Server) -> Self {
        let mut client = ::postgres::Client::connect(server.url(), NoTls).unwrap();
        let mut prepared = |sql| client.prepare(sql).unwrap();
        let (get, list, author) = (prepared(sql::GET.postgres), prepared(sql::LIST.postgres), prepared(sql::AUTHOR.postgres));
        let (insert_all, update) = (prepared(sql::INSERT_ARRAYS), prepared(sql::UPDATE.postgres));
        let delete_new = prepared(sql::DELETE_NEW.postgres);
        BlockingPostgres { client, get, list, author, insert_all, update, delete_new }
    }

    fn get(&mut self, id: i64) -> Book {
        book(&self.client.query_one(&self.get, &[&id]).unwrap())
    }

    fn list(&mut self, rows: u32) -> Vec<Book> {
        self.client.query(&self.list, &[&i64::from(rows)]).unwrap().iter().map(book).collect()
    }

    fn insert_all(&mut self, mut books: Vec<Book>) -> Vec<Book> {
        let columns = Columns::of(&books);
        let Columns { titles, isbns, notes, published, pages, prices, in_print, authors } = &columns;
        let values: [&(dyn tokio_postgres::types::ToSql + Sync); 8] =
            [titles, isbns, notes, published, pages, prices, in_print, authors];
        let rows = self.client.query(&self.insert_all, &values).unwrap();
        assert_eq!(rows.len(), books.len());
        books.iter_mut().zip(&rows).for_each(|(book, row)| book.id = row.get(0));
        books
    }

    fn author(&mut self, id: i64) -> Author {
        author(&self.client.query_one(&self.author, &[&id]).unwrap(), 0)
    }

    fn save(&mut self, author: &mut Author) {
        author.score += 1.0;
        let Author { id, name, email, born, score, active } = author;
        assert_eq!(self.client.execute(&self.update, &[name, email, born, score, active, id]).unwrap(), 1);
    }

    fn delete_new(&mut self) {
        self.client.execute(&self.delete_new, &[&data::BOOKS]).unwrap();
    }
}
