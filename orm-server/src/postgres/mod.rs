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

pub(crate) use error::{from_database, is_broken_plan};
pub(crate) use row::Reader;
pub(crate) use session::{Answering, PostgresSession};
