//! What happens where in the stream.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{ConnectionId, Fired};

/// One of the two streams of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// What the client sends.
    ToServer,
    /// What the server sends.
    ToClient,
}

impl Direction {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::ToServer, Self::ToClient];

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

/// How a connection is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Close {
    /// Both sides read the end of the stream, as from a peer that closes.
    Fin,
    /// Both sides get an error, as from a peer that crashed.
    Reset,
}

/// The number of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RuleId(pub(super) u64);

/// Where a rule strikes.
#[derive(Debug, Clone)]
pub(super) enum When {
    /// When so many bytes have passed since the connection began.
    At(u64),
    /// When so many more bytes have passed since the rule was there.
    After(u64),
    /// So many bytes after the end of these bytes.
    Pattern(Arc<[u8]>, u64),
}

/// What a rule does.
#[derive(Clone)]
pub(super) enum Action {
    Cut(Close),
    HalfClose,
    Stall(Vec<Direction>),
    Arm(Box<Rule>),
    Tell(Arc<dyn Fn(&Fired) + Send + Sync>),
}

/// What happens at an exact byte of a stream.
///
/// It strikes once, at the first connection that gets so far, unless [`times`](Self::times) or [`always`](Self::always) say otherwise.
/// No byte behind that place passes before it has struck.
///
/// ```
/// use amphi_servers::proxy::{Close, Direction, Rule};
///
/// // The third byte of the answer to the first COMMIT is the last that the client sees.
/// let answer = Rule::after(Direction::ToClient, 3).cut(Close::Reset);
/// let rule = Rule::pattern(Direction::ToServer, b"COMMIT", 0).arm(answer);
/// # drop(rule);
/// ```
#[derive(Debug, Clone)]
pub struct Rule {
    pub(super) direction: Direction,
    pub(super) when: When,
    pub(super) actions: Vec<Action>,
    pub(super) only: Option<ConnectionId>,
    pub(super) left: Arc<AtomicU64>,
    pub(super) id: Option<RuleId>,
}

impl Rule {
    fn new(direction: Direction, when: When) -> Self {
        Self { direction, when, actions: Vec::new(), only: None, left: Arc::new(AtomicU64::new(1)), id: None }
    }

    /// When `bytes` bytes of the connection have passed.
    pub fn at(direction: Direction, bytes: u64) -> Self {
        Self::new(direction, When::At(bytes))
    }

    /// When `bytes` more bytes of the connection have passed; of a new connection, the first ones.
    pub fn after(direction: Direction, bytes: u64) -> Self {
        Self::new(direction, When::After(bytes))
    }

    /// When `extra` bytes after the end of the pattern have passed. An empty pattern is found at once.
    pub fn pattern(direction: Direction, pattern: impl AsRef<[u8]>, extra: u64) -> Self {
        Self::new(direction, When::Pattern(pattern.as_ref().into(), extra))
    }

    /// Closes the connection.
    #[must_use]
    pub fn cut(self, how: Close) -> Self {
        self.with(Action::Cut(how))
    }

    /// Ends this direction; what its sender still sends is lost. The other direction goes on.
    #[must_use]
    pub fn half_close(self) -> Self {
        self.with(Action::HalfClose)
    }

    /// Lets nothing more pass in these directions of the connection until it is healed.
    #[must_use]
    pub fn stall(self, directions: &[Direction]) -> Self {
        self.with(Action::Stall(directions.into()))
    }

    /// Adds another rule to this connection.
    #[must_use]
    pub fn arm(self, rule: Self) -> Self {
        self.with(Action::Arm(Box::new(rule)))
    }

    /// Calls a function, on the proxy's thread and before any further byte passes.
    #[must_use]
    pub fn tell(self, function: impl Fn(&Fired) + Send + Sync + 'static) -> Self {
        self.with(Action::Tell(Arc::new(function)))
    }

    /// Holds for one connection only.
    #[must_use]
    pub fn only(mut self, connection: ConnectionId) -> Self {
        self.only = Some(connection);
        self
    }

    /// How often it strikes, over all connections.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.left = Arc::new(AtomicU64::new(times));
        self
    }

    /// It strikes in each connection, and a pattern each time that it passes.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    fn with(mut self, action: Action) -> Self {
        self.actions.push(action);
        self
    }

    /// Takes one of the times that are left.
    pub(super) fn take(&self) -> bool {
        let less = |left: u64| left.checked_sub(u64::from(left != u64::MAX));
        self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, less).is_ok()
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cut(how) => write!(f, "Cut({how:?})"),
            Self::HalfClose => f.write_str("HalfClose"),
            Self::Stall(directions) => write!(f, "Stall({directions:?})"),
            Self::Arm(rule) => write!(f, "Arm({rule:?})"),
            Self::Tell(_) => f.write_str("Tell(_)"),
        }
    }
}
