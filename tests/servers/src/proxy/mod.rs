//! A TCP proxy that breaks connections at exact bytes.
//!
//! It stands between client and server on the loopback, forwards every byte, and while it runs it can be told to slice, to delay, to fall
//! silent, to close. What it is told holds from the moment at which the call returns: nothing passes any more that may not.
//!
//! A connection through the proxy behaves as one to the server: an end of the stream is handed on, so is an error, in each direction.

mod pump;
mod random;
mod record;
mod rule;
mod shared;
mod stream;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use tokio::{
    net::TcpListener,
    runtime::{self, Handle},
    sync::mpsc,
    task::AbortHandle,
};

pub use record::{ConnectionId, Fired, Piece, Recording, Traffic};
pub use rule::{Close, Direction, Rule, RuleId};
pub use stream::Pace;

use crate::{Error, Result, port};
use shared::Shared;

/// Which streams a fault is for: of all connections, also those to come, or of one; in one direction or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    connection: Option<ConnectionId>,
    direction: Option<Direction>,
}

impl Scope {
    /// All.
    pub const ALL: Self = Self { connection: None, direction: None };

    /// This direction only.
    #[must_use]
    pub fn direction(self, direction: Direction) -> Self {
        Self { direction: Some(direction), ..self }
    }

    /// This connection only.
    #[must_use]
    pub fn connection(self, connection: ConnectionId) -> Self {
        Self { connection: Some(connection), ..self }
    }

    fn directions(self) -> &'static [Direction] {
        match self.direction {
            None => &Direction::BOTH,
            Some(Direction::ToServer) => &[Direction::ToServer],
            Some(Direction::ToClient) => &[Direction::ToClient],
        }
    }
}

impl From<Direction> for Scope {
    fn from(direction: Direction) -> Self {
        Self::ALL.direction(direction)
    }
}

impl From<ConnectionId> for Scope {
    fn from(connection: ConnectionId) -> Self {
        Self::ALL.connection(connection)
    }
}

/// The proxy. Dropping it ends its connections and its tasks.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// New listeners for the acceptor, which ends with the channel.
    listeners: Option<mpsc::UnboundedSender<StdListener>>,
    home: Home,
}

/// Where the tasks run.
#[derive(Debug)]
enum Home {
    Runtime(AbortHandle),
    Thread(Option<JoinHandle<()>>),
}

impl Proxy {
    /// Starts a proxy in the runtime of the caller. A runtime with one thread must not be blocked while the proxy is to work.
    pub fn start(upstream: SocketAddr) -> Result<Self> {
        let runtime = Handle::try_current().map_err(|error| Error::io("the proxy")(std::io::Error::other(error)))?;
        let (address, listener) = listen()?;
        let shared = Arc::new(Shared::new(upstream));
        let (sender, receiver) = mpsc::unbounded_channel();
        let listener = TcpListener::from_std(listener).map_err(Error::io("listen"))?;
        let task = runtime.spawn(pump::accept(Arc::clone(&shared), listener, receiver));
        Ok(Self { address, shared, listeners: Some(sender), home: Home::Runtime(task.abort_handle()) })
    }

    /// Starts a proxy on a thread of its own, which works in any surroundings.
    pub fn start_blocking(upstream: SocketAddr) -> Result<Self> {
        let (address, listener) = listen()?;
        let shared = Arc::new(Shared::new(upstream));
        let (sender, receiver) = mpsc::unbounded_channel();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::io("a runtime"))?;
        let listener = {
            let _inside = runtime.enter();
            TcpListener::from_std(listener).map_err(Error::io("listen"))?
        };
        let accept = pump::accept(Arc::clone(&shared), listener, receiver);
        let thread = thread::Builder::new().name("amphi-proxy".into()).spawn(move || runtime.block_on(accept));
        let thread = thread.map_err(Error::io("a thread"))?;
        Ok(Self { address, shared, listeners: Some(sender), home: Home::Thread(Some(thread)) })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Has connections to come go to another server.
    pub fn set_upstream(&self, upstream: SocketAddr) {
        self.shared.change(|inner| inner.upstream = upstream);
    }

    /// The seed of the random delays, for connections to come. They are the same again for the same connections in the same order.
    pub fn seed(&self, seed: u64) {
        self.shared.change(|inner| inner.seed = seed);
    }

    /// How fast bytes pass.
    pub fn pace(&self, scope: impl Into<Scope>, pace: Pace) {
        let scope = scope.into();
        self.shared.change(|inner| inner.set_pace(scope.connection, scope.directions(), pace));
    }

    /// Lets nothing pass and closes nothing: a black hole. New connections are accepted and come no further. Nothing is lost.
    pub fn stall(&self, scope: impl Into<Scope>) {
        let scope = scope.into();
        self.shared.change(|inner| inner.set_stalled(scope.connection, scope.directions(), true));
    }

    /// Lets exactly so many more bytes pass in each of these open streams, and nothing after them.
    pub fn release(&self, scope: impl Into<Scope>, bytes: u64) {
        let scope = scope.into();
        let more = |budget: Option<u64>| Some(budget.unwrap_or(0).saturating_add(bytes));
        self.shared.change(|inner| {
            inner.streams(scope.connection, scope.directions()).for_each(|stream| stream.budget = more(stream.budget));
        });
    }

    /// Ends a stall.
    pub fn resume(&self, scope: impl Into<Scope>) {
        let scope = scope.into();
        self.shared.change(|inner| inner.set_stalled(scope.connection, scope.directions(), false));
    }

