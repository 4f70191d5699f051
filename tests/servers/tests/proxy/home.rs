//! Where the proxy runs, and that nothing of it stays.

use std::{net::TcpStream, time::Duration};

use amphi_servers::proxy::{Close, Direction, Proxy, Rule};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::peers::{End, client, echo};

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn a_dropped_proxy_leaves_nothing() {
    let (upstream, seen) = echo();
    let proxy = Proxy::start_blocking(upstream).unwrap();
    let address = proxy.address();
    let stream = client(address);
    let rule = proxy.rule(Rule::at(Direction::ToServer, 0).tell(|_| ()));
    proxy.wait_until_fired(rule, PATIENCE).unwrap();
    drop(proxy);
    assert!(TcpStream::connect(address).is_err());
    assert_eq!(seen.recv_timeout(PATIENCE).unwrap().end, End::Eof);
    drop(stream);
}

#[tokio::test]
async fn in_a_runtime_too() {
    let (upstream, seen) = echo();
    let proxy = Proxy::start(upstream).unwrap();
    let address = proxy.address();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(b"abc").await.unwrap();
    stream.read_exact(&mut [0; 3]).await.unwrap();
    let rule = proxy.cut_after_pattern(Direction::ToServer, b"!", 0, Close::Fin);
    stream.write_all(b"!").await.unwrap();
    assert_eq!(proxy.until_fired(rule).await.passed, 4);
    proxy.until_closed().await;
    let _open = tokio::net::TcpStream::connect(address).await.unwrap();
    drop(proxy);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    drop(stream);
    assert!(tokio::task::spawn_blocking(move || seen.recv_timeout(PATIENCE)).await.unwrap().is_ok());
}

#[test]
fn without_a_runtime_it_is_an_error() {
    assert!(Proxy::start(([127, 0, 0, 1], 1).into()).is_err());
}
