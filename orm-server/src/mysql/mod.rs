//! MySQL and MariaDB, spoken through sqlx.

mod bind;
mod error;
mod row;
mod session;

pub(crate) use error::from_database;
pub(crate) use row::{Kind, Reader, kinds};
pub(crate) use session::{Answering, MySqlSession};
