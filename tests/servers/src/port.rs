//! Ports on the loopback.
//!
//! Ours lie below those that the system hands out to clients. A client that tries again and again to reach a server that is down would
//! otherwise take the server's port for its own end now and then, or even connect to itself.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use crate::{Error, Result};

/// First of our ports.
const FIRST: u16 = 15_000;
/// How many there are.
const COUNT: u16 = 17_000;

/// A port on 127.0.0.1 that was free a moment ago.
pub fn free_port() -> Result<u16> {
    listener().and_then(|listener| Ok(listener.local_addr().map_err(Error::io("a port"))?.port()))
}

/// A listener on a free port.
pub(crate) fn listener() -> Result<TcpListener> {
    // Each RandomState differs.
    let random = RandomState::new();
    (0..500_u32)
        .map(|turn| FIRST + u16::try_from(random.hash_one(turn) % u64::from(COUNT)).unwrap_or_default())
        .find_map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).ok())
        .ok_or(Error::NoPort)
}

/// Waits until something listens on the port; it may not answer yet.
pub fn wait_for_port(address: SocketAddr, within: Duration) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < within {
        if TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    Err(Error::TooSlow { what: format!("somebody listens on {address}"), within })
}
