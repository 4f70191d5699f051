//! SELECT of the rows that a relation leads to from many rows at once.

use crate::error::{Error, Result};
use crate::expr::{Condition, Node};
use crate::meta::{RelationKind, RelationMeta};
use crate::query::{Query, RowTree, Selection};
use crate::sql::Writer;
use crate::sql::lock::refuse_lock;
use crate::sql::plan::{Plan, Steps};
use crate::sql::select::{
    Columns, default_order, output_of, refuse_many, write_columns, write_from, write_name, write_order, write_where,
};
use crate::statement::{Bind, Statement, Walk};
use crate::value::Value;

/// The rows of a relation for many rows that it begins at: the key of the one that a row belongs to, then its columns.
///
/// A limit and an offset of the query are those for each of the rows that the relation begins at, and so is that rows come once.
#[derive(Debug)]
pub struct SelectRelated {
    query: Box<Query>,
    /// The columns that hold the key of the row that the relation begins at.
    parent: Vec<Node>,
    /// The last position that is wanted, counted from 1.
    last: Option<u64>,
}

impl SelectRelated {
    /// The rows of a relation, filtered and ordered as a query of the model that it leads to, for the rows with these keys.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for a query that locks rows, that orders by what a row has any number of, or of which not rows are selected.
    pub fn new(mut query: Box<Query>, relation: &'static RelationMeta, keys: Vec<Value<'static>>) -> Result<Self> {
        refuse_lock(&query)?;
        refuse_many(&[], &query.order)?;
        let target = (relation.target)();
        let parent = match relation.kind {
            RelationKind::ManyToMany(through) => through.near.node(Some(through.link)),
            _ => relation.node(None),
        };
        let last = query.limit.map(|limit| query.offset.saturating_add(limit));
        // Only of a pair that is there twice can a row be there twice.
        query.distinct &= matches!(relation.kind, RelationKind::ManyToMany(_));
        if is_numbered(&query) {
            if query.order.is_empty() {
                query.order = default_order(&query);
            }
            // No two rows may have one rank.
            if query.order.is_empty() || query.distinct {
                query.order.extend(crate::query::OrderTerm::by_key(target));
            }
        }
        let filter = std::mem::replace(&mut query.filter, Condition::Always);
        query.filter = Condition::one_of(parent.clone(), keys.into_iter().map(Node::Value)).and(filter);
        Ok(SelectRelated { query, parent: parent.into_parts(), last })
    }

    fn tree(&self) -> Result<&'static RowTree> {
        match self.query.selection {
            Selection::Rows(tree) => Ok(tree),
            Selection::Values(_) => Err(Error::InvalidQuery("the rows of a relation are read whole")),
        }
    }
}

/// Whether the rows are numbered for each row that the relation begins at.
fn is_numbered(query: &Query) -> bool {
    query.is_sliced() || query.distinct
}

/// What stands around the rows of which so many are wanted for each row that the relation begins at.
const FROM_NUMBERED: &str = " FROM (";
const POSITION: &str = "amphi_position";

impl Statement for SelectRelated {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(130 + (u64::from(self.last.is_some()) << 8));
        self.parent.iter().for_each(|node| walk.node(node));
        walk.query(&self.query);
        if let Some(last) = &self.last {
            walk.bind(Bind::Count(last));
        }
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        let tree = self.tree()?;
        let default_order = default_order(&self.query);
        let order = if self.query.order.is_empty() { &default_order } else { &self.query.order };
        let plan = Plan::new(&self.query.filter, order, &self.parent, Some(tree), &self.query.unloaded);
        let numbered = is_numbered(&self.query);
        if numbered {
            for at in 0..self.parent.len() + tree.width() {
                sql.text(if at == 0 { "SELECT " } else { ", " });
                sql.output_name(at);
            }
            sql.text(FROM_NUMBERED);
        }
        let outer = sql.enter(plan);
        let done = self.render_rows(tree, order, numbered, sql);
        sql.leave(outer);
        done?;
        if numbered {
            sql.text(") AS numbered");
            let mut word = " WHERE ";
            if self.query.offset > 0 {
                sql.text(std::mem::replace(&mut word, " AND "));
                sql.identifier(POSITION);
                sql.text(" > ");
                sql.count(&self.query.offset);
            }
            if let Some(last) = &self.last {
                sql.text(word);
                sql.identifier(POSITION);
                sql.text(" <= ");
                sql.count(last);
            }
            sql.text(" ORDER BY ");
            sql.identifier(POSITION);
        }
        Ok(())
    }

    fn output(&self, index: usize) -> (&'static str, String) {
        let name = self.query.model.name;
        if let Some(key) = self.parent.get(index) {
            return (name, format!("{key:?}"));
        }
        let mut index = index - self.parent.len();
        self.tree().ok().and_then(|tree| output_of(tree, &mut index)).unwrap_or((name, String::new()))
    }
}

impl SelectRelated {
    fn render_rows(&self, tree: &RowTree, order: &[crate::query::OrderTerm], numbered: bool, sql: &mut Writer) -> Result<()> {
        let query = &*self.query;
        sql.text(if query.distinct { "SELECT DISTINCT " } else { "SELECT " });
        for (at, key) in self.parent.iter().enumerate() {
            if at > 0 {
                sql.text(", ");
            }
            sql.expression(key)?;
            sql.output_cast(key.column_type());
            if numbered {
                write_name(at, sql);
            }
        }
        let mut columns = Columns { written: self.parent.len(), named: numbered };
        write_columns(tree, Some(0), &Steps::start(&query.unloaded), &mut columns, sql);
        if numbered {
            // DISTINCT looks at the position too, which has to be that of the row, however often it is there.
            sql.text(if query.distinct { ", DENSE_RANK() OVER (PARTITION BY " } else { ", ROW_NUMBER() OVER (PARTITION BY " });
            for (at, key) in self.parent.iter().enumerate() {
                if at > 0 {
                    sql.text(", ");
                }
                sql.expression(key)?;
            }
            write_order(order, query.reversed, sql)?;
            sql.text(") AS ");
            sql.identifier(POSITION);
        }
        write_from(query.model, sql)?;
        write_where(&query.filter, sql)?;
        if numbered { Ok(()) } else { write_order(order, query.reversed, sql) }
    }
}
