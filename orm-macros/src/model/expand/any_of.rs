//! How what loads references to one of several models finds them in a row.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::Model;
use super::super::field::Field;

pub(super) fn references(model: &Model) -> TokenStream {
    let source = &model.ident;
    let impls = model.fields.iter().filter(|field| field.is_any_of).map(|field| {
        let Field { ident, ty, position, .. } = field;
        quote! {
            #[automatically_derived]
            impl ::amphi::__private::polymorphic::HoldsAnyOf<::amphi::__private::embedded::At<{ #position }>> for #source {
                type Of = <#ty as ::amphi::__private::polymorphic::MaybeAnyOf>::Of;
                fn any_of(&self) -> ::core::option::Option<&::amphi::__private::polymorphic::AnyOf<Self::Of>> {
                    ::amphi::__private::polymorphic::MaybeAnyOf::get(&self.#ident)
                }
            }
        }
    });
    impls.collect()
}
