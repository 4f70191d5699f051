//! Migrations of amphi, as Django has them: detected from the models, written to files that people review and change, the same file
//! for every database, and reversible.
//!
//! A [`Migration`] is read from a file; the [`Graph`](graph::Graph) orders migrations and replays them
//! to a [`SchemaState`](orm_core::schema::SchemaState); [`detect`](detect::detect) finds the operations that lead from that to the
//! schema of the program's models.
//!
//! # Files
//! A migration of the app `shop` is `migrations/0002_book_isbn.toml` or, where a program has several apps,
//! `migrations/shop/0002_book_isbn.toml`. Its name is the file's, and the app stands in it:
//!
//! ```toml
//! # Comments are for people, and change nothing.
//! app = "shop"
//! parents = ["shop.0001_initial"]
//!
//! [[operations]]
//! op = "add_field"
//! model = "shop.Book"
//! field = { name = "isbn", type = "text", max_length = 13 }
//! fill = ""
//! ```

pub mod apply;
pub mod check;
mod checksum;
#[cfg(all(feature = "cli", feature = "database"))]
pub mod cli;
pub mod command;
#[cfg(all(feature = "data", feature = "database", any(feature = "sync", feature = "async")))]
pub mod data;
pub mod detect;
pub mod drift;
pub mod erd;
mod error;
pub mod file;
pub mod graph;
pub mod inspect;
pub mod introspect;
pub mod lint;
mod migration;
mod names;
pub mod operation;
pub mod optimize;
pub mod rewrite;
mod similar;
pub mod source;

pub use apply::{Applied, Direction, Event, Migrate, Migrations, NoSteps, Steps};
pub use checksum::Checksum;
pub use error::{Error, Irreversible, NeedsFill, Result, StateError};
pub use migration::{Migration, MigrationId};
pub use names::{next_name, suggest};
/// The schema of models as data: what migrations change.
pub use orm_core::schema;
