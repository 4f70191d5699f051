//! Migrations on databases: what each change of a schema does, and how migrations are applied and undone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable, clippy::indexing_slicing)]

mod applying;
mod at_once;
mod builders;
mod by_hand;
mod cases;
mod changes;
mod commands;
mod data;
mod drift;
mod fake_initial;
mod frozen;
mod inspect;
mod introspect;
mod killed;
mod locks;
mod matrix;
mod pairs;
mod refusals;
mod run;
mod source;
mod triggers;
mod validating;
mod written;
