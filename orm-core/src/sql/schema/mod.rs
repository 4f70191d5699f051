//! DDL: the schema of models as statements, created at once or changed from one state to another.
//!
//! A [`table`] with its [`part`]s is what a database has of a model. A change compares two of each ([`diff`]); the servers get a
//! statement for each thing that differs ([`server`]), SQLite mostly a new table in place of the old one ([`sqlite`]).

mod change;
mod concerned;
mod convert;
mod detail;
mod diff;
mod enums;
mod literal;
mod mysql;
mod name;
mod order;
mod part;
mod postgres;
mod server;
mod shape;
mod sqlite;
mod statement;
mod table;
mod tables;
mod validate;

pub use change::SchemaChange;
pub use order::creation_order;
pub use shape::{ColumnShape, EnumShape, IndexKey, NamedPart, OnDeleteRule, PartShape, SchemaShape, ShapeKind, TableShape};
pub use statement::{CatalogQuery, Rebuild, SchemaStatement};
pub use tables::Tables;
pub use validate::validate_constraint;
