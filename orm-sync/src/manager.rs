//! What changes which rows a relation leads to, in blocking code.

use std::panic::Location;

use orm_core::draft::Draft;
use orm_core::ops::{AddRelated, CreateRelated, NOT_IN_BULK, RemoveRelated, SetRelated};
use orm_core::query::QuerySet;
use orm_core::relation::{
    CreateJoined, IntoKeys, JoinPlainly, LinkDraft, LinkLike, Manager, ManyToMany, Relation, ToMany, Unjoin,
};
use orm_core::{Error, Result};

use crate::handle::Handle;
use crate::terminals::Terminals;

type Target<T> = <<T as ManagerTerminals>::Relation as Relation>::Target;
type Join<T> = <<T as ManagerTerminals>::Relation as ToMany>::Join;

/// What changes which rows a relation to many leads to from one row, in blocking code:
/// `Author::books.of(&author).add(&book, &db)?`.
///
/// `add`, `remove` and `set` take rows or their keys: one, or an array, slice, Vec or iterator of them, in any number. Each runs in a
/// transaction, or inside of one in a savepoint, so that after an error nothing has changed.
pub trait ManagerTerminals: Sized {
    /// The relation.
    type Relation: ToMany;

    /// The manager.
    fn into_manager(self) -> Manager<Self::Relation>;

    /// Inserts a row that is related, and gives it back with what the database filled in. Where the row itself holds the foreign key, the
    /// draft is one without it: what stands there is replaced.
    ///
    /// # Errors
    /// [`InvalidValue`](orm_core::Error::InvalidValue) if a field cannot hold its value,
    /// [`Constraint`](orm_core::Error::Constraint) if the database refuses the row.
    #[track_caller]
    fn create<D>(self, draft: D, db: impl Handle) -> Result<Target<Self>>
    where
        Join<Self>: CreateJoined<Self::Relation, D>,
    {
        db.run(<Join<Self>>::create(self.into_manager().into_owner(), draft), Location::caller())
    }

    /// As [`create`](Self::create), for a model between that has fields of its own: `link` is a draft of it without the two keys.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    #[track_caller]
    fn create_with<D, L>(self, draft: D, link: L, db: impl Handle) -> Result<Target<Self>>
    where
        D: Draft<Model = Target<Self>>,
        Self::Relation: ManyToMany,
        L: LinkDraft<Self::Relation>,
    {
        db.run_as(
            "create_with",
            CreateRelated::linked(self.into_manager().into_owner(), draft.into_new(), LinkLike::given(link)),
            Location::caller(),
        )
    }

    /// Adds rows to those that are related, and tells how many were not. Those that are stay as they are. A row that holds the foreign key
    /// itself, and belonged to another one, belongs to this one afterwards.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if a key leads nowhere, and what the database reports; nothing was added then.
    #[track_caller]
    fn add<Kind>(self, rows: impl IntoKeys<Target<Self>, Kind>, db: impl Handle) -> Result<u64>
    where
        Join<Self>: JoinPlainly<Self::Relation>,
    {
        db.run(AddRelated::new(self.into_manager(), rows, <Join<Self>>::link()), Location::caller())
    }

    /// As [`add`](Self::add), for a model between that has fields of its own: `link` is a draft of it without the two keys, and each new link
    /// is like it.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    #[track_caller]
    fn add_with<Kind, L>(self, rows: impl IntoKeys<Target<Self>, Kind>, link: L, db: impl Handle) -> Result<u64>
    where
        Self::Relation: ManyToMany,
        L: LinkDraft<Self::Relation>,
    {
        db.run_as("add_with", AddRelated::new(self.into_manager(), rows, LinkLike::given(link)), Location::caller())
    }

    /// Takes rows out of those that are related, and tells how many were. Others are left alone. The rows themselves stay: their foreign key
    /// becomes NULL, or the link to them is deleted.
    ///
    /// # Errors
    /// What the database reports.
    #[track_caller]
    fn remove<Kind>(self, rows: impl IntoKeys<Target<Self>, Kind>, db: impl Handle) -> Result<u64>
    where
        Join<Self>: Unjoin<Self::Relation>,
    {
        db.run(RemoveRelated::new(self.into_manager(), rows), Location::caller())
    }

    /// Takes out all rows that are related, as [`remove`](Self::remove) does, and tells how many there were.
    ///
    /// # Errors
    /// What the database reports.
    #[track_caller]
    fn clear(self, db: impl Handle) -> Result<u64>
    where
        Join<Self>: Unjoin<Self::Relation>,
    {
        db.run_as("clear", RemoveRelated::all(self.into_manager()), Location::caller())
    }

    /// Makes these rows the related ones, and no others: removes and adds what differs, and tells how many that were. A link that is there
    /// already keeps its row in the model between.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    #[track_caller]
    fn set<Kind>(self, rows: impl IntoKeys<Target<Self>, Kind>, db: impl Handle) -> Result<u64>
    where
        Join<Self>: Unjoin<Self::Relation> + JoinPlainly<Self::Relation>,
    {
        db.run(SetRelated::new(self.into_manager(), rows, <Join<Self>>::link()), Location::caller())
    }

    /// As [`set`](Self::set), for a model between that has fields of its own: `link` is a draft of it without the two keys, and each new link
    /// is like it.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    #[track_caller]
    fn set_with<Kind, L>(self, rows: impl IntoKeys<Target<Self>, Kind>, link: L, db: impl Handle) -> Result<u64>
    where
        Self::Relation: ManyToMany,
        Join<Self>: Unjoin<Self::Relation>,
        L: LinkDraft<Self::Relation>,
    {
        db.run_as("set_with", SetRelated::new(self.into_manager(), rows, LinkLike::given(link)), Location::caller())
    }
}

impl<R: ToMany> ManagerTerminals for Manager<R> {
    type Relation = R;

    fn into_manager(self) -> Manager<R> {
        self
    }
}

impl<R: ToMany> Terminals for Manager<R> {
    type Model = R::Target;
    type Rows = R::Target;

    fn into_blocking(self) -> QuerySet<R::Target, R::Target> {
        self.query()
    }

    fn bulk_create<D: Draft<Model = R::Target>>(self, _: impl IntoIterator<Item = D>, _: impl Handle) -> Result<Vec<R::Target>> {
        Err(Error::InvalidQuery(NOT_IN_BULK))
    }
}
