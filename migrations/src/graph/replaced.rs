//! Squashed migrations, and what they stand for: one of the two is in the graph.

use std::collections::{BTreeMap, BTreeSet};

use super::{Node, missing};
use crate::error::{Error, Result};
use crate::migration::{Migration, MigrationId};

/// The migrations that are in the graph.
pub(super) struct Resolved {
    migrations: BTreeMap<MigrationId, Migration>,
    /// By what those are meant that are not in the graph.
    instead: BTreeMap<MigrationId, Vec<MigrationId>>,
    /// What is applied, squashed ones included for which all is applied that they stand for.
    pub(super) applied: BTreeSet<MigrationId>,
}

/// Leaves out what is replaced by a squashed migration, or the squashed one where only a part of that is applied.
pub(super) fn resolve(migrations: BTreeMap<MigrationId, Migration>, applied: &BTreeSet<MigrationId>) -> Result<Resolved> {
    let squashed: Vec<MigrationId> = inner_first(&migrations)?;
    let mut resolved = Resolved { migrations, instead: BTreeMap::new(), applied: applied.clone() };
    for id in squashed {
        resolved.choose(&id);
    }
    Ok(resolved)
}

/// The squashed migrations, each behind those that it stands for itself.
fn inner_first(migrations: &BTreeMap<MigrationId, Migration>) -> Result<Vec<MigrationId>> {
    let mut waiting: Vec<&Migration> = migrations.values().filter(|migration| !migration.replaces.is_empty()).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let blocked: BTreeSet<&MigrationId> = waiting.iter().map(|migration| &migration.id).collect();
        let (ready, later): (Vec<&Migration>, Vec<&Migration>) =
            waiting.into_iter().partition(|migration| !migration.replaces.iter().any(|id| blocked.contains(id)));
        if ready.is_empty() {
            return Err(Error::Cycle { migrations: later.into_iter().map(|migration| migration.id.clone()).collect() });
        }
        order.extend(ready.into_iter().map(|migration| migration.id.clone()));
        waiting = later;
    }
    Ok(order)
}

impl Resolved {
    /// Takes a squashed migration or what it stands for.
    fn choose(&mut self, id: &MigrationId) {
        let Some(squashed) = self.migrations.get(id) else { return };
        let replaces = squashed.replaces.clone();
        let applied = replaces.iter().filter(|id| self.applied.contains(*id)).count();
        let is_whole = applied == 0 || applied == replaces.len() || self.applied.contains(id);
        if is_whole {
            for replaced in &replaces {
                self.migrations.remove(replaced);
                self.instead.insert(replaced.clone(), vec![id.clone()]);
            }
            if applied == replaces.len() {
                self.applied.insert(id.clone());
            }
        } else {
            self.migrations.remove(id);
            // What comes after the squashed one comes after the last of what it stands for.
            let is_last = |of: &MigrationId| {
                let mut others = replaces.iter().filter(|other| *other != of).filter_map(|other| self.migrations.get(other));
                !others.any(|other| other.parents.contains(of))
            };
            let last = replaces.iter().filter(|of| is_last(of)).cloned().collect();
            self.instead.insert(id.clone(), last);
        }
    }

    /// What a name means among those in the graph.
    fn meant(&self, id: &MigrationId) -> Vec<MigrationId> {
        let (mut found, mut queue, mut seen) = (Vec::new(), vec![id], BTreeSet::new());
        while let Some(id) = queue.pop() {
            match self.instead.get(id) {
                Some(instead) if seen.insert(id) => queue.extend(instead),
                Some(_) => {}
                None => found.push(id.clone()),
            }
        }
        found
    }

    /// The nodes with their parents.
    pub(super) fn nodes(&self) -> Result<BTreeMap<MigrationId, Node>> {
        let node =
            |migration: &Migration| Node { migration: migration.clone(), parents: BTreeSet::new(), children: BTreeSet::new() };
        let mut nodes: BTreeMap<MigrationId, Node> =
            self.migrations.iter().map(|(id, migration)| (id.clone(), node(migration))).collect();
        let mut edges: Vec<(MigrationId, MigrationId)> = Vec::new();
        for (id, migration) in &self.migrations {
            for parent in &migration.parents {
                let meant = self.known(id, "parents", parent)?;
                edges.extend(meant.into_iter().map(|parent| (parent, id.clone())));
            }
            for child in &migration.run_before {
                let meant = self.known(id, "run_before", child)?;
                edges.extend(meant.into_iter().map(|child| (id.clone(), child)));
            }
        }
        for (parent, child) in edges {
            // What is squashed together no longer waits for its own parts; a migration that names itself waits for ever.
            let names_itself = parent == child && self.migrations.get(&child).is_none_or(|child| child.replaces.is_empty());
            if (parent != child || names_itself)
                && let Some(node) = nodes.get_mut(&child)
            {
                node.parents.insert(parent);
            }
        }
        Ok(nodes)
    }

    /// What a name means, if it means anything.
    fn known(&self, by: &MigrationId, list: &'static str, id: &MigrationId) -> Result<Vec<MigrationId>> {
        let meant = self.meant(id);
        match meant.iter().find(|id| !self.migrations.contains_key(id)) {
            Some(absent) => Err(missing(by, list, absent, self.migrations.keys())),
            None => Ok(meant),
        }
    }
}
