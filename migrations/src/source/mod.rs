//! Rust source of models from a schema: the structs that, compiled, have that schema again.
//!
//! It is what `inspectdb` writes of an existing database, and what migrations freeze the rows of a point of the history as. Nothing
//! here needs a database.

mod enums;
mod field;
mod model;
mod names;
mod parts;

use orm_core::schema::{ModelName, SchemaState};

use self::enums::Types;
use self::model::ModelSource;
use self::names::ModelNames;
pub(crate) use self::names::is_reserved;
pub use self::names::{field_name, model_name};
use crate::error::Result;

/// How the source of models is written.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SourceOptions {
    /// The app of the program: its models do not say theirs.
    pub app: Option<String>,
    /// What the structs and their fields are visible as, such as `pub`; nothing for what is private.
    pub visibility: String,
    /// What the models derive beside `Model`.
    pub derives: Vec<String>,
    /// Whether the source begins with `use amphi::prelude::*;`.
    pub prelude: bool,
    /// The models whose tables the library is to leave alone, such as views.
    pub unmanaged: Vec<ModelName>,
    /// What is said of models, and of fields of them, in comments above.
    pub notes: Vec<Note>,
}

impl Default for SourceOptions {
    fn default() -> Self {
        SourceOptions {
            app: None,
            visibility: "pub".to_owned(),
            derives: ["Debug", "Clone", "PartialEq"].map(str::to_owned).to_vec(),
            prelude: true,
            unmanaged: Vec::new(),
            notes: Vec::new(),
        }
    }
}

/// A comment above a model or a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The model.
    pub model: ModelName,
    /// The field, where it is about one.
    pub field: Option<String>,
    /// What is said.
    pub text: String,
}

/// The Rust source of all models of a schema.
///
/// Compiled, they have that schema again: `SchemaState::of_models` gives it back, the order of indexes and constraints apart. What no
/// attribute can say stands in a comment above what it is about: an exclusion constraint, a default of the database, an index that
/// begins with an expression. A field of a flattened struct is a field of the model itself, with its column: `stamps.created` becomes
/// `stamps_created`.
///
/// A name that Rust takes for something else is written raw, or with a `_` behind it, and keeps its column; of two models of one name
/// the second is called after its app too.
///
/// ```
/// use orm_migrations::schema::{FieldKind, FieldState, ModelName, ModelState, SchemaState};
/// use orm_migrations::source::{SourceOptions, models};
///
/// let tag = ModelState {
///     name: ModelName::new("blog", "Tag"),
///     table: "tags".to_owned(),
///     key: vec!["id".to_owned()],
///     comment: None,
///     fields: vec![
///         FieldState { generated: true, ..FieldState::new("id", FieldKind::I64) },
///         FieldState { max_length: Some(30), unique: true, ..FieldState::new("type", FieldKind::Text) },
///     ],
///     indexes: vec![],
///     constraints: vec![],
/// };
/// let source = models(&SchemaState::from_iter([tag]), &SourceOptions::default())?;
/// assert_eq!(
///     source,
///     r#"use amphi::prelude::*;
///
/// #[derive(Model, Debug, Clone, PartialEq)]
/// #[model(app = "blog", table = "tags")]
/// pub struct Tag {
///     pub id: i64,
///     #[field(max_length = 30, unique)]
///     pub r#type: String,
/// }
/// "#
/// );
/// # Ok::<(), orm_migrations::Error>(())
/// ```
///
/// # Errors
/// [`Error::Source`](crate::Error::Source) for a model that the derive does not take: without a key or with one of a type that keys
/// cannot have, with a field of a type that there is none of in Rust, or with a name that is too long.
pub fn models(state: &SchemaState, options: &SourceOptions) -> Result<String> {
    let mut names = ModelNames::new(state);
    let types = Types::new(state, &mut names);
    let mut pieces = Vec::new();
    if options.prelude {
        pieces.push("use amphi::prelude::*;\n".to_owned());
    }
    pieces.extend(types.enums(options));
    for model in state.models() {
        let source = ModelSource { state, model, options, names: &names, types: &types };
        pieces.extend(source.newtype());
        pieces.push(source.written()?);
    }
    Ok(pieces.join("\n"))
}

/// Lines of comment.
fn comment(text: &str, indent: &str) -> String {
    text.lines().map(|line| format!("{indent}// {line}\n")).collect()
}

/// A visibility, and a space behind it where it is one.
fn visible(options: &SourceOptions) -> String {
    if options.visibility.is_empty() { String::new() } else { format!("{} ", options.visibility) }
}

/// A text as a literal of Rust.
fn quoted(text: &str) -> String {
    format!("{text:?}")
}
