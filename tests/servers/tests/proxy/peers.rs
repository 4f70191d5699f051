//! Plain servers and a client with a time limit.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

/// What a server saw of a connection: its bytes, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub bytes: Vec<u8>,
    pub end: End,
}

#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum End {
    Eof,
    Reset,
}

/// A server that sends back what it gets, and tells what it saw.
pub fn echo() -> (SocketAddr, Receiver<Seen>) {
    serve(true)
}

/// A server that says nothing.
pub fn sink() -> (SocketAddr, Receiver<Seen>) {
    serve(false)
}

fn serve(echo: bool) -> (SocketAddr, Receiver<Seen>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, sender) = (stream.unwrap(), sender.clone());
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || {
                let (bytes, end) = read_to_end(&mut stream, |stream, part| {
                    if echo {
                        let _gone = stream.write_all(part);
                    }
                });
                let _nobody = sender.send(Seen { bytes, end });
            });
        }
    });
    (address, receiver)
}

/// A server that sends these bytes to each client and then the end.
pub fn speaker(bytes: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, bytes) = (stream.unwrap(), bytes.clone());
            thread::spawn(move || {
                let _gone = stream.write_all(&bytes);
                let _gone = stream.shutdown(Shutdown::Write);
                let _rest = read_to_end(&mut stream, |_, _| ());
            });
        }
    });
    address
}

/// A client that waits for at most ten seconds.
pub fn client(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// Reads until the end, whatever it is.
pub fn read_to_end(stream: &mut TcpStream, mut each: impl FnMut(&mut TcpStream, &[u8])) -> (Vec<u8>, End) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (bytes, End::Eof),
            Ok(count) => {
                bytes.extend(&buffer[..count]);
                each(stream, &buffer[..count]);
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return (bytes, End::Reset),
            Err(error) => panic!("{error} after {bytes:?}"),
        }
    }
}

/// Reads so many bytes.
pub fn read_exact(stream: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// Whether nothing comes for a while.
pub fn silent(stream: &mut TcpStream) -> bool {
    stream.set_read_timeout(Some(Duration::from_millis(60))).unwrap();
    let result = stream.peek(&mut [0]);
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    matches!(result, Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut))
}
