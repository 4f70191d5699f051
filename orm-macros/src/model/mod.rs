//! `#[derive(Model)]`: reading the struct, then writing what belongs to it.

mod attributes;
mod declared;
mod embeddable;
mod expand;
mod field;
mod key;
mod named;
mod parts;
mod position;

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Visibility};

use self::attributes::{ModelAttributes, fields_list};
use self::declared::{Declared, Kind};
pub(crate) use self::embeddable::derive as derive_embeddable;
use self::field::{Field, Relation};
use self::key::{Key, choose_key, composite_key};
use self::named::Named;
use self::parts::{NamedPart, read_parts};
use self::position::Position;
use crate::errors::Errors;
use crate::names::{Fresh, check_sql_name, identifier, is_identifier, snake_case};
use crate::visibility::in_module;

/// A model, read and checked.
struct Model {
    ident: Ident,
    vis: Visibility,
    /// `vis`, as the items of the model's module write it.
    inner_vis: Visibility,
    /// The struct's name without `r#`.
    name: String,
    table: String,
    module: Ident,
    key: Key,
    /// Fields, and whether from large to small.
    ordering: Vec<(Named, bool)>,
    unique_together: Vec<Vec<Named>>,
    fields: Vec<Field>,
    /// The relations that are no fields.
    declared: Vec<Declared>,
    /// Where it says that it has hooks.
    hooks: Option<Span>,
    /// The indexes and constraints that it declares.
    parts: Vec<NamedPart>,
    comment: Option<String>,
    app: Option<String>,
    /// Whether the library makes and changes the table.
    managed: bool,
    renamed_from: Option<String>,
    /// Whether it is none of the program's models, but one of a step of a migration.
    frozen: bool,
    fresh: Fresh,
}

/// A relation of the model, a foreign key or declared beside the fields: its rows have a slot for it.
struct Slot<'a> {
    ident: &'a Ident,
    name: &'a str,
    /// The relation's name in the names of traits.
    pascal: &'a str,
    target: TokenStream,
    leads_to: LeadsTo,
    /// The foreign key's field.
    field: Option<&'a Field>,
}

/// How many rows a relation leads to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LeadsTo {
    One,
    Maybe,
    Many,
}

/// What the derive writes for this input.
pub(crate) fn derive(input: DeriveInput) -> syn::Result<TokenStream> {
    let mut errors = Errors::default();
    let model = Model::read(input, &mut errors)?;
    Ok(errors.finish(|| model.as_ref().map(expand::expand).unwrap_or_default()))
}

impl Model {
    fn read(input: DeriveInput, errors: &mut Errors) -> syn::Result<Option<Model>> {
        let fresh = Fresh::new(input.to_token_stream());
        let named = named_fields(&input)?;
        if !input.generics.params.is_empty() {
            errors.stop(
                &input.generics,
                "a model cannot be generic, because its table is one; write a struct for each table and put what they share into a trait",
            );
        }
        let attributes = ModelAttributes::read(&input.attrs, errors);
        let mut fields: Vec<Field> = Vec::with_capacity(named.named.len());
        for field in &named.named {
            if let Some(ident) = &field.ident {
                fields.extend(Field::read(field, ident, &input.ident, errors));
            }
        }
        Position::set(&mut fields);
        let known = fields_list(&named.named);
        let key = match &attributes.primary_key {
            Some((span, names)) => composite_key(*span, names, &fields, &known, errors),
            None => choose_key(&mut fields, &input.ident, errors),
        };
        check_names(&fields, errors);
        check_versions(&fields, errors);
        let ordering = read_ordering(&attributes, &fields, &known, errors);
        let unique_together = read_unique_together(&attributes, &fields, &known, errors);
        let parts = read_parts(&attributes.parts, &fields, &known, errors);
        let declared = check_declared(Declared::read(&input.attrs, errors), &fields, errors);
        let name = input.ident.unraw().to_string();
        let table = attributes.table.as_ref().map_or_else(|| snake_case(&name), syn::LitStr::value);
        if let Err(message) = check_sql_name("table", &table) {
            errors.at(attributes.table.as_ref().map_or(input.ident.span(), syn::LitStr::span), message);
        }
        let module = match &attributes.module {
            Some(module) if is_identifier(module.value().trim_start_matches("r#")) || module.value().starts_with("r#") => {
                identifier(module.value().trim_start_matches("r#"), module.span())
            }
            Some(module) => {
                errors.at(module.span(), "`module` is the name of a Rust module; write an identifier, such as \"book_model\"");
                identifier(&snake_case(&name), module.span())
            }
            None => identifier(&snake_case(&name), input.ident.span()),
        };
        let inner_vis = in_module(&input.vis);
        let hooks = attributes.hooks;
        parts::check_migration_options(&attributes, &name, &fields, errors);
        let managed = attributes.managed.as_ref().is_none_or(syn::LitBool::value);
        let text = |text: Option<syn::LitStr>| text.map(|text| text.value());
        let (comment, app, renamed_from) = (text(attributes.comment), text(attributes.app), text(attributes.renamed_from));
        let model = |key| Model {
            ident: input.ident,
            vis: input.vis,
            inner_vis,
            name,
            table,
            module,
            key,
            ordering,
            unique_together,
            fields,
            declared,
            hooks,
            parts,
            comment,
            app,
            managed,
            renamed_from,
            frozen: attributes.frozen,
            fresh,
        };
        Ok(errors.take(key).map(model))
    }

