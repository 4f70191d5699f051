//! Indexes and constraints that a model declares beside its fields, and what it says for migrations.

use proc_macro2::{Span, TokenTree};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Expr, LitStr};

use super::attributes::{ModelAttributes, names_of};
use super::field::Field;
use super::named::Named;
use crate::attributes::text;
use crate::errors::Errors;
use crate::names::{check_sql_name, is_identifier, list, nearest};

/// `index(..)`, `unique(..)` or `check(..)`, as it was written.
pub(super) struct Part {
    kind: Kind,
    span: Span,
    fields: Vec<LitStr>,
    include: Vec<LitStr>,
    name: Option<LitStr>,
    method: Option<LitStr>,
    expressions: Vec<Sql>,
    condition: Option<Sql>,
}

/// What is declared.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Index,
    Unique,
    Check,
}

/// SQL, for every database or for each its own.
#[derive(Clone)]
pub(super) enum Sql {
    Same(LitStr),
    Each { sqlite: Option<LitStr>, postgres: Option<LitStr>, mysql: Option<LitStr> },
}

/// An index or a constraint whose fields are known.
pub(super) struct NamedPart {
    pub(super) kind: Kind,
    /// Fields, and whether from large to small.
    pub(super) fields: Vec<(Named, bool)>,
    pub(super) include: Vec<Named>,
    pub(super) name: Option<String>,
    pub(super) method: Option<String>,
    pub(super) expressions: Vec<Sql>,
    pub(super) condition: Option<Sql>,
}

impl NamedPart {
    /// All fields that it names.
    pub(super) fn named(&self) -> impl Iterator<Item = &Named> {
        self.fields.iter().map(|(named, _)| named).chain(&self.include)
    }
}

impl Kind {
    fn options(self) -> &'static [&'static str] {
        match self {
            Kind::Index => &["fields", "name", "expression", "condition", "include", "method"],
            Kind::Unique => &["fields", "name", "condition"],
            Kind::Check => &["name", "condition"],
        }
    }

    fn example(self) -> &'static str {
        match self {
            Kind::Index => "`index(fields = [\"title\", \"-published\"])`",
            Kind::Unique => "`unique(fields = [\"shop\", \"isbn\"], condition = \"isbn <> ''\")`",
            Kind::Check => "`check(name = \"sold_some\", condition = \"copies > 0\")`",
        }
    }
}

impl Part {
    /// Reads what stands behind `index`, `unique` or `check`.
    pub(super) fn read(option: &str, meta: &ParseNestedMeta) -> syn::Result<Part> {
        let kind = match option {
            "index" => Kind::Index,
            "unique" => Kind::Unique,
            _ => Kind::Check,
        };
        let span = meta.path.span();
        if !meta.input.peek(syn::token::Paren) {
            return Err(syn::Error::new(span, format!("write {}", kind.example())));
        }
        let mut part = Part {
            kind,
            span,
            fields: Vec::new(),
            include: Vec::new(),
            name: None,
            method: None,
            expressions: Vec::new(),
            condition: None,
        };
        meta.parse_nested_meta(|meta| part.read_option(&meta).inspect_err(|_| skip_rest(&meta)))?;
        Ok(part)
    }

    fn read_option(&mut self, meta: &ParseNestedMeta) -> syn::Result<()> {
        let option = meta.path.require_ident()?.to_string();
        let known = self.kind.options();
        if !known.contains(&option.as_str()) {
            let near = nearest(&option, known).map(|near| format!(" did you mean `{near}`?")).unwrap_or_default();
            let message = format!("there is no option `{option}` here;{near} the options are {}", list(known));
            return Err(syn::Error::new(meta.path.span(), message));
        }
        match option.as_str() {
            "fields" => self.fields = names(meta, self.kind)?,
            "include" => self.include = names(meta, self.kind)?,
            "name" => self.name = Some(text(meta)?),
            "method" => self.method = Some(text(meta)?),
            "expression" => self.expressions.push(sql(meta)?),
            _ => self.condition = Some(sql(meta)?),
        }
        Ok(())
    }
}

fn names(meta: &ParseNestedMeta, kind: Kind) -> syn::Result<Vec<LitStr>> {
    let advice = format!("write a list of field names, such as {}", kind.example());
    let list: Expr = meta.value().and_then(|value| value.parse()).map_err(|_| syn::Error::new(meta.path.span(), &advice))?;
    names_of(&list, &advice)
}

/// Passes over what stands behind a fault, which would be a fault of its own.
fn skip_rest(meta: &ParseNestedMeta) {
    while !meta.input.is_empty() && meta.input.parse::<TokenTree>().is_ok() {}
}

