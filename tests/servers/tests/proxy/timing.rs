//! Slices and delays.

use std::{
    io::Read,
    time::{Duration, Instant},
};

use amphi_servers::proxy::{Direction, Pace, Proxy};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::peers::{client, echo, read_exact, speaker};

#[test]
fn a_reader_on_another_thread_sees_single_bytes() {
    let proxy = Proxy::start_blocking(speaker(vec![7; 100])).unwrap();
    proxy.pace(Direction::ToClient, Pace::full().slice(1, Duration::from_millis(2)));
    let mut stream = client(proxy.address());
    let mut buffer = [0; 100];
    let (mut reads, mut total) = (0, 0);
    while total < 100 {
        total += stream.read(&mut buffer).unwrap();
        reads += 1;
    }
    // A busy machine may let some bytes meet.
    assert!(reads > 50, "{reads} reads");
}

#[tokio::test]
async fn a_reader_in_the_same_runtime_sees_single_bytes() {
    let (upstream, _seen) = echo();
    let proxy = Proxy::start(upstream).unwrap();
    proxy.pace(Direction::ToClient, Pace::full().slice(1, Duration::ZERO));
    let mut stream = TcpStream::connect(proxy.address()).await.unwrap();
    stream.write_all(&[7; 300]).await.unwrap();
    let mut buffer = [0; 300];
    let (mut reads, mut total) = (0, 0);
    while total < 300 {
        total += stream.read(&mut buffer).await.unwrap();
        reads += 1;
    }
    assert!(reads >= 290, "{reads} reads");
}

#[test]
fn a_delay_delays_and_does_not_throttle() {
    let proxy = Proxy::start_blocking(speaker(vec![7; 2_000_000])).unwrap();
    proxy.pace(Direction::ToClient, Pace::full().latency(Duration::from_millis(50), Duration::from_millis(5)));
    let start = Instant::now();
    let mut stream = client(proxy.address());
    read_exact(&mut stream, 1);
    assert!(start.elapsed() >= Duration::from_millis(50));
    read_exact(&mut stream, 1_999_999);
    // 122 chunks one after the other would take 6 s.
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}
