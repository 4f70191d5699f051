//! Writing single rows in async code.

use orm_core::Result;
use orm_core::draft::{Draft, Drafting};
use orm_core::expr::FieldSet;
use orm_core::model::Model;
use orm_core::ops::{Deleted, InsertOne, Refresh, RemoveHooked, RemoveRow, SaveHooked, SaveRow, touch};
use orm_core::sql::{DeleteRow, UpdateRow};

use crate::handle::AsyncHandle;

/// The async view of a draft: `Book::create().title("Kindred").a()`.
#[must_use = "the row is not in the database until it is inserted"]
#[derive(Debug)]
pub struct AsyncDraft<D>(pub(crate) D);

impl<D: Drafting> AsyncDraft<D> {
    /// Inserts the row and gives it back with what the database filled in. It never updates.
    ///
    /// # Errors
    /// [`InvalidValue`](orm_core::Error::InvalidValue) if a field cannot hold its value,
    /// [`Constraint`](orm_core::Error::Constraint) if the database refuses the row.
    pub async fn insert(self, db: impl AsyncHandle) -> Result<D::Model>
    where
        D: Draft,
        D::Model: Model,
    {
        let row = self.0.into_new();
        db.run(InsertOne::new(row)).await
    }
}

/// The async view of a row that is in the database.
#[derive(Debug)]
pub struct AsyncRow<'r, M>(pub(crate) &'r mut M);

impl<M: Model> AsyncRow<'_, M> {
    /// Writes all fields of the row. It never inserts: a row that was deleted stays deleted.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if the row is not there, [`Stale`](orm_core::Error::Stale) if it has another
    /// version, [`InvalidValue`](orm_core::Error::InvalidValue), [`Constraint`](orm_core::Error::Constraint).
    pub async fn save(self, db: impl AsyncHandle) -> Result<()> {
        if let Some(save) = SaveHooked::all(self.0) {
            *self.0 = db.run(save).await?;
            return Ok(());
        }
        touch(self.0, false);
        let save = SaveRow::new(UpdateRow::all(self.0)?).into_owned();
        db.run(save).await?.tell(self.0);
        Ok(())
    }

    /// Writes the named fields of the row, and those that `auto_now` fills in (Django's `save(update_fields=..)`).
    ///
    /// # Errors
    /// As [`save`](Self::save).
    pub async fn update(self, fields: impl FieldSet<M>, db: impl AsyncHandle) -> Result<()> {
        if let Some(save) = SaveHooked::of_fields(self.0, &fields) {
            *self.0 = db.run(save).await?;
            return Ok(());
        }
        touch(self.0, false);
        let save = SaveRow::new(UpdateRow::of_fields(self.0, fields)?).into_owned();
        db.run(save).await?.tell(self.0);
        Ok(())
    }

    /// Writes the fields that differ from those of `before`, a copy of the row as it was read.
    ///
    /// # Errors
    /// As [`save`](Self::save). Nothing is sent if nothing differs.
    pub async fn update_changed(self, before: &M, db: impl AsyncHandle) -> Result<()> {
        if UpdateRow::changed(self.0, before)?.is_empty() {
            return Ok(());
        }
        if let Some(save) = SaveHooked::changed(self.0, before) {
            *self.0 = db.run(save).await?;
            return Ok(());
        }
        touch(self.0, false);
        let save = SaveRow::new(UpdateRow::changed(self.0, before)?).into_owned();
        db.run(save).await?.tell(self.0);
        Ok(())
    }

    /// Deletes the row and tells how many rows went, of each model: what points at it follows its `on_delete`. All goes, or nothing.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if the row is not there, [`Stale`](orm_core::Error::Stale) if it has another
    /// version, [`Protected`](orm_core::Error::Protected) or [`Restricted`](orm_core::Error::Restricted) if another row stands in the way.
    pub async fn delete(self, db: impl AsyncHandle) -> Result<Deleted> {
        if let Some(remove) = RemoveHooked::new(self.0) {
            return db.run(remove).await;
        }
        let delete = RemoveRow::new(DeleteRow::new(self.0)?).into_owned();
        db.run(delete).await
    }

    /// Reads the row anew (Django's `arefresh_from_db`).
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if the row is not there any more.
    pub async fn refresh(self, db: impl AsyncHandle) -> Result<()> {
        let refresh = Refresh::new(self.0)?;
        *self.0 = db.run(refresh).await?;
        Ok(())
    }
}
