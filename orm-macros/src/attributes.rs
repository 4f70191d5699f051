//! Reading `#[name(option, option = value)]`: unknown and repeated options are errors that say what there is.

use std::collections::HashSet;

use proc_macro2::{Span, TokenTree};
use quote::ToTokens;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, LitInt, LitStr, Token};

use crate::errors::Errors;
use crate::names::{list, nearest};

/// Calls `each` for every option of the attributes called `name`. It takes the option's value, or answers that it knows no such
/// option.
pub(crate) fn read(
    attributes: &[Attribute],
    name: &str,
    known: &[&str],
    errors: &mut Errors,
    mut each: impl FnMut(&str, &ParseNestedMeta, &mut Errors) -> syn::Result<Known>,
) {
    let mut seen = HashSet::new();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident(name)) {
        let result = attribute.parse_nested_meta(|meta| {
            let option = meta.path.require_ident()?.to_string();
            match each(&option, &meta, errors) {
                Ok(Known::Yes) if meta.input.peek(Token![=]) || meta.input.peek(syn::token::Paren) => {
                    errors.at(meta.path.span(), format!("`{option}` takes no value; write `{option}` alone, or remove it"));
                }
                Ok(Known::Many) => return Ok(()),
                Ok(Known::Yes) if seen.insert(option.clone()) => return Ok(()),
                Ok(Known::Yes) => errors.at(meta.path.span(), format!("`{option}` is given twice; remove one")),
                Ok(Known::No) => errors.at(meta.path.span(), unknown(name, &option, known)),
                Err(error) => errors.push(error),
            }
            skip_to_comma(&meta)
        });
        if let Err(error) = result {
            errors.push(error);
        }
    }
}

/// Whether an option exists.
pub(crate) enum Known {
    Yes,
    /// It exists, and may be given again.
    Many,
    No,
}

/// What other libraries call our options.
const ALIASES: &[(&str, &str)] = &[
    ("db_column", "column"),
    ("name", "column"),
    ("rename", "column"),
    ("name", "rename"),
    ("db_index", "index"),
    ("pk", "primary_key"),
    ("id", "primary_key"),
    ("key", "primary_key"),
    ("primary", "primary_key"),
    ("primary_key", "key"),
    ("primary", "key"),
    ("db_table", "table"),
    ("table_name", "table"),
    ("name", "table"),
    ("order_by", "ordering"),
    ("embed", "flatten"),
    ("embedded", "flatten"),
    ("column_prefix", "prefix"),
];

fn unknown(attribute: &str, option: &str, known: &[&str]) -> String {
    let alias = || ALIASES.iter().find(|(alias, ours)| *alias == option && known.contains(ours)).map(|(_, ours)| *ours);
    let options = format!("the options are {}", list(known));
    match option {
        "null" | "nullable" | "blank" if known.contains(&"column") => {
            format!("`{attribute}` has no option `{option}`; a column that may be NULL is an `Option<..>` ({options})")
        }
        "choices" if known.contains(&"column") => {
            format!("`{attribute}` has no option `{option}`; write an enum with `#[derive(FieldEnum)]` ({options})")
        }
        _ => match alias().or_else(|| nearest(option, known)) {
            Some(near) => format!("`{attribute}` has no option `{option}`; did you mean `{near}`? ({options})"),
            None => format!("`{attribute}` has no option `{option}`; {options}"),
        },
    }
}

fn skip_to_comma(meta: &ParseNestedMeta) -> syn::Result<()> {
    while !meta.input.is_empty() && !meta.input.peek(Token![,]) {
        meta.input.parse::<TokenTree>()?;
    }
    Ok(())
}

/// A `= "text"`.
pub(crate) fn text(meta: &ParseNestedMeta) -> syn::Result<LitStr> {
    literal(meta, &format!("write a text, such as `{} = \"name\"`", option(meta)))
}

/// A `= 100`.
pub(crate) fn number(meta: &ParseNestedMeta) -> syn::Result<Number> {
    let advice = format!("write a number, such as `{} = 10`", option(meta));
    let literal: LitInt = literal(meta, &advice)?;
    match literal.base10_parse() {
        Ok(value) => Ok(Number { value, span: literal.span() }),
        Err(_) => Err(syn::Error::new(literal.span(), advice)),
    }
}

/// A number, and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Number {
    pub(crate) value: u32,
    pub(crate) span: Span,
}

fn literal<T: syn::parse::Parse>(meta: &ParseNestedMeta, advice: &str) -> syn::Result<T> {
    if !meta.input.peek(Token![=]) {
        return Err(syn::Error::new(meta.path.span(), advice));
    }
    let value: syn::Expr = meta.value()?.parse()?;
    syn::parse2(value.to_token_stream()).map_err(|_| syn::Error::new_spanned(value, advice))
}

fn option(meta: &ParseNestedMeta) -> String {
    meta.path.get_ident().map(ToString::to_string).unwrap_or_default()
}
