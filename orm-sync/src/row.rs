//! Writing single rows in blocking code.

use std::panic::Location;

use orm_core::Result;
use orm_core::draft::{Draft, Drafting};
use orm_core::expr::FieldSet;
use orm_core::model::Model;
use orm_core::ops::{Deleted, InsertOne, Refresh, RemoveHooked, RemoveRow, SaveHooked, SaveRow as Save, touch};
use orm_core::sql::{DeleteRow, UpdateRow};

use crate::handle::Handle;

/// Inserting what is not in the database yet.
pub trait Insert: Drafting + Sized {
    /// Inserts the row and gives it back with what the database filled in. It never updates.
    ///
    /// # Errors
    /// [`InvalidValue`](orm_core::Error::InvalidValue) if a field cannot hold its value,
    /// [`Constraint`](orm_core::Error::Constraint) if the database refuses the row.
    #[track_caller]
    fn insert(self, db: impl Handle) -> Result<Self::Model>
    where
        Self: Draft,
        Self::Model: Model,
    {
        db.run(InsertOne::new(self.into_new()), Location::caller())
    }
}

impl<D: Drafting> Insert for D {}

/// Writing a row that is in the database.
pub trait SaveRow: Model {
    /// Writes all fields of the row. It never inserts: a row that was deleted stays deleted.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if the row is not there, [`Stale`](orm_core::Error::Stale) if it has another
    /// version, [`InvalidValue`](orm_core::Error::InvalidValue), [`Constraint`](orm_core::Error::Constraint).
    #[track_caller]
    fn save(&mut self, db: impl Handle) -> Result<()> {
        if let Some(save) = SaveHooked::all(self) {
            *self = db.run(save, Location::caller())?;
            return Ok(());
        }
        touch(self, false);
        db.run(Save::new(UpdateRow::all(self)?), Location::caller())?.tell(self);
        Ok(())
    }

    /// Writes the named fields of the row, and those that `auto_now` fills in (Django's `save(update_fields=..)`).
    ///
    /// # Errors
    /// As [`save`](Self::save).
    #[track_caller]
    fn update(&mut self, fields: impl FieldSet<Self>, db: impl Handle) -> Result<()> {
        if let Some(save) = SaveHooked::of_fields(self, &fields) {
            *self = db.run_as("update", save, Location::caller())?;
            return Ok(());
        }
        touch(self, false);
        db.run_as("update", Save::new(UpdateRow::of_fields(self, fields)?), Location::caller())?.tell(self);
        Ok(())
    }

    /// Writes the fields that differ from those of `before`, a copy of the row as it was read.
    ///
    /// # Errors
    /// As [`save`](Self::save). Nothing is sent if nothing differs.
    #[track_caller]
    fn update_changed(&mut self, before: &Self, db: impl Handle) -> Result<()> {
        if UpdateRow::changed(self, before)?.is_empty() {
            return Ok(());
        }
        if let Some(save) = SaveHooked::changed(self, before) {
            *self = db.run_as("update_changed", save, Location::caller())?;
            return Ok(());
        }
        touch(self, false);
        db.run_as("update_changed", Save::new(UpdateRow::changed(self, before)?), Location::caller())?.tell(self);
        Ok(())
    }

    /// Deletes the row and tells how many rows went, of each model: what points at it follows its `on_delete`. All goes, or nothing.
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if the row is not there, [`Stale`](orm_core::Error::Stale) if it has another
    /// version, [`Protected`](orm_core::Error::Protected) or [`Restricted`](orm_core::Error::Restricted) if another row stands in the way.
    #[track_caller]
    fn delete(&self, db: impl Handle) -> Result<Deleted> {
        match RemoveHooked::new(self) {
            Some(remove) => db.run(remove, Location::caller()),
            None => db.run(RemoveRow::new(DeleteRow::new(self)?), Location::caller()),
        }
    }

    /// Reads the row anew (Django's `refresh_from_db`).
    ///
    /// # Errors
    /// [`DoesNotExist`](orm_core::Error::DoesNotExist) if the row is not there any more.
    #[track_caller]
    fn refresh(&mut self, db: impl Handle) -> Result<()> {
        *self = db.run(Refresh::new(self)?, Location::caller())?;
        Ok(())
    }
}

impl<M: Model> SaveRow for M {}
