//! Which related rows a query reads by further queries, and with which.

use crate::meta::RelationMeta;
use crate::path::PathNode;
use crate::query::Query;

/// What is read of a relation once the rows that it begins at are there.
#[derive(Debug, Clone)]
pub struct Prefetch {
    /// The relation.
    pub relation: &'static RelationMeta,
    /// The query for its rows, if it leads to many; it knows itself what is read of their relations. Its limit and offset are those for
    /// each row that the relation begins at.
    pub query: Option<Box<Query>>,
    /// What is read of the relations of the row that it leads to, if that is one.
    pub below: Vec<Prefetch>,
}

impl Prefetch {
    /// All rows of a relation.
    fn of(relation: &'static RelationMeta) -> Prefetch {
        let query = relation.is_many().then(|| Box::new(Query::of((relation.target)())));
        Prefetch { relation, query, below: Vec::new() }
    }

    /// What is planned for a relation.
    #[must_use]
    pub fn find<'p>(plan: &'p [Prefetch], relation: &'static RelationMeta) -> Option<&'p Prefetch> {
        plan.iter().find(|prefetch| prefetch.relation.is(relation))
    }

    /// What is planned below a relation to one row.
    #[must_use]
    pub fn below<'p>(plan: &'p [Prefetch], relation: &'static RelationMeta) -> &'p [Prefetch] {
        Prefetch::find(plan, relation).map_or(&[], |prefetch| &prefetch.below)
    }
}

impl Query {
    /// Plans the query for the rows of the relation at the end of a path.
    pub(crate) fn prefetch(&mut self, step: &'static PathNode, query: Box<Query>) {
        let mut query = Some(query);
        self.plan_at(step.parent, &mut |plan| {
            plan.retain(|prefetch| !prefetch.relation.is(step.relation));
            plan.push(Prefetch { relation: step.relation, query: query.take(), below: Vec::new() });
        });
    }

    /// Plans queries for all relations to many of a path that have none yet.
    pub(crate) fn prefetch_path(&mut self, path: Option<&'static PathNode>) {
        if path.is_some_and(|node| node.many) {
            self.plan_at(path, &mut |_| {});
        }
    }

    /// Changes what is planned for the row at the end of a path.
    fn plan_at(&mut self, path: Option<&'static PathNode>, change: &mut dyn FnMut(&mut Vec<Prefetch>)) {
        let Some(node) = path else { return change(&mut self.prefetches) };
        self.plan_at(node.parent, &mut |plan| {
            let at = plan.iter().position(|prefetch| prefetch.relation.is(node.relation));
            let mut prefetch = at.map_or_else(|| Prefetch::of(node.relation), |at| plan.swap_remove(at));
            match &mut prefetch.query {
                Some(query) => change(&mut query.prefetches),
                None => change(&mut prefetch.below),
            }
            plan.push(prefetch);
        });
    }
}
