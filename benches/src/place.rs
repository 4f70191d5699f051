//! Where the databases of the cases are: in memory for what costs a processor, in files for what costs a disk.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use amphi::prelude::*;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::data;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/data")
}

/// A directory that goes with its owner, in the target directory: on the disk that the code is on, as `/tmp` might not be.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let path = root().join(format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
        std::fs::create_dir_all(&path).unwrap();
        Directory(path)
    }

    /// A file in it.
    pub fn file(&self) -> PathBuf {
        self.0.join("bench.db")
    }

    /// The URL of the same file.
    pub fn url(&self) -> String {
        format!("sqlite://{}", self.file().display())
    }
}

impl Default for Directory {
    fn default() -> Self {
        Directory::new()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A file with the rows of the cases, made once by amphi: the schema and the pages of all databases come from it.
fn template() -> &'static Path {
    static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
        let directory = Directory::new();
        let db = Database::connect(&directory.url()).unwrap();
        data::fill(&db).unwrap();
        db.close();
        // Brings the log home, wherever the closing of the pool is.
        let copy = open(&directory.file());
        copy.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        drop(copy);
        let file = root().join("template.db");
        std::fs::rename(directory.file(), &file).unwrap();
        file
    });
    &FILE
}

/// A new file with the rows.
pub fn filled_file() -> Directory {
    let directory = Directory::new();
    std::fs::copy(template(), directory.file()).unwrap();
    directory
}

/// amphi's database in memory, with the rows.
pub fn amphi_in_memory() -> Database {
    let db = Database::connect("sqlite::memory:").unwrap();
    data::fill(&db).unwrap();
    db
}

/// The raw connection in memory, with the same rows in the same tables.
pub fn raw_in_memory() -> Connection {
    let db = open(Path::new(":memory:"));
    db.execute("ATTACH ?1 AS template", [template().to_str().unwrap()]).unwrap();
    let schema: Vec<String> = db
        .prepare("SELECT sql FROM template.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for statement in schema {
        db.execute_batch(&statement).unwrap();
    }
    for table in ["author", "book", "user", "post", "comment"] {
        db.execute(&format!("INSERT INTO main.{table} SELECT * FROM template.{table}"), []).unwrap();
    }
    db.execute("DETACH template", []).unwrap();
    db
}

/// The raw connection to a file that it writes.
pub fn raw_writer(file: &Path) -> Connection {
    let db = open(file);
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    db.query_row("PRAGMA journal_size_limit = 67108864", [], |_| Ok(())).unwrap();
    db.pragma_update(None, "synchronous", "FULL").unwrap();
    db
}

/// Makes the log of a file as long as it gets, for a log that still grows is synced many times as slowly as one that is written over.
/// What closes the file would cut it off again.
pub fn grow_log(file: &Path) {
    let db = raw_writer(file);
    db.execute_batch(
        "BEGIN IMMEDIATE; CREATE TABLE filler (bytes BLOB);
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO filler SELECT zeroblob(4000) FROM n;
         COMMIT; DROP TABLE filler",
    )
    .unwrap();
}

/// The raw connection to a file that it reads.
pub fn raw_reader(file: &Path) -> Connection {
    let db = raw_writer(file);
    db.pragma_update(None, "query_only", "ON").unwrap();
    db
}

/// Opens a connection as amphi opens its own, without what amphi adds: functions and a progress handler.
fn open(file: &Path) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(file, flags).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
    db.set_prepared_statement_cache_capacity(256);
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, true),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
    ] {
        db.set_db_config(setting, value).unwrap();
    }
    db
}
