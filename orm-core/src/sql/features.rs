//! What databases can and cannot do, as data. The same constants drive rendering, the tests' skips and the guide's table.

use chrono::Datelike;

use crate::check::year_fits;
use crate::error::{Error, Result};
use crate::meta::ModelMeta;
use crate::value::{Value, ValueError};

/// What a database can do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Features {
    /// The database's name.
    pub name: &'static str,
    /// The most values that one statement may bind.
    pub max_parameters: usize,
    /// Whether an INSERT tells the generated key by RETURNING.
    pub returns_keys: bool,
    /// How the values of many rows are bound in one INSERT.
    pub bulk_insert: BulkInsert,
    /// Whether CREATE TABLE and the like can be rolled back.
    pub transactional_ddl: bool,
    /// Whether a NaN can be stored.
    pub stores_nan: bool,
    /// Whether `-0.0` comes back with its sign.
    pub signs_zero: bool,
    /// Whether the infinities can be stored.
    pub stores_infinity: bool,
    /// Whether a text can hold the character NUL.
    pub stores_nul: bool,
    /// Whether foreign keys are checked at the commit, so that rows that point at each other can be inserted in one transaction.
    pub defers_constraints: bool,
    /// Whether a foreign key may be set to its default when its target goes.
    pub sets_default_on_delete: bool,
    /// Whether a table can be created with a foreign key to one that is not there yet.
    pub references_ahead: bool,
    /// Whether indexes are part of CREATE TABLE; where they are not, they are statements of their own.
    pub inline_indexes: bool,
    /// Whether an index, or that no two rows are the same, may be about some of the rows alone.
    pub partial_indexes: bool,
    /// Whether an index may be over expressions.
    pub expression_indexes: bool,
    /// Whether an index may hold columns that it does not order by.
    pub covering_indexes: bool,
    /// Whether an index may be of another kind than a B-tree.
    pub index_methods: bool,
    /// Whether a table may refuse rows for which several operators hold (EXCLUDE).
    pub exclusion_constraints: bool,
    /// Whether tables and columns have comments in the database.
    pub schema_comments: bool,
    /// How long the name of a table, column or constraint may be.
    pub longest_name: Option<NameLength>,
    /// Whether an UPDATE or DELETE may read the table that it writes.
    pub reads_what_it_writes: bool,
    /// Whether all assignments of an UPDATE see the row as it was before; where they do not, each sees what those before it
    /// wrote.
    pub assigns_at_once: bool,
    /// Whether a query inside `IN (..)` may have a LIMIT.
    pub slices_members: bool,
    /// Whether the columns of a query in FROM may have equal names.
    pub repeats_column_names: bool,
    /// Whether a key that was given by hand moves on those that the database fills in. Where it does not, they may meet it later.
    pub generates_past_given_keys: bool,
    /// Whether the parts of a moment can be computed in a time zone by its name.
    pub named_zones: bool,
    /// Whether a field may be an array.
    pub stores_arrays: bool,
    /// Whether an enum can be a type of its own; elsewhere it is stored as text.
    pub native_enums: bool,
    /// Where an order has NULLs that is not told where: whether they count as larger than everything else.
    pub nulls_are_large: bool,
    /// Whether a query can lock the rows that it reads. Where it cannot, a transaction that writes is alone anyway.
    pub locks_rows: bool,
    /// Whether a lock may fail where it would have to wait.
    pub locks_nowait: bool,
    /// Whether a lock may leave out the rows that it would have to wait for.
    pub skips_locked: bool,
    /// Whether a lock may be on the rows of some of the tables that are joined. Where it may not, it is on those of all.
    pub locks_of: bool,
    /// Whether a lock may leave the key free, so that rows that point at the locked ones can be inserted.
    pub locks_no_key: bool,
    /// Whether a session can hold locks that have a name and belong to no row.
    pub advisory_locks: bool,
    /// Whether a transaction can hold them.
    pub transaction_advisory_locks: bool,
}

/// How the values of many rows are bound in one INSERT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum BulkInsert {
    /// One statement per row.
    RowByRow,
    /// A list per column, however many rows.
    Columns,
    /// A value per row and column.
    Rows,
}

/// A length of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameLength {
    /// So many bytes of UTF-8.
    Bytes(usize),
    /// So many characters.
    Characters(usize),
}

impl NameLength {
    /// Whether a name is no longer than that.
    #[must_use]
    pub fn takes(self, name: &str) -> bool {
        match self {
            NameLength::Bytes(most) => name.len() <= most,
            NameLength::Characters(most) => name.chars().count() <= most,
        }
    }
}

