//! SELECT.

use crate::error::{Error, Result};
use crate::expr::{Condition, Node};
use crate::meta::ModelMeta;
use crate::path::Column;
use crate::query::{OrderTerm, Query, RowTree, Selection, Wait};
use crate::sql::Writer;
use crate::sql::lock::{check_lock, refuse_lock, write_lock};
use crate::sql::plan::{Plan, Steps};
use crate::statement::{Statement, Walk};

/// A query as a statement.
#[derive(Debug)]
pub struct Select {
    /// The query.
    pub query: Box<Query>,
    /// What its terminal wants of it.
    pub form: Form,
}

/// What a terminal wants of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The rows.
    Rows,
    /// The members of an `IN (..)`.
    Members,
    /// The rows, of which there is at most one.
    Only,
    /// The first row.
    First,
    /// The first two: `get` has to see whether there is a second.
    Two,
    /// How many rows there are.
    Count,
    /// A row if there is any.
    Exists,
}

impl Statement for Select {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(100 + self.form as u64);
        walk.query(&self.query);
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        Select::render_query(&self.query, self.form, sql)
    }

    fn waits(&self) -> bool {
        self.query.lock.as_ref().is_none_or(|lock| lock.wait != Wait::Not)
    }

    fn output(&self, index: usize) -> (&'static str, String) {
        match &self.query.selection {
            Selection::Rows(tree) => output_of(tree, &mut { index }).unwrap_or((self.query.model.name, String::new())),
            Selection::Values(nodes) => {
                let name = match nodes.get(index) {
                    Some(Node::Column(column)) => format!("{column:?}"),
                    _ => format!("column {index} of the values"),
                };
                (self.query.model.name, name)
            }
        }
    }
}

/// The model and field of the column at a position of a row.
pub(super) fn output_of(tree: &RowTree, index: &mut usize) -> Option<(&'static str, String)> {
    let model = tree.model?;
    if tree.conditional {
        if *index == 0 {
            return Some((model.name, "whether it was loaded".to_owned()));
        }
        *index -= 1;
    }
    if let Some(field) = model.fields.get(*index) {
        return Some((model.name, field.name.to_owned()));
    }
    *index -= model.fields.len();
    tree.slots.iter().find_map(|(_, slot)| output_of(slot, index))
}

impl Select {
    /// Writes a query.
    pub(crate) fn render_query(query: &Query, form: Form, sql: &mut Writer) -> Result<()> {
        if let Some(why) = query.invalid {
            return Err(Error::InvalidQuery(why));
        }
        check_lock(query, form)?;
        let mut rows: (&[Node], Option<&RowTree>) = match &query.selection {
            Selection::Rows(tree) => (&[], Some(tree)),
            Selection::Values(nodes) => (nodes, None),
        };
        refuse_many(rows.0, &query.order)?;
        let distinct = query.distinct && !rows.0.is_empty();
        let counts = matches!(form, Form::Count | Form::Exists);
        if counts && !distinct {
            rows = (&[], None);
        }
        let default_order = default_order(query);
        // How many rows there are does not depend on their order.
        let order: &[OrderTerm] = match (counts, query.order.is_empty()) {
            (true, _) => &[],
            (false, true) => &default_order,
            (false, false) => &query.order,
        };
        let named = form == Form::Count && !sql.dialect().features().repeats_column_names;
        let parts = Parts { rows, order, distinct, named, read: form != Form::Members && !counts };
        let outer = sql.enter(Plan::new(&query.filter, order, rows.0, rows.1, &query.unloaded));
        let done = Self::render_planned(query, form, &parts, sql);
        sql.leave(outer);
        done
    }

    /// Writes a query whose rows are the members of an `IN (..)`.
    pub(crate) fn render_members(query: &Query, sql: &mut Writer) -> Result<()> {
        refuse_lock(query)?;
        let sliced = query.is_sliced();
        if !sql.reads_apart() && (!sliced || sql.dialect().features().slices_members) {
            return Select::render_query(query, Form::Members, sql);
        }
        let Selection::Values(nodes) = &query.selection else {
            return Err(Error::InvalidQuery("a query among whose rows a value can be has one column"));
        };
        if let Some(why) = query.invalid {
            return Err(Error::InvalidQuery(why));
        }
        // What is sliced stands for itself in FROM, and so does what is distinct; anything else could be merged into the query
        // around it, as if it stood in IN.
        let default_order = if sliced { default_order(query) } else { Vec::new() };
        let order: &[OrderTerm] = if sliced && default_order.is_empty() { &query.order } else { &default_order };
        let parts = Parts { rows: (nodes, None), order, distinct: query.distinct || !sliced, named: true, read: false };
        write_from_members(nodes.len(), sql);
        let outer = sql.enter(Plan::new(&query.filter, order, nodes, None, &query.unloaded));
        let done = Self::render_planned(query, Form::Members, &parts, sql);
        sql.leave(outer);
        sql.text(AS_MEMBERS);
        done
    }

