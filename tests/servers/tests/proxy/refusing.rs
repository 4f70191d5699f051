//! New connections that are not wanted, and servers that are not there.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use amphi_servers::{
    free_port,
    proxy::{Proxy, Scope},
};

use crate::peers::{End, client, echo, read_exact, read_to_end};

/// Whether a new connection gets through.
fn through(proxy: &Proxy) -> bool {
    let Ok(mut stream) = TcpStream::connect(proxy.address()) else { return false };
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.write_all(b"x").is_ok() && stream.read_exact(&mut [0]).is_ok()
}

#[test]
fn the_refused_do_not_get_through_and_the_old_go_on() {
    let (upstream, _seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let mut old = client(proxy.address());
    // Accepted by the proxy, not only by the system.
    old.write_all(b"abc").unwrap();
    assert_eq!(read_exact(&mut old, 3), b"abc");
    for _ in 0..20 {
        proxy.refuse();
        assert!(!through(&proxy) && !through(&proxy));
        old.write_all(b"abc").unwrap();
        assert_eq!(read_exact(&mut old, 3), b"abc");
        proxy.welcome().unwrap();
        assert!(through(&proxy));
    }
    proxy.refuse();
    proxy.heal().unwrap();
    assert!(through(&proxy));
}

#[test]
fn a_server_that_is_not_there_is_an_error() {
    let proxy = Proxy::start_blocking(([127, 0, 0, 1], free_port().unwrap()).into()).unwrap();
    assert_eq!(read_to_end(&mut client(proxy.address()), |_, _| ()), (vec![], End::Reset));
    // And another one is used from then on.
    proxy.set_upstream(echo().0);
    assert!(through(&proxy));
    proxy.stall(Scope::ALL);
    assert_eq!(proxy.open(), proxy.traffic().iter().filter(|traffic| traffic.open).count());
}
