//! Whether a database can hold what a statement binds.

use crate::error::{Error, Result};
use crate::sql::{BulkInsert, Features};
use crate::statement::{Bind, Statement, Walk};
use crate::value::Value;

/// Refuses a value that the database cannot hold, before anything is sent.
///
/// # Errors
/// [`Error::InvalidValue`], with the field where it is for one.
#[inline]
pub fn check_binds<S: Statement + ?Sized>(statement: &S, walk: &Walk<'_>, features: &Features) -> Result<()> {
    for (at, bind) in walk.binds().iter().enumerate() {
        let held = match bind {
            Bind::Value(value) => features.holds(value),
            Bind::List(values) => values.iter().try_for_each(|value| match value {
                // A list that is bound as a text leaves out the infinities, which nothing that is stored equals.
                Value::F64(number) if number.is_infinite() && features.bulk_insert == BulkInsert::Rows => Ok(()),
                value => features.holds(value),
            }),
            // The parts of a list are in the list.
            Bind::Part(..) | Bind::Count(_) => Ok(()),
        };
        if let Err(error) = held {
            let (model, field) = match statement.model() {
                Some(model) => (model.name, statement.bound(at).map_or("", |field| model.field(field).name)),
                None => ("", ""),
            };
            return Err(Error::InvalidValue { model, field, reason: error.reason().to_owned() });
        }
    }
    Ok(())
}
