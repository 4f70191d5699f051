//! `makemigrations`.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::args::Make;
use super::context::Context;
use super::failure::Failure;
use super::questions::{Asking, Terminal};
use super::report::Report;
use super::target;
use crate::command::{
    FileChange, Folder, MakeOptions, empty_migration, make_migrations, merge_migrations, update_migrations, write_all,
};
use crate::detect::{NoAnswers, Questions};

/// What came of it.
#[derive(Serialize)]
pub(super) struct Written<'c> {
    /// Whether the files were written.
    pub(super) written: bool,
    /// The files.
    pub(super) migrations: &'c [FileChange],
}

pub(super) fn run(context: &Context<'_>, args: Make) -> Result<Report, Failure> {
    let folder = context.folder()?;
    let changes = changes(context, &folder, &args)?;
    let writes = !args.check && !args.dry_run;
    let mut text = match changes.as_slice() {
        [] => "No changes detected\n".to_owned(),
        changes => listed(context, changes, args.dry_run || context.global.verbose),
    };
    if writes {
        write_all(&changes)?;
        if args.update && !changes.is_empty() {
            text.push_str("Where it was applied already, undo it there first, with the old file.\n");
        }
    } else if args.check && !changes.is_empty() {
        text.insert_str(0, "The models have changes that no migration has:\n");
    }
    Ok(Report::new(text, &Written { written: writes, migrations: &changes })?.found(args.check && !changes.is_empty()))
}

fn changes(context: &Context<'_>, folder: &Folder, args: &Make) -> Result<Vec<FileChange>, Failure> {
    let graph = folder.graph()?;
    if args.merge {
        target::check_apps(&graph, &args.apps)?;
        let is_wanted = |app: &&str| args.apps.is_empty() || args.apps.iter().any(|wanted| wanted == app);
        let apps: Vec<&str> = graph.apps().into_iter().filter(is_wanted).filter(|app| graph.leaves(app).len() > 1).collect();
        return apps.into_iter().map(|app| Ok(merge_migrations(folder, app, args.name.as_deref())?)).collect();
    }
    let models = context.models()?;
    if args.empty {
        let app = match args.apps.as_slice() {
            [] => models.app(),
            [app] => app,
            _ => return Err(Failure::usage("app", "`--empty` makes a migration of one app")),
        };
        return Ok(vec![empty_migration(folder, app, args.name.as_deref())?]);
    }
    let schema = models.schema()?;
    let known: Vec<&str> = schema.models().map(|model| model.name.app.as_str()).chain(graph.apps()).collect();
    if let Some(unknown) = args.apps.iter().find(|app| !known.contains(&app.as_str())) {
        let apps: std::collections::BTreeSet<&str> = known.into_iter().collect();
        return Err(Failure::usage("no_app", format!("no model is of the app `{unknown}`")).candidates(apps));
    }
    let options = MakeOptions { apps: args.apps.clone(), name: args.name.clone() };
    let mut questions: Box<dyn Questions> =
        if context.can_ask() && !args.no_input && !args.check { Box::new(Asking(Terminal::new())) } else { Box::new(NoAnswers) };
    let make = if args.update { update_migrations } else { make_migrations };
    Ok(make(folder, &models, &options, &mut *questions)?)
}

/// Files and what the migrations in them do, app by app; with their texts if that is wanted.
pub(super) fn listed(context: &Context<'_>, changes: &[FileChange], whole: bool) -> String {
    let (head, path) = (Style::new().bold(), AnsiColor::Cyan.on_default());
    let mut text = String::new();
    let mut app = None;
    for change in changes {
        if app != Some(&change.migration.app) {
            app = Some(&change.migration.app);
            text.push_str(&format!("{head}Migrations of {}:{head:#}\n", change.migration.app));
        }
        let _ = writeln!(text, "  {path}{}{path:#}", context.shown(&change.path));
        if let Some(old) = change.replaces.as_ref().filter(|old| **old != change.path) {
            let _ = writeln!(text, "    instead of {}", context.shown(old));
        }
        for operation in &change.operations {
            let _ = writeln!(text, "    - {operation}");
        }
        if whole {
            let _ = writeln!(text, "\n{}", change.text);
        }
    }
    text
}
