//! What differs between databases when SQL is written.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::expr::{Arithmetic, ArrayTest, DatePart, Node, TextMatch, Zone};
use crate::field::ColumnType;
use crate::meta::{FieldMeta, ModelMeta};
use crate::query::{NullsOrder, OrderTerm};
use crate::schema::{FieldKind, FieldState};
use crate::sql::{Features, Writer};
use crate::transaction::TransactionOptions;
use crate::value::Value;

/// A database that queries can be written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL or MariaDB.
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

    /// The error of a build that has no driver for it.
    #[must_use]
    pub fn without_driver(self) -> Error {
        Error::Unsupported {
            feature: "a connection",
            backend: self.name(),
            hint: "this build has no driver for it: turn on amphi's feature `sqlite`, `postgres` or `mysql`",
        }
    }

    /// How its SQL is written; of the two that share a URL, MariaDB's.
    #[must_use]
    pub fn dialect(self) -> &'static dyn Dialect {
        match self {
            Backend::Sqlite => &super::SQLITE,
            Backend::Postgres => &super::POSTGRES,
            Backend::MySql => &super::MARIADB,
        }
    }
}

/// How a database's SQL is written, where databases differ. What stands here already is what most of them do.
pub trait Dialect: Send + Sync + 'static {
    /// Which database it is.
    fn backend(&self) -> Backend;

    /// What the database can do.
    fn features(&self) -> &'static Features;

    /// The statements that begin a transaction.
    ///
    /// # Errors
    /// [`Error::Unsupported`](crate::Error::Unsupported) for what the database cannot do.
    fn begin(&self, options: &TransactionOptions) -> Result<Cow<'static, str>>;

    /// Writes the placeholder of the `position`-th value, from 1.
    fn placeholder(&self, position: usize, sql: &mut String);

    /// Writes a quoted identifier.
    fn identifier(&self, name: &str, sql: &mut String) {
        quoted(name, '"', sql);
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

    /// Writes a UUID as a literal of the schema, given its 32 hexadecimal digits.
    fn uuid_literal(&self, digits: &str, sql: &mut String) {
        self.bytes_literal(digits, sql);
    }

    /// Writes bytes as a literal of the schema, given their hexadecimal digits.
    fn bytes_literal(&self, digits: &str, sql: &mut String) {
        sql.push_str("x'");
        sql.push_str(digits);
        sql.push('\'');
    }

    /// The SQL type of a column. `keyed` says whether it is a key, unique, indexed or a foreign key.
    ///
    /// # Errors
    /// Why the database has no such column, and what to write instead.
    fn column_type(&self, field: &FieldState, keyed: bool) -> Result<String, String>;

    /// The definition of a primary key that the database fills in, from its type to its constraints.
    fn generated_key(&self, kind: &FieldKind) -> String;

    /// Whether a column needs a CHECK for what its type does not hold: the values of a bool, the width of an integer, the length
    /// of a text.
    fn needs_check(&self, _: &FieldKind) -> bool {
        false
    }

    /// What follows the columns of a CREATE TABLE.
    fn table_options(&self) -> &'static str {
        ""
    }

    /// The statements that add a foreign key to a table that may have it already; `constraint` is what CREATE TABLE would say of
    /// it.
    ///
    /// # Errors
    /// Why the database cannot have it.
    fn add_foreign_key(&self, table: &str, _name: &str, constraint: &str) -> Result<Vec<String>, String> {
        let mut statement = String::from("ALTER TABLE ");
        self.identifier(table, &mut statement);
        Ok(vec![format!("{statement} ADD {constraint}")])
    }

    /// What an INSERT says in place of columns and values where there are none.
    fn no_columns(&self) -> &'static str {
        " DEFAULT VALUES"
    }

    /// A truth value as fixed text.
    fn truth(&self, truth: bool) -> &'static str {
        if truth { "1" } else { "0" }
    }

    /// What stands before and behind a condition whose NULL is to be false.
    fn certainly(&self) -> (&'static str, &'static str) {
        ("((", ") IS TRUE)")
    }

    /// What stands behind an expression that is among no values; NULL or false.
    fn among_nothing(&self) -> &'static str {
        " IN (NULL)"
    }

    /// What says before an OFFSET that there is no limit.
    fn no_limit(&self) -> &'static str {
        ""
    }

    /// What says that the rows of a query are locked against changes, but not against others that lock them so.
    fn share_lock(&self) -> &'static str {
        " FOR SHARE"
    }

    /// What compares two bound texts by their code points, where the database's own comparison may be another.
    fn text_collation(&self) -> &'static str {
        ""
    }

    /// Writes a bound value within an expression.
    fn value(&self, sql: &mut Writer, value: &Value<'static>) {
        sql.value(value);
    }

    /// Writes an expression where it is compared, ordered or made distinct.
    fn comparable(&self, sql: &mut Writer, node: &Node) -> Result<()> {
        sql.expression(node)
    }

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

    /// Writes a test on arrays.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there are none.
    fn array_test(&self, _: &mut Writer, _: ArrayTest, _of: &Node, _with: &Node) -> Result<()> {
        self.features().takes_arrays()
    }

    /// Writes how many elements an array has.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where there are none.
    fn array_length(&self, _: &mut Writer, _of: &Node) -> Result<()> {
        self.features().takes_arrays()
    }

    /// What turns an output column of a type into what the driver reads.
    fn output_cast(&self, _: ColumnType) -> &'static str {
        ""
    }

    /// Writes that an expression equals one of the values of a list, which is bound as one value however long it is.
    fn among(&self, sql: &mut Writer, of: &Node, values: &[Value<'static>]) -> Result<()>;

    /// Writes that columns equal the values of a member of a list, one by one. The list is bound as one value, or as one for each
    /// column, however long it is.
    fn among_tuples(&self, sql: &mut Writer, columns: &[Node], members: &[Value<'static>]) -> Result<()>;

    /// Writes behind an INSERT that rows are left out for which there is one with the same values in these fields, which are unique
    /// together. A database that cannot tell them from others that are refused writes nothing, where there may be others.
    fn unless_there(&self, sql: &mut Writer, model: &'static ModelMeta, _keyed: bool, fields: &[usize]) {
        for (at, field) in fields.iter().enumerate() {
            sql.text(if at == 0 { " ON CONFLICT (" } else { ", " });
            sql.identifier(model.field(*field).column);
        }
        sql.text(") DO NOTHING");
    }

    /// Writes one term of an ORDER BY.
    fn order_term(&self, sql: &mut Writer, term: &OrderTerm, reversed: bool) -> Result<()>;
}

/// Writes a name between quotes, a quote within it twice.
pub(super) fn quoted(name: &str, quote: char, sql: &mut String) {
    sql.push(quote);
    for c in name.chars() {
        if c == quote {
            sql.push(quote);
        }
        sql.push(c);
    }
    sql.push(quote);
}

/// Writes the direction of a term of an ORDER BY.
pub(super) fn direction(sql: &mut Writer, term: &OrderTerm, reversed: bool) {
    sql.text(if term.descending == reversed { " ASC" } else { " DESC" });
}

/// Where NULLs go in a term of an ORDER BY that says so: whether they come first.
pub(super) fn nulls_first(term: &OrderTerm, reversed: bool) -> Option<bool> {
    term.nulls.map(|nulls| (nulls == NullsOrder::First) != reversed)
}

/// Writes where NULLs go, for a database that can be told.
pub(super) fn nulls_order(sql: &mut Writer, term: &OrderTerm, reversed: bool) {
    sql.text(match nulls_first(term, reversed) {
        None => "",
        Some(true) => " NULLS FIRST",
        Some(false) => " NULLS LAST",
    });
}
