//! Which server.

use std::fmt;

/// A protocol, and so a family of servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// PostgreSQL.
    Postgres,
    /// MariaDB, or MySQL where only that is installed.
    MariaDb,
}

/// A server as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flavour {
    /// PostgreSQL.
    Postgres,
    /// MariaDB.
    MariaDb,
    /// MySQL.
    MySql,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Postgres, Self::MariaDb];

    /// The environment variable with the URL of an existing server.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "AMPHI_POSTGRES_URL",
            Self::MariaDb => "AMPHI_MYSQL_URL",
        }
    }

    /// The environment variable with the folder of the binaries.
    pub fn bin_variable(self) -> &'static str {
        match self {
            Self::Postgres => "AMPHI_POSTGRES_BIN",
            Self::MariaDb => "AMPHI_MYSQL_BIN",
        }
    }

    /// The short name, for folders.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::MariaDb => "mariadb",
        }
    }

    /// Debian's package.
    pub(crate) fn package(self) -> &'static str {
        match self {
            Self::Postgres => "postgresql",
            Self::MariaDb => "mariadb-server",
        }
    }

    /// The users that a server started by root runs as: the first that exists.
    pub(crate) fn users(self) -> &'static [&'static str] {
        match self {
            Self::Postgres => &["postgres", "_postgres", "nobody"],
            Self::MariaDb => &["mysql", "_mysql", "nobody"],
        }
    }

    /// What to do without the server.
    pub(crate) fn how_to_get(self) -> String {
        let (fedora, brew) = match self {
            Self::Postgres => ("postgresql-server", "postgresql@17"),
            Self::MariaDb => ("mariadb-server", "mariadb"),
        };
        format!(
            "Install it:\n  Debian, Ubuntu: apt-get install {}\n  Fedora: dnf install {fedora}\n  macOS: brew install {brew}\n\
             or set {} to the URL of a server that runs already, or {} to the folder of the binaries.",
            self.package(),
            self.variable(),
            self.bin_variable(),
        )
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::MariaDb => "MariaDB",
        })
    }
}
