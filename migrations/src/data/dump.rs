//! The rows of models as lines: Django's `dumpdata`.

use std::io::Write;
use std::sync::Arc;

use orm_core::connection::{Access, Connection};
use orm_core::ops::Operation;
use orm_core::schema::SchemaState;
use orm_core::sql::Dialect;
use orm_core::transaction::{Isolation, TransactionOptions};
use orm_core::value::Value;

use super::error::{Error, Result};
use super::rows::{Chunks, Lines};
use super::select::Choice;
use super::statement::{SelectRows, Wanted};
use super::table::{ModelRows, Table};

/// So many rows are read by one statement.
const PAGE: u32 = 10_000;

/// How one state of all tables is seen.
const SNAPSHOT: TransactionOptions = TransactionOptions::new().isolation(Isolation::RepeatableRead).read_only();

/// Who is told how many rows there were up to now.
pub(super) type Listener = Box<dyn FnMut(u64) + Send>;

/// Writes the rows of models as JSON lines, in the order of models that point at each other and of keys (Django's `dumpdata`).
///
/// All rows are those of one state of the database, whoever writes meanwhile. What each line looks like is [told here](super).
///
#[cfg_attr(
    feature = "sync",
    doc = r#"
```
# fn dump(db: &orm_sync::Database, schema: orm_migrations::schema::SchemaState) -> Result<(), Box<dyn std::error::Error>> {
use orm_migrations::data::DumpData;

let mut lines = Vec::new();
let dumped = DumpData::new(schema).only(["shop"]).exclude(["shop.Log"]).run(db, &mut lines)?;
println!("{} rows", dumped.rows);
# Ok(())
# }
```
"#
)]
#[must_use]
pub struct DumpData {
    schema: Arc<SchemaState>,
    choice: Choice,
    keys: Option<Vec<String>>,
    listener: Option<Listener>,
}

impl std::fmt::Debug for DumpData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DumpData").field("choice", &self.choice).finish_non_exhaustive()
    }
}

/// What was dumped.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize)]
pub struct Dumped {
    /// How many rows in all.
    pub rows: u64,
    /// How many rows of each model, in the order in which they were written.
    pub models: Vec<ModelRows>,
}

impl DumpData {
    /// Dumps all rows of all models of a schema.
    pub fn new(schema: impl Into<Arc<SchemaState>>) -> Self {
        DumpData { schema: schema.into(), choice: Choice::default(), keys: None, listener: None }
    }

    /// Only these apps and models: `shop`, `shop.Book`.
    pub fn only(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.choice.add(names);
        self
    }

    /// Without these apps and models.
    pub fn exclude(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.choice.exclude(names);
        self
    }

    /// Only the rows of one chosen model that have these primary keys, in this order, as far as they are there. Each is written as in
    /// a line: `7`, `"a text"`, also without the quotes, `[1,2]`.
    pub fn keys(mut self, keys: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.keys = Some(keys.into_iter().map(Into::into).collect());
        self
    }

    /// Who is told now and then how many rows were written up to now.
    pub fn on_progress(mut self, listener: impl FnMut(u64) + Send + 'static) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }
}

/// A dump and where it goes.
pub(super) struct Dumping<W>(pub(super) DumpData, pub(super) W);

impl<W: Write + Send> Operation for Dumping<W> {
    type Output = Result<(Dumped, W)>;
    const NAME: &'static str = "dumpdata";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> orm_core::Result<Self::Output> {
        let Dumping(mut dump, writer) = self;
        Ok(dump.snapshot(writer, connection).await)
    }
}

impl DumpData {
    /// Writes it all in one transaction.
    async fn snapshot<W: Write + Send, C: Connection>(&mut self, writer: W, connection: &mut C) -> Result<(Dumped, W)> {
        let schema = Arc::clone(&self.schema);
        let models = self.choice.of(&schema)?;
        let dialect = connection.dialect();
        let tables: Vec<Table> =
            models.iter().map(|model| Table::new(&schema, model, dialect)).collect::<orm_core::Result<_>>()?;
        let keys = self.keys.take().map(|keys| chosen(&keys, &tables, dialect)).transpose()?;
        let mut out = Chunks::new(writer);
        connection.begin_with(&SNAPSHOT).await?;
        let dumped = self.tables(&tables, keys, &mut out, connection).await;
        // Nothing was written; the first error is the one to tell, and a session that cannot end is closed by its lease.
        let ended = connection.rollback().await;
        let dumped = dumped?;
        ended?;
        let writer = out.end().map_err(Error::Write)?;
        Ok((dumped, writer))
    }

    async fn tables<W: Write + Send, C: Connection>(
        &mut self,
        tables: &[Table],
        keys: Option<Vec<Vec<Value<'static>>>>,
        out: &mut Chunks<W>,
        connection: &mut C,
    ) -> Result<Dumped> {
        let mut dumped = Dumped::default();
        for table in tables {
            let before = dumped.rows;
            if let Some(keys) = &keys {
                for key in keys {
                    self.page(table, Wanted::One(key), out, &mut dumped, connection).await?;
                }
            } else {
                let mut last = self.page(table, Wanted::First, out, &mut dumped, connection).await?;
                while let Some(key) = last {
                    last = self.page(table, Wanted::Behind(&key), out, &mut dumped, connection).await?;
                }
            }
            dumped.models.push(ModelRows { model: table.model.clone(), rows: dumped.rows - before });
        }
        Ok(dumped)
    }

    /// Writes some rows of a table; gives the key of the last one, if there may be more.
    async fn page<W: Write + Send, C: Connection>(
        &mut self,
        table: &Table,
        wanted: Wanted<'_>,
        out: &mut Chunks<W>,
        dumped: &mut Dumped,
        connection: &mut C,
    ) -> Result<Option<Vec<Value<'static>>>> {
        let mut lines = Lines::new(table, out, PAGE);
        connection.fetch(&SelectRows { table, wanted, most: PAGE }, &mut lines).await?;
        let Lines { count, last, failure, .. } = lines;
        if let Some(failure) = failure {
            return Err(Error::Write(failure));
        }
        dumped.rows += u64::from(count);
        if let Some(listener) = self.listener.as_mut().filter(|_| count > 0) {
            listener(dumped.rows);
        }
        Ok(last)
    }
}

/// The keys that were chosen, as values of the one model that they are of.
fn chosen(keys: &[String], tables: &[Table], dialect: &dyn Dialect) -> Result<Vec<Vec<Value<'static>>>> {
    let [table] = tables else { return Err(Error::KeysOfOneModel { models: tables.len() }) };
    let parts_of = |written: &str| super::line::key_of(written, table, dialect.features());
    let quoted = |written: &str| {
        let mut quoted = Vec::new();
        super::json::write_text(written, &mut quoted);
        String::from_utf8(quoted).unwrap_or_default()
    };
    let parse = |(at, written): (usize, &String)| {
        // A text may stand without its quotes.
        parts_of(written).or_else(|fault| parts_of(&quoted(written)).map_err(|_| fault)).map_err(|fault| Error::Key {
            number: at + 1,
            model: table.model.clone(),
            fault: Box::new(fault),
        })
    };
    keys.iter().enumerate().map(parse).collect()
}
