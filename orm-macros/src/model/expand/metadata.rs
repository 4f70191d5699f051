//! The `Model` impl with the model's metadata and its entry among the models of the program, and a `Relation` impl for each foreign key.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Index;
use syn::spanned::Spanned;

use super::super::Model;
use super::super::attributes::Auto;
use super::super::declared::number_of;
use super::super::field::{Field, Origin};
use super::super::key::KeyField;
use super::super::named::Named;
use super::super::position::Position;
use super::fields::{flattened, metas, value, value_arms};
use super::parts::for_migrations;

pub(super) fn model_impl(model: &Model) -> TokenStream {
    let Model { ident, name, table, key, module, unique_together, .. } = model;
    let named = model.ordering.iter().map(|(named, _)| named).chain(unique_together.iter().flatten());
    let named = named.chain(model.parts.iter().flat_map(|part| part.named()));
    let checks: TokenStream = named.map(Named::check).collect();
    let unique_together: Vec<TokenStream> = unique_together.iter().map(|fields| quote!(#(#fields),*)).collect();
    let relations = (!model.declared.is_empty()).then(|| {
        let declared = model.declared.iter().map(|declared| &declared.ident);
        quote!(relations: &[#(<#module::#declared as ::amphi::__private::relation::Relation>::META),*],)
    });
    let entry = if model.frozen { quote!(Frozen) } else { quote!(Registered) };
    let key_ident = &key.first.ident;
    let PrimaryKey { ty: key_type, positions: key_positions, fields: key_fields, get: get_key, set: set_key } =
        primary_key(model);
    let fields_type = format_ident!("{ident}Fields");
    let path = model.fresh.name("P");
    let ordering = model
        .ordering
        .iter()
        .map(|(field, descending)| quote!(::amphi::__private::meta::OrderingMeta { field: #field, descending: #descending }));
    // A draft that was just begun has the defaults of its fields, so that the expression stands in one place.
    let begun = |field: &Ident| quote!(#ident::create().#field);
    let (items, fields) = metas(&model.fields, |field| field_meta(field, &begun(&field.ident), module));
    let values = value_arms(&model.fields, key_ident);
    let key_value = model.fields.get(key.first.at).map(value);
    let touch = touch(&model.fields);
    let set_version = set_version(&model.fields);
    let hooks = hooks(model);
    let migrations = for_migrations(model);
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::model::Model for #ident {
            type Key = #key_type;
            #key_fields
            type Fields<#path: ::amphi::__private::path::Path> = #fields_type<#path>;
            const META: &'static ::amphi::__private::meta::ModelMeta = {
                #items
                #checks
                static META: ::amphi::__private::meta::ModelMeta = ::amphi::__private::meta::ModelMeta {
                    name: #name,
                    table: #table,
                    fields: #fields,
                    key: &[#(#key_positions),*],
                    generated_key: <#key_type as ::amphi::__private::field::Key>::GENERATED,
                    ordering: &[#(#ordering),*],
                    unique_together: &[#(&[#unique_together]),*],
                    #relations
                    #migrations
                    ..::amphi::__private::meta::ModelMeta::new(#name, #table, &[])
                };
                &META
            };
            fn key(&self) -> ::std::borrow::Cow<'_, #key_type> {
                #get_key
            }
            fn set_key(&mut self, key: #key_type) {
                #set_key
            }
            fn value(
                &self,
                field: usize,
            ) -> ::core::result::Result<::amphi::__private::value::Value<'_>, ::amphi::__private::value::ValueError> {
                match field {
                    #values
                    _ => #key_value,
                }
            }
            #touch
            #set_version
            #hooks
        }

        ::amphi::__private::registry::plain_model! { #ident, #entry }
    }
}

/// What is written of the primary key.
struct PrimaryKey {
    ty: TokenStream,
    /// The positions of its fields.
    positions: Vec<Position>,
    /// What a foreign key to the model is made of, if that is several columns.
    fields: TokenStream,
    get: TokenStream,
    set: TokenStream,
}

fn primary_key(model: &Model) -> PrimaryKey {
    let Model { ident, key, module, .. } = model;
    let fields = || key.fields().filter_map(|part| model.fields.get(part.at));
    let positions = fields().map(|field| field.position.clone()).collect();
    if !key.is_composite() {
        let (name, ty) = (&key.first.ident, &key.first.ty);
        return PrimaryKey {
            ty: ty.to_token_stream(),
            positions,
            fields: TokenStream::new(),
            get: quote!(::std::borrow::Cow::Borrowed(&self.#name)),
            set: quote!(self.#name = key;),
        };
    }
    let part = |field: &KeyField, what: TokenStream| {
        let ty = &field.ty;
        quote_spanned!(ty.span().resolved_at(Span::call_site())=> <#ty as ::amphi::__private::field::KeyPart>::#what)
    };
    let types = key.fields().map(|field| part(field, quote!(Key)));
    let metas = fields().map(|field| {
        let name = &field.ident;
        field_meta(field, &quote!(#ident::create().#name), module)
    });
    let gets = key.fields().map(|field| {
        let (to_key, name) = (part(field, quote!(to_key)), &field.ident);
        quote!(#to_key(&self.#name))
    });
    let sets = key.fields().enumerate().map(|(at, field)| {
        let (from_key, name, at) = (part(field, quote!(from_key)), &field.ident, Index::from(at));
        quote!(self.#name = #from_key(key.#at);)
    });
    PrimaryKey {
        ty: quote!((#(#types,)*)),
        positions,
        fields: quote! {
            const KEY_FIELDS: &'static [::amphi::__private::meta::FieldMeta] = &[#(#metas),*];
        },
        get: quote!(::std::borrow::Cow::Owned((#(#gets,)*))),
        set: quote!(#(#sets)*),
    }
}

/// Only the options that differ from a plain field's; `begun` is the default, if there is one, and `module` that of the relations.
pub(super) fn field_meta(field: &Field, begun: &TokenStream, module: &Ident) -> TokenStream {
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
    let text = |name: &str, text: Option<&syn::LitStr>| {
        text.map(|text| {
            let name = format_ident!("{name}");
            quote!(#name: ::core::option::Option::Some(#text),)
        })
    };
    let auto = match (attributes.version, attributes.auto) {
        (Some(_), _) => Some(quote!(Version)),
        (None, Some((Auto::Now, _))) => Some(quote!(Now)),
        (None, Some((Auto::NowAdd, _))) => Some(quote!(NowAdd)),
        (None, None) => None,
    };
    let auto = auto.map(|auto| quote!(auto: ::core::option::Option::Some(::amphi::__private::meta::Auto::#auto),));
    let default = matches!(field.origin(), Origin::Default(_)).then(|| {
        let span = field.type_span();
        let to_value = quote_spanned!(span=> <#ty as ::amphi::__private::field::FieldType>::to_value);
        quote! {
            default: ::core::option::Option::Some(|| {
                ::core::result::Result::map(
                    #to_value(&#begun),
                    ::amphi::__private::value::Value::into_owned,
                )
            }),
        }
    });
    let relation = relation.as_ref().map(|_| {
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
        text("comment", attributes.comment.as_ref()),
        text("renamed_from", attributes.renamed_from.as_ref()),
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

pub(super) fn set_version(fields: &[Field]) -> TokenStream {
    let own = fields.iter().filter(|field| field.attributes.version.is_some()).map(|field| {
        let Field { ident, ty, .. } = field;
        quote_spanned!(field.type_span()=> self.#ident = <#ty as ::amphi::__private::model::VersionNumber>::of(version);)
    });
    let inside = flattened(fields, "set_version").map(|(ident, method)| quote!(#method(&mut self.#ident, version);));
    let sets: TokenStream = own.chain(inside).collect();
    if sets.is_empty() {
        return sets;
    }
    quote! {
        fn set_version(&mut self, version: i64) {
            #sets
        }
    }
}

pub(super) fn touch(fields: &[Field]) -> TokenStream {
    let set = |wanted: Auto| {
        let fields = fields.iter().filter(move |field| {
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
    let (mut always, inserting) = (set(Auto::Now), set(Auto::NowAdd));
    let has_clocks: Vec<TokenStream> = flattened(fields, "HAS_CLOCK").map(|(_, has_clock)| has_clock).collect();
    if !has_clocks.is_empty() {
        let has_clock = if always.is_empty() && inserting.is_empty() { quote!(#(#has_clocks)||*) } else { quote!(true) };
        let inside = flattened(fields, "touch").map(|(ident, method)| quote!(#method(&mut self.#ident, now, inserting);));
        always.extend(inside);
        return quote! {
            const HAS_CLOCK: bool = #has_clock;
            fn touch(
                &mut self,
                now: ::amphi::__private::chrono::DateTime<::amphi::__private::chrono::Utc>,
                inserting: bool,
            ) {
                #always
                if inserting { #inserting }
            }
        };
    }
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
    let impls = model.relations().map(|(field, relation)| {
        let Field { ident, name, attributes, position, .. } = field;
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
