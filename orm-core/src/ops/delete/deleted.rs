//! What a deletion took away.

use smallvec::SmallVec;

use crate::meta::ModelMeta;
use crate::model::Model;

/// How many rows a deletion took away, of each model: those that were asked for, and those that went with them because their
/// `on_delete` is `Cascade`. A row whose key was only set to NULL or to its default does not count.
///
/// It equals a number that is the [`total`](Self::total).
///
/// ```
/// # use orm_core::{model::Model, ops::Deleted};
/// fn told<Author: Model, Book: Model>(deleted: &Deleted) -> String {
///     let of_each: Vec<String> = deleted.iter().map(|(model, rows)| format!("{rows} of {model}")).collect();
///     format!("{} authors and {} books: {}", deleted.of::<Author>(), deleted.of::<Book>(), of_each.join(", "))
/// }
/// assert_eq!(Deleted::default(), 0);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Deleted {
    /// The models of which any row went; that of the query first.
    models: SmallVec<[(&'static ModelMeta, u64); 1]>,
}

impl Deleted {
    /// So many rows of a model.
    pub(super) fn rows(model: &'static ModelMeta, rows: u64) -> Self {
        let mut deleted = Deleted::default();
        deleted.add(model, rows);
        deleted
    }

    /// Counts rows of a model; what is counted last comes first.
    pub(super) fn add(&mut self, model: &'static ModelMeta, rows: u64) {
        if rows == 0 {
            return;
        }
        match self.models.iter_mut().find(|(other, _)| std::ptr::eq(*other, model)) {
            Some((_, counted)) => *counted += rows,
            None => self.models.insert(0, (model, rows)),
        }
    }

    /// How many rows there were of a model.
    pub(super) fn of_model(&self, model: &'static ModelMeta) -> u64 {
        self.models.iter().find(|(other, _)| std::ptr::eq(*other, model)).map_or(0, |(_, rows)| *rows)
    }

    /// How many rows there were of all models.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.models.iter().map(|(_, rows)| rows).sum()
    }

    /// How many rows there were of a model.
    #[must_use]
    pub fn of<M: Model>(&self) -> u64 {
        self.of_model(M::META)
    }

    /// The names of the models of which there were rows, and how many there were; the model that was asked for comes first.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.models.iter().map(|(model, rows)| (model.name, *rows))
    }
}

impl PartialEq for Deleted {
    fn eq(&self, other: &Self) -> bool {
        self.models.len() == other.models.len() && self.models.iter().all(|(model, rows)| other.of_model(model) == *rows)
    }
}

impl Eq for Deleted {}

impl PartialEq<u64> for Deleted {
    fn eq(&self, other: &u64) -> bool {
        self.total() == *other
    }
}

impl PartialEq<Deleted> for u64 {
    fn eq(&self, other: &Deleted) -> bool {
        other == self
    }
}