    /// Ends all faults, but does not mend what is cut: no stall, no rule, full pace, new connections welcome.
    pub fn heal(&self) -> Result<()> {
        self.shared.change(|inner| {
            inner.remove_rule(None);
            inner.set_pace(None, &Direction::BOTH, Pace::full());
            inner.set_stalled(None, &Direction::BOTH, false);
        });
        self.welcome()
    }

    /// Closes all connections, very soon.
    pub fn cut_all(&self, how: Close) {
        self.shared.change(|inner| inner.connections.values_mut().for_each(|connection| connection.cut = Some(how)));
    }

    /// Closes one connection, very soon.
    pub fn cut(&self, connection: ConnectionId, how: Close) {
        self.shared.change(|inner| {
            if let Some(connection) = inner.connections.get_mut(&connection) {
                connection.cut = Some(how);
            }
        });
    }

    /// Ends one direction of a connection where it is, very soon; what its sender still sends is lost. The other direction goes on.
    pub fn half_close(&self, connection: ConnectionId, direction: Direction) -> RuleId {
        self.rule(Rule::after(direction, 0).half_close().only(connection))
    }

    /// Lets no new connection through from now on: it is refused, or in the first moment reset.
    pub fn refuse(&self) {
        self.shared.change(|inner| inner.refusing = true);
    }

    /// Lets new connections through again.
    pub fn welcome(&self) -> Result<()> {
        let mut inner = self.shared.lock();
        inner.refusing = false;
        if !inner.listening {
            let listener = bind(self.address).map_err(Error::io("listen again"))?;
            inner.listening = true;
            if let Some(listeners) = &self.listeners {
                let _ended = listeners.send(listener);
            }
        }
        Ok(())
    }

    /// Adds a rule for the open connections and those to come.
    pub fn rule(&self, rule: Rule) -> RuleId {
        self.shared.change(|inner| inner.add_rule(rule))
    }

    /// Takes a rule away.
    pub fn remove_rule(&self, rule: RuleId) {
        self.shared.change(|inner| inner.remove_rule(Some(rule)));
    }

    /// Closes the connection that first sends the pattern, so many bytes behind its end.
    pub fn cut_after_pattern(&self, direction: Direction, pattern: impl AsRef<[u8]>, extra: u64, how: Close) -> RuleId {
        self.rule(Rule::pattern(direction, pattern, extra).cut(how))
    }

    /// Closes the connection in which first so many bytes have passed.
    pub fn cut_after(&self, direction: Direction, bytes: u64, how: Close) -> RuleId {
        self.rule(Rule::at(direction, bytes).cut(how))
    }

    /// Stalls both directions of the connection that first sends the pattern, right behind its end.
    pub fn stall_at_pattern(&self, direction: Direction, pattern: impl AsRef<[u8]>) -> RuleId {
        self.rule(Rule::pattern(direction, pattern, 0).stall(&Direction::BOTH))
    }

    /// The rules that have struck so far, in their order.
    pub fn fired(&self) -> Vec<Fired> {
        self.shared.lock().fired.clone()
    }

    /// Waits until a rule strikes, or has struck before.
    pub async fn until_fired(&self, rule: RuleId) -> Fired {
        self.shared.until(|inner| inner.fired.iter().find(|fired| fired.rule == rule).copied()).await
    }

    /// As [`until_fired`](Self::until_fired), for blocking callers.
    pub fn wait_until_fired(&self, rule: RuleId, within: Duration) -> Result<Fired> {
        wait("a rule strikes", within, || self.fired().into_iter().find(|fired| fired.rule == rule))
    }

    /// How much has passed in the open connections and the last ten thousand closed ones.
    pub fn traffic(&self) -> Vec<Traffic> {
        let inner = self.shared.lock();
        let open = inner.connections.iter().map(|(id, connection)| connection.traffic(*id, true));
        let mut traffic: Vec<_> = inner.closed.iter().copied().chain(open).collect();
        traffic.sort_by_key(|traffic| traffic.connection);
        traffic
    }

    /// How many connections are open.
    pub fn open(&self) -> usize {
        self.shared.lock().connections.len()
    }

    /// Waits until no connection is open.
    pub async fn until_closed(&self) {
        self.shared.until(|inner| inner.connections.is_empty().then_some(())).await;
    }

    /// As [`until_closed`](Self::until_closed), for blocking callers.
    pub fn wait_until_closed(&self, within: Duration) -> Result<()> {
        wait("all connections of the proxy are closed", within, || (self.open() == 0).then_some(()))
    }

    /// Records from now on what passes, and forgets what was recorded before.
    pub fn record(&self) {
        self.shared.lock().recording = Some(Recording::default());
    }

    /// Ends the recording and gives it back.
    pub fn recording(&self) -> Recording {
        self.shared.lock().recording.take().unwrap_or_default()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listeners = None;
        match &mut self.home {
            Home::Runtime(task) => task.abort(),
            Home::Thread(thread) => {
                if let Some(thread) = thread.take() {
                    let _ended = thread.join();
                }
            }
        }
    }
}

/// A listener on a free port.
fn listen() -> Result<(SocketAddr, StdListener)> {
    for _ in 0..20 {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port::free_port()?));
        if let Ok(listener) = bind(address) {
            return Ok((address, listener));
        }
    }
    Err(Error::NoPort)
}

fn bind(address: SocketAddr) -> std::io::Result<StdListener> {
    let listener = StdListener::bind(address)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Looks again and again.
fn wait<T>(what: &str, within: Duration, look: impl Fn() -> Option<T>) -> Result<T> {
    let start = Instant::now();
    loop {
        if let Some(result) = look() {
            return Ok(result);
        }
        if start.elapsed() > within {
            return Err(Error::TooSlow { what: what.into(), within });
        }
        thread::sleep(Duration::from_millis(1));
    }
}
