//! Writing: `insert` and `save` of a row; `bulk_create`; `update` of a query.

use std::ops::Range;

use crate::connection::{Access, Connection};
use crate::draft::New;
use crate::error::{Error, Result};
use crate::expr::{Assignment, Assignments};
use crate::field::Key;
use crate::meta::ModelMeta;
use crate::model::{Model, now};
use crate::ops::{Exists, Operation, hooked};
use crate::query::{Query, RowTree};
use crate::sql::{Insert, RowKey, Update, UpdateRow};

/// Inserts a row.
#[derive(Debug)]
pub struct InsertOne<M>(New<M>);

impl<M: Model> InsertOne<M> {
    /// The insert of a row.
    pub fn new(row: New<M>) -> Self {
        InsertOne(row)
    }
}

impl<M: Model> Operation for InsertOne<M> {
    type Output = M;
    const NAME: &'static str = "insert";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<M> {
        if M::HAS_HOOKS { hooked::insert(self.0, connection).await } else { insert(self.0, connection).await }
    }
}

/// Inserts a row, and nothing else.
pub(super) async fn insert<M: Model, C: Connection>(row: New<M>, connection: &mut C) -> Result<M> {
    let New { mut row, keyed } = row;
    touch(&mut row, true);
    let generated = connection.insert(&Insert::row(&row, keyed)?).await?;
    if !keyed {
        set_generated(&mut row, generated)?;
    }
    Ok(row)
}

/// Fills in the times of `auto_now`, and where `inserting` of `auto_now_add` and the first version; a row without any does not ask the
/// clock.
pub fn touch<M: Model>(row: &mut M, inserting: bool) {
    if inserting {
        row.set_version(1);
    }
    if M::HAS_CLOCK {
        row.touch(now(), inserting);
    }
}

/// Gives a row the key that the database filled in, if it fills in this model's.
///
/// # Errors
/// [`Error::InvalidValue`] if the key's type is too narrow for it.
pub fn set_generated<M: Model>(row: &mut M, id: i64) -> Result<()> {
    if M::META.generated_key {
        row.set_key(generated_key::<M>(id)?);
    }
    Ok(())
}

/// The key of a model from the number that the database filled in.
///
/// # Errors
/// [`Error::InvalidValue`] if the key's type is too narrow for it.
fn generated_key<M: Model>(id: i64) -> Result<M::Key> {
    M::Key::from_generated(id).ok_or_else(|| Error::InvalidValue {
        model: M::META.name,
        field: M::META.key_field().name,
        reason: "the database filled in a key that is too large for the field's type".to_owned(),
    })
}

/// Inserts rows, all or none.
#[derive(Debug)]
pub struct BulkCreate<M> {
    rows: Vec<M>,
    /// Where rows with keys begin after rows without, and the other way round. The first rows, if any, are without.
    turns: Vec<usize>,
}

impl<M: Model> BulkCreate<M> {
    /// The insert of rows.
    pub fn new(drafts: impl IntoIterator<Item = New<M>>) -> Self {
        let drafts = drafts.into_iter();
        let mut rows = Vec::with_capacity(drafts.size_hint().0);
        let mut turns = Vec::new();
        for New { row, keyed } in drafts {
            if keyed == turns.len().is_multiple_of(2) {
                turns.push(rows.len());
            }
            rows.push(row);
        }
        BulkCreate { rows, turns }
    }
}

/// The stretches of rows that have all their keys, or all none, and which of both.
fn stretches<'t>(turns: &'t [usize], rows: usize) -> impl Iterator<Item = (Range<usize>, bool)> + use<'t> {
    let starts = std::iter::once(0).chain(turns.iter().copied());
    let ends = turns.iter().copied().chain(std::iter::once(rows));
    starts.zip(ends).enumerate().map(|(at, (start, end))| (start..end, !at.is_multiple_of(2)))
}

/// Inserts rows in their order, inside a transaction.
async fn insert_all<M: Model, C: Connection>(rows: &mut [M], turns: &[usize], connection: &mut C) -> Result<()> {
    for (stretch, keyed) in stretches(turns, rows.len()) {
        if let Some(rows) = rows.get_mut(stretch) {
            connection.insert_rows(rows, keyed).await?;
        }
    }
    Ok(())
}

