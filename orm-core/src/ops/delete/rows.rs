//! Which rows a deletion takes away: by keys that were read, or by conditions that follow the foreign keys.

use std::ops::Range;

use crate::connection::Connection;
use crate::error::Result;
use crate::expr::{Condition, Node, Operator};
use crate::meta::ModelMeta;
use crate::ops::delete::graph::{Doomed, Edge, Graph};
use crate::ops::delete::keys::{Keys, keys};
use crate::value::Value;

/// So many keys of the query's rows are kept where a database has read them anyway, to lock the rows.
const FEW: usize = 10_000;

/// The rows that a deletion takes away.
#[derive(Debug)]
pub(super) struct Rows<'g> {
    pub(super) graph: &'g Graph,
    /// Which rows of the query's model.
    filter: Condition,
    /// For each model the keys of its rows, where they were read.
    known: Vec<Option<Keys>>,
    /// The keys of models in circles, as far from the query's rows as their position says: the model, and which of its keys.
    pub(super) levels: Vec<Vec<(usize, Range<usize>)>>,
}

impl<'g> Rows<'g> {
    /// The rows that go if those of the filter go.
    pub(super) fn new(graph: &'g Graph, filter: Condition) -> Self {
        let known = |at: usize, doomed: &Doomed| {
            let keys = keys_of(&filter, doomed.model).filter(|_| at == 0 && !doomed.keyed)?;
            Some(Keys::known(doomed.model, keys))
        };
        let known = graph.models.iter().enumerate().map(|(at, doomed)| known(at, doomed)).collect();
        Rows { graph, filter, known, levels: Vec::new() }
    }

    /// Notes the keys of the query's rows.
    pub(super) fn know_root(&mut self, keys: Keys) {
        if let Some(root) = self.known.first_mut() {
            *root = Some(keys);
        }
    }

    /// The rows of a model that go.
    pub(super) fn of(&self, at: usize) -> Condition {
        let Some(Doomed { model, cascades, .. }) = self.graph.models.get(at) else { return Condition::Never };
        match self.known(at) {
            Some(keys) => among(model.key_node(None), keys),
            None if at == 0 => self.filter.clone(),
            None => cascades.iter().map(|edge| self.pointing_at(edge)).fold(Condition::Never, Condition::or),
        }
    }

    /// The rows of a model that go, none if it is not among the models of the graph.
    pub(super) fn of_model(&self, model: &'static ModelMeta) -> Condition {
        let at = self.graph.models.iter().position(|doomed| std::ptr::eq(doomed.model, model));
        at.map_or(Condition::Never, |at| self.of(at))
    }

    /// The rows that point by a foreign key at one that goes.
    pub(super) fn pointing_at(&self, edge: &Edge) -> Condition {
        let of = edge.relation.node(None);
        let Some(Doomed { model, .. }) = self.graph.models.get(edge.target) else { return Condition::Never };
        if let Some(keys) = self.known(edge.target) {
            return among(of, keys);
        }
        match self.of(edge.target) {
            Condition::Never => Condition::Never,
            filter => Condition::InQuery { of, query: keys(model, filter) },
        }
    }

    fn known(&self, at: usize) -> Option<&[Value<'static>]> {
        self.known.get(at)?.as_ref().map(Keys::list)
    }

    /// How many rows of a model go, where their keys were read.
    pub(super) fn count(&self, at: usize) -> u64 {
        self.known(at).map_or(0, |keys| keys.len() as u64)
    }

    /// A part of a model's rows by their keys.
    pub(super) fn part(&self, at: usize, part: &Range<usize>) -> Condition {
        let Some(Doomed { model, .. }) = self.graph.models.get(at) else { return Condition::Never };
        let keys = self.known(at).and_then(|keys| keys.get(part.clone())).unwrap_or_default();
        among(model.key_node(None), keys)
    }

    /// Reads the keys of the query's rows where the filter cannot stand for them until the end, and locks the rows where there are
    /// locks.
    ///
    /// A filter that looks at other rows, or at what the deletion sets, may find others once a statement ran. And where others write
    /// meanwhile, a row could lose its children and then stay because it does not pass the filter any more.
    pub(super) async fn find_root<C: Connection>(&mut self, connection: &mut C) -> Result<()> {
        let Some(Doomed { model, keyed, .. }) = self.graph.root().filter(|_| self.known(0).is_none()) else { return Ok(()) };
        let sets = self.graph.sets(connection.dialect().features());
        let sets_root = sets.into_iter().any(|edge| std::ptr::eq((edge.relation.source)(), *model));
        let most = match &self.filter {
            _ if *keyed => usize::MAX,
            Condition::Always => return Ok(()),
            filter if sets_root || looks_elsewhere(filter) => usize::MAX,
            _ if connection.dialect().features().locks_rows => FEW,
            _ => return Ok(()),
        };
        let mut keys = Keys::few(model, most);
        keys.find(model, self.filter.clone(), connection).await?;
        if !keys.too_many() {
            self.know_root(keys);
        }
        Ok(())
    }

