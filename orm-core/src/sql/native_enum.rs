//! Enums that are types of the database: creating them, and comparing those that are there already.

use crate::error::{Error, Result};
use crate::field::EnumType;
use crate::meta::ModelMeta;
use crate::sql::{Dialect, Writer};
use crate::statement::{Bind, Statement, Walk};
use crate::value::Value;

/// The enums of models that are types of the database, each once.
///
/// # Errors
/// [`Error::Schema`] for two enums of one name, or a name or label that is too long.
pub(crate) fn native_enums(models: &[&'static ModelMeta], dialect: &dyn Dialect) -> Result<Vec<&'static EnumType>> {
    let mut enums: Vec<&'static EnumType> = Vec::new();
    let features = dialect.features();
    if !features.native_enums {
        return Ok(enums);
    }
    let fields = models.iter().flat_map(|model| model.fields.iter().map(move |field| (model, field)));
    for (model, field) in fields {
        let Some(of) = field.column_type.enum_type() else { continue };
        let told = |what: &str| {
            Error::Schema(format!("the enum type `{}` of the field `{}` of `{}` {what}", of.name, field.name, model.name))
        };
        match enums.iter().find(|other| other.name == of.name) {
            Some(other) if *other == of => continue,
            Some(_) => return Err(told("has the name of another one with other labels; give one of them another name")),
            None => {}
        }
        let mut names = std::iter::once(&of.name).chain(of.labels);
        if let Some(long) = names.find(|name| features.longest_name.is_some_and(|longest| !longest.takes(name))) {
            return Err(told(&format!("has the name or label `{long}`, which is longer than {} takes", features.name)));
        }
        enums.push(of);
    }
    Ok(enums)
}

/// The statement that creates an enum's type.
pub(crate) fn create_enum<L: AsRef<str>>(name: &str, labels: &[L], dialect: &dyn Dialect) -> String {
    let mut sql = String::from("CREATE TYPE ");
    dialect.identifier(name, &mut sql);
    sql.push_str(" AS ENUM (");
    for (at, label) in labels.iter().enumerate() {
        if at > 0 {
            sql.push_str(", ");
        }
        dialect.text_literal(label.as_ref(), &mut sql);
    }
    sql.push(')');
    sql
}

/// Asks for the labels of an enum's type: a row for each, one with NULL for a type that is no enum, none if there is no such type.
///
/// It is looked for where it would be created, and among PostgreSQL's own types, which would hide it.
#[derive(Debug)]
pub(crate) struct EnumLabels {
    name: Value<'static>,
}

impl EnumLabels {
    pub(crate) fn new(of: &EnumType) -> Self {
        EnumLabels { name: Value::Text(of.name.into()) }
    }
}

impl Statement for EnumLabels {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(120);
        walk.bind(Bind::Value(&self.name));
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.text(
            "SELECT e.enumlabel::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace \
             LEFT JOIN pg_enum e ON e.enumtypid = t.oid WHERE n.nspname IN (current_schema(), 'pg_catalog') AND t.typname = ",
        );
        sql.value(&self.name);
        sql.text(" ORDER BY e.enumsortorder");
        Ok(())
    }
}
