//! What the proxy's tasks and its owner share.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

use super::{
    Close, ConnectionId, Direction, Fired, Pace, Piece, Recording, Traffic,
    random::Random,
    rule::{Rule, RuleId},
    stream::Stream,
};

/// So many closed connections are remembered.
const REMEMBERED: usize = 10_000;

/// The state, and the news that it changed.
#[derive(Debug)]
pub(super) struct Shared {
    inner: Mutex<Inner>,
    changed: watch::Sender<()>,
}

/// The state.
#[derive(Debug)]
pub(super) struct Inner {
    pub upstream: SocketAddr,
    pub seed: u64,
    pub refusing: bool,
    /// Whether the acceptor has a listener.
    pub listening: bool,
    pub recording: Option<Recording>,
    pub fired: Vec<Fired>,
    pub connections: BTreeMap<ConnectionId, Connection>,
    pub closed: VecDeque<Traffic>,
    /// For connections to come.
    pace: [Pace; 2],
    stalled: [bool; 2],
    rules: Vec<Rule>,
    last_connection: u64,
    last_rule: u64,
}

/// An open connection.
#[derive(Debug)]
pub(super) struct Connection {
    to_server: Stream,
    to_client: Stream,
    pub cut: Option<Close>,
}

impl Shared {
    pub(super) fn new(upstream: SocketAddr) -> Self {
        let inner = Inner {
            upstream,
            seed: 0,
            refusing: false,
            listening: true,
            recording: None,
            fired: Vec::new(),
            connections: BTreeMap::new(),
            closed: VecDeque::new(),
            pace: [Pace::default(); 2],
            stalled: [false; 2],
            rules: Vec::new(),
            last_connection: 0,
            last_rule: 0,
        };
        Self { inner: Mutex::new(inner), changed: watch::Sender::new(()) }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes whoever waits for that.
    pub(super) fn change<T>(&self, how: impl FnOnce(&mut Inner) -> T) -> T {
        let result = how(&mut self.lock());
        self.changed.send_replace(());
        result
    }

    /// Hears of each change from now on.
    pub(super) fn listen(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Waits for a state.
    pub(super) async fn until<T>(&self, mut look: impl FnMut(&Inner) -> Option<T>) -> T {
        let mut changed = self.listen();
        loop {
            changed.mark_unchanged();
            if let Some(result) = look(&self.lock()) {
                return result;
            }
            if changed.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

impl Connection {
    pub(super) fn stream(&self, direction: Direction) -> &Stream {
        match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        }
    }

    pub(super) fn stream_mut(&mut self, direction: Direction) -> &mut Stream {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    pub(super) fn traffic(&self, connection: ConnectionId, open: bool) -> Traffic {
        Traffic { connection, to_server: self.to_server.passed, to_client: self.to_client.passed, open }
    }
}

impl Inner {
    /// A new connection, with what holds for all.
    pub(super) fn open(&mut self) -> ConnectionId {
        self.last_connection += 1;
        let id = ConnectionId(self.last_connection);
        let mut seeds = Random::new(self.seed ^ id.0.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let mut stream = |direction: Direction, pace: Pace, stalled: bool| {
            let mut stream = Stream::new(seeds.next());
            stream.pace = pace;
            stream.budget = stalled.then_some(0);
            let rules = self.rules.iter().filter(|rule| rule.direction == direction);
            rules.filter(|rule| rule.only.is_none_or(|only| only == id)).for_each(|rule| stream.arm(rule.clone()));
            stream
        };
        let [pace_to_server, pace_to_client] = self.pace;
        let [stalled_to_server, stalled_to_client] = self.stalled;
        let to_server = stream(Direction::ToServer, pace_to_server, stalled_to_server);
        let to_client = stream(Direction::ToClient, pace_to_client, stalled_to_client);
        self.connections.insert(id, Connection { to_server, to_client, cut: None });
        id
    }

    /// The connection has ended.
    pub(super) fn close(&mut self, id: ConnectionId) {
        if let Some(connection) = self.connections.remove(&id) {
            if self.closed.len() == REMEMBERED {
                self.closed.pop_front();
            }
            self.closed.push_back(connection.traffic(id, false));
        }
    }

    pub(super) fn stream_mut(&mut self, id: ConnectionId, direction: Direction) -> Option<&mut Stream> {
        self.connections.get_mut(&id).map(|connection| connection.stream_mut(direction))
    }

    /// The open streams that are meant.
    pub(super) fn streams(&mut self, only: Option<ConnectionId>, directions: &[Direction]) -> impl Iterator<Item = &mut Stream> {
        let connections = self.connections.iter_mut().filter(move |(id, _)| only.is_none_or(|only| only == **id));
        let (to_server, to_client) = (directions.contains(&Direction::ToServer), directions.contains(&Direction::ToClient));
        connections.flat_map(move |(_, connection)| {
            let streams = [(to_server, &mut connection.to_server), (to_client, &mut connection.to_client)];
            streams.into_iter().filter_map(|(meant, stream)| meant.then_some(stream))
        })
    }

    pub(super) fn set_pace(&mut self, only: Option<ConnectionId>, directions: &[Direction], pace: Pace) {
        self.streams(only, directions).for_each(|stream| stream.pace = pace);
        if only.is_none() {
            set(&mut self.pace, directions, pace);
        }
    }

    pub(super) fn set_stalled(&mut self, only: Option<ConnectionId>, directions: &[Direction], stalled: bool) {
        self.streams(only, directions).for_each(|stream| stream.budget = stalled.then_some(0));
        if only.is_none() {
            set(&mut self.stalled, directions, stalled);
        }
    }

    pub(super) fn add_rule(&mut self, mut rule: Rule) -> RuleId {
        self.last_rule += 1;
        let id = RuleId(self.last_rule);
        rule.id = Some(id);
        self.streams(rule.only, &[rule.direction]).for_each(|stream| stream.arm(rule.clone()));
        self.rules.push(rule);
        id
    }

    /// Takes away one rule, or all.
    pub(super) fn remove_rule(&mut self, which: Option<RuleId>) {
        self.rules.retain(|rule| which.is_some() && rule.id != which);
        self.streams(None, &Direction::BOTH).for_each(|stream| stream.disarm(which));
    }

    /// Notes what passes.
    pub(super) fn record(&mut self, connection: ConnectionId, direction: Direction, start: u64, bytes: &[u8]) {
        if let Some(recording) = &mut self.recording {
            recording.pieces.push(Piece { connection, direction, start, bytes: bytes.to_vec() });
        }
    }
}

/// Sets what belongs to these directions.
fn set<T: Copy>(both: &mut [T; 2], directions: &[Direction], value: T) {
    for (slot, direction) in both.iter_mut().zip(Direction::BOTH) {
        if directions.contains(&direction) {
            *slot = value;
        }
    }
}
