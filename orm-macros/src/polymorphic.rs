//! `#[derive(Polymorphic)]`: an enum of models, for references to a row of one of them.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, LitStr, Type, Variant};

use crate::errors::Errors;
use crate::field_enum::{check_names, rename};
use crate::names::{Fresh, check_sql_name, snake_case};
use crate::types::{show, without_self};

/// What the derive writes for this input.
pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let ident = &input.ident;
    let Data::Enum(data) = &input.data else {
        let message = "`Polymorphic` is for enums whose variants hold a model each; for a table derive `Model`";
        return Err(syn::Error::new(ident.span(), message));
    };
    let mut errors = Errors::default();
    if !input.generics.params.is_empty() {
        errors.stop(&input.generics, "an enum of models cannot be generic; remove the parameters");
    }
    if data.variants.is_empty() {
        errors.stop(ident, "an enum without variants leads to no model; add a variant that holds one");
    }
    let mut variants: Vec<(&Ident, Type)> = Vec::with_capacity(data.variants.len());
    for variant in &data.variants {
        if let Some(model) = errors.take(model_of(variant, ident)) {
            variants.push((&variant.ident, model));
        }
    }
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for (variant, model) in &variants {
        if let Some(other) = seen.insert(show(model), variant) {
            errors.stop(
                model,
                format!("`{other}` holds a `{}` already, so that a reference to one would be both; remove one", show(model)),
            );
        }
    }
    let renames: Vec<Option<LitStr>> = data.variants.iter().map(|variant| rename(variant, &mut errors)).collect();
    let names: Vec<&Ident> = data.variants.iter().map(|variant| &variant.ident).collect();
    let tags: Vec<String> = names
        .iter()
        .zip(&renames)
        .map(|(name, rename)| rename.as_ref().map_or_else(|| snake_case(&name.unraw().to_string()), LitStr::value))
        .collect();
    for ((tag, rename), name) in tags.iter().zip(&renames).zip(&names) {
        if let Err(message) = check_sql_name("variant", tag) {
            errors.at(rename.as_ref().map_or(name.span(), LitStr::span), message);
        }
    }
    check_names(&names, &tags, &renames, &mut errors);
    let fresh = Fresh::new(input.to_token_stream());
    Ok(errors.finish(|| expand(ident, &variants, &tags, &fresh)))
}

/// The model that a variant holds.
fn model_of(variant: &Variant, ident: &Ident) -> syn::Result<Type> {
    match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => match fields.unnamed.first() {
            Some(field) => without_self(&field.ty, ident),
            None => Err(syn::Error::new(variant.span(), "write the model between the parentheses")),
        },
        _ => Err(syn::Error::new(
            variant.span(),
            format!("each variant holds one model and nothing else; write `{0}({0})`", variant.ident),
        )),
    }
}

fn expand(ident: &Ident, variants: &[(&Ident, Type)], tags: &[String], fresh: &Fresh) -> TokenStream {
    let names: Vec<&Ident> = variants.iter().map(|(name, _)| *name).collect();
    let models: Vec<&Type> = variants.iter().map(|(_, model)| model).collect();
    let Some(first) = models.first() else { return TokenStream::new() };
    let connection = fresh.name("C");
    let keys = variants.iter().map(|(name, model)| {
        let keyed_by = quote_spanned!(model.span().resolved_at(proc_macro2::Span::call_site())=>
            <#model as ::amphi::__private::polymorphic::KeyedBy<<#first as ::amphi::__private::model::Model>::Key>>::keyed_by
        );
        quote!(#ident::#name(model) => #keyed_by(model),)
    });
    let loads = variants.iter().enumerate().map(|(at, (name, model))| {
        quote! {
            #at => {
                let rows = ::amphi::__private::polymorphic::load_rows::<#model, #connection>(keys, connection).await?;
                ::core::result::Result::Ok(
                    ::core::iter::Iterator::collect(::core::iter::Iterator::map(
                        ::core::iter::IntoIterator::into_iter(rows),
                        #ident::#name,
                    )),
                )
            }
        }
    });
    let has_variant = variants.iter().enumerate().map(|(at, (_, model))| {
        quote! {
            #[automatically_derived]
            impl ::amphi::__private::polymorphic::HasVariant<#model> for #ident {
                const VARIANT: usize = #at;
            }
        }
    });
    let positions = 0..variants.len();
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::polymorphic::Polymorphic for #ident {
            type Key = <#first as ::amphi::__private::model::Model>::Key;
            const TAGS: &'static [&'static str] = &[#(#tags),*];
            const NAMES: &'static [&'static str] = &[#(<#models as ::amphi::__private::model::Model>::META.name),*];
            const KEY_LENGTH: ::core::option::Option<u32> = ::amphi::__private::polymorphic::longest_key(
                &[#(<#models as ::amphi::__private::model::Model>::META),*],
            );
            fn variant(&self) -> usize {
                match self {
                    #(#ident::#names(_) => #positions,)*
                }
            }
            fn key(&self) -> ::std::borrow::Cow<'_, Self::Key> {
                match self {
                    #(#keys)*
                }
            }
            async fn load<#connection: ::amphi::__private::connection::Connection>(
                variant: usize,
                keys: ::std::vec::Vec<::amphi::__private::value::Value<'static>>,
                connection: &mut #connection,
            ) -> ::amphi::__private::error::Result<::std::vec::Vec<Self>> {
                match variant {
                    #(#loads)*
                    _ => ::core::result::Result::Ok(::std::vec::Vec::new()),
                }
            }
        }
        #(#has_variant)*
    }
}