    /// The foreign keys.
    fn relations(&self) -> impl Iterator<Item = (&Field, &Relation)> {
        self.fields.iter().filter_map(|field| Some((field, field.relation.as_ref()?)))
    }

    /// The relations: the foreign keys, then what is declared beside the fields.
    fn slots(&self) -> Vec<Slot<'_>> {
        let fields = self.relations().map(|(field, relation)| Slot {
            ident: &field.ident,
            name: &field.name,
            pascal: &relation.pascal,
            target: relation.target.to_token_stream(),
            leads_to: if relation.nullable { LeadsTo::Maybe } else { LeadsTo::One },
            field: Some(field),
        });
        let module = &self.module;
        let declared = self.declared.iter().map(|declared| {
            let ident = &declared.ident;
            Slot {
                ident,
                name: &declared.name,
                pascal: &declared.pascal,
                target: quote!(<#module::#ident as ::amphi::__private::relation::Relation>::Target),
                leads_to: match declared.kind {
                    Kind::Back { many: false, .. } => LeadsTo::Maybe,
                    _ => LeadsTo::Many,
                },
                field: None,
            }
        });
        fields.chain(declared).collect()
    }

    /// The fields that a draft must be told.
    fn required(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.is_required())
    }
}

fn named_fields(input: &DeriveInput) -> syn::Result<&syn::FieldsNamed> {
    let message = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(named) => return Ok(named),
            Fields::Unnamed(_) => {
                "a model's fields have names, which name its columns; write `struct Name { id: i64, title: String }` (for a newtype \
                 in a field, derive `FieldNewtype`)"
            }
            Fields::Unit => "a model needs fields; write `struct Name { id: i64, .. }`",
        },
        Data::Enum(_) => "a model is a struct with named fields; for an enum in a field, derive `FieldEnum`",
        Data::Union(_) => "a model is a struct with named fields, not a union",
    };
    Err(syn::Error::new(input.ident.span(), message))
}

/// A row has one version.
fn check_versions(fields: &[Field], errors: &mut Errors) {
    for span in fields.iter().filter_map(|field| field.attributes.version).skip(1) {
        errors.at(span, "a model has one version and another field is it already; remove one");
    }
}

/// Columns that would clash in the table, as far as they are known here.
fn check_columns(fields: &[Field], errors: &mut Errors) {
    let mut columns: HashMap<&str, &str> = HashMap::new();
    for field in fields {
        let name = field.name.as_str();
        let span = field.attributes.column.as_ref().map_or_else(|| field.ident.span(), syn::LitStr::span);
        if field.flattened.is_none()
            && let Some(other) = columns.insert(&field.column, name)
        {
            errors.at(
                span,
                format!("`{other}` has the column \"{}\" already; give `{name}` another with `column = \"..\"`", field.column),
            );
        }
    }
}

/// Names that would clash in the table or in what is generated.
fn check_names(fields: &[Field], errors: &mut Errors) {
    check_columns(fields, errors);
    let mut relations: HashMap<&str, &str> = HashMap::new();
    for field in fields {
        let name = field.name.as_str();
        if matches!(name, "objects" | "create") {
            errors.stop(
                &field.ident,
                format!("a model has a function `{name}()`, so that a field cannot have this name; rename it and keep the column with `#[field(column = \"{name}\")]`"),
            );
        }
        let Some(relation) = &field.relation else { continue };
        if name == "into_inner" {
            errors.stop(&field.ident, "rows with relations have a method `into_inner()`; rename the foreign key");
        }
        if let Some(other) = relations.insert(&relation.pascal, name) {
            errors.stop(
                &field.ident,
                format!("the foreign keys `{other}` and `{name}` would both get the trait `Has{}`; rename one", relation.pascal),
            );
        }
    }
}

