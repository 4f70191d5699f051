//! Real servers: their life, their end, and what the oracle sees of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod binary;
mod endings;
mod environment;
mod life;
mod oracle;
mod support;
mod through_proxy;
