//! What binding values has in common.

use orm_core::Error;
pub(crate) use orm_core::statement::check_binds as check;
use sqlx_core::error::BoxDynError;

/// The error for a value that cannot be written for the wire.
#[cold]
pub(crate) fn unbindable(error: BoxDynError) -> Error {
    Error::InvalidValue { model: "", field: "", reason: error.to_string() }
}
