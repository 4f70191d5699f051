//! Conditions about relations to many rows: of how many of the rows they are to be true.

use smallvec::SmallVec;

use crate::expr::{Cond, Condition, Node};
use crate::path::{Column, Path, PathNode, RelatedSet, Step, To};
use crate::relation::{Many, Relation};

/// That a relation leads to a row of which a condition is true, or that it leads to none.
#[derive(Debug, Clone)]
pub struct Exists {
    /// The relation, at the end of a path.
    pub step: &'static PathNode,
    /// Whether the condition's own paths begin where that path does; otherwise at the related row.
    pub within: bool,
    /// Whether there is to be none.
    pub none: bool,
    /// The condition.
    pub filter: Condition,
}

impl Exists {
    /// The columns of the row that the relation begins at by which the related rows know it.
    pub(crate) fn anchors(&self) -> impl Iterator<Item = Column> + use<> {
        let (model, path) = ((self.step.relation.source)(), self.step.parent);
        model.key.iter().map(move |field| Column { path, model, field: *field })
    }
}

impl<P: Path, R: Relation<Cardinality = Many>> RelatedSet<P, R>
where
    To<P, R>: Step,
{
    fn exists(condition: Cond<R::Target>, none: bool) -> Cond<P::Root> {
        let (depth, filter) = condition.into_filter();
        let passes_many = P::NODE.is_some_and(|before| before.many);
        match filter {
            error if error.is_error() => return Cond::new(error),
            Condition::Never if !none => return Cond::never(),
            Condition::Never if !passes_many => return Cond::always(),
            _ => {}
        }
        let step = <To<P, R> as Step>::NODE;
        let exists = Cond::nested(Condition::Exists(Box::new(Exists { step, within: false, none, filter })), depth + 2);
        if passes_many { exists.passing_many() } else { exists }
    }

    /// The relation leads to a row of which the condition is true.
    ///
    /// Where relations to many lead up to this one, as in `Label::artists.albums.any(..)`, it is so for any of their rows; likewise
    /// [`none`](Self::none), [`all`](Self::all) and [`isnull`](Self::isnull).
    pub fn any(self, condition: Cond<R::Target>) -> Cond<P::Root> {
        Self::exists(condition, false)
    }

    /// The relation leads to no row of which the condition is true.
    pub fn none(self, condition: Cond<R::Target>) -> Cond<P::Root> {
        Self::exists(condition, true)
    }

    /// The condition is true of each row that the relation leads to, if it leads to any.
    pub fn all(self, condition: Cond<R::Target>) -> Cond<P::Root> {
        Self::exists(!condition, true)
    }

    /// Whether the relation leads to no row at all.
    pub fn isnull(self, null: bool) -> Cond<P::Root> {
        Self::exists(Cond::always(), null)
    }
}

impl Condition {
    /// That a single test is not true of the row that it is about. Behind a relation to many there is such a row, where
    /// [`negate`](Self::negate) says that there is none of which the test is true.
    pub(crate) fn fails(self) -> Condition {
        if self.passes_many() { Condition::Fails(Box::new(self)) } else { self.negate() }
    }

    /// Whether it is about a field behind a relation to many.
    pub(crate) fn passes_many(&self) -> bool {
        let mut many = false;
        self.each_leaf(&mut |leaf| leaf.each_path(&mut |path| many |= path.many));
        many
    }

    /// Says of the fields behind relations to many that there is a row of which the condition about them is true.
    ///
    /// Terms of one AND are about the same row of a relation, and where the relation has no row, what asks for one is false. A negation
    /// is the exact opposite of what is in it.
    pub(crate) fn quantified(self) -> Condition {
        self.quantified_within(&mut Vec::new())
    }

    fn quantified_within(self, bound: &mut Vec<&'static PathNode>) -> Condition {
        match self {
            Condition::Not(term) => term.quantified_within(&mut Vec::new()).negate(),
            Condition::Or(terms) => terms.into_iter().fold(Condition::Never, |any, term| any.or(term.quantified_within(bound))),
            Condition::Xor(terms) => terms.into_iter().fold(Condition::Never, |odd, term| odd.xor(term.quantified_within(bound))),
            Condition::And(terms) => quantified_terms(terms, bound),
            leaf => match leaf.steps(bound).first() {
                None => leaf,
                Some(step) => exists(step, vec![leaf], bound),
            },
        }
    }

