//! SQL: how a query becomes text, per dialect.

mod begin;
mod condition;
mod dialect;
mod exists;
mod features;
mod links;
mod list;
mod lock;
mod many;
mod mysql;
mod native_enum;
mod plan;
mod postgres;
mod related;
mod row_key;
mod schema;
mod select;
mod sqlite;
mod walk;
mod write;
mod writer;

pub use dialect::{Backend, Dialect};
pub use features::{BulkInsert, Features, MARIADB_FEATURES, MYSQL_FEATURES, NameLength, POSTGRES_FEATURES, SQLITE_FEATURES};
pub use links::InsertLinks;
pub use list::list_as_json;
pub use many::{InsertMany, list_type};
pub use mysql::{MARIADB, MYSQL};
pub(crate) use native_enum::{EnumLabels, create_enum, native_enums};
pub use postgres::POSTGRES;
pub use related::SelectRelated;
pub(crate) use row_key::RowKey;
pub use schema::{
    CatalogQuery, ColumnShape, EnumShape, IndexKey, NamedPart, OnDeleteRule, PartShape, Rebuild, SchemaChange, SchemaShape,
    SchemaStatement, ShapeKind, TableShape, Tables, creation_order, validate_constraint,
};
pub use select::{Form, Select};
pub use sqlite::SQLITE;
pub use write::{Delete, DeleteRow, Insert, Update, UpdateRow};
pub use writer::Writer;
