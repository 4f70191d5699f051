//! What a deletion of a model's rows has to do with other models, by their foreign keys alone.

use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

use crate::meta::{ModelMeta, OnDelete, RelationMeta};
use crate::registry;
use crate::sql::Features;

/// So many queries may stand inside each other in one statement; where cascades meet more often, keys are read.
const MOST_QUERIES: usize = 32;

/// The models whose rows a deletion takes away, and the foreign keys that lead to them.
#[derive(Debug)]
pub(super) struct Graph {
    /// The models whose rows may go; the first is that of the query.
    pub(super) models: Vec<Doomed>,
    /// The foreign keys that refuse the deletion.
    pub(super) obstacles: Vec<Edge>,
    /// The foreign keys that are set to NULL or to their default.
    pub(super) updates: Vec<Edge>,
    /// The foreign keys that restrict and may stand between rows that all go, none of which can go first: they are set to NULL where the
    /// database checks at once.
    pub(super) loosened: Vec<Edge>,
    /// The models whose rows are deleted by conditions, each before those that it points at.
    pub(super) order: Vec<usize>,
}

/// A model whose rows may go.
#[derive(Debug)]
pub(super) struct Doomed {
    pub(super) model: &'static ModelMeta,
    /// Its foreign keys that cascade, to which of the models.
    pub(super) cascades: Vec<Edge>,
    /// Whether the keys of its rows are read before any goes: cascades from it lead into a circle of models, where no statement could
    /// say which rows are meant.
    pub(super) keyed: bool,
}

/// A foreign key that leads to one of the models.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) relation: &'static RelationMeta,
    /// The position of the model that it leads to.
    pub(super) target: usize,
}

