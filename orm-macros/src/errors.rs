//! All faults of one derive, reported together.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The faults found so far.
///
/// Most leave enough to write the impls all the same. That is worth it: without them every use of the type elsewhere would be an
/// error too, and hide the one that matters.
#[derive(Default)]
pub(crate) struct Errors {
    error: Option<syn::Error>,
    hopeless: bool,
}

impl Errors {
    /// Notes a fault.
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.error {
            None => self.error = Some(error),
            Some(first) => first.combine(error),
        }
    }

    /// Notes a fault at a place.
    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Notes a fault of these tokens, after which nothing but the faults can be written.
    pub(crate) fn stop(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
        self.hopeless = true;
    }

    /// Notes the fault that stands in place of a value, after which nothing but the faults can be written.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(error);
                self.hopeless = true;
                None
            }
        }
    }

    /// The faults, and what could be written all the same.
    pub(crate) fn finish(self, expansion: impl FnOnce() -> TokenStream) -> TokenStream {
        let mut tokens = self.error.map(syn::Error::into_compile_error).unwrap_or_default();
        if !self.hopeless {
            tokens.extend(expansion());
        }
        tokens
    }
}
