//! Migrations in their order: which comes after which, what is to be done to get somewhere, and the schema that they lead to.

mod order;
mod plan;
mod replaced;

use std::collections::{BTreeMap, BTreeSet};

use orm_core::schema::SchemaState;

pub use self::plan::{Plan, Target, Undo};
use crate::error::{Error, Result};
use crate::migration::{Migration, MigrationId};
use crate::similar::nearest;

/// All migrations of a program.
///
/// ```
/// use orm_migrations::graph::Graph;
/// use orm_migrations::file;
///
/// let migrations = file::parse_all([
///     ("0001_initial.toml", "app = \"shop\"\n"),
///     ("0002_isbn.toml", "app = \"shop\"\nparents = [\"shop.0001_initial\"]\n"),
/// ])?;
/// let graph = Graph::new(migrations)?;
/// let order: Vec<String> = graph.iter().map(|migration| migration.id.to_string()).collect();
/// assert_eq!(order, ["shop.0001_initial", "shop.0002_isbn"]);
/// # Ok::<(), orm_migrations::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    nodes: BTreeMap<MigrationId, Node>,
    /// All, each behind its parents.
    order: Vec<MigrationId>,
    /// Those that the database has, among them squashed ones for which it has all that they stand for.
    applied: BTreeSet<MigrationId>,
    /// Those that the database has, and that are in no file.
    unknown: Vec<MigrationId>,
}

#[derive(Debug, Clone)]
struct Node {
    migration: Migration,
    /// What it comes after, by `parents` and by the `run_before` of others.
    parents: BTreeSet<MigrationId>,
    children: BTreeSet<MigrationId>,
}

impl Graph {
    /// The graph of a program's migrations, of which none is applied yet. Squashed ones stand for what they replace.
    ///
    /// # Errors
    /// [`Error::Twice`], [`Error::Missing`], [`Error::Cycle`] and [`Error::SameNumber`] for files that do not fit together.
    pub fn new(migrations: Vec<Migration>) -> Result<Self> {
        Graph::with_applied(migrations, &BTreeSet::new())
    }

    /// The graph for a database to which some migrations were applied. A squashed one stands for what it replaces unless only a part of
    /// that was applied.
    ///
    /// # Errors
    /// [`Error::Twice`], [`Error::Missing`], [`Error::Cycle`] and [`Error::SameNumber`] for files that do not fit together.
    pub fn with_applied(migrations: Vec<Migration>, applied: &BTreeSet<MigrationId>) -> Result<Self> {
        let mut by_id = BTreeMap::new();
        for migration in migrations {
            let id = migration.id.clone();
            if by_id.insert(id.clone(), migration).is_some() {
                return Err(Error::Twice { migration: id });
            }
        }
        let known: BTreeSet<MigrationId> =
            by_id.values().flat_map(|migration| migration.replaces.iter().chain([&migration.id])).cloned().collect();
        let unknown = applied.difference(&known).cloned().collect();
        let resolved = replaced::resolve(by_id, applied)?;
        let mut nodes = resolved.nodes()?;
        for (id, parents) in nodes.iter().map(|(id, node)| (id.clone(), node.parents.clone())).collect::<Vec<_>>() {
            for parent in parents {
                if let Some(node) = nodes.get_mut(&parent) {
                    node.children.insert(id.clone());
                }
            }
        }
        let order = order::of(&nodes)?;
        let applied = resolved.applied.into_iter().filter(|id| nodes.contains_key(id)).collect();
        let graph = Graph { nodes, order, applied, unknown };
        graph.check_numbers()?;
        Ok(graph)
    }

