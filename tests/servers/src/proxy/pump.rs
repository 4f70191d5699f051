//! The network side: what moves the bytes.

use std::{io, net::TcpListener as StdListener, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::mpsc,
    task::{JoinSet, yield_now},
    time::{Instant, sleep, sleep_until, timeout},
};

use super::{Close, ConnectionId, Direction, Fired, RuleId, rule::Action, shared::Shared, stream::Step};

/// How much is read at once.
const CHUNK: usize = 16 * 1024;
/// How many chunks of a direction wait for their time.
const QUEUE: usize = 16;
/// How long the peers of a connection that we closed may take to close it too.
const FAREWELL: Duration = Duration::from_secs(10);

/// How a direction, or a whole connection, ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The sender has ended it.
    Eof,
    /// The receiver takes no more.
    Broken,
    /// All is to be closed.
    Cut(Close),
}

/// What comes from a sender.
enum Item {
    Bytes(Vec<u8>),
    Eof,
    Failed,
}

/// Accepts connections for as long as the proxy lives: a closed channel is its end.
pub(super) async fn accept(shared: Arc<Shared>, first: TcpListener, mut listeners: mpsc::UnboundedReceiver<StdListener>) {
    let mut connections = JoinSet::new();
    let mut listener = Some(first);
    let mut changed = shared.listen();
    loop {
        while connections.try_join_next().is_some() {}
        let Some(open) = &listener else {
            let Some(next) = listeners.recv().await else { return };
            listener = TcpListener::from_std(next).ok();
            continue;
        };
        tokio::select! {
            biased;
            next = listeners.recv() => match next {
                Some(next) => listener = TcpListener::from_std(next).ok(),
                None => return,
            },
            _ = changed.changed() => {
                let mut inner = shared.lock();
                if inner.refusing {
                    inner.listening = false;
                    listener = None;
                }
            }
            accepted = open.accept() => match accepted {
                Ok((client, _)) if shared.lock().refusing => reset(&client),
                Ok((client, _)) => {
                    let id = shared.change(|inner| inner.open());
                    connections.spawn(connection(Arc::clone(&shared), id, client));
                }
                // For want of file handles, say.
                Err(_) => sleep(Duration::from_millis(5)).await,
            },
        }
    }
}

/// One connection, from its beginning to its end.
async fn connection(shared: Arc<Shared>, id: ConnectionId, mut client: TcpStream) {
    // Slices would wait for the receipt of those before them, and then come together. A client that is gone shows elsewhere.
    let _gone = client.set_nodelay(true);
    let open = Open { shared: &shared, id };
    let cut = shared.until(|inner| inner.connections.get(&id).and_then(|connection| connection.cut));
    tokio::pin!(cut);
    let server = tokio::select! {
        biased;
        how = &mut cut => Err(how),
        server = connect(&shared, id) => server.map_err(|_| Close::Reset),
    };
    let mut server = match server {
        Ok(server) => server,
        Err(how) => return finish(how, &mut client, None, open).await,
    };
    let end = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let up = pump(&shared, id, Direction::ToServer, from_client, to_server);
        let down = pump(&shared, id, Direction::ToClient, from_server, to_client);
        tokio::select! {
            biased;
            how = &mut cut => End::Cut(how),
            end = both(up, down) => end,
        }
    };
    if let End::Cut(how) = end {
        finish(how, &mut client, Some(&mut server), open).await;
    }
}

/// Counts the connection as open, also if its task is ended.
struct Open<'a> {
    shared: &'a Shared,
    id: ConnectionId,
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.shared.change(|inner| inner.close(self.id));
    }
}

/// Reaches the server, as soon as bytes may pass to it.
async fn connect(shared: &Shared, id: ConnectionId) -> io::Result<TcpStream> {
    let upstream = shared.until(|inner| {
        let stalled = inner.connections.get(&id).is_some_and(|connection| connection.stream(Direction::ToServer).stalled());
        (!stalled).then_some(inner.upstream)
    });
    let server = TcpStream::connect(upstream.await).await?;
    server.set_nodelay(true)?;
    Ok(server)
}

