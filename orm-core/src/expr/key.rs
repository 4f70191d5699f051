//! The primary key of a model whose key is several fields, as a whole: `Line::pk`.

use std::fmt;
use std::marker::PhantomData;

use crate::expr::{Cond, Condition, KeyMembers, KeyOperand, Node, Operator};
use crate::model::Model;
use crate::path::Path;
use crate::query::{OrderBy, SelectItem, SelectList, Values};
use crate::relation::ForeignKey;

/// What a key at the end of `P` is compared as.
type Seen<P> = <P as Path>::Field<ForeignKey<<P as Path>::Model>>;

/// The primary key of several fields of the model at the end of the path `P`: `Line::pk`, `Item::line.pk`.
///
/// The fields are there one by one too: `Line::number.gt(3)`.
pub struct PrimaryKey<P>(PhantomData<fn() -> P>);

impl<P> PrimaryKey<P> {
    /// The key at the end of the path `P`.
    pub const NEW: Self = PrimaryKey(PhantomData);
}

impl<P> Clone for PrimaryKey<P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for PrimaryKey<P> {}

impl<P: Path> fmt::Debug for PrimaryKey<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.node().parts()).finish()
    }
}

impl<P: Path> PrimaryKey<P> {
    fn node(self) -> Node {
        P::Model::META.key_node(P::NODE)
    }

    /// The key is this one: a tuple of its fields, a row, or a foreign key to the model.
    pub fn eq(self, other: impl KeyOperand<P::Root, P::Model, Seen<P>>) -> Cond<P::Root> {
        Cond::new(Condition::compare(Operator::Eq, self.node(), other.into_node()))
    }

    /// The key is not this one.
    pub fn ne(self, other: impl KeyOperand<P::Root, P::Model, Seen<P>>) -> Cond<P::Root> {
        Cond::new(Condition::compare(Operator::Eq, self.node(), other.into_node()).fails())
    }

    /// The key is one of these: any collection of keys or rows, or a query of keys such as `Line::objects().values(Line::pk)`.
    pub fn in_(self, keys: impl KeyMembers<P::Root, P::Model, Seen<P>>) -> Cond<P::Root> {
        Cond::new(keys.among(self.node()))
    }

    /// From the smallest key to the largest: by its first field, where that is equal by the second, and so on.
    pub fn asc(self) -> OrderBy<P::Root> {
        OrderBy::new(self.node(), false)
    }

    /// From the largest key to the smallest.
    pub fn desc(self) -> OrderBy<P::Root> {
        OrderBy::new(self.node(), true)
    }
}

impl<P: Path> SelectItem<P::Root> for PrimaryKey<P> {
    type Value = P::Field<<P::Model as Model>::Key>;

    fn into_node(self) -> Node {
        self.node()
    }
}

impl<P: Path> SelectList<P::Root> for PrimaryKey<P> {
    type Output = Values<(P::Field<<P::Model as Model>::Key>,)>;

    fn nodes(self) -> Vec<Node> {
        vec![self.node()]
    }
}
