//! Fields that an option of the model names: `ordering = ["-stamps.created"]`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::LitStr;

use super::field::Field;
use super::position::Position;
use crate::names::{list, nearest};

/// A field, named by an option.
pub(super) enum Named {
    /// One of the struct's own.
    Own { name: String, position: Position },
    /// One of a flattened struct, whose fields are known only when the model is compiled.
    Flattened(Flattened),
}

/// The name of a field that is not the struct's own.
pub(super) struct Flattened {
    name: String,
    span: Span,
    /// What the name is for.
    purpose: &'static str,
    /// The fields that are flattened, for messages.
    among: String,
}

impl PartialEq for Named {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Named {
    fn name(&self) -> &str {
        match self {
            Named::Own { name, .. } | Named::Flattened(Flattened { name, .. }) => name,
        }
    }

    /// The field of this name, which stands in the text `term` and is wanted for a purpose; `known` is a list of the struct's fields.
    pub(super) fn find(name: &str, term: &LitStr, fields: &[Field], purpose: &'static str, known: &str) -> syn::Result<Named> {
        let flattened: Vec<&str> =
            fields.iter().filter(|field| field.flattened.is_some()).map(|field| field.name.as_str()).collect();
        if let Some(field) = fields.iter().find(|field| field.name == name) {
            if field.flattened.is_some() {
                let example = if field.is_any_of { "id" } else { "field" };
                let message = format!("`{name}` is several fields; name one of them, such as \"{name}.{example}\"");
                return Err(syn::Error::new(term.span(), message));
            }
            return Ok(Named::Own { name: field.name.clone(), position: field.position.clone() });
        }
        let may_be = match name.split_once('.') {
            Some((first, _)) => flattened.contains(&first),
            None => !flattened.is_empty(),
        };
        if may_be {
            let among = list(&flattened);
            return Ok(Named::Flattened(Flattened { name: name.to_owned(), span: term.span(), purpose, among }));
        }
        let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
        let near = nearest(name, &names).map(|near| format!(" did you mean `{near}`?")).unwrap_or_default();
        Err(syn::Error::new(term.span(), format!("there is no field `{name}` {purpose};{near} the fields are {known}")))
    }

    /// What is checked where the fields are known, as `FIELDS`.
    pub(super) fn check(&self) -> TokenStream {
        let Named::Flattened(Flattened { name, span, purpose, among }) = self else { return TokenStream::new() };
        let missing = format!("there is no field `{name}` {purpose}, neither here nor in {among}");
        let several = format!("there are several fields `{name}` in {among}; write which, such as \"field.{name}\"");
        quote_spanned! {*span=>
            const _: () = {
                ::core::assert!(::amphi::__private::embedded::count_named(&FIELDS, #name) > 0, #missing);
                ::core::assert!(::amphi::__private::embedded::count_named(&FIELDS, #name) < 2, #several);
            };
        }
    }
}

/// The field's position.
impl ToTokens for Named {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Named::Own { position, .. } => position.to_tokens(tokens),
            Named::Flattened(Flattened { name, .. }) => {
                tokens.extend(quote!(::amphi::__private::embedded::named(&FIELDS, #name)));
            }
        }
    }
}
