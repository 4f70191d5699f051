//! Both servers of a test run, from wherever they can be had.

use std::{env, thread, time::Duration};

use tokio::time::timeout;

use crate::{Error, Kind, Options, Result, Server, block, install, mariadb, postgres};

/// How long a server that exists may take to answer.
const ANSWER: Duration = Duration::from_secs(15);

/// A server that a test may use.
#[derive(Debug)]
pub enum Database {
    /// One that an environment variable names; it is not ours to break.
    Given(String),
    /// One of our own.
    Private(Box<Server>),
}

impl Database {
    /// The URL for clients.
    pub fn url(&self) -> String {
        match self {
            Self::Given(url) => url.clone(),
            Self::Private(server) => server.url(),
        }
    }

    /// The server, if it is our own.
    pub fn server(&self) -> Option<&Server> {
        match self {
            Self::Given(_) => None,
            Self::Private(server) => Some(server),
        }
    }
}

/// The servers of a test run.
///
/// For each: `AMPHI_POSTGRES_URL` or `AMPHI_MYSQL_URL` names one that exists, which must then answer. Else a private one is started from
/// the binaries that are found here. As root, with apt-get, what is missing is installed. All else is an error, never a skip.
#[derive(Debug)]
pub struct Servers {
    databases: Vec<(Kind, Database)>,
}

impl Servers {
    /// Both.
    pub fn from_env_or_start() -> Result<Self> {
        Self::obtain(&Kind::ALL, &Options::new())
    }

    /// Some, started at the same time.
    pub fn obtain(kinds: &[Kind], options: &Options) -> Result<Self> {
        // What can fail fast comes first. apt-get has a lock, so it is not run twice at once.
        let given: Vec<_> = kinds.iter().map(|kind| given(*kind).map(|url| (*kind, url))).collect::<Result<_>>()?;
        for (kind, _) in given.iter().filter(|(_, url)| url.is_none()) {
            install::binaries(*kind)?;
        }
        let obtain = |kind: Kind, url: Option<String>| match url {
            Some(url) => Ok(Database::Given(url)),
            None => Server::start_with(kind, options).map(|server| Database::Private(Box::new(server))),
        };
        let results: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = given.into_iter().map(|(kind, url)| (kind, scope.spawn(move || obtain(kind, url)))).collect();
            // All are waited for before the first error is returned.
            threads.into_iter().map(|(kind, thread)| (kind, thread.join())).collect()
        });
        let result = |(kind, result): (Kind, thread::Result<Result<Database>>)| {
            result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)).map(|database| (kind, database))
        };
        Ok(Self { databases: results.into_iter().map(result).collect::<Result<_>>()? })
    }

    /// One of them, if it was asked for.
    pub fn get(&self, kind: Kind) -> Option<&Database> {
        self.databases.iter().find(|(one, _)| *one == kind).map(|(_, database)| database)
    }

    /// PostgreSQL's URL.
    pub fn postgres_url(&self) -> Option<String> {
        self.get(Kind::Postgres).map(Database::url)
    }

    /// The URL of MariaDB or MySQL.
    pub fn mysql_url(&self) -> Option<String> {
        self.get(Kind::MariaDb).map(Database::url)
    }

    /// All, in the order in which they were asked for.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &Database)> {
        self.databases.iter().map(|(kind, database)| (*kind, database))
    }
}

/// The URL in the environment, if there is one and somebody answers there.
fn given(kind: Kind) -> Result<Option<String>> {
    match env::var(kind.variable()).ok().filter(|url| !url.is_empty()) {
        Some(url) => reach(kind, &url).map(|()| Some(url)),
        None => Ok(None),
    }
}

/// Fails if nobody answers at the URL.
fn reach(kind: Kind, url: &str) -> Result<()> {
    let ping = async {
        match kind {
            Kind::Postgres => postgres::ping(url).await,
            Kind::MariaDb => mariadb::ping(url).await,
        }
    };
    let late = || Error::TooSlow { what: "an answer".into(), within: ANSWER };
    let answer = block::on(async { timeout(ANSWER, ping).await.unwrap_or_else(|_| Err(late())) });
    answer.map_err(|error| Error::NotReachable { variable: kind.variable(), why: error.to_string() })
}
