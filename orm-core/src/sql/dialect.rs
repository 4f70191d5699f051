//! What differs between databases when SQL is written.

use crate::error::{Error, Result};
use crate::expr::{Arithmetic, DatePart, Node, TextMatch, Zone};
use crate::meta::FieldMeta;
use crate::query::OrderTerm;
use crate::sql::{Features, Writer};

/// A database that queries can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// SQLite.
    Sqlite,
    /// PostgreSQL; there is no driver yet.
    Postgres,
    /// MySQL or MariaDB; there is no driver yet.
    MySql,
}

impl Backend {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Backend::Sqlite => "SQLite",
            Backend::Postgres => "PostgreSQL",
            Backend::MySql => "MySQL",
        }
    }

    /// The database that a URL is for, by its scheme.
    ///
    /// # Errors
    /// [`Error::Configuration`] for a scheme that none has. The message does not repeat the URL, which may hold a password.
    pub fn from_url(url: &str) -> Result<Backend> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Backend::Sqlite),
            Some("postgres" | "postgresql") => Ok(Backend::Postgres),
            Some("mysql" | "mariadb") => Ok(Backend::MySql),
            _ => Err(Error::Configuration(
                "a database URL begins with `sqlite:`, `postgres:` or `mysql:`, such as `sqlite://shop.db`".to_owned(),
            )),
        }
    }

    /// How its SQL is written.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a database that has no driver yet.
    pub fn dialect(self) -> Result<&'static dyn Dialect> {
        match self {
            Backend::Sqlite => Ok(&super::SQLITE),
            other => Err(Error::Unsupported { feature: "queries", backend: other.name(), hint: "only SQLite has a driver yet" }),
        }
    }
}

/// How a database's SQL is written, where databases differ.
pub trait Dialect: Send + Sync + 'static {
    /// What the database can do.
    fn features(&self) -> &'static Features;

    /// Writes the placeholder of the `position`-th value, from 1.
    fn placeholder(&self, position: usize, sql: &mut String);

    /// Writes a quoted identifier.
    fn identifier(&self, name: &str, sql: &mut String) {
        sql.push('"');
        for c in name.chars() {
            if c == '"' {
                sql.push('"');
            }
            sql.push(c);
        }
        sql.push('"');
    }

    /// Writes a text as a literal of the schema; it has no NUL.
    fn text_literal(&self, text: &str, sql: &mut String) {
        sql.push('\'');
        for c in text.chars() {
            if c == '\'' {
                sql.push('\'');
            }
            sql.push(c);
        }
        sql.push('\'');
    }

    /// Writes a UUID as a literal of the schema.
    #[cfg(feature = "uuid")]
    fn uuid_literal(&self, uuid: &uuid::Uuid, sql: &mut String);

    /// The SQL type of a column.
    fn column_type(&self, field: &FieldMeta) -> String;

    /// The definition of a primary key that the database fills in, from its type to its constraints.
    fn generated_key(&self, field: &FieldMeta) -> String;

    /// What follows the columns of a CREATE TABLE.
    fn table_options(&self) -> &'static str {
        ""
    }

    /// Writes an expression where it is compared, ordered or made distinct.
    fn comparable(&self, sql: &mut Writer, node: &Node) -> Result<()>;

    /// Writes an expression where a field is set to it.
    fn assigned(&self, sql: &mut Writer, field: &FieldMeta, node: &Node) -> Result<()>;

    /// Writes an operator between two expressions. By zero it must give NULL, and of an integer that 64 bits do not hold an error.
    fn arithmetic(&self, sql: &mut Writer, op: Arithmetic, left: &Node, right: &Node) -> Result<()>;

    /// Writes minus an expression.
    fn negate(&self, sql: &mut Writer, of: &Node) -> Result<()>;

    /// Writes a part of a date or time, on the clock of a place.
    fn date_part(&self, sql: &mut Writer, part: DatePart, zone: Zone, of: &Node) -> Result<()>;

    /// Writes a test on text.
    fn text_match(&self, sql: &mut Writer, test: TextMatch, insensitive: bool, of: &Node, with: &Node) -> Result<()>;

    /// Writes the right side of `expression IN`, for a list that is bound as one value or as many.
    fn in_list(&self, sql: &mut Writer, values: &[crate::value::Value<'static>]);

    /// Writes one term of an ORDER BY.
    fn order_term(&self, sql: &mut Writer, term: &OrderTerm, reversed: bool) -> Result<()>;
}
