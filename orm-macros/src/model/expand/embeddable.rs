//! The `Embeddable` impl of a struct of shared fields, and `StampsFields`, what a path to them derefs to.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use super::super::embeddable::Embeddable;
use super::super::field::{Field, Origin};
use super::fields::{default_value, metas, reads, value, value_arms};
use super::metadata::{field_meta, set_version, touch};

/// All that belongs to the struct.
pub(in super::super) fn embeddable(embeddable: &Embeddable) -> TokenStream {
    let parts = [embeddable_impl(embeddable), defaults(embeddable), begin(embeddable), fields(embeddable)];
    parts.into_iter().collect()
}

fn embeddable_impl(embeddable: &Embeddable) -> TokenStream {
    let Embeddable { ident, fields, fresh, .. } = embeddable;
    let Some(last) = fields.last() else { return TokenStream::new() };
    let fields_ident = format_ident!("{ident}Fields");
    let (path, position, reader) = (fresh.name("P"), fresh.name("A"), fresh.name("R"));
    let (items, metas) = metas(fields, |field| {
        let number = position_of(fields, field);
        field_meta(field, &quote!(<#ident as ::amphi::__private::embedded::DefaultOf<#number>>::default_of()), ident)
    });
    let metas = if items.is_empty() { metas } else { quote!({ #items #metas }) };
    let reads = reads(fields);
    let (arms, last) = (value_arms(fields, &last.ident), value(last));
    let (touch, set_version) = (touch(fields), set_version(fields));
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::embedded::Embeddable for #ident {
            type Fields<#path: ::amphi::__private::path::Path, #position: ::amphi::__private::embedded::Position> =
                #fields_ident<#path, #position>;
            const FIELDS: &'static [::amphi::__private::meta::FieldMeta] = #metas;
            #[inline]
            fn from_row<#reader: ::amphi::__private::row::ColumnReader>(
                row: &#reader,
                at: usize,
            ) -> ::core::result::Result<Self, ::amphi::__private::row::DecodeError> {
                ::core::result::Result::Ok(#ident { #(#reads),* })
            }
            fn value(
                &self,
                field: usize,
            ) -> ::core::result::Result<::amphi::__private::value::Value<'_>, ::amphi::__private::value::ValueError> {
                match field {
                    #arms
                    _ => #last,
                }
            }
            #touch
            #set_version
        }
    }
}

/// The number of a field among those of the struct, by which its default is known.
fn position_of(fields: &[Field], field: &Field) -> usize {
    fields.iter().take_while(|other| other.ident != field.ident).count()
}

fn defaults(embeddable: &Embeddable) -> TokenStream {
    let Embeddable { ident, fields, .. } = embeddable;
    let defaults = fields.iter().enumerate().filter_map(|(number, field)| {
        let (ty, value) = (&field.ty, default_value(field)?);
        Some(quote! {
            #[automatically_derived]
            impl ::amphi::__private::embedded::DefaultOf<#number> for #ident {
                type Field = #ty;
                fn default_of() -> #ty {
                    #value
                }
            }
        })
    });
    defaults.collect()
}

/// What a new row begins with, if no field must be told.
fn begin(embeddable: &Embeddable) -> TokenStream {
    let Embeddable { ident, fields, fresh, .. } = embeddable;
    if fields.iter().any(|field| matches!(field.origin(), Origin::Required)) {
        return TokenStream::new();
    }
    let (field_type, model) = (fresh.name("F"), fresh.name("M"));
    let begin = quote!(::amphi::__private::draft::Begin<#field_type, #model>);
    let nested = fields.iter().filter(|field| field.flattened.is_some()).map(|field| &field.ty);
    let values = fields.iter().enumerate().map(|(number, field)| {
        let Field { ident: name, ty, .. } = field;
        let span = field.type_span();
        let value = match field.origin() {
            Origin::Clock => {
                let at = quote_spanned!(span=> <#ty as ::amphi::__private::model::AutoTime>::at);
                quote!(#at(::amphi::__private::chrono::Utc::now()))
            }
            Origin::Version => {
                let of = quote_spanned!(span=> <#ty as ::amphi::__private::model::VersionNumber>::of);
                quote!(#of(1))
            }
            Origin::Default(_) => quote!(<#ident as ::amphi::__private::embedded::DefaultOf<#number>>::default_of()),
            Origin::Flattened => quote!(<#ty as #begin>::begin()),
            Origin::Generated | Origin::Required | Origin::Optional => quote!(::core::option::Option::None),
        };
        quote!(#name: #value)
    });
    quote! {
        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<#field_type, #model> #begin for #ident
        where
            #(#nested: #begin,)*
        {
            fn begin() -> Self {
                #ident { #(#values),* }
            }
        }
    }
}

fn fields(embeddable: &Embeddable) -> TokenStream {
    let Embeddable { ident, vis, fields, fresh, .. } = embeddable;
    let fields_ident = format_ident!("{ident}Fields");
    let (path, at, marker) = (fresh.name("P"), fresh.name("A"), fresh.name("__position"));
    let types = fields.iter().map(|field| {
        let Field { ident, ty, docs, position, .. } = field;
        let ty = if field.flattened.is_some() {
            quote! {
                ::amphi::__private::embedded::Embedded<
                    #path,
                    #ty,
                    ::amphi::__private::embedded::Within<#at, { #position }>,
                >
            }
        } else {
            let span = field.type_span();
            let path_there = Ident::new(&path.to_string(), span);
            let seen = quote_spanned!(span=> #path_there::Field<#ty>);
            quote!(::amphi::__private::expr::Expr<#path::Root, #seen, ::amphi::__private::path::Column>)
        };
        quote!(#(#docs)* #vis #ident: #ty)
    });
    let values = fields.iter().map(|field| {
        let Field { ident, position, .. } = field;
        let value = if field.flattened.is_some() {
            quote!(::amphi::__private::embedded::Embedded::NEW)
        } else {
            quote_spanned!(field.type_span()=> ::amphi::__private::expr::Expr::column(
                #path::NODE,
                <#path::Model as ::amphi::__private::model::Model>::META,
                <#at as ::amphi::__private::embedded::Position>::AT + #position,
            ))
        };
        quote!(#ident: #value)
    });
    let parameters = quote! {
        <#path: ::amphi::__private::path::Path, #at: ::amphi::__private::embedded::Position>
    };
    quote! {
        #[doc(hidden)]
        #[allow(dead_code)]
        #vis struct #fields_ident #parameters {
            #(#types,)*
            #marker: ::core::marker::PhantomData<fn() -> #at>,
        }
        #[automatically_derived]
        impl #parameters ::amphi::__private::model::PathFields for #fields_ident<#path, #at> {
            const REF: &'static Self = &#fields_ident {
                #(#values,)*
                #marker: ::core::marker::PhantomData,
            };
        }
    }
}