    /// Reads the keys of all rows that go of models in circles, level by level, each once.
    pub(super) async fn find_levels<C: Connection>(&mut self, connection: &mut C) -> Result<()> {
        if !self.graph.is_keyed() {
            return Ok(());
        }
        for (known, doomed) in self.known.iter_mut().zip(&self.graph.models) {
            if doomed.keyed && known.is_none() {
                *known = Some(Keys::new(doomed.model));
            }
        }
        let mut level = self.grown(&vec![0; self.known.len()]);
        while !level.is_empty() {
            let before: Vec<usize> = self.known.iter().map(|keys| keys.as_ref().map_or(0, |keys| keys.list().len())).collect();
            for (target, part) in &level {
                self.find_pointing_at(*target, part, connection).await?;
            }
            self.levels.push(level);
            level = self.grown(&before);
        }
        Ok(())
    }

    /// Reads the keys of the rows of models in circles that point at a part of a model's rows.
    async fn find_pointing_at<C: Connection>(&mut self, target: usize, part: &Range<usize>, connection: &mut C) -> Result<()> {
        let graph = self.graph;
        for (at, doomed) in graph.models.iter().enumerate().filter(|(_, doomed)| doomed.keyed) {
            for edge in doomed.cascades.iter().filter(|edge| edge.target == target) {
                let targets = self.known(target).and_then(|keys| keys.get(part.clone())).unwrap_or_default();
                let filter = among(edge.relation.node(None), targets);
                if let Some(Some(keys)) = self.known.get_mut(at) {
                    keys.find(doomed.model, filter, connection).await?;
                }
            }
        }
        Ok(())
    }

    /// The keys that came after so many of each model.
    fn grown(&self, before: &[usize]) -> Vec<(usize, Range<usize>)> {
        let grown = self.known.iter().zip(before).enumerate().map(|(at, (keys, before))| {
            let now = keys.as_ref().map_or(*before, |keys| keys.list().len());
            (at, *before..now)
        });
        grown.filter(|(_, part)| !part.is_empty()).collect()
    }
}

/// That an expression is one of some keys.
fn among(of: Node, keys: &[Value<'static>]) -> Condition {
    match keys {
        [] => Condition::Never,
        // Not every database finds a list of one by an index.
        [key] => Condition::Compare { op: Operator::Eq, left: of, right: Node::Value(key.clone()) },
        keys => Condition::In { of, values: keys.to_vec() },
    }
}

/// The keys that a filter asks for and for nothing else. No write changes the key of a row.
fn keys_of<'f>(filter: &'f Condition, model: &'static ModelMeta) -> Option<&'f [Value<'static>]> {
    let (of, keys) = match filter {
        Condition::Compare { op: Operator::Eq, left, right: Node::Value(key) } => (left, std::slice::from_ref(key)),
        Condition::In { of, values } => (of, values.as_slice()),
        _ => return None,
    };
    of.is_columns(model, model.key).then_some(keys)
}

/// Whether a filter looks at other rows than the one that it is about.
fn looks_elsewhere(filter: &Condition) -> bool {
    let joins = |nodes: &[&Node]| {
        let mut joins = false;
        nodes.iter().for_each(|node| node.each_column(&mut |column| joins |= column.path.is_some()));
        joins
    };
    match filter {
        Condition::Always | Condition::Never => false,
        Condition::And(terms) | Condition::Or(terms) | Condition::Xor(terms) => terms.iter().any(looks_elsewhere),
        Condition::Not(term) => looks_elsewhere(term),
        Condition::Compare { left, right, .. } => joins(&[left, right]),
        Condition::IsNull(of) | Condition::In { of, .. } => joins(&[of]),
        Condition::Between { of, low, high } => joins(&[of, low, high]),
        Condition::Text { of, with, .. } | Condition::Array { of, with, .. } => joins(&[of, with]),
        _ => true,
    }
}
