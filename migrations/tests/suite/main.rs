//! The tests of migrations that need no database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod any_state;
mod build;
mod checks;
mod detection;
mod diagrams;
mod files;
mod graphs;
mod lints;
mod models;
mod operations;
mod optimizing;
mod rewriting;
