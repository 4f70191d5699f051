//! `#[migration]`: a step of a migration, with the models of its time in scope.

use std::collections::BTreeSet;

use orm_core::schema::SchemaState;
use orm_migrations::graph::Graph;
use orm_migrations::operation::{Operation, RunStep, Separate};
use orm_migrations::source::{SourceOptions, models};
use orm_migrations::{Migration, MigrationId};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Item, ItemFn, LitStr, Token, parse_quote};

use crate::history::History;
use crate::names::nearest;

/// What stands in the attribute.
struct Arguments {
    migration: LitStr,
    folder: LitStr,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let advice = "write the migration that runs the step, such as `#[migration(\"shop.0005_slugs\")]`";
        let migration: LitStr = input.parse().map_err(|error| syn::Error::new(error.span(), advice))?;
        let mut folder = LitStr::new("migrations", migration.span());
        if input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
            let option: Ident = input.parse()?;
            if option != "folder" {
                return Err(syn::Error::new(option.span(), format!("there is no option `{option}`; there is `folder = \"..\"`")));
            }
            input.parse::<Token![=]>()?;
            folder = input.parse()?;
            input.parse::<Option<Token![,]>>()?;
        }
        if input.is_empty() { Ok(Arguments { migration, folder }) } else { Err(input.error("nothing more can stand here")) }
    }
}

