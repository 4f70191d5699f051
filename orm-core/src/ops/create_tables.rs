//! Creating the tables of models.

use std::ops::ControlFlow;

use crate::connection::{Access, Connection, Sink};
use crate::error::{Error, Result};
use crate::field::FieldType;
use crate::meta::ModelMeta;
use crate::ops::Operation;
use crate::ops::write::finish;
use crate::row::{ColumnReader, DecodeError};
use crate::schema::with_made;
use crate::sql::{EnumLabels, Tables, create_enum};

/// Creates the tables, constraints and indexes of models, where they are not there already.
#[derive(Debug)]
pub struct CreateTables(Vec<&'static ModelMeta>);

impl CreateTables {
    /// The tables of these models, and of those between two that the library made.
    #[must_use]
    pub fn new(models: &[&'static ModelMeta]) -> Self {
        CreateTables(with_made(models))
    }
}

impl Operation for CreateTables {
    type Output = ();
    const NAME: &'static str = "create_tables";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<()> {
        let tables = Tables::new(&self.0, connection.dialect())?;
        if !connection.dialect().features().transactional_ddl {
            return create(tables, connection).await;
        }
        connection.begin().await?;
        let created = create(tables, connection).await;
        finish(connection, created).await
    }
}

/// The labels of an enum.
#[derive(Default)]
struct Labels(Vec<Option<String>>);

impl Sink for Labels {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.0.push(FieldType::decode(row, 0)?);
        Ok(ControlFlow::Continue(()))
    }
}

async fn create<C: Connection>(tables: Tables, connection: &mut C) -> Result<()> {
    for of in tables.enums {
        let mut found = Labels::default();
        connection.fetch(&EnumLabels::new(of), &mut found).await?;
        match found.0.as_slice() {
            [] => connection.run_script(&create_enum(of.name, of.labels, connection.dialect())).await?,
            found if found.iter().map(Option::as_deref).eq(of.labels.iter().copied().map(Some)) => {}
            _ => {
                return Err(Error::Schema(format!(
                    "the type `{}` is there already, but is no enum of the labels {}; it was made from another model",
                    of.name,
                    of.labels.join(", ")
                )));
            }
        }
    }
    for (model, statements) in tables.tables {
        for statement in statements {
            connection.run_script(&statement).await?;
        }
        // A table of that name may have been there with other columns.
        let columns = connection.columns_of(model).await?;
        if let Some(missing) = model.fields.iter().find(|field| !columns.iter().any(|column| column == field.column)) {
            return Err(Error::Schema(format!(
                "the table `{}` is there already, but has no column `{}` for the field `{}` of `{}`; it was made from another model",
                model.table, missing.column, missing.name, model.name
            )));
        }
    }
    for statement in tables.after {
        connection.run_script(&statement).await?;
    }
    Ok(())
}
