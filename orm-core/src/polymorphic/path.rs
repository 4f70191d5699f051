//! A reference to one of several models in a query: `Comment::subject.is::<Book>()`.

use crate::embedded::Position;
use crate::expr::{Cond, Condition, Expr, Node, Operator};
use crate::field::Key;
use crate::model::{Model, PathFields};
use crate::path::{Column, Path};
use crate::polymorphic::{AnyOf, HasVariant, KeyedBy, Polymorphic};
use crate::relation::{Cardinality, IntoField};

/// The type of a column that may be NULL if the reference may.
type Seen<P, N, T> = <N as Cardinality>::Field<P, T>;

/// A key as a bound value.
fn key_node<K: Key>(key: &K) -> Node {
    Expr::<(), K>::value(key.clone()).node
}

/// What a path to a reference derefs to: its two columns, and the lookups of both together.
pub struct AnyOfFields<P: Path, A: Position, E: Polymorphic, N: Cardinality> {
    /// The column that says which model.
    pub tag: Expr<P::Root, Seen<P, N, String>, Column>,
    /// The column that holds the key.
    pub id: Expr<P::Root, Seen<P, N, E::Key>, Column>,
    of: std::marker::PhantomData<fn() -> A>,
}

impl<P: Path, A: Position, E: Polymorphic, N: Cardinality> PathFields for AnyOfFields<P, A, E, N> {
    const REF: &'static Self = &AnyOfFields {
        tag: Expr::column(P::NODE, P::Model::META, A::AT),
        id: Expr::column(P::NODE, P::Model::META, A::AT + 1),
        of: std::marker::PhantomData,
    };
}

impl<P: Path, A: Position, E: Polymorphic, N: Cardinality> AnyOfFields<P, A, E, N> {
    fn tagged(&self, tag: &'static str) -> Cond<P::Root> {
        let tag = Expr::<P::Root, String>::value(tag.to_owned());
        Cond::new(Condition::compare(Operator::Eq, Node::Column(self.tag.node), tag.node))
    }

    /// Points at a row of the model `M`.
    pub fn is<M: KeyedBy<E::Key>>(&self) -> Cond<P::Root>
    where
        E: HasVariant<M>,
    {
        self.tagged(E::TAGS.get(E::VARIANT).copied().unwrap_or_default())
    }

    /// Points at this row: a row of one of the models, or a reference.
    pub fn eq(&self, row: impl IntoField<AnyOf<E>>) -> Cond<P::Root> {
        let row = row.into_field();
        let key = Condition::compare(Operator::Eq, Node::Column(self.id.node), key_node(row.key()));
        self.tagged(row.tag()) & Cond::new(key)
    }

    /// The opposite of [`eq`](Self::eq): a reference that is NULL does not point at a row either.
    pub fn ne(&self, row: impl IntoField<AnyOf<E>>) -> Cond<P::Root> {
        !self.eq(row)
    }

    /// Points at one of these rows. At one of no rows nothing points, and no query is sent.
    pub fn in_<R: IntoField<AnyOf<E>>>(&self, rows: impl IntoIterator<Item = R>) -> Cond<P::Root> {
        let mut keys: Vec<Vec<Node>> = E::TAGS.iter().map(|_| Vec::new()).collect();
        for row in rows {
            let row = row.into_field();
            if let Some(keys) = keys.get_mut(row.variant()) {
                keys.push(key_node(row.key()));
            }
        }
        let of_each = E::TAGS
            .iter()
            .zip(keys)
            .map(|(tag, keys)| self.tagged(tag) & Cond::new(Condition::one_of(Node::Column(self.id.node), keys.into_iter())));
        of_each.fold(Cond::never(), |any, of_one| any | of_one)
    }

    /// Whether the reference is NULL.
    pub fn isnull(&self, null: bool) -> Cond<P::Root> {
        self.id.isnull(null)
    }
}
