//! The behaviour of the facade, each test in both modes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod library;
mod queries;
mod relations;
mod sql;
mod support;
mod writes;
