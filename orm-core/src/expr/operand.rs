//! What may stand on the right side of a comparison, an assignment or an operator.

use crate::expr::{Expr, Node};
use crate::field::FieldType;
use crate::model::Model;
use crate::path::{Path, Related};
use crate::relation::{ForeignKey, Forward, RowOf};
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

/// A value or expression that stands to the right of an operator, behind an expression of type `T`, in a query on `M`.
#[diagnostic::on_unimplemented(
    message = "an expression of type `{T}` cannot be computed with a `{Self}`",
    label = "expected a value for `{T}`, or an expression of that type on the same model"
)]
pub trait Term<M, T> {
    /// The type of a sum, difference or product: an `Option` if one of both sides is.
    type Sum: FieldType;

    /// The type of a quotient or remainder: an `Option` also where the divisor is an expression, because by zero they are NULL.
    type Quotient: FieldType;

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

/// One value, all three traits.
macro_rules! operand {
    ([$($generics:tt)*] $from:ty => $to:ty, |$value:ident| $node:expr) => {
        impl<M, $($generics)*> Term<M, $to> for $from {
            type Sum = $to;
            type Quotient = $to;

            fn into_node(self) -> Node {
                let $value = self;
                $node
            }
        }

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

/// An integer that stands for a decimal. One trait for both widths, so that the type of `price * 2` is known before the literal's.
#[cfg(feature = "decimal")]
pub trait WholeNumber: Into<rust_decimal::Decimal> {}
#[cfg(feature = "decimal")]
impl WholeNumber for i32 {}
#[cfg(feature = "decimal")]
impl WholeNumber for i64 {}
#[cfg(feature = "decimal")]
operand!([I: WholeNumber] I => rust_decimal::Decimal, |value| Node::Value(Value::Decimal(value.into())));
#[cfg(feature = "decimal")]
operand!([I: WholeNumber] I => Option<rust_decimal::Decimal>, |value| Node::Value(Value::Decimal(value.into())));

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

/// What is computed may be assigned although it may be NULL: a quotient is one, and the database refuses a NULL.
impl<M, T: FieldType<NonNull = T>> Operand<M, T> for Expr<M, Option<T>> {
    fn into_node(self) -> Node {
        self.node
    }
}

/// An expression behind another. One impl for each pair, because a mismatch of types inside one would not be told in our words.
macro_rules! term {
    ($($left:ty, $right:ty => $sum:ty);+ $(;)?) => {$(
        impl<M, T: FieldType<NonNull = T>, N: Into<Node>> Term<M, $left> for Expr<M, $right, N> {
            type Sum = $sum;
            type Quotient = Option<T>;

            fn into_node(self) -> Node {
                self.node.into()
            }
        }
    )+};
}
term! {
    T, T => T;
    T, Option<T> => Option<T>;
    Option<T>, T => Option<T>;
    Option<T>, Option<T> => Option<T>;
}

impl<M, T: FieldType, X: FieldType<NonNull = T::NonNull>, N: Into<Node>> Comparand<M, T> for Expr<M, X, N> {
    fn into_node(self) -> Node {
        self.node.into()
    }
}

/// What a foreign key to `T` that is read as `F` can be compared with, in a query on `M`: a key, a row, another foreign key to the
/// same model, or where `F` is an `Option` also one.
#[diagnostic::on_unimplemented(
    message = "a foreign key to `{T}` cannot be compared with a `{Self}`",
    label = "expected a key of `{T}`, a `&{T}` or another foreign key to `{T}`"
)]
pub trait KeyOperand<M, T, F> {
    /// As a node of the untyped tree.
    fn into_node(self) -> Node;
}

#[diagnostic::do_not_recommend]
impl<M, T: Model, F, X: RowOf<T>> KeyOperand<M, T, F> for &X {
    fn into_node(self) -> Node {
        bind::<T::Key>(&self.model().key())
    }
}

impl<M, T: Model, F> KeyOperand<M, T, F> for ForeignKey<T> {
    fn into_node(self) -> Node {
        bind(self.key())
    }
}

impl<M, T: Model, F> KeyOperand<M, T, F> for &ForeignKey<T> {
    fn into_node(self) -> Node {
        bind(self.key())
    }
}

// Of `Option`s only this one, as of scalars: with a second the type of a plain `None` could not be known.
impl<M, T: Model> KeyOperand<M, T, Option<ForeignKey<T>>> for Option<ForeignKey<T>> {
    fn into_node(self) -> Node {
        bind(&self)
    }
}

impl<M, T: Model> KeyOperand<M, T, Option<ForeignKey<T>>> for &Option<ForeignKey<T>> {
    fn into_node(self) -> Node {
        bind(self)
    }
}

macro_rules! key_operand {
    ($($from:ty => $key:ty),+) => {$(
        impl<M, T: Model<Key = $key>, F> KeyOperand<M, T, F> for $from {
            fn into_node(self) -> Node {
                bind::<$key>(&self.into())
            }
        }
    )+};
}
key_operand!(i64 => i64, i32 => i32, String => String, &str => String);
#[cfg(feature = "uuid")]
key_operand!(uuid::Uuid => uuid::Uuid);

impl<P: Path, R: Forward, F> KeyOperand<P::Root, R::Target, F> for Related<P, R> {
    fn into_node(self) -> Node {
        self.node()
    }
}