    /// Writes the selection of the rows that pass a filter, in no order.
    pub(crate) fn render_keys(model: &'static ModelMeta, filter: &Condition, plan: Plan, sql: &mut Writer) -> Result<()> {
        let apart = sql.reads_apart();
        let outer = sql.enter(plan);
        if apart {
            write_from_members(model.key.len(), sql);
        }
        sql.text(if apart { "SELECT DISTINCT " } else { "SELECT " });
        for (at, field) in model.key_fields().enumerate() {
            if at > 0 {
                sql.text(", ");
            }
            sql.qualified(0, model, field);
            if apart {
                write_name(at, sql);
            }
        }
        let done = write_from(model, sql).and_then(|()| write_where(filter, sql));
        if apart {
            sql.text(AS_MEMBERS);
        }
        sql.leave(outer);
        done
    }

    fn render_planned(query: &Query, form: Form, parts: &Parts<'_>, sql: &mut Writer) -> Result<()> {
        let Parts { rows: (nodes, tree), order, distinct, named, read } = *parts;
        let counts_a_part = form == Form::Count && (query.is_sliced() || distinct);
        if counts_a_part {
            sql.text("SELECT COUNT(*) FROM (");
        }
        // An enum is read as text but ordered as what it is: not by DISTINCT, which orders by what is selected.
        let grouped = distinct && read && nodes.iter().any(|node| is_native_enum(node, sql));
        sql.text(if distinct && !grouped { "SELECT DISTINCT " } else { "SELECT " });
        if distinct {
            refuse_unselected_order(nodes, order)?;
        }
        if let Some(tree) = tree {
            write_columns(tree, Some(0), &Steps::start(&query.unloaded), &mut Columns::default(), sql);
        } else if nodes.is_empty() {
            sql.text(if form == Form::Count && !counts_a_part { "COUNT(*)" } else { "1" });
        }
        for (at, node) in nodes.iter().enumerate() {
            if at > 0 {
                sql.text(", ");
            }
            if distinct {
                let dialect = sql.dialect();
                dialect.comparable(sql, node)?;
            } else {
                sql.expression(node)?;
            }
            if read {
                sql.output_cast(node.column_type());
            }
            if named {
                write_name(at, sql);
            }
        }
        write_from(query.model, sql)?;
        write_where(&query.filter, sql)?;
        if grouped {
            write_group(nodes, sql);
        }
        write_order(order, query.reversed, sql)?;
        write_slice(query, form, sql);
        write_lock(query, sql)?;
        if counts_a_part {
            sql.text(") AS counted");
        }
        Ok(())
    }
}

/// What is written of a query.
struct Parts<'q> {
    /// Expressions, or a model with related ones.
    rows: (&'q [Node], Option<&'q RowTree>),
    order: &'q [OrderTerm],
    distinct: bool,
    /// Whether each expression gets a name of its own.
    named: bool,
    /// Whether a driver reads the rows; a query around this one takes its columns as they are.
    read: bool,
}

/// Writes what stands before a query from which its columns are picked.
fn write_from_members(columns: usize, sql: &mut Writer) {
    for at in 0..columns {
        sql.text(if at == 0 { "SELECT " } else { ", " });
        sql.output_name(at);
    }
    sql.text(" FROM (");
}

/// What stands behind it.
const AS_MEMBERS: &str = ") AS members";

/// Writes the name of the output column at a position.
pub(super) fn write_name(at: usize, sql: &mut Writer) {
    sql.text(" AS ");
    sql.output_name(at);
}

/// The model's own order, where the query has none. A query of distinct values leaves it out unless all of it is selected,
/// because it would make equal values differ.
pub(super) fn default_order(query: &Query) -> Vec<OrderTerm> {
    if query.unordered || !query.order.is_empty() {
        return Vec::new();
    }
    let order: Vec<OrderTerm> = query
        .model
        .ordering
        .iter()
        .flat_map(|term| query.model.columns_of(term.field).map(move |field| (field, term.descending)))
        .map(|(field, descending)| OrderTerm {
            node: Node::Column(Column { path: None, model: query.model, field }),
            descending,
            nulls: None,
        })
        .collect();
    match &query.selection {
        Selection::Values(nodes) if query.distinct && refuse_unselected_order(nodes, &order).is_err() => Vec::new(),
        _ => order,
    }
}

/// Refuses to select, or to order by, a field of which each row has any number.
pub(super) fn refuse_many(nodes: &[Node], order: &[OrderTerm]) -> Result<()> {
    let mut many = false;
    for node in nodes.iter().chain(order.iter().map(|term| &term.node)) {
        node.each_column(&mut |column| many |= column.path.is_some_and(|path| path.many));
    }
    if many {
        return Err(Error::InvalidQuery(
            "a row has no one value of a field behind a relation to many; filter by it, or load the relation with `prefetch_related`",
        ));
    }
    Ok(())
}

