//! What happens when a pattern passes.

use std::{
    io::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use amphi_servers::proxy::{Close, ConnectionId, Direction, Pace, Proxy, Rule, Scope};

use crate::peers::{End, client, echo, read_exact, read_to_end, silent, sink};

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn a_cut_after_each_byte_behind_a_pattern() {
    for extra in 0..4_u64 {
        let (upstream, seen) = sink();
        let proxy = Proxy::start_blocking(upstream).unwrap();
        proxy.cut_after_pattern(Direction::ToServer, b"COMMIT", extra, Close::Fin);
        let mut stream = client(proxy.address());
        stream.write_all(b"BEGIN COM").unwrap();
        stream.write_all(b"MIT;...").unwrap();
        assert_eq!(read_to_end(&mut stream, |_, _| ()).1, End::Eof);
        let expected = b"BEGIN COMMIT;..."[..12 + usize::try_from(extra).unwrap()].to_vec();
        assert_eq!(seen.recv_timeout(PATIENCE).unwrap().bytes, expected);
    }
}

#[test]
fn the_answer_to_a_pattern_is_cut_after_each_byte() {
    for count in 0..=6 {
        let (upstream, _seen) = echo();
        let proxy = Proxy::start_blocking(upstream).unwrap();
        let answer = Rule::after(Direction::ToClient, count).cut(Close::Reset);
        let rule = proxy.rule(Rule::pattern(Direction::ToServer, b"COMMIT", 0).arm(answer));
        let mut stream = client(proxy.address());
        stream.write_all(b"first").unwrap();
        assert_eq!(read_exact(&mut stream, 5), b"first");
        stream.write_all(b"COMMIT").unwrap();
        let (bytes, end) = read_to_end(&mut stream, |_, _| ());
        assert_eq!((bytes.len(), end), (usize::try_from(count).unwrap(), End::Reset));
        assert_eq!(
            proxy.fired().iter().filter(|fired| fired.rule == rule).map(|fired| fired.passed).collect::<Vec<_>>(),
            [11, 5 + count]
        );
    }
}

#[test]
fn a_rule_strikes_as_often_as_it_may() {
    let (upstream, _seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    proxy.rule(Rule::at(Direction::ToServer, 2).cut(Close::Fin).times(2));
    for turn in 0..4 {
        let mut stream = client(proxy.address());
        stream.write_all(b"ab").unwrap();
        if turn < 2 {
            // What the server sends back may or may not get through before the cut.
            let (bytes, end) = read_to_end(&mut stream, |_, _| ());
            assert!(bytes.len() <= 2 && end == End::Eof);
        } else {
            assert_eq!(read_exact(&mut stream, 2), b"ab");
        }
    }
    assert_eq!(proxy.fired().len(), 2);
}

#[test]
fn a_callback_runs_before_the_next_byte() {
    let (upstream, _seen) = echo();
    let proxy = Arc::new(Proxy::start_blocking(upstream).unwrap());
    let count = Arc::new(AtomicU64::new(0));
    let (weak, counting) = (Arc::downgrade(&proxy), Arc::clone(&count));
    let rule = Rule::pattern(Direction::ToServer, b";", 0).always().tell(move |fired| {
        // The callback may use the proxy.
        let traffic = weak.upgrade().unwrap().traffic();
        assert_eq!(traffic[0].to_server, fired.passed);
        counting.fetch_add(1, Ordering::SeqCst);
    });
    let id = proxy.rule(rule);
    let mut stream = client(proxy.address());
    stream.write_all(b"a;b;;c").unwrap();
    assert_eq!(read_exact(&mut stream, 6), b"a;b;;c");
    assert_eq!(count.load(Ordering::SeqCst), 3);
    assert_eq!(proxy.fired().iter().map(|fired| fired.passed).collect::<Vec<_>>(), [2, 4, 5]);
    proxy.remove_rule(id);
    stream.write_all(b";").unwrap();
    assert_eq!(read_exact(&mut stream, 1), b";");
    assert_eq!(count.load(Ordering::SeqCst), 3);
}

#[test]
fn a_pattern_stalls_its_connection() {
    let (upstream, _seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    proxy.pace(Scope::ALL, Pace::full().slice(1, Duration::ZERO));
    let rule = proxy.stall_at_pattern(Direction::ToServer, b"COMMIT");
    let mut stream = client(proxy.address());
    stream.write_all(b"COMMIT").unwrap();
    let fired = proxy.wait_until_fired(rule, PATIENCE).unwrap();
    assert_eq!((fired.connection, fired.passed), (ConnectionId(1), 6));
    let came = proxy.traffic()[0].to_client;
    read_exact(&mut stream, usize::try_from(came).unwrap());
    assert!(silent(&mut stream));
    proxy.heal().unwrap();
    read_exact(&mut stream, usize::try_from(6 - came).unwrap());
}

#[test]
fn the_recorder_finds_where_a_statement_begins() {
    let (upstream, _seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    proxy.record();
    let mut stream = client(proxy.address());
    stream.write_all(b"INSERT;COMMIT;").unwrap();
    assert_eq!(read_exact(&mut stream, 14), b"INSERT;COMMIT;");
    let recording = proxy.recording();
    assert_eq!(recording.find(b"COMMIT"), [(ConnectionId(1), Direction::ToServer, 7), (ConnectionId(1), Direction::ToClient, 7)]);
    assert!(recording.find(b"ROLLBACK").is_empty());
}
