//! Dividing detected operations among the migrations of their apps.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use orm_core::schema::SchemaState;

use super::{ModelHints, Questions, detect};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::migration::{Migration, MigrationId};
use crate::names::{next_name, suggest};
use crate::operation::{Access, Operation, RunSql, Separate};

/// The migrations that lead from those that there are to the schema of the models: one for each app that has changed, or several where
/// apps need each other's.
///
/// # Errors
/// [`Error::Diverged`] for an app whose history has several ends, and those of [`detect`].
pub fn make_migrations(
    graph: &Graph,
    models: &SchemaState,
    hints: &ModelHints,
    questions: &mut dyn Questions,
) -> Result<Vec<Migration>> {
    graph.check_leaves()?;
    let from = graph.state()?;
    let operations = detect(&from, models, hints, questions)?;
    divide(graph, from, operations)
}

/// An operation, and which others it needs.
struct Step {
    operation: Operation,
    /// Other apps that have migrations which must have been applied before it.
    apps: BTreeSet<String>,
    /// Operations of other apps, by their numbers, that must come before it.
    needs: Vec<usize>,
}

fn divide(graph: &Graph, from: SchemaState, operations: Vec<Operation>) -> Result<Vec<Migration>> {
    let mut queues = queues(graph, from, operations)?;
    let mut holders: BTreeMap<usize, MigrationId> = BTreeMap::new();
    let mut migrations: Vec<Migration> = Vec::new();
    while !queues.is_empty() {
        let ready = |queue: &VecDeque<(usize, Step)>| {
            queue.iter().take_while(|(_, step)| step.needs.iter().all(|needed| holders.contains_key(needed))).count()
        };
        // An app that can be done with is; otherwise what can be done of the one that gets furthest.
        let Some((app, count)) = queues
            .iter()
            .map(|(app, queue)| (app, ready(queue), queue.len()))
            .max_by_key(|(app, ready, all)| (ready == all, *ready, std::cmp::Reverse((*app).clone())))
            .map(|(app, ready, _)| (app.clone(), ready))
        else {
            break;
        };
        let Some(queue) = queues.get_mut(&app) else { break };
        let steps: Vec<(usize, Step)> = queue.drain(..count.max(1)).collect();
        if queue.is_empty() {
            queues.remove(&app);
        }
        let migration = migration(graph, &app, &migrations, &holders, &steps)?;
        holders.extend(steps.iter().map(|(number, _)| (*number, migration.id.clone())));
        migrations.push(Migration { operations: steps.into_iter().map(|(_, step)| step.operation).collect(), ..migration });
    }
    Ok(migrations)
}

/// The operations of each app in their order.
fn queues(graph: &Graph, from: SchemaState, operations: Vec<Operation>) -> Result<BTreeMap<String, VecDeque<(usize, Step)>>> {
    let history = history(graph)?;
    let mut state = from;
    let mut before: Vec<(String, Access)> = Vec::with_capacity(operations.len());
    let mut queues: BTreeMap<String, VecDeque<(usize, Step)>> = BTreeMap::new();
    for (number, operation) in operations.into_iter().enumerate() {
        let access = operation.access(Some(&state));
        let app = operation.model().map(|model| model.app.clone()).unwrap_or_default();
        let others = before.iter().enumerate().filter(|(_, (other, _))| *other != app);
        let needs = others.filter(|(_, (_, other))| other.conflicts(&access)).map(|(needed, _)| needed).collect();
        operation.apply(&mut state).map_err(|source| Error::detected(&operation, source))?;
        before.push((app.clone(), access.clone()));
        let earlier = history.iter().filter(|(other, earlier)| *other != app && earlier.conflicts(&access));
        let apps = earlier.map(|(other, _)| (*other).to_owned()).collect();
        queues.entry(app).or_default().push_back((number, Step { operation, apps, needs }));
    }
    Ok(queues)
}

/// What each operation of the migrations that there are depends on and changes, and of which app it is.
fn history(graph: &Graph) -> Result<Vec<(&str, Access)>> {
    let (mut state, mut history) = (SchemaState::new(), Vec::new());
    for migration in graph.iter() {
        for operation in &migration.operations {
            // What a user added is known by what it says that it does to the schema.
            let known = match operation {
                Operation::RunSql(RunSql { state, .. }) | Operation::Separate(Separate { state, .. }) => state.as_slice(),
                operation => std::slice::from_ref(operation),
            };
            for operation in known {
                history.push((migration.id.app.as_str(), operation.access(Some(&state))));
                operation.apply(&mut state).map_err(|source| Error::detected(operation, source))?;
            }
        }
    }
    history.retain(|(_, access)| !access.unknown);
    Ok(history)
}

/// A migration for some operations of an app, with its name and its parents.
fn migration(
    graph: &Graph,
    app: &str,
    made: &[Migration],
    holders: &BTreeMap<usize, MigrationId>,
    steps: &[(usize, Step)],
) -> Result<Migration> {
    let of_app = || graph.iter().chain(made).map(|migration| &migration.id).filter(|id| id.app == app);
    let operations: Vec<Operation> = steps.iter().map(|(_, step)| step.operation.clone()).collect();
    let name = next_name(of_app(), &suggest(&operations, of_app().next().is_none()));
    // For each app the last migration that is needed; what comes before that is needed by itself.
    let mut parents: BTreeMap<&str, MigrationId> = BTreeMap::new();
    let last_made = |app: &str| made.iter().rev().find(|migration| migration.id.app == app).map(|migration| migration.id.clone());
    for needed in steps.iter().flat_map(|(_, step)| &step.needs).filter_map(|needed| holders.get(needed)) {
        let position = |id: &MigrationId| made.iter().position(|migration| migration.id == *id);
        let later = parents.get(needed.app.as_str()).is_none_or(|other| position(other) < position(needed));
        if later {
            parents.insert(&needed.app, needed.clone());
        }
    }
    for other in steps.iter().flat_map(|(_, step)| &step.apps).map(String::as_str).chain([app]) {
        if !parents.contains_key(other) {
            let last = if other == app { last_made(app) } else { None };
            if let Some(last) = last.or(graph.leaf(other)?.cloned()) {
                parents.insert(other, last);
            }
        }
    }
    Ok(Migration::new(MigrationId::new(app, name), parents.into_values().collect()))
}
