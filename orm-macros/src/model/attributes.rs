//! The options of `#[model(..)]` and `#[field(..)]`, as they were written.

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, LitBool, LitStr, Token};

use super::parts::Part;
use crate::attributes::{Known, Number, number, read, text};
use crate::errors::Errors;
use crate::names::{list, nearest};

const MODEL_OPTIONS: &[&str] = &[
    "table",
    "primary_key",
    "ordering",
    "unique_together",
    "module",
    "hooks",
    "index",
    "unique",
    "check",
    "comment",
    "app",
    "managed",
    "renamed_from",
];
const FIELD_OPTIONS: &[&str] = &[
    "primary_key",
    "column",
    "max_length",
    "max_digits",
    "decimal_places",
    "unique",
    "index",
    "default",
    "on_delete",
    "related_name",
    "auto_now",
    "auto_now_add",
    "version",
    "flatten",
    "prefix",
    "comment",
    "renamed_from",
];
const ON_DELETE: &[&str] = &["Cascade", "Protect", "Restrict", "SetNull", "SetDefault", "DoNothing"];

/// What `#[model(..)]` said.
#[derive(Default)]
pub(super) struct ModelAttributes {
    pub(super) table: Option<LitStr>,
    /// Where it names the fields of a key of several, and which.
    pub(super) primary_key: Option<(Span, Vec<LitStr>)>,
    pub(super) ordering: Vec<LitStr>,
    pub(super) unique_together: Vec<Vec<LitStr>>,
    pub(super) module: Option<LitStr>,
    pub(super) hooks: Option<Span>,
    pub(super) parts: Vec<Part>,
    pub(super) comment: Option<LitStr>,
    pub(super) app: Option<LitStr>,
    /// Where it says that the library leaves the table alone, or that it does not.
    pub(super) managed: Option<LitBool>,
    pub(super) renamed_from: Option<LitStr>,
    /// Whether it is the model of a step of a migration; not for use by hand.
    pub(super) frozen: bool,
}

impl ModelAttributes {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut model = ModelAttributes::default();
        read(attributes, "model", MODEL_OPTIONS, errors, |option, meta, _| {
            match option {
                "table" => model.table = Some(text(meta)?),
                "module" => model.module = Some(text(meta)?),
                "frozen" => model.frozen = true,
                "hooks" => model.hooks = Some(meta.path.span()),
                "primary_key" => {
                    let span = meta.path.span();
                    let advice = "write a list of field names, such as `primary_key = [\"tenant\", \"number\"]`";
                    let list: Expr = meta.value().and_then(|value| value.parse()).map_err(|_| syn::Error::new(span, advice))?;
                    model.primary_key = Some((span, names_of(&list, advice)?));
                }
                "comment" => model.comment = Some(text(meta)?),
                "app" => model.app = Some(text(meta)?),
                "managed" => {
                    let advice = "write `managed = false` for a table that the library is to leave alone, such as a view";
                    let value = meta.value().and_then(|value| value.parse());
                    model.managed = Some(value.map_err(|_| syn::Error::new(meta.path.span(), advice))?);
                }
                "renamed_from" => model.renamed_from = Some(text(meta)?),
                "index" | "unique" | "check" => {
                    model.parts.push(Part::read(option, meta)?);
                    return Ok(Known::Many);
                }
                "ordering" => {
                    let advice = "write a list of field names, such as `ordering = [\"-published\", \"title\"]`";
                    let list: Expr =
                        meta.value().and_then(|value| value.parse()).map_err(|_| syn::Error::new(meta.path.span(), advice))?;
                    model.ordering = names_of(&list, advice)?;
                }
                "unique_together" => {
                    let advice = "write a list of field names, such as `unique_together = [\"order\", \"number\"]`, or a list of such lists";
                    let list: Expr =
                        meta.value().and_then(|value| value.parse()).map_err(|_| syn::Error::new(meta.path.span(), advice))?;
                    match &list {
                        Expr::Array(lists) if lists.elems.iter().any(|list| matches!(list, Expr::Array(_))) => {
                            for list in &lists.elems {
                                model.unique_together.push(names_of(list, advice)?);
                            }
                        }
                        list => model.unique_together.push(names_of(list, advice)?),
                    }
                }
                _ => return Ok(Known::No),
            }
            Ok(Known::Yes)
        });
        model
    }
}

/// The names of a list.
pub(super) fn names_of(list: &Expr, advice: &str) -> syn::Result<Vec<LitStr>> {
    let Expr::Array(names) = list else { return Err(syn::Error::new_spanned(list, advice)) };
    let name = |name: &Expr| match name {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(name), .. }) => Ok(name.clone()),
        other => Err(syn::Error::new_spanned(other, advice)),
    };
    names.elems.iter().map(name).collect()
}

