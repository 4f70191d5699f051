//! The way back of a foreign key whose target does not declare it, as a model of another crate cannot.

use std::ops::Deref;

use crate::connection::Connection;
use crate::error::Result;
use crate::meta::{OnDelete, RelationKind, RelationMeta};
use crate::path::{RelatedSet, Root};
use crate::query::{Prefetch, RowTree};
use crate::relation::{Back, Forward, Many, NotLoaded, Relation, Row, Slot};
use crate::row::{ColumnReader, DecodeError, FromRow};

/// The way back of the foreign key `F`: `Order::user.reverse()`.
pub struct BackOf<F>(std::marker::PhantomData<fn() -> F>);

impl<F: Forward> Relation for BackOf<F> {
    type Source = F::Target;
    type Target = F::Source;
    type Cardinality = Many;
    const META: &'static RelationMeta = &RelationMeta {
        name: match F::META.related_name {
            Some(name) => name,
            None => F::META.name,
        },
        kind: RelationKind::BackToMany,
        field: F::META.field,
        source: F::META.target,
        target: F::META.source,
        nullable: true,
        on_delete: OnDelete::DoNothing,
        related_name: None,
    };
}

impl<F: Forward> Back for BackOf<F> {
    type Of = F;
}

impl<F: Forward> crate::path::Related<Root<F::Source>, F> {
    /// The way back of the foreign key, for a target that does not declare it by `#[has_many(..)]`, such as a model of another crate.
    ///
    /// It stands wherever a declared one does: in lookups of the target's rows and in `prefetch_related`, whose rows
    /// [`beside`](Beside::beside) gives. Load relations to one before it.
    pub fn reverse(self) -> RelatedSet<Root<F::Target>, BackOf<F>> {
        RelatedSet::NEW
    }
}

/// A row and what was loaded beside it of a relation that its model does not declare; it derefs to the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Beside<S, N, R>(S, N, std::marker::PhantomData<fn() -> R>);

impl<S: Row, N, R: Relation<Source = S::Model>> Beside<S, N, R> {
    /// What was loaded of the relation.
    pub fn beside(&self, _relation: RelatedSet<Root<S::Model>, R>) -> &N {
        &self.1
    }

    /// The row without what was loaded beside it.
    pub fn into_row(self) -> S {
        self.0
    }
}

impl<S, N, R> Deref for Beside<S, N, R> {
    type Target = S;

    fn deref(&self) -> &S {
        &self.0
    }
}

impl<S: Row, F: Forward<Target = S::Model>> Slot<BackOf<F>> for S {
    type Current = NotLoaded<BackOf<F>>;
    type With<N: FromRow> = Beside<S, N, BackOf<F>>;

    fn current(&self) -> &Self::Current {
        const { &NotLoaded::NEW }
    }

    fn with<N: FromRow>(self, slot: N) -> Self::With<N> {
        Beside(self, slot, std::marker::PhantomData)
    }
}

impl<S: Row, N: FromRow, R: Relation<Source = S::Model>> FromRow for Beside<S, N, R> {
    const WIDTH: usize = S::WIDTH;
    const TREE: &'static RowTree = S::TREE;
    const PREFETCHES: bool = true;

    #[inline]
    fn from_row<C: ColumnReader>(row: &C, at: usize) -> Result<Self, DecodeError> {
        // Its rows are read by a query of their own: they have no columns here.
        const { assert!(N::WIDTH == 0) }
        Ok(Beside(S::from_row(row, at)?, N::from_row(row, at + S::WIDTH)?, std::marker::PhantomData))
    }

    async fn prefetch<C: Connection>(mut rows: Vec<&mut Self>, plan: &[Prefetch], connection: &mut C) -> crate::Result<()> {
        if S::PREFETCHES {
            S::prefetch(rows.iter_mut().map(|row| &mut row.0).collect(), plan, connection).await?;
        }
        let slots = rows.iter_mut().map(|row| (row.0.model(), &mut row.1)).collect();
        N::fill::<R, C>(slots, plan, connection).await
    }
}

impl<S: Row, N: FromRow, R: Relation<Source = S::Model>> Row for Beside<S, N, R> {
    type Model = S::Model;

    fn model(&self) -> &S::Model {
        self.0.model()
    }

    fn into_model(self) -> S::Model {
        self.0.into_model()
    }
}
