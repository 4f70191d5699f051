//! References to a row of one of several models (Django's generic foreign keys), closed when the program is compiled: an enum says
//! which models there are.

mod any_of;
mod load;
mod path;

use std::borrow::Cow;
use std::future::Future;

pub use any_of::AnyOf;
pub use load::{FetchAnyOf, LoadAnyOf, load_rows};
pub use path::AnyOfFields;

use crate::connection::Connection;
use crate::field::{Key, KeyColumn};
use crate::model::Model;
use crate::value::Value;

/// An enum of models, one for each variant. Made by `#[derive(Polymorphic)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an enum of models",
    label = "not an enum of models",
    note = "add `#[derive(Polymorphic)]` to an enum whose variants hold a model each: `enum Subject {{ Book(Book), Film(Film) }}`"
)]
pub trait Polymorphic: Sized + Send + Sync + 'static {
    /// The type of the primary key, which all of the models have.
    type Key: Key + KeyColumn;

    /// What is stored for each variant.
    const TAGS: &'static [&'static str];

    /// The model's name for each variant.
    const NAMES: &'static [&'static str];

    /// The most characters that a key may have.
    const KEY_LENGTH: Option<u32>;

    /// The position of the variant.
    fn variant(&self) -> usize;

    /// The key of the row that it holds.
    fn key(&self) -> Cow<'_, Self::Key>;

    /// Reads the rows of a variant that have one of these keys; for a variant that is not there, none.
    fn load<C: Connection>(
        variant: usize,
        keys: Vec<Value<'static>>,
        connection: &mut C,
    ) -> impl Future<Output = crate::Result<Vec<Self>>> + Send;
}

/// An enum of models that has a variant for the model `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no variant for `{M}`",
    label = "`{M}` is not among the models of `{Self}`",
    note = "add a variant that holds a `{M}` to the enum"
)]
pub trait HasVariant<M: KeyedBy<Self::Key>>: Polymorphic {
    /// The position of the variant.
    const VARIANT: usize;
}

/// A model whose primary key is a `K`.
#[diagnostic::on_unimplemented(
    message = "the primary key of `{Self}` is not of the type `{K}`, which that of the first model of the enum is",
    label = "a key of another type",
    note = "a reference to one of several models is one column, so that all of their keys have the same type"
)]
pub trait KeyedBy<K: Clone>: Model {
    /// The key.
    fn keyed_by(&self) -> Cow<'_, K>;
}

#[diagnostic::do_not_recommend]
impl<K: Key, M: Model<Key = K>> KeyedBy<K> for M {
    fn keyed_by(&self) -> Cow<'_, K> {
        self.key()
    }
}

/// A model with a reference to one of several models at the position `A`. Made by the derive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `AnyOf` there",
    label = "not rows with this reference",
    note = "write a field of the rows' own model, such as `Comment::subject`"
)]
pub trait HoldsAnyOf<A> {
    /// The models.
    type Of: Polymorphic;

    /// The reference; `None` if it is NULL.
    fn any_of(&self) -> Option<&AnyOf<Self::Of>>;
}

/// A reference, or an `Option` of one.
pub trait MaybeAnyOf {
    /// The models.
    type Of: Polymorphic;

    /// The reference; `None` if it is NULL.
    fn get(&self) -> Option<&AnyOf<Self::Of>>;
}

impl<E: Polymorphic> MaybeAnyOf for AnyOf<E> {
    type Of = E;

    fn get(&self) -> Option<&AnyOf<E>> {
        Some(self)
    }
}

impl<E: Polymorphic> MaybeAnyOf for Option<AnyOf<E>> {
    type Of = E;

    fn get(&self) -> Option<&AnyOf<E>> {
        self.as_ref()
    }
}

/// The most characters that a key of one of these models may have; `None` if one of them has no limit.
#[must_use]
pub const fn longest_key(mut models: &[&'static crate::meta::ModelMeta]) -> Option<u32> {
    let mut longest = 0;
    while let [model, rest @ ..] = models {
        let key = match model.fields.split_at_checked(model.first_key()) {
            Some((_, [key, ..])) => key,
            _ => return None,
        };
        match key.max_length {
            Some(length) if length > longest => longest = length,
            Some(_) => {}
            None => return None,
        }
        models = rest;
    }
    Some(longest)
}
