//! `flush`, `dumpdata` and `loaddata`: the rows of the database.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use orm_sync::Database;

use super::args::{Dump, Flush, Load};
use super::context::Context;
use super::failure::Failure;
use super::progress;
use super::questions::{Ask, Terminal};
use super::report::Report;
use crate::data::{self, DumpData, LoadData, ModelRows};
use crate::schema::SchemaState;

/// The schema that the database has by its migrations; that of the models if none is applied, as for tables that a program created.
fn schema(context: &Context<'_>, db: &Database) -> Result<Arc<SchemaState>, Failure> {
    let applied = context.applied_state(db)?;
    let state = if applied.models().next().is_some() { applied } else { context.models()?.schema()? };
    Ok(Arc::new(state))
}

/// `flush`: all rows deleted, once that is confirmed.
pub(super) fn flush(context: &Context<'_>, args: &Flush) -> Result<Report, Failure> {
    let db = context.connect()?;
    let schema = schema(context, &db)?;
    let mut yes = args.yes;
    if !yes && context.can_ask() {
        let question = format!("Delete all rows of {} tables?", schema.models().count());
        let answers = ["No".to_owned(), "Yes, all rows".to_owned()];
        let chosen = Terminal::new().choose(&question, &answers);
        yes = chosen.map_err(|error| Failure::new("io", format!("the terminal: {error}")))? == 1;
    }
    let flushed = data::Flush::new(schema).yes(yes).run(&db)?;
    Report::new(format!("Deleted all rows of {} tables\n", flushed.models.len()), &flushed)
}

/// `dumpdata`: rows as lines, on stdout or in a file.
pub(super) fn dump(context: &Context<'_>, args: Dump) -> Result<Report, Failure> {
    if context.global.json && args.output.is_none() {
        return Err(Failure::usage("output", "the rows themselves are on stdout").hint("name a file for them by `--output`"));
    }
    let db = context.connect()?;
    let mut dump = DumpData::new(schema(context, &db)?).only(args.only).exclude(args.exclude);
    if !args.pks.is_empty() {
        dump = dump.keys(args.pks);
    }
    let Some(path) = args.output else {
        let dumped = dump.run(&db, BufWriter::new(io::stdout()));
        return match dumped {
            // Who reads the rows has had enough of them, as `head` has.
            Err(data::Error::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => Report::new("", &()),
            Err(error) => Err(error.into()),
            Ok(dumped) => Report::new("", &dumped),
        };
    };
    let bar = progress::rows(context);
    let counter = bar.clone();
    let mut out = BufWriter::new(File::create(&path).map_err(|error| file_failure(&path, &error))?);
    let dumped = dump.on_progress(move |rows| counter.set_position(rows)).run(&db, &mut out);
    bar.finish_and_clear();
    let dumped = dumped?;
    out.flush().map_err(|error| file_failure(&path, &error))?;
    Report::new(format!("Wrote {} rows to {}\n{}", dumped.rows, path.display(), by_model(&dumped.models)), &dumped)
}

/// `loaddata`: lines as rows, all of them or none.
pub(super) fn load(context: &Context<'_>, args: &Load) -> Result<Report, Failure> {
    let db = context.connect()?;
    let schema = schema(context, &db)?;
    let input: Box<dyn BufRead + Send> = if args.file == Path::new("-") {
        Box::new(BufReader::new(io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(&args.file).map_err(|error| file_failure(&args.file, &error))?))
    };
    let bar = progress::rows(context);
    let counter = bar.clone();
    let load = LoadData::new(schema).ignore_unknown(args.ignore_unknown).on_progress(move |rows| counter.set_position(rows));
    let loaded = load.run(&db, input);
    bar.finish_and_clear();
    let loaded = loaded?;
    Report::new(format!("Loaded {} rows\n{}", loaded.rows, by_model(&loaded.models)), &loaded)
}

fn by_model(models: &[ModelRows]) -> String {
    models.iter().map(|of| format!("  {}: {}\n", of.model, of.rows)).collect()
}

fn file_failure(path: &Path, error: &io::Error) -> Failure {
    Failure::new("io", format!("{}: {error}", path.display()))
}

impl From<data::Error> for Failure {
    fn from(error: data::Error) -> Self {
        match error {
            data::Error::Database(error) => error.into(),
            data::Error::Unconfirmed { tables } => {
                Failure::new("unconfirmed", format!("this deletes all rows of {tables} tables")).hint("`--yes` confirms it")
            }
            data::Error::NoChoice { .. } | data::Error::KeysOfOneModel { .. } | data::Error::Key { .. } => {
                Failure::usage("choice", error.to_string())
            }
            _ => Failure::new("data", error.to_string()),
        }
    }
}
