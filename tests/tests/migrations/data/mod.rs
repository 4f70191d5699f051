//! The rows of models as lines, written, read and deleted.

mod across;
mod cancelled;
mod dumping;
mod flushing;
mod kinds;
mod loading;
mod memory;
mod refused;

use std::io::Write;
use std::sync::{Arc, Mutex};

use amphi::Error;
use amphi::migrations::data::{Dumped, Error as DataError};
use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::schema::SchemaState;
use orm_core::sql::SchemaChange;

use super::run::{apply, script, texts};

/// Creates the tables of a schema.
pub struct Create(pub SchemaState);

impl Operation for Create {
    type Output = ();
    const NAME: &'static str = "create";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        let statements = SchemaChange::new(&SchemaState::new(), &self.0).statements(connection.dialect())?;
        apply(&statements, connection).await
    }
}

/// Runs statements.
pub struct Script(pub &'static [&'static str]);

impl Operation for Script {
    type Output = ();
    const NAME: &'static str = "script";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<(), Error> {
        script(self.0, connection).await
    }
}

/// Asks for texts.
pub struct Ask(pub &'static str);

impl Operation for Ask {
    type Output = Vec<String>;
    const NAME: &'static str = "ask";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Vec<String>, Error> {
        texts(self.0, connection).await
    }
}

/// A writer whose lines can be read afterwards, in both modes.
#[derive(Clone, Default)]
pub struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a dump tells: async code gets the writer back beside it.
pub trait Told {
    fn told(self) -> Dumped;
}

impl Told for Dumped {
    fn told(self) -> Dumped {
        self
    }
}

impl<W> Told for (Dumped, W) {
    fn told(self) -> Dumped {
        self.0
    }
}

/// What went wrong, for the test's own error.
pub fn failed(error: DataError) -> Error {
    Error::Configuration(error.to_string())
}

/// Lines as a reader.
pub fn lines(text: impl Into<String>) -> std::io::Cursor<String> {
    std::io::Cursor::new(text.into())
}
