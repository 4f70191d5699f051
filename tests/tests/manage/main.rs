//! The command line, as a program of its own: what it prints, and what it ends with.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod databases;
mod json;
mod making;
mod migrating;
mod project;
mod rewriting;
mod rows;
mod schema;
mod showing;
#[cfg(unix)]
mod terminal;
