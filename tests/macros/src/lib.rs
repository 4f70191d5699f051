//! `#[both]`: one test body, run in both modes.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;
use syn::spanned::Spanned;

/// Runs a test body, written as async code, once as it stands and once as blocking code.
///
/// The body is an `async fn name(db: AsyncDatabase) -> Result<(), Error>`. The blocking test is the same text without `.a()`, `.await`
/// and `async`, with `Database` for `AsyncDatabase` and `Transaction` for `AsyncTransaction`: what a user would write who translates by
/// hand. Each test has a database of its own.
#[proc_macro_attribute]
pub fn both(_: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    match expand(item.into()) {
        Ok(tests) => tests.into(),
        Err(error) => error.into_compile_error().into(),
    }
}

fn expand(item: TokenStream) -> syn::Result<TokenStream> {
    let function: syn::ItemFn = syn::parse2(item)?;
    if function.sig.asyncness.is_none() {
        return Err(syn::Error::new(
            function.sig.span(),
            "write the body as `async fn name(db: AsyncDatabase)`; the blocking one is made of it",
        ));
    }
    let name = &function.sig.ident;
    let asynchronous = &function;
    let blocking = blocking(quote!(#function));
    Ok(quote! {
        mod #name {
            use super::*;

            #[test]
            fn asynchronous() {
                #asynchronous
                crate::support::run_async(#name);
            }

            #[test]
            fn blocking() {
                #blocking
                crate::support::run_blocking(#name);
            }
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
