//! Relations that are no fields: `#[has_many(..)]`, `#[has_one(..)]` and `#[many_to_many(..)]` on the struct.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{End, ParseStream};
use syn::{Attribute, LitStr, Path, Token, Type};

use crate::errors::Errors;
use crate::names::{check_sql_name, nearest, pascal_case};

/// A relation that the model declares beside its fields.
pub(super) struct Declared {
    pub(super) ident: Ident,
    /// The name without `r#`.
    pub(super) name: String,
    /// The relation's name in the names of traits.
    pub(super) pascal: String,
    pub(super) kind: Kind,
}

/// What was declared.
pub(super) enum Kind {
    /// The way back of a foreign key that another model holds.
    Back {
        /// Whether it leads to any number of rows.
        many: bool,
        /// The foreign key.
        key: Member,
    },
    /// The way back of another model's many-to-many relation.
    ManyBack(Member),
    /// A many-to-many relation of which this model is the owner.
    Many {
        target: Box<Type>,
        /// The model between, and its foreign keys to this model and to the target.
        through: Option<(Path, Ident, Ident)>,
        symmetrical: bool,
        /// The table of the model between that is made.
        table: Option<LitStr>,
    },
}

/// `Book::author`: a model, and a relation of it.
pub(super) struct Member {
    pub(super) model: Path,
    pub(super) name: Ident,
}

const ATTRIBUTES: [&str; 3] = ["has_many", "has_one", "many_to_many"];

impl Declared {
    /// All that the struct declares.
    pub(super) fn read(attributes: &[Attribute], errors: &mut Errors) -> Vec<Declared> {
        let mut all: Vec<Declared> = Vec::new();
        for attribute in attributes {
            let Some(what) = ATTRIBUTES.into_iter().find(|name| attribute.path().is_ident(name)) else { continue };
            let parsed = attribute.parse_args_with(|input: ParseStream<'_>| Declared::parse(what, input));
            match parsed {
                Ok(declared) => all.push(declared),
                Err(error) => errors.push(error),
            }
        }
        all
    }

    fn parse(what: &str, input: ParseStream<'_>) -> syn::Result<Declared> {
        let example = match what {
            "has_many" => "`#[has_many(books: Book::author)]`: a name, and the foreign key that points at this model",
            "has_one" => "`#[has_one(profile: Profile::user)]`: a name, and the unique foreign key that points at this model",
            _ => {
                "`#[many_to_many(tags: Tag)]`, `#[many_to_many(editors: Person, through = Editing(book, person))]`, or for the way back \
                 `#[many_to_many(books: Book::tags)]`"
            }
        };
        let advise = |error: syn::Error| syn::Error::new(error.span(), format!("write {example}"));
        let ident = input.call(Ident::parse_any).map_err(advise)?;
        input.parse::<Token![:]>().map_err(advise)?;
        let kind = if what == "many_to_many" {
            Kind::parse_many(input, &advise)?
        } else {
            let path: Path = input.parse().map_err(advise)?;
            let span = path.clone();
            let key = Member::of(path).ok_or_else(|| syn::Error::new_spanned(span, format!("write {example}")))?;
            Kind::Back { many: what == "has_many", key }
        };
        let _ = input.parse::<Option<Token![,]>>()?;
        if !input.is_empty() {
            return Err(input.error(format!("write {example}; each relation has an attribute of its own")));
        }
        let name = ident.unraw().to_string();
        let pascal = pascal_case(&name);
        Ok(Declared { ident, name, pascal, kind })
    }
}

impl Kind {
    fn parse_many(input: ParseStream<'_>, advise: &impl Fn(syn::Error) -> syn::Error) -> syn::Result<Kind> {
        let target: Type = input.parse().map_err(advise)?;
        if let Type::Path(path) = &target
            && path.qself.is_none()
            && let Some(member) = Member::of(path.path.clone())
        {
            return Ok(Kind::ManyBack(member));
        }
        let (mut through, mut symmetrical, mut table) = (None, false, None);
        while input.peek(Token![,]) && !input.peek2(End) {
            input.parse::<Token![,]>()?;
            let option = input.call(Ident::parse_any)?;
            match option.to_string().as_str() {
                "through" => {
                    input.parse::<Token![=]>().map_err(advise)?;
                    let model: Path = input.parse().map_err(advise)?;
                    let keys;
                    syn::parenthesized!(keys in input);
                    let near = keys.call(Ident::parse_any)?;
                    keys.parse::<Token![,]>()?;
                    let far = keys.call(Ident::parse_any)?;
                    let _ = keys.parse::<Option<Token![,]>>()?;
                    through = Some((model, near, far));
                }
                "symmetrical" => symmetrical = true,
                "table" => {
                    input.parse::<Token![=]>().map_err(advise)?;
                    let name: LitStr = input.parse()?;
                    check_sql_name("table", &name.value()).map_err(|message| syn::Error::new(name.span(), message))?;
                    table = Some(name);
                }
                other => {
                    let near = nearest(other, &["through", "symmetrical", "table"]);
                    let near = near.map(|near| format!(" did you mean `{near}`?")).unwrap_or_default();
                    return Err(syn::Error::new(
                        option.span(),
                        format!(
                            "`many_to_many` has no option `{other}`;{near} the options are `through`, `symmetrical` and `table`"
                        ),
                    ));
                }
            }
        }
        if let (Some(_), Some(table)) = (&through, &table) {
            return Err(syn::Error::new(table.span(), "a `through` model has a table of its own; remove `table`"));
        }
        Ok(Kind::Many { target: Box::new(target), through, symmetrical, table })
    }
}

impl Member {
    /// The model and the relation, if the path ends in the name of a field.
    fn of(mut path: Path) -> Option<Member> {
        let last = path.segments.pop()?;
        let name = last.ident.unraw().to_string();
        let lower = name.chars().next().is_some_and(|first| first.is_lowercase() || first == '_');
        if !lower || !last.arguments.is_none() || path.segments.is_empty() {
            return None;
        }
        path.segments.pop_punct();
        Some(Member { model: path, name: last.ident })
    }

    /// The foreign key, as a type.
    pub(super) fn foreign_key(&self) -> TokenStream {
        foreign_key(&self.model, &self.name)
    }

    /// The many-to-many relation, as a type.
    pub(super) fn many_to_many(&self) -> TokenStream {
        let (model, number) = (&self.model, number_of(&self.name));
        quote!(<#model as ::amphi::__private::relation::ManyToManyNamed<#number>>::Relation)
    }
}

/// The foreign key of this name, as a type.
pub(super) fn foreign_key(model: &impl ToTokens, name: &Ident) -> TokenStream {
    let number = number_of(name);
    quote!(<#model as ::amphi::__private::relation::ForeignKeyNamed<#number>>::Relation)
}

/// The number by which the types know a name: FNV-1a, because there are numbers among the parameters of types, but no texts.
pub(super) fn number_of(name: &Ident) -> proc_macro2::Literal {
    let hash = name
        .unraw()
        .to_string()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut literal = proc_macro2::Literal::u64_suffixed(hash);
    literal.set_span(Span::call_site());
    literal
}
