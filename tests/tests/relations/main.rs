//! Relations between models, each test in both modes: what leads to one row and to many, and what happens when rows go.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable, clippy::indexing_slicing)]

mod all_models;
mod composite;
mod deletes;
mod django;
mod embedded;
mod forward;
mod hooks;
mod lazy;
mod managers;
mod num_queries;
mod polymorphic;
mod set_default;
mod to_many;
