//! `Book::title`: the consts, and the same fields at the end of a path.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::super::Model;
use super::super::declared::{Declared, Kind};
use super::super::field::{Field, Origin};
use super::fields::default_value;

/// The inherent impl: a const per field, `objects()` and `create()`.
pub(super) fn consts(model: &Model) -> TokenStream {
    let Model { ident: model_ident, vis, name: model_name, module, .. } = model;
    let consts = model.fields.iter().map(|field| {
        let (ident, ty, position) = (&field.ident, &field.ty, &field.position);
        let docs = if field.docs.is_empty() {
            let doc = format!("The field `{}`.", field.name);
            quote!(#[doc = #doc])
        } else {
            field.docs.iter().map(ToTokens::to_token_stream).collect()
        };
        let (ty, value) = if field.relation.is_some() {
            (
                quote! {
                    ::amphi::__private::path::Related<
                        ::amphi::__private::path::Root<#model_ident>,
                        #module::#ident,
                    >
                },
                quote!(::amphi::__private::path::Related::NEW),
            )
        } else if field.flattened.is_some() {
            let root = quote!(::amphi::__private::path::Root<#model_ident>);
            (embedded(&root, field), quote!(::amphi::__private::embedded::Embedded::NEW))
        } else {
            (
                quote!(::amphi::__private::expr::Expr<#model_ident, #ty, ::amphi::__private::path::Column>),
                quote!(::amphi::__private::expr::Expr::column(
                    ::core::option::Option::None,
                    <#model_ident as ::amphi::__private::model::Model>::META,
                    #position,
                )),
            )
        };
        quote! {
            #docs
            #vis const #ident: #ty = #value;
        }
    });
    let declared = model.declared.iter().map(|declared| {
        let (ident, doc) = (&declared.ident, format!("The relation `{}`.", declared.name));
        let related = related(declared);
        quote! {
            #[doc = #doc]
            #vis const #ident: ::amphi::__private::path::#related<
                ::amphi::__private::path::Root<#model_ident>,
                #module::#ident,
            > = ::amphi::__private::path::#related::NEW;
        }
    });
    let pk = model.key.is_composite().then(|| {
        quote! {
            /// The primary key as a whole.
            #vis const pk: ::amphi::__private::expr::PrimaryKey<::amphi::__private::path::Root<#model_ident>> =
                ::amphi::__private::expr::PrimaryKey::NEW;
        }
    });
    let draft = format_ident!("{model_ident}Draft");
    let begun = model.fields.iter().filter(|field| field.is_drafted()).map(|field| {
        let ident = &field.ident;
        let value = default_value(field).unwrap_or_else(|| match field.origin() {
            Origin::Generated | Origin::Optional => quote!(::core::option::Option::None),
            Origin::Flattened => quote!(::amphi::__private::draft::Unset::NEW),
            _ => quote!(::amphi::__private::draft::Missing::NEW),
        });
        quote!(#ident: #value)
    });
    let objects_doc = format!("A query for all rows of `{model_name}`.");
    let create_doc = format!("A new `{model_name}`, to be filled in and inserted.");
    quote! {
        #[automatically_derived]
        #[allow(dead_code, non_upper_case_globals)]
        impl #model_ident {
            #(#consts)*
            #pk
            #(#declared)*
            #[doc = #objects_doc]
            #vis fn objects() -> ::amphi::__private::query::QuerySet<#model_ident> {
                ::amphi::__private::query::QuerySet::new()
            }
            #[doc = #create_doc]
            #vis fn create() -> #draft {
                #draft { #(#begun),* }
            }
        }
    }
}

/// `BookFields`: what a path to the model derefs to.
pub(super) fn fields(model: &Model) -> TokenStream {
    let Model { ident: model_ident, vis, module, .. } = model;
    let fields_ident = format_ident!("{model_ident}Fields");
    let path = model.fresh.name("P");
    let types = model.fields.iter().map(|field| {
        let (ident, ty) = (&field.ident, &field.ty);
        let ty = if field.relation.is_some() {
            quote!(::amphi::__private::path::Related<#path, #module::#ident>)
        } else if field.flattened.is_some() {
            embedded(&path, field)
        } else {
            let span = field.type_span();
            let path_there = Ident::new(&path.to_string(), span);
            let seen = quote_spanned!(span=> #path_there::Field<#ty>);
            quote!(::amphi::__private::expr::Expr<#path::Root, #seen, ::amphi::__private::path::Column>)
        };
        quote!(#vis #ident: #ty)
    });
    let values = model.fields.iter().map(|field| {
        let (ident, position) = (&field.ident, &field.position);
        let value = if field.relation.is_some() {
            quote!(::amphi::__private::path::Related::NEW)
        } else if field.flattened.is_some() {
            quote!(::amphi::__private::embedded::Embedded::NEW)
        } else {
            quote_spanned!(field.type_span()=> ::amphi::__private::expr::Expr::column(
                #path::NODE,
                <#model_ident as ::amphi::__private::model::Model>::META,
                #position,
            ))
        };
        quote!(#ident: #value)
    });
    let types = types.chain(model.declared.iter().map(|declared| {
        let (ident, related) = (&declared.ident, related(declared));
        quote!(#vis #ident: ::amphi::__private::path::#related<#path, #module::#ident>)
    }));
    let pk = model.key.is_composite();
    let types = types.chain(pk.then(|| quote!(#vis pk: ::amphi::__private::expr::PrimaryKey<#path>)));
    let values = values.chain(pk.then(|| quote!(pk: ::amphi::__private::expr::PrimaryKey::NEW)));
    let values = values.chain(model.declared.iter().map(|declared| {
        let (ident, related) = (&declared.ident, related(declared));
        quote!(#ident: ::amphi::__private::path::#related::NEW)
    }));
    quote! {
        #[doc(hidden)]
        #[allow(dead_code)]
        #vis struct #fields_ident<#path: ::amphi::__private::path::Path> {
            #(#types),*
        }
        #[automatically_derived]
        impl<#path: ::amphi::__private::path::Path> ::amphi::__private::model::PathFields for #fields_ident<#path> {
            const REF: &'static Self = &#fields_ident {
                #(#values),*
            };
        }
    }
}

/// The type of a flattened field in a query.
fn embedded(path: &impl ToTokens, field: &Field) -> TokenStream {
    let (ty, position) = (&field.ty, &field.position);
    quote!(::amphi::__private::embedded::Embedded<#path, #ty, ::amphi::__private::embedded::At<{ #position }>>)
}

/// The type of a relation in a query.
fn related(declared: &Declared) -> Ident {
    match declared.kind {
        Kind::Back { many: false, .. } => format_ident!("Related"),
        _ => format_ident!("RelatedSet"),
    }
}
