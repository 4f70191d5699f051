//! Values and expressions that stand in a schema.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};

use crate::field::ColumnType;
use crate::meta::SqlMeta;
use crate::value::Value;

/// A value that stands in a schema or fills a new column.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize), serde(untagged))]
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

impl Literal {
    /// A value as it stands in a schema; none for NULL, for what a text cannot hold, and for an array.
    #[must_use]
    pub fn of_value(value: &Value<'_>) -> Option<Literal> {
        Some(match value {
            Value::Bool(truth) => Literal::Bool(*truth),
            Value::I64(number) => Literal::Integer(*number),
            Value::F64(number) if number.is_finite() => Literal::Float(*number),
            Value::Text(text) | Value::Json(text) if !text.contains('\0') => Literal::Text(text.to_string()),
            Value::Enum(_, label) => Literal::Text((*label).to_owned()),
            Value::Bytes(bytes) => Literal::Text(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
            Value::Date(date) => Literal::Text(date.to_string()),
            Value::Time(time) => Literal::Text(time.to_string()),
            Value::DateTime(time) => Literal::Text(time.format("%Y-%m-%dT%H:%M:%S%.f").to_string()),
            Value::Timestamp(moment) => Literal::Text(moment.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            #[cfg(feature = "uuid")]
            Value::Uuid(uuid) => Literal::Text(uuid.to_string()),
            #[cfg(feature = "decimal")]
            Value::Decimal(number) => Literal::Text(number.to_string()),
            _ => return None,
        })
    }

    /// A moment as the value of a column that notes times; none for a column of another type.
    #[must_use]
    pub fn of_time(moment: DateTime<Utc>, column: ColumnType) -> Option<Literal> {
        let moment = moment.trunc_subsecs(6);
        Literal::of_value(&match column {
            ColumnType::Date => Value::Date(moment.date_naive()),
            ColumnType::Time => Value::Time(moment.time()),
            ColumnType::DateTime => Value::DateTime(moment.naive_utc()),
            ColumnType::Timestamp => Value::Timestamp(moment),
            _ => return None,
        })
    }
}

/// SQL by a user's hand: the same for every database, or for each one its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "migrations", derive(serde::Serialize), serde(untagged))]
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

impl From<SqlMeta> for DialectSql {
    fn from(sql: SqlMeta) -> Self {
        match sql {
            SqlMeta::Same(sql) => DialectSql::Same(sql.to_owned()),
            SqlMeta::Each { sqlite, postgres, mysql } => DialectSql::Each {
                sqlite: sqlite.map(str::to_owned),
                postgres: postgres.map(str::to_owned),
                mysql: mysql.map(str::to_owned),
            },
        }
    }
}
