//! The untyped query: what is wanted, without a word of SQL.

use crate::expr::{Condition, Node};
use crate::meta::{ModelMeta, RelationMeta};
use crate::path::{Column, PathNode};
use crate::query::{Prefetch, RowLock};

/// The model and relations that a row is read from, in the order of its columns.
#[derive(Debug)]
pub struct RowTree {
    /// The model; `None` where nothing is loaded.
    pub model: Option<&'static ModelMeta>,
    /// The relations, each with what is loaded of it.
    pub slots: &'static [(&'static RelationMeta, &'static RowTree)],
    /// Whether the query is told at run time to load it or not; then a column in front says which.
    pub conditional: bool,
}

impl RowTree {
    /// Nothing.
    pub const NOT_LOADED: RowTree = RowTree { model: None, slots: &[], conditional: false };

    /// A model without relations.
    #[must_use]
    pub const fn model(model: &'static ModelMeta) -> RowTree {
        RowTree::new(model, &[])
    }

    /// A model with relations.
    #[must_use]
    pub const fn new(model: &'static ModelMeta, slots: &'static [(&'static RelationMeta, &'static RowTree)]) -> RowTree {
        RowTree { model: Some(model), slots, conditional: false }
    }

    /// How many columns it has.
    pub(crate) fn width(&self) -> usize {
        let Some(model) = self.model else { return 0 };
        let slots: usize = self.slots.iter().map(|(_, slot)| slot.width()).sum();
        usize::from(self.conditional) + model.fields.len() + slots
    }

    /// The position of the primary key's column among those of the row; of several the first.
    #[must_use]
    pub const fn key_offset(&self) -> usize {
        match self.model {
            Some(model) => model.first_key(),
            None => 0,
        }
    }
}

/// What a query asks for, before any dialect.
#[derive(Debug, Clone)]
pub struct Query {
    /// The model whose rows it is about.
    pub model: &'static ModelMeta,
    /// What each row of the result is.
    pub selection: Selection,
    /// What is read of relations by further queries.
    pub prefetches: Vec<Prefetch>,
    /// The conditional relations that are not loaded.
    pub unloaded: Vec<&'static PathNode>,
    /// Which rows.
    pub filter: Condition,
    /// How deep the filter is nested.
    pub(crate) depth: usize,
    /// In which order; empty means the model's default order.
    pub order: Vec<OrderTerm>,
    /// Whether not even the model's default order applies.
    pub unordered: bool,
    /// Whether the order is turned around.
    pub reversed: bool,
    /// At most so many rows.
    pub limit: Option<u64>,
    /// After so many rows.
    pub offset: u64,
    /// Whether equal rows come once.
    pub distinct: bool,
    /// How the rows are locked.
    pub lock: Option<RowLock>,
    /// A combination that cannot be; an error when the query runs.
    pub invalid: Option<&'static str>,
}

/// What each row of a result is.
#[derive(Debug, Clone)]
pub enum Selection {
    /// A model, with related ones.
    Rows(&'static RowTree),
    /// Expressions.
    Values(Vec<Node>),
}

/// One term of an order.
#[derive(Debug, Clone)]
pub struct OrderTerm {
    /// What is compared.
    pub node: Node,
    /// Whether from large to small.
    pub descending: bool,
    /// Where NULLs go; `None` is the database's own.
    pub(crate) nulls: Option<NullsOrder>,
}

impl OrderTerm {
    /// From the smallest primary key to the largest.
    pub(crate) fn by_key(model: &'static ModelMeta) -> impl Iterator<Item = OrderTerm> {
        let column = move |field| Node::Column(Column { path: None, model, field });
        model.key.iter().map(move |field| OrderTerm { node: column(*field), descending: false, nulls: None })
    }
}

/// Where NULLs go in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum NullsOrder {
    First,
    Last,
}

impl Query {
    /// All rows of a model.
    #[must_use]
    pub fn new(model: &'static ModelMeta, tree: &'static RowTree) -> Query {
        Query {
            model,
            selection: Selection::Rows(tree),
            prefetches: Vec::new(),
            unloaded: Vec::new(),
            filter: Condition::Always,
            depth: 0,
            order: Vec::new(),
            unordered: false,
            reversed: false,
            limit: None,
            offset: 0,
            distinct: false,
            lock: None,
            invalid: None,
        }
    }

    /// All rows of a model, of which nothing is selected yet.
    #[must_use]
    pub fn of(model: &'static ModelMeta) -> Query {
        Query::new(model, &RowTree::NOT_LOADED)
    }

    /// Whether the answer is known to be empty without asking.
    #[must_use]
    pub fn is_never(&self) -> bool {
        matches!(self.filter, Condition::Never) || self.limit == Some(0)
    }

    /// Refuses a query that locks rows, where there is no transaction to keep them locked.
    ///
    /// # Errors
    /// [`Error::TransactionRequired`](crate::Error::TransactionRequired).
    pub fn outside_transaction(&self) -> crate::Result<()> {
        match self.lock {
            None => Ok(()),
            Some(_) => Err(crate::Error::TransactionRequired { call: "select_for_update" }),
        }
    }

    /// Whether the query is a part of its rows by position.
    #[must_use]
    pub fn is_sliced(&self) -> bool {
        self.limit.is_some() || self.offset > 0
    }

    /// Notes a combination that cannot be; the first stays.
    pub(crate) fn refuse(&mut self, why: &'static str) {
        self.invalid.get_or_insert(why);
    }

    /// Keeps only the rows for which a condition is true that is nested so deep.
    pub(crate) fn restrict(&mut self, depth: usize, condition: Condition) {
        if self.is_sliced() {
            self.refuse("a slice cannot be filtered; filter first, then slice");
        }
        // Several filters are terms of one AND.
        self.depth = self.depth.max(depth + 1);
        if let Condition::Always = self.filter {
            self.filter = condition;
        } else {
            self.filter = std::mem::replace(&mut self.filter, Condition::Always).and(condition);
        }
    }

    /// Keeps at most `limit` rows of those that are left.
    pub(crate) fn take(&mut self, limit: u64) {
        self.limit = Some(self.limit.map_or(limit, |old| old.min(limit)));
    }

    /// Leaves out the first `count` of the rows that are left.
    pub(crate) fn skip(&mut self, count: u64) {
        self.offset = self.offset.saturating_add(count);
        self.limit = self.limit.map(|limit| limit.saturating_sub(count));
    }

    /// Orders by the primary key where no order is given and the model has none.
    pub(crate) fn order_by_key_if_unordered(&mut self) {
        if self.order.is_empty() && (self.unordered || self.model.ordering.is_empty()) {
            if self.is_sliced() {
                self.refuse("a slice of rows in no order has no first row; order before slicing");
            }
            self.order.extend(OrderTerm::by_key(self.model));
        }
    }
}
