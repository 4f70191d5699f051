//! The behaviour of the facade, each test in both modes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable, clippy::indexing_slicing)]

mod apart;
mod concurrency;
mod deletes;
mod dialects;
mod django;
mod embedded;
mod faults;
mod features;
mod futures;
mod guard;
mod hooks;
mod injection;
mod keys;
mod lazy;
mod library;
mod limits;
mod managers;
mod num_queries;
mod oracle;
mod packets;
mod polymorphic;
mod pooler;
mod queries;
mod random;
mod relations;
mod set_default;
mod spawned;
mod sql;
mod support;
mod to_many;
mod transactions;
mod values;
mod writes;
