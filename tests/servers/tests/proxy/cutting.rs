//! Cuts at exact bytes, by FIN and by RST, and half-closed connections.

use std::{io::Write, net::Shutdown, time::Duration};

use amphi_servers::proxy::{Close, Direction, Proxy};

use crate::peers::{End, Seen, client, echo, read_exact, read_to_end, sink, speaker};

const PATIENCE: Duration = Duration::from_secs(10);

fn end(how: Close) -> End {
    match how {
        Close::Fin => End::Eof,
        Close::Reset => End::Reset,
    }
}

#[test]
fn the_server_sees_exactly_so_many_bytes() {
    for how in [Close::Fin, Close::Reset] {
        for count in 0..12 {
            let (upstream, seen) = sink();
            let proxy = Proxy::start_blocking(upstream).unwrap();
            let rule = proxy.cut_after(Direction::ToServer, count, how);
            let mut stream = client(proxy.address());
            stream.write_all(b"hello world").unwrap();
            if count == 12 {
                assert!(proxy.fired().is_empty());
                continue;
            }
            let fired = proxy.wait_until_fired(rule, PATIENCE).unwrap();
            assert_eq!(fired.passed, count);
            assert_eq!(read_to_end(&mut stream, |_, _| ()), (vec![], end(how)));
            let expected = b"hello world"[..usize::try_from(count).unwrap()].to_vec();
            assert_eq!(seen.recv_timeout(PATIENCE).unwrap(), Seen { bytes: expected, end: end(how) });
            assert_eq!(proxy.traffic()[0].to_server, count);
        }
    }
}

#[test]
fn the_client_sees_exactly_so_many_bytes() {
    let upstream = speaker(b"hello world".into());
    for how in [Close::Fin, Close::Reset] {
        for count in 0..=11 {
            let proxy = Proxy::start_blocking(upstream).unwrap();
            proxy.cut_after(Direction::ToClient, count, how);
            let mut stream = client(proxy.address());
            let expected = b"hello world"[..usize::try_from(count).unwrap()].to_vec();
            assert_eq!(read_to_end(&mut stream, |_, _| ()), (expected, end(how)), "{count}");
        }
    }
}

#[test]
fn all_connections_are_cut_at_once() {
    for how in [Close::Fin, Close::Reset] {
        let (upstream, seen) = echo();
        let proxy = Proxy::start_blocking(upstream).unwrap();
        let mut streams: Vec<_> = (0..5).map(|_| client(proxy.address())).collect();
        for stream in &mut streams {
            stream.write_all(b"abc").unwrap();
            assert_eq!(read_exact(stream, 3), b"abc");
        }
        assert_eq!(proxy.open(), 5);
        proxy.cut_all(how);
        for mut stream in streams {
            assert_eq!(read_to_end(&mut stream, |_, _| ()), (vec![], end(how)));
            assert_eq!(seen.recv_timeout(PATIENCE).unwrap(), Seen { bytes: b"abc".into(), end: end(how) });
        }
        proxy.wait_until_closed(PATIENCE).unwrap();
        // The next ones are welcome.
        let mut stream = client(proxy.address());
        stream.write_all(b"again").unwrap();
        assert_eq!(read_exact(&mut stream, 5), b"again");
    }
}

#[test]
fn one_direction_ends_and_the_other_goes_on() {
    let (upstream, seen) = sink();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let mut stream = client(proxy.address());
    stream.write_all(b"abc").unwrap();
    proxy.wait_until_fired(proxy.rule(amphi_servers::proxy::Rule::at(Direction::ToServer, 3).tell(|_| ())), PATIENCE).unwrap();
    let id = proxy.traffic()[0].connection;
    let rule = proxy.half_close(id, Direction::ToServer);
    proxy.wait_until_fired(rule, PATIENCE).unwrap();
    let _lost = stream.write_all(b"lost");
    assert_eq!(seen.recv_timeout(PATIENCE).unwrap(), Seen { bytes: b"abc".into(), end: End::Eof });
}

#[test]
fn the_client_hears_after_its_own_end() {
    let upstream = speaker(b"the answer".into());
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let mut stream = client(proxy.address());
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_to_end(&mut stream, |_, _| ()), (b"the answer".into(), End::Eof));
    proxy.wait_until_closed(PATIENCE).unwrap();
}

#[test]
fn an_error_of_one_side_is_an_error_for_the_other() {
    let (upstream, seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let inner = Proxy::start_blocking(proxy.address()).unwrap();
    let mut stream = client(inner.address());
    stream.write_all(b"abc").unwrap();
    assert_eq!(read_exact(&mut stream, 3), b"abc");
    inner.cut_all(Close::Reset);
    assert_eq!(seen.recv_timeout(PATIENCE).unwrap().end, End::Reset);
}