    /// The relations to many that the condition passes first, outside of negations, and about whose row nothing around it is.
    fn steps(&self, bound: &[&'static PathNode]) -> Steps {
        let mut steps = Steps::new();
        self.each_leaf(&mut |leaf| {
            leaf.each_path(&mut |path| unbound_step(path, bound).into_iter().for_each(|step| keep(step, &mut steps)))
        });
        steps
    }

    /// What is left of the condition where a relation leads to no row.
    fn without(&self, step: &PathNode) -> Condition {
        match self {
            Condition::And(terms) => without(terms, step),
            Condition::Or(terms) => terms.iter().fold(Condition::Never, |any, term| any.or(term.without(step))),
            Condition::Xor(terms) => terms.iter().fold(Condition::Never, |odd, term| odd.xor(term.without(step))),
            leaf if leaf.passes(step) => Condition::Never,
            other => other.clone(),
        }
    }

    /// Calls `visit` for each test that is not negated.
    fn each_leaf<'c>(&'c self, visit: &mut impl FnMut(&'c Condition)) {
        match self {
            Condition::And(terms) | Condition::Or(terms) | Condition::Xor(terms) => {
                terms.iter().for_each(|term| term.each_leaf(visit));
            }
            Condition::Not(_) => {}
            leaf => visit(leaf),
        }
    }

    /// Calls `visit` for the path of each column of a single test.
    fn each_path(&self, visit: &mut impl FnMut(&'static PathNode)) {
        if let Condition::Exists(exists) = self {
            exists.step.parent.into_iter().for_each(visit);
            return;
        }
        if let Condition::Fails(test) = self {
            test.each_leaf(&mut |leaf| leaf.each_path(visit));
            return;
        }
        self.each_node(&mut |node: &Node| {
            node.each_column(&mut |column| {
                if let Some(path) = column.path {
                    visit(path);
                }
            });
        });
    }
}

/// Relations to many, each once.
type Steps = SmallVec<[&'static PathNode; 1]>;

/// Whether a relation is among some.
fn is_among(step: &PathNode, steps: &[&'static PathNode]) -> bool {
    steps.iter().any(|known| PathNode::same(Some(*known), Some(step)))
}

/// Adds a relation to some, unless it is there.
fn keep(step: &'static PathNode, steps: &mut Steps) {
    if !is_among(step, steps) {
        steps.push(step);
    }
}

/// A term of an AND, and the relations that it passes first.
struct Term {
    condition: Condition,
    steps: Steps,
}

/// The terms of an AND: those about the row of one relation are put together.
fn quantified_terms(terms: Vec<Condition>, bound: &mut Vec<&'static PathNode>) -> Condition {
    let mut terms: Vec<Term> = terms.into_iter().map(|condition| Term { steps: condition.steps(bound), condition }).collect();
    let mut all = Condition::Always;
    while let Some(step) = terms.iter().find_map(|term| term.steps.first().copied()) {
        let about = take_linked(step, &mut terms);
        all = all.and(about_a_row(step, about, bound));
    }
    terms.into_iter().fold(all, |all, term| all.and(term.condition.quantified_within(bound)))
}

/// Takes out of the terms those about the row of a relation, and those about a row of another relation that one of them is about too.
fn take_linked(step: &'static PathNode, terms: &mut Vec<Term>) -> Vec<Condition> {
    let (mut linked, mut steps) = (Vec::new(), Steps::from([step]));
    let mut before = 0;
    while before < steps.len() {
        before = steps.len();
        let known = steps.clone();
        for term in terms.extract_if(.., |term| term.steps.iter().any(|step| is_among(step, &known))) {
            term.steps.into_iter().for_each(|step| keep(step, &mut steps));
            linked.push(term.condition);
        }
    }
    linked
}

/// Says of the terms that there is a row of a relation of which they are true, or none and they are true without one.
fn about_a_row(step: &'static PathNode, mut terms: Vec<Condition>, bound: &mut Vec<&'static PathNode>) -> Condition {
    if terms.len() == 1
        && let Some(term) = terms.pop()
    {
        return term.quantified_within(bound);
    }
    let without = without(&terms, step).quantified_within(bound);
    let no_row = Condition::Exists(Box::new(Exists { step, within: true, none: true, filter: Condition::Always }));
    exists(step, terms, bound).or(no_row.and(without))
}

/// What is left of all terms where a relation leads to no row.
fn without(terms: &[Condition], step: &PathNode) -> Condition {
    terms.iter().fold(Condition::Always, |all, term| all.and(term.without(step)))
}

impl Condition {
    /// Whether a test that is not negated is about a row of this relation.
    fn passes(&self, step: &PathNode) -> bool {
        let mut passes = false;
        self.each_leaf(&mut |leaf| leaf.each_path(&mut |path| passes |= path.passes(step)));
        passes
    }
}

fn exists(step: &'static PathNode, terms: Vec<Condition>, bound: &mut Vec<&'static PathNode>) -> Condition {
    bound.push(step);
    let filter = quantified_terms(terms, bound);
    bound.pop();
    Condition::Exists(Box::new(Exists { step, within: true, none: false, filter }))
}

/// The first relation to many of a path about whose row nothing around is.
fn unbound_step(path: &'static PathNode, bound: &[&'static PathNode]) -> Option<&'static PathNode> {
    let mut first = None;
    let mut node = Some(path);
    while let Some(here) = node {
        if here.relation.is_many() && !is_among(here, bound) {
            first = Some(here);
        }
        node = here.parent;
    }
    first
}
