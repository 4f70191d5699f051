//! One field of a model: what was written, checked.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, Type};

use super::attributes::{Auto, FieldAttributes, docs};
use super::position::Position;
use crate::errors::Errors;
use crate::names::{check_sql_name, is_identifier, pascal_case};
use crate::types::{argument_of, element_or_self, instead_of, is_named, show, without_option, without_self};

/// A field and its column.
pub(super) struct Field {
    pub(super) ident: Ident,
    /// The name without `r#`.
    pub(super) name: String,
    pub(super) ty: Type,
    pub(super) column: String,
    pub(super) docs: Vec<Attribute>,
    pub(super) attributes: FieldAttributes,
    pub(super) relation: Option<Relation>,
    /// For a field that is a struct of fields: what stands before the names of its columns.
    pub(super) flattened: Option<String>,
    /// Whether it is a reference to one of several models, which is flattened too.
    pub(super) is_any_of: bool,
    pub(super) is_key: bool,
    /// Where it stands among the columns.
    pub(super) position: Position,
}

/// A foreign key.
pub(super) struct Relation {
    pub(super) target: Type,
    pub(super) nullable: bool,
    /// The relation's name in the names of traits.
    pub(super) pascal: String,
}

/// Where a new row has the field's value from.
pub(super) enum Origin<'a> {
    /// The database, unless the draft is told.
    Generated,
    /// The draft, which must be told.
    Required,
    /// The draft, which begins with `None`.
    Optional,
    /// The draft, which begins with a default.
    Default(Option<&'a Expr>),
    /// The clock.
    Clock,
    /// The count of its writes.
    Version,
    /// The draft, or what the flattened struct begins with.
    Flattened,
}

impl Field {
    /// Checks all that can be seen on the field alone.
    pub(super) fn read(field: &syn::Field, ident: &Ident, model: &Ident, errors: &mut Errors) -> Option<Field> {
        let attributes = FieldAttributes::read(&field.attrs, errors);
        let ty = errors.take(without_self(&field.ty, model))?;
        let inner = without_option(&ty);
        let relation = argument_of(inner, "ForeignKey").map(|target| Relation {
            target: target.clone(),
            nullable: argument_of(&ty, "Option").is_some(),
            pascal: pascal_case(&ident.unraw().to_string()),
        });
        let name = ident.unraw().to_string();
        let column = match &attributes.column {
            Some(column) => column.value(),
            None if relation.is_some() => format!("{name}_id"),
            None => name.clone(),
        };
        let column_span = attributes.column.as_ref().map_or(ident.span(), syn::LitStr::span);
        let is_any_of = argument_of(inner, "AnyOf").is_some();
        let prefix = attributes.prefix.as_ref().map(syn::LitStr::value);
        let flattened = match (is_any_of, attributes.flatten) {
            (true, _) => Some(prefix.unwrap_or_else(|| format!("{name}_"))),
            (false, Some(_)) => Some(prefix.unwrap_or_default()),
            (false, None) => None,
        };
        if flattened.is_none()
            && let Err(message) = check_sql_name("column", &column)
        {
            errors.at(column_span, message);
        }
        if let Some(advice) = instead_of(&ty) {
            errors.stop(&field.ty, format!("`{}` cannot be the type of a model's field: {advice}", show(&field.ty)));
        }
        let field = Field {
            ident: ident.clone(),
            name,
            column,
            docs: docs(&field.attrs),
            attributes,
            relation,
            flattened,
            is_any_of,
            is_key: false,
            ty,
            position: Position::default(),
        };
        field.check_flattened(errors);
        if field.flattened.is_some() {
            return Some(field);
        }
        field.check_text(errors);
        field.check_decimal(errors);
        field.check_relation(errors);
        field.check_auto(errors);
        field.check_version(errors);
        Some(field)
    }

