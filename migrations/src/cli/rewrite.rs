//! `squashmigrations`, `optimizemigration` and `rebase`: migrations written anew.

use super::args::{Optimize, Rebase, Squash};
use super::context::Context;
use super::failure::Failure;
use super::make::{Written, listed};
use super::report::Report;
use super::target;
use crate::command::{FileChange, optimize_migration, rebase_migrations, squash_migrations, write_all};

/// Writes files, unless they are only to be shown, and tells of them.
fn written(context: &Context<'_>, changes: &[FileChange], only_shown: bool, advice: &str) -> Result<Report, Failure> {
    if !only_shown {
        write_all(changes)?;
    }
    let mut text = listed(context, changes, only_shown || context.global.verbose);
    if !only_shown {
        text.push_str(advice);
    }
    Report::new(text, &Written { written: !only_shown, migrations: changes })
}

/// `squashmigrations`.
pub(super) fn squash(context: &Context<'_>, args: &Squash) -> Result<Report, Failure> {
    let folder = context.folder()?;
    let graph = folder.graph()?;
    let (app, rest) = target::app_and(&graph, &args.words)?;
    let find = |word: &String| target::find(&graph, &app, word);
    let (from, to) = match rest {
        [to] => (None, find(to)?),
        [from, to] => (Some(find(from)?), find(to)?),
        _ => return Err(Failure::usage("migration", format!("name the last migration of `{app}` that is squashed"))),
    };
    let squashed = squash_migrations(&folder, &app, from.as_ref(), &to, args.name.as_deref())?;
    let advice = "Keep the files of those that it stands for until it is applied wherever they are; then remove them, and the line \
                  `replaces`.\n";
    written(context, &[squashed], args.dry_run, advice)
}

/// `optimizemigration`.
pub(super) fn optimize(context: &Context<'_>, args: &Optimize) -> Result<Report, Failure> {
    let folder = context.folder()?;
    let graph = folder.graph()?;
    let id = target::migration(&graph, &args.named.words)?;
    let change = match graph.get(&id) {
        Some(migration) => optimize_migration(&folder, migration)?,
        None => None,
    };
    match change {
        None => Report::new(format!("{id} has as few operations as can be\n"), &Written { written: false, migrations: &[] }),
        Some(change) => Ok(written(context, &[change], args.check, "")?.found(args.check)),
    }
}

/// `rebase`.
pub(super) fn rebase(context: &Context<'_>, args: &Rebase) -> Result<Report, Failure> {
    let folder = context.folder()?;
    let graph = folder.graph()?;
    let leaf = target::migration(&graph, &args.named.words)?;
    let others = || graph.leaves(&leaf.app).into_iter().filter(|other| **other != leaf);
    let onto = match (&args.onto, others().collect::<Vec<_>>().as_slice()) {
        (Some(word), _) => target::find(&graph, &leaf.app, word)?,
        (None, [only]) => (*only).clone(),
        (None, []) => {
            return Err(Failure::usage(
                "one_branch",
                format!("the migrations of `{}` have one end: there is no other branch", leaf.app),
            ));
        }
        (None, _) => {
            return Err(Failure::usage("onto", "there are several other branches; name one by `--onto`").candidates(others()));
        }
    };
    let changes = rebase_migrations(&folder, &leaf, &onto)?;
    let advice = "Where these were applied under their old names, undo them there first, with the old files.\n";
    written(context, &changes, args.dry_run, advice)
}
