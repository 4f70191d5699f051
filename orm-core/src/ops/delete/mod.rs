//! Deleting rows, of a query or one in hand, and what points at them: `on_delete`.
//!
//! What the foreign keys of all models ask for is found once for each model ([`graph`]). A model that nothing points at is deleted by
//! one statement. Where anything does, it is done in a transaction: the keys that no condition could stand for are read ([`rows`]), rows
//! in the way refuse it ([`obstacles`]), foreign keys are set, and the rows go, those that point at others first. Of the rows that go
//! along none is loaded.

mod deleted;
mod graph;
mod keys;
mod obstacles;
mod rows;

pub use deleted::Deleted;

use crate::check::invalid;
use crate::connection::{Access, Connection};
use crate::error::{Error, Result};
use crate::expr::{Condition, Node};
use crate::meta::{ModelMeta, OnDelete, RelationMeta};
use crate::ops::Operation;
use crate::ops::write::{finish, not_found, owned};
use crate::query::Query;
use crate::sql::{Delete, DeleteRow, Update};
use crate::value::Value;
use graph::{Doomed, Graph};
use keys::Keys;
use rows::Rows;

/// Deletes a query's rows.
#[derive(Debug)]
pub struct DeleteQuery(Result<Delete>);

impl DeleteQuery {
    /// The deletion of a query's rows.
    pub fn new(query: Box<Query>) -> Self {
        DeleteQuery(Delete::new(query))
    }
}

impl Operation for DeleteQuery {
    type Output = Deleted;
    const NAME: &'static str = "delete";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Deleted> {
        let delete = self.0?;
        if delete.is_never() { Ok(Deleted::default()) } else { Wanted::Query(&delete).delete(connection).await }
    }
}

/// Deletes a row that is there.
#[derive(Debug)]
pub struct RemoveRow<'r>(DeleteRow<'r>);

impl<'r> RemoveRow<'r> {
    /// The deletion of a row.
    pub fn new(delete: DeleteRow<'r>) -> Self {
        RemoveRow(delete)
    }

    /// The same, owning its key.
    #[must_use]
    pub fn into_owned(self) -> OwnedRemove {
        OwnedRemove(RemoveRow(self.0.into_owned()))
    }
}

impl Operation for RemoveRow<'_> {
    type Output = Deleted;
    const NAME: &'static str = "delete";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Deleted> {
        Wanted::Row(&self.0).delete(connection).await
    }
}

owned!(OwnedRemove, RemoveRow);

/// What is to be deleted.
#[derive(Clone, Copy)]
enum Wanted<'d> {
    Query(&'d Delete),
    Row(&'d DeleteRow<'d>),
}