/// Names of relations beside the fields that would clash with others.
/// The relations whose names are free. The others are faults, but no reason to write none.
fn check_declared(declared: Vec<Declared>, fields: &[Field], errors: &mut Errors) -> Vec<Declared> {
    let mut free: Vec<Declared> = Vec::with_capacity(declared.len());
    for relation in declared {
        let name = relation.name.as_str();
        let pascals = fields.iter().filter_map(|field| field.relation.as_ref().map(|relation| (&relation.pascal, &field.name)));
        let others = free.iter().map(|other| (&other.pascal, &other.name));
        let fault = if fields.iter().any(|field| field.name == name) {
            format!("`{name}` is a field already; give the relation another name")
        } else if matches!(name, "objects" | "create" | "into_inner") {
            format!("a model has a function `{name}()`; give the relation another name")
        } else if free.iter().any(|other| other.name == name) {
            format!("the relation `{name}` is declared twice; rename one")
        } else if let Some((_, other)) = pascals.chain(others).find(|(pascal, _)| **pascal == relation.pascal) {
            format!("the relations `{other}` and `{name}` would both get the trait `Has{}`; rename one", relation.pascal)
        } else {
            free.push(relation);
            continue;
        };
        errors.at(relation.ident.span(), fault);
    }
    free
}

fn read_unique_together(attributes: &ModelAttributes, fields: &[Field], known: &str, errors: &mut Errors) -> Vec<Vec<Named>> {
    let mut all = Vec::with_capacity(attributes.unique_together.len());
    for names in &attributes.unique_together {
        let mut together: Vec<Named> = Vec::with_capacity(names.len());
        for term in names {
            let name = term.value();
            match Named::find(&name, term, fields, "to be unique together", known) {
                Ok(named) if together.contains(&named) => {
                    errors.at(term.span(), format!("`{name}` is among these fields already; remove one"));
                }
                Ok(named) => together.push(named),
                Err(error) => errors.push(error),
            }
        }
        if let (1, Some(term)) = (names.len(), names.first()) {
            errors.at(term.span(), format!("a field alone is unique by `#[field(unique)]` on `{}`", term.value()));
        }
        all.push(together);
    }
    all
}

fn read_ordering(attributes: &ModelAttributes, fields: &[Field], known: &str, errors: &mut Errors) -> Vec<(Named, bool)> {
    let mut ordering: Vec<(Named, bool)> = Vec::with_capacity(attributes.ordering.len());
    for term in &attributes.ordering {
        let text = term.value();
        let name = text.strip_prefix('-').unwrap_or(&text);
        match Named::find(name, term, fields, "to order by", known) {
            Ok(named) if ordering.iter().any(|(other, _)| *other == named) => {
                errors.at(term.span(), format!("`{name}` is in the ordering already; remove one"));
            }
            Ok(named) => ordering.push((named, text.starts_with('-'))),
            Err(error) => errors.push(error),
        }
    }
    ordering
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn expansion(input: DeriveInput) -> syn::Result<String> {
        Ok(prettyplease::unparse(&syn::parse2(derive(input)?)?))
    }

    #[test]
    fn a_model_of_two_columns_expands_to_at_most_200_lines() -> syn::Result<()> {
        let text = expansion(parse_quote! {
            pub struct Author {
                id: i64,
                name: String,
            }
        })?;
        let lines = text.lines().count();
        assert!(lines <= 200, "{lines} lines:\n{text}");
        Ok(())
    }

    #[test]
    fn all_faults_are_reported_at_once_and_the_model_is_written_all_the_same() -> syn::Result<()> {
        let text = expansion(parse_quote! {
            #[model(ordering = ["nmae"])]
            struct Author {
                id: i64,
                #[field(max_lenght = 3, unique, unique)]
                name: String,
            }
        })?;
        assert_eq!(text.matches("compile_error").count(), 3, "{text}");
        assert!(text.contains("Model for Author"), "{text}");
        Ok(())
    }

    #[test]
    fn a_model_that_cannot_be_written_is_only_its_faults() -> syn::Result<()> {
        let text = expansion(parse_quote! {
            struct Author {
                id: Option<i64>,
                age: u32,
            }
        })?;
        assert_eq!(text.matches("compile_error").count(), 2, "{text}");
        assert!(!text.contains("Model for Author"), "{text}");
        Ok(())
    }
}
