//! What can be known of a field's type from its tokens.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, PathSegment, Type};

/// The type without the groups and parentheses that macros leave around it.
pub(crate) fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        other => other,
    }
}

fn last_segment(ty: &Type) -> Option<&PathSegment> {
    match bare(ty) {
        Type::Path(path) if path.qself.is_none() => path.path.segments.last(),
        _ => None,
    }
}

/// The last name of the type's path.
pub(crate) fn name(ty: &Type) -> Option<&Ident> {
    last_segment(ty).map(|segment| &segment.ident)
}

/// Whether the type's last name is one of these.
pub(crate) fn is_named(ty: &Type, names: &[&str]) -> bool {
    name(ty).is_some_and(|ident| names.iter().any(|name| ident == name))
}

/// The `T` of a `Wrapper<T>`.
pub(crate) fn argument_of<'a>(ty: &'a Type, wrapper: &str) -> Option<&'a Type> {
    let segment = last_segment(ty).filter(|segment| segment.ident == wrapper)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(argument)) if arguments.args.len() == 1 => Some(argument),
        _ => None,
    }
}

/// The `T` of an `Option<T>`, else the type itself.
pub(crate) fn without_option(ty: &Type) -> &Type {
    argument_of(ty, "Option").unwrap_or(ty)
}

/// The element of an array, nullable or not, else the type itself.
pub(crate) fn element_or_self(ty: &Type) -> &Type {
    argument_of(ty, "Vec").map_or(ty, without_option)
}

/// Whether the type is `Vec<u8>`.
pub(crate) fn is_bytes(ty: &Type) -> bool {
    argument_of(ty, "Vec").is_some_and(|item| is_named(item, &["u8"]))
}

/// The type as a user would write it.
pub(crate) fn show(ty: &Type) -> String {
    let mut text = ty.to_token_stream().to_string();
    for (from, to) in [(" < ", "<"), (" >", ">"), (" :: ", "::"), ("< ", "<"), (" ,", ","), ("& ", "&"), (" <", "<"), (" ;", ";")]
    {
        text = text.replace(from, to);
    }
    text
}

/// The type with the struct's name in place of `Self`, which means something else where the type is repeated.
pub(crate) fn without_self(ty: &Type, ident: &Ident) -> syn::Result<Type> {
    syn::parse2(replace_self(ty.to_token_stream(), ident))
}

fn replace_self(tokens: TokenStream, ident: &Ident) -> TokenStream {
    let replace = |token| match token {
        TokenTree::Ident(found) if found == "Self" => {
            let mut name = ident.clone();
            name.set_span(found.span());
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let mut replaced = Group::new(group.delimiter(), replace_self(group.stream(), ident));
            replaced.set_span(group.span());
            TokenTree::Group(replaced)
        }
        other => other,
    };
    tokens.into_iter().map(replace).collect()
}

/// For a type that no column holds: what to write in its place.
pub(crate) fn instead_of(ty: &Type) -> Option<String> {
    match bare(ty) {
        Type::Reference(reference) if is_named(&reference.elem, &["str"]) => {
            Some(String::from("a row owns its values; write `String`"))
        }
        Type::Reference(reference) => Some(match bare(&reference.elem) {
            Type::Slice(_) => String::from("a row owns its values; write `Vec<u8>` for bytes"),
            owned => format!("a row owns its values; write `{}` without the `&`", show(owned)),
        }),
        Type::Array(array) if is_named(&array.elem, &["u8"]) => Some(String::from("bytes are stored as `Vec<u8>`")),
        Type::Array(_) | Type::Slice(_) | Type::Tuple(_) => {
            Some(String::from("a column holds one value; write a field for each, or `Json<..>` around it"))
        }
        other => instead_of_path(other),
    }
}

fn instead_of_path(ty: &Type) -> Option<String> {
    let name = name(ty)?.to_string();
    let advice = match name.as_str() {
        "u8" | "i8" => String::from("databases have no such integer; use i16"),
        "u16" => String::from("databases have no unsigned integers; use i32"),
        "u32" => String::from("databases have no unsigned integers; use i64"),
        "u64" | "usize" | "u128" => {
            String::from("databases have no unsigned integers; use i64, or Decimal where it is too small")
        }
        "isize" => String::from("its size differs between computers; use i64"),
        "i128" => String::from("databases have no 128-bit integers; use i64, or Decimal where it is too small"),
        "char" | "str" | "Cow" | "OsString" | "PathBuf" => String::from("text is stored as `String`"),
        "SystemTime" => String::from("a moment is stored as chrono's `DateTime<Utc>`"),
        "DateTime" => {
            let zone = argument_of(ty, "DateTime").filter(|zone| is_named(zone, &["Local", "FixedOffset"]))?;
            format!("databases keep moments in UTC; write `DateTime<Utc>` and turn it into {} when it is shown", show(zone))
        }
        "Option" => {
            let inner = argument_of(ty, "Option")?;
            if argument_of(inner, "Option").is_some() {
                String::from("a column is NULL or not, there is no third state; write one `Option`")
            } else {
                return instead_of(inner);
            }
        }
        "Vec" => {
            let item = argument_of(ty, "Vec")?;
            if is_bytes(ty) {
                return None;
            } else if let Some(target) = argument_of(item, "ForeignKey") {
                format!(
                    "a column holds one key; put a `ForeignKey` to this model into `{0}` (one to many), or write a model with a \
                     foreign key to each side (many to many)",
                    show(target)
                )
            } else if argument_of(without_option(item), "Vec").is_some() || is_named(without_option(item), &["Json", "JsonValue"])
            {
                format!(
                    "the elements of an array are scalars; write `Json<{}>`, or a model of its own with a foreign key to this one",
                    show(ty)
                )
            } else {
                return instead_of(item);
            }
        }
        "Box" | "Rc" | "Arc" => match argument_of(ty, &name) {
            Some(inner) if is_named(inner, &["str"]) => String::from("text is stored as `String`"),
            Some(inner) => format!("a row owns its values; write `{}` without the `{name}`", show(inner)),
            None => return None,
        },
        "HashMap" | "BTreeMap" | "HashSet" | "BTreeSet" | "VecDeque" => {
            format!("a column holds one value; write `Json<{}>`, with the feature `json`", show(ty))
        }
        _ => return None,
    };
    Some(advice)
}
