//! INSERT of the rows between the two models of a many-to-many relation.

use std::ops::Range;

use crate::check::checked;
use crate::error::Result;
use crate::expr::{Condition, Node};
use crate::meta::ModelMeta;
use crate::model::Model;
use crate::sql::write::write_inserted_columns;
use crate::sql::{Insert, Writer};
use crate::statement::{Statement, Walk};
use crate::value::ValueError;

/// Links one row with others, of those that are there: a row of the model between for each, which differ in the key of the other.
///
/// Where the model says that no two rows have the same two keys, those that others inserted at the same moment are left out.
#[derive(Debug)]
pub struct InsertLinks {
    model: &'static ModelMeta,
    keyed: bool,
    /// The fields that are written, in the order of [`Insert::fields`], and their values.
    values: Vec<(usize, Node)>,
    /// The positions of the columns of the two keys.
    keys: [Range<usize>; 2],
    /// The model of the others.
    target: &'static ModelMeta,
    /// Which others.
    filter: Condition,
}

impl InsertLinks {
    /// The insert of rows with the values of this one, before it is known whose keys they have.
    ///
    /// # Errors
    /// [`Error::InvalidValue`](crate::Error::InvalidValue) if a field's value cannot be stored exactly.
    pub fn new<M: Model>(row: &M, keyed: bool, target: &'static ModelMeta) -> Result<Self> {
        let fields = Insert::fields(M::META, keyed);
        let values: Result<_> = fields.map(|field| Ok((field, Node::Value(checked(row, field)?.into_owned())))).collect();
        Ok(InsertLinks { model: M::META, keyed, values: values?, keys: [0..0, 0..0], target, filter: Condition::Never })
    }

    /// Sets the field that holds the key of the one row, and that key; the field that holds the key of each other, and those keys.
    pub fn set_keys(&mut self, (one, key): (Range<usize>, Node), (other, keys): (Range<usize>, impl Iterator<Item = Node>)) {
        let target_key = self.target.key_node(None);
        for (field, node) in &mut self.values {
            for (columns, key) in [(&other, &target_key), (&one, &key)] {
                let parts = columns.clone().zip(key.clone().into_parts());
                if let Some((_, part)) = parts.into_iter().find(|(column, _)| column == field) {
                    *node = part;
                }
            }
        }
        self.keys = [one, other];
        self.filter = Condition::one_of(target_key, keys);
    }

    /// Whether the rows have values from defaults of which no two rows may have the same: those of the key, and if all defaults are to
    /// be evaluated for each row, those of unique fields.
    #[must_use]
    pub fn has_own_values(&self, fresh: bool) -> bool {
        self.values.iter().any(|(field, _)| self.is_own(*field, fresh))
    }

    fn is_own(&self, field: usize, fresh: bool) -> bool {
        let meta = self.model.field(field);
        meta.default.is_some() && (self.model.is_key(field) || (fresh && meta.unique))
    }

    /// Evaluates the defaults anew that no two rows may share.
    ///
    /// # Errors
    /// [`Error::InvalidValue`](crate::Error::InvalidValue) if a default cannot be stored exactly.
    pub fn renew(&mut self, fresh: bool) -> Result<()> {
        for at in 0..self.values.len() {
            let Some((field, _)) = self.values.get(at) else { continue };
            let (field, meta) = (*field, self.model.field(*field));
            if !self.is_own(field, fresh) {
                continue;
            }
            let Some(default) = meta.default else { continue };
            let value = default().map_err(|error: ValueError| crate::check::invalid(self.model, meta, error))?;
            crate::check::check(self.model, meta, &value)?;
            if let Some((_, node)) = self.values.get_mut(at) {
                *node = Node::Value(value);
            }
        }
        Ok(())
    }

    /// Whether no two rows of the model have the same two keys.
    fn is_once(&self) -> bool {
        let columns: Vec<usize> = self.columns().collect();
        let are_these = |fields: &[usize]| fields.len() == columns.len() && columns.iter().all(|column| fields.contains(column));
        are_these(self.model.key) || self.model.unique_columns().any(|fields| are_these(&fields))
    }

    /// The positions of the columns of both keys.
    fn columns(&self) -> impl Iterator<Item = usize> + use<> {
        let [one, other] = self.keys.clone();
        one.chain(other)
    }
}

impl Statement for InsertLinks {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(131 + (u64::from(self.keyed) << 8));
        walk.address(self.model);
        walk.address(self.target);
        self.columns().for_each(|field| walk.token(field as u64));
        self.values.iter().for_each(|(_, node)| walk.node(node));
        walk.condition(&self.filter);
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.text("INSERT INTO ");
        sql.table(self.model)?;
        write_inserted_columns(self.model, self.keyed, sql);
        for (at, (_, node)) in self.values.iter().enumerate() {
            sql.text(if at == 0 { " SELECT " } else { ", " });
            sql.expression(node)?;
        }
        sql.text(" FROM ");
        sql.table(self.target)?;
        sql.text(" WHERE ");
        sql.condition(&self.filter, true)?;
        // Whoever links the same rows at the same moment does it in the same order, so that none waits for the other in a circle.
        sql.text(" ORDER BY ");
        for (at, field) in self.target.key_fields().enumerate() {
            sql.text(if at == 0 { "" } else { ", " });
            sql.identifier(field.column);
        }
        if self.is_once() {
            let dialect = sql.dialect();
            dialect.unless_there(sql, self.model, self.keyed, &self.columns().collect::<Vec<_>>());
        }
        Ok(())
    }

    fn model(&self) -> Option<&'static ModelMeta> {
        Some(self.model)
    }

    fn bound(&self, at: usize) -> Option<usize> {
        let mut bound = self.values.iter().filter(|(_, node)| matches!(node, Node::Value(_)));
        bound.nth(at).map(|(field, _)| *field)
    }
}
