//! How the derive finds the relations of other models by their names.
//!
//! A name is a number here, a hash of it, because the parameters of types can be numbers, but no texts.

use crate::meta::ModelMeta;
use crate::model::Model;
use crate::relation::{Forward, ManyToMany, Relation};

/// A model with a foreign key of a name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no foreign key of this name",
    label = "`{Self}` has no such foreign key",
    note = "name a field of type `ForeignKey<..>` or `Option<ForeignKey<..>>`, such as `Book::author`"
)]
pub trait ForeignKeyNamed<const NAME: u64>: Model {
    /// The foreign key.
    type Relation: Forward<Source = Self>;
}

/// A model with a many-to-many relation of a name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no many-to-many relation of this name",
    label = "`{Self}` has no such many-to-many relation",
    note = "name one that is declared by `#[many_to_many(..)]`, such as `Book::tags`"
)]
pub trait ManyToManyNamed<const NAME: u64>: Model {
    /// The relation.
    type Relation: ManyToMany<Source = Self>;
}

/// A foreign key that points at the model `M`.
#[diagnostic::on_unimplemented(
    message = "the foreign key `{Self}` does not point at `{M}`",
    label = "this foreign key points at another model"
)]
pub trait ForeignKeyTo<M> {
    /// The model that holds it.
    type Holder: Model;
}

#[diagnostic::do_not_recommend]
impl<M: Model, R: Forward<Target = M>> ForeignKeyTo<M> for R {
    type Holder = R::Source;
}

/// A many-to-many relation that leads to the model `M`.
#[diagnostic::on_unimplemented(
    message = "the many-to-many relation `{Self}` does not lead to `{M}`",
    label = "this relation leads to another model"
)]
pub trait ManyToManyWith<M> {
    /// The foreign key to `M` of the model between.
    type Far;
}

#[diagnostic::do_not_recommend]
impl<M: Model, R: ManyToMany<Target = M>> ManyToManyWith<M> for R {
    type Far = R::Far;
}

/// Whether no two rows hold the same key in a foreign key.
#[must_use]
pub const fn is_unique<R: Forward>() -> bool {
    is_unique_field(<R::Source as Model>::META, <R as Relation>::META.field)
}

const fn is_unique_field(model: &'static ModelMeta, field: usize) -> bool {
    let (_, rest) = model.fields.split_at(field);
    match rest {
        [field, ..] => field.unique,
        [] => false,
    }
}
