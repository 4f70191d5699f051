//! Loading what references to one of several models point at, for rows in hand: one query for each model that occurs.

use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;
use std::ops::ControlFlow;

use crate::connection::{Access, Connection, Sink};
use crate::error::{Error, Result};
use crate::expr::Condition;
use crate::field::FieldType;
use crate::model::Model;
use crate::ops::Operation;
use crate::polymorphic::{AnyOf, HoldsAnyOf, Polymorphic};
use crate::query::{Blocking, Query};
use crate::relation::Row;
use crate::row::{ColumnReader, DecodeError};
use crate::sql::{Form, Select};
use crate::value::{Value, ValueError};

/// Rows and what their references at the position `A` point at, to be loaded. Nothing is sent before `fetch`.
#[must_use = "nothing is loaded before `fetch`"]
pub struct LoadAnyOf<S, A, Mode = Blocking> {
    rows: Vec<S>,
    reference: PhantomData<fn() -> (A, Mode)>,
}

impl<S, A, Mode> LoadAnyOf<S, A, Mode> {
    /// What rows point at.
    pub fn new(rows: Vec<S>) -> Self {
        LoadAnyOf { rows, reference: PhantomData }
    }

    /// The same in another mode.
    pub fn into_mode<Other>(self) -> LoadAnyOf<S, A, Other> {
        LoadAnyOf::new(self.rows)
    }
}

impl<S: std::fmt::Debug, A, Mode> std::fmt::Debug for LoadAnyOf<S, A, Mode> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("LoadAnyOf").field(&self.rows).finish()
    }
}

impl<S, A, Mode> Operation for LoadAnyOf<S, A, Mode>
where
    A: 'static,
    S: Row<Model: HoldsAnyOf<A, Of: Clone>>,
{
    type Output = Vec<(S, Option<<S::Model as HoldsAnyOf<A>>::Of>)>;
    const NAME: &'static str = "load_any_of";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        let references: HashSet<_> = self.rows.iter().filter_map(|row| row.model().any_of().cloned()).collect();
        let found = load::<<S::Model as HoldsAnyOf<A>>::Of, C>(references, connection).await?;
        let rows = self.rows.into_iter().map(|row| {
            let target = row.model().any_of().and_then(|reference| found.get(reference).cloned());
            (row, target)
        });
        Ok(rows.collect())
    }
}

/// What one reference points at.
#[derive(Debug)]
pub struct FetchAnyOf<E: Polymorphic>(AnyOf<E>);

impl<E: Polymorphic> FetchAnyOf<E> {
    /// What this reference points at.
    pub fn new(reference: AnyOf<E>) -> Self {
        FetchAnyOf(reference)
    }
}

impl<E: Polymorphic> Operation for FetchAnyOf<E> {
    type Output = E;
    const NAME: &'static str = "fetch";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<E> {
        let rows = E::load(self.0.variant(), vec![key_of(&self.0)?], connection).await?;
        rows.into_iter().next().ok_or(Error::DoesNotExist { model: self.0.model() })
    }
}

/// The key of a reference, to bind.
fn key_of<E: Polymorphic>(reference: &AnyOf<E>) -> Result<Value<'static>> {
    let key = reference.key().to_value();
    let invalid = |error: ValueError| Error::InvalidValue { model: reference.model(), field: "", reason: error.0 };
    key.map(Value::into_owned).map_err(invalid)
}

/// The rows that references point at, as far as they are there.
async fn load<E: Polymorphic, C: Connection>(references: HashSet<AnyOf<E>>, connection: &mut C) -> Result<HashMap<AnyOf<E>, E>> {
    let mut keys: Vec<Vec<Value<'static>>> = E::TAGS.iter().map(|_| Vec::new()).collect();
    for reference in &references {
        if let Some(keys) = keys.get_mut(reference.variant()) {
            keys.push(key_of(reference)?);
        }
    }
    let mut found = HashMap::with_capacity(references.len());
    for (variant, keys) in keys.into_iter().enumerate().filter(|(_, keys)| !keys.is_empty()) {
        let rows = E::load(variant, keys, connection).await?;
        found.extend(rows.into_iter().map(|row| (AnyOf::to(&row), row)));
    }
    Ok(found)
}

/// The rows of a model.
struct Rows<M>(Vec<M>);

impl<M: Model> Sink for Rows<M> {
    fn row<C: ColumnReader>(&mut self, row: &C) -> Result<ControlFlow<()>, DecodeError> {
        self.0.push(M::from_row(row, 0)?);
        Ok(ControlFlow::Continue(()))
    }
}

/// The rows of a model that have one of these keys, in no order.
///
/// # Errors
/// What the connection answers; [`Error::Decode`](crate::Error::Decode) for a row that cannot be read.
pub async fn load_rows<M: Model, C: Connection>(keys: Vec<Value<'static>>, connection: &mut C) -> Result<Vec<M>> {
    let mut rows = Rows::<M>(Vec::new());
    let mut query = Box::new(Query::new(M::META, M::TREE));
    query.filter = Condition::In { of: M::META.key_node(None), values: keys };
    query.unordered = true;
    connection.fetch(&Select { query, form: Form::Rows }, &mut rows).await?;
    Ok(rows.0)
}
