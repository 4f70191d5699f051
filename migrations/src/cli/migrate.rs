//! `migrate`.

use std::fmt::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::ProgressBar;
use orm_sync::Database;
use serde::Serialize;

use super::args;
use super::context::Context;
use super::failure::Failure;
use super::progress::bar;
use super::report::{self, Report};
use super::target::target;
use crate::apply::{Applied, Direction, Event, Migrations, Steps};
use crate::command::{MigrationPlan, PlanMigrations};
use crate::error::Result as MigrationResult;
use crate::graph::Target;

/// Who is told what is done.
type Listener = Box<dyn FnMut(Event<'_>) + Send>;

/// What is wanted of a run.
pub(super) struct Request {
    target: Target,
    fake: bool,
    fake_initial: bool,
    allow_destructive: bool,
    lock_wait: Duration,
    lock_timeout: Duration,
    listener: Option<Listener>,
}

/// What applies migrations with the steps of a program.
pub(super) type Migrator = fn(&Migrations, Request, &Database) -> MigrationResult<Vec<Applied>>;

/// Applies migrations with the steps `S`.
pub(super) fn migrate_with<S: Steps>(migrations: &Migrations, request: Request, db: &Database) -> MigrationResult<Vec<Applied>> {
    let migrate = migrations
        .migrate_with::<S>()
        .to(request.target)
        .fake(request.fake)
        .fake_initial(request.fake_initial)
        .allow_destructive(request.allow_destructive)
        .lock_wait(request.lock_wait)
        .lock_timeout(request.lock_timeout);
    match request.listener {
        Some(listener) => migrate.on_event(listener),
        None => migrate,
    }
    .run(db)
}

#[derive(Serialize)]
struct Done<'d> {
    migrations: &'d [Applied],
}

pub(super) fn run(context: &Context<'_>, args: args::Migrate) -> Result<Report, Failure> {
    let migrations = context.migrations()?;
    let words: Vec<String> = args.app.into_iter().chain(args.migration).collect();
    let target = target(&migrations.graph()?, &words)?;
    let db = context.connect()?;
    if args.plan || args.check {
        let plan = PlanMigrations::new(&migrations).to(target).run(&db)?;
        return Ok(Report::new(planned(&plan), &plan)?.found(args.check && !plan.migrations.is_empty()));
    }
    let bar = bar(context);
    let request = Request {
        target,
        fake: args.fake,
        fake_initial: args.fake_initial,
        allow_destructive: args.allow_destructive,
        lock_wait: Duration::from_secs(args.lock_wait),
        lock_timeout: Duration::from_secs(args.lock_timeout),
        listener: (!context.global.json).then(|| listener(bar.clone(), args.fake, args.fake_initial, context.global.verbose)),
    };
    let outcome = context.migrator()(&migrations, request, &db);
    bar.finish_and_clear();
    let applied = outcome?;
    let text = if applied.is_empty() { "Nothing to do: the database is there already\n" } else { "" };
    Report::new(text, &Done { migrations: &applied })
}

/// Who tells on stdout what is done, as it is done: what was applied before a failure must be known.
fn listener(bar: ProgressBar, fake: bool, fake_initial: bool, verbose: bool) -> Listener {
    let say = move |bar: &ProgressBar, line: String| {
        bar.suspend(|| {
            // A run goes on even if nobody reads what it does.
            let _ = report::print(&line);
        });
    };
    let (mut now, mut worked) = (Direction::Forwards, false);
    Box::new(move |event| match event {
        Event::Begins(id, direction, total) => {
            (now, worked) = (direction, false);
            bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
            bar.set_message(id.to_string());
        }
        Event::Item(item) => {
            worked = true;
            bar.set_message(item.about());
            if verbose {
                say(&bar, format!("    {}\n", item.about()));
            }
        }
        Event::Did(_) => {}
        Event::Ends(id) => {
            bar.inc(1);
            // Of what is there already nothing is done.
            let done = match (fake || fake_initial && !worked, now) {
                (false, Direction::Forwards) => "Applied",
                (false, Direction::Backwards) => "Undone",
                (true, Direction::Forwards) => "Noted as applied",
                (true, Direction::Backwards) => "Noted as undone",
            };
            let style = AnsiColor::Green.on_default();
            say(&bar, format!("{style}{done}{style:#} {id}\n"));
        }
    })
}

/// A plan for people.
fn planned(plan: &MigrationPlan) -> String {
    if plan.migrations.is_empty() {
        return "Nothing to do: the database is there already\n".to_owned();
    }
    let (head, lost) = (Style::new().bold(), AnsiColor::Red.on_default());
    let word = match plan.direction {
        Direction::Forwards => "Apply",
        Direction::Backwards => "Undo",
    };
    let mut text = String::new();
    for migration in &plan.migrations {
        let _ = writeln!(text, "{head}{word} {}{head:#}", migration.migration);
        for operation in &migration.operations {
            let _ = writeln!(text, "    {operation}");
        }
        for what in &migration.destroys {
            let _ = writeln!(text, "    {lost}loses {what}{lost:#}");
        }
    }
    text
}
