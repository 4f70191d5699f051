//! Introspection in both modes.

use super::{Catalog, ReadCatalog};
use crate::error::Result;

/// What a database has: its tables, views and types.
///
/// # Errors
/// What the database reports.
#[cfg(feature = "sync")]
#[track_caller]
pub fn introspect(db: &orm_sync::Database) -> Result<Catalog> {
    Ok(db.operate(ReadCatalog)?)
}

/// What a database has, for async code.
///
/// # Errors
/// What the database reports.
#[cfg(feature = "async")]
pub async fn introspect_a(db: &orm_async::AsyncDatabase) -> Result<Catalog> {
    Ok(db.operate(ReadCatalog).await?)
}
