//! An async driver in blocking code, as a program without a runtime of its own uses it.

use tokio::runtime::{Builder, Runtime};

use super::{BlockingClient, Client, Server};

/// An async client and a runtime that runs on the caller's thread for as long as a call takes, as the crate `postgres` has it inside.
pub struct BlockOn<C> {
    runtime: Runtime,
    client: C,
}

impl<C: Client> BlockingClient for BlockOn<C> {
    type Book = C::Book;
    type Draft = C::Draft;
    type Author = C::Author;

    fn connect(server: Server) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let client = runtime.block_on(C::connect(server));
        BlockOn { runtime, client }
    }

    fn get(&mut self, id: i64) -> C::Book {
        self.runtime.block_on(self.client.get(id))
    }

    fn list(&mut self, rows: u32) -> Vec<C::Book> {
        self.runtime.block_on(self.client.list(rows))
    }

    fn insert_all(&mut self, books: Vec<C::Draft>) -> Vec<C::Book> {
        self.runtime.block_on(self.client.insert_all(books))
    }

    fn author(&mut self, id: i64) -> C::Author {
        self.runtime.block_on(self.client.author(id))
    }

    fn save(&mut self, author: &mut C::Author) {
        self.runtime.block_on(self.client.save(author));
    }

    fn delete_new(&mut self) {
        self.runtime.block_on(self.client.delete_new());
    }
}
