//! amphi, as a program uses it.

use ::amphi::draft::New;
use ::amphi::prelude::*;

use super::{BlockingClient, Client, Server, Shared};
use crate::data;
use crate::models::{Author, Book, BookRow};

/// A draft that can be made of a row.
pub struct Draft(New<Book>);

impl From<Book> for Draft {
    fn from(book: Book) -> Self {
        Draft(New::of(book))
    }
}

fn drafts(drafts: Vec<Draft>) -> impl ExactSizeIterator<Item = New<Book>> {
    drafts.into_iter().map(|Draft(draft)| draft)
}

/// The async database.
pub struct Amphi(AsyncDatabase);

impl Client for Amphi {
    type Book = Book;
    type Related = BookRow<Author>;
    type Author = Author;
    type Draft = Draft;

    async fn connect(server: Server) -> Self {
        Amphi(AsyncDatabase::connect(&server.url_without_tls()).await.unwrap())
    }

    async fn get(&mut self, id: i64) -> Book {
        Book::objects().filter(Book::id.eq(id)).a().get(&self.0).await.unwrap()
    }

    async fn list(&mut self, rows: u32) -> Vec<Book> {
        Book::objects().order_by(Book::id).limit(rows.into()).a().all(&self.0).await.unwrap()
    }

    async fn related(&mut self, rows: u32) -> Vec<BookRow<Author>> {
        let query = Book::objects().select_related(Book::author).order_by(Book::id).limit(rows.into());
        query.a().all(&self.0).await.unwrap()
    }

    async fn insert(&mut self, Draft(book): Draft) -> Book {
        book.a().insert(&self.0).await.unwrap()
    }

    async fn insert_all(&mut self, books: Vec<Draft>) -> Vec<Book> {
        Book::objects().a().bulk_create(drafts(books), &self.0).await.unwrap()
    }

    async fn author(&mut self, id: i64) -> Author {
        Author::objects().filter(Author::id.eq(id)).a().get(&self.0).await.unwrap()
    }

    async fn save(&mut self, author: &mut Author) {
        author.score += 1.0;
        author.a().save(&self.0).await.unwrap();
    }

    async fn delete_new(&mut self) {
        Book::objects().filter(Book::id.gt(data::BOOKS)).a().delete(&self.0).await.unwrap();
    }
}

/// The async database, by many tasks.
#[derive(Clone)]
pub struct AmphiShared(AsyncDatabase);

impl Shared for AmphiShared {
    async fn connect(server: Server, connections: usize) -> Self {
        let url = format!("{}&max_connections={connections}", server.url_without_tls());
        AmphiShared(AsyncDatabase::connect(&url).await.unwrap())
    }

    async fn get(&self, _: u64, id: i64) -> i32 {
        Book::objects().filter(Book::id.eq(id)).a().get(&self.0).await.unwrap().pages
    }
}

/// The blocking database.
pub struct AmphiBlocking(Database);

impl BlockingClient for AmphiBlocking {
    type Book = Book;
    type Draft = Draft;
    type Author = Author;

    fn connect(server: Server) -> Self {
        AmphiBlocking(Database::connect(&server.url_without_tls()).unwrap())
    }

    fn get(&mut self, id: i64) -> Book {
        Book::objects().filter(Book::id.eq(id)).get(&self.0).unwrap()
    }

    fn list(&mut self, rows: u32) -> Vec<Book> {
        Book::objects().order_by(Book::id).limit(rows.into()).all(&self.0).unwrap()
    }

    fn insert_all(&mut self, books: Vec<Draft>) -> Vec<Book> {
        Book::objects().bulk_create(drafts(books), &self.0).unwrap()
    }

    fn author(&mut self, id: i64) -> Author {
        Author::objects().filter(Author::id.eq(id)).get(&self.0).unwrap()
    }

    fn save(&mut self, author: &mut Author) {
        author.score += 1.0;
        author.save(&self.0).unwrap();
    }

    fn delete_new(&mut self) {
        Book::objects().filter(Book::id.gt(data::BOOKS)).delete(&self.0).unwrap();
    }
}
