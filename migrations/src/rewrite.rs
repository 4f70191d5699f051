//! Migrations made out of others: several as one, diverged ones joined, a branch put behind another one.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::migration::{Migration, MigrationId};
use crate::names::{joined, next_name};
use crate::operation::Operation;
use crate::optimize::optimize;

/// One migration that stands for all of an app from the first one up to `to`, or from `from`. The files of these stay until it is
/// applied wherever they are.
///
/// Operations that are `elidable` are left out, and the others are optimized.
///
/// # Errors
/// [`Error::Rewrite`] if the migrations do not follow each other, or if others in between would have to come both before and after the
/// new one.
pub fn squash(graph: &Graph, app: &str, from: Option<&MigrationId>, to: &MigrationId) -> Result<Migration> {
    let chain = chain(graph, app, from, to)?;
    let ids: BTreeSet<&MigrationId> = chain.iter().map(|migration| &migration.id).collect();
    let (Some(first), Some(last)) = (chain.first(), chain.last()) else {
        return Err(Error::Rewrite(format!("there is nothing of `{app}` to squash")));
    };
    if let Some(between) = graph.between(&ids) {
        return Err(Error::Rewrite(format!(
            "{between} comes after {} and before {}, so that they cannot be one; squash up to what it needs, and then from there",
            first.id, last.id
        )));
    }
    let number = first.id.name.split('_').next().unwrap_or_default();
    let mut squashed = Migration::new(MigrationId::new(app, format!("{number}_squashed_{}", last.id.name)), Vec::new());
    for migration in &chain {
        // What is squashed twice stands for the first ones, which the database may know.
        let itself = std::slice::from_ref(&migration.id);
        squashed.replaces.extend_from_slice(if migration.replaces.is_empty() { itself } else { &migration.replaces });
        let outside = |id: &&MigrationId| !ids.contains(*id);
        squashed.parents.extend(migration.parents.iter().filter(outside).cloned());
        squashed.run_before.extend(migration.run_before.iter().filter(outside).cloned());
        squashed.atomic &= migration.atomic;
        squashed.operations.extend(migration.operations.iter().filter(|operation| !operation.is_elidable()).cloned());
    }
    for list in [&mut squashed.parents, &mut squashed.run_before] {
        list.sort();
        list.dedup();
    }
    squashed.operations = optimize(squashed.operations);
    Ok(squashed)
}

/// The migrations of an app from one to another, each right behind the one before.
fn chain<'g>(graph: &'g Graph, app: &str, from: Option<&MigrationId>, to: &MigrationId) -> Result<Vec<&'g Migration>> {
    let until = graph.ancestors(to);
    let since = from.map(|from| graph.descendants(from));
    let is_within =
        |id: &MigrationId| id.app == app && until.contains(id) && since.as_ref().is_none_or(|since| since.contains(id));
    let chain: Vec<&Migration> = graph.iter().filter(|migration| is_within(&migration.id)).collect();
    let ends = [from, Some(to)].into_iter().flatten();
    for end in ends {
        if !chain.iter().any(|migration| migration.id == *end) {
            return Err(Error::Rewrite(format!("{end} is not among the migrations of `{app}` that lead to {to}")));
        }
    }
    Ok(chain)
}

/// A migration that does nothing and comes after all ends of an app's history, if what these do can be done in either order.
///
/// # Errors
/// [`Error::Rewrite`] names two operations of which each end has one, and whose order matters: then one branch has to be put behind the
/// other by [`rebase`].
pub fn merge(graph: &Graph, app: &str) -> Result<Migration> {
    let leaves: Vec<&Migration> = graph.leaves(app).into_iter().filter_map(|id| graph.get(id)).collect();
    if leaves.len() < 2 {
        return Err(Error::Rewrite(format!("the migrations of `{app}` have one end, and nothing is to be joined")));
    }
    let branches: Vec<Vec<&Migration>> = leaves.iter().map(|leaf| branch(graph, leaf, &leaves)).collect();
    for (at, left) in branches.iter().enumerate() {
        for right in branches.iter().skip(at + 1) {
            check_order(left, right)?;
        }
    }
    let of_app = graph.iter().map(|migration| &migration.id).filter(|id| id.app == app);
    let name = next_name(of_app, &joined(&leaves));
    Ok(Migration::new(MigrationId::new(app, name), leaves.iter().map(|leaf| leaf.id.clone()).collect()))
}

