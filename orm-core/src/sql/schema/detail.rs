//! What the definition of a key, constraint or index says, piece by piece.

use super::shape::{IndexKey, OnDeleteRule};

/// The pieces of a definition.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Detail {
    /// What an index orders the rows by.
    pub keys: Vec<IndexKey>,
    /// The columns that an index holds beside.
    pub include: Vec<String>,
    /// The condition of a check, or of the rows of an index.
    pub condition: Option<String>,
    /// The access method of an index, if it is not a B-tree.
    pub method: Option<String>,
    /// What a foreign key does when its target goes.
    pub on_delete: OnDeleteRule,
}

impl Detail {
    pub(super) fn check(condition: &str) -> Detail {
        Detail { condition: Some(condition.to_owned()), ..Detail::default() }
    }
}
