//! How to reach a server, and how its sessions are kept.

use std::str::FromStr;
use std::time::Duration;

use orm_core::sql::Backend;
use orm_core::{Error, Result};

/// How to reach a server, and how its sessions are kept.
///
/// A URL holds it all: `postgres://user:password@host:5432/database?max_connections=20&statement_timeout=5000`. Times are milliseconds.
/// What is no option of ours is the driver's: `sslmode`, `sslrootcert` and so on, as libpq and MySQL's client name them.
///
/// ```
/// # #[cfg(feature = "postgres")] {
/// use std::time::Duration;
///
/// use orm_server::ServerOptions;
///
/// let options: ServerOptions = "postgres://shop@localhost/shop?max_connections=20".parse()?;
/// let options = options.statement_timeout(Some(Duration::from_secs(5)));
/// # }
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone)]
pub struct ServerOptions {
    pub(crate) target: Target,
    pub(crate) min_connections: usize,
    pub(crate) max_connections: usize,
    pub(crate) acquire_timeout: Duration,
    pub(crate) connect_timeout: Duration,
    pub(crate) statement_timeout: Option<Duration>,
    pub(crate) release_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_lifetime: Duration,
    pub(crate) statement_cache: usize,
    pub(crate) pooler: bool,
    pub(crate) refuses_nested: bool,
    pub(crate) refuses_lazy: bool,
}

#[derive(Clone)]
pub(crate) enum Target {
    #[cfg(feature = "postgres")]
    Postgres(Box<sqlx_postgres::PgConnectOptions>),
    #[cfg(feature = "mysql")]
    MySql(Box<sqlx_mysql::MySqlConnectOptions>),
}

impl ServerOptions {
    fn new(target: Target) -> Self {
        ServerOptions {
            target,
            min_connections: 0,
            max_connections: 10,
            acquire_timeout: Duration::from_secs(5),
            connect_timeout: Duration::from_secs(5),
            statement_timeout: Some(Duration::from_secs(60)),
            release_timeout: Duration::from_secs(2),
            idle_timeout: Duration::from_secs(300),
            max_lifetime: Duration::from_secs(1_800),
            statement_cache: 256,
            pooler: false,
            refuses_nested: false,
            refuses_lazy: false,
        }
    }

    /// Connections that are opened at once and kept, however idle. Default 0. In a URL: `min_connections`.
    #[must_use]
    pub fn min_connections(mut self, count: usize) -> Self {
        self.min_connections = count;
        self
    }

    /// The most connections that are open at a time, at least 1. Default 10. In a URL: `max_connections`.
    #[must_use]
    pub fn max_connections(mut self, count: usize) -> Self {
        self.max_connections = count.max(1);
        self
    }

    /// How long to wait for a connection of the pool before [`Error::PoolExhausted`]. Default 5 s. In a URL: `acquire_timeout`.
    #[must_use]
    pub fn acquire_timeout(mut self, limit: Duration) -> Self {
        self.acquire_timeout = limit;
        self
    }

