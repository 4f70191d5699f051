//! `showmigrations`, `sqlmigrate` and `lint`: what there is, and what it does.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use orm_core::sql::Backend;
use serde::Serialize;

use super::args::{Lint, Show, Sql};
use super::context::Context;
use super::failure::Failure;
use super::report::Report;
use super::target;
use crate::apply::Direction;
use crate::command::{LintFinding, MigrationSql, MigrationStatus, ShowMigrations, Status, key, lint_migrations, sql_migrate};
use crate::migration::Migration;

/// `showmigrations`.
pub(super) fn migrations(context: &Context<'_>, args: &Show) -> Result<Report, Failure> {
    let migrations = context.migrations()?;
    target::check_apps(&migrations.graph()?, &args.apps)?;
    let mut all = ShowMigrations::new(&migrations).run(&context.connect()?)?;
    all.retain(|one| args.apps.is_empty() || args.apps.contains(&one.migration.app));
    let text = if args.plan { as_plan(&all) } else { by_app(&mut all) };
    Report::new(if all.is_empty() { "There are no migrations\n".to_owned() } else { text }, &all)
}

fn as_plan(all: &[MigrationStatus]) -> String {
    all.iter().map(|one| format!("{}\n", marked(one, &one.migration.to_string()))).collect()
}

fn by_app(all: &mut [MigrationStatus]) -> String {
    all.sort_by(|left, right| left.migration.app.cmp(&right.migration.app));
    let head = Style::new().bold();
    let mut text = String::new();
    let mut app = None;
    for one in all {
        if app != Some(&one.migration.app) {
            app = Some(&one.migration.app);
            let _ = writeln!(text, "{head}{}{head:#}", one.migration.app);
        }
        let _ = writeln!(text, " {}", marked(one, &one.migration.name));
    }
    text
}

fn marked(one: &MigrationStatus, name: &str) -> String {
    let (mark, color, note) = match one.status {
        Status::Applied => ('X', AnsiColor::Green, String::new()),
        Status::Pending => (' ', AnsiColor::White, String::new()),
        Status::Interrupted => ('~', AnsiColor::Yellow, " (interrupted: `migrate` goes on)".to_owned()),
        Status::Changed => ('!', AnsiColor::Red, " (changed after it was applied)".to_owned()),
        Status::NoFile => ('?', AnsiColor::Red, " (applied, and there is no file of it)".to_owned()),
    };
    let squashed = match one.replaces.len() {
        0 => String::new(),
        count => format!(" ({count} squashed migrations)"),
    };
    let style = color.on_default();
    format!("[{style}{mark}{style:#}] {name}{squashed}{note}")
}

/// The SQL for a database, or why there is none.
#[derive(Serialize)]
#[serde(untagged)]
enum OrError {
    Sql(MigrationSql),
    Error { database: &'static str, error: String },
}

/// `sqlmigrate`.
pub(super) fn sql(context: &Context<'_>, args: &Sql) -> Result<Report, Failure> {
    let graph = context.migrations()?.graph()?;
    let id = target::migration(&graph, &args.named.words)?;
    let direction = if args.backwards { Direction::Backwards } else { Direction::Forwards };
    if !args.all {
        let backend = match args.dialect {
            Some(dialect) => dialect.backend(),
            None => {
                context
                    .chosen()
                    .map_err(|failure| failure.hint("`--dialect` names a kind of database, and `--all` prints the SQL of each"))?
                    .backend
            }
        };
        let sql = sql_migrate(&graph, &id, direction, backend)?;
        return Report::new(sql.to_string(), &sql);
    }
    let mut text = String::new();
    let mut all = Vec::new();
    let head = Style::new().bold();
    for backend in [Backend::Sqlite, Backend::Postgres, Backend::MySql] {
        let _ = writeln!(text, "{}{head}-- {}{head:#}", if text.is_empty() { "" } else { "\n" }, backend.name());
        all.push(match sql_migrate(&graph, &id, direction, backend) {
            Ok(sql) => {
                let _ = write!(text, "{sql}");
                OrError::Sql(sql)
            }
            // What one of them does not have is no reason to hide the others.
            Err(crate::Error::Database { source, .. }) => {
                let _ = writeln!(text, "-- not on this database: {source}");
                OrError::Error { database: key(backend), error: source.to_string() }
            }
            Err(error) => return Err(error.into()),
        });
    }
    Report::new(text, &all)
}

/// `lint`.
pub(super) fn lint(context: &Context<'_>, args: &Lint) -> Result<Report, Failure> {
    let graph = context.migrations()?.graph()?;
    let (app, only) = match args.words.as_slice() {
        [] => (None, None),
        words => {
            let (app, rest) = target::app_and(&graph, words)?;
            let only = rest.first().map(|word| target::find(&graph, &app, word)).transpose()?;
            (Some(app), only)
        }
    };
    let is_wanted = |migration: &Migration| {
        app.as_ref().is_none_or(|app| migration.id.app == *app) && only.as_ref().is_none_or(|id| migration.id == *id)
    };
    let mut findings = lint_migrations(&graph, is_wanted)?;
    if let Some(dialect) = args.dialect {
        findings.retain(|finding| finding.databases.contains(&key(dialect.backend())));
    }
    let text = if findings.is_empty() { "Nothing dangerous was found\n".to_owned() } else { found(&findings) };
    Ok(Report::new(text, &findings)?.found(args.check && !findings.is_empty()))
}

fn found(findings: &[LintFinding]) -> String {
    let (head, rule) = (Style::new().bold(), AnsiColor::Yellow.on_default());
    let mut text = String::new();
    for finding in findings {
        let LintFinding { migration, number, operation, .. } = finding;
        let _ = writeln!(text, "{head}{migration}, operation {number}: {operation}{head:#}");
        let _ = writeln!(text, "  {rule}{}{rule:#} ({})", finding.rule, finding.databases.join(", "));
        let _ = writeln!(text, "    {}", finding.danger);
        let _ = writeln!(text, "    safely: {}", finding.remedy);
    }
    text
}
