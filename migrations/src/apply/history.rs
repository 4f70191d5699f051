//! What is applied, as the database has it: the table `amphi_migration`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use orm_core::Result;
use orm_core::connection::{Access, Connection, Sink};
use orm_core::field::FieldType;
use orm_core::ops::Operation;
use orm_core::row::{ColumnReader, DecodeError};
use orm_core::sql::{Backend, CatalogQuery, Dialect};

use crate::checksum::Checksum;
use crate::migration::MigrationId;

/// Whether a migration is applied or undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// It is applied.
    Forwards,
    /// It is undone.
    Backwards,
}

impl Direction {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Direction::Forwards => "forwards",
            Direction::Backwards => "backwards",
        }
    }
}

/// What the database has of one migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The migration's checksum when it was applied.
    pub checksum: String,
    /// What was being done.
    pub direction: Direction,
    /// How many statements are done, if it was not brought to its end.
    pub position: Option<usize>,
    /// When it was applied, as `2026-11-21T20:45:00Z`.
    pub applied_at: String,
}

/// What the database has of all migrations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// The entries, by migration.
    pub entries: BTreeMap<MigrationId, Entry>,
}

impl History {
    /// The migrations that are applied to their end.
    #[must_use]
    pub fn applied(&self) -> BTreeSet<MigrationId> {
        // What is undone in part counts as applied until it is undone to its end.
        let counts = |entry: &&Entry| entry.position.is_none() || entry.direction == Direction::Backwards;
        self.entries.iter().filter(|(_, entry)| counts(entry)).map(|(id, _)| id.clone()).collect()
    }

    /// The migration that was begun and not brought to its end, if there is one.
    #[must_use]
    pub fn interrupted(&self) -> Option<(&MigrationId, &Entry)> {
        self.entries.iter().find(|(_, entry)| entry.position.is_some())
    }
}

/// Reads what is applied. A database that has no table of it has nothing applied, and is left as it is.
#[derive(Debug, Clone, Copy)]
pub struct ReadHistory;

impl Operation for ReadHistory {
    type Output = History;
    const NAME: &'static str = "migrations";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<History> {
        let mut found = Found(false);
        connection.fetch(&exists(connection.dialect()), &mut found).await?;
        if found.0 { read(connection).await } else { Ok(History::default()) }
    }
}

/// Whether there is a row.
#[derive(Debug)]
pub(crate) struct Found(pub(crate) bool);

impl Sink for Found {
    fn row<R: ColumnReader>(&mut self, _: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.0 = true;
        Ok(ControlFlow::Break(()))
    }
}

fn exists(dialect: &dyn Dialect) -> CatalogQuery {
    CatalogQuery::new(match dialect.backend() {
        Backend::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'amphi_migration'",
        Backend::Postgres => "SELECT oid::bigint FROM pg_class WHERE oid = to_regclass('amphi_migration')",
        _ => {
            "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'amphi_migration'"
        }
    })
}

/// Creates the table, where it is not there.
pub(super) async fn create<C: Connection>(connection: &mut C) -> Result<()> {
    let (text, options) = match connection.dialect().backend() {
        Backend::Sqlite => ("TEXT", " STRICT"),
        Backend::Postgres => ("text", ""),
        _ => ("VARCHAR(150) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", " ENGINE = InnoDB"),
    };
    let number = if connection.dialect().backend() == Backend::Sqlite { "INTEGER" } else { "BIGINT" };
    connection
        .run_script(&format!(
            "CREATE TABLE IF NOT EXISTS amphi_migration (app {text} NOT NULL, name {text} NOT NULL, checksum {text} NOT NULL, \
             direction {text} NOT NULL, position {number}, applied_at {text} NOT NULL, PRIMARY KEY (app, name)){options}"
        ))
        .await
}

const ENTRIES: &str = "SELECT app, name, checksum, direction, position, applied_at FROM amphi_migration";

#[derive(Default)]
struct Entries(History);

impl Sink for Entries {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        let id = MigrationId::new(String::decode(row, 0)?, String::decode(row, 1)?);
        let direction = match String::decode(row, 3)?.as_str() {
            "backwards" => Direction::Backwards,
            _ => Direction::Forwards,
        };
        let position = Option::<i64>::decode(row, 4)?.map(|position| usize::try_from(position).unwrap_or_default());
        let entry = Entry { checksum: String::decode(row, 2)?, direction, position, applied_at: String::decode(row, 5)? };
        self.0.entries.insert(id, entry);
        Ok(ControlFlow::Continue(()))
    }
}

/// Reads the table, which is there.
pub(super) async fn read<C: Connection>(connection: &mut C) -> Result<History> {
    let mut entries = Entries::default();
    let query = CatalogQuery::new(ENTRIES);
    connection.fetch(&query, &mut entries).await?;
    Ok(entries.0)
}

/// What the table, which is there, has of one migration.
pub(super) async fn entry<C: Connection>(connection: &mut C, id: &MigrationId) -> Result<Option<Entry>> {
    let MigrationId { app, name } = id;
    let mut entries = Entries::default();
    let query = CatalogQuery::new(format!("{ENTRIES} WHERE app = '{app}' AND name = '{name}'"));
    connection.fetch(&query, &mut entries).await?;
    Ok(entries.0.entries.remove(id))
}

fn number_or_null(position: Option<usize>) -> String {
    position.map_or_else(|| "NULL".to_owned(), |position| position.to_string())
}

/// Notes a migration, to its end or to a position. Neither an app nor a name has a character that would end a literal.
pub(super) async fn note<C: Connection>(
    connection: &mut C,
    id: &MigrationId,
    checksum: &Checksum,
    position: Option<usize>,
) -> Result<()> {
    let position = number_or_null(position);
    let now = orm_core::model::now().format("%Y-%m-%dT%H:%M:%SZ");
    let MigrationId { app, name } = id;
    connection
        .run_script(&format!(
            "INSERT INTO amphi_migration (app, name, checksum, direction, position, applied_at) \
             VALUES ('{app}', '{name}', '{checksum}', 'forwards', {position}, '{now}')"
        ))
        .await
}

/// Notes how far a migration is that is noted already; `None` at its end.
pub(super) async fn move_on<C: Connection>(
    connection: &mut C,
    id: &MigrationId,
    direction: Direction,
    position: Option<usize>,
) -> Result<()> {
    let MigrationId { app, name } = id;
    let position = number_or_null(position);
    let direction = direction.word();
    connection
        .run_script(&format!(
            "UPDATE amphi_migration SET position = {position}, direction = '{direction}' WHERE app = '{app}' AND name = '{name}'"
        ))
        .await
}

/// Takes out what was noted of a migration.
pub(super) async fn forget<C: Connection>(connection: &mut C, id: &MigrationId) -> Result<()> {
    let MigrationId { app, name } = id;
    connection.run_script(&format!("DELETE FROM amphi_migration WHERE app = '{app}' AND name = '{name}'")).await
}
