//! `#[derive(FieldEnum)]`: an enum without data as text, or as an integer.

use std::collections::HashMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Expr, ExprLit, ExprUnary, Fields, Ident, Lit, LitStr, UnOp, Variant};

use crate::attributes::{Known, read, text};
use crate::errors::Errors;
use crate::names::{check_sql_name, snake_case};

/// What the derive writes for this input.
pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let ident = &input.ident;
    let Data::Enum(data) = &input.data else {
        let message =
            "`FieldEnum` is for enums without data; for a struct around one value derive `FieldNewtype`, for a table `Model`";
        return Err(syn::Error::new(ident.span(), message));
    };
    let mut errors = Errors::default();
    if !input.generics.params.is_empty() {
        errors.stop(&input.generics, "an enum in a field cannot be generic; remove the parameters");
    }
    if data.variants.is_empty() {
        errors.stop(ident, "an enum without variants has no value that a column could hold; add a variant");
    }
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            errors.stop(
                &variant.fields,
                format!(
                    "a column holds only which variant it is; write `{}` without data, or store the enum as `Json<{ident}>`",
                    variant.ident
                ),
            );
        }
    }
    let mut integer = false;
    let mut native: Option<LitStr> = None;
    read(&input.attrs, "field", &["integer", "native"], &mut errors, |option, meta, _| {
        match option {
            "integer" => integer = true,
            "native" => native = Some(text(meta)?),
            _ => return Ok(Known::No),
        }
        Ok(Known::Yes)
    });
    if let Some(name) = &native {
        if let Err(error) = check_sql_name("type", &name.value()) {
            errors.at(name.span(), error);
        } else if integer {
            errors.at(name.span(), "the labels of a database's own enum are texts; remove `integer`, or `native`");
        }
    }
    let renames: Vec<Option<LitStr>> = data.variants.iter().map(|variant| rename(variant, &mut errors)).collect();
    let variants: Vec<&Ident> = data.variants.iter().map(|variant| &variant.ident).collect();
    if integer {
        for rename in renames.iter().flatten() {
            errors.at(rename.span(), "a variant stored as an integer has no name in the database; remove `rename`, or `integer`");
        }
        let numbers = discriminants(data.variants.iter(), &mut errors);
        Ok(errors.finish(|| expand_integer(ident, &variants, &numbers)))
    } else {
        let names: Vec<String> = data
            .variants
            .iter()
            .zip(&renames)
            .map(|(variant, rename)| {
                rename.as_ref().map_or_else(|| snake_case(&variant.ident.unraw().to_string()), LitStr::value)
            })
            .collect();
        check_names(&variants, &names, &renames, &mut errors);
        if native.is_some() {
            check_labels(&variants, &names, &renames, &mut errors);
        }
        Ok(errors.finish(|| expand_text(ident, &variants, &names, native.as_ref())))
    }
}

pub(crate) fn rename(variant: &Variant, errors: &mut Errors) -> Option<LitStr> {
    let mut rename = None;
    read(&variant.attrs, "field", &["rename"], errors, |option, meta, _| match option {
        "rename" => {
            rename = Some(text(meta)?);
            Ok(Known::Yes)
        }
        _ => Ok(Known::No),
    });
    rename
}

pub(crate) fn check_names(variants: &[&Ident], names: &[String], renames: &[Option<LitStr>], errors: &mut Errors) {
    let mut seen: HashMap<&str, &Ident> = HashMap::new();
    for ((variant, name), rename) in variants.iter().zip(names).zip(renames) {
        let span = rename.as_ref().map_or(variant.span(), LitStr::span);
        if let Some(other) = seen.insert(name, variant) {
            errors.at(
                span,
                format!(
                    "`{other}` is stored as \"{name}\" already; give `{variant}` another name with `#[field(rename = \"..\")]`"
                ),
            );
        }
    }
}

/// What PostgreSQL takes as the label of an enum.
fn check_labels(variants: &[&Ident], names: &[String], renames: &[Option<LitStr>], errors: &mut Errors) {
    for ((variant, name), rename) in variants.iter().zip(names).zip(renames) {
        if name.is_empty() || name.contains('\0') {
            let span = rename.as_ref().map_or(variant.span(), LitStr::span);
            errors.at(span, "the label of a database's own enum is not empty and has no NUL; write another name");
        }
    }
}

