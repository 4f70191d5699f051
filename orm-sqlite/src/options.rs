//! Where a database is and how it is opened: a URL or a builder.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use orm_core::{Error, Result};

/// Where the database lives.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Location {
    /// In a file.
    File(PathBuf),
    /// In the memory of this process; gone with its pool.
    Memory,
}

/// What may be done with the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// `ro`: read a file that is there.
    ReadOnly,
    /// `rw`: read and write a file that is there.
    ReadWrite,
    /// `rwc`: the same, and create the file if it is not there.
    ReadWriteCreate,
}

/// How hard a commit holds on to the disk (`PRAGMA synchronous`).
///
/// With the write-ahead log that this driver uses, every level but `Off` keeps the file sound through a loss of power; only `Full`
/// and `Extra` also keep the last commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Synchronous {
    /// `off`: the operating system writes when it likes; a loss of power can break the file.
    Off,
    /// `normal`: a loss of power can undo the last commits.
    Normal,
    /// `full`: a commit that was reported is on disk.
    Full,
    /// `extra`: the same, and the directory is synced after a rollback journal goes.
    Extra,
}

impl Synchronous {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Synchronous::Off => "OFF",
            Synchronous::Normal => "NORMAL",
            Synchronous::Full => "FULL",
            Synchronous::Extra => "EXTRA",
        }
    }
}

/// How to open a SQLite database.
///
/// ```
/// use std::time::Duration;
/// use orm_sqlite::SqliteOptions;
///
/// let from_url: SqliteOptions = "sqlite://shop.db?mode=rw&busy_timeout=250".parse()?;
/// let by_hand = SqliteOptions::new("shop.db").create_if_missing(false).busy_timeout(Duration::from_millis(250));
/// assert_eq!(from_url, by_hand);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SqliteOptions {
    pub(crate) location: Location,
    pub(crate) mode: Mode,
    pub(crate) busy_timeout: Duration,
    pub(crate) acquire_timeout: Duration,
    pub(crate) synchronous: Synchronous,
    pub(crate) readers: usize,
    pub(crate) statement_cache: usize,
    pub(crate) foreign_keys: bool,
    pub(crate) refuses_nested: bool,
    pub(crate) refuses_lazy: bool,
}

