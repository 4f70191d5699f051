//! `drift`, `inspectdb`, `check` and `erd`: what the database has, and what the models are.

use std::fmt::Write;
use std::path::Path;

use anstyle::AnsiColor;
use orm_core::sql::{Backend, Dialect};
use serde::Serialize;

use super::args::{Check, Drift, Erd, ErdFormat, Inspect};
use super::context::Context;
use super::failure::Failure;
use super::report::Report;
use crate::check::{Level, check as check_models};
use crate::drift::{Difference, read_drift};
use crate::erd;
use crate::inspect::{InspectOptions, inspectdb};
use crate::introspect::introspect;

/// `drift`: the schema of the database beside that of the migrations that are applied to it.
pub(super) fn drift(context: &Context<'_>, args: &Drift) -> Result<Report, Failure> {
    let db = context.connect()?;
    let mut differences = read_drift(&db, &context.applied_state(&db)?)?;
    if !args.foreign {
        differences.retain(|difference| !difference.is_foreign());
    }
    let text = match differences.as_slice() {
        [] => "The database is as its migrations made it\n".to_owned(),
        some => some.iter().map(|difference| format!("- {difference}\n")).collect(),
    };
    let json: Vec<Drifted<'_>> = differences.iter().map(Drifted::new).collect();
    Ok(Report::new(text, &json)?.found(!differences.is_empty()))
}

/// A difference, in words and by its table.
#[derive(Serialize)]
struct Drifted<'d> {
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<&'d str>,
    /// Whether no model knows of it.
    foreign: bool,
    message: String,
}

impl<'d> Drifted<'d> {
    fn new(difference: &'d Difference) -> Self {
        Drifted { table: difference.table(), foreign: difference.is_foreign(), message: difference.to_string() }
    }
}

#[derive(Serialize)]
struct Source<'s> {
    source: &'s str,
}

/// `inspectdb`: models of an existing database.
pub(super) fn inspect(context: &Context<'_>, args: Inspect) -> Result<Report, Failure> {
    let db = context.connect()?;
    let mut options = InspectOptions::new(args.app.unwrap_or_else(|| context.app().to_owned()));
    options.tables = args.tables;
    options.views = !args.no_views;
    let catalog = introspect(&db)?;
    if let Some(unknown) = options.tables.iter().find(|name| catalog.table(name).is_none()) {
        let names = catalog.tables.iter().map(|table| &table.name);
        return Err(Failure::usage("no_table", format!("there is no table `{unknown}`")).candidates(names));
    }
    let source = inspectdb(&catalog, &options, db.backend().dialect())?;
    Report::new(source.as_str(), &Source { source: &source })
}

/// `check`: what is wrong with the models.
pub(super) fn check(context: &Context<'_>, args: &Check) -> Result<Report, Failure> {
    let models = context.models_unwarned()?;
    let dialects: Vec<&'static dyn Dialect> = match args.dialect.as_slice() {
        [] => vec![Backend::Sqlite.dialect(), Backend::Postgres.dialect(), Backend::MySql.dialect()],
        some => some.iter().map(|dialect| dialect.backend().dialect()).collect(),
    };
    let findings = check_models(models.metas(), &|_| models.app().to_owned(), &dialects);
    let (error, warning) = (AnsiColor::Red.on_default().bold(), AnsiColor::Yellow.on_default().bold());
    let mut text = String::new();
    for finding in &findings {
        let _ = match finding.level {
            Level::Error => writeln!(text, "{error}error:{error:#} {finding}"),
            Level::Warning => writeln!(text, "{warning}warning:{warning:#} {finding}"),
        };
    }
    if findings.is_empty() {
        text.push_str("Nothing is wrong with the models\n");
    }
    let fails = findings.iter().any(|finding| finding.level == Level::Error);
    Ok(Report::new(text, &findings)?.found(fails))
}

#[derive(Serialize)]
struct Diagram<'d> {
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<&'d Path>,
    diagram: &'d str,
}

/// `erd`: the models as a diagram.
pub(super) fn diagram(context: &Context<'_>, args: &Erd) -> Result<Report, Failure> {
    let schema = context.models()?.schema()?;
    let is_svg = args.output.as_deref().and_then(Path::extension).is_some_and(|extension| extension == "svg");
    let format = args.format.unwrap_or(if is_svg { ErdFormat::Svg } else { ErdFormat::Mermaid });
    let drawn = match format {
        ErdFormat::Mermaid => erd::mermaid(&schema),
        ErdFormat::Svg => erd::svg(&schema),
    };
    let json = Diagram { output: args.output.as_deref(), diagram: &drawn };
    match &args.output {
        None => Report::new(drawn.as_str(), &json),
        Some(path) => {
            std::fs::write(path, &drawn).map_err(|source| crate::Error::Io { path: path.clone(), source })?;
            Report::new(format!("Wrote {}\n", path.display()), &json)
        }
    }
}
