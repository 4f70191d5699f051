//! Lookups on a relation itself. Those on a foreign key use the key's own column and join nothing.

use crate::expr::operand::bind;
use crate::expr::{Assignment, Cond, Condition, FieldSet, KeyMembers, KeyOperand, Operator};
use crate::path::{Path, Related};
use crate::query::OrderBy;
use crate::relation::{Cardinality, ForeignKey, Forward, IntoField, Relation, ToOne};

/// What a foreign key to the target of `R` is read as at the end of `P`.
type Seen<P, R> = <<R as Relation>::Cardinality as Cardinality>::Field<P, ForeignKey<<R as Relation>::Target>>;

/// What a field with the foreign key `R` holds.
type Held<R> = <<R as Relation>::Cardinality as ToOne>::Held<ForeignKey<<R as Relation>::Target>>;

impl<P: Path, R: Relation> Related<P, R> {
    /// Whether the relation leads nowhere. Further along a path this is also true where an earlier step leads nowhere.
    pub fn isnull(self, null: bool) -> Cond<P::Root> {
        let is_null = Condition::IsNull(self.node());
        Cond::new(if null { is_null } else { is_null.fails() })
    }
}

impl<P: Path, R: Forward> Related<P, R> {
    /// The key is this one: a key, a row, or another foreign key to the same model. `None` means IS NULL.
    pub fn eq(self, other: impl KeyOperand<P::Root, R::Target, Seen<P, R>>) -> Cond<P::Root> {
        Cond::new(Condition::compare(Operator::Eq, self.node(), other.into_node()))
    }

    /// The key is not this one; a NULL key is not, and `ne(None)` means IS NOT NULL.
    ///
    /// Behind a relation to many the key of some row is not; that it is that of none is `!` before [`eq`](Self::eq).
    pub fn ne(self, other: impl KeyOperand<P::Root, R::Target, Seen<P, R>>) -> Cond<P::Root> {
        Cond::new(Condition::compare(Operator::Eq, self.node(), other.into_node()).fails())
    }

    /// The key is one of these: any collection of keys or rows, or a query of one column of keys.
    pub fn in_(self, keys: impl KeyMembers<P::Root, R::Target, Seen<P, R>>) -> Cond<P::Root> {
        Cond::new(keys.among(self.node()))
    }

    /// From the smallest key to the largest.
    pub fn asc(self) -> OrderBy<P::Root> {
        OrderBy::new(self.node(), false)
    }

    /// From the largest key to the smallest.
    pub fn desc(self) -> OrderBy<P::Root> {
        OrderBy::new(self.node(), true)
    }

    /// Sets the key in an `update`: to a row, a key, or `None` if the relation is nullable.
    pub fn set(self, target: impl IntoField<Held<R>>) -> Assignment<P::Root> {
        Assignment::new(self.column(), bind(&target.into_field()))
    }
}

impl<P: Path, R: Forward> FieldSet<P::Root> for Related<P, R> {
    fn fields(&self, into: &mut Vec<usize>) {
        into.extend(R::META.fields());
    }
}
