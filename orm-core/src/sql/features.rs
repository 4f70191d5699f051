//! What databases can and cannot do, as data. The same constants drive rendering, the tests' skips and the guide's table.

/// What a database can do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Features {
    /// The database's name.
    pub name: &'static str,
    /// The most values that one statement may bind.
    pub max_parameters: usize,
    /// Whether an INSERT tells the generated key by RETURNING.
    pub returns_keys: bool,
    /// Whether CREATE TABLE and the like can be rolled back.
    pub transactional_ddl: bool,
    /// Whether a NaN can be stored.
    pub stores_nan: bool,
}

/// SQLite, from 3.51.3.
pub const SQLITE_FEATURES: Features =
    Features { name: "SQLite", max_parameters: 32_766, returns_keys: false, transactional_ddl: true, stores_nan: false };
