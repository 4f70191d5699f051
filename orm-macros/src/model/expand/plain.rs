//! The struct itself as a row: read from columns, with nothing loaded beside it.

use proc_macro2::TokenStream;
use quote::quote;

use super::super::Model;
use super::fields::{reads, width};

pub(super) fn row(model: &Model) -> TokenStream {
    let ident = &model.ident;
    let (width, fields) = (width(&model.fields), reads(&model.fields));
    let reader = model.fresh.name("R");
    quote! {
        #[automatically_derived]
        impl ::amphi::__private::row::FromRow for #ident {
            const WIDTH: usize = #width;
            const TREE: &'static ::amphi::__private::query::RowTree =
                &::amphi::__private::query::RowTree::model(<#ident as ::amphi::__private::model::Model>::META);
            #[inline]
            fn from_row<#reader: ::amphi::__private::row::ColumnReader>(
                row: &#reader,
                at: usize,
            ) -> ::core::result::Result<Self, ::amphi::__private::row::DecodeError> {
                ::core::result::Result::Ok(#ident { #(#fields),* })
            }
        }
    }
}
