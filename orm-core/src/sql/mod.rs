//! SQL: how a query becomes text, per dialect.

mod condition;
mod dialect;
mod features;
mod plan;
mod schema;
mod select;
mod sqlite;
mod walk;
mod write;
mod writer;

pub use dialect::{Backend, Dialect};
pub use features::{Features, SQLITE_FEATURES};
pub use schema::{create_table, creation_order};
pub use select::{Form, Select};
pub use sqlite::SQLITE;
pub use write::{Delete, DeleteRow, Insert, Update, UpdateRow};
pub use writer::Writer;
