//! The change of a schema from one state to another.

use super::diff::Diff;
use super::statement::SchemaStatement;
use super::{mysql, postgres, server, sqlite};
use crate::error::Result;
use crate::schema::{FieldKind, Literal, ModelName, SchemaState};
use crate::sql::{Backend, Dialect};

/// A change of a schema from one state to another: what migrations run, forwards and, with the states exchanged, backwards.
///
/// A model or field of one state that the other has not under the same name is deleted or created, unless it is said to be renamed.
/// The names of indexes and constraints follow from those of tables and columns and change with them, so that a schema that was
/// changed is the same as one that was created.
///
/// ```
/// use orm_core::schema::{FieldKind, FieldState, Literal, ModelName, ModelState, SchemaState};
/// use orm_core::sql::{POSTGRES, SchemaChange};
///
/// let book = ModelName::new("shop", "Book");
/// let mut model = ModelState {
///     name: book.clone(),
///     table: "book".to_owned(),
///     key: vec!["id".to_owned()],
///     comment: None,
///     fields: vec![FieldState { generated: true, ..FieldState::new("id", FieldKind::I64) }],
///     indexes: Vec::new(),
///     constraints: Vec::new(),
/// };
/// let before = SchemaState::from_iter([model.clone()]);
/// model.fields.push(FieldState::new("pages", FieldKind::I32));
/// let after = SchemaState::from_iter([model]);
///
/// let mut change = SchemaChange::new(&before, &after);
/// change.fills.push((book, "pages".to_owned(), Literal::Integer(0)));
/// let statements: Vec<String> = change.statements(&POSTGRES)?.into_iter().map(|statement| statement.sql).collect();
/// assert_eq!(statements, [
///     r#"ALTER TABLE "book" ADD COLUMN "pages" integer NOT NULL DEFAULT 0"#,
///     r#"ALTER TABLE "book" ALTER COLUMN "pages" DROP DEFAULT"#,
/// ]);
///
/// let back = SchemaChange::new(&after, &before);
/// assert_eq!(back.destroys(), ["the column `pages` of the table `book`"]);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SchemaChange<'s> {
    /// The schema as it is.
    pub before: &'s SchemaState,
    /// The schema as it is to be.
    pub after: &'s SchemaState,
    /// The models that are called otherwise: their names before and after.
    pub renamed_models: Vec<(ModelName, ModelName)>,
    /// The fields that are called otherwise: the model's name after, the field's before and after.
    pub renamed_fields: Vec<(ModelName, String, String)>,
    /// What fills fields, by the names after: all rows of a field that is new, those with NULL of one that was nullable.
    pub fills: Vec<(ModelName, String, Literal)>,
    /// Whether PostgreSQL builds indexes while others write to the table, outside of a transaction.
    pub concurrently: bool,
    /// Whether PostgreSQL adds checks and foreign keys to tables without looking at the rows that are there.
    pub not_valid: bool,
}

impl<'s> SchemaChange<'s> {
    /// A change in which nothing is renamed and nothing filled.
    #[must_use]
    pub fn new(before: &'s SchemaState, after: &'s SchemaState) -> Self {
        SchemaChange {
            before,
            after,
            renamed_models: Vec::new(),
            renamed_fields: Vec::new(),
            fills: Vec::new(),
            concurrently: false,
            not_valid: false,
        }
    }

    /// The statements, in the order in which they are to run; none if nothing changes for this database.
    ///
    /// # Errors
    /// [`Error::Schema`](crate::Error::Schema) for a field that the database has no column for, a name that is too long,
    /// a reference to nothing; [`Error::InvalidValue`](crate::Error::InvalidValue) for a default or fill that its field cannot hold;
    /// [`Error::Unsupported`](crate::Error::Unsupported) for what the database does not have.
    pub fn statements(&self, dialect: &'static dyn Dialect) -> Result<Vec<SchemaStatement>> {
        let diff = Diff::new(self, dialect)?;
        match dialect.backend() {
            Backend::Sqlite => sqlite::statements(self, &diff, dialect),
            Backend::Postgres => server::statements(self, &diff, &postgres::Postgres { change: self, dialect }),
            Backend::MySql => server::statements(self, &diff, &mysql::MySql { dialect }),
        }
    }

    /// What is lost by the change, in words: tables, columns, and what values have that their new type has not.
    #[must_use]
    pub fn destroys(&self) -> Vec<String> {
        let mut lost = Vec::new();
        for model in self.before.models() {
            let name = self.renamed_models.iter().find(|(from, _)| *from == model.name).map_or(&model.name, |(_, to)| to);
            let Some(after) = self.after.model(name) else {
                lost.push(format!("the table `{}`", model.table));
                continue;
            };
            for field in &model.fields {
                let renamed = self.renamed_fields.iter().find(|(of, from, _)| of == name && *from == field.name);
                match after.field(renamed.map_or(&field.name, |(_, _, to)| to)) {
                    None => lost.push(format!("the column `{}` of the table `{}`", field.column(), model.table)),
                    Some(after) if narrows(&field.kind, &after.kind) => {
                        lost.push(format!(
                            "parts of the values of the column `{}` of the table `{}`",
                            field.column(),
                            model.table
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
        lost
    }

    /// What fills a field.
    pub(super) fn fill(&self, model: &ModelName, field: &str) -> Option<&Literal> {
        self.fills.iter().find(|(of, name, _)| of == model && name == field).map(|(_, _, literal)| literal)
    }
}

/// Whether a value can lose a part of itself when it becomes one of another kind. What does not fit at all is refused.
fn narrows(from: &FieldKind, to: &FieldKind) -> bool {
    use FieldKind::{Bool, Date, DateTime, Decimal, F32, F64, I16, I32, I64, Time, Timestamp};
    matches!(
        (from, to),
        (F32 | F64 | Decimal, I16 | I32 | I64)
            | (F64 | Decimal | I32 | I64, F32)
            | (Decimal | I64, F64)
            | (I16 | I32 | I64 | F32 | F64 | Decimal, Bool)
            | (DateTime | Timestamp, Date | Time)
    )
}
