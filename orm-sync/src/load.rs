//! Loading related rows in blocking code: lazily, written out, or for rows in hand.

use std::panic::Location;

use orm_core::Result;
use orm_core::model::Model;
use orm_core::ops::{Get, LoadRelated, Operation, PrefetchInto};
use orm_core::polymorphic::{AnyOf, FetchAnyOf, LoadAnyOf, Polymorphic};
use orm_core::query::Blocking;
use orm_core::relation::ForeignKey;

use crate::handle::Handle;
use crate::lazy;

/// The lazy load of a foreign key. It takes a blocking handle, so that async code cannot spell it.
pub trait Fetch {
    /// The related row, or an `Option` of it where the key may be NULL.
    type Output;

    /// Loads the related row with a query of its own. In a loop, `select_related` does the same in one query for all: where ten such
    /// loads come from one place within a second, a warning says so once, by `tracing` with the target `amphi::n_plus_one`.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if nothing has the key; [`LazyLoad`](orm_core::Error::LazyLoad), also for no key,
    /// where lazy loads are refused.
    fn fetch(&self, db: impl Handle) -> Result<Self::Output>;
}

impl<T: Model> Fetch for ForeignKey<T> {
    type Output = T;

    #[track_caller]
    fn fetch(&self, db: impl Handle) -> Result<T> {
        let location = Location::caller();
        lazy::check(&db, T::META.name, location)?;
        let row = db.run_as("fetch", Get::<T>::by_key(self.key())?, location)?;
        lazy::note(T::META.name, location);
        Ok(row)
    }
}

impl<T: Model> Fetch for Option<ForeignKey<T>> {
    type Output = Option<T>;

    #[track_caller]
    fn fetch(&self, db: impl Handle) -> Result<Option<T>> {
        match self {
            Some(key) => key.fetch(db).map(Some),
            // Whatever the row holds, so that a test does not depend on that.
            None => lazy::check(&db, T::META.name, Location::caller()).map(|()| None),
        }
    }
}

impl<E: Polymorphic> Fetch for AnyOf<E> {
    type Output = E;

    #[track_caller]
    fn fetch(&self, db: impl Handle) -> Result<E> {
        let location = Location::caller();
        lazy::check(&db, name_of::<E>(), location)?;
        let row = db.run(FetchAnyOf::new(self.clone()), location)?;
        lazy::note(name_of::<E>(), location);
        Ok(row)
    }
}

impl<E: Polymorphic> Fetch for Option<AnyOf<E>> {
    type Output = Option<E>;

    #[track_caller]
    fn fetch(&self, db: impl Handle) -> Result<Option<E>> {
        match self {
            Some(reference) => reference.fetch(db).map(Some),
            None => lazy::check(&db, name_of::<E>(), Location::caller()).map(|()| None),
        }
    }
}

/// The name of the enum, without where it is.
fn name_of<E>() -> &'static str {
    let name = std::any::type_name::<E>();
    name.rsplit("::").next().unwrap_or(name)
}

/// The terminal of [`load_related`](orm_core::ops::InHand::load_related) and
/// [`prefetch_related`](orm_core::ops::InHand::prefetch_related) on rows in hand, in blocking code.
pub trait FetchRelated: Operation {
    /// Loads the relation and gives the rows back with it.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if a key leads nowhere.
    #[track_caller]
    fn fetch(self, db: impl Handle) -> Result<Self::Output>
    where
        Self: Sized,
    {
        db.run(self, Location::caller())
    }
}

impl<T, R> FetchRelated for LoadRelated<T, R, Blocking> where Self: Operation {}

impl<T, L> FetchRelated for PrefetchInto<T, L, Blocking> where Self: Operation {}

impl<S, A> FetchRelated for LoadAnyOf<S, A, Blocking> where Self: Operation {}
