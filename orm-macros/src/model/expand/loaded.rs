//! `BookRow`: the model with a slot for each relation, and how a plain row says that it has none loaded.
//!
//! The row is a tuple struct, so that none of its fields can hide a field of the model that it derefs to.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::Index;

use super::super::{LeadsTo, Model, Slot as Relation};

struct Slot<'a> {
    relation: Relation<'a>,
    /// The type parameter.
    parameter: Ident,
    /// The position in the row's tuple.
    at: Index,
}

pub(super) fn row(model: &Model) -> TokenStream {
    let relations = model.slots();
    let names: Vec<String> = relations.iter().map(|relation| format!("{}Slot", relation.pascal)).collect();
    let parameters = model.fresh.names(names.iter().map(String::as_str));
    let slots: Vec<Slot<'_>> = relations
        .into_iter()
        .zip(parameters)
        .zip(1..)
        .map(|((relation, parameter), at)| Slot { relation, parameter, at: Index::from(at) })
        .collect();
    if slots.is_empty() {
        return TokenStream::new();
    }
    let row = format_ident!("{}Row", model.ident);
    let parts = [
        unloaded(model, &slots),
        definition(model, &row, &slots),
        derives(model, &row, &slots),
        reading(model, &row, &slots),
        accessors(model, &row, &slots),
        slots.iter().map(|slot| slot_impls(model, &row, &slots, slot)).collect(),
    ];
    parts.into_iter().collect()
}

