//! `embed_migrations!`: the files of a folder as a part of the program.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::LitStr;

/// The paths within the folder, and the texts, of all migrations.
pub(crate) fn embed(input: TokenStream) -> syn::Result<TokenStream> {
    let folder: LitStr = if input.is_empty() { LitStr::new("migrations", Span::call_site()) } else { syn::parse2(input)? };
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join(folder.value());
    let failed = |error: std::io::Error| {
        let message = format!(
            "the folder `{}` beside `Cargo.toml` cannot be read ({error}); `manage makemigrations` makes it",
            folder.value()
        );
        syn::Error::new(folder.span(), message)
    };
    let mut files = Vec::new();
    for path in entries(&root).map_err(failed)? {
        if path.is_dir() {
            files.extend(entries(&path).map_err(failed)?);
        } else {
            files.push(path);
        }
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let pairs = files.iter().map(|path| {
        let name = path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let path = path.to_string_lossy();
        quote!((#name, ::core::include_str!(#path)))
    });
    Ok(quote! {{
        const FILES: &[(&str, &str)] = &[#(#pairs),*];
        FILES
    }})
}

/// What is in a folder, in the order of the names.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
