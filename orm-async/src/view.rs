//! `.a()`: the async view of a query, a draft, a row, or rows in hand.

use orm_core::draft::Drafting;
use orm_core::model::Model;
use orm_core::ops::{LoadRelated, PrefetchInto};
use orm_core::polymorphic::LoadAnyOf;
use orm_core::query::{Async, Blocking, QuerySet};
use orm_core::relation::{Manager, Relation};

/// The async view of a query.
pub trait IntoAsync {
    /// The view.
    type View;

    /// The same, with terminals that are awaited. It may stand anywhere in the chain.
    fn a(self) -> Self::View;
}

impl<M, S> IntoAsync for QuerySet<M, S, Blocking> {
    type View = QuerySet<M, S, Async>;

    fn a(self) -> Self::View {
        self.into_mode()
    }
}

impl<T, R> IntoAsync for LoadRelated<T, R, Blocking> {
    type View = LoadRelated<T, R, Async>;

    fn a(self) -> Self::View {
        self.into_mode()
    }
}

impl<T, L> IntoAsync for PrefetchInto<T, L, Blocking> {
    type View = PrefetchInto<T, L, Async>;

    fn a(self) -> Self::View {
        self.into_mode()
    }
}

impl<R: Relation> IntoAsync for Manager<R, Blocking> {
    type View = Manager<R, Async>;

    fn a(self) -> Self::View {
        self.into_mode()
    }
}

impl<S, A> IntoAsync for LoadAnyOf<S, A, Blocking> {
    type View = LoadAnyOf<S, A, Async>;

    fn a(self) -> Self::View {
        self.into_mode()
    }
}

#[cfg(feature = "sync")]
impl IntoAsync for &orm_sync::Database {
    type View = crate::AsyncDatabase;

    /// The async database over the same settings: on SQLite over the same connections too.
    fn a(self) -> crate::AsyncDatabase {
        let driver = match self.driver() {
            #[cfg(feature = "sqlite")]
            orm_sync::Driver::Sqlite(pool) => crate::driver::Driver::Sqlite(pool.clone()),
            #[cfg(feature = "server")]
            orm_sync::Driver::Server(pool) => crate::driver::Driver::Server(pool.tasks()),
        };
        crate::AsyncDatabase { driver }
    }
}

/// The async view of a draft.
pub trait DraftView: Drafting + Sized {
    /// The same, with terminals that are awaited.
    fn a(self) -> crate::AsyncDraft<Self> {
        crate::AsyncDraft(self)
    }
}

impl<D: Drafting> DraftView for D {}

/// The async view of a row.
pub trait RowView: Model {
    /// The same, with terminals that are awaited.
    fn a(&mut self) -> crate::AsyncRow<'_, Self> {
        crate::AsyncRow(self)
    }
}

impl<M: Model> RowView for M {}
