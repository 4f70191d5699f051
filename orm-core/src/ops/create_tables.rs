//! Creating the tables of models.

use crate::connection::{Access, Connection};
use crate::error::{Error, Result};
use crate::meta::ModelMeta;
use crate::ops::Operation;
use crate::ops::write::finish;
use crate::sql::Tables;

/// Creates the tables, constraints and indexes of models, where they are not there already.
#[derive(Debug)]
pub struct CreateTables(Vec<&'static ModelMeta>);

impl CreateTables {
    /// The tables of these models.
    #[must_use]
    pub fn new(models: &[&'static ModelMeta]) -> Self {
        CreateTables(models.to_vec())
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

async fn create<C: Connection>(tables: Tables, connection: &mut C) -> Result<()> {
    for (model, statements) in tables.tables {
        for statement in statements {
            connection.run_script(&statement).await?;
        }
        // A table of that name may have been there with other columns.
        let columns = connection.columns_of(model).await?;
        if let Some(missing) = model.fields.iter().find(|field| !columns.iter().any(|column| column == field.column)) {
            return Err(Error::Configuration(format!(
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