impl Wanted<'_> {
    /// Deletes it and what goes with it.
    async fn delete<C: Connection>(self, connection: &mut C) -> Result<Deleted> {
        let model = self.model();
        let Some(graph) = Graph::of(model) else { return self.delete_alone(connection).await };
        connection.dialect().features().takes(model)?;
        match self.delete_along(graph, connection).await {
            // A model of the program may have no table in this database, and then no rows that point at any.
            Err(error @ (Error::Database { .. } | Error::InvalidValue { .. })) => {
                let absent = absent(graph, connection).await?;
                if absent.is_empty() {
                    return Err(error);
                }
                self.delete_along(&Graph::without(&absent, model), connection).await
            }
            deleted => deleted,
        }
    }

    fn model(self) -> &'static ModelMeta {
        match self {
            Wanted::Query(delete) => delete.query().model,
            Wanted::Row(delete) => delete.model(),
        }
    }

    /// Deletes it by one statement.
    async fn delete_alone<C: Connection>(self, connection: &mut C) -> Result<Deleted> {
        let model = self.model();
        match self {
            Wanted::Query(delete) => Ok(Deleted::rows(model, connection.execute(delete).await?)),
            Wanted::Row(delete) => match connection.execute(delete).await? {
                0 => Err(not_found(model, delete.key(), connection).await?),
                rows => Ok(Deleted::rows(model, rows)),
            },
        }
    }

    /// Deletes it and what goes with it, or nothing.
    async fn delete_along<C: Connection>(self, graph: &Graph, connection: &mut C) -> Result<Deleted> {
        // One statement that writes needs no transaction; in one that is open, what fails must not be the end of it.
        if !(graph.writes_others() || connection.in_transaction()) {
            return self.delete_inside(graph, connection).await;
        }
        connection.begin().await?;
        let deleted = self.delete_inside(graph, connection).await;
        finish(connection, deleted).await
    }

    async fn delete_inside<C: Connection>(self, graph: &Graph, connection: &mut C) -> Result<Deleted> {
        let model = self.model();
        let mut rows = Rows::new(graph, self.filter());
        if !graph.writes_others() {
            obstacles::refuse(&rows, connection).await?;
            return self.delete_alone(connection).await;
        }
        let Wanted::Row(row) = self else { return delete_rows(&mut rows, connection).await };
        // What else is written may change the row's version, or take the row with it.
        if row.key().version.is_some() || graph.is_keyed() {
            let mut found = Keys::new(model);
            found.find(model, row.key().condition(model), connection).await?;
            if found.list().is_empty() {
                return Err(not_found(model, row.key(), connection).await?);
            }
            rows.know_root(found);
        }
        let deleted = delete_rows(&mut rows, connection).await?;
        if deleted.of_model(model) == 0 {
            return Err(Error::DoesNotExist { model: model.name });
        }
        Ok(deleted)
    }

    /// The rows of its model.
    fn filter(self) -> Condition {
        match self {
            Wanted::Query(delete) => delete.query().filter.clone(),
            Wanted::Row(delete) => delete.key().condition_of_key(delete.model()),
        }
    }
}

/// The foreign keys of models that have no column for them in the database.
async fn absent<C: Connection>(graph: &Graph, connection: &mut C) -> Result<Vec<&'static RelationMeta>> {
    let mut absent = Vec::new();
    for relation in graph.relations() {
        let model = (relation.source)();
        let column = model.field(relation.field).column;
        if !connection.columns_of(model).await?.iter().any(|there| there == column) {
            absent.push(relation);
        }
    }
    Ok(absent)
}

/// Deletes rows and what goes with them, inside a transaction.
async fn delete_rows<C: Connection>(rows: &mut Rows<'_>, connection: &mut C) -> Result<Deleted> {
    rows.find_root(connection).await?;
    rows.find_levels(connection).await?;
    obstacles::refuse(rows, connection).await?;
    for edge in rows.graph.sets(connection.dialect().features()) {
        let query = keys::rows((edge.relation.source)(), rows.pointing_at(edge));
        let key = Node::Value(key_to_set(edge.relation)?);
        let update = Update::new(query, std::iter::once((Some(edge.relation.field), key)))?;
        if !update.is_never() {
            connection.execute(&update).await?;
        }
    }
    let mut deleted = Deleted::default();
    for at in rows.graph.order.iter().copied() {
        let Some(Doomed { model, .. }) = rows.graph.models.get(at) else { continue };
        let delete = Delete::new(keys::rows(model, rows.of(at)))?;
        if !delete.is_never() {
            deleted.add(model, connection.execute(&delete).await?);
        }
    }
    for (at, part) in rows.levels.iter().rev().flatten() {
        let Some(Doomed { model, .. }) = rows.graph.models.get(*at) else { continue };
        // The constraint of a foreign key in a circle may take rows along that have their turn later, and no database counts those.
        connection.execute(&Delete::new(keys::rows(model, rows.part(*at, part)))?).await?;
    }
    for (at, Doomed { model, .. }) in rows.graph.models.iter().enumerate().filter(|(_, doomed)| doomed.keyed).rev() {
        deleted.add(model, rows.count(at));
    }
    Ok(deleted)
}

/// What a foreign key is set to when its target goes.
fn key_to_set(relation: &'static RelationMeta) -> Result<Value<'static>> {
    let model = (relation.source)();
    let field = model.field(relation.field);
    match field.default {
        Some(default) if relation.on_delete == OnDelete::SetDefault => default().map_err(|error| invalid(model, field, error)),
        _ => Ok(Value::of_parts(relation.fields().map(|column| Value::Null(model.field(column).column_type)).collect())),
    }
}
