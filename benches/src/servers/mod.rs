//! The raw drivers of database servers, each used well, and amphi, all behind the same few calls, so that a case is written once.
//!
//! All have their statements prepared, bind by the binary protocol, read columns by position, and reach the server without TLS over TCP
//! on the loopback device.

mod amphi;
mod blocking;
mod mysql;
mod place;
mod postgres;
pub mod sql;
mod sqlx;

pub use self::amphi::{Amphi, AmphiBlocking, AmphiShared};
pub use self::blocking::BlockOn;
pub use self::mysql::{BlockingMysql, MysqlAsync, MysqlShared};
pub use self::place::{Server, url};
pub use self::postgres::{BlockingPostgres, Pipelined, TokioPostgres};
pub use self::sqlx::{SqlxMysql, SqlxMysqlShared, SqlxPostgres, SqlxPostgresShared};

use crate::{models, raw};

/// One side's connection, for one task.
pub trait Client: Send + Sized + 'static {
    type Book: Send + Into<raw::Book>;
    type Related: Send;
    type Author: Send;
    /// A row that is not inserted yet, made outside of the measured time.
    type Draft: Send + From<models::Book>;

    fn connect(server: Server) -> impl Future<Output = Self> + Send;
    fn get(&mut self, id: i64) -> impl Future<Output = Self::Book> + Send;
    fn list(&mut self, rows: u32) -> impl Future<Output = Vec<Self::Book>> + Send;
    /// Books with their authors.
    fn related(&mut self, rows: u32) -> impl Future<Output = Vec<Self::Related>> + Send;
    /// Answers the book with its key.
    fn insert(&mut self, book: Self::Draft) -> impl Future<Output = Self::Book> + Send;
    /// Answers the books with their keys.
    fn insert_all(&mut self, books: Vec<Self::Draft>) -> impl Future<Output = Vec<Self::Book>> + Send;
    fn author(&mut self, id: i64) -> impl Future<Output = Self::Author> + Send;
    /// Writes all columns of an author whose score was raised.
    fn save(&mut self, author: &mut Self::Author) -> impl Future<Output = ()> + Send;
    /// Takes away what the inserts have made.
    fn delete_new(&mut self) -> impl Future<Output = ()> + Send;
}

/// One side's connection for code that blocks.
pub trait BlockingClient: Sized + 'static {
    type Book: Into<raw::Book>;
    type Draft: From<models::Book>;
    type Author;

    fn connect(server: Server) -> Self;
    fn get(&mut self, id: i64) -> Self::Book;
    fn list(&mut self, rows: u32) -> Vec<Self::Book>;
    fn insert_all(&mut self, books: Vec<Self::Draft>) -> Vec<Self::Book>;
    fn author(&mut self, id: i64) -> Self::Author;
    fn save(&mut self, author: &mut Self::Author);
    fn delete_new(&mut self);
}

/// One side's eight connections, for many tasks.
pub trait Shared: Clone + Send + Sync + Sized + 'static {
    fn connect(server: Server, connections: usize) -> impl Future<Output = Self> + Send;
    /// The pages of a book, for one of the tasks.
    fn get(&self, task: u64, id: i64) -> impl Future<Output = i32> + Send;
}
