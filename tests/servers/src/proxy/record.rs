//! What was seen.

use super::{Direction, RuleId};

/// A connection of the proxy, counted from 1 in the order in which they were accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub u64);

/// How much has passed in a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// Which connection.
    pub connection: ConnectionId,
    /// Bytes from the client that were handed to the server.
    pub to_server: u64,
    /// Bytes from the server that were handed to the client.
    pub to_client: u64,
    /// Whether it is still open.
    pub open: bool,
}

/// A rule that struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fired {
    /// The rule; of an armed one, the rule that armed it.
    pub rule: RuleId,
    /// Where.
    pub connection: ConnectionId,
    /// The direction.
    pub direction: Direction,
    /// How many bytes had passed in that direction.
    pub passed: u64,
}

/// Bytes that passed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// In which connection.
    pub connection: ConnectionId,
    /// The direction.
    pub direction: Direction,
    /// How many bytes had passed there before.
    pub start: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// All that passed while it was recorded, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recording {
    /// The pieces.
    pub pieces: Vec<Piece>,
}

impl Recording {
    /// What passed in one direction of a connection.
    pub fn bytes(&self, connection: ConnectionId, direction: Direction) -> Vec<u8> {
        self.of(connection, direction).flat_map(|piece| piece.bytes.iter().copied()).collect()
    }

    /// Where a pattern begins, in bytes since the connection began: the first place in each connection and direction that has it.
    pub fn find(&self, pattern: &[u8]) -> Vec<(ConnectionId, Direction, u64)> {
        let mut streams: Vec<_> = self.pieces.iter().map(|piece| (piece.connection, piece.direction)).collect();
        streams.sort_unstable();
        streams.dedup();
        let place = |(connection, direction)| {
            let start = self.of(connection, direction).next()?.start;
            let bytes = self.bytes(connection, direction);
            let found = bytes.windows(pattern.len().max(1)).position(|window| window == pattern)?;
            Some((connection, direction, start + u64::try_from(found).ok()?))
        };
        streams.into_iter().filter_map(place).collect()
    }

    fn of(&self, connection: ConnectionId, direction: Direction) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(move |piece| (piece.connection, piece.direction) == (connection, direction))
    }
}
