//! A database for each test, on each kind of server, in both modes.

use std::cell::RefCell;
use std::future::Future;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use amphi::prelude::*;
use amphi::{Backend, Features};
use mysql_async::prelude::Queryable;

use crate::futures::current_thread;

/// A file that goes away with its test.
pub struct TempFile(PathBuf);

impl TempFile {
    /// A name for a file, which nobody has made yet.
    pub fn unused() -> TempFile {
        TempFile(std::env::temp_dir().join(format!("amphi-test-{}.db", unique())))
    }

    /// Where it is.
    pub fn path(&self) -> &std::path::Path {
        &self.0
    }

    /// The URL of a database in it.
    pub fn url(&self) -> String {
        // Nothing here is about surviving a power cut.
        format!("sqlite://{}?synchronous=off", self.0.display())
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{suffix}", self.0.display()));
        }
    }
}

/// A name that no other test has.
fn unique() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

/// Where a test runs.
#[allow(non_camel_case_types, reason = "the attribute writes them as the names of the tests")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A file.
    sqlite,
    /// The server that `AMPHI_POSTGRES_URL` names.
    postgres,
    /// The server that `AMPHI_MYSQL_URL` names.
    mysql,
}

impl Place {
    /// The kind of database.
    pub fn backend(self) -> Backend {
        match self {
            Place::sqlite => Backend::Sqlite,
            Place::postgres => Backend::Postgres,
            Place::mysql => Backend::MySql,
        }
    }
}

/// A database that goes away with its test.
pub enum Scratch {
    /// A file of SQLite.
    File(TempFile),
    /// A schema of a PostgreSQL database.
    Schema {
        /// The URL of the server.
        server: String,
        /// The schema.
        name: String,
    },
    /// A database of a MySQL server.
    Database {
        /// The URL of the server.
        server: String,
        /// The database.
        name: String,
    },
}

impl Scratch {
    /// A new one, with nothing in it.
    pub fn new(place: Place) -> Scratch {
        let name = format!("amphi_{}", unique());
        match place {
            Place::sqlite => Scratch::File(TempFile::unused()),
            Place::postgres => {
                let server = asked_for("AMPHI_POSTGRES_URL");
                on_postgres(&server, &format!("CREATE SCHEMA {name}"));
                Scratch::Schema { server, name }
            }
            Place::mysql => {
                let server = asked_for("AMPHI_MYSQL_URL");
                on_mysql(&server, &format!("CREATE DATABASE {name}"));
                Scratch::Database { server, name }
            }
        }
    }

    /// Runs statements as another program would.
    pub fn script(&self, sql: &str) {
        match self {
            Scratch::File(file) => {
                let connection = rusqlite::Connection::open(file.path()).expect("the file opens");
                connection.execute_batch(sql).expect("SQLite takes the statements");
            }
            Scratch::Schema { server, name } => on_postgres(server, &format!("SET search_path TO {name}; {sql}")),
            Scratch::Database { server, name } => {
                for statement in sql.split(';').filter(|statement| !statement.trim().is_empty()) {
                    on_mysql(server, &format!("USE {name}; {statement}"));
                }
            }
        }
    }

    /// The URL to connect with.
    pub fn url(&self) -> String {
        match self {
            Scratch::File(file) => file.url(),
            Scratch::Schema { server, name } => format!("{server}?options[search_path]={name}&max_connections=4"),
            Scratch::Database { server, name } => {
                let (server, _) = server.rsplit_once('/').expect("the URL of a server names a database");
                format!("{server}/{name}?max_connections=4")
            }
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        match self {
            Scratch::File(_) => {}
            Scratch::Schema { server, name } => on_postgres(server, &format!("DROP SCHEMA {name} CASCADE")),
            Scratch::Database { server, name } => on_mysql(server, &format!("DROP DATABASE {name}")),
        }
    }
}

/// The server that a variable names. A database that was asked for and is not there is a failure.
fn asked_for(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} names no server; `tests/run` starts one"))
}

fn on_postgres(server: &str, sql: &str) {
    current_thread().block_on(async {
        let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.expect("the server answers");
        tokio::spawn(connection);
        client.batch_execute(sql).await.expect("the server takes the statement");
    });
}

fn on_mysql(server: &str, sql: &str) {
    current_thread().block_on(async {
        let mut connection = mysql_async::Conn::from_url(server).await.expect("the server answers");
        connection.query_drop(sql).await.expect("the server takes the statement");
        connection.disconnect().await.expect("the server takes its leave");
    });
}

thread_local! {
    /// The URL of the database of the test that runs here.
    static URL: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The URL of this test's database, for a test that connects to it once more.
pub fn url() -> String {
    URL.with_borrow(Clone::clone)
}

/// Whether the long runs are asked for.
pub fn is_long() -> bool {
    std::env::var("AMPHI_FAULTS").is_ok_and(|how| how == "long")
}

/// The same, with these options.
pub fn url_with(options: &str) -> String {
    let url = url();
    let between = if url.contains('?') { '&' } else { '?' };
    format!("{url}{between}{options}")
}

/// A flag of `Features` that a test needs.
pub type Need = (&'static str, fn(&Features) -> bool);

/// Whether a database lacks what a test needs. A skip is told, and noted in the file that `AMPHI_SKIPS` names.
fn lacks(place: Place, test: &str, needs: &[Need]) -> bool {
    let features = place.backend().dialect().features();
    let Some((lacking, _)) = needs.iter().find(|(_, has)| !has(features)) else { return false };
    let line = format!("{test}: {} lacks `{lacking}`", features.name);
    println!("skipped: {line}");
    if let Ok(path) = std::env::var("AMPHI_SKIPS") {
        use std::io::Write;
        let mut file = std::fs::File::options().append(true).create(true).open(path).expect("the file of skips opens");
        writeln!(file, "{line}").expect("the file of skips takes a line");
    }
    true
}

/// Runs a body on a fresh database, blocking.
#[track_caller]
pub fn run_blocking(place: Place, test: &str, needs: &[Need], body: impl FnOnce(Database) -> Result<(), Error>) {
    if lacks(place, test, needs) {
        return;
    }
    let scratch = Scratch::new(place);
    URL.set(scratch.url());
    let db = Database::connect(&scratch.url()).expect("a fresh database opens");
    let outcome = body(db.clone());
    db.close();
    if let Err(error) = outcome {
        panic!("{error}: {error:?}");
    }
}

/// Runs a body on a fresh database, on a runtime of its own.
#[track_caller]
pub fn run_asynchronous<F: Future<Output = Result<(), Error>>>(
    place: Place,
    test: &str,
    needs: &[Need],
    body: impl FnOnce(AsyncDatabase) -> F,
) {
    if lacks(place, test, needs) {
        return;
    }
    let scratch = Scratch::new(place);
    URL.set(scratch.url());
    let outcome = current_thread().block_on(async {
        let db = AsyncDatabase::connect(&scratch.url()).await.expect("a fresh database opens");
        let outcome = body(db.clone()).await;
        db.close().await;
        outcome
    });
    if let Err(error) = outcome {
        panic!("{error}: {error:?}");
    }
}
