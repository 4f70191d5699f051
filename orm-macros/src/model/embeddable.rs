//! `#[derive(Embeddable)]`: a struct of fields that models share, read and checked as a model's fields are.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{Data, DeriveInput, Fields, FieldsNamed, Visibility};

use super::check_versions;
use super::expand;
use super::field::Field;
use super::position::Position;
use crate::errors::Errors;
use crate::names::Fresh;

/// A struct of fields.
pub(super) struct Embeddable {
    pub(super) ident: Ident,
    pub(super) vis: Visibility,
    pub(super) fields: Vec<Field>,
    pub(super) fresh: Fresh,
}

/// What the derive writes for this input.
pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let embeddable = Embeddable::read(input, &mut errors)?;
    Ok(errors.finish(|| expand::embeddable(&embeddable)))
}

impl Embeddable {
    fn read(input: DeriveInput, errors: &mut Errors) -> syn::Result<Embeddable> {
        let fresh = Fresh::new(input.to_token_stream());
        let named = named_fields(&input)?;
        if !input.generics.params.is_empty() {
            errors.stop(&input.generics, "a struct of shared fields cannot be generic; remove the parameters");
        }
        for attribute in input.attrs.iter().filter(|attribute| attribute.path().is_ident("model")) {
            errors.at(
                syn::spanned::Spanned::span(attribute),
                "options of a table stand on the models that the struct is flattened into; remove them here",
            );
        }
        let mut fields: Vec<Field> = Vec::with_capacity(named.named.len());
        for field in &named.named {
            if let Some(ident) = &field.ident {
                fields.extend(Field::read(field, ident, &input.ident, errors));
            }
        }
        if named.named.is_empty() {
            errors.stop(&input.ident, "a struct without fields has no columns; add the fields that models share");
        }
        Position::set(&mut fields);
        super::check_columns(&fields, errors);
        check_versions(&fields, errors);
        for field in &fields {
            if let Some(span) = field.attributes.primary_key {
                errors.at(span, "the primary key stands in the model itself, whose type it belongs to; move the field there");
            }
            if field.is_any_of {
                errors.stop(
                    &field.ty,
                    format!("a reference to one of several models stands in the model itself; move `{}` there", field.name),
                );
            }
            if let Some(relation) = &field.relation {
                errors.stop(
                    &relation.target,
                    format!(
                        "a foreign key stands in the model itself, which has a relation of that name; move `{}` there",
                        field.name
                    ),
                );
            }
        }
        Ok(Embeddable { ident: input.ident, vis: input.vis, fields, fresh })
    }
}

fn named_fields(input: &DeriveInput) -> syn::Result<&FieldsNamed> {
    match &input.data {
        Data::Struct(syn::DataStruct { fields: Fields::Named(named), .. }) => Ok(named),
        _ => Err(syn::Error::new(
            input.ident.span(),
            "`Embeddable` is for structs with named fields, which become columns of a model; for a struct around one value derive \
             `FieldNewtype`, for an enum without data `FieldEnum`",
        )),
    }
}