impl SqliteOptions {
    /// A database in a file; `:memory:` is one in memory.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let location = if path == Path::new(":memory:") { Location::Memory } else { Location::File(path.to_owned()) };
        SqliteOptions {
            location,
            mode: Mode::ReadWriteCreate,
            busy_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(5),
            synchronous: Synchronous::Full,
            readers: 4,
            statement_cache: 256,
            foreign_keys: true,
            refuses_nested: false,
            refuses_lazy: false,
        }
    }

    /// A database in memory; every pool that is opened with it has its own.
    #[must_use]
    pub fn in_memory() -> Self {
        SqliteOptions::new(":memory:")
    }

    /// Opens the file for reading only; it must be there.
    #[must_use]
    pub fn read_only(mut self) -> Self {
        self.mode = Mode::ReadOnly;
        self
    }

    /// Whether a file that is not there is created; it is, unless this says otherwise.
    #[must_use]
    pub fn create_if_missing(mut self, create: bool) -> Self {
        self.mode = if create { Mode::ReadWriteCreate } else { Mode::ReadWrite };
        self
    }

    /// How long to wait for a lock that another process holds; 5 s unless this says otherwise.
    ///
    /// Writers of this process wait for each other in a queue, for which [`acquire_timeout`](Self::acquire_timeout) counts.
    #[must_use]
    pub fn busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout.min(LONGEST);
        self
    }

    /// How long a blocking call waits for a session; 5 s unless this says otherwise.
    #[must_use]
    pub fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout.min(LONGEST);
        self
    }

    /// How hard a commit holds on to the disk; `Full` unless this says otherwise.
    #[must_use]
    pub fn synchronous(mut self, level: Synchronous) -> Self {
        self.synchronous = level;
        self
    }

    /// How many sessions read beside the writer, 1 to 64; 4 unless this says otherwise.
    #[must_use]
    pub fn readers(mut self, readers: usize) -> Self {
        self.readers = readers.clamp(1, MAX_READERS);
        self
    }

    /// How many prepared statements each session keeps, 1 to 65536; 256 unless this says otherwise.
    #[must_use]
    pub fn statement_cache(mut self, statements: usize) -> Self {
        self.statement_cache = statements.clamp(1, MAX_STATEMENTS);
        self
    }

    /// Whether foreign keys hold; they do, unless this says otherwise.
    #[must_use]
    pub fn foreign_keys(mut self, hold: bool) -> Self {
        self.foreign_keys = hold;
        self
    }

    /// Whether a query through the database is [`Error::NestedAcquire`] inside a transaction of the same task or thread, also where it
    /// would not wait for it; it is not, unless this says otherwise. In a URL: `nested_acquire=error`.
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

    /// Whether a lazy load, the `fetch` of a foreign key, is [`Error::LazyLoad`]; it is not, unless this says otherwise. In a URL:
    /// `lazy=error`.
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

    /// Where the database lives.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// How long a caller should wait for a session.
    #[must_use]
    pub fn wait_limit(&self) -> Duration {
        self.acquire_timeout
    }

    /// Whether there is never more than one session for what reads.
    #[must_use]
    pub fn is_single(&self) -> bool {
        self.readers == 1
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.mode == Mode::ReadOnly
    }

    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "mode" => self.mode = choice(name, value, &MODES)?,
            "synchronous" => self.synchronous = choice(name, value, &LEVELS)?,
            "foreign_keys" => self.foreign_keys = choice(name, value, &SWITCH)?,
            "busy_timeout" => self.busy_timeout = milliseconds(name, value)?,
            "acquire_timeout" => self.acquire_timeout = milliseconds(name, value)?,
            "nested_acquire" => self.refuses_nested = choice(name, value, &REFUSAL)?,
            "lazy" => self.refuses_lazy = choice(name, value, &REFUSAL)?,
            "readers" => self.readers = number(name, value, MAX_READERS)?,
            "statement_cache" => self.statement_cache = number(name, value, MAX_STATEMENTS)?,
            _ => return Err(wrong(format!("there is no option `{name}`; the options are {OPTIONS}"))),
        }
        Ok(())
    }
}

const OPTIONS: &str =
    "mode, busy_timeout, acquire_timeout, synchronous, readers, statement_cache, foreign_keys, nested_acquire, lazy";
const MODES: [(&str, Mode); 3] = [("ro", Mode::ReadOnly), ("rw", Mode::ReadWrite), ("rwc", Mode::ReadWriteCreate)];
const LEVELS: [(&str, Synchronous); 4] =
    [("off", Synchronous::Off), ("normal", Synchronous::Normal), ("full", Synchronous::Full), ("extra", Synchronous::Extra)];
const REFUSAL: [(&str, bool); 2] = [("error", true), ("allow", false)];
const SWITCH: [(&str, bool); 2] = [("on", true), ("off", false)];
const MAX_READERS: usize = 64;
/// SQLite takes its timeouts as 32-bit numbers of milliseconds.
const LONGEST: Duration = Duration::from_millis(i32::MAX.unsigned_abs() as u64);
const MAX_STATEMENTS: usize = 65_536;

impl FromStr for SqliteOptions {
    type Err = Error;

    /// Reads a URL: `sqlite://path`, `sqlite:///absolute/path`, `sqlite:path` or `sqlite::memory:`, then options behind a `?`.
    ///
    /// # Errors
    /// [`Error::Configuration`], which names what is wrong and what is allowed.
    fn from_str(url: &str) -> Result<Self> {
        let rest = match url.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("sqlite") => rest,
            _ => return Err(wrong("a SQLite URL begins with `sqlite:`".to_owned())),
        };
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let path = percent_decoded("path", path)?;
        if path.is_empty() {
            return Err(wrong("the URL names no file; write `sqlite://shop.db`, or `sqlite::memory:` for none".to_owned()));
        }
        if path.contains('\0') {
            return Err(wrong("the path holds a NUL".to_owned()));
        }
        let mut options = SqliteOptions::new(path);
        let mut seen: Vec<&str> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if seen.contains(&name) {
                return Err(wrong(format!("the option `{name}` is given twice")));
            }
            seen.push(name);
            options.set(name, &percent_decoded(name, value)?)?;
        }
        if options.location == Location::Memory && options.is_read_only() {
            return Err(wrong("`mode=ro` on a database in memory leaves nothing to read".to_owned()));
        }
        Ok(options)
    }
}

