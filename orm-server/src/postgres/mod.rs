//! PostgreSQL, spoken through sqlx.

mod array;
mod bind;
mod error;
#[cfg(feature = "decimal")]
mod numeric;
mod oid;
mod row;
mod session;
mod wire;

pub(crate) use error::from_database;
pub(crate) use row::Reader;
pub(crate) use session::{Answering, PostgresSession};
