//! Making migrations out of what the models have become.

use std::collections::{BTreeMap, BTreeSet};

use super::{FileChange, Folder, Models};
use crate::detect::{self, Questions};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::migration::{Migration, MigrationId, is_part};
use crate::names::next_name;
use crate::optimize::optimize;
use crate::rewrite::merge;

/// What is wanted of new migrations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MakeOptions {
    /// Only those of these apps, and what they need of others; all if none is named.
    pub apps: Vec<String>,
    /// What they are called behind their number; otherwise it follows from what they do.
    pub name: Option<String>,
}

/// The migrations that lead from those that there are to the models; none if nothing has changed. Nothing is written:
/// [`write_all`](super::write_all) does that.
///
/// # Errors
/// [`Error::Diverged`] for an app whose history has several ends, those of [`detect`](crate::detect::detect), and [`Error::Rewrite`] for
/// a name that no file can have.
///
/// ```
/// use amphi::migrations::command::{Folder, MakeOptions, Models, make_migrations, write_all};
/// use amphi::migrations::detect::NoAnswers;
/// use amphi::prelude::*;
///
/// #[derive(Model)]
/// struct Author {
///     id: i64,
/// }
///
/// # let project = tempfile::tempdir()?;
/// let path = project.path().join("migrations");
/// let models = Models::new(models![Author], "shop");
/// let made = make_migrations(&Folder::read(&path)?, &models, &MakeOptions::default(), &mut NoAnswers)?;
/// assert_eq!(made[0].migration.to_string(), "shop.0001_initial");
/// write_all(&made)?;
///
/// let again = make_migrations(&Folder::read(&path)?, &models, &MakeOptions::default(), &mut NoAnswers)?;
/// assert!(again.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn make_migrations(
    folder: &Folder,
    models: &Models,
    options: &MakeOptions,
    questions: &mut dyn Questions,
) -> Result<Vec<FileChange>> {
    let made = detected(folder, models, options, questions)?;
    let apps = apps_of(folder, &made);
    made.iter().map(|migration| folder.added(migration, apps)).collect()
}

/// The same, as a part of the last migration of each app, which is written anew. That is for one that is applied nowhere yet.
///
/// # Errors
/// As [`make_migrations`]; [`Error::Rewrite`] if other migrations come after the last one of an app, or if that stands for squashed ones.
pub fn update_migrations(
    folder: &Folder,
    models: &Models,
    options: &MakeOptions,
    questions: &mut dyn Questions,
) -> Result<Vec<FileChange>> {
    let graph = folder.graph()?;
    let made = detected(folder, models, options, questions)?;
    let mut updated: BTreeMap<String, Migration> = BTreeMap::new();
    let mut added: Vec<Migration> = Vec::new();
    let mut renamed: BTreeMap<MigrationId, MigrationId> = BTreeMap::new();
    for mut new in made {
        let now = |id: &MigrationId| renamed.get(id).unwrap_or(id).clone();
        new.parents = new.parents.iter().map(now).collect();
        let app = new.id.app.clone();
        let last = match (updated.remove(&app), graph.leaf(&app)?) {
            (Some(last), _) => last,
            (None, Some(leaf)) => updatable(&graph, leaf)?,
            (None, None) => {
                added.push(new);
                continue;
            }
        };
        renamed.insert(new.id.clone(), last.id.clone());
        updated.insert(app, joined(last, new));
    }
    let all =
        folder.all().iter().filter(|old| !updated.values().any(|new| new.id == old.id)).chain(updated.values()).chain(&added);
    Graph::new(all.cloned().collect())?.state()?;
    let apps = apps_of(folder, &added);
    let changed = updated.values().map(|migration| folder.changed(&migration.id, migration));
    changed.chain(added.iter().map(|migration| folder.added(migration, apps))).collect()
}

