//! What binding values has in common.

use orm_core::Error;
use sqlx_core::error::BoxDynError;

/// The error for a value that cannot be written for the wire.
#[cold]
pub(crate) fn unbindable(error: BoxDynError) -> Error {
    Error::InvalidValue { model: "", field: "", reason: error.to_string() }
}
