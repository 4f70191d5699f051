//! What binding values has in common.

use orm_core::sql::{BulkInsert, Features};
use orm_core::statement::{Bind, Statement, Walk};
use orm_core::value::Value;
use orm_core::{Error, Result};
use sqlx_core::error::BoxDynError;

/// Refuses a value that the database cannot hold, before anything is sent.
///
/// # Errors
/// [`Error::InvalidValue`], with the field where it is for one.
pub(crate) fn check<S: Statement>(statement: &S, walk: &Walk<'_>, features: &Features) -> Result<()> {
    // A number that the database cannot hold is left out of a list that is bound as a text: nothing is equal to it.
    let texts = features.bulk_insert == BulkInsert::Rows;
    for (at, bind) in walk.binds().iter().enumerate() {
        let values = match bind {
            Bind::Value(value) => std::slice::from_ref(*value),
            Bind::List(values) if texts && matches!(values.first(), Some(Value::F64(_))) => &[],
            Bind::List(values) => values,
            Bind::Count(_) => &[],
        };
        if let Some(error) = values.iter().find_map(|value| features.holds(value).err()) {
            let (model, field) = match statement.model() {
                Some(model) => (model.name, statement.bound(at).map_or("", |field| model.field(field).name)),
                None => ("", ""),
            };
            return Err(Error::InvalidValue { model, field, reason: error.reason().to_owned() });
        }
    }
    Ok(())
}

/// The error for a value that cannot be written for the wire.
#[cold]
pub(crate) fn unbindable(error: BoxDynError) -> Error {
    Error::InvalidValue { model: "", field: "", reason: error.to_string() }
}