/// Closes the sockets.
async fn finish(how: Close, client: &mut TcpStream, mut server: Option<&mut TcpStream>, open: Open<'_>) {
    match how {
        Close::Reset => {
            // What was sent before must be there before.
            sleep(Duration::from_millis(1)).await;
            reset(client);
            if let Some(server) = server {
                reset(server);
            }
        }
        Close::Fin => {
            let _gone = client.shutdown().await;
            if let Some(server) = &mut server {
                let _gone = server.shutdown().await;
            }
            drop(open);
            // A socket that is closed with unread bytes sends an error, not an end.
            let other = async {
                if let Some(server) = server {
                    drain(server).await;
                }
            };
            let _late = timeout(FAREWELL, async { tokio::join!(drain(client), other) }).await;
        }
    }
}

/// Reads to the end.
async fn drain(socket: &mut TcpStream) {
    let mut buffer = [0; 1024];
    while socket.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
}

/// Has the socket send an error when it is closed.
fn reset(socket: &TcpStream) {
    let _gone = socket.set_zero_linger();
}

/// Both directions, to the end of both.
async fn both(up: impl Future<Output = End>, down: impl Future<Output = End>) -> End {
    tokio::pin!(up, down);
    let (mut first, mut second) = (None, None);
    loop {
        tokio::select! {
            biased;
            end = &mut up, if first.is_none() => first = Some(end),
            end = &mut down, if second.is_none() => second = Some(end),
        }
        match (first, second) {
            (Some(End::Cut(how)), _) | (_, Some(End::Cut(how))) => return End::Cut(how),
            (Some(_), Some(_)) => return End::Eof,
            _ => (),
        }
    }
}

/// One direction.
async fn pump(shared: &Shared, id: ConnectionId, direction: Direction, from: ReadHalf<'_>, to: WriteHalf<'_>) -> End {
    let (sender, receiver) = mpsc::channel(QUEUE);
    let reader = async {
        read(shared, id, direction, from, sender).await;
        std::future::pending::<End>().await
    };
    let writer = Writer { shared, id, direction, to };
    tokio::select! {
        biased;
        end = writer.write(receiver) => end,
        never = reader => never,
    }
}

/// Gives way to others, for a time that may be much shorter than a tick of the timer.
async fn wait(pause: Duration) {
    const TICK: Duration = Duration::from_millis(1);
    if pause >= TICK {
        return sleep(pause).await;
    }
    let start = Instant::now();
    loop {
        yield_now().await;
        if start.elapsed() >= pause {
            return;
        }
    }
}

/// Reads ahead, and stamps each chunk with the time at which it may pass.
async fn read(
    shared: &Shared,
    id: ConnectionId,
    direction: Direction,
    mut from: ReadHalf<'_>,
    queue: mpsc::Sender<(Instant, Item)>,
) {
    let mut due = Instant::now();
    loop {
        let mut buffer = vec![0; CHUNK];
        let item = match from.read(&mut buffer).await {
            Ok(0) => Item::Eof,
            Ok(count) => {
                buffer.truncate(count);
                Item::Bytes(buffer)
            }
            Err(_) => Item::Failed,
        };
        let last = !matches!(item, Item::Bytes(_));
        let delay = shared.lock().stream_mut(id, direction).map(|stream| stream.delay()).unwrap_or_default();
        due = due.max(Instant::now() + delay);
        if queue.send((due, item)).await.is_err() || last {
            return;
        }
    }
}

/// The writing side of a direction.
struct Writer<'a> {
    shared: &'a Shared,
    id: ConnectionId,
    direction: Direction,
    to: WriteHalf<'a>,
}

/// What became of an attempt to write.
enum Wrote {
    /// So many bytes, and the pause after them if they are slices.
    Some(usize, Option<Duration>),
    /// The receiver's window is full.
    Full,
    /// Nothing may pass now.
    Wait,
    /// Nothing passes any more.
    Discard,
    Broken,
}

