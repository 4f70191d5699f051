//! What a live database has: its catalogue, read into plain data.
//!
//! `introspect(&db)` and, in async code, `introspect_a(&db)` read it; [`ReadCatalog`] is the operation that both are. It reads on one
//! connection and changes nothing. PostgreSQL is asked for the schema in which it would create tables (`current_schema()`), MySQL for
//! the database that the connection uses.

mod catalog;
mod mysql;
mod postgres;
mod rows;
#[cfg(all(feature = "database", any(feature = "sync", feature = "async")))]
mod run;
mod sqlite;
mod sqlite_text;
pub(crate) mod tokens;

use orm_core::Result;
use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::sql::Backend;

pub use self::catalog::{
    Catalog, CatalogCheck, CatalogColumn, CatalogEnum, CatalogForeignKey, CatalogIndex, CatalogTable, CatalogUnique, Generated,
};
#[cfg(all(feature = "sync", feature = "database"))]
pub use self::run::introspect;
#[cfg(all(feature = "async", feature = "database"))]
pub use self::run::introspect_a;

/// Reads the catalogue of a database.
#[derive(Debug, Clone, Copy)]
pub struct ReadCatalog;

impl Operation for ReadCatalog {
    type Output = Catalog;
    const NAME: &'static str = "introspect";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Catalog> {
        read(connection).await
    }
}

/// Reads the catalogue on a connection.
pub(crate) async fn read<C: Connection>(connection: &mut C) -> Result<Catalog> {
    match connection.dialect().backend() {
        Backend::Sqlite => sqlite::read(connection).await,
        Backend::Postgres => postgres::read(connection).await,
        _ => mysql::read(connection).await,
    }
}