#[cold]
fn wrong(what: String) -> Error {
    Error::Configuration(what)
}

fn choice<T: Copy>(name: &str, value: &str, choices: &[(&str, T)]) -> Result<T> {
    match choices.iter().find(|(word, _)| *word == value) {
        Some((_, chosen)) => Ok(*chosen),
        None => {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            Err(wrong(format!("`{name}={value}` is not allowed; `{name}` is one of {}", words.join(", "))))
        }
    }
}

fn milliseconds(name: &str, value: &str) -> Result<Duration> {
    match plain_number(value).map(Duration::from_millis).filter(|time| *time <= LONGEST) {
        Some(time) => Ok(time),
        None => {
            Err(wrong(format!("`{name}={value}` is not allowed; `{name}` is a number of milliseconds from 0 to {}", i32::MAX)))
        }
    }
}

fn number(name: &str, value: &str, max: usize) -> Result<usize> {
    match plain_number(value).and_then(|number| usize::try_from(number).ok()).filter(|number| (1..=max).contains(number)) {
        Some(number) => Ok(number),
        None => Err(wrong(format!("`{name}={value}` is not allowed; `{name}` is a number from 1 to {max}"))),
    }
}

/// Digits only; `parse` alone would take a sign.
fn plain_number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

fn percent_decoded(part: &str, text: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16)).and_then(|digit| u8::try_from(digit).ok());
        match (digit(), digit()) {
            (Some(high), Some(low)) => bytes.push(high << 4 | low),
            _ => {
                return Err(wrong(format!("a `%` in `{part}` is not followed by two hexadecimal digits; a `%` itself is `%25`")));
            }
        }
    }
    String::from_utf8(bytes).map_err(|_| wrong(format!("`{part}` is not UTF-8 when its `%` are decoded")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;

    fn parse(url: &str) -> SqliteOptions {
        url.parse().unwrap_or_else(|error| panic!("{url}: {error}"))
    }

    fn refusal(url: &str) -> String {
        match url.parse::<SqliteOptions>() {
            Err(Error::Configuration(what)) => what,
            other => panic!("{url}: {other:?}"),
        }
    }

    #[test]
    fn urls_name_files() {
        let file = |url: &str| match parse(url).location {
            Location::File(path) => path.to_str().unwrap().to_owned(),
            Location::Memory => panic!("{url} is in memory"),
        };
        assert_eq!(file("sqlite://shop.db"), "shop.db");
        assert_eq!(file("sqlite://data/shop.db"), "data/shop.db");
        assert_eq!(file("sqlite://./shop.db"), "./shop.db");
        assert_eq!(file("sqlite:///var/lib/shop.db"), "/var/lib/shop.db");
        assert_eq!(file("sqlite:shop.db"), "shop.db");
        assert_eq!(file("sqlite:/var/shop.db"), "/var/shop.db");
        assert_eq!(file("SQLite://shop.db"), "shop.db");
        assert_eq!(file("sqlite://my%20shop%3F.db"), "my shop?.db");
        assert_eq!(file("sqlite://caf%C3%A9.db"), "café.db");
        assert_eq!(file("sqlite://a+b.db"), "a+b.db");
        assert_eq!(file("sqlite://shop.db?"), "shop.db");
        assert_eq!(file("sqlite://shop.db?readers=2&"), "shop.db");
    }

    #[test]
    fn memory_has_two_spellings() {
        assert_eq!(parse("sqlite::memory:"), SqliteOptions::in_memory());
        assert_eq!(parse("sqlite://:memory:"), SqliteOptions::in_memory());
        assert_eq!(parse("sqlite::memory:?foreign_keys=off"), SqliteOptions::in_memory().foreign_keys(false));
    }

    #[test]
    fn defaults() {
        let options = parse("sqlite://shop.db");
        assert_eq!(options, SqliteOptions::new("shop.db"));
        assert_eq!(options.mode, Mode::ReadWriteCreate);
        assert_eq!(options.busy_timeout, Duration::from_millis(5000));
        assert_eq!(options.acquire_timeout, Duration::from_millis(5000));
        assert_eq!(options.synchronous, Synchronous::Full);
        assert_eq!((options.readers, options.statement_cache, options.foreign_keys), (4, 256, true));
    }

    #[test]
    fn every_option() {
        let options = parse(
            "sqlite://x.db?mode=ro&busy_timeout=0&acquire_timeout=2147483647&synchronous=extra&readers=64&statement_cache=1&foreign_keys=off&lazy=error",
        );
        let by_hand = SqliteOptions::new("x.db")
            .read_only()
            .busy_timeout(Duration::ZERO)
            .acquire_timeout(Duration::from_millis(2_147_483_647))
            .synchronous(Synchronous::Extra)
            .readers(64)
            .statement_cache(1)
            .foreign_keys(false)
            .refuse_lazy(true);
        assert_eq!(options, by_hand);
        assert_eq!(parse("sqlite://x.db?synchronous=n%6frmal").synchronous, Synchronous::Normal);
    }

    #[test]
    fn refusals_name_the_option_and_what_is_allowed() {
        for (url, words) in [
            ("postgres://x", &["sqlite:"][..]),
            ("shop.db", &["sqlite:"]),
            ("sqlite:", &["sqlite://shop.db"]),
            ("sqlite://", &["sqlite://shop.db"]),
            ("sqlite://?mode=ro", &["sqlite://shop.db"]),
            ("sqlite://x.db?cache=shared", &["`cache`", "statement_cache"]),
            ("sqlite://x.db?mode=memory", &["`mode=memory`", "ro, rw, rwc"]),
            ("sqlite://x.db?mode", &["`mode=`", "ro, rw, rwc"]),
            ("sqlite://x.db?Mode=ro", &["`Mode`"]),
            ("sqlite://x.db?synchronous=FULL", &["synchronous", "off, normal, full, extra"]),
            ("sqlite://x.db?foreign_keys=1", &["foreign_keys", "on, off"]),
            ("sqlite://x.db?lazy=off", &["`lazy=off`", "error, allow"]),
            ("sqlite://x.db?busy_timeout=-1", &["busy_timeout", "milliseconds"]),
            ("sqlite://x.db?busy_timeout=+1", &["busy_timeout", "milliseconds"]),
            ("sqlite://x.db?busy_timeout=5s", &["busy_timeout", "milliseconds"]),
            ("sqlite://x.db?busy_timeout=2147483648", &["busy_timeout", "2147483647"]),
            ("sqlite://x.db?acquire_timeout=99999999999999999999", &["acquire_timeout"]),
            ("sqlite://x.db?readers=0", &["readers", "1 to 64"]),
            ("sqlite://x.db?readers=65", &["readers", "1 to 64"]),
            ("sqlite://x.db?statement_cache=0", &["statement_cache", "1 to 65536"]),
            ("sqlite://x.db?readers=2&readers=3", &["`readers`", "twice"]),
            ("sqlite://100%.db", &["path", "%25"]),
            ("sqlite://a%4", &["path", "%25"]),
            ("sqlite://a%+1b", &["path", "%25"]),
            ("sqlite://a%FF", &["path", "UTF-8"]),
            ("sqlite://a%00b", &["NUL"]),
            ("sqlite::memory:?mode=ro", &["mode=ro"]),
        ] {
            let refusal = refusal(url);
            for word in words {
                assert!(refusal.contains(word), "{url}: {refusal}");
            }
        }
    }
}