impl Writer<'_> {
    async fn write(mut self, mut queue: mpsc::Receiver<(Instant, Item)>) -> End {
        let mut changed = self.shared.listen();
        loop {
            changed.mark_unchanged();
            if let Some(end) = self.strike().await {
                return end;
            }
            let (due, item) = tokio::select! {
                biased;
                _ = changed.changed() => continue,
                item = queue.recv() => match item {
                    Some(item) => item,
                    None => return End::Eof,
                },
            };
            sleep_until(due).await;
            let end = match item {
                Item::Bytes(bytes) => self.pass(&bytes).await,
                Item::Eof => self.end(End::Eof).await,
                Item::Failed => self.end(End::Cut(Close::Reset)).await,
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    /// Hands on bytes, as far and as fast as they may pass.
    async fn pass(&mut self, mut bytes: &[u8]) -> Option<End> {
        let mut changed = self.shared.listen();
        while !bytes.is_empty() {
            changed.mark_unchanged();
            match self.attempt(bytes) {
                Wrote::Some(count, pause) => {
                    bytes = bytes.get(count..).unwrap_or_default();
                    if let Some(pause) = pause {
                        wait(pause).await;
                    }
                }
                Wrote::Full => {
                    if self.to.writable().await.is_err() {
                        return Some(End::Broken);
                    }
                }
                Wrote::Wait => {
                    let _always = changed.changed().await;
                }
                Wrote::Discard => return None,
                Wrote::Broken => return Some(End::Broken),
            }
            if let Some(end) = self.strike().await {
                return Some(end);
            }
        }
        None
    }

    /// Decides and writes under one lock, so that nothing passes once a call that forbids it has returned.
    fn attempt(&self, bytes: &[u8]) -> Wrote {
        let mut inner = self.shared.lock();
        let Some(stream) = inner.stream_mut(self.id, self.direction) else { return Wrote::Broken };
        let most = match stream.step(bytes) {
            Step::Wait => return Wrote::Wait,
            Step::Discard => return Wrote::Discard,
            Step::Pass(most) => most,
        };
        let pause = stream.pace.slice.map(|_| stream.pace.pause);
        // A rule strikes here first.
        let Some(part) = bytes.get(..most).filter(|part| !part.is_empty()) else { return Wrote::Some(0, None) };
        match self.to.try_write(part) {
            Ok(count) => {
                let start = stream.passed;
                stream.pass(u64::try_from(count).unwrap_or(u64::MAX));
                inner.record(self.id, self.direction, start, part.get(..count).unwrap_or_default());
                Wrote::Some(count, pause)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Wrote::Full,
            Err(_) => Wrote::Broken,
        }
    }

    /// Hands on the end of the stream, which a stall holds up too.
    async fn end(&mut self, end: End) -> Option<End> {
        let mut changed = self.shared.listen();
        loop {
            changed.mark_unchanged();
            let stalled =
                self.shared.lock().stream_mut(self.id, self.direction).is_some_and(|stream| stream.stalled() && !stream.ended);
            if !stalled {
                break;
            }
            let _always = changed.changed().await;
            if let Some(end) = self.strike().await {
                return Some(end);
            }
        }
        if end == End::Eof {
            let _gone = self.to.shutdown().await;
        }
        Some(end)
    }

    /// Does what the rules say that strike here.
    async fn strike(&mut self) -> Option<End> {
        loop {
            let struck = {
                let mut inner = self.shared.lock();
                let stream = inner.stream_mut(self.id, self.direction)?;
                let (struck, passed) = (stream.strike(), stream.passed);
                let fired = |rule: Option<RuleId>| Fired {
                    rule: rule.unwrap_or(RuleId(0)),
                    connection: self.id,
                    direction: self.direction,
                    passed,
                };
                let struck: Vec<_> = struck.into_iter().map(|rule| (fired(rule.id), rule)).collect();
                inner.fired.extend(struck.iter().map(|(fired, _)| *fired));
                struck
            };
            if struck.is_empty() {
                return None;
            }
            // For those who wait for a rule.
            self.shared.change(|_| ());
            for (fired, rule) in struck {
                for action in rule.actions {
                    if let Some(end) = self.act(&fired, action).await {
                        return Some(end);
                    }
                }
            }
        }
    }

    async fn act(&mut self, fired: &Fired, action: Action) -> Option<End> {
        match action {
            Action::Cut(how) => return Some(End::Cut(how)),
            Action::HalfClose => {
                self.shared.lock().stream_mut(self.id, self.direction)?.ended = true;
                let _gone = self.to.shutdown().await;
            }
            Action::Stall(directions) => self.shared.change(|inner| inner.set_stalled(Some(self.id), &directions, true)),
            Action::Arm(mut rule) => {
                rule.id = Some(fired.rule);
                self.shared.change(|inner| inner.stream_mut(self.id, rule.direction).map(|stream| stream.arm(*rule)));
            }
            Action::Tell(function) => function(fired),
        }
        None
    }
}
