//! Assignments of an `update`, and sets of fields.

use std::marker::PhantomData;

use crate::expr::{Expr, Node};
use crate::path::Column;

/// `field = expression`, made by `Book::price.set(..)`.
#[must_use = "an assignment does nothing until an update takes it"]
pub struct Assignment<M> {
    pub(crate) field: Option<usize>,
    pub(crate) node: Node,
    model: PhantomData<fn() -> M>,
}

impl<M> Assignment<M> {
    pub(crate) fn new(column: Column, node: Node) -> Self {
        Assignment { field: column.path.is_none().then_some(column.field), node, model: PhantomData }
    }
}

impl<M> Clone for Assignment<M> {
    fn clone(&self) -> Self {
        Assignment { field: self.field, node: self.node.clone(), model: PhantomData }
    }
}

impl<M> std::fmt::Debug for Assignment<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assignment").field("field", &self.field).field("node", &self.node).finish()
    }
}

/// What `update` takes: one assignment, a tuple of up to eight, an array or a `Vec`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an assignment to fields of `{M}`",
    label = "expected assignments to fields of `{M}`",
    note = "write `Book::price.set(..)`; several stand in a tuple"
)]
pub trait Assignments<M> {
    /// Appends them to a list.
    fn collect(self, into: &mut Vec<Assignment<M>>);
}

impl<M> Assignments<M> for Assignment<M> {
    fn collect(self, into: &mut Vec<Assignment<M>>) {
        into.push(self);
    }
}

impl<M> Assignments<M> for Vec<Assignment<M>> {
    fn collect(self, into: &mut Vec<Assignment<M>>) {
        into.extend(self);
    }
}

impl<M, const N: usize> Assignments<M> for [Assignment<M>; N] {
    fn collect(self, into: &mut Vec<Assignment<M>>) {
        into.extend(self);
    }
}

/// Named fields of `M`, for a partial update: one field or a tuple of up to eight.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not name fields of `{M}`",
    label = "expected fields of `{M}`",
    note = "write `Book::title`, or several in a tuple: `(Book::title, Book::price)`"
)]
pub trait FieldSet<M> {
    /// Appends the fields' positions.
    fn fields(&self, into: &mut Vec<usize>);
}

impl<M, T> FieldSet<M> for Expr<M, T, Column> {
    fn fields(&self, into: &mut Vec<usize>) {
        if self.node.path.is_none() {
            into.push(self.node.field);
        }
    }
}

macro_rules! tuples {
    ($($name:ident . $index:tt),+) => {
        impl<M, $($name: Assignments<M>),+> Assignments<M> for ($($name,)+) {
            fn collect(self, into: &mut Vec<Assignment<M>>) {
                $(self.$index.collect(into);)+
            }
        }

        impl<M, $($name: FieldSet<M>),+> FieldSet<M> for ($($name,)+) {
            fn fields(&self, into: &mut Vec<usize>) {
                $(self.$index.fields(into);)+
            }
        }
    };
}
tuples!(A.0);
tuples!(A.0, B.1);
tuples!(A.0, B.1, C.2);
tuples!(A.0, B.1, C.2, D.3);
tuples!(A.0, B.1, C.2, D.3, E.4);
tuples!(A.0, B.1, C.2, D.3, E.4, F.5);
tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6);
tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7);
