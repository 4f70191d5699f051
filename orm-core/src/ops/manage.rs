//! What a [`Manager`] does to the rows of its relation: `create`, `add`, `remove`, `clear` and `set`.

use crate::connection::{Access, Connection};
use crate::draft::New;
use crate::error::{Error, Result};
use crate::model::Model;
use crate::ops::write::finish;
use crate::ops::{InsertOne, Operation};
use crate::relation::{IntoKeys, Link, Manager, MemberKey, OwnerKey, ToMany, Unjoin, Which, each_once};

/// Why `bulk_create` of a [`Manager`] is refused.
pub const NOT_IN_BULK: &str =
    "many rows are not created through a relation: insert them by `objects().bulk_create(..)`, then `add` them";

/// How often work that the database gave up in favour of others is begun, where nothing else is lost with it.
const ATTEMPTS: usize = 5;

/// Runs work in a transaction of its own, or in a savepoint of one that is open. What others kept from being done is done again, if
/// that is all that was undone.
macro_rules! atomic {
    ($connection:ident, $work:expr) => {{
        let mut attempts = if $connection.in_transaction() { 1 } else { ATTEMPTS };
        loop {
            attempts -= 1;
            $connection.begin().await?;
            let outcome = $work;
            match finish($connection, outcome).await {
                Err(Error::Retryable { .. }) if attempts > 0 => {}
                outcome => break outcome,
            }
        }
    }};
}

/// Inserts a row and gives it to another one.
pub struct CreateRelated<R: ToMany, L> {
    owner: OwnerKey<R>,
    row: New<R::Target>,
    link: Option<L>,
}

impl<R: ToMany, L> CreateRelated<R, L> {
    /// The insert of a row that holds the key of its owner already.
    pub fn alone(owner: OwnerKey<R>, row: New<R::Target>) -> Self {
        CreateRelated { owner, row, link: None }
    }

    /// The insert of a row, and of its link.
    pub fn linked(owner: OwnerKey<R>, row: New<R::Target>, link: L) -> Self {
        CreateRelated { owner, row, link: Some(link) }
    }
}

impl<R: ToMany, L: Link<R>> Operation for CreateRelated<R, L> {
    type Output = R::Target;
    const NAME: &'static str = "create";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<R::Target> {
        let insert = InsertOne::new(self.row);
        let Some(link) = self.link else { return insert.run(connection).await };
        connection.begin().await?;
        let created = create_linked::<R, L, C>(&self.owner, insert, link, connection).await;
        finish(connection, created).await
    }
}

async fn create_linked<R: ToMany, L: Link<R>, C: Connection>(
    owner: &OwnerKey<R>,
    insert: InsertOne<R::Target>,
    link: L,
    connection: &mut C,
) -> Result<R::Target> {
    let row = insert.run(connection).await?;
    let key = row.key().into_owned();
    let ready = link.ready(owner, &key);
    L::add(&ready, owner, std::slice::from_ref(&key), connection).await?;
    Ok(row)
}

/// Gives rows to a row, and tells how many it did not have.
pub struct AddRelated<R: ToMany, L> {
    owner: OwnerKey<R>,
    members: Vec<MemberKey<R>>,
    link: L,
}

impl<R: ToMany, L: Link<R>> AddRelated<R, L> {
    /// The rows for the row of a manager.
    pub fn new<Mode, Kind>(manager: Manager<R, Mode>, members: impl IntoKeys<R::Target, Kind>, link: L) -> Self {
        AddRelated { owner: manager.into_owner(), members: each_once(members), link }
    }
}

impl<R: ToMany, L: Link<R>> Operation for AddRelated<R, L> {
    type Output = u64;
    const NAME: &'static str = "add";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<u64> {
        let AddRelated { owner, members, link } = self;
        let Some(first) = members.first() else { return Ok(0) };
        let ready = link.ready(&owner, first);
        atomic!(connection, L::add(&ready, &owner, &members, connection).await)
    }
}

/// Takes rows of a row from it, and tells how many there were.
pub struct RemoveRelated<R: ToMany> {
    owner: OwnerKey<R>,
    which: Which<MemberKey<R>>,
}

impl<R: ToMany> RemoveRelated<R> {
    /// Some rows of the row of a manager.
    pub fn new<Mode, Kind>(manager: Manager<R, Mode>, members: impl IntoKeys<R::Target, Kind>) -> Self {
        RemoveRelated { owner: manager.into_owner(), which: Which::These(each_once(members)) }
    }

    /// All rows of the row of a manager.
    pub fn all<Mode>(manager: Manager<R, Mode>) -> Self {
        RemoveRelated { owner: manager.into_owner(), which: Which::All }
    }
}

impl<R: ToMany<Join: Unjoin<R>>> Operation for RemoveRelated<R> {
    type Output = u64;
    const NAME: &'static str = "remove";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<u64> {
        if matches!(&self.which, Which::These(members) if members.is_empty()) {
            return Ok(0);
        }
        atomic!(connection, <R::Join as Unjoin<R>>::remove(&self.owner, &self.which, connection).await)
    }
}

/// Gives a row exactly these rows, and tells how many it lost and got.
pub struct SetRelated<R: ToMany, L> {
    owner: OwnerKey<R>,
    members: Vec<MemberKey<R>>,
    link: L,
}

impl<R: ToMany, L: Link<R>> SetRelated<R, L> {
    /// The rows for the row of a manager.
    pub fn new<Mode, Kind>(manager: Manager<R, Mode>, members: impl IntoKeys<R::Target, Kind>, link: L) -> Self {
        SetRelated { owner: manager.into_owner(), members: each_once(members), link }
    }
}

impl<R: ToMany<Join: Unjoin<R>>, L: Link<R>> Operation for SetRelated<R, L> {
    type Output = u64;
    const NAME: &'static str = "set";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<u64> {
        let SetRelated { owner, members, link } = self;
        let ready = members.first().map(|first| link.ready(&owner, first));
        let others = Which::AllBut(members.clone());
        atomic!(connection, set::<R, L, C>(&owner, &members, &others, ready.as_ref(), connection).await)
    }
}

async fn set<R: ToMany<Join: Unjoin<R>>, L: Link<R>, C: Connection>(
    owner: &OwnerKey<R>,
    members: &[MemberKey<R>],
    others: &Which<MemberKey<R>>,
    ready: Option<&L::Ready>,
    connection: &mut C,
) -> Result<u64> {
    let removed = <R::Join as Unjoin<R>>::remove(owner, others, connection).await?;
    match ready {
        Some(ready) => Ok(removed + L::add(ready, owner, members, connection).await?),
        None => Ok(removed),
    }
}
