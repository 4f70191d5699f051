//! `#[derive(FieldNewtype)]`: a struct around one value is stored as that value.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Ident, Member, Type};

use crate::attributes::{Known, read};
use crate::errors::Errors;
use crate::types::{argument_of, instead_of, is_named, show, without_self};

const NUMBERS: &[&str] = &["i16", "i32", "i64", "f32", "f64", "Decimal"];

/// What a field's array may be of.
const SCALARS: &[&str] = &[
    "bool",
    "i16",
    "i32",
    "i64",
    "f32",
    "f64",
    "String",
    "NaiveDate",
    "NaiveTime",
    "NaiveDateTime",
    "DateTime",
    "Uuid",
    "Decimal",
];

/// What the derive writes for this input.
pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let ident = &input.ident;
    let mut errors = Errors::default();
    if !input.generics.params.is_empty() {
        errors.stop(&input.generics, "a newtype in a field cannot be generic; remove the parameters");
    }
    let (member, field) = only_field(&input)?;
    let inner = without_self(&field.ty, ident)?;
    if argument_of(&inner, "Option").is_some() {
        let message =
            format!("a newtype is never NULL; write the type inside the `Option` here, and `Option<{ident}>` in the model");
        errors.stop(&field.ty, message);
    } else if let Some(advice) = instead_of(&inner) {
        errors.stop(&field.ty, format!("`{}` cannot be stored: {advice}", show(&inner)));
    }
    let (mut key, mut text, mut number) = (false, is_named(&inner, &["String"]), is_named(&inner, NUMBERS));
    read(&input.attrs, "field", &["key", "text", "number"], &mut errors, |option, _, _| {
        match option {
            "key" => key = true,
            "text" => text = true,
            "number" => number = true,
            _ => return Ok(Known::No),
        }
        Ok(Known::Yes)
    });
    let marker = |marked: bool, name: TokenStream| {
        marked.then(|| {
            quote! {
                #[automatically_derived]
                impl ::amphi::__private::expr::#name for #ident {}
            }
        })
    };
    let parts = [
        Some(field_type(ident, &member, &inner)),
        marker(text, quote!(Textual)),
        marker(number, quote!(Numeric)),
        is_named(&inner, SCALARS).then(|| {
            quote! {
                #[automatically_derived]
                impl ::amphi::__private::field::ArrayElement for #ident {}
            }
        }),
        key.then(|| key_impls(ident, &inner)),
    ];
    Ok(errors.finish(|| parts.into_iter().flatten().collect()))
}

fn only_field(input: &DeriveInput) -> syn::Result<(Member, &syn::Field)> {
    let ident = &input.ident;
    let Data::Struct(data) = &input.data else {
        let message = "`FieldNewtype` is for structs around one value; for an enum without data derive `FieldEnum`";
        return Err(syn::Error::new(ident.span(), message));
    };
    let mut members = data.fields.members().zip(&data.fields);
    match (members.next(), members.next()) {
        (Some(only), None) => Ok(only),
        _ => {
            let message =
                format!("a column holds one value; write `struct {ident}(String)`, or store a larger struct as `Json<{ident}>`");
            Err(syn::Error::new(ident.span(), message))
        }
    }
}

fn field_type(ident: &Ident, member: &Member, inner: &Type) -> TokenStream {
    let span = inner.span().resolved_at(Span::call_site());
    let field_type = quote_spanned!(span=> <#inner as ::amphi::__private::field::FieldType>);
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::field::FieldType for #ident {
            type NonNull = Self;
            const COLUMN: ::amphi::__private::field::ColumnType = #field_type::COLUMN;
            #[inline]
            fn to_value(
                &self,
            ) -> ::core::result::Result<::amphi::__private::value::Value<'_>, ::amphi::__private::value::ValueError> {
                #field_type::to_value(&self.#member)
            }
            #[inline]
            fn decode_nullable<FieldReader: ::amphi::__private::row::ColumnReader>(
                row: &FieldReader,
                index: usize,
            ) -> ::core::result::Result<::core::option::Option<Self>, ::amphi::__private::row::DecodeError> {
                ::core::result::Result::Ok(match #field_type::decode_nullable(row, index)? {
                    ::core::option::Option::Some(value) => ::core::option::Option::Some(#ident { #member: value }),
                    ::core::option::Option::None => ::core::option::Option::None,
                })
            }
        }
    }
}

/// The newtype as a primary key, and as what a foreign key to such a model is given.
fn key_impls(ident: &Ident, inner: &Type) -> TokenStream {
    let span = inner.span().resolved_at(Span::call_site());
    let key = quote_spanned!(span=> <#inner as ::amphi::__private::field::Key>);
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::field::Key for #ident {
            // The user makes it: a draft asks for it like for any required field. What is inside must still be a key.
            const GENERATED: bool = {
                let _ = #key::GENERATED;
                false
            };
        }
        #[automatically_derived]
        impl ::amphi::__private::field::KeyColumn for #ident {}
        #[automatically_derived]
        impl<M, T: ::amphi::__private::model::Model<Key = #ident>, ReadAs>
            ::amphi::__private::expr::KeyOperand<M, T, ReadAs> for #ident
        {
            fn into_node(self) -> ::amphi::__private::expr::Node {
                ::amphi::__private::expr::KeyOperand::<M, T, ReadAs>::into_node(
                    ::amphi::__private::relation::ForeignKey::<T>::new(self),
                )
            }
        }
        #[automatically_derived]
        impl<T: ::amphi::__private::model::Model<Key = #ident>>
            ::amphi::__private::relation::IntoField<::amphi::__private::relation::ForeignKey<T>> for #ident
        {
            fn into_field(self) -> ::amphi::__private::relation::ForeignKey<T> {
                ::amphi::__private::relation::ForeignKey::new(self)
            }
        }
        #[automatically_derived]
        impl<T: ::amphi::__private::model::Model<Key = #ident>>
            ::amphi::__private::relation::IntoField<
                ::core::option::Option<::amphi::__private::relation::ForeignKey<T>>,
            > for #ident
        {
            fn into_field(self) -> ::core::option::Option<::amphi::__private::relation::ForeignKey<T>> {
                ::core::option::Option::Some(::amphi::__private::relation::ForeignKey::new(self))
            }
        }
    }
}
