//! The behaviour of the facade, each test in both modes. Relations have a program of their own beside this one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable, clippy::indexing_slicing)]

mod all_models;
mod concurrency;
mod dialects;
mod faults;
mod features;
mod guard;
mod injection;
mod keys;
mod limits;
mod oracle;
mod packets;
mod pooler;
mod queries;
mod spawned;
mod sql;
mod transactions;
mod values;
mod writes;
