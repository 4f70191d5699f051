//! The primary key of a model: which fields it is.

use proc_macro2::{Ident, Span};
use syn::Type;
use syn::ext::IdentExt;

use super::field::Field;
use super::named::Named;
use crate::errors::Errors;

/// The primary key: one field, or several.
pub(super) struct Key {
    pub(super) first: KeyField,
    others: Vec<KeyField>,
}

/// A field of the primary key.
pub(super) struct KeyField {
    /// Which of the struct's fields it is.
    pub(super) at: usize,
    pub(super) ident: Ident,
    pub(super) ty: Type,
}

impl Key {
    /// Whether it is several fields.
    pub(super) fn is_composite(&self) -> bool {
        !self.others.is_empty()
    }

    /// Its fields, in the order of the key.
    pub(super) fn fields(&self) -> impl Iterator<Item = &KeyField> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

/// More fields are in no key.
const LONGEST_KEY: usize = 6;

fn no_key(model: &Ident) -> syn::Error {
    syn::Error::new(
        model.span(),
        format!(
            "`{model}` has no primary key; add `id: i64`, which the database fills in, or mark a field with `#[field(primary_key)]`"
        ),
    )
}

/// The field marked `primary_key`, else the one named `id`.
pub(super) fn choose_key(fields: &mut [Field], model: &Ident, errors: &mut Errors) -> syn::Result<Key> {
    let marked: Vec<usize> =
        fields.iter().enumerate().filter(|(_, field)| field.attributes.primary_key.is_some()).map(|(at, _)| at).collect();
    for field in fields.iter().filter(|field| field.attributes.primary_key.is_some()).skip(1) {
        let span = field.attributes.primary_key.unwrap_or_else(|| field.ident.span());
        errors.at(span, "a model has one primary key and another field has it already; for uniqueness write `unique`");
    }
    let position =
        marked.first().copied().or_else(|| fields.iter().position(|field| field.name == "id" && field.flattened.is_none()));
    let found = position.and_then(|position| Some((position, fields.get_mut(position)?)));
    let Some((position, field)) = found else { return Err(no_key(model)) };
    field.become_key(errors);
    Ok(Key { first: KeyField::of(position, field), others: Vec::new() })
}

impl KeyField {
    fn of(at: usize, field: &Field) -> KeyField {
        KeyField { at, ident: field.ident.clone(), ty: field.ty.clone() }
    }
}

/// The fields that `primary_key` names.
pub(super) fn composite_key(
    span: Span,
    names: &[syn::LitStr],
    fields: &[Field],
    known: &str,
    errors: &mut Errors,
) -> syn::Result<Key> {
    let mut key: Vec<KeyField> = Vec::with_capacity(names.len());
    for term in names {
        let name = term.value();
        if key.iter().any(|part| part.ident.unraw() == name) {
            errors.at(term.span(), format!("`{name}` is in the key already; remove one"));
            continue;
        }
        match fields.iter().enumerate().find(|(_, field)| field.name == name) {
            Some((at, field)) => {
                field.check_key_part(term.span(), errors);
                key.push(KeyField::of(at, field));
            }
            // It is none of the struct's own, so that this is an error.
            None => {
                match Named::find(&name, term, fields, "to be a part of the primary key", known) {
                    Err(error) => errors.push(error),
                    Ok(_) => {
                        errors.at(term.span(), "a part of the primary key stands in the model itself, whose type it belongs to; move the field there");
                    }
                }
            }
        }
    }
    for field in fields {
        if let Some(span) = field.attributes.primary_key {
            errors.at(span, "the model's `primary_key` names the fields of the key; remove `primary_key` here");
        } else if field.name == "id" && !names.iter().any(|name| name.value() == "id") {
            errors.at(
                field.ident.span(),
                "a field `id` is the primary key of a model, and this one has another; rename it, or remove `primary_key`",
            );
        }
        if field.name == "pk" {
            errors.stop(&field.ident, "the key of several fields as a whole is called `pk`; rename the field");
        }
    }
    match names {
        [] => Err(syn::Error::new(span, "name the fields of the key, such as `primary_key = [\"tenant\", \"number\"]`")),
        [only] => Err(syn::Error::new(
            only.span(),
            format!("a field alone is the primary key by `#[field(primary_key)]` on `{}`", only.value()),
        )),
        many if many.len() > LONGEST_KEY => Err(syn::Error::new(
            span,
            format!("a primary key is at most {LONGEST_KEY} fields; add `id: i64` and write `unique_together` for these"),
        )),
        _ => {
            let mut parts = key.into_iter();
            match parts.next() {
                Some(first) => Ok(Key { first, others: parts.collect() }),
                // None of the names is a field's, which was said.
                None => Err(syn::Error::new(span, "the fields of the key are none of the model's")),
            }
        }
    }
}
