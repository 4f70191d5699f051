//! Drift in both modes.

use orm_core::schema::SchemaState;

use super::{Difference, ReadDrift};
use crate::error::Result;

/// How a database differs from a schema, such as that of a [`Graph`](crate::graph::Graph).
///
/// # Errors
/// As [`drift`](super::drift()); what the database reports.
#[cfg(feature = "sync")]
#[track_caller]
pub fn read_drift(db: &orm_sync::Database, state: &SchemaState) -> Result<Vec<Difference>> {
    db.operate(ReadDrift { state: state.clone() })?
}

/// How a database differs from a schema, for async code.
///
/// # Errors
/// As [`read_drift`].
#[cfg(feature = "async")]
pub async fn read_drift_a(db: &orm_async::AsyncDatabase, state: &SchemaState) -> Result<Vec<Difference>> {
    db.operate(ReadDrift { state: state.clone() }).await?
}
