//! mysql_async, and the `mysql` crate, which blocks on a socket of its own.

use ::mysql::prelude::Queryable as _;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Opts, OptsBuilder, Params, PoolConstraints, PoolOpts, Row, Statement, Value};

use super::{BlockingClient, Client, Server, Shared, sql};
use crate::data;
use crate::raw::{Author, Book};

/// The rows of one bulk insert.
const BULK: usize = 100;

fn book(row: &mut Row) -> Book {
    Book {
        id: row.take(0).unwrap(),
        title: row.take(1).unwrap(),
        isbn: row.take(2).unwrap(),
        note: row.take(3).unwrap(),
        published: row.take(4).unwrap(),
        pages: row.take(5).unwrap(),
        price: row.take(6).unwrap(),
        in_print: row.take(7).unwrap(),
        author: row.take(8).unwrap(),
    }
}

fn author(row: &mut Row, from: usize) -> Author {
    Author {
        id: row.take(from).unwrap(),
        name: row.take(from + 1).unwrap(),
        email: row.take(from + 2).unwrap(),
        born: row.take(from + 3).unwrap(),
        score: row.take(from + 4).unwrap(),
        active: row.take(from + 5).unwrap(),
    }
}

fn push(book: &Book, values: &mut Vec<Value>) {
    values.extend([
        Value::from(&book.title),
        Value::from(&book.isbn),
        Value::from(&book.note),
        Value::from(book.published),
        Value::from(book.pages),
        Value::from(book.price),
        Value::from(book.in_print),
        Value::from(book.author),
    ]);
}

fn values(books: &[Book]) -> Params {
    let mut values = Vec::with_capacity(books.len() * 8);
    books.iter().for_each(|book| push(book, &mut values));
    Params::Positional(values)
}

/// The keys follow each other.
fn set_keys(books: &mut [Book], first: u64) {
    books.iter_mut().zip(first as i64..).for_each(|(book, key)| book.id = key);
}

/// A connection and its statements.
pub struct MysqlAsync {
    connection: Conn,
    get: Statement,
    list: Statement,
    related: Statement,
    author: Statement,
    insert: Statement,
    insert_all: Statement,
    update: Statement,
    delete_new: Statement,
}

/// Over TCP as all others, not over the socket file that the server tells of. An update counts the rows that it finds, as with amphi.
fn options(server: Server) -> OptsBuilder {
    OptsBuilder::from_opts(Opts::from_url(server.url()).unwrap()).prefer_socket(false).client_found_rows(true)
}

impl Client for MysqlAsync {
    type Book = Book;
    type Related = (Book, Author);
    type Author = Author;
    type Draft = Book;

    async fn connect(server: Server) -> Self {
        let mut connection = Conn::new(options(server)).await.unwrap();
        MysqlAsync {
            get: connection.prep(sql::GET.mysql).await.unwrap(),
            list: connection.prep(sql::LIST.mysql).await.unwrap(),
            related: connection.prep(sql::RELATED.mysql).await.unwrap(),
            author: connection.prep(sql::AUTHOR.mysql).await.unwrap(),
            insert: connection.prep(sql::INSERT.mysql).await.unwrap(),
            insert_all: connection.prep(sql::insert_rows(BULK)).await.unwrap(),
            update: connection.prep(sql::UPDATE.mysql).await.unwrap(),
            delete_new: connection.prep(sql::DELETE_NEW.mysql).await.unwrap(),
            connection,
        }
    }

    async fn get(&mut self, id: i64) -> Book {
        book(&mut self.connection.exec_first(&self.get, (id,)).await.unwrap().unwrap())
    }

    async fn list(&mut self, rows: u32) -> Vec<Book> {
        self.connection.exec_map(&self.list, (rows,), |mut row: Row| book(&mut row)).await.unwrap()
    }

    async fn related(&mut self, rows: u32) -> Vec<(Book, Author)> {
        let read = |mut row: Row| (book(&mut row), author(&mut row, 9));
        self.connection.exec_map(&self.related, (rows,), read).await.unwrap()
    }

    async fn insert(&mut self, mut book: Book) -> Book {
        self.connection.exec_drop(&self.insert, values(std::slice::from_ref(&book))).await.unwrap();
        book.id = self.connection.last_insert_id().unwrap() as i64;
        book
    }