    /// All migrations, each behind those that it comes after.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Migration> {
        self.order.iter().filter_map(|id| self.get(id))
    }

    /// The migration of this name.
    #[must_use]
    pub fn get(&self, id: &MigrationId) -> Option<&Migration> {
        self.nodes.get(id).map(|node| &node.migration)
    }

    /// The apps that have migrations.
    #[must_use]
    pub fn apps(&self) -> BTreeSet<&str> {
        self.nodes.keys().map(|id| id.app.as_str()).collect()
    }

    /// The migrations of an app behind which there is none of the app; more than one where its history has diverged.
    #[must_use]
    pub fn leaves(&self, app: &str) -> Vec<&MigrationId> {
        let is_leaf = |node: &Node| !node.children.iter().any(|child| child.app == app);
        self.nodes.iter().filter(|(id, node)| id.app == app && is_leaf(node)).map(|(id, _)| id).collect()
    }

    /// The last migration of an app, if it has any.
    ///
    /// # Errors
    /// [`Error::Diverged`] if it has several ends.
    pub fn leaf(&self, app: &str) -> Result<Option<&MigrationId>> {
        match self.leaves(app).as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            several => Err(Error::Diverged { app: app.to_owned(), leaves: several.iter().map(|id| (*id).clone()).collect() }),
        }
    }

    /// That the history of no app has several ends.
    ///
    /// # Errors
    /// [`Error::Diverged`] names the ends of the first app that has several.
    pub fn check_leaves(&self) -> Result<()> {
        self.apps().into_iter().try_for_each(|app| self.leaf(app).map(|_| ()))
    }

    /// That no migration was applied before one that it comes after.
    ///
    /// # Errors
    /// [`Error::OutOfOrder`] for the first one that was.
    pub fn check_history(&self) -> Result<()> {
        for (id, node) in self.nodes.iter().filter(|(id, _)| self.applied.contains(id)) {
            if let Some(parent) = node.parents.iter().find(|parent| !self.applied.contains(parent)) {
                return Err(Error::OutOfOrder { migration: id.clone(), parent: parent.clone() });
            }
        }
        Ok(())
    }

    /// Whether a migration is applied. A squashed one is, too, where all is applied that it stands for.
    #[must_use]
    pub fn is_applied(&self, id: &MigrationId) -> bool {
        self.applied.contains(id)
    }

    /// Squashed migrations that the database does not know as applied, though it has all that they stand for.
    pub fn newly_replaced(&self, applied: &BTreeSet<MigrationId>) -> impl Iterator<Item = &Migration> {
        self.iter().filter(|migration| self.is_applied(&migration.id) && !applied.contains(&migration.id))
    }

    /// Migrations that were applied and are in no file.
    #[must_use]
    pub fn unknown_applied(&self) -> &[MigrationId] {
        &self.unknown
    }

    /// The migration of an app whose name begins with `written`; its number is enough.
    ///
    /// # Errors
    /// [`Error::NoTarget`] if there is none or more than one.
    pub fn find(&self, app: &str, written: &str) -> Result<&MigrationId> {
        let exact = MigrationId::new(app, written);
        let of_app = || self.nodes.keys().filter(|id| id.app == app);
        if let Some(id) = of_app().find(|id| **id == exact) {
            return Ok(id);
        }
        let found: Vec<&MigrationId> = of_app().filter(|id| id.name.starts_with(written)).collect();
        match found.as_slice() {
            [one] => Ok(one),
            several => Err(Error::NoTarget {
                app: app.to_owned(),
                written: written.to_owned(),
                found: several.iter().map(|id| (*id).clone()).collect(),
            }),
        }
    }

    /// The schema behind all migrations.
    ///
    /// # Errors
    /// [`Error::State`] for an operation that does not fit.
    pub fn state(&self) -> Result<SchemaState> {
        self.state_of(|_| true)
    }

    /// The schema behind the migrations that are applied.
    ///
    /// # Errors
    /// [`Error::State`] for an operation that does not fit.
    pub fn applied_state(&self) -> Result<SchemaState> {
        self.state_of(|id| self.is_applied(id))
    }

    /// The schema right before a migration: behind all that it comes after.
    ///
    /// # Errors
    /// [`Error::NoTarget`] for a migration that is not in the graph; [`Error::State`] for an operation that does not fit.
    pub fn state_before(&self, id: &MigrationId) -> Result<SchemaState> {
        let mut before = self.ancestors(id);
        if !before.remove(id) {
            return Err(Error::NoTarget { app: id.app.clone(), written: id.name.clone(), found: Vec::new() });
        }
        self.state_of(|id| before.contains(id))
    }

    /// The schema behind some of the migrations, which are applied in place and one after the other.
    fn state_of(&self, is_wanted: impl Fn(&MigrationId) -> bool) -> Result<SchemaState> {
        let mut state = SchemaState::new();
        self.iter().filter(|migration| is_wanted(&migration.id)).try_for_each(|migration| migration.apply(&mut state))?;
        Ok(state)
    }

    /// A migration and all that it comes after, also by others.
    #[must_use]
    pub fn ancestors(&self, id: &MigrationId) -> BTreeSet<&MigrationId> {
        self.nodes.get_key_value(id).map(|(id, _)| self.with_ancestors([id])).unwrap_or_default()
    }

    /// A migration and all that come after it, also by others.
    #[must_use]
    pub fn descendants(&self, id: &MigrationId) -> BTreeSet<&MigrationId> {
        self.nodes.get_key_value(id).map(|(id, _)| self.with_descendants([id])).unwrap_or_default()
    }

    /// A migration that is none of these, comes after one of them and before another one.
    pub(crate) fn between(&self, ids: &BTreeSet<&MigrationId>) -> Option<&MigrationId> {
        let after = self.with_descendants(ids.iter().copied().filter_map(|id| Some(self.nodes.get_key_value(id)?.0)));
        let before = self.with_ancestors(ids.iter().copied().filter_map(|id| Some(self.nodes.get_key_value(id)?.0)));
        after.into_iter().find(|id| before.contains(id) && !ids.contains(id))
    }

    /// The migration itself and all that it comes after, also by others.
    fn with_ancestors<'g>(&'g self, of: impl IntoIterator<Item = &'g MigrationId>) -> BTreeSet<&'g MigrationId> {
        self.reach(of, |node| &node.parents)
    }

    /// The migration itself and all that come after it, also by others.
    fn with_descendants<'g>(&'g self, of: impl IntoIterator<Item = &'g MigrationId>) -> BTreeSet<&'g MigrationId> {
        self.reach(of, |node| &node.children)
    }

    fn reach<'g>(
        &'g self,
        of: impl IntoIterator<Item = &'g MigrationId>,
        next: impl Fn(&'g Node) -> &'g BTreeSet<MigrationId>,
    ) -> BTreeSet<&'g MigrationId> {
        let mut reached = BTreeSet::new();
        let mut queue: Vec<&MigrationId> = of.into_iter().collect();
        while let Some(id) = queue.pop() {
            if let Some((id, node)) = self.nodes.get_key_value(id)
                && reached.insert(id)
            {
                queue.extend(next(node));
            }
        }
        reached
    }

    /// Two branches may count alike, but not two migrations of which one comes after the other.
    fn check_numbers(&self) -> Result<()> {
        let mut by_number: BTreeMap<(&str, u32), Vec<&MigrationId>> = BTreeMap::new();
        for id in self.nodes.keys() {
            if let Some(number) = id.number() {
                by_number.entry((id.app.as_str(), number)).or_default().push(id);
            }
        }
        for ids in by_number.values().filter(|ids| ids.len() > 1) {
            for first in ids {
                let before = self.with_ancestors([*first]);
                if let Some(second) = ids.iter().find(|second| first != *second && before.contains(*second)) {
                    return Err(Error::SameNumber { first: (*second).clone(), second: (*first).clone() });
                }
            }
        }
        Ok(())
    }
}

/// That a migration names another one that there is not.
fn missing<'n>(
    migration: &MigrationId,
    list: &'static str,
    missing: &MigrationId,
    known: impl Iterator<Item = &'n MigrationId>,
) -> Error {
    let names: Vec<&str> = known.filter(|id| id.app == missing.app).map(|id| id.name.as_str()).collect();
    let near = nearest(&missing.name, names.into_iter()).map(|near| Box::new(MigrationId::new(&missing.app, near)));
    Error::Missing { migration: migration.clone(), list, missing: Box::new(missing.clone()), near }
}
