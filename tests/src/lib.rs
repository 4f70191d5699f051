//! What the test programs share: a database of its own for each test, data, random values, runtimes and child processes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable, clippy::indexing_slicing)]

pub mod all_models;
pub mod apart;
pub mod futures;
pub mod library;
pub mod random;
pub mod support;
