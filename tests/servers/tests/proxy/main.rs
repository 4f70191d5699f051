//! Each fault of the proxy, against plain servers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod cutting;
mod exactness;
mod home;
mod peers;
mod refusing;
mod rules;
mod stalling;
mod timing;