/// The function, with the models that it names.
pub(crate) fn step(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let mut function: ItemFn = syn::parse2(item)?;
    Ok(syn::parse2(arguments).and_then(|arguments| with_models(arguments, function.clone())).unwrap_or_else(|error| {
        // The function is there all the same, so that nobody misses it.
        function.block = parse_quote!({ loop {} });
        let error = error.into_compile_error();
        quote!(#error #function)
    }))
}

fn with_models(arguments: Arguments, mut function: ItemFn) -> syn::Result<TokenStream> {
    let Arguments { migration, folder } = arguments;
    let wrong = |message: String| syn::Error::new(migration.span(), message);
    let history = History::read(&folder)?;
    let id = MigrationId::try_from(migration.value()).map_err(|error| wrong(error.to_string()))?;
    let name = function.sig.ident.unraw().to_string();
    let found = find(&history.migrations, &folder.value(), &id, &name).map_err(wrong)?;
    let state = before(&history.migrations, found, &name).map_err(|error| wrong(error.to_string()))?;
    let mut options = SourceOptions::default();
    options.prelude = false;
    let source = models(&state, &options).map_err(|error| wrong(error.to_string()))?;
    let items = named(syn::parse_file(&source)?.items, function.to_token_stream());
    let watched = history.watched();
    if !items.is_empty() {
        let names: Vec<&Ident> = items.iter().filter_map(name_of).collect();
        let block = &function.block;
        function.block = parse_quote! {{
            #[allow(dead_code, unused_imports)]
            mod __frozen {
                use ::amphi::prelude::*;
                #(#items)*
            }
            #[allow(unused_imports)]
            use __frozen::{#(#names),*};
            #block
        }};
    }
    Ok(quote! {
        #function
        const _: () = { #watched };
    })
}

/// The migration that runs a step, or what is wrong.
fn find<'m>(all: &'m [Migration], folder: &str, id: &MigrationId, step: &str) -> Result<&'m Migration, String> {
    let running: Vec<String> =
        all.iter().filter(|migration| runs(migration, step)).map(|migration| migration.id.to_string()).collect();
    let Some(found) = all.iter().find(|migration| migration.id == *id) else {
        let written = id.to_string();
        let names: Vec<String> = all.iter().map(|migration| migration.id.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let near = nearest(&written, &names).map(str::to_owned).into_iter();
        let likely: BTreeSet<String> = running.into_iter().chain(near).collect();
        let mut of_app = all.iter().filter(|migration| migration.id.app == id.app).map(|migration| migration.id.to_string());
        let hint = match likely.len() {
            0 => match of_app.next_back() {
                Some(last) => format!("; the last one of `{}` is `{last}`", id.app),
                None => String::new(),
            },
            _ => format!("; did you mean {}?", likely.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")),
        };
        return Err(format!("there is no migration `{id}` in the folder `{folder}`{hint}"));
    };
    if runs(found, step) {
        return Ok(found);
    }
    let steps: Vec<String> = steps(&found.operations).into_iter().flat_map(names).map(|step| format!("`{step}`")).collect();
    let what = match steps.as_slice() {
        [] => "no steps".to_owned(),
        steps => format!("{}, and no step `{step}`", steps.join(", ")),
    };
    let hint = if running.is_empty() { String::new() } else { format!("; `{}` runs it", running.join("`, `")) };
    Err(format!("`{id}` runs {what}; a step is called by the name of its function{hint}"))
}

/// Whether a migration runs a step, forwards or backwards.
fn runs(migration: &Migration, step: &str) -> bool {
    steps(&migration.operations).into_iter().flat_map(names).any(|name| name == step)
}

/// The steps among operations.
fn steps(operations: &[Operation]) -> Vec<&RunStep> {
    let mut found = Vec::new();
    for operation in operations {
        match operation {
            Operation::RunStep(run) => found.push(run),
            Operation::Separate(Separate { database, .. }) => found.extend(steps(database)),
            _ => {}
        }
    }
    found
}

/// The functions that a step calls, forwards and backwards.
fn names(run: &RunStep) -> impl Iterator<Item = &str> {
    [Some(run.step.as_str()), run.reverse.as_deref()].into_iter().flatten().filter(|name| !name.is_empty())
}

/// The schema right before a step of a migration.
fn before(all: &[Migration], migration: &Migration, step: &str) -> orm_migrations::Result<SchemaState> {
    let mut graph = Graph::new(all.to_vec())?;
    if graph.get(&migration.id).is_none() {
        // It is squashed into another one, but where only a part of what that stands for is applied.
        graph = Graph::with_applied(all.to_vec(), &BTreeSet::from([migration.id.clone()]))?;
    }
    let mut state = graph.state_before(&migration.id)?;
    let is_step =
        |operation: &Operation| steps(std::slice::from_ref(operation)).into_iter().flat_map(names).any(|name| name == step);
    let earlier = migration.operations.iter().take_while(|operation| !is_step(operation));
    let part = Migration { operations: earlier.cloned().collect(), ..migration.clone() };
    part.apply(&mut state)?;
    Ok(state)
}

/// The items that a function names, and those that they name.
fn named(items: Vec<Item>, function: TokenStream) -> Vec<Item> {
    let mut words = BTreeSet::new();
    collect(function, &mut words);
    let (mut kept, mut left) = (Vec::new(), items);
    loop {
        let is_named = |item: &Item| name_of(item).is_none_or(|name| words.contains(&name.to_string()));
        let (found, others): (Vec<Item>, Vec<Item>) = left.into_iter().partition(is_named);
        if found.is_empty() {
            return if kept.iter().any(|item| name_of(item).is_some()) { kept } else { Vec::new() };
        }
        for item in found {
            collect(item.to_token_stream(), &mut words);
            kept.push(frozen(item));
        }
        left = others;
    }
}

/// All identifiers in tokens.
fn collect(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => _ = into.insert(ident.to_string()),
            TokenTree::Group(group) => collect(group.stream(), into),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// What an item is called that can be named in a function.
fn name_of(item: &Item) -> Option<&Ident> {
    match item {
        Item::Struct(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        _ => None,
    }
}

/// The item, where it is a model as one that is none of the program's.
fn frozen(mut item: Item) -> Item {
    if let Item::Struct(model) = &mut item
        && model.attrs.iter().any(is_model)
    {
        model.attrs.push(parse_quote!(#[model(frozen)]));
    }
    item
}

/// Whether an attribute is a derive of `Model`.
fn is_model(attribute: &Attribute) -> bool {
    let mut found = false;
    // What is no list of derives has none of it.
    let _ = attribute.parse_nested_meta(|meta| {
        found |= meta.path.is_ident("Model");
        Ok(())
    });
    attribute.path().is_ident("derive") && found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the attribute makes of a function, as Rust.
    fn expansion(arguments: TokenStream, function: TokenStream) -> syn::Result<String> {
        let expanded: TokenStream = step(arguments, function)?;
        Ok(prettyplease::unparse(&syn::parse2(expanded)?))
    }

    /// What it says of a mistake.
    fn said(arguments: TokenStream, name: &str) -> syn::Result<String> {
        let name = syn::parse_str::<Ident>(name)?;
        let expanded = expansion(arguments, quote!(async fn #name() { Book::objects(); }))?;
        let (_, message) = expanded.split_once("compile_error! {").unwrap_or(("", ""));
        let (message, function) = message.split_once('}').unwrap_or(("it says nothing", ""));
        assert!(function.contains(&format!("async fn {name}()")), "the function is there all the same:\n{expanded}");
        Ok(message.trim().trim_matches('"').to_owned())
    }

    #[test]
    fn the_models_that_a_function_names_are_as_they_were_right_before_the_step() -> syn::Result<()> {
        for name in ["fill_slugs", "forget_slugs"] {
            let name = syn::parse_str::<Ident>(name)?;
            let function = quote!(async fn #name(on: &mut On) -> Result<()> { Book::objects().on(on).count().await.map(drop) });
            let expanded = expansion(quote!("shop.0002_slugs", folder = "fixtures/shop"), function)?;
            for part in [
                "title: String",
                "slug: Option<String>",
                "struct Author",
                "#[model(frozen)]",
                "use __frozen::{",
                "0003_more.toml",
            ] {
                assert!(expanded.contains(part), "{part} in\n{expanded}");
            }
            assert!(!expanded.contains("struct Tag"), "nobody names the tag:\n{expanded}");
        }
        Ok(())
    }

    #[test]
    fn a_function_that_names_no_model_has_none() -> syn::Result<()> {
        let function = quote!(
            async fn fill_slugs() {}
        );
        let expanded = expansion(quote!("shop.0002_slugs", folder = "fixtures/shop",), function)?;
        assert!(!expanded.contains("__frozen"), "{expanded}");
        Ok(())
    }

    #[test]
    fn mistakes_say_what_is_likely_meant() -> syn::Result<()> {
        let shop = |migration: &str| quote!(#migration, folder = "fixtures/shop");
        let cases = [
            (
                shop("shop.0002_slug"),
                "fill_slugs",
                "there is no migration `shop.0002_slug` in the folder `fixtures/shop`; did you mean `shop.0002_slugs`?",
            ),
            (
                shop("shop.9"),
                "unheard_of",
                "there is no migration `shop.9` in the folder `fixtures/shop`; the last one of `shop` is `shop.0003_squashed`",
            ),
            (shop("blog.0001"), "unheard_of", "there is no migration `blog.0001` in the folder `fixtures/shop`"),
            (
                shop("shop.0001_initial"),
                "fill_slugs",
                "`shop.0001_initial` runs no steps; a step is called by the name of its function; \
                 `shop.0002_slugs` runs it",
            ),
            (
                shop("shop.0002_slugs"),
                "fill_slug",
                "`shop.0002_slugs` runs `fill_slugs`, `forget_slugs`, and no step `fill_slug`; a step is called by the name of its function",
            ),
            (
                shop("0002_slugs"),
                "fill_slugs",
                "`0002_slugs` is no migration; write the app and the migration, such as `shop.0001_initial`",
            ),
            (
                quote!(slugs),
                "fill_slugs",
                "write the migration that runs the step, such as `#[migration(\\\"shop.0005_slugs\\\")]`",
            ),
            (quote!("shop.0002_slugs", dir = "x"), "fill_slugs", "there is no option `dir`; there is `folder = \\\"..\\\"`"),
        ];
        for (arguments, name, expected) in cases {
            assert_eq!(said(arguments, name)?, expected);
        }
        let said = said(quote!("shop.0001_initial", folder = "fixtures/wrong"), "fill_slugs")?;
        assert!(
            said.starts_with("fixtures/wrong/0001_initial.toml:4: there is no operation `create_modell`; did you mean"),
            "{said}"
        );
        let refused = |folder| crate::embed::embed(folder).err().map(|error| error.to_string()).unwrap_or_default();
        let error = refused(quote!("fixtures/wrong"));
        assert!(error.starts_with("fixtures/wrong/0001_initial.toml:4: "), "{error}");
        let error = refused(quote!("fixtures/none"));
        assert!(error.starts_with("the folder `fixtures/none` beside `Cargo.toml` cannot be read ("), "{error}");
        Ok(())
    }
}