/// `= ".."`, or `(sqlite = "..", postgres = "..", mysql = "..")`.
fn sql(meta: &ParseNestedMeta) -> syn::Result<Sql> {
    if !meta.input.peek(syn::token::Paren) {
        return text(meta).map(Sql::Same);
    }
    let (mut sqlite, mut postgres, mut mysql) = (None, None, None);
    meta.parse_nested_meta(|meta| {
        match meta.path.require_ident()?.to_string().as_str() {
            "sqlite" => sqlite = Some(text(&meta)?),
            "postgres" => postgres = Some(text(&meta)?),
            "mysql" => mysql = Some(text(&meta)?),
            other => {
                skip_rest(&meta);
                let known = list(&["sqlite", "postgres", "mysql"]);
                return Err(syn::Error::new(meta.path.span(), format!("there is no database `{other}`; there are {known}")));
            }
        }
        Ok(())
    })?;
    Ok(Sql::Each { sqlite, postgres, mysql })
}

/// The indexes and constraints with their fields.
pub(super) fn read_parts(parts: &[Part], fields: &[Field], known: &str, errors: &mut Errors) -> Vec<NamedPart> {
    parts.iter().filter_map(|part| read_part(part, fields, known, errors)).collect()
}

fn read_part(part: &Part, fields: &[Field], known: &str, errors: &mut Errors) -> Option<NamedPart> {
    let purpose = if part.kind == Kind::Index { "to index" } else { "to be unique" };
    let is_empty = match part.kind {
        Kind::Index => part.fields.is_empty() && part.expressions.is_empty(),
        Kind::Unique => part.fields.is_empty(),
        Kind::Check => part.name.is_none() || part.condition.is_none(),
    };
    if is_empty {
        errors.at(part.span, format!("something is missing; write {}", part.kind.example()));
        return None;
    }
    if let Some(name) = &part.name {
        let what = if part.kind == Kind::Index { "index" } else { "constraint" };
        if let Err(message) = check_sql_name(what, &name.value()) {
            errors.at(name.span(), message);
        }
    }
    let mut find = |term: &LitStr, may_descend: bool| {
        let text = term.value();
        let name = if may_descend { text.strip_prefix('-').unwrap_or(&text) } else { &text };
        match Named::find(name, term, fields, purpose, known) {
            Ok(named) => Some((named, text != name)),
            Err(error) => {
                errors.push(error);
                None
            }
        }
    };
    let of_fields: Vec<(Named, bool)> = part.fields.iter().filter_map(|term| find(term, part.kind == Kind::Index)).collect();
    let include = part.include.iter().filter_map(|term| find(term, false)).map(|(named, _)| named).collect();
    let value = |text: &Option<LitStr>| text.as_ref().map(LitStr::value);
    Some(NamedPart {
        kind: part.kind,
        fields: of_fields,
        include,
        name: value(&part.name),
        method: value(&part.method),
        expressions: part.expressions.clone(),
        condition: part.condition.clone(),
    })
}

/// Checks the names that migrations know apps, models and fields by.
pub(super) fn check_migration_options(attributes: &ModelAttributes, model: &str, fields: &[Field], errors: &mut Errors) {
    if let Some(app) = &attributes.app {
        let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        if app.value().is_empty() || !app.value().chars().all(is_part) {
            errors.at(app.span(), "`app` names a folder of migrations; write letters, digits, `_` and `-`, such as \"shop\"");
        }
    }
    if let Some(old) = &attributes.renamed_from {
        let written = old.value();
        let name = written.rsplit_once('.').map_or(written.as_str(), |(_, name)| name);
        if !is_identifier(name) {
            errors.at(old.span(), "`renamed_from` is the struct's old name, such as \"Tome\", or with the old app \"shop.Tome\"");
        } else if written == model {
            errors.at(old.span(), format!("`{model}` is the struct's name now; write the old one, or remove `renamed_from`"));
        }
    }
    for field in fields {
        let Some(old) = &field.attributes.renamed_from else { continue };
        if old.value() == field.name {
            errors
                .at(old.span(), format!("`{}` is the field's name now; write the old one, or remove `renamed_from`", field.name));
        } else if fields.iter().any(|other| other.name == old.value() && other.attributes.renamed_from.is_none()) {
            errors.at(
                old.span(),
                format!("`{}` is a field still, and `{}` cannot be the same; remove `renamed_from`", old.value(), field.name),
            );
        } else if !is_identifier(&old.value()) {
            errors.at(old.span(), "`renamed_from` is the field's old name, such as \"titel\"");
        }
    }
}
