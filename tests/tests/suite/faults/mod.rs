//! What async code does to connections, and what becomes of them: futures dropped anywhere, servers that die, networks that go silent.
//!
//! After each fault the server itself is asked whether anything was left behind. The tests start servers of their own, so they are
//! ignored unless they are asked for: `cargo test --test suite faults -- --ignored`. `AMPHI_FAULTS=long` makes the random ones fifty times
//! longer, and drops at every poll.

mod bank;
mod black_hole;
mod commits;
mod file;
mod ground;
mod idle;
pub mod models;
mod operations;
mod plans;
mod polls;
mod restarts;
mod storm;
