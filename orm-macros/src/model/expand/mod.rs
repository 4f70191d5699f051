//! What the derive writes: consts and small impls that call the core. User types never go into the generated module, where they
//! would not resolve; names that are bound (parameters, variables) have the macro's own hygiene, so that no user's const can
//! hide them.

mod any_of;
mod declared;
mod draft;
mod embeddable;
mod fields;
mod loaded;
mod metadata;
mod module;
mod parts;
mod paths;
mod plain;

use proc_macro2::TokenStream;
use quote::quote;

pub(super) use self::embeddable::embeddable;
use super::Model;

/// All that belongs to the model.
pub(super) fn expand(model: &Model) -> TokenStream {
    let parts = [
        module::module(model),
        metadata::model_impl(model),
        metadata::relation_impls(model),
        declared::relation_impls(model),
        any_of::references(model),
        paths::consts(model),
        paths::fields(model),
        plain::row(model),
        loaded::row(model),
        draft::draft(model),
    ];
    parts.into_iter().collect()
}

/// `<A, B>`, or nothing.
fn angle<T: quote::ToTokens>(parameters: &[T]) -> TokenStream {
    if parameters.is_empty() { TokenStream::new() } else { quote!(<#(#parameters),*>) }
}
