//! Indexes, constraints and what else a model says for migrations, as data.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::super::Model;
use super::super::parts::{Kind, NamedPart, Sql};

/// What the model's metadata has beside that of every model.
pub(super) fn for_migrations(model: &Model) -> TokenStream {
    let texts = [("app", &model.app), ("renamed_from", &model.renamed_from), ("comment", &model.comment)];
    let texts = texts.into_iter().filter_map(|(name, text)| {
        let (name, text) = (format_ident!("{name}"), text.as_ref()?);
        Some(quote!(#name: ::core::option::Option::Some(#text),))
    });
    let of_kind = |is_index: bool| model.parts.iter().filter(move |part| (part.kind == Kind::Index) == is_index);
    let mut options: TokenStream = texts.collect();
    if !model.managed {
        options.extend(quote!(managed: false,));
    }
    let indexes: Vec<TokenStream> = of_kind(true).map(index).collect();
    if !indexes.is_empty() {
        options.extend(quote!(indexes: &[#(#indexes),*],));
    }
    let constraints: Vec<TokenStream> = of_kind(false).map(constraint).collect();
    if !constraints.is_empty() {
        options.extend(quote!(constraints: &[#(#constraints),*],));
    }
    options
}

fn index(part: &NamedPart) -> TokenStream {
    let fields = part.fields.iter().map(|(named, descending)| quote!((#named, #descending)));
    let expressions = part.expressions.iter().map(sql);
    let (include, name, method) = (&part.include, text(part.name.as_ref()), text(part.method.as_ref()));
    let condition = option(part.condition.as_ref().map(sql));
    quote! {
        ::amphi::__private::meta::IndexMeta {
            name: #name,
            fields: &[#(#fields),*],
            expressions: &[#(#expressions),*],
            include: &[#(#include),*],
            condition: #condition,
            method: #method,
        }
    }
}

fn constraint(part: &NamedPart) -> TokenStream {
    if let (Kind::Check, Some(name), Some(condition)) = (part.kind, &part.name, part.condition.as_ref().map(sql)) {
        return quote!(::amphi::__private::meta::ConstraintMeta::Check { name: #name, condition: #condition });
    }
    let fields = part.fields.iter().map(|(named, _)| named);
    let (name, condition) = (text(part.name.as_ref()), option(part.condition.as_ref().map(sql)));
    quote! {
        ::amphi::__private::meta::ConstraintMeta::Unique { name: #name, fields: &[#(#fields),*], condition: #condition }
    }
}

fn sql(sql: &Sql) -> TokenStream {
    match sql {
        Sql::Same(sql) => quote!(::amphi::__private::meta::SqlMeta::Same(#sql)),
        Sql::Each { sqlite, postgres, mysql } => {
            let (sqlite, postgres, mysql) = (text(sqlite.as_ref()), text(postgres.as_ref()), text(mysql.as_ref()));
            quote!(::amphi::__private::meta::SqlMeta::Each { sqlite: #sqlite, postgres: #postgres, mysql: #mysql })
        }
    }
}

fn text<T: quote::ToTokens>(text: Option<&T>) -> TokenStream {
    option(text.map(|text| quote!(#text)))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote!(::core::option::Option::Some(#value)),
        None => quote!(::core::option::Option::None),
    }
}
