//! `mod book`: a marker for each relation and required field, the state of a plain row, and per relation the traits whose messages
//! name it.
//!
//! The markers are enums without variants, so that they are no values: whoever imports `book::author` may still call a variable
//! `author`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::field::Field;
use super::super::{LeadsTo, Model, Slot};

pub(super) fn module(model: &Model) -> TokenStream {
    let Model { vis, inner_vis, module, name, .. } = model;
    let markers = model.fields.iter().filter(|field| field.relation.is_some() || field.is_required()).map(|field| {
        let Field { ident, name, .. } = field;
        let doc =
            if field.relation.is_some() { format!("The relation `{name}`.") } else { format!("The required field `{name}`.") };
        quote! {
            #[doc = #doc]
            #inner_vis enum #ident {}
        }
    });
    let declared = model.declared.iter().map(|declared| {
        let (ident, doc) = (&declared.ident, format!("The relation `{}`.", declared.name));
        quote! {
            #[doc = #doc]
            #inner_vis enum #ident {}
        }
    });
    let markers: TokenStream = markers.chain(declared).collect();
    if markers.is_empty() {
        return markers;
    }
    let relations: TokenStream = model.slots().iter().map(|slot| traits(model, slot)).collect();
    let unloaded = if relations.is_empty() {
        TokenStream::new()
    } else {
        let doc = format!("The relations of a plain `{name}`, none of which is loaded.");
        quote! {
            #[doc = #doc]
            #inner_vis struct Unloaded(());
            impl Unloaded {
                #[doc(hidden)]
                #inner_vis const NEW: &'static Self = &Unloaded(());
            }
        }
    };
    let doc = format!("What belongs to the model `{name}`.");
    quote! {
        #[doc = #doc]
        #[allow(dead_code, non_camel_case_types)]
        #vis mod #module { #markers #unloaded #relations }
    }
}

fn traits(model: &Model, of: &Slot<'_>) -> TokenStream {
    let (vis, ident, name, model_name) = (&model.inner_vis, of.ident, of.name, &model.name);
    let (has, loaded) = (format_ident!("Has{}", of.pascal), format_ident!("{}Loaded", of.pascal));
    let (slot, index) = (model.fresh.name("X"), model.fresh.name("I"));
    let message = format!("relation `{name}` of `{model_name}` was not loaded by this query");
    let label = format!("`{name}` is not loaded here");
    let rows_label = format!("these rows do not have `{name}` loaded");
    let load = if of.leads_to == LeadsTo::Many { "prefetch_related" } else { "select_related" };
    let note = format!("add `.{load}({model_name}::{name})` to the query");
    let fetch_note = match of.field {
        Some(_) => format!("{note}, or in blocking code load it with `.{name}.fetch(&db)?`"),
        None => note.clone(),
    };
    let path_note =
        format!("if this `{model_name}` is itself a related row, name the whole path, such as `Other::relation.{name}`");
    let loaded_doc = format!("A slot in which `{name}` was loaded.");
    let has_doc = format!("Rows of `{model_name}` with `{name}` loaded.");
    let what = if of.leads_to == LeadsTo::Many { "The related rows" } else { "The related row" };
    let read_doc = format!("{what} of `{name}`.");
    let reference = quote!(::amphi::__private::relation::RelatedRef<'_, #ident>);
    quote! {
        #[doc = #loaded_doc]
        #[diagnostic::on_unimplemented(message = #message, label = #label, note = #fetch_note, note = #path_note)]
        #vis trait #loaded<#index> {
            #[doc = #read_doc]
            fn loaded(&self) -> #reference;
        }
        #[diagnostic::do_not_recommend]
        impl<#slot: ::amphi::__private::relation::Loads<#ident>, #index> #loaded<#index> for #slot {
            fn loaded(&self) -> #reference {
                ::amphi::__private::relation::Loads::<#ident>::loaded(self)
            }
        }
        #[doc = #has_doc]
        #[diagnostic::on_unimplemented(message = #message, label = #rows_label, note = #note)]
        #vis trait #has:
            ::amphi::__private::relation::Row<Model = <#ident as ::amphi::__private::relation::Relation>::Source>
        {
            #[doc = #read_doc]
            fn #ident(&self) -> #reference;
        }
    }
}
