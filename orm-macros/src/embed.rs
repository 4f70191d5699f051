//! `embed_migrations!`: the files of a folder as a part of the program.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;

use crate::history::History;

/// The paths within the folder, and the texts, of all migrations.
pub(crate) fn embed(input: TokenStream) -> syn::Result<TokenStream> {
    let folder: LitStr = if input.is_empty() { LitStr::new("migrations", Span::call_site()) } else { syn::parse2(input)? };
    let history = History::read(&folder)?;
    let pairs = history.files.iter().map(|(name, path)| {
        let path = path.to_string_lossy();
        quote!((#name, ::core::include_str!(#path)))
    });
    Ok(quote! {{
        const FILES: &[(&str, &str)] = &[#(#pairs),*];
        FILES
    }})
}
