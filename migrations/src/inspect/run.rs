//! Models of a database in both modes.

use super::{InspectOptions, ReadModels};
use crate::error::Result;

/// The Rust source of the models that a database could have.
///
/// # Errors
/// As [`inspectdb`](super::inspectdb); what the database reports.
#[cfg(feature = "sync")]
#[track_caller]
pub fn read_models(db: &orm_sync::Database, options: &InspectOptions) -> Result<String> {
    db.operate(ReadModels { options: options.clone() })?
}

/// The Rust source of the models that a database could have, for async code.
///
/// # Errors
/// As [`read_models`].
#[cfg(feature = "async")]
pub async fn read_models_a(db: &orm_async::AsyncDatabase, options: &InspectOptions) -> Result<String> {
    db.operate(ReadModels { options: options.clone() }).await?
}