    /// Where a new row has the value from.
    pub(super) fn origin(&self) -> Origin<'_> {
        if self.flattened.is_some() && !self.is_any_of {
            Origin::Flattened
        } else if self.is_key && is_named(&self.ty, &["i64", "i32"]) {
            Origin::Generated
        } else if self.attributes.version.is_some() {
            Origin::Version
        } else if self.attributes.auto.is_some() {
            Origin::Clock
        } else if let Some(default) = &self.attributes.default {
            Origin::Default(default.value.as_ref())
        } else if argument_of(&self.ty, "Option").is_some() {
            Origin::Optional
        } else {
            Origin::Required
        }
    }

    /// Whether a draft without the field cannot be inserted.
    pub(super) fn is_required(&self) -> bool {
        matches!(self.origin(), Origin::Required | Origin::Flattened)
    }

    /// Whether a draft has the field at all.
    pub(super) fn is_drafted(&self) -> bool {
        !matches!(self.origin(), Origin::Clock | Origin::Version)
    }

    /// The type of the field in a draft that may leave it open: a key that the database fills in is one only if it is given.
    pub(super) fn drafted_type(&self) -> TokenStream {
        let ty = &self.ty;
        match self.origin() {
            Origin::Generated => quote!(::core::option::Option<#ty>),
            _ => ty.to_token_stream(),
        }
    }

    /// How many columns the field has, where that is known only when the model is compiled: a flattened struct, and a foreign key, which
    /// has as many as the key that it holds.
    pub(super) fn width(&self) -> Option<TokenStream> {
        let ty = &self.ty;
        if self.flattened.is_some() {
            Some(quote!(<#ty as ::amphi::__private::embedded::Embeddable>::COUNT))
        } else if self.relation.is_some() {
            Some(quote!(<#ty as ::amphi::__private::field::FieldType>::WIDTH))
        } else {
            None
        }
    }

    /// What stands before the names of the columns of a foreign key of several.
    pub(super) fn key_prefix(&self) -> String {
        let name = self.attributes.column.as_ref().map_or_else(|| self.name.clone(), syn::LitStr::value);
        format!("{name}_")
    }

    /// The place of the type, for errors about it.
    pub(super) fn type_span(&self) -> Span {
        self.ty.span().resolved_at(Span::call_site())
    }

    /// Makes the field the model's primary key.
    pub(super) fn become_key(&mut self, errors: &mut Errors) {
        self.is_key = true;
        let name = &self.name;
        if self.relation.is_some() {
            errors.stop(
                &self.ty,
                "a primary key cannot be a foreign key; add `id: i64` as the key and make this field `#[field(unique)]`",
            );
        } else if argument_of(&self.ty, "Option").is_some() {
            errors.stop(
                &self.ty,
                format!(
                    "a primary key cannot be NULL; write `{}` (an integer key is filled in by the database)",
                    show(without_option(&self.ty))
                ),
            );
        }
        if let Some(span) = self.attributes.version {
            errors.at(span, "a primary key does not change with the row; put `version` on another field, such as `version: i64`");
        }
        match (self.origin(), &self.attributes.default, self.attributes.auto) {
            (Origin::Generated, Some(default), _) => {
                errors.at(default.span, format!("the database fills in `{name}`; remove `default`"));
            }
            (_, _, Some((auto, span))) => {
                errors.at(span, format!("a primary key does not change with the clock; remove `{}`", auto.option()));
            }
            _ => {}
        }
    }

    /// Checks that the field can be a part of the model's primary key.
    pub(super) fn check_key_part(&self, span: Span, errors: &mut Errors) {
        let name = &self.name;
        if self.flattened.is_some() {
            errors.at(span, format!("`{name}` is several fields, which have no part in a key; name fields of one column"));
        } else if argument_of(&self.ty, "Option").is_some() {
            errors.stop(&self.ty, format!("a part of a primary key cannot be NULL; write `{}`", show(without_option(&self.ty))));
        }
        if let Some(span) = self.attributes.version {
            errors.at(span, "a primary key does not change with the row; put `version` on another field, such as `version: i64`");
        }
        if let Some((auto, span)) = self.attributes.auto {
            errors.at(span, format!("a primary key does not change with the clock; remove `{}`", auto.option()));
        }
    }

    fn check_flattened(&self, errors: &mut Errors) {
        let FieldAttributes { flatten, prefix, .. } = &self.attributes;
        let (name, ty) = (&self.name, show(without_option(&self.ty)));
        if self.is_any_of {
            self.check_any_of(errors);
            return;
        }
        let Some(span) = *flatten else {
            if let Some(prefix) = prefix {
                errors.at(
                    prefix.span(),
                    format!("`prefix` is for a field that is flattened; write `flatten` too, or `column = \"..\"` for the column of `{name}`"),
                );
            }
            return;
        };
        if let Some(prefix) = prefix
            && let Err(message) = check_sql_name("column", &prefix.value())
        {
            errors.at(prefix.span(), message);
        }
        if argument_of(&self.ty, "Option").is_some() {
            errors
                .stop(&self.ty, format!("a flattened struct is always there; write `{ty}` and make its fields an `Option` each"));
        } else if self.relation.is_some() {
            errors.stop(&self.ty, format!("a foreign key is one column; remove `flatten` from `{name}`"));
        }
        if self.attributes.has_column_options() {
            errors.at(
                span,
                format!("`flatten` stands alone or with `prefix`; put the options of the columns on the fields of `{ty}`"),
            );
        }
    }

    fn check_any_of(&self, errors: &mut Errors) {
        if let Some(prefix) = &self.attributes.prefix
            && let Err(message) = check_sql_name("column", &prefix.value())
        {
            errors.at(prefix.span(), message);
        }
        if self.attributes.has_column_options() || self.attributes.flatten.is_some() {
            errors.at(
                self.ident.span(),
                "a reference to one of several models is two columns, of which only the `prefix` can be chosen; remove the other options",
            );
        }
    }

    fn check_text(&self, errors: &mut Errors) {
        let Some(length) = self.attributes.max_length else { return };
        let inner = without_option(&self.ty);
        let no_text = [
            "i16",
            "i32",
            "i64",
            "f32",
            "f64",
            "bool",
            "NaiveDate",
            "NaiveTime",
            "NaiveDateTime",
            "DateTime",
            "Uuid",
            "Decimal",
            "ForeignKey",
            "Json",
            "Vec",
        ];
        if is_named(inner, &no_text) {
            errors.at(
                length.span,
                format!("`max_length` limits text, and `{}` has the type `{}`; remove it", self.name, show(inner)),
            );
        } else if length.value == 0 {
            errors.at(length.span, "a text of at most 0 characters holds nothing; write a `max_length` of 1 or more");
        }
    }

    fn check_decimal(&self, errors: &mut Errors) {
        let inner = element_or_self(without_option(&self.ty));
        let (digits, places) = (self.attributes.max_digits, self.attributes.decimal_places);
        if !is_named(inner, &["Decimal"]) {
            for (option, given) in [("max_digits", digits), ("decimal_places", places)] {
                if let Some(given) = given {
                    errors.at(
                        given.span,
                        format!(
                            "`{option}` is for `Decimal`, and `{}` has the type `{}`; remove it or make the field a `Decimal`",
                            self.name,
                            show(inner)
                        ),
                    );
                }
            }
            return;
        }
        match (digits, places) {
            (Some(digits), _) if digits.value == 0 || digits.value > 28 => {
                errors.at(digits.span, "a `Decimal` has 1 to 28 digits; write a `max_digits` of at most 28");
            }
            (Some(digits), Some(places)) if places.value > digits.value => errors.at(
                places.span,
                format!(
                    "{} digits behind the point do not fit into {} digits in all; write a `decimal_places` of at most `max_digits`",
                    places.value, digits.value
                ),
            ),
            (Some(_), Some(_)) => {}
            _ => errors.at(
                self.type_span(),
                "a `Decimal` needs both its digits in all and those behind the point: add `#[field(max_digits = 10, decimal_places = 2)]`",
            ),
        }
    }

    fn check_relation(&self, errors: &mut Errors) {
        let FieldAttributes { on_delete, related_name, default, .. } = &self.attributes;
        let Some(relation) = &self.relation else {
            let advice =
                format!("and `{}` has the type `{}`; remove it or make the field a `ForeignKey<..>`", self.name, show(&self.ty));
            if let Some(rule) = on_delete {
                errors.at(rule.span(), format!("`on_delete` is for foreign keys, {advice}"));
            }
            if let Some(related_name) = related_name {
                errors.at(related_name.span(), format!("`related_name` is for foreign keys, {advice}"));
            }
            return;
        };
        if let Some(rule) = on_delete {
            if rule == "SetNull" && !relation.nullable {
                errors.at(rule.span(), format!("`SetNull` needs a key that may be NULL; write `Option<{}>`", show(&self.ty)));
            }
            if rule == "SetDefault" && default.is_none() {
                let or = if relation.nullable { ", or write `SetNull`" } else { "" };
                errors.at(rule.span(), format!("`SetDefault` needs a key to set; add `default = ..` with that key{or}"));
            }
        }
        if let Some(related_name) = related_name
            && !is_identifier(&related_name.value())
        {
            errors.at(related_name.span(), "`related_name` is the name of the way back; write an identifier, such as \"books\"");
        }
    }

    fn check_version(&self, errors: &mut Errors) {
        if self.attributes.version.is_none() {
            return;
        }
        let name = &self.name;
        if let Some(default) = &self.attributes.default {
            errors.at(default.span, format!("`version` begins `{name}` at 1, so a `default` has no effect; remove it"));
        }
        if let Some((auto, span)) = self.attributes.auto {
            errors.at(
                span,
                format!("`version` counts writes, and `{}` notes their time; keep one of the two on `{name}`", auto.option()),
            );
        }
        if argument_of(&self.ty, "Option").is_some() {
            errors.stop(&self.ty, format!("every row has a version; write `{}` for `{name}`", show(without_option(&self.ty))));
        }
    }

    fn check_auto(&self, errors: &mut Errors) {
        if let (Some((auto, _)), Some(default)) = (self.attributes.auto, &self.attributes.default) {
            let (option, what) = (
                auto.option(),
                match auto {
                    Auto::Now => "at every save",
                    Auto::NowAdd => "at the insert",
                },
            );
            errors.at(
                default.span,
                format!("`{option}` fills in `{}` {what}, so a `default` has no effect; keep one of the two", self.name),
            );
        }
    }
}
