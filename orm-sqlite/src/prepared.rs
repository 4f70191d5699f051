//! Prepared statements, with or without a place in the cache.

use std::ops::{Deref, DerefMut};

use orm_core::Result;
use rusqlite::{CachedStatement, Connection};

use crate::error::from_rusqlite;

/// A prepared statement that goes back to the cache, or one that is used once.
pub(crate) enum Prepared<'c> {
    Kept(CachedStatement<'c>),
    Once(rusqlite::Statement<'c>),
}

impl<'c> Prepared<'c> {
    #[inline]
    pub(crate) fn new(connection: &'c Connection, sql: &str, keep: bool) -> Result<Self> {
        let prepared =
            if keep { connection.prepare_cached(sql).map(Prepared::Kept) } else { connection.prepare(sql).map(Prepared::Once) };
        prepared.map_err(from_rusqlite)
    }
}

impl<'c> Deref for Prepared<'c> {
    type Target = rusqlite::Statement<'c>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        match self {
            Prepared::Kept(statement) => statement,
            Prepared::Once(statement) => statement,
        }
    }
}

impl DerefMut for Prepared<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self {
            Prepared::Kept(statement) => statement,
            Prepared::Once(statement) => statement,
        }
    }
}
