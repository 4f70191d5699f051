//! How a private server is set up.

/// How PostgreSQL asks for the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Auth {
    /// SCRAM-SHA-256, as a server that one rents. It costs each connection some milliseconds, and an unoptimised client many.
    #[default]
    Scram,
    /// Not at all: for tests that connect thousands of times. Anybody on this machine may then use the server.
    Trust,
}

/// How a private server is set up. The default is fast and survives the death of the server, not of the machine.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub(crate) durable: bool,
    pub(crate) auth: Auth,
    pub(crate) settings: Vec<(String, String)>,
}

impl Options {
    /// The default.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether a commit waits for the disk (`fsync`; `innodb_flush_log_at_trx_commit` = 1, else 2): for crash tests. Default: no.
    #[must_use]
    pub fn durable(mut self, yes: bool) -> Self {
        self.durable = yes;
        self
    }

    /// How PostgreSQL asks for the password. Default: [`Auth::Scram`].
    #[must_use]
    pub fn auth(mut self, auth: Auth) -> Self {
        self.auth = auth;
        self
    }

    /// A line of the server's configuration, as it is written there: it wins over ours.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }
}
