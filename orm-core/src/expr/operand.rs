//! What may stand on the right side of a comparison, an assignment or an operator.

use crate::expr::{Expr, Node};
use crate::field::FieldType;
use crate::model::Model;
use crate::path::{Path, Related};
use crate::relation::{ForeignKey, Relation, RowOf};
use crate::value::Value;

/// A value or expression that a field of type `T` can hold, in a query on `M`.
#[diagnostic::on_unimplemented(
    message = "an expression of type `{T}` cannot be given a `{Self}`",
    label = "expected a value for `{T}`, or an expression of that type on the same model"
)]
pub trait Operand<M, T> {
    /// As a node of the untyped tree.
    fn into_node(self) -> Node;
}

/// A value or expression that a column of type `T` can be compared with, in a query on `M`.
#[diagnostic::on_unimplemented(
    message = "a column of type `{T}` cannot be compared with a `{Self}`",
    label = "expected a value for `{T}`, or an expression of that type on the same model"
)]
pub trait Comparand<M, T> {
    /// As a node of the untyped tree.
    fn into_node(self) -> Node;
}

/// The node of a value.
pub(crate) fn bind<T: FieldType>(value: &T) -> Node {
    match value.to_value() {
        Ok(value) => Node::Value(value.into_owned()),
        Err(error) => Node::Invalid(error),
    }
}

/// One value, both traits.
macro_rules! operand {
    ([$($generics:tt)*] $from:ty => $to:ty, |$value:ident| $node:expr) => {
        impl<M, $($generics)*> Operand<M, $to> for $from {
            fn into_node(self) -> Node {
                let $value = self;
                $node
            }
        }

        impl<M, $($generics)*> Comparand<M, $to> for $from {
            fn into_node(self) -> Node {
                let $value = self;
                $node
            }
        }
    };
}

operand!([T: FieldType] T => T, |value| bind(&value));
operand!([T: FieldType] &T => T, |value| bind(value));
operand!([T: FieldType<NonNull = T>] T => Option<T>, |value| bind(&value));
operand!([T: FieldType<NonNull = T>] &T => Option<T>, |value| bind(value));
operand!([] &str => String, |value| Node::Value(Value::Text(value.to_owned().into())));
operand!([] &str => Option<String>, |value| Node::Value(Value::Text(value.to_owned().into())));
operand!([] &&str => String, |value| Node::Value(Value::Text((*value).to_owned().into())));
operand!([] &[u8] => Vec<u8>, |value| Node::Value(Value::Bytes(value.to_owned().into())));
operand!([] &[u8] => Option<Vec<u8>>, |value| Node::Value(Value::Bytes(value.to_owned().into())));

#[cfg(feature = "decimal")]
operand!([] i32 => rust_decimal::Decimal, |value| Node::Value(Value::Decimal(value.into())));
#[cfg(feature = "decimal")]
operand!([] i64 => rust_decimal::Decimal, |value| Node::Value(Value::Decimal(value.into())));

/// Wider integers may be looked up in a narrower column: beyond its range the answer is known without the database.
macro_rules! wider {
    ($($from:ty => $to:ty),+) => {$(
        impl<M> Comparand<M, $to> for $from {
            fn into_node(self) -> Node {
                bind(&self)
            }
        }

        impl<M> Comparand<M, Option<$to>> for $from {
            fn into_node(self) -> Node {
                bind(&self)
            }
        }
    )+};
}
wider!(i64 => i32, i64 => i16, i32 => i16);

impl<M, T, N: Into<Node>> Operand<M, T> for Expr<M, T, N> {
    fn into_node(self) -> Node {
        self.node.into()
    }
}

impl<M, T: FieldType<NonNull = T>, N: Into<Node>> Operand<M, Option<T>> for Expr<M, T, N> {
    fn into_node(self) -> Node {
        self.node.into()
    }
}

impl<M, T: FieldType, X: FieldType<NonNull = T::NonNull>, N: Into<Node>> Comparand<M, T> for Expr<M, X, N> {
    fn into_node(self) -> Node {
        self.node.into()
    }
}

/// What a foreign key to `T` can be compared with, in a query on `M`: a key, a row, or another foreign key to the same model.
#[diagnostic::on_unimplemented(
    message = "a foreign key to `{T}` cannot be compared with a `{Self}`",
    label = "expected a key of `{T}`, a `&{T}` or another foreign key to `{T}`"
)]
pub trait KeyOperand<M, T> {
    /// As a node of the untyped tree.
    fn into_node(self) -> Node;
}

#[diagnostic::do_not_recommend]
impl<M, T: Model, X: RowOf<T>> KeyOperand<M, T> for &X {
    fn into_node(self) -> Node {
        bind(self.model().key())
    }
}

impl<M, T: Model> KeyOperand<M, T> for ForeignKey<T> {
    fn into_node(self) -> Node {
        bind(self.key())
    }
}

impl<M, T: Model> KeyOperand<M, T> for &ForeignKey<T> {
    fn into_node(self) -> Node {
        bind(self.key())
    }
}

macro_rules! key_operand {
    ($($from:ty => $key:ty),+) => {$(
        impl<M, T: Model<Key = $key>> KeyOperand<M, T> for $from {
            fn into_node(self) -> Node {
                bind::<$key>(&self.into())
            }
        }
    )+};
}
key_operand!(i64 => i64, i32 => i32, String => String, &str => String);
#[cfg(feature = "uuid")]
key_operand!(uuid::Uuid => uuid::Uuid);

impl<P: Path, R: Relation> KeyOperand<P::Root, R::Target> for Related<P, R> {
    fn into_node(self) -> Node {
        Node::Column(self.column())
    }
}
