//! Names of Rust for what a schema names.

use std::collections::{BTreeMap, BTreeSet};

use orm_core::schema::{ModelName, ModelState, SchemaState};

use crate::names::snake_case;

/// What Rust keeps for itself, and takes raw.
const KEYWORDS: [&str; 48] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum", "extern",
    "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override",
    "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// What Rust keeps for itself, and does not take raw either.
const NEVER: [&str; 5] = ["crate", "self", "super", "Self", "_"];

/// The types that the source of models names, which no model may hide.
const USED: [&str; 16] = [
    "DateTime",
    "Decimal",
    "Embeddable",
    "ForeignKey",
    "Json",
    "JsonValue",
    "Model",
    "NaiveDate",
    "NaiveDateTime",
    "NaiveTime",
    "Option",
    "Some",
    "String",
    "Utc",
    "Uuid",
    "Vec",
];

/// Whether a model cannot have this name, because the source of models names something else so.
pub(crate) fn is_reserved(name: &str) -> bool {
    USED.contains(&name) || NEVER.contains(&name)
}

/// A name of a table or a type as that of a struct: `line_items` becomes `LineItems`.
#[must_use]
pub fn model_name(written: &str) -> String {
    let mut name = String::with_capacity(written.len());
    let mut begins = true;
    for letter in written.chars() {
        if !is_letter(letter) || letter == '_' {
            begins = true;
        } else if begins {
            name.extend(letter.to_uppercase());
            begins = false;
        } else {
            name.push(letter);
        }
    }
    after_a_letter(name, 'T')
}

/// A name of a column as that of a field: `Unit Price` becomes `unit_price`.
#[must_use]
pub fn field_name(written: &str) -> String {
    let letters: String = written.chars().map(|letter| if is_letter(letter) { letter } else { '_' }).collect();
    after_a_letter(snake_case(&letters), 'f')
}

/// What may stand in an identifier.
fn is_letter(letter: char) -> bool {
    letter == '_' || letter.is_ascii_digit() || letter.is_alphabetic()
}

/// A name that does not begin with a digit and is not only made of `_`.
fn after_a_letter(name: String, first: char) -> String {
    if name.trim_matches('_').is_empty() {
        format!("{first}{name}")
    } else if name.starts_with(|letter: char| letter.is_ascii_digit()) {
        format!("{first}{}{name}", if first.is_lowercase() { "_" } else { "" })
    } else {
        name
    }
}

/// A name as an identifier: raw where it is a keyword, with a `_` behind where it cannot be raw.
pub(super) fn identifier(name: &str) -> String {
    if NEVER.contains(&name) {
        format!("{name}_")
    } else if KEYWORDS.contains(&name) {
        format!("r#{name}")
    } else {
        name.to_owned()
    }
}

/// What the models of a source are called.
pub(super) struct ModelNames {
    names: BTreeMap<ModelName, String>,
    modules: BTreeMap<ModelName, String>,
    taken: BTreeSet<String>,
}

impl ModelNames {
    pub(super) fn new(state: &SchemaState) -> Self {
        let taken = USED.map(str::to_owned).into();
        let mut names = ModelNames { names: BTreeMap::new(), modules: BTreeMap::new(), taken };
        for model in state.models() {
            names.add(model);
        }
        names
    }

    fn add(&mut self, model: &ModelState) {
        let ModelName { app, name } = &model.name;
        let plain = if name.chars().all(is_letter) { after_a_letter(name.clone(), 'T') } else { model_name(name) };
        let with_app = format!("{}{plain}", model_name(app));
        let numbered = (2_u32..).map(|number| format!("{with_app}{number}"));
        let candidates = [plain, with_app.clone()].into_iter().chain(numbered);
        // What the derive makes of the name.
        let made = |name: &String| ["", "Draft", "Row", "Fields"].map(|end| format!("{name}{end}"));
        let is_free = |name: &String| !NEVER.contains(&name.as_str()) && made(name).iter().all(|name| !self.taken.contains(name));
        let mut candidates = candidates;
        let Some(chosen) = candidates.find(is_free) else { return };
        self.taken.extend(made(&chosen));
        let module = snake_case(&chosen);
        if self.taken.contains(&module) {
            let other = self.free(&format!("{module}_model"));
            self.modules.insert(model.name.clone(), other);
        } else {
            self.taken.insert(module);
        }
        self.names.insert(model.name.clone(), chosen);
    }

    /// A name that nothing has yet, which is taken by it.
    pub(super) fn free(&mut self, wanted: &str) -> String {
        let numbered = (2_u32..).map(|number| format!("{wanted}{number}"));
        let mut candidates = std::iter::once(wanted.to_owned()).chain(numbered);
        let chosen = candidates.find(|name| !self.taken.contains(name)).unwrap_or_else(|| wanted.to_owned());
        self.taken.insert(chosen.clone());
        chosen
    }

    /// The struct of a model.
    pub(super) fn model<'n>(&'n self, name: &'n ModelName) -> &'n str {
        self.names.get(name).map_or(name.name.as_str(), String::as_str)
    }

    /// The name of the module that the derive makes, where it would be something else's.
    pub(super) fn module(&self, name: &ModelName) -> Option<&str> {
        self.modules.get(name).map(String::as_str)
    }
}

/// What the fields of a model are called in Rust, by their names.
pub(super) struct FieldNames(BTreeMap<String, String>);

impl FieldNames {
    /// The names of fields, each once; `forbidden` are none.
    pub(super) fn new<'n>(names: impl Iterator<Item = &'n str>, forbidden: &[&str]) -> Self {
        let mut chosen = BTreeMap::new();
        let mut taken: BTreeSet<String> = forbidden.iter().map(|name| (*name).to_owned()).collect();
        taken.extend(NEVER.map(str::to_owned));
        for name in names {
            let letters: String = name.chars().map(|letter| if is_letter(letter) { letter } else { '_' }).collect();
            let mut wanted = after_a_letter(letters, 'f');
            while taken.contains(&wanted) {
                wanted.push('_');
            }
            taken.insert(wanted.clone());
            chosen.insert(name.to_owned(), wanted);
        }
        FieldNames(chosen)
    }

    /// The name of a field, without `r#`.
    pub(super) fn of<'n>(&'n self, name: &'n str) -> &'n str {
        self.0.get(name).map_or(name, String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::{FieldNames, field_name, identifier, model_name};

    #[test]
    fn tables_and_columns_get_names_of_rust() {
        for (written, model) in [("line_items", "LineItems"), ("2nd", "T2nd"), ("größe x", "GrößeX"), ("", "T"), ("Book", "Book")]
        {
            assert_eq!(model_name(written), model);
        }
        for (written, field) in
            [("Unit Price", "unit_price"), ("2nd", "f_2nd"), ("größe", "größe"), ("_", "f_"), ("isbn13", "isbn13")]
        {
            assert_eq!(field_name(written), field);
        }
        assert_eq!(["type", "Self", "title"].map(identifier), ["r#type", "Self_", "title"]);
    }

    #[test]
    fn no_two_fields_have_one_name() {
        let names = FieldNames::new(["a.b", "a_b", "create", "self"].into_iter(), &["create"]);
        assert_eq!(["a.b", "a_b", "create", "self"].map(|name| names.of(name)), ["a_b", "a_b_", "create_", "self_"]);
    }
}