/// The numbers that Rust gives the variants.
fn discriminants<'a>(variants: impl Iterator<Item = &'a Variant>, errors: &mut Errors) -> Vec<i32> {
    let mut next: i64 = 0;
    variants
        .map(|variant| {
            let mut span = variant.ident.span();
            if let Some((_, written)) = &variant.discriminant {
                span = written.span();
                match literal(written) {
                    Some(number) => next = number,
                    None => errors.at(span, "the stored number must be seen here; write an integer literal, such as `= 3`"),
                }
            }
            let number = i32::try_from(next).unwrap_or_else(|_| {
                errors.at(span, format!("{next} does not fit into the column, which is an i32; write a smaller number"));
                0
            });
            next = next.saturating_add(1);
            number
        })
        .collect()
}

fn literal(expression: &Expr) -> Option<i64> {
    match expression {
        Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) => number.base10_parse().ok(),
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => literal(expr).and_then(i64::checked_neg),
        Expr::Paren(inner) => literal(&inner.expr),
        Expr::Group(inner) => literal(&inner.expr),
        _ => None,
    }
}

fn expand_text(ident: &Ident, variants: &[&Ident], names: &[String], native: Option<&LitStr>) -> TokenStream {
    let expected = format!("one of {}", names.join(", "));
    let to_value = quote! {
        ::amphi::__private::value::Value::label(
            <Self as ::amphi::__private::field::FieldType>::COLUMN,
            match self {
                #(Self::#variants => #names,)*
            },
        )
    };
    let column = match native {
        None => quote!(Text),
        Some(name) => quote! {
            Enum({
                static TYPE: ::amphi::__private::field::EnumType =
                    ::amphi::__private::field::EnumType { name: #name, labels: &[#(#names),*] };
                &TYPE
            })
        },
    };
    let field_type = field_type(ident, &column, &to_value, &quote!(text), &quote! { #(#names => Self::#variants,)* }, &expected);
    quote! {
        #field_type
        #[automatically_derived]
        impl ::amphi::__private::expr::Textual for #ident {}
    }
}

fn expand_integer(ident: &Ident, variants: &[&Ident], numbers: &[i32]) -> TokenStream {
    let numbers: Vec<i64> = numbers.iter().map(|number| i64::from(*number)).collect();
    let list: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let expected = format!("one of {}", list.join(", "));
    let to_value = quote! {
        ::amphi::__private::value::Value::I64(match self {
            #(Self::#variants => #numbers,)*
        })
    };
    field_type(ident, &quote!(I32), &to_value, &quote!(i64), &quote! { #(#numbers => Self::#variants,)* }, &expected)
}

fn field_type(
    ident: &Ident,
    column: &TokenStream,
    to_value: &TokenStream,
    reader: &TokenStream,
    arms: &TokenStream,
    expected: &str,
) -> TokenStream {
    let found = if reader.to_string() == "text" { "another text" } else { "another number" };
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::field::FieldType for #ident {
            type NonNull = Self;
            const COLUMN: ::amphi::__private::field::ColumnType = ::amphi::__private::field::ColumnType::#column;
            fn to_value(
                &self,
            ) -> ::core::result::Result<::amphi::__private::value::Value<'_>, ::amphi::__private::value::ValueError> {
                ::core::result::Result::Ok(#to_value)
            }
            fn decode_nullable<R: ::amphi::__private::row::ColumnReader>(
                row: &R,
                index: usize,
            ) -> ::core::result::Result<::core::option::Option<Self>, ::amphi::__private::row::DecodeError> {
                let ::core::option::Option::Some(found) = ::amphi::__private::row::ColumnReader::#reader(row, index)? else {
                    return ::core::result::Result::Ok(::core::option::Option::None);
                };
                ::core::result::Result::Ok(::core::option::Option::Some(match found {
                    #arms
                    _ => {
                        return ::core::result::Result::Err(
                            ::amphi::__private::row::DecodeError::new(index, #expected, #found),
                        );
                    }
                }))
            }
        }
        #[automatically_derived]
        impl ::amphi::__private::field::ArrayElement for #ident {}
    }
}
