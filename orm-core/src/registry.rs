//! All models of the program, so that a model is known by what points at it.
//!
//! The derive enters each model, of whatever module or crate, when the program starts.

use std::collections::HashMap;
use std::sync::LazyLock;

/// What the derive enters models with.
#[doc(hidden)]
pub use inventory;

use crate::meta::{ModelMeta, OnDelete, RelationMeta};

/// A model as the derive enters it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Registered(pub &'static ModelMeta);

inventory::collect!(Registered);

/// A model of a step of a migration, which is none of the program's models: its table may have become another one.
#[doc(hidden)]
#[derive(Debug)]
pub struct Frozen(pub &'static ModelMeta);

inventory::collect!(Frozen);

/// What is the same for every model: its entry here, and that it is a row without anything beside it. Called by the derive `Model`.
#[doc(hidden)]
#[macro_export]
macro_rules! plain_model {
    ($model:ident, $entry:ident) => {
        #[automatically_derived]
        impl $crate::relation::Row for $model {
            type Model = $model;
            fn model(&self) -> &$model {
                self
            }
            fn into_model(self) -> $model {
                self
            }
        }
        $crate::registry::inventory::submit! {
            $crate::registry::$entry(<$model as $crate::model::Model>::META)
        }
    };
}

#[doc(hidden)]
pub use crate::plain_model;

/// For each model, by its address, the foreign keys that lead to it.
static INCOMING: LazyLock<HashMap<usize, Vec<&'static RelationMeta>>> = LazyLock::new(|| {
    let mut incoming: HashMap<usize, Vec<&'static RelationMeta>> = HashMap::new();
    let live = inventory::iter::<Registered>.into_iter().map(|Registered(model)| model);
    let frozen = inventory::iter::<Frozen>.into_iter().map(|Frozen(model)| model);
    for model in live.chain(frozen) {
        for relation in model.fields.iter().filter_map(|field| field.relation) {
            if relation.on_delete != OnDelete::DoNothing {
                incoming.entry(address((relation.target)())).or_default().push(relation);
            }
        }
    }
    // The linker decides in which order models are entered.
    for relations in incoming.values_mut() {
        relations.sort_by_key(|relation| {
            let source = (relation.source)();
            (source.table, source.name, relation.field)
        });
    }
    incoming
});

/// All models of the program, in the order of their tables and names.
#[must_use]
pub fn models() -> Vec<&'static ModelMeta> {
    let mut models: Vec<&'static ModelMeta> = inventory::iter::<Registered>().map(|Registered(model)| *model).collect();
    // The linker decides in which order models are entered.
    models.sort_by_key(|model| (model.table, model.name));
    models
}

/// What tells a model from all others.
pub(crate) fn address(model: &'static ModelMeta) -> usize {
    std::ptr::from_ref(model).addr()
}

/// The foreign keys of all models of the program that lead to a model and ask for something when its rows are deleted.
pub(crate) fn incoming(model: &'static ModelMeta) -> &'static [&'static RelationMeta] {
    INCOMING.get(&address(model)).map_or(&[], Vec::as_slice)
}

/// The addresses of the models that have any.
pub(crate) fn targets() -> impl Iterator<Item = usize> {
    INCOMING.keys().copied()
}
