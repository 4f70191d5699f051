//! What a query's rows become: models, rows with relations, tuples, or a user's own struct.

use std::future::Future;
use std::marker::PhantomData;

use crate::connection::Connection;
use crate::expr::{Expr, Node};
use crate::field::FieldType;
use crate::path::{Path, Related};
use crate::query::{Prefetch, Query, RowTree, Selection};
use crate::relation::{Cardinality, ForeignKey, Forward};
use crate::row::{ColumnReader, DecodeError, FromRow};

/// What the rows of a query are read into.
pub trait Selectable: 'static {
    /// One row.
    type Item: Send + 'static;

    /// Tells the query what to select, if it does not know already.
    fn select(query: &mut Query);

    /// Reads one row.
    ///
    /// # Errors
    /// [`DecodeError`] if a column holds what its field cannot.
    fn read<R: ColumnReader>(row: &R) -> Result<Self::Item, DecodeError>;

    /// Whether further queries read a part of the rows.
    const PREFETCHES: bool = false;

    /// Reads the parts of rows that further queries give.
    fn prefetch<C: Connection>(
        _rows: &mut [Self::Item],
        _plan: &[Prefetch],
        _connection: &mut C,
    ) -> impl Future<Output = crate::Result<()>> + Send {
        std::future::ready(Ok(()))
    }
}

impl<S: FromRow> Selectable for S {
    type Item = S;

    fn select(query: &mut Query) {
        const { assert!(S::WIDTH > 0) }
        let tree: &'static RowTree = S::TREE;
        query.selection = Selection::Rows(tree);
    }

    #[inline]
    fn read<R: ColumnReader>(row: &R) -> Result<S, DecodeError> {
        S::from_row(row, 0)
    }

    const PREFETCHES: bool = <S as FromRow>::PREFETCHES;

    fn prefetch<C: Connection>(
        rows: &mut [S],
        plan: &[Prefetch],
        connection: &mut C,
    ) -> impl Future<Output = crate::Result<()>> + Send {
        <S as FromRow>::prefetch(rows.iter_mut().collect(), plan, connection)
    }
}

/// Rows of chosen columns, as tuples.
pub struct Values<T>(PhantomData<fn() -> T>);

/// Rows of chosen columns, as a user's struct that derives `Values`.
pub struct ValuesOf<T>(PhantomData<fn() -> T>);

impl<T: ValuesStruct> Selectable for ValuesOf<T> {
    type Item = T;

    fn select(_: &mut Query) {}

    #[inline]
    fn read<R: ColumnReader>(row: &R) -> Result<T, DecodeError> {
        T::read(row)
    }
}

/// A struct whose fields are columns of a query. Made by `#[derive(Values)]`.
pub trait ValuesStruct: Send + 'static {
    /// The model that the query is about.
    type Model;

    /// The columns, in the order of the fields.
    fn nodes() -> Vec<Node>;

    /// Reads one row.
    ///
    /// # Errors
    /// [`DecodeError`] if a column holds what its field cannot.
    fn read<R: ColumnReader>(row: &R) -> Result<Self, DecodeError>
    where
        Self: Sized;
}

/// The position of the next of the columns of a row, of which so many are taken.
#[inline]
pub fn take_columns(next: &mut usize, count: usize) -> usize {
    let at = *next;
    *next += count;
    at
}

/// An expression of type `T` about rows of `M`, as a column of a result; the derive `Values` checks its fields with it.
pub fn select_node<M, T: FieldType>(expression: impl SelectItem<M, Value = T>) -> Node {
    expression.into_node()
}

/// One column of `values`: an expression, or a foreign key.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an expression on `{M}`",
    label = "expected fields or expressions on `{M}`"
)]
pub trait SelectItem<M> {
    /// What it is read as.
    type Value: FieldType;

    /// As a node of the untyped tree.
    fn into_node(self) -> Node;
}

impl<M, T: FieldType, N: Into<Node>> SelectItem<M> for Expr<M, T, N> {
    type Value = T;

    fn into_node(self) -> Node {
        self.node.into()
    }
}

impl<P: Path, R: Forward> SelectItem<P::Root> for Related<P, R> {
    type Value = <R::Cardinality as Cardinality>::Field<P, ForeignKey<R::Target>>;

    fn into_node(self) -> Node {
        self.node()
    }
}

/// What `values` takes: an expression or a tuple of up to twelve.
#[diagnostic::on_unimplemented(
    message = "`values` on `{M}` cannot take a `{Self}`",
    label = "expected an expression on `{M}`, or a tuple of up to twelve"
)]
pub trait SelectList<M> {
    /// The selection.
    type Output: Selectable;

    /// Appends the nodes.
    fn nodes(self) -> Vec<Node>;
}

impl<M, T: FieldType, N: Into<Node>> SelectList<M> for Expr<M, T, N> {
    type Output = Values<(T,)>;

    fn nodes(self) -> Vec<Node> {
        vec![self.node.into()]
    }
}

impl<P: Path, R: Forward> SelectList<P::Root> for Related<P, R> {
    type Output = Values<(<Self as SelectItem<P::Root>>::Value,)>;

    fn nodes(self) -> Vec<Node> {
        vec![SelectItem::into_node(self)]
    }
}

/// A single column is read as itself, not as a tuple of one.
impl<A: FieldType> Selectable for Values<(A,)> {
    type Item = A;

    fn select(_: &mut Query) {}

    #[inline]
    fn read<R: ColumnReader>(row: &R) -> Result<A, DecodeError> {
        A::decode(row, 0)
    }
}

macro_rules! value_tuples {
    ($($name:ident . $index:tt),+) => {
        impl<$($name: FieldType),+> Selectable for Values<($($name,)+)> {
            type Item = ($($name,)+);

            fn select(_: &mut Query) {}

            #[inline]
            fn read<R: ColumnReader>(row: &R) -> Result<Self::Item, DecodeError> {
                let mut next = 0;
                Ok(($($name::decode(row, take_columns(&mut next, $name::WIDTH))?,)+))
            }
        }

        impl<M, $($name: SelectItem<M>),+> SelectList<M> for ($($name,)+) {
            type Output = Values<($($name::Value,)+)>;

            fn nodes(self) -> Vec<Node> {
                vec![$(self.$index.into_node()),+]
            }
        }
    };
}
value_tuples!(A.0, B.1);
value_tuples!(A.0, B.1, C.2);
value_tuples!(A.0, B.1, C.2, D.3);
value_tuples!(A.0, B.1, C.2, D.3, E.4);
value_tuples!(A.0, B.1, C.2, D.3, E.4, F.5);
value_tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6);
value_tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7);
value_tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8);
value_tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9);
value_tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9, K.10);
value_tuples!(A.0, B.1, C.2, D.3, E.4, F.5, G.6, H.7, I.8, J.9, K.10, L.11);
