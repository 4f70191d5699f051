//! The core of amphi: everything that does no I/O.
//!
//! Use the facade, the crate `amphi`; this crate's paths may move.

pub mod advisory;
mod check;
pub mod connection;
pub mod draft;
pub mod embedded;
pub mod error;
pub mod expr;
pub mod field;
pub mod held;
pub mod hooks;
#[cfg(feature = "json")]
mod json;
pub mod meta;
pub mod model;
pub mod ops;
pub mod path;
pub mod polymorphic;
pub mod query;
pub mod registry;
pub mod relation;
pub mod row;
pub mod running;
pub mod schema;
pub mod sql;
pub mod statement;
pub mod transaction;
pub mod value;

pub use error::{Error, Result};
