//! Where a field stands among the columns of its struct.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use super::field::Field;

/// The position of a field's first column: a number, and behind fields of several columns also how many columns these have.
#[derive(Clone, Default)]
pub(super) struct Position {
    own: usize,
    widths: Vec<TokenStream>,
}

impl Position {
    /// Tells each field where it stands.
    pub(super) fn set(fields: &mut [Field]) {
        let mut next = Position::default();
        for field in fields {
            field.position = next.clone();
            next.pass(field);
        }
    }

    /// The number of columns of all fields.
    pub(super) fn end(fields: &[Field]) -> Position {
        let mut end = Position::default();
        for field in fields {
            end.pass(field);
        }
        end
    }

    fn pass(&mut self, field: &Field) {
        match field.width() {
            Some(width) => self.widths.push(width),
            None => self.own += 1,
        }
    }

    /// The number, if it is known here.
    pub(super) fn literal(&self) -> Option<usize> {
        self.widths.is_empty().then_some(self.own)
    }
}

impl ToTokens for Position {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Position { own, widths } = self;
        match self.literal() {
            Some(literal) => literal.to_tokens(tokens),
            None => tokens.extend(quote!((#own #(+ #widths)*))),
        }
    }
}
