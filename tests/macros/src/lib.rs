//! `#[everywhere]`: one test body, run on every database in both modes.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{format_ident, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Token, parse_quote};

/// Runs a test body, written as async code, on each database, once as it stands and once as blocking code.
///
/// The body is an `async fn name(db: AsyncDatabase) -> Result<(), Error>`. The blocking test is the same text without `.a()`, `.await`
/// and `async`, with `Database` for `AsyncDatabase` and `Transaction` for `AsyncTransaction`: what a user would write who translates by
/// hand. Each test has a database of its own.
///
/// `#[everywhere(stores_nan)]` names flags of `Features`: a database that lacks one is skipped, and the skip is told.
/// `#[everywhere(on_a_small_stack)]` runs each test in a process of its own, on a thread with little stack. The tests of
/// database servers are ignored unless they are asked for: `cargo test -- --include-ignored`, with the servers named by
/// `AMPHI_POSTGRES_URL` and `AMPHI_MYSQL_URL`, which is what `tests/run` does.
#[proc_macro_attribute]
pub fn everywhere(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match expand(arguments.into(), item.into()) {
        Ok(tests) => tests.into(),
        Err(error) => error.into_compile_error().into(),
    }
}

fn expand(arguments: TokenStream, item: TokenStream) -> syn::Result<TokenStream> {
    let words = syn::parse::Parser::parse2(Punctuated::<Ident, Token![,]>::parse_terminated, arguments)?;
    let (apart, flags): (Vec<Ident>, Vec<Ident>) = words.into_iter().partition(|word| word == "on_a_small_stack");
    let mut function: syn::ItemFn = syn::parse2(item)?;
    if function.sig.asyncness.is_none() {
        return Err(syn::Error::new(
            function.sig.span(),
            "write the body as `async fn name(db: AsyncDatabase)`; the blocking one is made of it",
        ));
    }
    let name = std::mem::replace(&mut function.sig.ident, format_ident!("body"));
    // For tests that run it somewhere else.
    function.vis = parse_quote!(pub(crate));
    let needs: Vec<TokenStream> = flags.iter().map(|flag| quote!((stringify!(#flag), |features| features.#flag))).collect();
    let mut modes = Vec::new();
    for (mode, body) in [("asynchronous", quote!(#function)), ("blocking", blocking(quote!(#function)))] {
        let (module, run) = (format_ident!("{mode}"), format_ident!("run_{mode}"));
        let tests = [("sqlite", None), ("postgres", Some("AMPHI_POSTGRES_URL")), ("mysql", Some("AMPHI_MYSQL_URL"))].map(
            |(database, url)| {
                let test = format_ident!("{database}");
                let ignored: Option<syn::Attribute> = url.map(|url| {
                    let why = format!("needs a server, named by {url}");
                    parse_quote!(#[ignore = #why])
                });
                let place = quote!(::amphi_tests::support::Place::#test);
                let run =
                    quote!(::amphi_tests::support::#run(#place, concat!(module_path!(), "::", #database), &[#(#needs),*], body));
                let run = match apart.is_empty() {
                    true => run,
                    false => {
                        quote!(::amphi_tests::apart::apart_on_a_small_stack(concat!(module_path!(), "::", #database), || #run))
                    }
                };
                quote! {
                    #[test]
                    #ignored
                    fn #test() {
                        #run;
                    }
                }
            },
        );
        modes.push(quote! {
            pub(crate) mod #module {
                use super::*;

                #body
                #(#tests)*
            }
        });
    }
    Ok(quote! {
        pub(crate) mod #name {
            use super::*;

            #(#modes)*
        }
    })
}

/// The text without what only async code has.
fn blocking(tokens: TokenStream) -> TokenStream {
    let mut rest = tokens.into_iter().peekable();
    let mut kept: Vec<TokenTree> = Vec::new();
    while let Some(token) = rest.next() {
        match token {
            TokenTree::Punct(ref dot) if dot.as_char() == '.' => match rest.peek() {
                Some(TokenTree::Ident(word)) if word == "await" => {
                    rest.next();
                }
                Some(TokenTree::Ident(word)) if word == "a" => {
                    let word = rest.next();
                    match rest.peek() {
                        Some(TokenTree::Group(group))
                            if group.delimiter() == Delimiter::Parenthesis && group.stream().is_empty() =>
                        {
                            rest.next();
                        }
                        _ => {
                            kept.push(token);
                            kept.extend(word);
                        }
                    }
                }
                _ => kept.push(token),
            },
            TokenTree::Ident(word) if word == "async" => {}
            TokenTree::Ident(word) if word == "AsyncDatabase" => kept.push(Ident::new("Database", word.span()).into()),
            TokenTree::Ident(word) if word == "AsyncTransaction" => kept.push(Ident::new("Transaction", word.span()).into()),
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), blocking(group.stream()));
                inner.set_span(group.span());
                kept.push(inner.into());
            }
            other => kept.push(other),
        }
    }
    kept.into_iter().collect()
}
