//! The order of migrations: each behind those that it comes after, and otherwise by their names, so that it is always the same.

use std::collections::{BTreeMap, BTreeSet};

use super::Node;
use crate::error::{Error, Result};
use crate::migration::MigrationId;

/// All migrations, each behind its parents.
pub(super) fn of(nodes: &BTreeMap<MigrationId, Node>) -> Result<Vec<MigrationId>> {
    let mut waiting: BTreeMap<&MigrationId, usize> = nodes.iter().map(|(id, node)| (id, node.parents.len())).collect();
    let mut ready: BTreeSet<&MigrationId> = nodes.iter().filter(|(_, node)| node.parents.is_empty()).map(|(id, _)| id).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(id) = ready.pop_first() {
        waiting.remove(id);
        order.push(id.clone());
        for child in nodes.get(id).into_iter().flat_map(|node| &node.children) {
            if let Some(count) = waiting.get_mut(child) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.insert(child);
                }
            }
        }
    }
    if waiting.is_empty() { Ok(order) } else { Err(Error::Cycle { migrations: cycle(nodes, &waiting) }) }
}

/// A cycle among migrations of which each waits for another one, each a parent of the next.
fn cycle(nodes: &BTreeMap<MigrationId, Node>, waiting: &BTreeMap<&MigrationId, usize>) -> Vec<MigrationId> {
    let mut path: Vec<&MigrationId> = waiting.keys().copied().take(1).collect();
    while let Some(parent) =
        path.last().and_then(|id| nodes.get(*id)).and_then(|node| node.parents.iter().find(|parent| waiting.contains_key(parent)))
    {
        if let Some(start) = path.iter().position(|id| *id == parent) {
            return path.split_off(start).into_iter().rev().cloned().collect();
        }
        path.push(parent);
    }
    path.into_iter().cloned().collect()
}