fn refuse_unselected_order(nodes: &[Node], order: &[OrderTerm]) -> Result<()> {
    let selected = |term: &OrderTerm| match &term.node {
        Node::Column(column) => nodes.iter().any(|node| matches!(node, Node::Column(other) if other == column)),
        _ => false,
    };
    if order.iter().all(selected) {
        Ok(())
    } else {
        Err(Error::InvalidQuery("distinct values can only be ordered by columns that are among them"))
    }
}

/// The columns of a result that were written.
#[derive(Default)]
pub(super) struct Columns {
    /// How many.
    pub(super) written: usize,
    /// Whether each gets a name of its own.
    pub(super) named: bool,
}

impl Columns {
    fn write(&mut self, sql: &mut Writer, column: impl FnOnce(&mut Writer)) {
        if self.written > 0 {
            sql.text(", ");
        }
        column(sql);
        if self.named {
            write_name(self.written, sql);
        }
        self.written += 1;
    }
}

/// Writes the columns of a row: those of its model, then those of each slot. A table that is not joined gives NULLs.
pub(super) fn write_columns(tree: &RowTree, table: Option<usize>, steps: &Steps<'_>, columns: &mut Columns, sql: &mut Writer) {
    let Some(model) = tree.model else { return };
    if tree.conditional {
        columns.write(sql, |sql| sql.text(sql.dialect().truth(table.is_some())));
    }
    for field in model.fields {
        columns.write(sql, |sql| match table {
            Some(table) => {
                sql.qualified(table, model, field);
                sql.output_cast(field.column_type);
            }
            None => sql.text("NULL"),
        });
    }
    for (relation, slot) in tree.slots {
        let steps = steps.to(relation);
        let loaded = table.filter(|_| !(slot.conditional && steps.are_unloaded()));
        let joined = loaded.and_then(|table| sql.plan().table_of(table, relation));
        write_columns(slot, joined, &steps, columns, sql);
    }
}

pub(super) fn write_from(model: &'static ModelMeta, sql: &mut Writer) -> Result<()> {
    sql.text(" FROM ");
    sql.table(model)?;
    if sql.is_inside() {
        sql.text(" AS ");
        sql.table_name(0, model);
    }
    // The plan lists a table after the one that it is joined to.
    let joins: Vec<_> = sql.plan().joins().iter().map(|join| (join.relation, join.from, join.left)).collect();
    for (at, (relation, from, left)) in joins.into_iter().enumerate() {
        let (source, target) = ((relation.source)(), (relation.target)());
        sql.text(if left { " LEFT JOIN " } else { " JOIN " });
        sql.table(target)?;
        sql.text(" AS ");
        sql.table_name(at + 1, target);
        sql.text(" ON ");
        // The side that holds the key of the other knows it by that.
        let held = relation.fields();
        let key = if relation.is_foreign_key() { target.key } else { source.key };
        for (part, (held, key)) in held.zip(key).enumerate() {
            let (there, here) = if relation.is_foreign_key() { (*key, held) } else { (held, *key) };
            if part > 0 {
                sql.text(" AND ");
            }
            sql.qualified(at + 1, target, target.field(there));
            sql.text(" = ");
            sql.qualified(from, source, source.field(here));
        }
    }
    Ok(())
}

pub(crate) fn write_where(filter: &Condition, sql: &mut Writer) -> Result<()> {
    if matches!(filter, Condition::Always) {
        return Ok(());
    }
    sql.text(" WHERE ");
    sql.condition(filter, true)
}

fn is_native_enum(node: &Node, sql: &Writer) -> bool {
    sql.dialect().features().native_enums && node.column_type().enum_type().is_some()
}

/// Writes that rows of equal values are one.
fn write_group(nodes: &[Node], sql: &mut Writer) {
    for (at, node) in nodes.iter().enumerate() {
        sql.text(if at == 0 { " GROUP BY " } else { ", " });
        if let Node::Column(column) = node {
            // A bare name could mean an output column.
            sql.column_with_table(column);
        } else {
            // By its position: the values in it would be bound once more, and so be taken for others.
            sql.number(i64::try_from(at).unwrap_or(i64::MAX).saturating_add(1));
        }
    }
}

pub(super) fn write_order(order: &[OrderTerm], reversed: bool, sql: &mut Writer) -> Result<()> {
    for (at, term) in order.iter().enumerate() {
        sql.text(if at == 0 { " ORDER BY " } else { ", " });
        let dialect = sql.dialect();
        dialect.order_term(sql, term, reversed)?;
    }
    Ok(())
}

fn write_slice(query: &Query, form: Form, sql: &mut Writer) {
    match (&query.limit, form) {
        (Some(limit), _) => {
            sql.text(" LIMIT ");
            sql.count(limit);
        }
        (None, Form::First | Form::Exists) => sql.text(" LIMIT 1"),
        (None, Form::Two) => sql.text(" LIMIT 2"),
        (None, _) if query.offset > 0 => sql.text(sql.dialect().no_limit()),
        (None, _) => {}
    }
    if query.offset > 0 {
        sql.text(" OFFSET ");
        sql.count(&query.offset);
    }
}
