//! The relations that are no fields: a `Relation` impl for each, and the model between the two of a many-to-many relation.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::super::Model;
use super::super::declared::{Declared, Kind, Member, foreign_key, number_of};
use crate::names::{identifier, pascal_case, snake_case};
use crate::types::name as name_of_type;

pub(super) fn relation_impls(model: &Model) -> TokenStream {
    let impls = model.declared.iter().map(|declared| match &declared.kind {
        Kind::Back { many, key } => back(model, declared, *many, key),
        Kind::ManyBack(member) => {
            let of = member.many_to_many();
            let (ident, of_trait) = (&model.ident, quote!(::amphi::__private::relation::ManyToMany));
            let between = Between {
                through: quote!(<#of as #of_trait>::Through),
                near: quote!(<#of as ::amphi::__private::relation::ManyToManyWith<#ident>>::Far),
                far: quote!(<#of as #of_trait>::Near),
                made: quote!(<#of as #of_trait>::THROUGH.made),
                symmetrical: false,
            };
            many_to_many(model, declared, &quote!(<#of as ::amphi::__private::relation::Relation>::Source), &between)
        }
        Kind::Many { target, through, symmetrical, table } => {
            let (made, through, near, far) = match through {
                Some((through, near, far)) => {
                    (TokenStream::new(), quote!(#through), foreign_key(through, near), foreign_key(through, far))
                }
                None => {
                    let table = table.as_ref().map(syn::LitStr::value);
                    let table = table.unwrap_or_else(|| format!("{}_{}", model.table, declared.name));
                    made_model(model, declared, target, &table)
                }
            };
            let is_made = !made.is_empty();
            let between = Between { through, near, far, made: quote!(#is_made), symmetrical: *symmetrical };
            let impls = many_to_many(model, declared, &quote!(#target), &between);
            quote!(#made #impls)
        }
    });
    impls.collect()
}

fn back(model: &Model, declared: &Declared, many: bool, key: &Member) -> TokenStream {
    let (source, module) = (&model.ident, &model.module);
    let (ident, name, foreign_key) = (&declared.ident, &declared.name, key.foreign_key());
    let (kind, cardinality) = if many { (quote!(BackToMany), quote!(Many)) } else { (quote!(BackToOne), quote!(Nullable)) };
    let unique = (!many).then(|| {
        let message = format!(
            "`has_one({name}: ..)` needs a foreign key that is unique: mark it with `#[field(unique)]`, or write `has_many`"
        );
        quote! {
            const _: () = ::core::assert!(
                ::amphi::__private::relation::is_unique::<#foreign_key>(),
                #message
            );
        }
    });
    let to_many = many.then(|| to_many(model, declared, "ByForeignKey"));
    quote! {
        #unique
        #[automatically_derived]
        impl ::amphi::__private::relation::Relation for #module::#ident {
            type Source = #source;
            type Target = <#foreign_key as ::amphi::__private::relation::ForeignKeyTo<#source>>::Holder;
            type Cardinality = ::amphi::__private::relation::#cardinality;
            const META: &'static ::amphi::__private::meta::RelationMeta = {
                static META: ::amphi::__private::meta::RelationMeta = ::amphi::__private::meta::RelationMeta {
                    name: #name,
                    kind: ::amphi::__private::meta::RelationKind::#kind,
                    field: <#foreign_key as ::amphi::__private::relation::Relation>::META.field,
                    source: || <#source as ::amphi::__private::model::Model>::META,
                    target: || <<#module::#ident as ::amphi::__private::relation::Relation>::Target
                        as ::amphi::__private::model::Model>::META,
                    nullable: true,
                    on_delete: ::amphi::__private::meta::OnDelete::DoNothing,
                    related_name: ::core::option::Option::None,
                };
                &META
            };
        }
        #[automatically_derived]
        impl ::amphi::__private::relation::Back for #module::#ident {
            type Of = #foreign_key;
        }
        #to_many
    }
}

/// How the rows of a relation to many are joined to the row that it begins at.
fn to_many(model: &Model, declared: &Declared, join: &str) -> TokenStream {
    let (module, ident, join) = (&model.module, &declared.ident, format_ident!("{join}"));
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::relation::ToMany for #module::#ident {
            type Join = ::amphi::__private::relation::#join;
        }
    }
}

/// The model between the two of a many-to-many relation, and its two foreign keys.
struct Between {
    through: TokenStream,
    near: TokenStream,
    far: TokenStream,
    made: TokenStream,
    symmetrical: bool,
}

fn many_to_many(model: &Model, declared: &Declared, target: &TokenStream, between: &Between) -> TokenStream {
    let (source, module) = (&model.ident, &model.module);
    let (ident, name, number) = (&declared.ident, &declared.name, number_of(&declared.ident));
    let Between { through, near, far, made, symmetrical } = between;
    let to_many = to_many(model, declared, "ByLinks");
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::relation::Relation for #module::#ident {
            type Source = #source;
            type Target = #target;
            type Cardinality = ::amphi::__private::relation::Many;
            const META: &'static ::amphi::__private::meta::RelationMeta = {
                static META: ::amphi::__private::meta::RelationMeta = ::amphi::__private::meta::RelationMeta {
                    name: #name,
                    kind: ::amphi::__private::meta::RelationKind::ManyToMany(
                        <#module::#ident as ::amphi::__private::relation::ManyToMany>::THROUGH,
                    ),
                    field: 0,
                    source: || <#source as ::amphi::__private::model::Model>::META,
                    target: || <#target as ::amphi::__private::model::Model>::META,
                    nullable: true,
                    on_delete: ::amphi::__private::meta::OnDelete::DoNothing,
                    related_name: ::core::option::Option::None,
                };
                &META
            };
        }
        #[automatically_derived]
        impl ::amphi::__private::relation::ManyToMany for #module::#ident {
            type Through = #through;
            type Near = #near;
            type Far = #far;
            const THROUGH: &'static ::amphi::__private::meta::Through = {
                static LINK: ::amphi::__private::meta::RelationMeta = ::amphi::__private::meta::RelationMeta {
                    name: #name,
                    kind: ::amphi::__private::meta::RelationKind::BackToMany,
                    field: <#far as ::amphi::__private::relation::Relation>::META.field,
                    source: || <#target as ::amphi::__private::model::Model>::META,
                    target: || <#through as ::amphi::__private::model::Model>::META,
                    nullable: false,
                    on_delete: ::amphi::__private::meta::OnDelete::DoNothing,
                    related_name: ::core::option::Option::None,
                };
                static NODE: ::amphi::__private::path::PathNode = ::amphi::__private::path::PathNode {
                    parent: ::core::option::Option::None,
                    relation: &LINK,
                    many: false,
                };
                static THROUGH: ::amphi::__private::meta::Through = ::amphi::__private::meta::Through {
                    link: &NODE,
                    near: <#near as ::amphi::__private::relation::Relation>::META,
                    far: <#far as ::amphi::__private::relation::Relation>::META,
                    made: #made,
                    symmetrical: #symmetrical,
                };
                &THROUGH
            };
        }
        #[automatically_derived]
        impl ::amphi::__private::relation::ManyToManyNamed<#number> for #source {
            type Relation = #module::#ident;
        }
        #to_many
    }
}

/// A model that holds the keys of both and nothing else; its name, and its two foreign keys.
fn made_model(
    model: &Model,
    declared: &Declared,
    target: &syn::Type,
    table: &str,
) -> (TokenStream, TokenStream, TokenStream, TokenStream) {
    let (source, vis) = (&model.ident, &model.vis);
    let through = format_ident!("{}{}", source, pascal_case(&declared.name));
    let target_name = name_of_type(target).map(|ident| snake_case(&syn::ext::IdentExt::unraw(ident).to_string()));
    let (near, far) = (snake_case(&model.name), target_name.unwrap_or_else(|| "target".to_owned()));
    let (near, far) = if near == far { (format!("from_{near}"), format!("to_{far}")) } else { (near, far) };
    let span = declared.ident.span();
    let (near_ident, far_ident): (Ident, Ident) = (identifier(&near, span), identifier(&far, span));
    let doc = format!("The rows between a `{}` and its `{}`.", model.name, declared.name);
    let app = model.app.as_ref().map(|app| quote!(, app = #app));
    let made = quote! {
        #[doc = #doc]
        #[derive(::amphi::Model, ::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq)]
        #[model(table = #table, unique_together = [#near, #far] #app)]
        #[allow(dead_code)]
        #vis struct #through {
            /// The primary key.
            #vis id: i64,
            /// The key of the row that the relation begins at.
            #[field(on_delete = Cascade)]
            #vis #near_ident: ::amphi::relation::ForeignKey<#source>,
            /// The key of the row that it leads to.
            #[field(on_delete = Cascade)]
            #vis #far_ident: ::amphi::relation::ForeignKey<#target>,
        }
    };
    let (near, far) = (foreign_key(&through, &near_ident), foreign_key(&through, &far_ident));
    (made, quote!(#through), near, far)
}