    /// How long connecting may take, before [`Error::Timeout`]. Default 5 s. In a URL: `connect_timeout`.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long one statement may take, before [`Error::Timeout`]; `None` is for ever. Default 60 s. In a URL: `statement_timeout`, 0
    /// being for ever.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Option<Duration>) -> Self {
        self.statement_timeout = limit;
        self
    }

    /// How long a connection that somebody abandoned may take to come clean before it is closed. Default 2 s. In a URL:
    /// `release_timeout`.
    #[must_use]
    pub fn release_timeout(mut self, limit: Duration) -> Self {
        self.release_timeout = limit;
        self
    }

    /// How long a connection may lie idle; keep it below the server's own limit. Default 5 min. In a URL: `idle_timeout`.
    #[must_use]
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// How old a connection may get, give or take a tenth, so that not all end at once. Default 30 min. In a URL: `max_lifetime`.
    #[must_use]
    pub fn max_lifetime(mut self, limit: Duration) -> Self {
        self.max_lifetime = limit;
        self
    }

    /// Whether a pooler stands before the server that gives its connections to others between two transactions, as PgBouncer does with
    /// `pool_mode = transaction`. Then no statement stays prepared, and each operation is a transaction of its own. Default false. In a
    /// URL: `pooler=transaction`.
    #[must_use]
    pub fn transaction_pooler(mut self, pooler: bool) -> Self {
        self.pooler = pooler;
        self.apply_statement_cache();
        self
    }

    /// Whether a pooler stands before the server.
    #[must_use]
    pub fn is_pooled(&self) -> bool {
        self.pooler
    }

    /// Whether there is never more than one connection.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.max_connections == 1
    }

    /// How many statements a connection keeps prepared. Default 256. In a URL: `statement_cache`.
    #[must_use]
    pub fn statement_cache(mut self, count: usize) -> Self {
        self.statement_cache = count.max(1);
        self.apply_statement_cache();
        self
    }

    /// Whether a query through the database is [`Error::NestedAcquire`] inside a transaction of the same task or thread, also where a
    /// connection is free for it. Default false. In a URL: `nested_acquire=error`.
    #[must_use]
    pub fn refuse_nested(mut self, refuse: bool) -> Self {
        self.refuses_nested = refuse;
        self
    }

    /// Whether a query through the database is refused inside a transaction.
    #[must_use]
    pub fn refuses_nested(&self) -> bool {
        self.refuses_nested
    }

    /// Whether a lazy load, the `fetch` of a foreign key, is [`Error::LazyLoad`]. Default false. In a URL: `lazy=error`.
    #[must_use]
    pub fn refuse_lazy(mut self, refuse: bool) -> Self {
        self.refuses_lazy = refuse;
        self
    }

    /// Whether lazy loads are refused.
    #[must_use]
    pub fn refuses_lazy(&self) -> bool {
        self.refuses_lazy
    }

    /// Which database the server is.
    #[must_use]
    pub fn backend(&self) -> Backend {
        match &self.target {
            #[cfg(feature = "postgres")]
            Target::Postgres(_) => Backend::Postgres,
            #[cfg(feature = "mysql")]
            Target::MySql(_) => Backend::MySql,
        }
    }

    fn apply_statement_cache(&mut self) {
        // What a pooler gives to others between two transactions keeps no statement.
        let capacity = if self.pooler { 0 } else { self.statement_cache };
        match &mut self.target {
            #[cfg(feature = "postgres")]
            Target::Postgres(target) => **target = (**target).clone().statement_cache_capacity(capacity),
            #[cfg(feature = "mysql")]
            Target::MySql(target) => **target = (**target).clone().statement_cache_capacity(capacity),
        }
    }

    /// How long a new session lives.
    pub(crate) fn lifetime(&self) -> Duration {
        use std::hash::{BuildHasher, RandomState};
        // A tenth more or less.
        let percent = 90 + u32::try_from(RandomState::new().hash_one(()) % 21).unwrap_or(10);
        self.max_lifetime.saturating_mul(percent) / 100
    }

    /// The runtime that a session of this moment lives on.
    ///
    /// # Errors
    /// [`Error::Configuration`] where there is none, or none that can wait.
    pub(crate) fn runtime(&self) -> Result<tokio::runtime::Id> {
        let Ok(handle) = tokio::runtime::Handle::try_current() else {
            return Err(Error::Configuration("a connection to a database server needs a tokio runtime".to_owned()));
        };
        Ok(handle.id())
    }

    fn set(&mut self, key: &str, value: &str) -> Result<bool> {
        let number = || -> Result<u64> {
            value.parse().map_err(|_| Error::Configuration(format!("the option `{key}` takes a whole number, as in `{key}=20`")))
        };
        let time = || number().map(Duration::from_millis);
        let count = || number().map(|count| usize::try_from(count).unwrap_or(usize::MAX));
        match key {
            "min_connections" => self.min_connections = count()?,
            "max_connections" => self.max_connections = count()?.max(1),
            "acquire_timeout" => self.acquire_timeout = time()?,
            "connect_timeout" => self.connect_timeout = time()?,
            "statement_timeout" => self.statement_timeout = Some(time()?).filter(|limit| !limit.is_zero()),
            "release_timeout" => self.release_timeout = time()?,
            "idle_timeout" => self.idle_timeout = time()?,
            "max_lifetime" => self.max_lifetime = time()?,
            "statement_cache" => self.statement_cache = count()?.max(1),
            "pooler" => {
                self.pooler = match value {
                    "transaction" => true,
                    "session" | "none" => false,
                    _ => {
                        return Err(Error::Configuration("the option `pooler` is `transaction`, `session` or `none`".to_owned()));
                    }
                }
            }
            "nested_acquire" => self.refuses_nested = refuses(key, value)?,
            "lazy" => self.refuses_lazy = refuses(key, value)?,
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// The value of an option that refuses something or allows it.
fn refuses(key: &str, value: &str) -> Result<bool> {
    match value {
        "error" => Ok(true),
        "allow" => Ok(false),
        _ => Err(Error::Configuration(format!("the option `{key}` is `error` or `allow`"))),
    }
}

/// The options of a URL that are ours.
const OPTIONS: &[&str] = &[
    "min_connections",
    "max_connections",
    "acquire_timeout",
    "connect_timeout",
    "statement_timeout",
    "release_timeout",
    "idle_timeout",
    "max_lifetime",
    "statement_cache",
    "pooler",
    "nested_acquire",
    "lazy",
];

/// Refuses an option that the driver would pass over.
///
/// # Errors
/// [`Error::Configuration`] that names the options there are.
fn known(url: &sqlx_core::Url, drivers: &[&str]) -> Result<()> {
    for (key, _) in url.query_pairs() {
        let is_known = drivers.iter().any(|known| match known.strip_suffix('[') {
            Some(map) => key.strip_prefix(map).is_some_and(|rest| rest.starts_with('[')),
            None => *known == key,
        });
        if !is_known {
            return Err(Error::Configuration(format!(
                "there is no option `{key}`; there are {}, and of the driver {}",
                OPTIONS.join(", "),
                drivers.join(", ").replace("options[", "options[name]")
            )));
        }
    }
    Ok(())
}

impl FromStr for ServerOptions {
    type Err = Error;

    fn from_str(url: &str) -> Result<Self> {
        let wrong = |what: &str| Error::Configuration(format!("the database URL cannot be read: {what}"));
        let mut parsed = sqlx_core::Url::parse(url).map_err(|error| wrong(&error.to_string()))?;
        let pairs: Vec<(String, String)> = parsed.query_pairs().into_owned().collect();
        parsed.set_query(None);
        let (mine, theirs): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(key, _)| OPTIONS.contains(&key.as_str()));
        if !theirs.is_empty() {
            parsed.query_pairs_mut().extend_pairs(&theirs);
        }
        let mut options = ServerOptions::new(Target::from_url(&parsed)?);
        for (key, value) in &mine {
            options.set(key, value)?;
        }
        if options.min_connections > options.max_connections {
            return Err(Error::Configuration("`min_connections` is more than `max_connections`".to_owned()));
        }
        options.apply_statement_cache();
        Ok(options)
    }
}

impl Target {
    fn from_url(url: &sqlx_core::Url) -> Result<Target> {
        use sqlx_core::connection::ConnectOptions;
        let backend = Backend::from_url(url.as_str())?;
        match backend {
            #[cfg(feature = "postgres")]
            Backend::Postgres => {
                known(
                    url,
                    &[
                        "sslmode",
                        "ssl-mode",
                        "sslrootcert",
                        "ssl-root-cert",
                        "ssl-ca",
                        "sslcert",
                        "ssl-cert",
                        "sslkey",
                        "ssl-key",
                        "host",
                        "hostaddr",
                        "port",
                        "dbname",
                        "user",
                        "password",
                        "application_name",
                        "options",
                        "options[",
                    ],
                )?;
                let options = sqlx_postgres::PgConnectOptions::from_url(url).map_err(crate::error::from_connecting)?;
                let options = match options.get_application_name() {
                    Some(_) => options,
                    None => options.application_name("amphi"),
                };
                Ok(Target::Postgres(Box::new(options.disable_statement_logging())))
            }
            #[cfg(feature = "mysql")]
            Backend::MySql => {
                known(url, &["ssl-mode", "sslmode", "ssl-ca", "sslca", "ssl-cert", "sslcert", "ssl-key", "sslkey", "socket"])?;
                let mut url = url.clone();
                // A driver's other name for the same.
                let _ = url.set_scheme("mysql");
                let options = sqlx_mysql::MySqlConnectOptions::from_url(&url).map_err(crate::error::from_connecting)?;
                // The session sets these by itself, in one round trip.
                let options = options.pipes_as_concat(false).no_engine_substitution(false).timezone(None).set_names(false);
                Ok(Target::MySql(Box::new(options.disable_statement_logging())))
            }
            other => Err(other.without_driver()),
        }
    }
}

impl std::fmt::Debug for ServerOptions {
    /// Without the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServerOptions")
            .field("backend", &self.backend())
            .field("max_connections", &self.max_connections)
            .field("pooler", &self.pooler)
            .finish_non_exhaustive()
    }
}
