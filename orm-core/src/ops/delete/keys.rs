//! Reading keys.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::ops::ControlFlow;

use crate::connection::{Connection, Sink};
use crate::error::Result;
use crate::expr::Condition;
use crate::field::ColumnType;
use crate::meta::ModelMeta;
use crate::query::{Query, RowLock, RowTree, Selection, Strength, Wait};
use crate::row::{ColumnReader, DecodeError};
use crate::sql::{Form, Select};
use crate::value::Value;

/// The rows of a model that pass a filter, in no order; none of their columns is read.
pub(super) fn rows(model: &'static ModelMeta, filter: Condition) -> Box<Query> {
    let mut query = Box::new(Query::new(model, &RowTree::NOT_LOADED));
    query.filter = filter;
    query.unordered = true;
    query
}

/// The keys of those rows.
pub(super) fn keys(model: &'static ModelMeta, filter: Condition) -> Box<Query> {
    let mut query = rows(model, filter);
    query.selection = Selection::Values(model.key_node(None).into_parts());
    query
}

/// A key as a member of a set. Keys are integers, texts, dates or UUIDs, or several of them, so that equality is one of equivalence.
#[derive(Debug, PartialEq)]
struct Member(Value<'static>);

impl Eq for Member {}

impl Hash for Member {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for part in self.0.parts() {
            match part {
                Value::I64(number) => number.hash(state),
                Value::Text(text) => text.hash(state),
                #[cfg(feature = "uuid")]
                Value::Uuid(uuid) => uuid.hash(state),
                Value::Bool(truth) => truth.hash(state),
                Value::Date(date) => date.hash(state),
                // No key; equal values still have equal hashes.
                _ => {}
            }
        }
    }
}

/// Keys of a model, each once, in the order in which they were found.
#[derive(Debug)]
pub(super) struct Keys {
    list: Vec<Value<'static>>,
    seen: HashSet<Member>,
    model: &'static ModelMeta,
    /// Where there are more than so many, none are kept.
    most: usize,
    too_many: bool,
}

impl Keys {
    /// None yet, of a model.
    pub(super) fn new(model: &'static ModelMeta) -> Self {
        Keys::few(model, usize::MAX)
    }

    /// None yet; if there are more than `most`, none are kept.
    pub(super) fn few(model: &'static ModelMeta, most: usize) -> Self {
        Keys { list: Vec::new(), seen: HashSet::new(), model, most, too_many: false }
    }

    /// Keys of a model that are known.
    pub(super) fn known(model: &'static ModelMeta, keys: &[Value<'static>]) -> Self {
        let mut known = Keys::new(model);
        keys.iter().for_each(|key| known.add(key.clone()));
        known
    }

    /// Adds a key, if it is new.
    fn add(&mut self, key: Value<'static>) {
        if self.too_many {
            return;
        }
        if self.seen.insert(Member(key.clone())) {
            self.list.push(key);
        }
        if self.list.len() > self.most {
            *self = Keys { list: Vec::new(), seen: HashSet::new(), too_many: true, ..*self };
        }
    }

    /// Adds the keys of the rows that pass a filter, and locks those rows until the transaction ends.
    pub(super) async fn find<C: Connection>(
        &mut self,
        model: &'static ModelMeta,
        filter: Condition,
        connection: &mut C,
    ) -> Result<()> {
        let mut query = keys(model, filter);
        query.lock = Some(RowLock { strength: Strength::Update, wait: Wait::Forever, of: Vec::new() });
        connection.fetch(&Select { query, form: Form::Rows }, self).await
    }

    /// Whether there were too many to keep them.
    pub(super) fn too_many(&self) -> bool {
        self.too_many
    }

    /// The keys that are kept.
    pub(super) fn list(&self) -> &[Value<'static>] {
        &self.list
    }
}

/// Reads a key, or a part of one.
fn part<R: ColumnReader>(kind: ColumnType, row: &R, at: usize) -> Result<Value<'static>, DecodeError> {
    let value = match kind {
        ColumnType::Text => row.text(at)?.map(|text| Value::Text(Cow::Owned(text.to_owned()))),
        #[cfg(feature = "uuid")]
        ColumnType::Uuid => row.uuid(at)?.map(Value::Uuid),
        ColumnType::Bool => row.bool(at)?.map(Value::Bool),
        ColumnType::Date => row.date(at)?.map(Value::Date),
        _ => row.i64(at)?.map(Value::I64),
    };
    value.ok_or_else(|| DecodeError::null(at, "a key"))
}

impl Sink for Keys {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        let parts = self.model.key_fields().enumerate().map(|(at, field)| part(field.column_type, row, at));
        self.add(Value::of_parts(parts.collect::<Result<_, _>>()?));
        Ok(ControlFlow::Continue(()))
    }
}
