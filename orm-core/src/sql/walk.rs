//! The shape of queries: one pass that records what their SQL depends on, and their values.
//!
//! Each variant starts with a token of its own and each list with its length, so that no two queries share a shape unless they share
//! their text.

use crate::expr::{Clock, Condition, Node, Zone};
use crate::path::{Column, PathNode};
use crate::query::{NullsOrder, OrderTerm, Query, RowLock, Selection};
use crate::statement::{Bind, Walk};
use crate::value::Value;

fn length(len: usize) -> u64 {
    len as u64
}

impl<'a> Walk<'a> {
    /// Records a whole query.
    pub(crate) fn query(&mut self, query: &'a Query) {
        self.address(query.model);
        match &query.selection {
            Selection::Rows(tree) => {
                self.token(1 + (length(query.unloaded.len()) << 8));
                self.address(*tree);
                query.unloaded.iter().for_each(|node| self.address(*node));
            }
            Selection::Values(nodes) => {
                self.token(2 + (length(nodes.len()) << 8));
                nodes.iter().for_each(|node| self.node(node));
            }
        }
        self.condition(&query.filter);
        let flags = [query.reversed, query.distinct, query.unordered, query.limit.is_some(), query.offset > 0];
        let flags = flags.iter().fold(0, |bits, flag| bits << 1 | u64::from(*flag));
        self.token(flags + (length(query.order.len()) << 8) + (query.lock.as_ref().map_or(0, lock_kind) << 56));
        if let Some(lock) = &query.lock {
            self.token(length(lock.of.len()));
            lock.of.iter().for_each(|node| self.address(*node));
        }
        query.order.iter().for_each(|term| self.order_term(term));
        if let Some(limit) = &query.limit {
            self.bind(Bind::Count(limit));
        }
        if query.offset > 0 {
            self.bind(Bind::Count(&query.offset));
        }
    }

    fn order_term(&mut self, term: &'a OrderTerm) {
        self.node(&term.node);
        let nulls = match term.nulls {
            None => 0,
            Some(NullsOrder::First) => 1,
            Some(NullsOrder::Last) => 2,
        };
        self.token(u64::from(term.descending) | nulls << 1);
    }

    fn column(&mut self, column: &Column) {
        self.token(10 + (u64::from(column.path.is_some()) << 8) + (length(column.field) << 16));
        self.address(column.model);
        self.path(column.path);
    }

    fn path(&mut self, path: Option<&'static PathNode>) {
        let mut step = path;
        while let Some(node) = step {
            self.address(node.relation);
            step = node.parent;
            if step.is_none() {
                self.token(u64::MAX);
            }
        }
    }

    /// Records an expression.
    pub(crate) fn node(&mut self, node: &'a Node) {
        match node {
            Node::Column(column) => self.column(column),
            Node::Value(Value::Tuple(parts)) => {
                self.token(19 + (length(parts.len()) << 8));
                parts.iter().for_each(|part| {
                    self.kind(11, part);
                    self.bind(Bind::Value(part));
                });
            }
            Node::Tuple(parts) => {
                self.token(18 + (length(parts.len()) << 8));
                parts.iter().for_each(|part| self.node(part));
            }
            Node::Value(value) => {
                // The text may depend on the kind of a value, never on the value itself.
                self.kind(11, value);
                self.bind(Bind::Value(value));
            }
            Node::Arithmetic { op, left, right } => {
                self.token(12 + (length(*op as usize) << 8));
                self.node(left);
                self.node(right);
            }
            Node::Negate(of) => {
                self.token(13);
                self.node(of);
            }
            Node::Part { part, zone, of } => {
                self.token(14 + (length(*part as usize) << 8));
                self.zone(*zone);
                self.node(of);
            }
            Node::Length(of) => {
                self.token(17);
                self.node(of);
            }
            Node::Invalid(_) => self.token(15),
            Node::TooDeep => self.token(16),
        }
    }

    /// Records the kind of a value, as far as a dialect's text may depend on it.
    fn kind(&mut self, token: u64, value: &Value<'_>) {
        let kind = value.bound_as();
        self.token(token + (u64::from(value.is_null()) << 8) + ((1 + kind.code()) << 9));
        if let Some(of) = kind.enum_type() {
            self.address(of);
        }
    }

    fn zone(&mut self, zone: Zone) {
        match zone.0 {
            Clock::Utc => self.token(0),
            Clock::Fixed(offset) => {
                self.token(1);
                self.token(offset.local_minus_utc().cast_unsigned().into());
            }
            #[cfg(feature = "chrono-tz")]
            Clock::Named(zone) => {
                self.token(2);
                self.token(length(zone as usize));
            }
        }
    }

    /// Records a condition.
    pub(crate) fn condition(&mut self, condition: &'a Condition) {
        match condition {
            Condition::Always => self.token(20),
            Condition::Never => self.token(21),
            Condition::And(terms) => self.terms(22, terms),
            Condition::Or(terms) => self.terms(23, terms),
            Condition::Xor(terms) => self.terms(24, terms),
            Condition::Not(term) | Condition::Fails(term) => {
                self.token(25);
                self.condition(term);
            }
            Condition::Compare { op, left, right } => {
                self.token(26 + (length(*op as usize) << 8));
                self.node(left);
                self.node(right);
            }
            Condition::IsNull(of) => {
                self.token(27);
                self.node(of);
            }
            Condition::Between { of, low, high } => {
                self.token(28);
                self.node(of);
                self.node(low);
                self.node(high);
            }
            Condition::In { of, values } => {
                match values.first() {
                    Some(Value::Tuple(parts)) => {
                        self.token(36 + (length(parts.len()) << 8));
                        parts.iter().for_each(|part| self.kind(29, part));
                    }
                    Some(value) => self.kind(29, value),
                    None => self.token(29),
                }
                self.node(of);
                self.bind(Bind::List(values));
                if let Some(Value::Tuple(parts)) = values.first() {
                    (0..parts.len()).for_each(|at| self.bind(Bind::Part(values, at)));
                }
            }
            Condition::InQuery { of, query } => {
                self.token(30 + (u64::from(query.is_never()) << 8));
                self.node(of);
                self.query(query);
            }
            Condition::Text { test, insensitive, of, with } => {
                self.token(31 + (length(*test as usize) << 8) + (u64::from(*insensitive) << 16));
                self.node(of);
                self.node(with);
            }
            Condition::Array { test, of, with } => {
                self.token(34 + (length(*test as usize) << 8));
                self.node(of);
                self.node(with);
            }
            Condition::Exists(exists) => {
                self.token(35 + (u64::from(exists.within) << 8) + (u64::from(exists.none) << 9));
                self.path(Some(exists.step));
                self.condition(&exists.filter);
            }
            Condition::TooDeep => self.token(32),
            Condition::Invalid(_) => self.token(33),
        }
    }

    fn terms(&mut self, token: u64, terms: &'a [Condition]) {
        self.token(token + (length(terms.len()) << 8));
        terms.iter().for_each(|term| self.condition(term));
    }
}

/// How rows are locked, as a number that is never 0.
fn lock_kind(lock: &RowLock) -> u64 {
    1 + lock.strength as u64 + ((lock.wait as u64) << 4)
}