impl Graph {
    /// The graph of a model; `None` if nothing points at it, or only what leaves all to the database.
    pub(super) fn of(model: &'static ModelMeta) -> Option<&'static Graph> {
        static GRAPHS: LazyLock<HashMap<usize, OnceLock<Graph>>> =
            LazyLock::new(|| registry::targets().map(|address| (address, OnceLock::new())).collect());
        Some(GRAPHS.get(&registry::address(model))?.get_or_init(|| Graph::without(&[], model)))
    }

    /// The graph of a model as if some foreign keys were not there.
    pub(super) fn without(absent: &[&'static RelationMeta], model: &'static ModelMeta) -> Graph {
        let doomed = |model| Doomed { model, cascades: Vec::new(), keyed: true };
        let mut models = vec![doomed(model)];
        let (mut obstacles, mut updates) = (Vec::new(), Vec::new());
        let mut target = 0;
        while let Some(Doomed { model, .. }) = models.get(target) {
            let incoming = registry::incoming(model).iter().copied();
            for relation in incoming.filter(|relation| !absent.iter().any(|absent| std::ptr::eq(*absent, *relation))) {
                let edge = Edge { relation, target };
                match relation.on_delete {
                    OnDelete::Cascade => {
                        let source = (relation.source)();
                        match models.iter_mut().find(|doomed| std::ptr::eq(doomed.model, source)) {
                            Some(known) => known.cascades.push(edge),
                            None => models.push(Doomed { cascades: vec![edge], ..doomed(source) }),
                        }
                    }
                    OnDelete::Protect | OnDelete::Restrict => obstacles.push(edge),
                    OnDelete::SetNull | OnDelete::SetDefault => updates.push(edge),
                    OnDelete::DoNothing => {}
                }
            }
            target += 1;
        }
        let mut graph = Graph { models, obstacles, updates, loosened: Vec::new(), order: Vec::new() };
        graph.put_in_order();
        if graph.most_queries() > MOST_QUERIES {
            graph.read_more_keys();
        }
        graph.loosened = graph.obstacles.iter().copied().filter(|edge| graph.is_tangled(edge)).collect();
        graph
    }

    /// Whether a foreign key may be NULL, restricts, and is of a model whose rows go, but not before those that it leads to.
    fn is_tangled(&self, edge: &Edge) -> bool {
        let source = (edge.relation.source)();
        let Some(source) = self.models.iter().position(|doomed| std::ptr::eq(doomed.model, source)) else { return false };
        let turn = |model: usize| self.order.iter().position(|at| *at == model).unwrap_or(usize::MAX);
        edge.relation.on_delete == OnDelete::Restrict && edge.relation.nullable && turn(source) >= turn(edge.target)
    }

    /// Orders the models that no circle lies behind.
    fn put_in_order(&mut self) {
        // What does not cascade still has to be gone before its target, where the database does not wait for the commit.
        let points_at = |source: &Doomed, target: &Doomed| {
            let mut relations = source.model.fields.iter().filter_map(|field| field.relation);
            !std::ptr::eq(source.model, target.model) && relations.any(|relation| std::ptr::eq((relation.target)(), target.model))
        };
        loop {
            let left = || self.models.iter().filter(|doomed| doomed.keyed);
            let free = |at: usize| !left().any(|source| source.cascades.iter().any(|edge| edge.target == at));
            let mut candidates = self.models.iter().enumerate().filter(|(at, doomed)| doomed.keyed && free(*at));
            let best = candidates.clone().find(|(_, target)| !left().any(|source| points_at(source, target)));
            let Some(next) = best.or_else(|| candidates.next()).map(|(at, _)| at) else { break };
            if let Some(doomed) = self.models.get_mut(next) {
                doomed.keyed = false;
            }
            self.order.push(next);
        }
    }

    /// How many queries stand inside each other at most where a model's rows are told by a condition.
    fn most_queries(&self) -> usize {
        let mut queries = vec![0_usize; self.models.len()];
        for at in self.order.iter().rev().copied() {
            let cascades = self.models.get(at).map_or(&[][..], |doomed| &doomed.cascades);
            let of_target = |edge: &Edge| match self.models.get(edge.target) {
                Some(target) if !target.keyed => queries.get(edge.target).map_or(0, |queries| queries.saturating_add(1)),
                _ => 0,
            };
            let all = cascades.iter().map(of_target).fold(0, usize::saturating_add);
            if let Some(queries) = queries.get_mut(at) {
                *queries = all;
            }
        }
        queries.into_iter().max().unwrap_or(0)
    }

    /// Leaves to conditions only the models that nothing cascades to.
    fn read_more_keys(&mut self) {
        let edges = self.models.iter().flat_map(|doomed| &doomed.cascades);
        let targets: Vec<usize> = edges.map(|edge| edge.target).collect();
        for target in &targets {
            if let Some(doomed) = self.models.get_mut(*target) {
                doomed.keyed = true;
            }
        }
        self.order.retain(|at| !targets.contains(at));
    }

    /// The model of the query.
    pub(super) fn root(&self) -> Option<&Doomed> {
        self.models.first()
    }

    /// Whether the keys of the query's rows are read.
    pub(super) fn is_keyed(&self) -> bool {
        self.root().is_some_and(|root| root.keyed)
    }

    /// All foreign keys that the deletion looks at.
    pub(super) fn relations(&self) -> impl Iterator<Item = &'static RelationMeta> {
        let cascades = self.models.iter().flat_map(|doomed| &doomed.cascades);
        cascades.chain(&self.obstacles).chain(&self.updates).map(|edge| edge.relation)
    }

    /// The foreign keys that are set before any row goes.
    pub(super) fn sets(&self, features: &Features) -> impl Iterator<Item = &Edge> {
        let loosened = if features.defers_constraints { &[][..] } else { &self.loosened };
        self.updates.iter().chain(loosened)
    }

    /// Whether a deletion writes more than the rows of the query.
    pub(super) fn writes_others(&self) -> bool {
        self.models.len() > 1 || self.is_keyed() || !self.updates.is_empty() || !self.loosened.is_empty()
    }
}
