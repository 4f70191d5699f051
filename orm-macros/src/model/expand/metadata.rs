//! The `Model` impl with the model's metadata and its entry among the models of the program, and a `Relation` impl for each foreign key.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::super::Model;
use super::super::attributes::Auto;
use super::super::declared::number_of;
use super::super::field::{Field, Origin};

pub(super) fn model_impl(model: &Model) -> TokenStream {
    let Model { ident, name, table, key, module, unique_together, .. } = model;
    let unique_together: Vec<TokenStream> = unique_together.iter().map(|fields| quote!(#(#fields),*)).collect();
    let declared = model.declared.iter().map(|declared| &declared.ident);
    let (key_position, key_ident, key_type) = (key.position, &key.ident, &key.ty);
    let fields_type = format_ident!("{ident}Fields");
    let path = model.fresh.name("P");
    let ordering = model
        .ordering
        .iter()
        .map(|(field, descending)| quote!(::amphi::__private::meta::OrderingMeta { field: #field, descending: #descending }));
    let fields = model.fields.iter().map(|field| field_meta(model, field));
    let values = model.fields.iter().enumerate().filter(|(at, _)| *at != key_position).map(|(at, field)| {
        let (ident, ty) = (&field.ident, &field.ty);
        let to_value = quote_spanned!(field.type_span()=> <#ty as ::amphi::__private::field::FieldType>::to_value);
        quote!(#at => #to_value(&self.#ident),)
    });
    let touch = touch(model);
    let set_version = set_version(model);
    let hooks = hooks(model);
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::model::Model for #ident {
            type Key = #key_type;
            type Fields<#path: ::amphi::__private::path::Path> = #fields_type<#path>;
            const META: &'static ::amphi::__private::meta::ModelMeta = {
                static META: ::amphi::__private::meta::ModelMeta = ::amphi::__private::meta::ModelMeta {
                    name: #name,
                    table: #table,
                    fields: &[#(#fields),*],
                    key: #key_position,
                    generated_key: <#key_type as ::amphi::__private::field::Key>::GENERATED,
                    ordering: &[#(#ordering),*],
                    unique_together: &[#(&[#unique_together]),*],
                    relations: &[#(<#module::#declared as ::amphi::__private::relation::Relation>::META),*],
                };
                &META
            };
            fn key(&self) -> &#key_type {
                &self.#key_ident
            }
            fn set_key(&mut self, key: #key_type) {
                self.#key_ident = key;
            }
            fn value(
                &self,
                field: usize,
            ) -> ::core::result::Result<::amphi::__private::value::Value<'_>, ::amphi::__private::value::ValueError> {
                match field {
                    #(#values)*
                    _ => ::amphi::__private::field::FieldType::to_value(&self.#key_ident),
                }
            }
            #touch
            #set_version
            #hooks
        }

        ::amphi::__private::registry::inventory::submit! {
            ::amphi::__private::registry::Registered(<#ident as ::amphi::__private::model::Model>::META)
        }
    }
}

/// Only the options that differ from a plain field's.
fn field_meta(model: &Model, field: &Field) -> TokenStream {
    let Field { ident, name, column, ty, attributes, relation, .. } = field;
    let number = |name: &str, number: Option<crate::attributes::Number>| {
        number.map(|number| {
            let (name, value) = (format_ident!("{name}"), number.value);
            quote!(#name: ::core::option::Option::Some(#value),)
        })
    };
    let flag = |name: &str, set: bool| {
        set.then(|| {
            let name = format_ident!("{name}");
            quote!(#name: true,)
        })
    };
    let auto = match (attributes.version, attributes.auto) {
        (Some(_), _) => Some(quote!(Version)),
        (None, Some((Auto::Now, _))) => Some(quote!(Now)),
        (None, Some((Auto::NowAdd, _))) => Some(quote!(NowAdd)),
        (None, None) => None,
    };
    let auto = auto.map(|auto| quote!(auto: ::core::option::Option::Some(::amphi::__private::meta::Auto::#auto),));
    // A draft that was just begun has the defaults of its fields, so that the expression stands in one place.
    let default = matches!(field.origin(), Origin::Default(_)).then(|| {
        let (span, model) = (field.type_span(), &model.ident);
        let to_value = quote_spanned!(span=> <#ty as ::amphi::__private::field::FieldType>::to_value);
        quote! {
            default: ::core::option::Option::Some(|| {
                ::core::result::Result::map(
                    #to_value(&#model::create().#ident),
                    ::amphi::__private::value::Value::into_owned,
                )
            }),
        }
    });
    let relation = relation.as_ref().map(|_| {
        let module = &model.module;
        quote! {
            relation: ::core::option::Option::Some(<#module::#ident as ::amphi::__private::relation::Relation>::META),
        }
    });
    let options: TokenStream = [
        number("max_length", attributes.max_length),
        number("max_digits", attributes.max_digits),
        number("decimal_places", attributes.decimal_places),
        flag("unique", attributes.unique),
        flag("index", attributes.index),
        auto,
        default,
        relation,
    ]
    .into_iter()
    .flatten()
    .collect();
    let span = field.type_span();
    let plain = quote_spanned! {span=>
        ::amphi::__private::meta::FieldMeta::new(
            #name,
            #column,
            <#ty as ::amphi::__private::field::FieldType>::COLUMN,
            <#ty as ::amphi::__private::field::FieldType>::NULLABLE,
        )
    };
    if options.is_empty() { plain } else { quote!(::amphi::__private::meta::FieldMeta { #options ..#plain }) }
}

/// At the word `hooks`, so that what is missing is said there.
fn hooks(model: &Model) -> TokenStream {
    let Some(span) = model.hooks else { return TokenStream::new() };
    let connection = model.fresh.name("C");
    quote_spanned! {span.resolved_at(Span::call_site())=>
        const HAS_HOOKS: bool = true;
        fn copied_for_hooks(&self) -> ::core::option::Option<Self> {
            ::core::option::Option::Some(::core::clone::Clone::clone(self))
        }
        fn run_hook<#connection: ::amphi::__private::connection::Connection>(
            &mut self,
            hook: ::amphi::__private::hooks::Hook,
            on: &mut ::amphi::__private::running::Running<'_, #connection>,
        ) -> impl ::core::future::Future<Output = ::core::result::Result<(), ::amphi::__private::error::Error>> + ::core::marker::Send
        {
            ::amphi::__private::hooks::run(self, hook, on)
        }
    }
}

fn set_version(model: &Model) -> TokenStream {
    let Some(field) = model.fields.iter().find(|field| field.attributes.version.is_some()) else {
        return TokenStream::new();
    };
    let Field { ident, ty, .. } = field;
    quote_spanned! {field.type_span()=>
        fn set_version(&mut self, version: i64) {
            self.#ident = <#ty as ::amphi::__private::model::VersionNumber>::of(version);
        }
    }
}

fn touch(model: &Model) -> TokenStream {
    let set = |wanted: Auto| {
        let fields = model.fields.iter().filter(move |field| {
            field.attributes.version.is_none() && field.attributes.auto.is_some_and(|(auto, _)| auto == wanted)
        });
        fields
            .map(|field| {
                let Field { ident, ty, .. } = field;
                let span = field.type_span();
                quote_spanned!(span=> self.#ident = <#ty as ::amphi::__private::model::AutoTime>::at(now);)
            })
            .collect::<TokenStream>()
    };
    let (always, inserting) = (set(Auto::Now), set(Auto::NowAdd));
    if always.is_empty() && inserting.is_empty() {
        return TokenStream::new();
    }
    let (parameter, inserting) =
        if inserting.is_empty() { (quote!(_), inserting) } else { (quote!(inserting), quote!(if inserting { #inserting })) };
    quote! {
        const HAS_CLOCK: bool = true;
        fn touch(
            &mut self,
            now: ::amphi::__private::chrono::DateTime<::amphi::__private::chrono::Utc>,
            #parameter: bool,
        ) {
            #always
            #inserting
        }
    }
}

pub(super) fn relation_impls(model: &Model) -> TokenStream {
    let Model { ident: source, module, .. } = model;
    let impls = model.relations().map(|(position, field, relation)| {
        let Field { ident, name, attributes, .. } = field;
        let number = number_of(ident);
        let (target, nullable) = (&relation.target, relation.nullable);
        let on_delete = match &attributes.on_delete {
            Some(rule) => quote!(#rule),
            None => quote!(Protect),
        };
        let related_name = match &attributes.related_name {
            Some(name) => quote!(::core::option::Option::Some(#name)),
            None => quote!(::core::option::Option::None),
        };
        let (cardinality, key) = if nullable {
            (
                quote!(Nullable),
                quote!(::core::option::Option::map(
                    ::core::option::Option::as_ref(&source.#ident),
                    ::amphi::__private::relation::ForeignKey::key,
                )),
            )
        } else {
            (
                quote!(Required),
                quote!(::core::option::Option::Some(
                    ::amphi::__private::relation::ForeignKey::key(&source.#ident)
                )),
            )
        };
        quote! {
            #[automatically_derived]
            impl ::amphi::__private::relation::Relation for #module::#ident {
                type Source = #source;
                type Target = #target;
                type Cardinality = ::amphi::__private::relation::#cardinality;
                const META: &'static ::amphi::__private::meta::RelationMeta = {
                    static META: ::amphi::__private::meta::RelationMeta = ::amphi::__private::meta::RelationMeta {
                        name: #name,
                        kind: ::amphi::__private::meta::RelationKind::ForeignKey,
                        field: #position,
                        source: || <#source as ::amphi::__private::model::Model>::META,
                        target: || <#target as ::amphi::__private::model::Model>::META,
                        nullable: #nullable,
                        on_delete: ::amphi::__private::meta::OnDelete::#on_delete,
                        related_name: #related_name,
                    };
                    &META
                };
            }
            #[automatically_derived]
            impl ::amphi::__private::relation::Forward for #module::#ident {
                fn key(
                    source: &#source,
                ) -> ::core::option::Option<&<#target as ::amphi::__private::model::Model>::Key> {
                    #key
                }
            }
            #[automatically_derived]
            impl ::amphi::__private::relation::ForeignKeyNamed<#number> for #source {
                type Relation = #module::#ident;
            }
        }
    });
    impls.collect()
}
