//! Black holes, and bytes let through one by one.

use std::{io::Write, net::Shutdown, thread, time::Duration};

use amphi_servers::proxy::{ConnectionId, Direction, Proxy, Rule, Scope};

use crate::peers::{End, client, echo, read_exact, read_to_end, silent, speaker};

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn nothing_passes_and_nothing_is_lost() {
    let (upstream, _seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let mut stream = client(proxy.address());
    stream.write_all(b"before").unwrap();
    assert_eq!(read_exact(&mut stream, 6), b"before");
    proxy.stall(Scope::ALL);
    stream.write_all(b"after").unwrap();
    // Accepted, and silent.
    let mut late = client(proxy.address());
    late.write_all(b"late").unwrap();
    late.shutdown(Shutdown::Write).unwrap();
    assert!(silent(&mut stream) && silent(&mut late));
    proxy.heal().unwrap();
    assert_eq!(read_exact(&mut stream, 5), b"after");
    assert_eq!(read_to_end(&mut late, |_, _| ()), (b"late".into(), End::Eof));
}

#[test]
fn a_server_that_speaks_first_is_silent_too() {
    let proxy = Proxy::start_blocking(speaker(b"greeting".into())).unwrap();
    proxy.stall(Direction::ToClient);
    let mut stream = client(proxy.address());
    assert!(silent(&mut stream));
    proxy.resume(Scope::ALL);
    assert_eq!(read_to_end(&mut stream, |_, _| ()), (b"greeting".into(), End::Eof));
}

#[test]
fn one_connection_stalls_and_the_others_do_not() {
    let (upstream, _seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let mut streams = Vec::new();
    for text in [b"1", b"2"] {
        let mut stream = client(proxy.address());
        stream.write_all(text).unwrap();
        assert_eq!(read_exact(&mut stream, 1), text);
        streams.push(stream);
    }
    proxy.stall(ConnectionId(1));
    streams.iter_mut().for_each(|stream| stream.write_all(b"x").unwrap());
    assert_eq!(read_exact(&mut streams[1], 1), b"x");
    assert!(silent(&mut streams[0]));
    proxy.resume(ConnectionId(1));
    assert_eq!(read_exact(&mut streams[0], 1), b"x");
}

#[test]
fn bytes_are_released_one_by_one() {
    let proxy = Proxy::start_blocking(speaker(b"abcdef".into())).unwrap();
    let rule = proxy.rule(Rule::at(Direction::ToClient, 0).stall(&[Direction::ToClient]));
    let mut stream = client(proxy.address());
    proxy.wait_until_fired(rule, PATIENCE).unwrap();
    for byte in b"abc" {
        assert!(silent(&mut stream));
        proxy.release(Direction::ToClient, 1);
        assert_eq!(read_exact(&mut stream, 1), [*byte]);
    }
    proxy.release(Scope::from(ConnectionId(1)).direction(Direction::ToClient), 2);
    assert_eq!(read_exact(&mut stream, 2), b"de");
    assert!(silent(&mut stream));
    proxy.resume(Scope::ALL);
    assert_eq!(read_to_end(&mut stream, |_, _| ()), (b"f".into(), End::Eof));
}

#[test]
fn a_connection_that_was_given_up_meanwhile_ends_after_the_heal() {
    let (upstream, seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let mut stream = client(proxy.address());
    stream.write_all(b"abc").unwrap();
    assert_eq!(read_exact(&mut stream, 3), b"abc");
    proxy.stall(Scope::ALL);
    drop(stream);
    thread::sleep(Duration::from_millis(50));
    assert!(seen.try_recv().is_err());
    proxy.heal().unwrap();
    assert_eq!(seen.recv_timeout(PATIENCE).unwrap().end, End::Eof);
    proxy.wait_until_closed(PATIENCE).unwrap();
}