/// A plain row derefs to accessors that can never be called and say why.
fn unloaded(model: &Model, slots: &[Slot<'_>]) -> TokenStream {
    let Model { ident: model_ident, vis, module, .. } = model;
    let index = model.fresh.name("I");
    let accessors = slots.iter().map(|Slot { relation, .. }| {
        let (ident, target) = (relation.ident, &relation.target);
        let loaded = format_ident!("{}Loaded", relation.pascal);
        let load = if relation.leads_to == LeadsTo::Many { "prefetch_related" } else { "select_related" };
        let doc = format!("Not to be had from a plain row: load it with `.{load}({}::{})`.", model.name, relation.name);
        let reference = match relation.leads_to {
            LeadsTo::One => quote!(&#target),
            LeadsTo::Maybe => quote!(::core::option::Option<&#target>),
            LeadsTo::Many => quote!(::amphi::__private::relation::Models<'_, #target>),
        };
        quote! {
            #[doc = #doc]
            #vis fn #ident<#index>(&self) -> #reference
            where
                ::amphi::__private::relation::NotLoaded<#module::#ident>: #module::#loaded<#index>,
            {
                #module::#loaded::<#index>::loaded(
                    const { &::amphi::__private::relation::NotLoaded::<#module::#ident>::NEW },
                )
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl ::core::ops::Deref for #model_ident {
            type Target = #module::Unloaded;
            fn deref(&self) -> &#module::Unloaded {
                #module::Unloaded::NEW
            }
        }
        #[automatically_derived]
        #[allow(dead_code)]
        impl #module::Unloaded {
            #(#accessors)*
        }
    }
}

fn definition(model: &Model, row: &Ident, slots: &[Slot<'_>]) -> TokenStream {
    let Model { ident, vis, module, name, .. } = model;
    let doc = format!("A row of `{name}` with what the query loaded beside it; it derefs to the `{name}`.");
    let parameters = slots.iter().map(|Slot { relation, parameter, .. }| {
        let relation = relation.ident;
        quote!(#parameter = ::amphi::__private::relation::NotLoaded<#module::#relation>)
    });
    let held = slots.iter().map(|slot| &slot.parameter);
    let generics: Vec<&Ident> = slots.iter().map(|slot| &slot.parameter).collect();
    quote! {
        #[doc = #doc]
        #vis struct #row<#(#parameters),*>(#ident, #(#held),*);
        #[automatically_derived]
        impl<#(#generics),*> ::core::ops::Deref for #row<#(#generics),*> {
            type Target = #ident;
            fn deref(&self) -> &#ident {
                &self.0
            }
        }
    }
}

/// `Clone`, `Debug`, `PartialEq` and `Serialize`, where the model has them.
fn derives(model: &Model, row: &Ident, slots: &[Slot<'_>]) -> TokenStream {
    let (ident, row_name) = (&model.ident, format!("{}Row", model.name));
    let generics: Vec<&Ident> = slots.iter().map(|slot| &slot.parameter).collect();
    let at: Vec<&Index> = slots.iter().map(|slot| &slot.at).collect();
    let names: Vec<&str> = slots.iter().map(|slot| slot.relation.name).collect();
    let keyed = slots.iter().map(|slot| {
        let (at, parameter, name) = (&slot.at, &slot.parameter, slot.relation.name);
        match slot.relation.field {
            Some(field) => {
                let field = &field.ident;
                quote!((#at, #parameter, #field, #name))
            }
            None => quote!((#at, #parameter, #name)),
        }
    });
    quote! {
        #[automatically_derived]
        impl<#(#generics: ::core::clone::Clone),*> ::core::clone::Clone for #row<#(#generics),*>
        where
            #ident: ::amphi::__private::relation::CloneBeside<(#(#generics,)*)>,
        {
            fn clone(&self) -> Self {
                #row(
                    ::amphi::__private::relation::CloneBeside::clone_beside(&self.0),
                    #(::core::clone::Clone::clone(&self.#at)),*
                )
            }
        }
        #[automatically_derived]
        impl<#(#generics: ::core::fmt::Debug),*> ::core::fmt::Debug for #row<#(#generics),*>
        where
            #ident: ::amphi::__private::relation::DebugBeside<(#(#generics,)*)>,
        {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::amphi::__private::relation::DebugBeside::debug_beside(
                    &self.0,
                    f,
                    #row_name,
                    &[#((#names, &self.#at)),*],
                )
            }
        }
        #[automatically_derived]
        impl<#(#generics: ::core::cmp::PartialEq),*> ::core::cmp::PartialEq for #row<#(#generics),*>
        where
            #ident: ::amphi::__private::relation::EqBeside<(#(#generics,)*)>,
        {
            fn eq(&self, other: &Self) -> bool {
                ::amphi::__private::relation::EqBeside::eq_beside(&self.0, &other.0)
                    #(&& self.#at == other.#at)*
            }
        }
        ::amphi::__private::relation::serialize_row! { #row, #ident, [#(#keyed),*] }
    }
}

fn reading(model: &Model, row: &Ident, slots: &[Slot<'_>]) -> TokenStream {
    let Model { ident, module, .. } = model;
    let generics: Vec<&Ident> = slots.iter().map(|slot| &slot.parameter).collect();
    let relations: Vec<&Ident> = slots.iter().map(|slot| slot.relation.ident).collect();
    let (reader, connection) = (model.fresh.name("R"), model.fresh.name("C"));
    let fills = slots.iter().map(|slot| {
        let (relation, parameter, at) = (slot.relation.ident, &slot.parameter, &slot.at);
        quote! {
            if <#parameter as ::amphi::__private::row::FromRow>::PREFETCHES {
                let slots = ::amphi::__private::relation::slots_of(&mut rows, |row| (&row.0, &mut row.#at));
                <#parameter as ::amphi::__private::row::FromRow>::fill::<#module::#relation, _>(slots, plan, connection).await?;
            }
        }
    });
    let mut offset = quote!(<#ident as ::amphi::__private::row::FromRow>::WIDTH);
    let mut reads = Vec::with_capacity(slots.len());
    for slot in &generics {
        reads.push(quote!(::amphi::__private::row::FromRow::from_row(row, at + #offset)?));
        offset.extend(quote!(+ <#slot as ::amphi::__private::row::FromRow>::WIDTH));
    }
    quote! {
        #[automatically_derived]
        impl<#(#generics: ::amphi::__private::row::FromRow),*> ::amphi::__private::row::FromRow
            for #row<#(#generics),*>
        {
            const WIDTH: usize = #offset;
            const TREE: &'static ::amphi::__private::query::RowTree = &::amphi::__private::query::RowTree::new(
                <#ident as ::amphi::__private::model::Model>::META,
                &[#((
                    <#module::#relations as ::amphi::__private::relation::Relation>::META,
                    <#generics as ::amphi::__private::row::FromRow>::TREE,
                )),*],
            );
            #[inline]
            fn from_row<#reader: ::amphi::__private::row::ColumnReader>(
                row: &#reader,
                at: usize,
            ) -> ::core::result::Result<Self, ::amphi::__private::row::DecodeError> {
                ::core::result::Result::Ok(#row(::amphi::__private::row::FromRow::from_row(row, at)?, #(#reads),*))
            }
            const PREFETCHES: bool = #(<#generics as ::amphi::__private::row::FromRow>::PREFETCHES)||*;
            async fn prefetch<#connection: ::amphi::__private::connection::Connection>(
                mut rows: ::std::vec::Vec<&mut Self>,
                plan: &[::amphi::__private::query::Prefetch],
                connection: &mut #connection,
            ) -> ::amphi::__private::error::Result<()> {
                #(#fills)*
                ::core::result::Result::Ok(())
            }
        }
        #[automatically_derived]
        impl<#(#generics: ::amphi::__private::row::FromRow),*> ::amphi::__private::relation::Row
            for #row<#(#generics),*>
        {
            type Model = #ident;
            fn model(&self) -> &#ident {
                &self.0
            }
            fn into_model(self) -> #ident {
                self.0
            }
        }
    }
}

fn accessors(model: &Model, row: &Ident, slots: &[Slot<'_>]) -> TokenStream {
    let Model { ident: model_ident, vis, module, name, .. } = model;
    let generics: Vec<&Ident> = slots.iter().map(|slot| &slot.parameter).collect();
    let accessors = slots.iter().map(|Slot { relation, parameter, at }| {
        let ident = relation.ident;
        let loaded = format_ident!("{}Loaded", relation.pascal);
        let what = if relation.leads_to == LeadsTo::Many { "The related rows" } else { "The related row" };
        let doc = format!("{what} of `{}`, which the query loaded.", relation.name);
        quote! {
            #[doc = #doc]
            #vis fn #ident(&self) -> &#parameter
            where
                #parameter: #module::#loaded<()>,
            {
                &self.#at
            }
        }
    });
    let has = slots.iter().map(|slot| {
        let ident = slot.relation.ident;
        let at = &slot.at;
        let (has, loaded) = (format_ident!("Has{}", slot.relation.pascal), format_ident!("{}Loaded", slot.relation.pascal));
        let bounds = slots.iter().map(|other| {
            let parameter = &other.parameter;
            let bound = (other.at == slot.at).then(|| quote!(+ #module::#loaded<()>));
            quote!(#parameter: ::amphi::__private::row::FromRow #bound)
        });
        quote! {
            #[automatically_derived]
            #[diagnostic::do_not_recommend]
            impl<#(#bounds),*> #module::#has for #row<#(#generics),*> {
                fn #ident(&self) -> ::amphi::__private::relation::RelatedRef<'_, #module::#ident> {
                    #module::#loaded::<()>::loaded(&self.#at)
                }
            }
        }
    });
    let doc = format!("The plain `{name}`, without what was loaded beside it.");
    quote! {
        #[automatically_derived]
        #[allow(dead_code)]
        impl<#(#generics),*> #row<#(#generics),*> {
            #(#accessors)*
            #[doc = #doc]
            #vis fn into_inner(self) -> #model_ident {
                self.0
            }
        }
        #(#has)*
    }
}

fn slot_impls(model: &Model, row: &Ident, slots: &[Slot<'_>], slot: &Slot<'_>) -> TokenStream {
    let Model { ident: model_ident, module, .. } = model;
    let relation = slot.relation.ident;
    let new = model.fresh.name("N");
    let is_it = |other: &&Slot<'_>| other.at == slot.at;
    let generics: Vec<&Ident> = slots.iter().map(|slot| &slot.parameter).collect();
    let (parameter, own) = (&slot.parameter, &slot.at);
    let filled: Vec<&Ident> = slots.iter().map(|other| if is_it(&other) { &new } else { &other.parameter }).collect();
    let moved = slots.iter().map(|other| {
        let at = &other.at;
        if is_it(&other) { quote!(slot) } else { quote!(self.#at) }
    });
    let plain: Vec<TokenStream> = slots
        .iter()
        .map(|other| {
            let ident = other.relation.ident;
            if is_it(&other) { quote!(#new) } else { quote!(::amphi::__private::relation::NotLoaded<#module::#ident>) }
        })
        .collect();
    let begun =
        slots.iter().map(|other| if is_it(&other) { quote!(slot) } else { quote!(::amphi::__private::relation::NotLoaded::NEW) });
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::relation::Slot<#module::#relation> for #model_ident {
            type Current = ::amphi::__private::relation::NotLoaded<#module::#relation>;
            type With<#new: ::amphi::__private::row::FromRow> = #row<#(#plain),*>;
            fn current(&self) -> &Self::Current {
                const { &::amphi::__private::relation::NotLoaded::NEW }
            }
            fn with<#new: ::amphi::__private::row::FromRow>(self, slot: #new) -> #row<#(#plain),*> {
                #row(self, #(#begun),*)
            }
        }
        #[automatically_derived]
        impl<#(#generics: ::amphi::__private::row::FromRow),*>
            ::amphi::__private::relation::Slot<#module::#relation> for #row<#(#generics),*>
        {
            type Current = #parameter;
            type With<#new: ::amphi::__private::row::FromRow> = #row<#(#filled),*>;
            fn current(&self) -> &#parameter {
                &self.#own
            }
            fn with<#new: ::amphi::__private::row::FromRow>(self, slot: #new) -> #row<#(#filled),*> {
                #row(self.0, #(#moved),*)
            }
        }
    }
}
