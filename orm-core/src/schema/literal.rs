//! Values and expressions that stand in a schema.

/// A value that stands in a schema or fills a new column.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(untagged))]
pub enum Literal {
    /// A truth value.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// A text; also a date (`2026-11-21`), a time, a moment (RFC 3339), a UUID, a decimal, bytes in hexadecimal digits or a JSON
    /// document, as the field's kind says.
    Text(String),
    /// An expression of the database.
    Sql {
        /// The expression.
        sql: DialectSql,
    },
}

/// SQL by a user's hand: the same for every database, or for each one its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize, serde::Deserialize), serde(untagged))]
pub enum DialectSql {
    /// For every database.
    Same(String),
    /// For each database its own; none where the database needs none.
    Each {
        /// For SQLite.
        #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
        sqlite: Option<String>,
        /// For PostgreSQL.
        #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
        postgres: Option<String>,
        /// For MySQL and MariaDB.
        #[cfg_attr(feature = "migrations", serde(default, skip_serializing_if = "Option::is_none"))]
        mysql: Option<String>,
    },
}

impl DialectSql {
    /// The SQL for a database, if there is any.
    #[must_use]
    pub fn of(&self, backend: crate::sql::Backend) -> Option<&str> {
        use crate::sql::Backend;
        match (self, backend) {
            (DialectSql::Same(sql), _) => Some(sql),
            (DialectSql::Each { sqlite, .. }, Backend::Sqlite) => sqlite.as_deref(),
            (DialectSql::Each { postgres, .. }, Backend::Postgres) => postgres.as_deref(),
            (DialectSql::Each { mysql, .. }, _) => mysql.as_deref(),
        }
    }
}