impl<M: Model> Operation for BulkCreate<M> {
    type Output = Vec<M>;
    const NAME: &'static str = "bulk_create";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Vec<M>> {
        let BulkCreate { mut rows, turns } = self;
        if rows.is_empty() {
            return Ok(rows);
        }
        let features = connection.dialect().features();
        features.takes(M::META)?;
        for (stretch, keyed) in stretches(&turns, rows.len()) {
            for row in rows.get_mut(stretch).into_iter().flatten() {
                touch(row, true);
                crate::check::check_row(row, keyed, features)?;
            }
        }
        connection.begin().await?;
        let inserted = insert_all(&mut rows, &turns, connection).await;
        finish(connection, inserted).await?;
        Ok(rows)
    }
}

/// Commits what went well and undoes what did not.
pub(crate) async fn finish<T, E: From<Error>, C: Connection>(connection: &mut C, outcome: Result<T, E>) -> Result<T, E> {
    match outcome {
        Ok(value) => {
            connection.commit().await?;
            Ok(value)
        }
        Err(error) => {
            // The first error is the one to tell; a connection that cannot roll back is closed by its lease.
            let _ = connection.rollback().await;
            Err(error)
        }
    }
}

/// Writes fields of a row that is there.
#[derive(Debug)]
pub struct SaveRow<'r>(UpdateRow<'r>);

impl<'r> SaveRow<'r> {
    /// The update of a row.
    pub fn new(update: UpdateRow<'r>) -> Self {
        SaveRow(update)
    }

    /// The same, owning its values.
    #[must_use]
    pub fn into_owned(self) -> OwnedSave {
        OwnedSave(SaveRow(self.0.into_owned()))
    }
}

/// What a row in hand has to be told of its save.
#[derive(Debug, Clone, Copy)]
#[must_use = "the row in hand has its old version still"]
pub struct Saved {
    version: Option<i64>,
}

impl Saved {
    /// Gives the row the version that it has now.
    pub fn tell<M: Model>(self, row: &mut M) {
        if let Some(version) = self.version {
            row.set_version(version);
        }
    }
}

impl Operation for SaveRow<'_> {
    type Output = Saved;
    const NAME: &'static str = "save";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Saved> {
        if self.0.is_empty() {
            return Ok(Saved { version: None });
        }
        match connection.execute(&self.0).await? {
            0 => Err(not_found(self.0.model(), self.0.key(), connection).await?),
            _ => Ok(Saved { version: self.0.key().version.as_ref().and_then(|version| version.next) }),
        }
    }
}

/// Why a write of one row found none: there is none, or it has another version.
pub(super) async fn not_found<C: Connection>(model: &'static ModelMeta, key: &RowKey<'_>, connection: &mut C) -> Result<Error> {
    if key.version.is_some() {
        let mut query = Box::new(Query::new(model, &RowTree::NOT_LOADED));
        query.filter = key.condition_of_key(model);
        if Exists::new(query).run(connection).await? {
            return Ok(Error::Stale { model: model.name });
        }
    }
    Ok(Error::DoesNotExist { model: model.name })
}

/// An operation that borrows from a row, owning what it borrowed: for work that crosses threads.
///
/// A type without a lifetime, because the compiler forgets that a lifetime inside a future is `'static`, and then does not find the
/// future to be `Send`.
macro_rules! owned {
    ($name:ident, $borrowing:ident) => {
        #[doc = concat!("[`", stringify!($borrowing), "`], owning what it borrowed.")]
        #[derive(Debug)]
        pub struct $name($borrowing<'static>);

        impl Operation for $name {
            type Output = <$borrowing<'static> as Operation>::Output;
            const NAME: &'static str = <$borrowing<'static> as Operation>::NAME;
            const ACCESS: Access = Access::Write;

            async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
                self.0.run(connection).await
            }
        }
    };
}
owned!(OwnedSave, SaveRow);
pub(super) use owned;

/// Sets fields of a query's rows.
#[derive(Debug)]
pub struct UpdateQuery(Result<Update>);

impl UpdateQuery {
    /// The update of a query's rows.
    pub fn new<M>(query: Box<Query>, assignments: impl Assignments<M>) -> Self {
        let mut list: Vec<Assignment<M>> = Vec::new();
        assignments.collect(&mut list);
        UpdateQuery(Update::new(query, list.into_iter().map(|assignment| (assignment.field, assignment.node))))
    }
}

impl Operation for UpdateQuery {
    type Output = u64;
    const NAME: &'static str = "update";
    const ACCESS: Access = Access::Write;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<u64> {
        let update = self.0?;
        if update.is_never() { Ok(0) } else { connection.execute(&update).await }
    }
}
