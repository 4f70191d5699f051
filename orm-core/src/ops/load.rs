//! Loading a relation for rows in hand: one query for all of them.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::ControlFlow;

use crate::connection::{Access, Connection, Sink};
use crate::embedded::Embedded;
use crate::error::{Error, Result};
use crate::expr::Condition;
use crate::model::Model;
use crate::ops::{Operation, PrefetchFor, PrefetchInto};
use crate::path::{Related, Root};
use crate::polymorphic::LoadAnyOf;
use crate::query::{Blocking, Query};
use crate::relation::{Cardinality, Forward, NotLoaded, Relation, Row, Slot, ToOne};
use crate::row::{ColumnReader, DecodeError, FromRow};
use crate::running::{OnRelated, Running};
use crate::sql::{Form, Select};
use crate::value::Value;

/// The rows `S` with the relation `R` loaded.
pub type WithLoaded<S, R> = <S as Slot<R>>::With<<<R as Relation>::Cardinality as Cardinality>::Slot<<R as Relation>::Target>>;

/// A relation to load for rows in hand: for one row, or in one query for a `Vec` of them. Nothing is sent before `fetch`.
#[must_use = "nothing is loaded before `fetch`"]
pub struct LoadRelated<T, R, Mode = Blocking> {
    rows: T,
    relation: PhantomData<fn() -> (R, Mode)>,
}

impl<T: std::fmt::Debug, R, Mode> std::fmt::Debug for LoadRelated<T, R, Mode> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LoadRelated").field(&self.rows).finish()
    }
}

impl<T, R, Mode> LoadRelated<T, R, Mode> {
    /// The same on the handle of an operation that runs, such as a hook has.
    pub fn on<'r, 'c, C: Connection>(self, running: &'r mut Running<'c, C>) -> OnRelated<'r, 'c, C, Self> {
        OnRelated::new(self, running)
    }

    /// The same in another mode.
    pub fn into_mode<Other>(self) -> LoadRelated<T, R, Other> {
        LoadRelated { rows: self.rows, relation: PhantomData }
    }
}

/// Rows in hand that relations can be loaded for: a row, or a `Vec` of rows.
pub trait InHand: Sized {
    /// The rows' type.
    type Row: Row;

    /// Loads a relation that the query did not, by a query of its own for all of the rows.
    fn load_related<R>(self, _relation: Related<Root<<Self::Row as Row>::Model>, R>) -> LoadRelated<Self, R> {
        LoadRelated { rows: self, relation: PhantomData }
    }

    /// Loads a relation to many, by one more query for each level for all of the rows.
    fn prefetch_related<L: PrefetchFor<Self::Row>>(self, relation: L) -> PrefetchInto<Self, L> {
        PrefetchInto::new(self, relation)
    }

    /// Loads what the rows of a `Vec` point at by a reference to one of several models, such as `Comment::subject`: by one query for each
    /// model that occurs. It gives each row with what it points at, which is `None` where the reference is NULL or the row gone.
    fn load_any_of<T, A>(self, _reference: Embedded<Root<<Self::Row as Row>::Model>, T, A>) -> LoadAnyOf<Self::Row, A>
    where
        Self: Into<Vec<Self::Row>>,
    {
        LoadAnyOf::new(self.into())
    }
}

impl<S: Row> InHand for S {
    type Row = S;
}

impl<S: Row> InHand for Vec<S> {
    type Row = S;
}

type Key<R> = <<R as Relation>::Target as Model>::Key;

/// The related rows by their key.
struct ByKey<R: Forward>(HashMap<Key<R>, R::Target>);

impl<R: Forward> Sink for ByKey<R> {
    fn row<C: ColumnReader>(&mut self, row: &C) -> Result<ControlFlow<()>, DecodeError> {
        let target = R::Target::from_row(row, 0)?;
        self.0.insert(target.key().into_owned(), target);
        Ok(ControlFlow::Continue(()))
    }
}

/// Loads `R` for rows, in one query.
async fn load<S, R, C>(rows: Vec<S>, connection: &mut C) -> Result<Vec<WithLoaded<S, R>>>
where
    R: Forward<Target: Clone>,
    S: Row<Model = R::Source> + Slot<R>,
    C: Connection,
{
    let mut related = ByKey::<R>(HashMap::new());
    let keys = keys::<S, R>(&rows)?;
    if !keys.is_empty() {
        let target = R::Target::META;
        let mut query = Box::new(Query::new(target, R::Target::TREE));
        query.filter = Condition::In { of: target.key_node(None), values: keys };
        query.unordered = true;
        connection.fetch(&Select { query, form: Form::Rows }, &mut related).await?;
    }
    rows.into_iter().map(|row| with_related::<S, R>(row, &related)).collect()
}

impl<S, R, Mode> Operation for LoadRelated<Vec<S>, R, Mode>
where
    R: Forward<Target: Clone>,
    S: Row<Model = R::Source> + Slot<R, Current = NotLoaded<R>>,
{
    type Output = Vec<WithLoaded<S, R>>;
    const NAME: &'static str = "load_related";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        load::<S, R, C>(self.rows, connection).await
    }
}

impl<S, R, Mode> Operation for LoadRelated<S, R, Mode>
where
    R: Forward<Target: Clone>,
    S: Row<Model = R::Source> + Slot<R, Current = NotLoaded<R>>,
{
    type Output = WithLoaded<S, R>;
    const NAME: &'static str = "load_related";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        let rows = load::<S, R, C>(vec![self.rows], connection).await?;
        rows.into_iter().next().ok_or(Error::DoesNotExist { model: R::Target::META.name })
    }
}

/// The keys that the rows hold, each once.
fn keys<S: Row<Model = R::Source>, R: Forward>(rows: &[S]) -> Result<Vec<Value<'static>>> {
    let mut seen = std::collections::HashSet::new();
    let mut values = Vec::new();
    for row in rows {
        if let Some(key) = R::key(row.model())
            && seen.insert(key)
        {
            values.push(crate::check::checked_held::<R>(row.model())?.into_owned());
        }
    }
    Ok(values)
}

fn with_related<S, R>(row: S, related: &ByKey<R>) -> Result<WithLoaded<S, R>>
where
    R: Forward<Target: Clone>,
    S: Row<Model = R::Source> + Slot<R>,
{
    let target = match R::key(row.model()) {
        Some(key) => match related.0.get(key) {
            Some(target) => Some(target.clone()),
            // The row went away in between, or nothing ever held the key to account.
            None => return Err(Error::DoesNotExist { model: R::Target::META.name }),
        },
        None => None,
    };
    match R::Cardinality::slot(target) {
        Some(slot) => Ok(row.with(slot)),
        None => Err(Error::DoesNotExist { model: R::Target::META.name }),
    }
}
