//! A statement of DDL on its way, and the question whether it was run already.

use std::fmt;

use crate::error::Result;
use crate::sql::Writer;
use crate::statement::{Statement, Walk};

/// A statement that changes the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaStatement {
    /// The SQL, one statement, which binds nothing and gives no rows.
    pub sql: String,
    /// What it does, in words.
    pub about: String,
    /// Whether it cannot run in a transaction.
    pub alone: bool,
    /// Whether the connection must have foreign keys switched off before the transaction begins (SQLite's `foreign_keys`): dropping
    /// the old table of a rebuild would otherwise cascade to the rows that point at it. What holds is to be checked afterwards.
    pub without_foreign_keys: bool,
    /// Where it stands in the making anew of a table on SQLite, in which triggers are lost.
    pub rebuild: Option<Rebuild>,
    /// How to find whether it was run, where a crash can leave that open. Without one, it does no harm to run it again.
    pub probe: Option<CatalogQuery>,
}

/// A place in the making anew of a table, with which SQLite drops the table's triggers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rebuild {
    /// Before this statement the table has its triggers: those that this query gives as SQL, each as a row.
    Begins(CatalogQuery),
    /// Behind this statement the table is there again, and its triggers can be made. This SQL, which changes nothing, fails if one of them
    /// does not fit the table any more.
    Ends(String),
}

impl SchemaStatement {
    pub(super) fn new(sql: impl Into<String>, about: impl Into<String>) -> Self {
        SchemaStatement {
            sql: sql.into(),
            about: about.into(),
            alone: false,
            without_foreign_keys: false,
            rebuild: None,
            probe: None,
        }
    }

    pub(super) fn probed(self, probe: Option<CatalogQuery>) -> Self {
        SchemaStatement { probe, ..self }
    }
}

impl fmt::Display for SchemaStatement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sql)
    }
}

/// A query to the catalogue of a database, whose text is fixed and binds nothing.
///
/// It is a [`Statement`], so that a connection can fetch it. As the probe of a [`SchemaStatement`] it gives a row if that was run
/// already, and none if it was not; it is to be asked of the one statement of which this is not known, and not of those before and
/// behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogQuery(String);

impl CatalogQuery {
    /// The query of a text, which must hold nothing that a stranger chose.
    #[must_use]
    pub fn new(sql: impl Into<String>) -> Self {
        CatalogQuery(sql.into())
    }

    /// The text.
    #[must_use]
    pub fn sql(&self) -> &str {
        &self.0
    }
}

impl Statement for CatalogQuery {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(121);
        walk.text(&self.0);
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.schema_text(&self.0);
        Ok(())
    }
}
