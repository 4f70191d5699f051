//! Lines as rows of models: Django's `loaddata`.

use std::io::BufRead;
use std::sync::Arc;

use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::schema::{ModelName, ModelState, SchemaState};
use orm_core::sql::{Backend, Dialect};

use super::batch::Batches;
use super::dump::Listener;
use super::error::{Error, LineFault, Result};
use super::keys;
use super::line::{Line, at};
use super::select::in_order;
use super::table::{ModelRows, Table};
use crate::error::near_model;

/// Loads rows from JSON lines, all of them or none (Django's `loaddata`).
///
/// A row whose primary key is there is changed, any other is inserted; a row without one, `"pk": null`, gets one if the database fills
/// it in. A field that is not there is NULL. Rows may point at rows that come later, also in a circle: what points at nothing in the end
/// is an error, and nothing was loaded. Neither hooks nor `auto_now` are for it: the rows are as they are written.
///
#[cfg_attr(
    feature = "sync",
    doc = r#"
```
# fn load(db: &orm_sync::Database, schema: orm_migrations::schema::SchemaState) -> Result<(), Box<dyn std::error::Error>> {
use orm_migrations::data::LoadData;

let lines = std::io::BufReader::new(std::fs::File::open("books.jsonl")?);
let loaded = LoadData::new(schema).run(db, lines)?;
println!("{} rows", loaded.rows);
# Ok(())
# }
```
"#
)]
#[must_use]
pub struct LoadData {
    schema: Arc<SchemaState>,
    ignores_unknown: bool,
    listener: Option<Listener>,
}

impl std::fmt::Debug for LoadData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoadData").field("ignores_unknown", &self.ignores_unknown).finish_non_exhaustive()
    }
}

/// What was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Loaded {
    /// How many rows in all.
    pub rows: u64,
    /// How many rows of each model.
    pub models: Vec<ModelRows>,
}

impl LoadData {
    /// Loads rows of the models of a schema.
    pub fn new(schema: impl Into<Arc<SchemaState>>) -> Self {
        LoadData { schema: schema.into(), ignores_unknown: false, listener: None }
    }

    /// Whether models and fields that there are not are passed over (Django's `--ignorenonexistent`).
    pub fn ignore_unknown(mut self, ignore: bool) -> Self {
        self.ignores_unknown = ignore;
        self
    }

    /// Who is told now and then how many rows were loaded up to now.
    pub fn on_progress(mut self, listener: impl FnMut(u64) + Send + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }
}

/// A load and where it comes from.
pub(super) struct Loading<R>(pub(super) LoadData, pub(super) R);

impl<R: BufRead + Send> Operation for Loading<R> {
    type Output = Result<Loaded>;
    const NAME: &'static str = "loaddata";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> orm_core::Result<Self::Output> {
        let Loading(mut load, reader) = self;
        Ok(load.guarded(reader, connection).await)
    }
}

impl LoadData {
    /// Loads it all with foreign keys that are checked at the end.
    async fn guarded<R: BufRead + Send, C: Connection>(&mut self, reader: R, connection: &mut C) -> Result<Loaded> {
        let defers = connection.dialect().features().defers_constraints;
        if !defers {
            connection.set_foreign_keys(false).await?;
        }
        let loaded = self.transaction(reader, connection).await;
        if !defers {
            let restored = connection.set_foreign_keys(true).await;
            // The first error is the one to tell; a session that cannot be put right is closed by its lease.
            return loaded.and_then(|loaded| restored.map(|()| loaded).map_err(Error::from));
        }
        loaded
    }

    async fn transaction<R: BufRead + Send, C: Connection>(&mut self, reader: R, connection: &mut C) -> Result<Loaded> {
        connection.begin().await?;
        match self.inside(reader, connection).await {
            Ok(loaded) => {
                connection.commit().await?;
                Ok(loaded)
            }
            Err(error) => {
                // The first error is the one to tell; a connection that cannot roll back is closed by its lease.
                let _ = connection.rollback().await;
                Err(error)
            }
        }
    }

