//! Lookups on arrays, with the names that Django gives them (`ArrayField`).
//!
//! An element that is NULL is equal to none, as everywhere in SQL.

use crate::expr::{Comparand, Cond, Condition, Expr, Node, TextMatch, Textual};
use crate::field::{ArrayElement, ArrayField, FieldType};
use crate::value::{Array, Value, ValueError};

/// Tests on arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArrayTest {
    /// The left array has each element of the right one.
    Contains,
    /// Each element of the left array is in the right one.
    ContainedBy,
    /// An element is in both.
    Overlap,
    /// An element of the left array equals the value on the right.
    Has,
}

/// A value that an element of type `E` can be compared with.
#[diagnostic::on_unimplemented(
    message = "an array of `{E}` has no element that could be a `{Self}`",
    label = "expected a value for `{E}`"
)]
pub trait IntoElement<E> {
    /// The value to bind.
    ///
    /// # Errors
    /// [`ValueError`] if no database can hold it exactly.
    fn into_element(self) -> Result<Value<'static>, ValueError>;
}

macro_rules! element {
    ([$($generics:tt)*] $from:ty => $element:ty) => {
        impl<$($generics)*> IntoElement<$element> for $from {
            fn into_element(self) -> Result<Value<'static>, ValueError> {
                self.to_value().map(Value::into_owned)
            }
        }
    };
}
element!([E: ArrayElement] E => E);
element!([E: ArrayElement] &E => E);
element!([E: ArrayElement + FieldType<NonNull = E>] E => Option<E>);
element!([E: ArrayElement + FieldType<NonNull = E>] &E => Option<E>);

macro_rules! text_element {
    ($($from:ty => $element:ty),+) => {$(
        impl IntoElement<$element> for $from {
            fn into_element(self) -> Result<Value<'static>, ValueError> {
                Ok(Value::Text(self.to_owned().into()))
            }
        }
    )+};
}
text_element!(&str => String, &str => Option<String>);

/// What an array of elements of type `E` is compared with, in a query on `M`: a collection of values, or another array.
#[diagnostic::on_unimplemented(
    message = "an array of `{E}` cannot be compared with a `{Self}`",
    label = "expected a collection of `{E}`, or an array of the same model",
    note = "give an array, slice, Vec or iterator of values; for a single one write `has`"
)]
pub trait ArrayOperand<M, E> {
    /// As a node of the untyped tree.
    fn into_node(self) -> Node;
}

#[diagnostic::do_not_recommend]
impl<M, E: ArrayElement, I: IntoIterator<Item: IntoElement<E>>> ArrayOperand<M, E> for I {
    fn into_node(self) -> Node {
        match self.into_iter().map(IntoElement::into_element).collect() {
            Ok(values) => Node::Value(Value::Array(Box::new(Array { element: &E::COLUMN, values }))),
            Err(error) => Node::Invalid(error),
        }
    }
}

impl<M, E, T: ArrayField<Element = E>, N: Into<Node>> ArrayOperand<M, E> for Expr<M, T, N> {
    fn into_node(self) -> Node {
        self.node.into()
    }
}

/// What `contains` looks for in a `T`: text in text, and the elements of an array in an array.
#[diagnostic::on_unimplemented(
    message = "a `{T}` cannot contain a `{Self}`",
    label = "text contains text, and an array a collection of its elements",
    note = "to look for one element of an array write `has`"
)]
pub trait ContainedIn<M, T> {
    /// The condition that `of` contains it.
    fn contained_in(self, of: Node) -> Condition;
}

impl<M, T: Textual, V: Comparand<M, String>> ContainedIn<M, T> for V {
    fn contained_in(self, of: Node) -> Condition {
        Condition::text(TextMatch::Contains, false, of, self.into_node())
    }
}

macro_rules! contained_in {
    ($($array:ty),+) => {$(
        impl<M, T: ArrayElement, V: ArrayOperand<M, T>> ContainedIn<M, $array> for V {
            fn contained_in(self, of: Node) -> Condition {
                Condition::array(ArrayTest::Contains, of, self.into_node())
            }
        }
    )+};
}
contained_in!(Vec<T>, Option<Vec<T>>);

/// Lookups on arrays, which PostgreSQL has.
impl<M, T: FieldType, N: Into<Node>> Expr<M, T, N> {
    fn array(self, test: ArrayTest, with: Node) -> Cond<M> {
        Cond::new(Condition::array(test, self.node.into(), with))
    }

    /// Each element is among these. So it is of an empty array.
    pub fn contained_by(self, elements: impl ArrayOperand<M, <T as ArrayField>::Element>) -> Cond<M>
    where
        T: ArrayField,
    {
        self.array(ArrayTest::ContainedBy, elements.into_node())
    }

    /// An element is among these.
    pub fn overlap(self, elements: impl ArrayOperand<M, <T as ArrayField>::Element>) -> Cond<M>
    where
        T: ArrayField,
    {
        self.array(ArrayTest::Overlap, elements.into_node())
    }

    /// An element is this one.
    pub fn has(self, element: impl Comparand<M, <<T as ArrayField>::Element as FieldType>::NonNull>) -> Cond<M>
    where
        T: ArrayField,
    {
        self.array(ArrayTest::Has, element.into_node())
    }

    /// How many elements it has; 0 if it is empty.
    pub fn len(self) -> Expr<M, T::Length>
    where
        T: ArrayField,
    {
        Expr::new(Node::Length(Box::new(self.node.into())).bounded())
    }
}
