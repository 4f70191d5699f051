//! `#[derive(Values)]`: a struct whose fields are columns of a query.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Ident, Path, Token};

use crate::errors::Errors;
use crate::names::Fresh;
use crate::types::without_self;

/// What the derive writes for this input.
pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let ident = &input.ident;
    let fresh = Fresh::new(input.to_token_stream());
    let mut errors = Errors::default();
    let Data::Struct(syn::DataStruct { fields: Fields::Named(fields), .. }) = &input.data else {
        let message = "`Values` is for structs with named fields, each a column; for single columns or tuples use `.values(..)`";
        return Err(syn::Error::new(ident.span(), message));
    };
    if !input.generics.params.is_empty() {
        errors.stop(&input.generics, "a struct of values cannot be generic; remove the parameters");
    }
    if fields.named.is_empty() {
        errors.stop(ident, "a struct of values needs at least one field; add the columns that you want");
    }
    let model = errors.take(model(&input));
    let mut columns = Vec::with_capacity(fields.named.len());
    for field in &fields.named {
        let source = errors.take(Source::of(&field.attrs));
        let ty = errors.take(without_self(&field.ty, ident));
        if let (Some(name), Some(source), Some(ty), Some(model)) = (&field.ident, source, ty, &model) {
            let expression = match source {
                Source::Expression(expression) => expression.into_token_stream(),
                Source::Path(path) => quote_spanned!(path.span()=> <#model>::#path),
                Source::SameName => quote_spanned!(name.span()=> <#model>::#name),
            };
            columns.push((name.clone(), ty, expression));
        }
    }
    let nodes = columns.iter().map(|(_, ty, expression)| {
        let span = ty.span().resolved_at(Span::call_site());
        quote_spanned!(span=> ::amphi::__private::query::select_node::<#model, #ty>(#expression))
    });
    let reads = columns.iter().map(|(name, ty, _)| {
        let span = ty.span().resolved_at(Span::call_site());
        let decode = quote_spanned!(span=> <#ty as ::amphi::__private::field::FieldType>::decode);
        let width = quote_spanned!(span=> <#ty as ::amphi::__private::field::FieldType>::WIDTH);
        quote!(#name: #decode(row, ::amphi::__private::query::take_columns(&mut next, #width))?)
    });
    let reader = fresh.name("R");
    let expansion = quote! {
        #[automatically_derived]
        impl ::amphi::__private::query::ValuesStruct for #ident {
            type Model = #model;
            fn nodes() -> ::std::vec::Vec<::amphi::__private::expr::Node> {
                ::std::vec::Vec::from([#(#nodes),*])
            }
            #[inline]
            fn read<#reader: ::amphi::__private::row::ColumnReader>(
                row: &#reader,
            ) -> ::core::result::Result<Self, ::amphi::__private::row::DecodeError> {
                let mut next = 0;
                ::core::result::Result::Ok(#ident { #(#reads),* })
            }
        }
    };
    Ok(errors.finish(|| expansion))
}

/// The `Book` of `#[values(Book)]`.
fn model(input: &DeriveInput) -> syn::Result<Path> {
    let mut attributes = input.attrs.iter().filter(|attribute| attribute.path().is_ident("values"));
    let advice = "name the model that the query is about: `#[values(Book)]`";
    match (attributes.next(), attributes.next()) {
        (Some(attribute), None) => attribute.parse_args().map_err(|error| syn::Error::new(error.span(), advice)),
        (Some(_), Some(second)) => Err(syn::Error::new(second.span(), "the model is named already; remove one")),
        _ => Err(syn::Error::new(input.ident.span(), advice)),
    }
}

/// Where a field's column comes from.
enum Source {
    /// The model's field of the same name.
    SameName,
    /// `author.name`.
    Path(Punctuated<Ident, Token![.]>),
    /// `expr = Book::price * 2`.
    Expression(Box<Expr>),
}

impl Source {
    fn of(attributes: &[Attribute]) -> syn::Result<Source> {
        let mut attributes = attributes.iter().filter(|attribute| attribute.path().is_ident("values"));
        match (attributes.next(), attributes.next()) {
            (None, _) => Ok(Source::SameName),
            (Some(attribute), None) => attribute.parse_args(),
            (Some(_), Some(second)) => Err(syn::Error::new(second.span(), "the field has its column already; remove one")),
        }
    }
}

impl Parse for Source {
    fn parse(input: ParseStream<'_>) -> syn::Result<Source> {
        let advice = "write the path of a field, such as `author.name`, or `expr = Book::price * 2`";
        if input.peek(Ident) && input.peek2(Token![=]) {
            let option: Ident = input.parse()?;
            input.parse::<Token![=]>()?;
            if option != "expr" {
                return Err(syn::Error::new(option.span(), format!("`values` has no option `{option}`; {advice}")));
            }
            return input.parse().map(|expression| Source::Expression(Box::new(expression)));
        }
        match Punctuated::parse_separated_nonempty(input) {
            Ok(path) if input.is_empty() => Ok(Source::Path(path)),
            Ok(_) => Err(syn::Error::new(input.span(), advice)),
            Err(error) => Err(syn::Error::new(error.span(), advice)),
        }
    }
}
