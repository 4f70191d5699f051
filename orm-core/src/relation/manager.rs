//! The rows that a relation to many leads to from one row: `Author::books.of(&author)`.

use std::fmt;
use std::marker::PhantomData;

use crate::expr::Cond;
use crate::model::Model;
use crate::path::{RelatedSet, Root};
use crate::query::{Blocking, Lock, LockedWith, OrderTerms, QuerySet, SelectList, ValuesOf, ValuesStruct};
use crate::relation::{Join, Load, LoadIf, OwnerKey, PrefetchRelated, Relation, Row, ToMany};

/// The rows of the relation `R` of one row (Django's related manager): a query that is filtered already, and what changes which rows
/// are its.
///
/// All that a query takes applies to it: builders such as `filter` give the query, and terminals such as `all` run it. In blocking code
/// `create`, `add`, `remove`, `set` and `clear` change which rows are related; behind `.a()` they are awaited.
#[must_use = "a manager does nothing until a terminal such as `all` or `add` runs it"]
pub struct Manager<R: Relation, Mode = Blocking> {
    owner: OwnerKey<R>,
    mode: PhantomData<fn() -> Mode>,
}

impl<M: Model, R: ToMany<Source = M>> RelatedSet<Root<M>, R> {
    /// The related rows of one row: `Author::books.of(&author)`.
    ///
    /// ```
    /// # use orm_core::path::{RelatedSet, Root};
    /// # use orm_core::query::QuerySet;
    /// # use orm_core::relation::{Row, ToMany};
    /// fn first_ten<R: ToMany>(all: RelatedSet<Root<R::Source>, R>, owner: &impl Row<Model = R::Source>) -> QuerySet<R::Target> {
    ///     all.of(owner).limit(10)
    /// }
    /// ```
    pub fn of(self, owner: &impl Row<Model = M>) -> Manager<R> {
        Manager { owner: owner.model().key().into_owned(), mode: PhantomData }
    }

    /// The related rows of the row with this key.
    pub fn of_key(self, owner: impl Into<M::Key>) -> Manager<R> {
        Manager { owner: owner.into(), mode: PhantomData }
    }
}

impl<R: Relation, Mode> Clone for Manager<R, Mode> {
    fn clone(&self) -> Self {
        Manager { owner: self.owner.clone(), mode: PhantomData }
    }
}

impl<R: Relation<Source: Model<Key: Copy>>, Mode> Copy for Manager<R, Mode> {}

impl<R: Relation, Mode> fmt::Debug for Manager<R, Mode> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}::{}.of({:?})", R::Source::META.name, R::META.name, self.owner)
    }
}

impl<R: Relation, Mode> Manager<R, Mode> {
    /// The same in another mode.
    pub fn into_mode<Other>(self) -> Manager<R, Other> {
        Manager { owner: self.owner, mode: PhantomData }
    }

    /// The key of the row.
    #[must_use]
    pub fn into_owner(self) -> OwnerKey<R> {
        self.owner
    }
}

type Rows<R, S, Mode> = QuerySet<<R as Relation>::Target, S, Mode>;
type Plain<R, Mode> = Rows<R, <R as Relation>::Target, Mode>;

impl<R: ToMany, Mode> Manager<R, Mode> {
    /// The query for its rows.
    pub fn query(self) -> Plain<R, Mode> {
        QuerySet::new().filter(Cond::new(R::Join::belongs_to(&self.owner))).into_mode()
    }
}

/// Builders that give rows of the same type.
macro_rules! builders {
    ($($name:ident($($argument:ident: $type:ty),*);)+) => {$(
        #[doc = concat!("[`QuerySet::", stringify!($name), "`] of its rows.")]
        pub fn $name(self $(, $argument: $type)*) -> Plain<R, Mode> {
            self.query().$name($($argument),*)
        }
    )+};
}

/// All that a query can be told, of the query for the rows.
impl<R: ToMany, Mode> Manager<R, Mode> {
    builders! {
        filter(condition: Cond<R::Target>);
        exclude(condition: Cond<R::Target>);
        order_by(terms: impl OrderTerms<R::Target>);
        reverse();
        limit(count: u64);
        offset(count: u64);
        slice(range: impl std::ops::RangeBounds<u64>);
        distinct();
        none();
        select_for_update();
    }

    /// [`QuerySet::lock`] of its rows.
    pub fn lock<Of: LockedWith<R::Target>>(self, lock: Lock<Of>) -> Plain<R, Mode> {
        self.query().lock(lock)
    }

    /// [`QuerySet::values`] of its rows.
    pub fn values<L: SelectList<R::Target>>(self, columns: L) -> Rows<R, L::Output, Mode> {
        self.query().values(columns)
    }

    /// [`QuerySet::values_as`] of its rows.
    pub fn values_as<T: ValuesStruct<Model = R::Target>>(self) -> Rows<R, ValuesOf<T>, Mode> {
        self.query().values_as()
    }

    /// [`QuerySet::select_related`] of its rows.
    pub fn select_related<L: Load<R::Target>>(self, relations: L) -> Rows<R, L::Loaded, Mode> {
        self.query().select_related(relations)
    }

    /// [`QuerySet::select_related_if`] of its rows.
    pub fn select_related_if<L: LoadIf<R::Target>>(self, load: bool, relation: L) -> Rows<R, L::Loaded, Mode> {
        self.query().select_related_if(load, relation)
    }

    /// [`QuerySet::prefetch_related`] of its rows.
    pub fn prefetch_related<L: PrefetchRelated<R::Target>>(self, relations: L) -> Rows<R, L::Loaded, Mode> {
        self.query().prefetch_related(relations)
    }
}
