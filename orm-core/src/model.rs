//! What the derive makes of a struct.

use std::borrow::Cow;
use std::future::Future;

use chrono::{DateTime, Utc};

use crate::connection::Connection;
use crate::error::Result;
use crate::field::Key;
use crate::hooks::Hook;
use crate::meta::{FieldMeta, ModelMeta};
use crate::path::Path;
use crate::row::FromRow;
use crate::running::Running;
use crate::value::{Value, ValueError};

/// A struct whose values are rows of a table. Made by `#[derive(Model)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "add `#[derive(Model)]` to the struct"
)]
pub trait Model: FromRow + Sync {
    /// The primary key's type.
    type Key: Key;

    /// The fields as seen from the end of a path.
    type Fields<P: Path>: PathFields;

    /// Table, fields and default order.
    const META: &'static ModelMeta;

    /// The fields of a primary key of several, of which a foreign key to this model is made; empty for a key of one field.
    const KEY_FIELDS: &'static [FieldMeta] = &[];

    /// The primary key: the field itself, or of several a tuple of them.
    fn key(&self) -> Cow<'_, Self::Key>;

    /// Replaces the primary key by the one that the database filled in.
    fn set_key(&mut self, key: Self::Key);

    /// The value of the field at a position; of the key, for a position that is not there.
    ///
    /// # Errors
    /// [`ValueError`] if the value cannot be stored exactly.
    fn value(&self, field: usize) -> Result<Value<'_>, ValueError>;

    /// Whether a field has `auto_now` or `auto_now_add`.
    const HAS_CLOCK: bool = false;

    /// Sets what `auto_now`, and where `inserting` also `auto_now_add`, fill in.
    fn touch(&mut self, _now: DateTime<Utc>, _inserting: bool) {}

    /// Sets the field that counts how often the row was written, if there is one.
    fn set_version(&mut self, _version: i64) {}

    /// Whether the model has [`Hooks`](crate::hooks::Hooks), as `#[model(hooks)]` says.
    const HAS_HOOKS: bool = false;

    /// A copy for the hooks to work on, where there are any.
    fn copied_for_hooks(&self) -> Option<Self> {
        None
    }

    /// Runs one of the hooks, where there are any.
    ///
    /// # Errors
    /// The hook's own.
    fn run_hook<C: Connection>(&mut self, _hook: Hook, _on: &mut Running<'_, C>) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }
}

/// The fields of a model at the end of a path, as one static value.
pub trait PathFields: Sized + 'static {
    /// The value.
    const REF: &'static Self;
}

/// The moment that `auto_now` and `auto_now_add` fill in.
#[must_use]
pub fn now() -> DateTime<Utc> {
    DateTime::<Utc>::at(Utc::now())
}

/// A time that `auto_now` and `auto_now_add` can fill in.
#[diagnostic::on_unimplemented(
    message = "`auto_now` and `auto_now_add` cannot fill in a `{Self}`",
    note = "they stand on fields of type DateTime<Utc>, NaiveDateTime, NaiveDate or NaiveTime, or Option of one"
)]
pub trait AutoTime: Sized {
    /// The value for a moment, to the microsecond.
    fn at(now: DateTime<Utc>) -> Self;
}

impl AutoTime for DateTime<Utc> {
    fn at(now: DateTime<Utc>) -> Self {
        use chrono::SubsecRound;
        now.trunc_subsecs(6)
    }
}

impl AutoTime for chrono::NaiveDateTime {
    fn at(now: DateTime<Utc>) -> Self {
        DateTime::<Utc>::at(now).naive_utc()
    }
}

impl AutoTime for chrono::NaiveDate {
    fn at(now: DateTime<Utc>) -> Self {
        now.date_naive()
    }
}

impl AutoTime for chrono::NaiveTime {
    fn at(now: DateTime<Utc>) -> Self {
        DateTime::<Utc>::at(now).time()
    }
}

/// A number that `version` can count in.
#[diagnostic::on_unimplemented(
    message = "`version` cannot count in a `{Self}`",
    note = "it stands on a field of type i64 or i32"
)]
pub trait VersionNumber: Sized {
    /// The number, or the largest one that there is.
    fn of(version: i64) -> Self;
}

impl VersionNumber for i64 {
    fn of(version: i64) -> Self {
        version
    }
}

impl VersionNumber for i32 {
    fn of(version: i64) -> Self {
        i32::try_from(version).unwrap_or(i32::MAX)
    }
}

impl<T: AutoTime> AutoTime for Option<T> {
    fn at(now: DateTime<Utc>) -> Self {
        Some(T::at(now))
    }
}