/// What `#[field(..)]` said.
#[derive(Default)]
pub(super) struct FieldAttributes {
    pub(super) primary_key: Option<Span>,
    pub(super) column: Option<LitStr>,
    pub(super) max_length: Option<Number>,
    pub(super) max_digits: Option<Number>,
    pub(super) decimal_places: Option<Number>,
    pub(super) unique: bool,
    pub(super) index: bool,
    pub(super) default: Option<FieldDefault>,
    pub(super) on_delete: Option<syn::Ident>,
    pub(super) related_name: Option<LitStr>,
    pub(super) auto: Option<(Auto, Span)>,
    pub(super) version: Option<Span>,
    pub(super) flatten: Option<Span>,
    pub(super) prefix: Option<LitStr>,
    pub(super) comment: Option<LitStr>,
    pub(super) renamed_from: Option<LitStr>,
}

/// `default`, or `default = expression`.
pub(super) struct FieldDefault {
    pub(super) span: Span,
    pub(super) value: Option<Expr>,
}

/// `auto_now` and `auto_now_add`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Auto {
    Now,
    NowAdd,
}

impl Auto {
    pub(super) fn option(self) -> &'static str {
        match self {
            Auto::Now => "auto_now",
            Auto::NowAdd => "auto_now_add",
        }
    }
}

impl FieldAttributes {
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Self {
        let mut field = FieldAttributes::default();
        read(attributes, "field", FIELD_OPTIONS, errors, |option, meta, errors| {
            let span = meta.path.span();
            match option {
                "primary_key" => field.primary_key = Some(span),
                "column" => field.column = Some(text(meta)?),
                "max_length" => field.max_length = Some(number(meta)?),
                "max_digits" => field.max_digits = Some(number(meta)?),
                "decimal_places" => field.decimal_places = Some(number(meta)?),
                "unique" => field.unique = true,
                "index" => field.index = true,
                "default" => {
                    let value = if meta.input.peek(Token![=]) { Some(meta.value()?.parse()?) } else { None };
                    field.default = Some(FieldDefault { span, value });
                }
                "on_delete" => field.on_delete = on_delete(meta, errors)?,
                "related_name" => field.related_name = Some(text(meta)?),
                "auto_now" => field.set_auto(Auto::Now, span, errors),
                "auto_now_add" => field.set_auto(Auto::NowAdd, span, errors),
                "version" => field.version = Some(span),
                "flatten" => field.flatten = Some(span),
                "prefix" => field.prefix = Some(text(meta)?),
                "comment" => field.comment = Some(text(meta)?),
                "renamed_from" => field.renamed_from = Some(text(meta)?),
                _ => return Ok(Known::No),
            }
            Ok(Known::Yes)
        });
        field
    }

    /// Whether there are options that are about one column.
    pub(super) fn has_column_options(&self) -> bool {
        let numbers = [self.max_length, self.max_digits, self.decimal_places];
        self.primary_key.is_some()
            || self.column.is_some()
            || numbers.iter().any(Option::is_some)
            || self.unique
            || self.index
            || self.default.is_some()
            || self.on_delete.is_some()
            || self.related_name.is_some()
            || self.auto.is_some()
            || self.version.is_some()
            || self.comment.is_some()
            || self.renamed_from.is_some()
    }

    fn set_auto(&mut self, auto: Auto, span: Span, errors: &mut Errors) {
        match self.auto {
            Some((other, _)) if other != auto => errors.at(
                span,
                "`auto_now` and `auto_now_add` exclude each other: `auto_now` is set at every save, `auto_now_add` at the insert; keep one",
            ),
            _ => self.auto = Some((auto, span)),
        }
    }
}

fn on_delete(meta: &syn::meta::ParseNestedMeta, errors: &mut Errors) -> syn::Result<Option<syn::Ident>> {
    let known = list(ON_DELETE);
    if !meta.input.peek(Token![=]) {
        return Err(syn::Error::new(
            meta.path.span(),
            format!("write what happens, such as `on_delete = Cascade`; there are {known}"),
        ));
    }
    let value: Expr = meta.value()?.parse()?;
    let name = match &value {
        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
        _ => None,
    };
    match name {
        Some(name) if ON_DELETE.iter().any(|known| name == known) => Ok(Some(name)),
        name => {
            let written = match (&name, &value) {
                (Some(name), _) => name.to_string(),
                (None, Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })) => text.value(),
                (None, _) => String::new(),
            };
            let message = match nearest(&written.replace('_', ""), ON_DELETE) {
                Some(near) => format!("write `on_delete = {near}`, without quotes; there are {known}"),
                None => format!("`on_delete` takes one of {known}, without quotes"),
            };
            errors.push(syn::Error::new_spanned(value, message));
            Ok(None)
        }
    }
}

/// The documentation of an item.
pub(super) fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("doc")).cloned().collect()
}

/// A comma-separated list, for messages.
pub(super) fn fields_list(fields: &Punctuated<syn::Field, Token![,]>) -> String {
    let names: Vec<String> = fields
        .iter()
        .filter_map(|field| field.ident.as_ref())
        .map(|ident| syn::ext::IdentExt::unraw(ident).to_string())
        .collect();
    list(&names.iter().map(String::as_str).collect::<Vec<_>>())
}