impl Features {
    /// Whether the database can store a value, or take it as an operand, as it is. Checked where a value is bound; what depends
    /// on the field was checked before.
    ///
    /// # Errors
    /// [`ValueError`] if it cannot.
    #[inline]
    pub fn holds(&self, value: &Value<'_>) -> std::result::Result<(), ValueError> {
        match value {
            Value::F64(number) if number.is_nan() && !self.stores_nan => {
                Err(ValueError::new(format!("{} has no NaN", self.name)))
            }
            Value::F64(number) if number.is_infinite() && !self.stores_infinity => {
                Err(ValueError::new(format!("{} has no infinite numbers", self.name)))
            }
            Value::Text(text) if !self.stores_nul && text.contains('\0') => {
                Err(ValueError::new(format!("a text on {} has no NUL characters", self.name)))
            }
            Value::Json(document) if !self.stores_nul && escapes_nul(document) => {
                Err(ValueError::new(format!("a text in JSON on {} has no NUL characters", self.name)))
            }
            Value::Date(date) => year_fits(date.year()),
            Value::DateTime(moment) => year_fits(moment.year()),
            Value::Timestamp(moment) => year_fits(moment.year()),
            Value::Array(_) if !self.stores_arrays => Err(ValueError::new(format!("{} has no arrays", self.name))),
            Value::Array(array) => array.values.iter().try_for_each(|element| self.holds(element)),
            Value::Tuple(parts) => parts.iter().try_for_each(|part| self.holds(part)),
            _ => Ok(()),
        }
    }

    /// Refuses a model that has a field of a type that the database does not have.
    ///
    /// # Errors
    /// [`Error::Unsupported`].
    pub(crate) fn takes(&self, model: &ModelMeta) -> Result<()> {
        // A foreign key is never an array.
        if !self.stores_arrays && model.has_arrays() { self.takes_arrays() } else { Ok(()) }
    }

    /// Whether a field may be an array.
    ///
    /// # Errors
    /// [`Error::Unsupported`].
    pub(crate) fn takes_arrays(&self) -> Result<()> {
        if self.stores_arrays {
            return Ok(());
        }
        Err(Error::Unsupported {
            feature: "a field that is an array",
            backend: self.name,
            hint: "only PostgreSQL has arrays; write `Json<Vec<..>>`, or a model of its own for the elements",
        })
    }
}

/// Whether a text in a JSON document has a NUL, which is always written as an escape there.
fn escapes_nul(document: &str) -> bool {
    let mut rest = document;
    while let Some((_, behind)) = rest.split_once('\\') {
        if behind.starts_with("u0000") {
            return true;
        }
        // What is escaped may be a backslash.
        rest = behind.get(1..).unwrap_or_default();
    }
    false
}

/// SQLite, from 3.51.3.
pub const SQLITE_FEATURES: Features = Features {
    name: "SQLite",
    max_parameters: 32_766,
    returns_keys: false,
    bulk_insert: BulkInsert::RowByRow,
    transactional_ddl: true,
    stores_nan: false,
    signs_zero: false,
    stores_infinity: true,
    stores_nul: true,
    defers_constraints: true,
    sets_default_on_delete: true,
    references_ahead: true,
    inline_indexes: false,
    partial_indexes: true,
    expression_indexes: true,
    covering_indexes: false,
    index_methods: false,
    exclusion_constraints: false,
    schema_comments: false,
    longest_name: None,
    reads_what_it_writes: true,
    assigns_at_once: true,
    slices_members: true,
    repeats_column_names: true,
    generates_past_given_keys: true,
    named_zones: true,
    stores_arrays: false,
    native_enums: false,
    nulls_are_large: false,
    locks_rows: false,
    locks_nowait: false,
    skips_locked: false,
    locks_of: false,
    locks_no_key: true,
    advisory_locks: false,
    transaction_advisory_locks: false,
};

/// PostgreSQL, from 13.
pub const POSTGRES_FEATURES: Features = Features {
    name: "PostgreSQL",
    max_parameters: 65_535,
    returns_keys: true,
    bulk_insert: BulkInsert::Columns,
    stores_nan: true,
    signs_zero: true,
    stores_nul: false,
    references_ahead: false,
    covering_indexes: true,
    index_methods: true,
    exclusion_constraints: true,
    schema_comments: true,
    longest_name: Some(NameLength::Bytes(63)),
    generates_past_given_keys: false,
    named_zones: true,
    stores_arrays: true,
    native_enums: true,
    nulls_are_large: true,
    locks_rows: true,
    locks_nowait: true,
    skips_locked: true,
    locks_of: true,
    advisory_locks: true,
    transaction_advisory_locks: true,
    ..SQLITE_FEATURES
};

/// MariaDB, from 10.6.
pub const MARIADB_FEATURES: Features = Features {
    name: "MariaDB",
    max_parameters: 65_535,
    returns_keys: true,
    bulk_insert: BulkInsert::Rows,
    transactional_ddl: false,
    stores_nan: false,
    signs_zero: false,
    stores_infinity: false,
    stores_nul: true,
    defers_constraints: false,
    sets_default_on_delete: false,
    references_ahead: false,
    inline_indexes: true,
    partial_indexes: false,
    expression_indexes: false,
    covering_indexes: false,
    index_methods: false,
    exclusion_constraints: false,
    schema_comments: true,
    longest_name: Some(NameLength::Characters(64)),
    reads_what_it_writes: false,
    assigns_at_once: false,
    slices_members: false,
    repeats_column_names: false,
    generates_past_given_keys: true,
    named_zones: false,
    stores_arrays: false,
    native_enums: false,
    nulls_are_large: false,
    locks_rows: true,
    locks_nowait: true,
    skips_locked: true,
    locks_of: false,
    locks_no_key: false,
    advisory_locks: true,
    transaction_advisory_locks: false,
};

/// MySQL, from 8.0.
pub const MYSQL_FEATURES: Features =
    Features { name: "MySQL", returns_keys: false, locks_of: true, expression_indexes: true, ..MARIADB_FEATURES };
