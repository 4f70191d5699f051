//! What amphi costs beside the raw driver: the cases that the criterion benches and the table of ratios share.
//!
//! See the README.

pub mod cases;
pub mod data;
pub mod graph;
pub mod models;
pub mod owner;
pub mod place;
pub mod raw;
#[cfg(feature = "servers")]
pub mod servers;
pub mod table;
