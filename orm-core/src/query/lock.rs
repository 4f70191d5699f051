//! Which rows a query locks, and what it does where another transaction has locked them.

use crate::path::{Path, PathNode, Related};
use crate::relation::Relation;

/// How a query locks the rows that it reads, until the transaction that it runs in ends:
/// [`QuerySet::select_for_update`](super::QuerySet::select_for_update) and [`QuerySet::lock`](super::QuerySet::lock) take it.
///
/// ```
/// use orm_core::query::Lock;
///
/// /// The next job that no other worker has.
/// const NEXT: Lock = Lock::update().skip_locked();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a lock does nothing until a query takes it"]
pub struct Lock<Of = ()> {
    strength: Strength,
    wait: Wait,
    of: Of,
}

/// What a lock keeps others from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strength {
    Update,
    NoKeyUpdate,
    Share,
}

/// What is done about rows that another transaction has locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    Forever,
    Not,
    Skip,
}

impl Lock {
    /// Nobody else changes, deletes or locks the rows.
    pub const fn update() -> Self {
        Lock::of_strength(Strength::Update)
    }

    /// The same, but rows that point at them can be inserted meanwhile (PostgreSQL's `FOR NO KEY UPDATE`). On MySQL and MariaDB
    /// [`Error::Unsupported`](crate::Error::Unsupported).
    pub const fn no_key_update() -> Self {
        Lock::of_strength(Strength::NoKeyUpdate)
    }

    /// Nobody else changes or deletes the rows; others may lock them in this way too.
    pub const fn shared() -> Self {
        Lock::of_strength(Strength::Share)
    }

    const fn of_strength(strength: Strength) -> Self {
        Lock { strength, wait: Wait::Forever, of: () }
    }

    /// Locks rows of these relations of the query too: `Lock::update().of(Book::author)`, or a tuple of up to four. Each must be one that
    /// the query loads or filters by, and lead somewhere for each row.
    pub fn of<Of>(self, relations: Of) -> Lock<Of> {
        Lock { strength: self.strength, wait: self.wait, of: relations }
    }
}

impl<Of: Copy> Lock<Of> {
    /// Does not wait for rows that another transaction has locked: the query fails with [`Error::Locked`](crate::Error::Locked). On
    /// SQLite [`Error::Unsupported`](crate::Error::Unsupported). Of this and [`skip_locked`](Self::skip_locked), the last one counts.
    pub const fn nowait(self) -> Self {
        Lock { wait: Wait::Not, ..self }
    }

    /// Leaves out rows that another transaction has locked. On SQLite [`Error::Unsupported`](crate::Error::Unsupported).
    pub const fn skip_locked(self) -> Self {
        Lock { wait: Wait::Skip, ..self }
    }

    /// The same without its type.
    pub(super) fn untyped<M>(self) -> RowLock
    where
        Of: LockedWith<M>,
    {
        let mut of = Vec::new();
        self.of.paths(&mut of);
        RowLock { strength: self.strength, wait: self.wait, of }
    }
}

/// A [`Lock`], as a query keeps it.
#[derive(Debug, Clone)]
pub struct RowLock {
    pub(crate) strength: Strength,
    pub(crate) wait: Wait,
    /// The relations whose rows are locked beside those of the model.
    pub(crate) of: Vec<&'static PathNode>,
}

/// What a lock on rows of `M` may be extended to: a relation, or a tuple of up to four.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no relation of `{M}`, so a lock cannot take its rows too",
    label = "expected a relation such as `{M}::relation`, or a tuple of them"
)]
pub trait LockedWith<M>: Copy {
    /// Appends the paths.
    fn paths(self, into: &mut Vec<&'static PathNode>);
}

impl<M> LockedWith<M> for () {
    fn paths(self, _: &mut Vec<&'static PathNode>) {}
}

impl<P: Path, R: Relation> LockedWith<P::Root> for Related<P, R> {
    fn paths(self, into: &mut Vec<&'static PathNode>) {
        into.extend(<crate::path::To<P, R> as Path>::NODE);
    }
}

macro_rules! tuples {
    ($($name:ident . $index:tt),+) => {
        impl<M, $($name: LockedWith<M>),+> LockedWith<M> for ($($name,)+) {
            fn paths(self, into: &mut Vec<&'static PathNode>) {
                $(self.$index.paths(into);)+
            }
        }
    };
}
tuples!(A.0);
tuples!(A.0, B.1);
tuples!(A.0, B.1, C.2);
tuples!(A.0, B.1, C.2, D.3);
