//! `BookDraft`: a row that is being made. Its type has a parameter for each required field, which says whether it was given.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::Type;

use super::super::Model;
use super::super::field::{Field, Origin};
use super::angle;
use crate::names::pascal_case;

pub(super) fn draft(model: &Model) -> TokenStream {
    let Model { ident, vis, name, module, .. } = model;
    let draft = format_ident!("{ident}Draft");
    let names: Vec<String> = model.required().map(|field| format!("{}Value", pascal_case(&field.name))).collect();
    let parameters = model.fresh.names(names.iter().map(String::as_str));
    let generics = angle(&parameters);
    let required: Vec<(&Field, &Ident)> = model.required().zip(&parameters).collect();
    let definition: Vec<TokenStream> = required
        .iter()
        .map(|(field, parameter)| {
            let (field, missing) =
                (&field.ident, if matches!(field.origin(), Origin::Flattened) { quote!(Unset) } else { quote!(Missing) });
            quote!(#parameter = ::amphi::__private::draft::#missing<#module::#field>)
        })
        .collect();
    let definition = angle(&definition);
    let held = model.fields.iter().filter(|field| field.is_drafted()).map(|field| {
        let (ident, ty) = (&field.ident, field.drafted_type());
        match required.iter().find(|(required, _)| required.ident == *ident) {
            Some((_, parameter)) => quote!(#ident: #parameter),
            None => quote!(#ident: #ty),
        }
    });
    let setters = model.fields.iter().filter(|field| field.is_drafted()).map(|field| setter(model, &draft, field, &required));
    let bounds: Vec<TokenStream> = required
        .iter()
        .map(|(field, parameter)| {
            let (field, ty) = (&field.ident, &field.ty);
            quote!(#parameter: ::amphi::__private::draft::Given<#module::#field, #ident, #ty>)
        })
        .collect();
    let bounds = angle(&bounds);
    let values = model.fields.iter().map(value);
    let row = quote!(#ident { #(#values),* });
    let new = quote!(::amphi::__private::draft::New);
    // A key that a draft cannot leave open is the row's own, whatever its type.
    let new = match model.fields.get(model.key.first.at).map(Field::origin) {
        Some(Origin::Generated) => {
            let key = &model.key.first.ident;
            quote!(#new::keyed(#row, self.#key))
        }
        _ => quote!(#new::with_key(#row)),
    };
    let keys = model
        .relations()
        .filter(|(field, _)| field.is_drafted())
        .map(|(field, relation)| takes_key(model, &draft, field, &relation.target, &required));
    let doc = format!("A row of `{name}` that is not in the database yet; `{name}::create()` begins one.");
    quote! {
        #[doc = #doc]
        #[must_use = "the row is not in the database until it is inserted"]
        #vis struct #draft #definition {
            #(#held),*
        }
        #[automatically_derived]
        #[allow(dead_code)]
        impl #generics #draft #generics {
            #(#setters)*
        }
        #[automatically_derived]
        impl #generics ::amphi::__private::draft::Drafting for #draft #generics {
            type Model = #ident;
        }
        #[automatically_derived]
        impl #bounds ::amphi::__private::draft::Draft for #draft #generics {
            fn into_new(self) -> ::amphi::__private::draft::New<#ident> {
                #new
            }
        }
        #[automatically_derived]
        impl ::amphi::__private::draft::Drafted for #ident {
            type Draft = #draft;
            fn begin() -> #draft {
                #ident::create()
            }
        }
        #(#keys)*
    }
}

/// A foreign key that is still missing, or that may be, can be given by what knows it: a relation's manager.
fn takes_key(model: &Model, draft: &Ident, field: &Field, target: &Type, required: &[(&Field, &Ident)]) -> TokenStream {
    let (module, ident) = (&model.module, &field.ident);
    let others: Vec<&Ident> =
        required.iter().filter(|(other, _)| other.ident != *ident).map(|(_, parameter)| *parameter).collect();
    let with = |own: TokenStream| {
        let parameters =
            required.iter().map(|(other, parameter)| if other.ident == *ident { own.clone() } else { quote!(#parameter) });
        angle(&parameters.collect::<Vec<_>>())
    };
    let (generics, ty) = (angle(&others), &field.ty);
    let missing = with(quote!(::amphi::__private::draft::Missing<#module::#ident>));
    let given = with(quote!(::amphi::__private::draft::Set<#ty>));
    quote! {
        #[automatically_derived]
        impl #generics ::amphi::__private::draft::TakesKey<#module::#ident> for #draft #missing {
            type Given = #draft #given;
            fn give_key(self, key: ::amphi::__private::relation::ForeignKey<#target>) -> #draft #given {
                self.#ident(key)
            }
        }
    }
}

/// A required field's setter changes the draft's type, so it moves every other field; the others set in place.
fn setter(model: &Model, draft: &Ident, field: &Field, required: &[(&Field, &Ident)]) -> TokenStream {
    let vis = &model.vis;
    let (ident, ty) = (&field.ident, field.drafted_type());
    let doc = match field.origin() {
        Origin::Generated => format!("Sets `{}`, which the database fills in otherwise.", field.name),
        _ => format!("Sets `{}`.", field.name),
    };
    let value = quote!(::amphi::__private::relation::IntoField::into_field(value));
    if !field.is_required() {
        return quote! {
            #[doc = #doc]
            #vis fn #ident(mut self, value: impl ::amphi::__private::relation::IntoField<#ty>) -> Self {
                self.#ident = #value;
                self
            }
        };
    }
    let given: Vec<TokenStream> = required
        .iter()
        .map(
            |(other, parameter)| {
                if other.ident == *ident { quote!(::amphi::__private::draft::Set<#ty>) } else { quote!(#parameter) }
            },
        )
        .collect();
    let given = angle(&given);
    let moved = model.fields.iter().filter(|field| field.is_drafted()).map(|other| {
        let name = &other.ident;
        if name == ident { quote!(#name: ::amphi::__private::draft::Set(#value)) } else { quote!(#name: self.#name) }
    });
    quote! {
        #[doc = #doc]
        #vis fn #ident(self, value: impl ::amphi::__private::relation::IntoField<#ty>) -> #draft #given {
            #draft { #(#moved),* }
        }
    }
}

/// The field of the new row.
fn value(field: &Field) -> TokenStream {
    let (ident, ty) = (&field.ident, &field.ty);
    match field.origin() {
        Origin::Generated => quote!(#ident: ::core::default::Default::default()),
        Origin::Clock => {
            let span = field.type_span();
            let at = quote_spanned!(span=> <#ty as ::amphi::__private::model::AutoTime>::at);
            quote!(#ident: #at(::amphi::__private::chrono::Utc::now()))
        }
        Origin::Version => {
            let span = field.type_span();
            let of = quote_spanned!(span=> <#ty as ::amphi::__private::model::VersionNumber>::of);
            quote!(#ident: #of(1))
        }
        Origin::Required | Origin::Flattened => {
            quote!(#ident: ::amphi::__private::draft::Given::into_given(self.#ident))
        }
        Origin::Optional | Origin::Default(_) => quote!(#ident: self.#ident),
    }
}