    async fn inside<R: BufRead + Send, C: Connection>(&mut self, mut reader: R, connection: &mut C) -> Result<Loaded> {
        match connection.dialect().backend() {
            Backend::Sqlite => connection.run_script("PRAGMA defer_foreign_keys = ON").await?,
            Backend::Postgres => connection.run_script("SET CONSTRAINTS ALL DEFERRED").await?,
            _ => {}
        }
        let schema = Arc::clone(&self.schema);
        let mut intake = Intake::new(&schema, self.ignores_unknown, connection.dialect());
        let (mut bytes, mut number) = (Vec::new(), 0);
        loop {
            number += 1;
            bytes.clear();
            let read = reader.read_until(b'\n', &mut bytes).map_err(|source| Error::Read { line: number, source })?;
            if read == 0 {
                break;
            }
            while let Taken::IfWritten = intake.take(number, &bytes)? {
                intake.batches.write(&intake.tables, connection).await?;
            }
            if intake.batches.are_full() {
                intake.batches.write(&intake.tables, connection).await?;
                if let Some(listener) = &mut self.listener {
                    listener(intake.rows);
                }
            }
        }
        intake.batches.write(&intake.tables, connection).await?;
        if let Some(listener) = &mut self.listener {
            listener(intake.rows);
        }
        intake.end(&schema, connection).await
    }
}

/// Whether a line was taken.
enum Taken {
    Yes,
    /// Not before those that wait are written: it has the key of one of them.
    IfWritten,
}

/// Where lines go.
struct Intake<'s> {
    schema: &'s SchemaState,
    models: Vec<&'s ModelState>,
    /// The tables of these models, those of which there was a line.
    tables: Vec<Option<Table>>,
    /// How many rows of each there were.
    counts: Vec<u64>,
    rows: u64,
    batches: Batches,
    ignores_unknown: bool,
    dialect: &'static dyn Dialect,
}

impl<'s> Intake<'s> {
    fn new(schema: &'s SchemaState, ignores_unknown: bool, dialect: &'static dyn Dialect) -> Self {
        let models = in_order(schema.models().collect());
        let count = models.len();
        Intake {
            schema,
            models,
            tables: (0..count).map(|_| None).collect(),
            counts: vec![0; count],
            rows: 0,
            batches: Batches::new(count, dialect),
            ignores_unknown,
            dialect,
        }
    }

    /// Takes a line, if it can be taken now.
    fn take(&mut self, number: u64, bytes: &[u8]) -> Result<Taken> {
        if bytes.trim_ascii().is_empty() {
            return Ok(Taken::Yes);
        }
        let line = Line::parse(bytes).map_err(|fault| Error::Line(at(number, None, (None, fault))))?;
        let model = self.models.iter().position(|model| model.name.to_string() == line.model);
        let Some((index, model)) = model.and_then(|index| Some((index, *self.models.get(index)?))) else {
            if self.ignores_unknown {
                return Ok(Taken::Yes);
            }
            let near = ModelName::try_from(line.model.clone().into_owned()).ok().and_then(|name| near_model(self.schema, &name));
            return Err(Error::Line(at(number, Some(&line.model), (None, LineFault::NoModel { near }))));
        };
        let (Some(slot), Some(count)) = (self.tables.get_mut(index), self.counts.get_mut(index)) else { return Ok(Taken::Yes) };
        let table = match slot {
            Some(table) => table,
            none => none.insert(Table::new(self.schema, model, self.dialect)?),
        };
        let values = line.values(table, self.ignores_unknown, self.dialect.features());
        let values = values.map_err(|wrong| Error::Line(at(number, Some(&line.model), wrong)))?;
        if !self.batches.add(index, table, line.is_keyed(), number, bytes.len(), values) {
            return Ok(Taken::IfWritten);
        }
        *count += 1;
        self.rows += 1;
        Ok(Taken::Yes)
    }

    /// Checks what was loaded, and tells it.
    async fn end<C: Connection>(self, schema: &SchemaState, connection: &mut C) -> Result<Loaded> {
        let mut loaded = Loaded { rows: self.rows, models: Vec::new() };
        for ((model, table), rows) in self.models.into_iter().zip(&self.tables).zip(self.counts) {
            let Some(table) = table else { continue };
            keys::check(schema, model, connection).await?;
            keys::go_on_behind(table, connection).await?;
            loaded.models.push(ModelRows { model: model.name.clone(), rows });
        }
        Ok(loaded)
    }
}
