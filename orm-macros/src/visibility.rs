//! A visibility as it is written one module further in.

use quote::quote;
use syn::{Visibility, parse_quote};

/// The same visibility, for an item of a module that stands beside the item with `visibility`.
pub(crate) fn in_module(visibility: &Visibility) -> Visibility {
    match visibility {
        Visibility::Public(_) => visibility.clone(),
        Visibility::Inherited => parse_quote!(pub(super)),
        Visibility::Restricted(restricted) => {
            let path = &restricted.path;
            let first = path.segments.first().map(|segment| segment.ident.to_string());
            match first.as_deref() {
                Some("super") => parse_quote!(pub(in super::#path)),
                Some("self") => {
                    let rest = path.segments.iter().skip(1).map(|segment| quote!(::#segment));
                    parse_quote!(pub(in super #(#rest)*))
                }
                _ => visibility.clone(),
            }
        }
    }
}
