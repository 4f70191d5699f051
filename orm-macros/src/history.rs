//! The migrations of a project, read while it is compiled.

use std::fs;
use std::path::{Path, PathBuf};

use orm_migrations::{Migration, file};
use proc_macro2::TokenStream;
use quote::quote;
use syn::LitStr;

/// The files of a folder, read and understood.
pub(crate) struct History {
    /// For each file its path within the folder, and its place.
    pub(crate) files: Vec<(String, PathBuf)>,
    /// The migrations.
    pub(crate) migrations: Vec<Migration>,
}

impl History {
    /// Reads a folder, with its path from the package's `Cargo.toml` on.
    pub(crate) fn read(folder: &LitStr) -> syn::Result<Self> {
        let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join(folder.value());
        let failed = |error: std::io::Error| {
            let message = format!(
                "the folder `{}` beside `Cargo.toml` cannot be read ({error}); `manage makemigrations` makes it",
                folder.value()
            );
            syn::Error::new(folder.span(), message)
        };
        let mut paths = Vec::new();
        for path in entries(&root).map_err(failed)? {
            if path.is_dir() {
                paths.extend(entries(&path).map_err(failed)?);
            } else {
                paths.push(path);
            }
        }
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        let name = |path: &Path| path.strip_prefix(&root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let files: Vec<(String, PathBuf)> = paths.into_iter().map(|path| (name(&path), path)).collect();
        let texts = files.iter().map(|(_, path)| fs::read_to_string(path)).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        let sources = files.iter().map(|(name, _)| name.as_str()).zip(texts.iter().map(String::as_str));
        let migrations = file::parse_all(sources);
        let wrong = |error: orm_migrations::Error| syn::Error::new(folder.span(), format!("{}/{error}", folder.value()));
        Ok(History { migrations: migrations.map_err(wrong)?, files })
    }

    /// Makes the compiler look at the files again when one changes.
    pub(crate) fn watched(&self) -> TokenStream {
        let paths = self.files.iter().map(|(_, path)| path.to_string_lossy());
        quote!(#(const _: &[u8] = ::core::include_bytes!(#paths);)*)
    }
}

/// What is in a folder, in the order of the names.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<std::io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
