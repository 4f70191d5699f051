//! Which tables a query joins, and how: decided in one pass over the query when its SQL is written.

use crate::expr::{Condition, Exists, Node};
use crate::meta::{FieldMeta, ModelMeta, RelationMeta};
use crate::path::{Column, PathNode};
use crate::query::{OrderTerm, RowTree};

/// The joins of a query, or of a query inside its conditions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    joins: Vec<Join>,
    /// The path that leads to the plan's own table, where that is not the query's model.
    base: Option<&'static PathNode>,
}

/// One joined table; its alias is its position in the plan, from 1.
#[derive(Debug, Clone)]
pub(crate) struct Join {
    /// The relation that leads to the table.
    pub(crate) relation: &'static RelationMeta,
    /// The table that holds the key: 0 is the query's own.
    pub(crate) from: usize,
    /// Whether rows without the related one stay.
    pub(crate) left: bool,
    /// Whether a condition is false wherever the related row is missing.
    required: bool,
}

/// Where a column is found once joins are planned.
pub(crate) struct Place {
    pub(crate) table: usize,
    pub(crate) model: &'static ModelMeta,
    pub(crate) field: &'static FieldMeta,
    pub(crate) nullable: bool,
}

impl Plan {
    /// Plans the joins for a filter, an order and what is selected.
    ///
    /// A join is LEFT where the relation may lead nowhere, unless the filter can only be true where it leads somewhere.
    pub(crate) fn new(
        filter: &Condition,
        order: &[OrderTerm],
        nodes: &[Node],
        tree: Option<&RowTree>,
        unloaded: &[&'static PathNode],
    ) -> Plan {
        Plan::based(None, filter, order, nodes, tree, unloaded)
    }

    /// Plans the joins for the query inside a condition, whose paths lead over `base` if they begin outside of it.
    pub(crate) fn within(base: Option<&'static PathNode>, filter: &Condition) -> Plan {
        Plan::based(base, filter, &[], &[], None, &[])
    }

    /// Joins the table between the two of a many-to-many relation; the position of it.
    pub(crate) fn link(&mut self, relation: &'static RelationMeta) -> usize {
        self.add(0, relation)
    }

    fn based(
        base: Option<&'static PathNode>,
        filter: &Condition,
        order: &[OrderTerm],
        nodes: &[Node],
        tree: Option<&RowTree>,
        unloaded: &[&'static PathNode],
    ) -> Plan {
        let mut plan = Plan { joins: Vec::new(), base };
        plan.condition(filter);
        for term in order {
            plan.node(&term.node);
        }
        for node in nodes {
            plan.node(node);
        }
        if let Some(tree) = tree {
            plan.tree(0, tree, &Steps::start(unloaded));
        }
        if plan.joins.is_empty() {
            return plan;
        }
        for table in plan.required(filter, true) {
            plan.require(table);
        }
        // A table behind a LEFT JOIN is itself joined from the left: parents come before children in the list.
        for at in 0..plan.joins.len() {
            let left = plan.joins.get(at).is_some_and(|join| {
                !join.required && (join.relation.nullable || plan.join(join.from).is_some_and(|parent| parent.left))
            });
            if let Some(join) = plan.joins.get_mut(at) {
                join.left = left;
            }
        }
        plan
    }

    pub(crate) fn joins(&self) -> &[Join] {
        &self.joins
    }

    fn join(&self, table: usize) -> Option<&Join> {
        self.joins.get(table.checked_sub(1)?)
    }

    /// The table at the end of a path of relations from a table, if it is joined.
    pub(crate) fn table_of(&self, from: usize, relation: &'static RelationMeta) -> Option<usize> {
        self.joins.iter().position(|join| join.from == from && join.relation.is(relation)).map(|at| at + 1)
    }

    /// The table at the end of a path from the query's own, if it is joined.
    pub(crate) fn table_of_path(&self, path: &'static PathNode) -> Option<usize> {
        self.table_at(Some(path))
    }

    /// Whether rows without one of a table stay.
    pub(crate) fn is_optional(&self, table: usize) -> bool {
        self.join(table).is_some_and(|join| join.left)
    }

    fn table_at(&self, path: Option<&'static PathNode>) -> Option<usize> {
        match path {
            path if self.is_base(path) => Some(0),
            None => None,
            Some(node) => self.table_of(self.table_at(node.parent)?, node.relation),
        }
    }

    fn is_base(&self, path: Option<&'static PathNode>) -> bool {
        PathNode::same(self.base, path)
    }

    /// Whether the table of a path is one of the plan's, and none of a query around it.
    pub(crate) fn owns(&self, path: Option<&'static PathNode>) -> bool {
        self.base.is_none_or(|base| path.is_some_and(|path| path.passes(base)))
    }

    /// For the key of a related row, or a part of it, the column of the foreign key that it stands in too.
    fn held(&self, column: &Column) -> Option<Column> {
        let node = column.path.filter(|node| node.relation.is_foreign_key() && !self.is_base(column.path))?;
        let part = column.model.key.iter().position(|field| *field == column.field)?;
        Some(Column { path: node.parent, model: (node.relation.source)(), field: node.relation.field + part })
    }

    /// Where a column stands. The key of a related row stands in the foreign key too, so that it needs no join.
    pub(crate) fn place(&self, column: &Column) -> Place {
        if let Some(held) = self.held(column) {
            return self.place(&held);
        }
        let field = column.model.field(column.field);
        let table = self.table_at(column.path).unwrap_or(0);
        let nullable = field.nullable || self.join(table).is_some_and(|join| join.left);
        Place { table, model: column.model, field, nullable }
    }

    fn add(&mut self, from: usize, relation: &'static RelationMeta) -> usize {
        match self.table_of(from, relation) {
            Some(table) => table,
            None => {
                self.joins.push(Join { relation, from, left: false, required: false });
                self.joins.len()
            }
        }
    }

    fn path(&mut self, path: Option<&'static PathNode>) -> usize {
        match path {
            Some(node) if !self.is_base(path) => {
                let from = self.path(node.parent);
                self.add(from, node.relation)
            }
            _ => 0,
        }
    }

    fn column(&mut self, column: &Column) {
        if !self.owns(column.path) {
            return;
        }
        match column.path {
            Some(node) if self.held(column).is_some() => {
                self.path(node.parent);
            }
            path => {
                self.path(path);
            }
        }
    }

    /// What the query inside a condition is about of the plan's tables: the row that the relation begins at, and what its condition
    /// compares with.
    fn exists(&mut self, exists: &Exists) {
        exists.anchors().for_each(|anchor| self.column(&anchor));
        if exists.within {
            self.columns_around(&exists.filter, &mut vec![exists.step]);
        }
    }

    /// Plans the columns of a query inside a condition that are none of its own.
    fn columns_around(&mut self, condition: &Condition, inner: &mut Vec<&'static PathNode>) {
        let is_inner = |path: Option<&'static PathNode>, inner: &[&'static PathNode]| {
            path.is_some_and(|path| inner.iter().any(|step| path.passes(step)))
        };
        match condition {
            Condition::And(terms) | Condition::Or(terms) | Condition::Xor(terms) => {
                terms.iter().for_each(|term| self.columns_around(term, inner));
            }
            Condition::Not(term) | Condition::Fails(term) => self.columns_around(term, inner),
            Condition::Exists(exists) => {
                if !is_inner(exists.step.parent, inner) {
                    exists.anchors().for_each(|anchor| self.column(&anchor));
                }
                if exists.within {
                    inner.push(exists.step);
                    self.columns_around(&exists.filter, inner);
                    inner.pop();
                }
            }
            test => test.each_node(&mut |node| {
                node.each_column(&mut |column| {
                    if !is_inner(column.path, inner) {
                        self.column(column);
                    }
                });
            }),
        }
    }

    fn node(&mut self, node: &Node) {
        node.each_column(&mut |column| self.column(column));
    }

    fn tree(&mut self, from: usize, tree: &RowTree, steps: &Steps<'_>) {
        for (relation, slot) in tree.slots {
            let steps = steps.to(relation);
            if slot.model.is_some() && !(slot.conditional && steps.are_unloaded()) {
                let table = self.add(from, relation);
                self.tree(table, slot, &steps);
            }
        }
    }

    fn condition(&mut self, condition: &Condition) {
        match condition {
            Condition::And(terms) | Condition::Or(terms) | Condition::Xor(terms) => {
                terms.iter().for_each(|term| self.condition(term));
            }
            Condition::Not(term) | Condition::Fails(term) => self.condition(term),
            Condition::Exists(inside) => self.exists(inside),
            test => test.each_node(&mut |node| self.node(node)),
        }
    }

    fn require(&mut self, table: usize) {
        let mut table = table;
        while let Some(join) = table.checked_sub(1).and_then(|at| self.joins.get_mut(at)) {
            join.required = true;
            table = join.from;
        }
    }

    /// The tables without whose row the condition cannot be true (or, where `truth` is false, cannot be false).
    fn required(&self, condition: &Condition, truth: bool) -> Vec<usize> {
        match condition {
            Condition::Not(term) | Condition::Fails(term) => self.required(term, !truth),
            Condition::And(terms) if truth => self.required_by_any(terms, truth),
            Condition::Or(terms) if !truth => self.required_by_any(terms, truth),
            Condition::And(terms) | Condition::Or(terms) => self.required_by_all(terms, truth),
            Condition::IsNull(of) if !truth => self.tables(&[of]),
            Condition::Compare { left, right, .. } if truth => self.tables(&[left, right]),
            Condition::Between { of, low, high } if truth => self.tables(&[of, low, high]),
            Condition::Text { of, with, .. } | Condition::Array { of, with, .. } if truth => self.tables(&[of, with]),
            Condition::In { of, .. } | Condition::InQuery { of, .. } if truth => self.tables(&[of]),
            Condition::Exists(exists) if truth != exists.none => {
                let anchors: Vec<Node> = exists.anchors().map(Node::Column).collect();
                self.tables(&anchors.iter().collect::<Vec<_>>())
            }
            _ => Vec::new(),
        }
    }

    fn required_by_any(&self, terms: &[Condition], truth: bool) -> Vec<usize> {
        let mut tables: Vec<usize> = Vec::new();
        for term in terms {
            for table in self.required(term, truth) {
                if !tables.contains(&table) {
                    tables.push(table);
                }
            }
        }
        tables
    }

    fn required_by_all(&self, terms: &[Condition], truth: bool) -> Vec<usize> {
        let mut terms = terms.iter();
        let mut tables = terms.next().map(|first| self.required(first, truth)).unwrap_or_default();
        for term in terms {
            if tables.is_empty() {
                break;
            }
            let others = self.required(term, truth);
            tables.retain(|table| others.contains(table));
        }
        tables
    }

    fn tables(&self, nodes: &[&Node]) -> Vec<usize> {
        let mut tables = Vec::new();
        for node in nodes {
            node.each_column(&mut |column| {
                let mut table = if self.owns(column.path) { self.place(column).table } else { 0 };
                while table > 0 && !tables.contains(&table) {
                    tables.push(table);
                    table = self.join(table).map_or(0, |join| join.from);
                }
            });
        }
        tables
    }
}

/// The way from the query's model to a slot of its rows.
pub(crate) struct Steps<'a> {
    way: Option<(&'a Steps<'a>, &'static RelationMeta)>,
    unloaded: &'a [&'static PathNode],
}

impl<'a> Steps<'a> {
    pub(crate) fn start(unloaded: &'a [&'static PathNode]) -> Self {
        Steps { way: None, unloaded }
    }

    pub(crate) fn to(&'a self, relation: &'static RelationMeta) -> Self {
        Steps { way: Some((self, relation)), unloaded: self.unloaded }
    }

    /// Whether the query was told not to load the slot.
    pub(crate) fn are_unloaded(&self) -> bool {
        self.unloaded.iter().any(|node| self.is(Some(node)))
    }

    fn is(&self, node: Option<&PathNode>) -> bool {
        match (self.way, node) {
            (None, None) => true,
            (Some((before, relation)), Some(node)) => relation.is(node.relation) && before.is(node.parent),
            _ => false,
        }
    }
}
