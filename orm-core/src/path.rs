//! Paths from a model through its foreign keys, known to the type system so that `Book::author.country.name` needs no string.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use crate::field::FieldType;
use crate::meta::{ModelMeta, RelationMeta};
use crate::model::{Model, PathFields};
use crate::relation::{Optionality, Relation};

/// One step of a path: a relation, and the step before it.
#[derive(Debug)]
pub struct PathNode {
    /// The step before.
    pub parent: Option<&'static PathNode>,
    /// The relation of this step.
    pub relation: &'static RelationMeta,
}

impl PathNode {
    /// Whether two nodes take the same steps; the compiler may hold one path at several addresses.
    #[must_use]
    pub fn same(a: Option<&PathNode>, b: Option<&PathNode>) -> bool {
        match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => {
                std::ptr::eq(a, b) || (std::ptr::eq(a.relation, b.relation) && PathNode::same(a.parent, b.parent))
            }
            _ => false,
        }
    }
}

/// A path of relations, as a type.
pub trait Path: Sized + 'static {
    /// Where it starts.
    type Root: Model;
    /// Where it leads.
    type Model: Model;
    /// The type of a field of type `T` at its end: an `Option` if a step on the way may lead nowhere.
    type Field<T: FieldType>: FieldType;
    /// The path as data; `None` at its start.
    const NODE: Option<&'static PathNode>;
}

/// The path that has no step yet.
pub struct Root<M>(PhantomData<fn() -> M>);

impl<M: Model> Path for Root<M> {
    type Root = M;
    type Model = M;
    type Field<T: FieldType> = T;
    const NODE: Option<&'static PathNode> = None;
}

/// The path `P` and one more step, the relation `R`.
pub struct To<P, R>(PhantomData<fn() -> (P, R)>);

impl<P: Path, R: Relation> Path for To<P, R> {
    type Root = P::Root;
    type Model = R::Target;
    type Field<T: FieldType> = <R::Optionality as Optionality>::Field<P, T>;
    const NODE: Option<&'static PathNode> = Some(&PathNode { parent: P::NODE, relation: R::META });
}

/// A foreign key in a query: `Book::author`. Its target's fields are its fields: `Book::author.name`.
pub struct Related<P, R>(PhantomData<fn() -> (P, R)>);

impl<P, R> Related<P, R> {
    /// The relation `R` at the end of the path `P`.
    pub const NEW: Self = Related(PhantomData);
}

impl<P, R> Clone for Related<P, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, R> Copy for Related<P, R> {}

impl<P: Path, R: Relation> Related<P, R> {
    /// The column of the key itself, on the side that holds it.
    pub(crate) fn column(self) -> Column {
        Column { path: P::NODE, model: R::Source::META, field: R::META.field }
    }
}

impl<P: Path, R: Relation> fmt::Debug for Related<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.column().fmt(f)
    }
}

impl<P: Path, R: Relation> std::ops::Deref for Related<P, R> {
    type Target = <R::Target as Model>::Fields<To<P, R>>;

    fn deref(&self) -> &Self::Target {
        <Self::Target as PathFields>::REF
    }
}

/// A column, and the path that leads to its table.
#[derive(Clone, Copy)]
pub struct Column {
    /// The path from the query's model; `None` is the model itself.
    pub path: Option<&'static PathNode>,
    /// The model whose column it is.
    pub model: &'static ModelMeta,
    /// The position of its field.
    pub field: usize,
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field && std::ptr::eq(self.model, other.model) && PathNode::same(self.path, other.path)
    }
}

impl Hash for Column {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.field.hash(state);
        std::ptr::hash(self.model, state);
    }
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn steps(node: Option<&PathNode>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match node {
                None => Ok(()),
                Some(node) => {
                    steps(node.parent, f)?;
                    write!(f, "{}.", node.relation.name)
                }
            }
        }
        steps(self.path, f)?;
        f.write_str(self.model.field(self.field).name)
    }
}
