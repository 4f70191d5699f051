//! Migrations on databases: what each change of a schema does, and how migrations are applied and undone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable, clippy::indexing_slicing)]

mod applying;
mod at_once;
mod builders;
mod cases;
mod changes;
mod introspect;
mod killed;
mod matrix;
mod refusals;
mod run;