    async fn insert_all(&mut self, mut books: Vec<Book>) -> Vec<Book> {
        assert_eq!(books.len(), BULK);
        self.connection.exec_drop(&self.insert_all, values(&books)).await.unwrap();
        set_keys(&mut books, self.connection.last_insert_id().unwrap());
        books
    }

    async fn author(&mut self, id: i64) -> Author {
        author(&mut self.connection.exec_first(&self.author, (id,)).await.unwrap().unwrap(), 0)
    }

    async fn save(&mut self, author: &mut Author) {
        author.score += 1.0;
        let Author { id, name, email, born, score, active } = author;
        self.connection.exec_drop(&self.update, (&*name, &*email, *born, *score, *active, *id)).await.unwrap();
        assert_eq!(self.connection.affected_rows(), 1);
    }

    async fn delete_new(&mut self) {
        self.connection.exec_drop(&self.delete_new, (data::BOOKS,)).await.unwrap();
    }
}

/// The crate's own pool, which does not reset its connections here; each keeps its statements.
#[derive(Clone)]
pub struct MysqlShared(mysql_async::Pool);

impl Shared for MysqlShared {
    async fn connect(server: Server, connections: usize) -> Self {
        let constraints = PoolConstraints::new(connections, connections).unwrap();
        let pool = PoolOpts::new().with_constraints(constraints).with_reset_connection(false);
        MysqlShared(mysql_async::Pool::new(options(server).pool_opts(pool)))
    }

    async fn get(&self, _: u64, id: i64) -> i32 {
        let mut connection = self.0.get_conn().await.unwrap();
        book(&mut connection.exec_first(sql::GET.mysql, (id,)).await.unwrap().unwrap()).pages
    }
}

/// The `mysql` crate.
pub struct BlockingMysql {
    connection: ::mysql::Conn,
    get: ::mysql::Statement,
    list: ::mysql::Statement,
    author: ::mysql::Statement,
    insert_all: ::mysql::Statement,
    update: ::mysql::Statement,
    delete_new: ::mysql::Statement,
}

impl BlockingClient for BlockingMysql {
    type Book = Book;
    type Draft = Book;
    type Author = Author;

    fn connect(server: Server) -> Self {
        let options = ::mysql::OptsBuilder::from_opts(::mysql::Opts::from_url(server.url()).unwrap())
            .prefer_socket(false)
            .additional_capabilities(::mysql::consts::CapabilityFlags::CLIENT_FOUND_ROWS);
        let mut connection = ::mysql::Conn::new(options).unwrap();
        let mut prepared = |sql: &str| connection.prep(sql).unwrap();
        let (get, list, author) = (prepared(sql::GET.mysql), prepared(sql::LIST.mysql), prepared(sql::AUTHOR.mysql));
        let (insert_all, update) = (prepared(&sql::insert_rows(BULK)), prepared(sql::UPDATE.mysql));
        let delete_new = prepared(sql::DELETE_NEW.mysql);
        BlockingMysql { connection, get, list, author, insert_all, update, delete_new }
    }

    fn get(&mut self, id: i64) -> Book {
        book(&mut self.connection.exec_first(&self.get, (id,)).unwrap().unwrap())
    }

    fn list(&mut self, rows: u32) -> Vec<Book> {
        self.connection.exec_map(&self.list, (rows,), |mut row: Row| book(&mut row)).unwrap()
    }

    fn insert_all(&mut self, mut books: Vec<Book>) -> Vec<Book> {
        assert_eq!(books.len(), BULK);
        self.connection.exec_drop(&self.insert_all, values(&books)).unwrap();
        set_keys(&mut books, self.connection.last_insert_id());
        books
    }

    fn author(&mut self, id: i64) -> Author {
        author(&mut self.connection.exec_first(&self.author, (id,)).unwrap().unwrap(), 0)
    }

    fn save(&mut self, author: &mut Author) {
        author.score += 1.0;
        let Author { id, name, email, born, score, active } = author;
        self.connection.exec_drop(&self.update, (&*name, &*email, *born, *score, *active, *id)).unwrap();
        assert_eq!(self.connection.affected_rows(), 1);
    }

    fn delete_new(&mut self) {
        self.connection.exec_drop(&self.delete_new, (data::BOOKS,)).unwrap();
    }
}