/// The migrations that only this end comes after, those of other apps included.
fn branch<'g>(graph: &'g Graph, leaf: &Migration, leaves: &[&Migration]) -> Vec<&'g Migration> {
    let others = leaves.iter().filter(|other| other.id != leaf.id).flat_map(|other| graph.ancestors(&other.id));
    let others: BTreeSet<&MigrationId> = others.collect();
    let own = graph.ancestors(&leaf.id);
    graph.iter().filter(|migration| own.contains(&migration.id) && !others.contains(&migration.id)).collect()
}

/// That the order of two branches does not matter.
fn check_order(left: &[&Migration], right: &[&Migration]) -> Result<()> {
    let all = |branch: &[&Migration]| -> Vec<(MigrationId, Operation)> {
        let each = branch.iter().flat_map(|migration| migration.operations.iter().map(|one| (migration.id.clone(), one.clone())));
        each.collect()
    };
    for (left_id, left) in all(left) {
        let access = left.access(None);
        for (right_id, right) in all(right) {
            // What a user added is the user's to judge; what is known to clash is not joined.
            let other = right.access(None);
            if !access.unknown && !other.unknown && access.conflicts(&other) {
                return Err(Error::Rewrite(format!(
                    "the order of \"{}\" ({left_id}) and \"{}\" ({right_id}) matters; put one branch behind the other",
                    left.describe(),
                    right.describe()
                )));
            }
        }
    }
    Ok(())
}

/// The migrations of the branch that ends in `leaf`, renumbered and put behind `onto`, each with the name that it has had; its file is to
/// be removed. Migrations of other apps that name them get their new names.
///
/// This is for a branch that is applied nowhere but where it was written.
///
/// # Errors
/// [`Error::Rewrite`] if `leaf` comes after `onto` already, or is of another app.
pub fn rebase(graph: &Graph, leaf: &MigrationId, onto: &MigrationId) -> Result<Vec<(MigrationId, Migration)>> {
    let wrong = |reason: &str| Err(Error::Rewrite(format!("{leaf} cannot be put behind {onto}: {reason}")));
    let (Some(_), Some(base)) = (graph.get(leaf), graph.get(onto)) else { return wrong("there is no such migration") };
    if leaf.app != onto.app {
        return wrong("they are of two apps");
    }
    let (own, below) = (graph.ancestors(leaf), graph.ancestors(&base.id));
    if own.contains(onto) || below.contains(leaf) {
        return wrong("the one comes after the other already");
    }
    let branch: Vec<&Migration> = graph
        .iter()
        .filter(|migration| migration.id.app == leaf.app && own.contains(&migration.id) && !below.contains(&migration.id))
        .collect();
    let mut renamed: BTreeMap<&MigrationId, MigrationId> = BTreeMap::new();
    let mut taken: Vec<MigrationId> = below.iter().filter(|id| id.app == leaf.app).map(|id| (*id).clone()).collect();
    for migration in &branch {
        let digits = migration.id.name.chars().take_while(char::is_ascii_digit).count();
        let what: String = migration.id.name.chars().skip(digits).skip_while(|letter| *letter == '_').collect();
        let id = MigrationId::new(&leaf.app, next_name(taken.iter(), &what));
        taken.push(id.clone());
        renamed.insert(&migration.id, id);
    }
    let mut moved = Vec::new();
    for migration in graph.iter() {
        let mut new = migration.clone();
        let is_of_branch = renamed.contains_key(&migration.id);
        if is_of_branch {
            new.parents.retain(|parent| parent.app != leaf.app || renamed.contains_key(parent));
            if !new.parents.iter().any(|parent| parent.app == leaf.app) {
                new.parents.push(onto.clone());
            }
        }
        for id in new.parents.iter_mut().chain(&mut new.run_before).chain(&mut new.replaces).chain([&mut new.id]) {
            if let Some(to) = renamed.get(id) {
                id.clone_from(to);
            }
        }
        new.parents.sort();
        if is_of_branch || new != *migration {
            moved.push((migration.id.clone(), new));
        }
    }
    Ok(moved)
}
