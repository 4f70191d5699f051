//! Opening a connection: its flags, its settings, the functions that it gets.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::functions;
use crate::options::{Location, Mode, SqliteOptions};
use crate::session::Role;

/// Opens a connection and sets it up.
pub(crate) fn connect(options: &SqliteOptions, role: Role) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path(&options.location), flags(options.mode))?;
    connection.busy_timeout(options.busy_timeout)?;
    connection.set_prepared_statement_cache_capacity(options.statement_cache);
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_FKEY, options.foreign_keys),
        // A bound LIKE pattern or LIMIT would otherwise be planned anew at each run.
        (DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true),
        // A column that is not there would otherwise be taken for a string.
        (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
    ] {
        connection.set_db_config(setting, value)?;
    }
    rusqlite::vtab::array::load_module(&connection)?;
    functions::install(&connection)?;
    if matches!(options.location, Location::File(_)) && !options.is_read_only() {
        if role == Role::Writer {
            use_write_ahead_log(&connection, options.busy_timeout)?;
        }
        connection.pragma_update(None, "synchronous", options.synchronous.keyword())?;
    }
    if role == Role::Reader {
        connection.pragma_update(None, "query_only", "ON")?;
    }
    Ok(connection)
}

/// The name to open. The bundled SQLite takes `file:` for a URI whatever the flags say.
fn path(location: &Location) -> PathBuf {
    match location {
        Location::Memory => PathBuf::from(":memory:"),
        Location::File(path) if path.is_relative() => Path::new(".").join(path),
        Location::File(path) => path.clone(),
    }
}

fn flags(mode: Mode) -> OpenFlags {
    let access = match mode {
        Mode::ReadOnly => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Mode::ReadWrite => OpenFlags::SQLITE_OPEN_READ_WRITE,
        Mode::ReadWriteCreate => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
    };
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Turns the write-ahead log on. SQLite does not wait for a lock here, whatever the busy timeout is.
fn use_write_ahead_log(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let deadline = Instant::now() + patience.max(Duration::from_millis(500));
    let mut pause = Duration::from_millis(1);
    loop {
        match connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get::<_, String>(0)) {
            // A file system without shared memory keeps its rollback journal: slower, and as sound.
            Ok(_) => break,
            Err(error) if is_busy(&error) && Instant::now() < deadline => {
                std::thread::sleep(pause);
                pause = (pause * 2).min(Duration::from_millis(50));
            }
            Err(error) => return Err(error),
        }
    }
    // After a checkpoint the log shrinks to this.
    connection.query_row("PRAGMA journal_size_limit = 67108864", [], |_| Ok(()))
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked))
}
