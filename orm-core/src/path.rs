//! Paths from a model through its foreign keys, known to the type system so that `Book::author.country.name` needs no string.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use crate::expr::Node;
use crate::field::FieldType;
use crate::meta::{ModelMeta, RelationMeta};
use crate::model::{Model, PathFields};
use crate::relation::{Cardinality, Relation};

/// One step of a path: a relation, and the step before it.
#[derive(Debug)]
pub struct PathNode {
    /// The step before.
    pub parent: Option<&'static PathNode>,
    /// The relation of this step.
    pub relation: &'static RelationMeta,
    /// Whether this step or one before it may lead to several rows.
    pub many: bool,
}

impl PathNode {
    /// Whether two nodes take the same steps; the compiler may hold one path at several addresses.
    #[must_use]
    pub fn same(a: Option<&PathNode>, b: Option<&PathNode>) -> bool {
        match (a, b) {
            (None, None) => true,
            (Some(a), Some(b)) => std::ptr::eq(a, b) || (a.relation.is(b.relation) && PathNode::same(a.parent, b.parent)),
            _ => false,
        }
    }

    /// Whether the path of `step` is a part of this one, or all of it.
    pub(crate) fn passes(&self, step: &PathNode) -> bool {
        let mut node = Some(self);
        while let Some(here) = node {
            if PathNode::same(Some(here), Some(step)) {
                return true;
            }
            node = here.parent;
        }
        false
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
    type Field<T: FieldType> = <R::Cardinality as Cardinality>::Field<P, T>;
    const NODE: Option<&'static PathNode> = Some(<Self as Step>::NODE);
}

/// A path that has a step.
pub trait Step: Path {
    /// Its last step.
    const NODE: &'static PathNode;
}

impl<P: Path, R: Relation> Step for To<P, R> {
    const NODE: &'static PathNode = &PathNode {
        parent: P::NODE,
        relation: R::META,
        many: R::META.is_many()
            || match P::NODE {
                Some(node) => node.many,
                None => false,
            },
    };
}

/// A relation to at most one row in a query: `Book::author`. Its target's fields are its fields: `Book::author.name`.
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
    /// The columns that are NULL where the relation leads nowhere: the key itself, on the side that holds it, or for a way back the key of
    /// the row that it leads to.
    pub(crate) fn node(self) -> Node {
        if R::META.is_foreign_key() { R::META.node(P::NODE) } else { R::Target::META.key_node(<To<P, R> as Path>::NODE) }
    }

    /// The first of these columns.
    pub(crate) fn column(self) -> Column {
        if R::META.is_foreign_key() {
            Column { path: P::NODE, model: R::Source::META, field: R::META.field }
        } else {
            Column { path: <To<P, R> as Path>::NODE, model: R::Target::META, field: R::Target::META.first_key() }
        }
    }
}

impl<P: Path, R: Relation> fmt::Debug for Related<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_steps(<To<P, R> as Path>::NODE, f)
    }
}

impl<P: Path, R: Relation> std::ops::Deref for Related<P, R> {
    type Target = <R::Target as Model>::Fields<To<P, R>>;

    fn deref(&self) -> &Self::Target {
        <Self::Target as PathFields>::REF
    }
}

/// A relation to any number of rows in a query: `Author::books`.
///
/// [`any`](Self::any), [`none`](Self::none) and [`all`](Self::all) say of how many of the related rows a condition is to be true. The
/// related rows' fields are its fields too: `Author::books.title.eq("Solaris")` is true if it is true of any of them, and conditions
/// that are joined by `&` in one call of `filter` are about the same one.
pub struct RelatedSet<P, R>(PhantomData<fn() -> (P, R)>);

impl<P, R> RelatedSet<P, R> {
    /// The relation `R` at the end of the path `P`.
    pub const NEW: Self = RelatedSet(PhantomData);
}

impl<P, R> Clone for RelatedSet<P, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, R> Copy for RelatedSet<P, R> {}

impl<P: Path, R: Relation> fmt::Debug for RelatedSet<P, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_steps(<To<P, R> as Path>::NODE, f)
    }
}

impl<P: Path, R: Relation> std::ops::Deref for RelatedSet<P, R> {
    type Target = <R::Target as Model>::Fields<To<P, R>>;

    fn deref(&self) -> &Self::Target {
        <Self::Target as PathFields>::REF
    }
}

/// Writes the relations of a path, with dots between them.
fn fmt_steps(node: Option<&PathNode>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(node) = node else { return Ok(()) };
    if node.parent.is_some() {
        fmt_steps(node.parent, f)?;
        f.write_str(".")?;
    }
    f.write_str(node.relation.name)
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
        fmt_steps(self.path, f)?;
        if self.path.is_some() {
            f.write_str(".")?;
        }
        f.write_str(self.model.field(self.field).name)
    }
}
