//! What models and embeddable structs have in common: the metadata of their fields, and how each is read and written.
//!
//! Where each field is a column all is known here, and written as it is. With a flattened struct or a foreign key, which may be several
//! columns, the compiler puts the fields together.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;

use super::super::field::{Field, Origin, Relation};
use super::super::position::Position;

/// All fields as data: the items that they are put together from, if they are, and the list.
pub(super) fn metas(fields: &[Field], meta: impl Fn(&Field) -> TokenStream) -> (TokenStream, TokenStream) {
    if fields.iter().all(is_plain) {
        let metas = fields.iter().map(meta);
        return (TokenStream::new(), quote!(&[#(#metas),*]));
    }
    let stretches = fields.chunk_by(|a, b| is_plain(a) && is_plain(b));
    let parts = stretches.map(|stretch| match stretch {
        [Field { name, ty, flattened: Some(prefix), .. }] => quote! {
            ::amphi::__private::embedded::Part::flattened(
                #name,
                #prefix,
                <#ty as ::amphi::__private::embedded::Embeddable>::FIELDS,
            )
        },
        [field @ Field { relation: Some(Relation { target, .. }), .. }] => {
            let (own, prefix) = (meta(field), field.key_prefix());
            quote! {{
                const HELD: &::amphi::__private::meta::FieldMeta = &#own;
                ::amphi::__private::embedded::Part::foreign_key(
                    HELD,
                    #prefix,
                    <#target as ::amphi::__private::model::Model>::KEY_FIELDS,
                )
            }}
        }
        own => {
            let own = own.iter().map(&meta);
            quote! {{
                const OWN: &[::amphi::__private::meta::FieldMeta] = &[#(#own),*];
                ::amphi::__private::embedded::Part::own(OWN)
            }}
        }
    });
    let checks = fields.iter().filter_map(|field| {
        let (position, width) = (&field.position, field.width()?);
        let advice = match field.flattened {
            Some(_) => "give the flattened field a prefix, such as `#[field(flatten, prefix = \"other_\")]`",
            None => "give the foreign key another name for its columns, such as `#[field(column = \"other\")]`",
        };
        Some(quote_spanned! {field.ident.span().resolved_at(Span::call_site())=>
            const _: () = match ::amphi::__private::embedded::clash(&FIELDS, #position, #width, #advice) {
                ::core::option::Option::Some(message) => ::core::panic!("{}", message.as_str()),
                ::core::option::Option::None => {}
            };
        })
    });
    let items = quote! {
        const PARTS: &[::amphi::__private::embedded::Part] = &[#(#parts),*];
        static NAMES: [::amphi::__private::embedded::Names; ::amphi::__private::embedded::renamed(PARTS)] =
            ::amphi::__private::embedded::names(PARTS);
        static FIELDS: [::amphi::__private::meta::FieldMeta; ::amphi::__private::embedded::width(PARTS)] =
            ::amphi::__private::embedded::fields(PARTS, &NAMES);
        const _: () = match ::amphi::__private::embedded::too_long(&NAMES) {
            ::core::option::Option::Some(message) => ::core::panic!("{}", message.as_str()),
            ::core::option::Option::None => {}
        };
        const _: () = ::core::assert!(
            ::amphi::__private::embedded::count_versions(&FIELDS) < 2,
            "a row has one version, and several of these fields are `version`; remove it from all but one"
        );
        #(#checks)*
    };
    (items, quote!(&FIELDS))
}

/// Whether the field is one column, and known to be.
fn is_plain(field: &Field) -> bool {
    field.flattened.is_none() && field.relation.is_none()
}

/// The arms that give each field's value by its position `field`, but for the field `without`.
pub(super) fn value_arms(fields: &[Field], without: &Ident) -> TokenStream {
    let arms = fields.iter().filter(|field| field.ident != *without).map(|field| {
        let position = &field.position;
        let value = value(field);
        match (position.literal(), field.width()) {
            (Some(_), None) => quote!(#position => #value,),
            (None, None) => quote!(_ if field == #position => #value,),
            (_, Some(width)) => quote!(_ if (#position..#position + #width).contains(&field) => #value,),
        }
    });
    arms.collect()
}

/// The value of a field, where `field` is its position or, of a flattened struct, that of one of its fields.
pub(super) fn value(field: &Field) -> TokenStream {
    let Field { ident, ty, position, .. } = field;
    let span = field.type_span();
    if is_plain(field) {
        let to_value = quote_spanned!(span=> <#ty as ::amphi::__private::field::FieldType>::to_value);
        return quote!(#to_value(&self.#ident));
    }
    let value = match field.flattened {
        Some(_) => quote_spanned!(span=> <#ty as ::amphi::__private::embedded::Embeddable>::value),
        None => quote_spanned!(span=> <#ty as ::amphi::__private::field::FieldType>::part),
    };
    quote!(#value(&self.#ident, usize::saturating_sub(field, #position)))
}

/// The fields of the struct, each read from its columns behind `at`.
pub(super) fn reads(fields: &[Field]) -> impl Iterator<Item = TokenStream> {
    fields.iter().map(|field| {
        let Field { ident, ty, position, .. } = field;
        let at = if position.literal() == Some(0) { quote!(at) } else { quote!(at + #position) };
        let span = field.type_span();
        let read = match field.flattened {
            None => quote_spanned!(span=> <#ty as ::amphi::__private::field::FieldType>::decode),
            Some(_) => quote_spanned!(span=> <#ty as ::amphi::__private::embedded::Embeddable>::from_row),
        };
        quote!(#ident: #read(row, #at)?)
    })
}

/// How many columns there are.
pub(super) fn width(fields: &[Field]) -> impl ToTokens {
    Position::end(fields)
}

/// The flattened structs that have to be handed a call on, each with what is called.
pub(super) fn flattened<'f>(fields: &'f [Field], method: &str) -> impl Iterator<Item = (&'f Ident, TokenStream)> {
    let method = format_ident!("{method}");
    fields.iter().filter(|field| field.flattened.is_some() && !field.is_any_of).map(move |field| {
        let ty = &field.ty;
        let span = field.type_span();
        (&field.ident, quote_spanned!(span=> <#ty as ::amphi::__private::embedded::Embeddable>::#method))
    })
}

/// The default of a field whose draft begins with one.
pub(super) fn default_value(field: &Field) -> Option<TokenStream> {
    let ty = &field.ty;
    match field.origin() {
        Origin::Default(None) => Some(quote!(::core::default::Default::default())),
        Origin::Default(Some(value)) => {
            let span = value.span().resolved_at(Span::call_site());
            Some(quote_spanned!(span=> <_ as ::amphi::__private::relation::IntoField<#ty>>::into_field(#value)))
        }
        _ => None,
    }
}
