//! Names made from names: cases, keywords, the nearest known word, and names that nobody uses yet.

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// `HTTPServer` → `http_server`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut previous: Option<char> = None;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_uppercase() {
            let word_starts = match previous {
                Some('_') | None => false,
                Some(before) if before.is_uppercase() => letters.peek().is_some_and(|next| next.is_lowercase()),
                Some(_) => true,
            };
            if word_starts {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
        } else {
            snake.push(letter);
        }
        previous = Some(letter);
    }
    snake
}

/// `line_item` → `LineItem`; always an identifier.
pub(crate) fn pascal_case(name: &str) -> String {
    let mut pascal = String::with_capacity(name.len());
    for word in name.split('_') {
        let mut letters = word.chars();
        if let Some(first) = letters.next() {
            pascal.extend(first.to_uppercase());
            pascal.push_str(letters.as_str());
        }
    }
    if pascal.chars().next().is_none_or(char::is_numeric) {
        pascal.insert(0, 'F');
    }
    pascal
}

/// An identifier of this name: raw where it is a keyword, with a `_` behind where it cannot even be raw.
pub(crate) fn identifier(name: &str, span: Span) -> Ident {
    match syn::parse_str::<Ident>(name) {
        Ok(mut ident) => {
            ident.set_span(span);
            ident
        }
        Err(_) if matches!(name, "crate" | "self" | "super" | "Self" | "_") => Ident::new(&format!("{name}_"), span),
        Err(_) => Ident::new_raw(name, span),
    }
}

/// Whether the text can stand as an identifier.
pub(crate) fn is_identifier(name: &str) -> bool {
    syn::parse_str::<Ident>(name).is_ok()
}

/// The known word that was probably meant.
pub(crate) fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let best = known.iter().map(|&known| (distance(&lower, &known.to_lowercase()), known)).min()?;
    (best.0 <= 1 + word.chars().count() / 4).then_some(best.1)
}

/// How many letters must be added, removed or replaced to turn one word into the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, a) in from.chars().enumerate() {
        let mut left = index + 1;
        let mut next = vec![left];
        for ((b, diagonal), above) in to.chars().zip(&row).zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(a != b)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// A list for a message: `a`, `b` and `c`.
pub(crate) fn list(words: &[&str]) -> String {
    match words {
        [] => String::from("none"),
        [only] => format!("`{only}`"),
        [most @ .., last] => {
            let most: Vec<String> = most.iter().map(|word| format!("`{word}`")).collect();
            format!("{} and `{last}`", most.join(", "))
        }
    }
}

/// Names of tables and columns: what every database takes.
pub(crate) fn check_sql_name(what: &str, name: &str) -> Result<(), String> {
    if name.is_empty() {
        Err(format!("a {what}'s name cannot be empty; write a name or remove the option"))
    } else if name.len() > 63 {
        Err(format!("this {what}'s name has {} bytes and databases take at most 63; write a shorter one", name.len()))
    } else if name.ends_with(' ') {
        Err(format!("a {what}'s name cannot end in a space, which MySQL refuses; write the name without"))
    } else if name.chars().any(char::is_control) {
        Err(format!("a {what}'s name cannot hold NUL or control characters; write letters, digits and `_`"))
    } else {
        Ok(())
    }
}

/// Names for type parameters that hide nothing the user wrote.
pub(crate) struct Fresh(HashSet<String>);

impl Fresh {
    /// All identifiers of the input are taken.
    pub(crate) fn new(input: TokenStream) -> Self {
        let mut taken = HashSet::from([String::from("Self")]);
        collect(input, &mut taken);
        Fresh(taken)
    }

    /// `wanted`, or `wanted` with a number. The same name may be handed out again.
    pub(crate) fn name(&self, wanted: &str) -> Ident {
        let span = Span::call_site();
        if !self.0.contains(wanted) {
            return identifier(wanted, span);
        }
        let numbered = (0_usize..).map(|number| format!("{wanted}{number}")).find(|name| !self.0.contains(name));
        identifier(&numbered.unwrap_or_else(|| format!("{wanted}_")), span)
    }

    /// A name for each, no two the same.
    pub(crate) fn names<'a>(&self, wanted: impl Iterator<Item = &'a str>) -> Vec<Ident> {
        let mut taken = Fresh(self.0.clone());
        wanted
            .map(|wanted| {
                let name = taken.name(wanted);
                taken.0.insert(name.to_string());
                name
            })
            .collect()
    }
}

fn collect(tokens: TokenStream, into: &mut HashSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                into.insert(ident.unraw().to_string());
            }
            TokenTree::Group(group) => collect(group.stream(), into),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn struct_names_become_table_names() {
        for (name, snake) in [
            ("Book", "book"),
            ("LineItem", "line_item"),
            ("HTTPServer", "http_server"),
            ("BookV2", "book_v2"),
            ("Sha256Hash", "sha256_hash"),
            ("Already_Snake", "already_snake"),
            ("ÉcoleSupérieure", "école_supérieure"),
        ] {
            assert_eq!(snake_case(name), snake);
        }
    }

    #[test]
    fn field_names_become_trait_names() {
        for (name, pascal) in
            [("author", "Author"), ("line_item", "LineItem"), ("_1", "F1"), ("__", "F"), ("type", "Type"), ("aB", "AB")]
        {
            assert_eq!(pascal_case(name), pascal);
        }
    }

    #[test]
    fn a_typing_error_is_recognised() {
        assert_eq!(nearest("max_lenght", &["max_length", "max_digits"]), Some("max_length"));
        assert_eq!(nearest("CASCADE", &["Cascade", "Protect"]), Some("Cascade"));
        assert_eq!(nearest("colour", &["max_length", "max_digits"]), None);
    }

    #[test]
    fn keywords_become_raw() {
        assert_eq!(identifier("type", Span::call_site()).to_string(), "r#type");
        assert_eq!(identifier("crate", Span::call_site()).to_string(), "crate_");
        assert_eq!(identifier("book", Span::call_site()).to_string(), "book");
    }
}
