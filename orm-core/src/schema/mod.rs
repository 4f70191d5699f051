//! The schema of a program's models at one point of its history: plain data without references to the program's types.
//!
//! Migrations replay their operations on it. It knows nothing of a database: what is the same for all of them stands here, and each
//! dialect renders it.

mod field;
mod from_models;
mod literal;
mod model;
#[cfg(feature = "migrations")]
mod reading;
mod state;

pub use field::{FieldKind, FieldState, Reference};
pub(crate) use from_models::with_made;
pub use literal::{DialectSql, Literal};
pub use model::{ConstraintState, IndexPart, IndexState, ModelName, ModelState};
pub use state::SchemaState;
