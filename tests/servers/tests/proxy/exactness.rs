//! No byte is lost, added or changed.

use std::{io::Write, net::Shutdown, thread, time::Duration};

use amphi_servers::proxy::{ConnectionId, Direction, Pace, Proxy, Rule, Scope};
use proptest::prelude::*;

use crate::peers::{End, client, echo, read_to_end};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn what_goes_in_comes_out(
        bytes in prop::collection::vec(any::<u8>(), 0..3000),
        slice in prop::option::of(1_usize..200),
        jitter in 0_u64..3,
        stalls in prop::collection::vec((any::<bool>(), 0_u64..2000), 0..3),
        seed in any::<u64>(),
    ) {
        let (upstream, seen) = echo();
        let proxy = Proxy::start_blocking(upstream).unwrap();
        proxy.seed(seed);
        let mut pace = Pace::full().latency(Duration::ZERO, Duration::from_millis(jitter));
        if let Some(slice) = slice {
            pace = pace.slice(slice, Duration::ZERO);
        }
        proxy.pace(Scope::ALL, pace);
        for (up, place) in stalls {
            let direction = if up { Direction::ToServer } else { Direction::ToClient };
            proxy.rule(Rule::at(direction, place).stall(&[direction]));
        }
        proxy.record();
        let mut stream = client(proxy.address());
        let mut writer = stream.try_clone().unwrap();
        let sent = bytes.clone();
        let sending = thread::spawn(move || {
            writer.write_all(&sent).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        // The stalls end, and nothing is lost.
        let healing = thread::spawn(move || {
            for _ in 0..4 {
                thread::sleep(Duration::from_millis(10));
                proxy.resume(Scope::ALL);
            }
            proxy.heal().unwrap();
            proxy
        });
        let (back, end) = read_to_end(&mut stream, |_, _| ());
        sending.join().unwrap();
        let proxy = healing.join().unwrap();
        prop_assert_eq!(&back, &bytes);
        prop_assert_eq!(end, End::Eof);
        let seen = seen.recv().unwrap();
        prop_assert_eq!(&seen.bytes, &bytes);
        prop_assert_eq!(seen.end, End::Eof);
        let recording = proxy.recording();
        for direction in Direction::BOTH {
            prop_assert_eq!(&recording.bytes(ConnectionId(1), direction), &bytes);
        }
        proxy.wait_until_closed(Duration::from_secs(10)).unwrap();
        let traffic = proxy.traffic()[0];
        prop_assert_eq!((traffic.to_server, traffic.to_client, traffic.open), (bytes.len() as u64, bytes.len() as u64, false));
    }
}

#[test]
fn much_passes_both_ways_at_once() {
    let (upstream, seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let bytes: Vec<u8> = (0..20_000_000_u32).map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    let mut stream = client(proxy.address());
    let mut writer = stream.try_clone().unwrap();
    let sent = bytes.clone();
    let sending = thread::spawn(move || {
        writer.write_all(&sent).unwrap();
        writer.shutdown(Shutdown::Write).unwrap();
    });
    let (back, end) = read_to_end(&mut stream, |_, _| ());
    sending.join().unwrap();
    assert!(back == bytes && end == End::Eof);
    assert!(seen.recv().unwrap().bytes == bytes);
}
