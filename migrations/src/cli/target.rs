//! Which migration is meant by what stands on the command line.

use super::failure::Failure;
use crate::graph::{Graph, Target};
use crate::migration::MigrationId;
use crate::similar::nearest;

/// The app that is meant, and what else was written: an app's name may be left out where there is one app only.
pub(super) fn app_and<'w>(graph: &Graph, words: &'w [String]) -> Result<(String, &'w [String]), Failure> {
    let apps = graph.apps();
    if let Some((first, rest)) = words.split_first()
        && apps.contains(first.as_str())
    {
        return Ok((first.clone(), rest));
    }
    let mut all = apps.iter();
    match (all.next(), all.next(), words.first()) {
        (None, ..) => Err(Failure::new("no_migrations", "there are no migrations yet").hint("`makemigrations` writes them")),
        // A word that is no app is a migration of the only one there is, unless it stands where only an app can.
        (Some(only), None, None) => Ok(((*only).to_owned(), words)),
        (Some(only), None, Some(word)) if words.len() == 1 || graph.find(only, word).is_ok() => Ok(((*only).to_owned(), words)),
        (_, _, Some(word)) => Err(no_app(graph, word)),
        (_, _, None) => Err(Failure::usage("app", "the project has several apps: name one").candidates(apps)),
    }
}

/// There is no app of this name.
pub(super) fn no_app(graph: &Graph, word: &str) -> Failure {
    let apps = graph.apps();
    let failure = Failure::usage("no_app", format!("there is no app `{word}`")).candidates(&apps);
    match nearest(word, apps.iter().copied()) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// That all of these are apps.
pub(super) fn check_apps(graph: &Graph, words: &[String]) -> Result<(), Failure> {
    let apps = graph.apps();
    match words.iter().find(|word| !apps.contains(word.as_str())) {
        Some(word) => Err(no_app(graph, word)),
        None => Ok(()),
    }
}

/// The migration that is meant, by an app and the beginning of its name.
pub(super) fn migration(graph: &Graph, words: &[String]) -> Result<MigrationId, Failure> {
    let (app, rest) = app_and(graph, words)?;
    match rest {
        [word] => find(graph, &app, word),
        _ => Err(Failure::usage("migration", format!("name a migration of `{app}`")).candidates(names(graph, &app))),
    }
}

/// A migration of an app whose name begins so, or which names itself whole: `shop.0001_initial`.
pub(super) fn find(graph: &Graph, app: &str, word: &str) -> Result<MigrationId, Failure> {
    let word = word.strip_prefix(app).and_then(|rest| rest.strip_prefix('.')).unwrap_or(word);
    // A number may leave out the zeros in front.
    let numbered = word.parse::<u32>().ok().filter(|_| !word.starts_with('0')).map(|number| format!("{number:04}"));
    graph.find(app, numbered.as_deref().unwrap_or(word)).cloned().map_err(|error| {
        let is_ambiguous = matches!(&error, crate::Error::NoTarget { found, .. } if !found.is_empty());
        let failure = Failure::from(error);
        if is_ambiguous {
            return failure.hint("write more of the name");
        }
        let known = names(graph, app);
        let near = nearest(word, known.iter().map(String::as_str)).map(str::to_owned);
        let failure = failure.candidates(known);
        match near {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint("`zero` is before the first one, and `showmigrations` lists all"),
        }
    })
}

/// Where a database is to get by the words of `migrate`.
pub(super) fn target(graph: &Graph, words: &[String]) -> Result<Target, Failure> {
    if words.is_empty() {
        return Ok(Target::Latest);
    }
    let (app, rest) = app_and(graph, words)?;
    match rest {
        [] => Ok(Target::App(app)),
        [zero] if zero == "zero" => Ok(Target::Zero(app)),
        [word, ..] => find(graph, &app, word).map(Target::Migration),
    }
}

fn names(graph: &Graph, app: &str) -> Vec<String> {
    graph.iter().filter(|migration| migration.id.app == app).map(|migration| migration.id.name.clone()).collect()
}
