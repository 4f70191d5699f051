//! What differs between a database and a schema, and how it is said.

use std::fmt;

/// Something in a database is not as the schema has it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// There is no such table.
    MissingTable {
        /// The table.
        table: String,
    },
    /// A view stands in the place of a table.
    ViewForTable {
        /// Its name.
        table: String,
    },
    /// There is a table that no model has. It may be another program's.
    ExtraTable {
        /// The table.
        table: String,
    },
    /// There is no such column.
    MissingColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// There is a column that no field has.
    ExtraColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// A column is of another type or collation.
    ColumnType {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The type of the schema, as the database would write it.
        expected: String,
        /// The type that is there.
        found: String,
    },
    /// A column may be NULL and should not, or the other way round.
    Nullability {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Whether the schema has it nullable.
        nullable: bool,
    },
    /// A column has another default, or none, or one that it should not have.
    Default {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// The default of the schema, as SQL.
        expected: Option<String>,
        /// The default that is there, as the database writes it.
        found: Option<String>,
    },
    /// The database makes a column's values and should not, or the other way round.
    Generated {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Whether the schema has it filled in by the database.
        expected: bool,
    },
    /// The primary key is another one.
    PrimaryKey {
        /// The table.
        table: String,
        /// The columns of the schema.
        expected: Vec<String>,
        /// The columns that are there.
        found: Vec<String>,
    },
    /// There is no such constraint or index.
    MissingPart {
        /// The table.
        table: String,
        /// What is missing.
        part: PartName,
    },
    /// There is a constraint or index that the schema has not.
    ExtraPart {
        /// The table.
        table: String,
        /// What there is.
        part: PartName,
    },
    /// A constraint or index of the right name is another one.
    ChangedPart {
        /// The table.
        table: String,
        /// What it is.
        part: PartName,
        /// What the schema has.
        expected: String,
        /// What there is.
        found: String,
    },
    /// What is said of a table or column is something else.
    Comment {
        /// The table.
        table: String,
        /// The column, where it is one's.
        column: Option<String>,
        /// The comment of the schema.
        expected: Option<String>,
        /// The comment that is there.
        found: Option<String>,
    },
    /// There is no such enum.
    MissingEnum {
        /// The type.
        name: String,
    },
    /// There is an enum that no field has. It may be another program's.
    ExtraEnum {
        /// The type.
        name: String,
    },
    /// An enum has other labels, or has them in another order.
    EnumLabels {
        /// The type.
        name: String,
        /// The labels of the schema.
        expected: Vec<String>,
        /// The labels that are there.
        found: Vec<String>,
    },
}

/// What a constraint or index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartKind {
    /// A unique constraint.
    Unique,
    /// A check.
    Check,
    /// A foreign key.
    ForeignKey,
    /// An exclusion constraint.
    Exclusion,
    /// An index.
    Index,
}

/// A constraint or index by its name, or where it has none by its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartName {
    /// What it is.
    pub kind: PartKind,
    /// Its name.
    pub name: Option<String>,
    /// What it is about, in words: its columns or its condition.
    pub about: String,
}

impl Difference {
    /// Whether it is about something that the schema knows nothing of, and that may be another program's: a table or an enum.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        matches!(self, Difference::ExtraTable { .. } | Difference::ExtraEnum { .. })
    }

    /// The table that it is about.
    #[must_use]
    pub fn table(&self) -> Option<&str> {
        match self {
            Difference::MissingTable { table }
            | Difference::ViewForTable { table }
            | Difference::ExtraTable { table }
            | Difference::MissingColumn { table, .. }
            | Difference::ExtraColumn { table, .. }
            | Difference::ColumnType { table, .. }
            | Difference::Nullability { table, .. }
            | Difference::Default { table, .. }
            | Difference::Generated { table, .. }
            | Difference::PrimaryKey { table, .. }
            | Difference::MissingPart { table, .. }
            | Difference::ExtraPart { table, .. }
            | Difference::ChangedPart { table, .. }
            | Difference::Comment { table, .. } => Some(table),
            Difference::MissingEnum { .. } | Difference::ExtraEnum { .. } | Difference::EnumLabels { .. } => None,
        }
    }
}

impl fmt::Display for PartKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PartKind::Unique => "unique constraint",
            PartKind::Check => "check",
            PartKind::ForeignKey => "foreign key",
            PartKind::Exclusion => "exclusion constraint",
            PartKind::Index => "index",
        })
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{} `{name}`", self.kind),
            None => write!(f, "{} ({})", self.kind, self.about),
        }
    }
}

/// A list of names in quotes.
fn listed(names: &[String]) -> String {
    if names.is_empty() { "none".to_owned() } else { format!("`{}`", names.join("`, `")) }
}

fn optional(text: Option<&String>) -> String {
    text.map_or_else(|| "none".to_owned(), |text| format!("`{text}`"))
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::MissingTable { table } => write!(f, "The table `{table}` is missing."),
            Difference::ViewForTable { table } => write!(f, "`{table}` is a view and should be a table."),
            Difference::ExtraTable { table } => write!(f, "There is a table `{table}` that no model has."),
            Difference::MissingColumn { table, column } => write!(f, "The column `{column}` of the table `{table}` is missing."),
            Difference::ExtraColumn { table, column } => {
                write!(f, "The table `{table}` has a column `{column}` that no field has.")
            }
            Difference::ColumnType { table, column, expected, found } => {
                write!(f, "The column `{column}` of the table `{table}` is {found} and should be {expected}.")
            }
            Difference::Nullability { table, column, nullable: true } => {
                write!(f, "The column `{column}` of the table `{table}` may not be NULL and should be nullable.")
            }
            Difference::Nullability { table, column, nullable: false } => {
                write!(f, "The column `{column}` of the table `{table}` may be NULL and should not be nullable.")
            }
            Difference::Default { table, column, expected, found } => {
                let (expected, found) = (optional(expected.as_ref()), optional(found.as_ref()));
                write!(f, "The default of the column `{column}` of the table `{table}` is {found} and should be {expected}.")
            }
            Difference::Generated { table, column, expected: true } => {
                write!(f, "The database does not fill in the column `{column}` of the table `{table}` and should.")
            }
            Difference::Generated { table, column, expected: false } => {
                write!(f, "The database makes the values of the column `{column}` of the table `{table}` and should not.")
            }
            Difference::PrimaryKey { table, expected, found } => {
                let (expected, found) = (listed(expected), listed(found));
                write!(f, "The primary key of the table `{table}` is {found} and should be {expected}.")
            }
            Difference::MissingPart { table, part } => write!(f, "The {part} of the table `{table}` is missing."),
            Difference::ExtraPart { table, part } => write!(f, "The table `{table}` has the {part}, which no model says."),
            Difference::ChangedPart { table, part, expected, found } => {
                write!(f, "The {part} of the table `{table}` is {found} and should be {expected}.")
            }
            Difference::Comment { table, column, expected, found } => {
                let (expected, found) = (optional(expected.as_ref()), optional(found.as_ref()));
                match column {
                    Some(column) => write!(f, "The comment on the column `{column}` of the table `{table}`")?,
                    None => write!(f, "The comment on the table `{table}`")?,
                }
                write!(f, " is {found} and should be {expected}.")
            }
            Difference::MissingEnum { name } => write!(f, "The enum `{name}` is missing."),
            Difference::ExtraEnum { name } => write!(f, "There is an enum `{name}` that no field has."),
            Difference::EnumLabels { name, expected, found } => {
                write!(f, "The labels of the enum `{name}` are {} and should be {}.", listed(found), listed(expected))
            }
        }
    }
}
