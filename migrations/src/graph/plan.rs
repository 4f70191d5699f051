//! What is to be done to get from what is applied to somewhere else.

use std::collections::BTreeSet;

use orm_core::schema::SchemaState;

use super::Graph;
use crate::error::{Error, Result};
use crate::migration::{Migration, MigrationId};
use crate::operation::Operation;

/// Where a database is to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Behind all migrations.
    Latest,
    /// Behind all migrations of an app.
    App(String),
    /// Behind this migration, and before those that come after it.
    Migration(MigrationId),
    /// Before all migrations of an app.
    Zero(String),
}

/// What is to be done, in this order.
#[derive(Debug, Clone, PartialEq)]
pub enum Plan<'g> {
    /// These migrations are applied.
    Forwards(Vec<&'g Migration>),
    /// These migrations are undone.
    Backwards(Vec<&'g Migration>),
}

/// How a migration is undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Undo<'g> {
    /// The migration.
    pub migration: &'g Migration,
    /// The operations that undo it, in this order.
    pub operations: Vec<Operation>,
}

impl Graph {
    /// What is to be done to get to a target from what is applied. Nothing, if the database is there already: then it is forwards.
    ///
    /// # Errors
    /// [`Error::Diverged`] for an app that has several ends where its last migration is asked for, [`Error::NoTarget`] for one that
    /// there is not.
    pub fn plan(&self, target: &Target) -> Result<Plan<'_>> {
        match target {
            Target::Latest => {
                self.check_leaves()?;
                Ok(self.forwards(self.nodes.keys()))
            }
            Target::App(app) => match self.leaf(app)? {
                Some(leaf) => Ok(self.forwards([leaf])),
                None => Err(Error::NoTarget { app: app.clone(), written: String::new(), found: Vec::new() }),
            },
            Target::Migration(id) => {
                let Some((id, node)) = self.nodes.get_key_value(id) else {
                    return Err(Error::NoTarget { app: id.app.clone(), written: id.name.clone(), found: Vec::new() });
                };
                let backwards = self.backwards(node.children.iter().filter(|child| child.app == id.app));
                Ok(if self.is_applied(id) && !backwards.is_empty() { Plan::Backwards(backwards) } else { self.forwards([id]) })
            }
            Target::Zero(app) => {
                let of_app: Vec<&MigrationId> = self.nodes.keys().filter(|id| id.app == *app).collect();
                if of_app.is_empty() {
                    return Err(Error::NoTarget { app: app.clone(), written: String::new(), found: Vec::new() });
                }
                Ok(Plan::Backwards(self.backwards(of_app)))
            }
        }
    }

    /// What is not applied of migrations and of all that they come after.
    fn forwards<'g>(&'g self, to: impl IntoIterator<Item = &'g MigrationId>) -> Plan<'g> {
        let wanted = self.with_ancestors(to);
        Plan::Forwards(
            self.iter().filter(|migration| wanted.contains(&migration.id) && !self.is_applied(&migration.id)).collect(),
        )
    }

    /// What is applied of migrations and of all that come after them, the last one first.
    fn backwards<'g>(&'g self, from: impl IntoIterator<Item = &'g MigrationId>) -> Vec<&'g Migration> {
        let unwanted = self.with_descendants(from);
        self.iter().rev().filter(|migration| unwanted.contains(&migration.id) && self.is_applied(&migration.id)).collect()
    }

    /// How migrations of a plan are undone: what was applied is replayed once, and each is asked for its reverse on the way.
    ///
    /// # Errors
    /// [`Error::Irreversible`] for a migration that cannot be undone, before any is.
    pub fn undo<'g>(&'g self, plan: &[&'g Migration]) -> Result<Vec<Undo<'g>>> {
        let unwanted: BTreeSet<&MigrationId> = plan.iter().map(|migration| &migration.id).collect();
        let mut state = SchemaState::new();
        let mut steps = Vec::with_capacity(plan.len());
        for migration in self.iter().filter(|migration| self.is_applied(&migration.id)) {
            if unwanted.contains(&migration.id) {
                steps.push(Undo { migration, operations: migration.reverse(&state)? });
            }
            migration.apply(&mut state)?;
        }
        steps.reverse();
        Ok(steps)
    }
}
