//! What changes which rows a relation leads to, in async code.

use std::future::Future;

use orm_core::draft::Draft;
use orm_core::ops::{AddRelated, CreateRelated, NOT_IN_BULK, RemoveRelated, SetRelated};
use orm_core::query::{Async, QuerySet};
use orm_core::relation::{
    CreateJoined, IntoKeys, JoinPlainly, LinkDraft, LinkLike, Manager, ManyToMany, Relation, ToMany, Unjoin,
};
use orm_core::{Error, Result};

use crate::handle::AsyncHandle;
use crate::terminals::AsyncTerminals;

type Target<T> = <<T as AsyncManagerTerminals>::Relation as Relation>::Target;
type Join<T> = <<T as AsyncManagerTerminals>::Relation as ToMany>::Join;

/// What changes which rows a relation to many leads to from one row, in async code:
/// `Author::books.of(&author).a().add(&book, &db).await?`.
///
/// `add`, `remove` and `set` take rows or their keys: one, or an array, slice, Vec or iterator of them, in any number. Each runs in a
/// transaction, or inside of one in a savepoint, so that after an error nothing has changed. The same holds for a future that is dropped.
pub trait AsyncManagerTerminals: Sized {
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
    fn create<D>(self, draft: D, db: impl AsyncHandle) -> impl Future<Output = Result<Target<Self>>> + Send
    where
        Join<Self>: CreateJoined<Self::Relation, D>,
    {
        db.run(<Join<Self>>::create(self.into_manager().into_owner(), draft))
    }

    /// As [`create`](Self::create), for a model between that has fields of its own: `link` is a draft of it without the two keys.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    fn create_with<D, L>(self, draft: D, link: L, db: impl AsyncHandle) -> impl Future<Output = Result<Target<Self>>> + Send
    where
        D: Draft<Model = Target<Self>>,
        Self::Relation: ManyToMany,
        L: LinkDraft<Self::Relation>,
    {
        db.run(CreateRelated::linked(self.into_manager().into_owner(), draft.into_new(), LinkLike::given(link)))
    }

    /// Adds rows to those that are related, and tells how many were not. Those that are stay as they are. A row that holds the foreign key
    /// itself, and belonged to another one, belongs to this one afterwards.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if a key leads nowhere, and what the database reports; nothing was added then.
    fn add<Kind>(self, rows: impl IntoKeys<Target<Self>, Kind>, db: impl AsyncHandle) -> impl Future<Output = Result<u64>> + Send
    where
        Join<Self>: JoinPlainly<Self::Relation>,
    {
        db.run(AddRelated::new(self.into_manager(), rows, <Join<Self>>::link()))
    }

    /// As [`add`](Self::add), for a model between that has fields of its own: `link` is a draft of it without the two keys, and each new link
    /// is like it.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    fn add_with<Kind, L>(
        self,
        rows: impl IntoKeys<Target<Self>, Kind>,
        link: L,
        db: impl AsyncHandle,
    ) -> impl Future<Output = Result<u64>> + Send
    where
        Self::Relation: ManyToMany,
        L: LinkDraft<Self::Relation>,
    {
        db.run(AddRelated::new(self.into_manager(), rows, LinkLike::given(link)))
    }

    /// Takes rows out of those that are related, and tells how many were. Others are left alone. The rows themselves stay: their foreign key
    /// becomes NULL, or the link to them is deleted.
    ///
    /// # Errors
    /// What the database reports.
    fn remove<Kind>(
        self,
        rows: impl IntoKeys<Target<Self>, Kind>,
        db: impl AsyncHandle,
    ) -> impl Future<Output = Result<u64>> + Send
    where
        Join<Self>: Unjoin<Self::Relation>,
    {
        db.run(RemoveRelated::new(self.into_manager(), rows))
    }

    /// Takes out all rows that are related, as [`remove`](Self::remove) does, and tells how many there were.
    ///
    /// # Errors
    /// What the database reports.
    fn clear(self, db: impl AsyncHandle) -> impl Future<Output = Result<u64>> + Send
    where
        Join<Self>: Unjoin<Self::Relation>,
    {
        db.run(RemoveRelated::all(self.into_manager()))
    }

    /// Makes these rows the related ones, and no others: removes and adds what differs, and tells how many that were. A link that is there
    /// already keeps its row in the model between.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    fn set<Kind>(self, rows: impl IntoKeys<Target<Self>, Kind>, db: impl AsyncHandle) -> impl Future<Output = Result<u64>> + Send
    where
        Join<Self>: Unjoin<Self::Relation> + JoinPlainly<Self::Relation>,
    {
        db.run(SetRelated::new(self.into_manager(), rows, <Join<Self>>::link()))
    }

    /// As [`set`](Self::set), for a model between that has fields of its own: `link` is a draft of it without the two keys, and each new link
    /// is like it.
    ///
    /// # Errors
    /// As [`add`](Self::add).
    fn set_with<Kind, L>(
        self,
        rows: impl IntoKeys<Target<Self>, Kind>,
        link: L,
        db: impl AsyncHandle,
    ) -> impl Future<Output = Result<u64>> + Send
    where
        Self::Relation: ManyToMany,
        Join<Self>: Unjoin<Self::Relation>,
        L: LinkDraft<Self::Relation>,
    {
        db.run(SetRelated::new(self.into_manager(), rows, LinkLike::given(link)))
    }
}

impl<R: ToMany> AsyncManagerTerminals for Manager<R, Async> {
    type Relation = R;

    fn into_manager(self) -> Manager<R> {
        self.into_mode()
    }
}

impl<R: ToMany> AsyncTerminals for Manager<R, Async> {
    type Model = R::Target;
    type Rows = R::Target;

    fn into_async(self) -> QuerySet<R::Target, R::Target, Async> {
        self.query()
    }

    fn bulk_create<D: Draft<Model = R::Target>>(
        self,
        _: impl IntoIterator<Item = D>,
        _: impl AsyncHandle,
    ) -> impl Future<Output = Result<Vec<R::Target>>> + Send {
        std::future::ready(Err(Error::InvalidQuery(NOT_IN_BULK)))
    }
}
