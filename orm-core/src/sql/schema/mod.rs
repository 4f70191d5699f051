//! DDL: the schema of models as statements, created at once or changed from one state to another.
//!
//! A [`table`] with its [`part`]s is what a database has of a model. A change compares two of each ([`diff`]); the servers get a
//! statement for each thing that differs ([`server`]), SQLite mostly a new table in place of the old one ([`sqlite`]).

mod change;
mod convert;
mod diff;
mod enums;
mod literal;
mod mysql;
mod name;
mod order;
mod part;
mod postgres;
mod server;
mod sqlite;
mod statement;
mod table;
mod tables;

pub use change::SchemaChange;
pub use statement::{CatalogQuery, SchemaStatement};
pub use tables::Tables;