/// The last migration of an app, if it may become another one.
fn updatable(graph: &Graph, leaf: &MigrationId) -> Result<Migration> {
    let refused = |reason: String| Err(Error::Rewrite(format!("{leaf} cannot be updated: {reason}; make a new migration")));
    if let Some(other) = graph.descendants(leaf).into_iter().find(|id| *id != leaf) {
        return refused(format!("{other} comes after it"));
    }
    match graph.get(leaf) {
        Some(migration) if migration.replaces.is_empty() => Ok(migration.clone()),
        _ => refused(String::from("it stands for squashed ones")),
    }
}

/// A migration that does what a second one does, too.
fn joined(mut last: Migration, new: Migration) -> Migration {
    last.parents.extend(new.parents.into_iter().filter(|parent| *parent != last.id));
    last.parents.sort();
    last.parents.dedup();
    last.operations.extend(new.operations);
    last.operations = optimize(last.operations);
    last
}

/// A migration of an app that does nothing yet: for SQL and steps by hand.
///
/// # Errors
/// [`Error::Diverged`] if the history of the app has several ends, [`Error::Rewrite`] for a name that no file can have.
pub fn empty_migration(folder: &Folder, app: &str, name: Option<&str>) -> Result<FileChange> {
    let graph = folder.graph()?;
    let of_app = graph.iter().map(|migration| &migration.id).filter(|id| id.app == app);
    let default = if graph.leaf(app)?.is_some() { "changes" } else { "initial" };
    let id = MigrationId::new(app, next_name(of_app, checked(name)?.unwrap_or(default)));
    let migration = Migration::new(id, graph.leaf(app)?.cloned().into_iter().collect());
    folder.added(&migration, graph.apps().len())
}

/// A migration that joins the ends of an app's history.
///
/// # Errors
/// As [`merge`].
pub fn merge_migrations(folder: &Folder, app: &str, name: Option<&str>) -> Result<FileChange> {
    let mut migration = merge(&folder.graph()?, app)?;
    if let Some(name) = checked(name)? {
        migration.id.name = renamed(&migration.id, name);
    }
    folder.added(&migration, 1)
}

fn detected(folder: &Folder, models: &Models, options: &MakeOptions, questions: &mut dyn Questions) -> Result<Vec<Migration>> {
    let made = detect::make_migrations(&folder.graph()?, &models.schema()?, &models.hints(), questions)?;
    let mut made = of_apps(made, &options.apps);
    if let Some(name) = checked(options.name.as_deref())? {
        let names: BTreeMap<MigrationId, MigrationId> = made
            .iter()
            .map(|migration| (migration.id.clone(), MigrationId::new(&migration.id.app, renamed(&migration.id, name))))
            .collect();
        for id in made.iter_mut().flat_map(|migration| migration.parents.iter_mut().chain([&mut migration.id])) {
            if let Some(name) = names.get(id) {
                id.clone_from(name);
            }
        }
    }
    Ok(made)
}

/// Those of these apps, and what they come after.
fn of_apps(made: Vec<Migration>, apps: &[String]) -> Vec<Migration> {
    if apps.is_empty() {
        return made;
    }
    let mut wanted: BTreeSet<MigrationId> = BTreeSet::new();
    for migration in made.iter().rev() {
        if apps.contains(&migration.id.app) || wanted.contains(&migration.id) {
            wanted.insert(migration.id.clone());
            wanted.extend(migration.parents.iter().cloned());
        }
    }
    made.into_iter().filter(|migration| wanted.contains(&migration.id)).collect()
}

/// A name behind the number that a migration has.
pub(super) fn renamed(id: &MigrationId, name: &str) -> String {
    let number = id.name.split('_').next().unwrap_or_default();
    format!("{number}_{name}")
}

pub(super) fn checked(name: Option<&str>) -> Result<Option<&str>> {
    match name {
        Some(wrong) if !is_part(wrong) => {
            Err(Error::Rewrite(format!("a migration cannot be called `{wrong}`: a name has letters, digits, `_` and `-`")))
        }
        name => Ok(name),
    }
}

fn apps_of(folder: &Folder, made: &[Migration]) -> usize {
    let apps: BTreeSet<&str> = folder.all().iter().chain(made).map(|migration| migration.id.app.as_str()).collect();
    apps.len()
}
