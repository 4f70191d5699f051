//! What keeps rows from being deleted: those that point at them by a foreign key that protects or restricts.

use crate::connection::Connection;
use crate::error::{Error, Result, RowsInTheWay};
use crate::meta::OnDelete;
use crate::ops::delete::graph::Edge;
use crate::ops::delete::keys::{Keys, keys, rows};
use crate::ops::delete::rows::Rows;
use crate::ops::{Count, Exists, Operation};
use crate::sql::{Form, Select};

/// So many keys of the rows in the way are told.
const TOLD: u64 = 5;

/// Refuses a deletion that a row stands in the way of.
///
/// # Errors
/// [`Error::Protected`], [`Error::Restricted`].
pub(super) async fn refuse<C: Connection>(deletion: &Rows<'_>, connection: &mut C) -> Result<()> {
    let (protect, restrict): (Vec<&Edge>, Vec<&Edge>) =
        deletion.graph.obstacles.iter().partition(|edge| edge.relation.on_delete == OnDelete::Protect);
    for edge in protect.into_iter().chain(restrict) {
        let source = (edge.relation.source)();
        let mut in_the_way = deletion.pointing_at(edge);
        let protects = edge.relation.on_delete == OnDelete::Protect;
        if !protects {
            in_the_way = in_the_way.and(deletion.of_model(source).negate());
        }
        let query = rows(source, in_the_way);
        if query.is_never() || !Exists::new(query.clone()).run(connection).await? {
            continue;
        }
        let Some(model) = deletion.graph.models.get(edge.target).map(|doomed| doomed.model.name) else { continue };
        let rows = Count::new(query.clone()).run(connection).await?;
        let mut told = keys(source, query.filter);
        told.order_by_key_if_unordered();
        told.limit = Some(TOLD);
        let mut first = Keys::new(source);
        connection.fetch(&Select { query: told, form: Form::Rows }, &mut first).await?;
        let by = Box::new(RowsInTheWay { model: source.name, field: edge.relation.name, rows, keys: first.list().to_vec() });
        return Err(if protects { Error::Protected { model, by } } else { Error::Restricted { model, by } });
    }
    Ok(())
}
