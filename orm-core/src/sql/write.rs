//! INSERT, UPDATE and DELETE.

use crate::check::checked;
use crate::error::{Error, Result};
use crate::expr::{Arithmetic, FieldSet, Node};
use crate::meta::{Auto, ModelMeta};
use crate::model::Model;
use crate::path::Column;
use crate::query::Query;
use crate::sql::Writer;
use crate::sql::exists::has_exists;
use crate::sql::lock::refuse_lock;
use crate::sql::plan::Plan;
use crate::sql::row_key::RowKey;
use crate::sql::select::{Select, write_where};
use crate::statement::{Bind, Statement, Walk};
use crate::value::Value;

/// Inserts one row.
#[derive(Debug)]
pub struct Insert<'r> {
    model: &'static ModelMeta,
    keyed: bool,
    values: Vec<Value<'r>>,
}

impl<'r> Insert<'r> {
    /// The insert of a row, all its fields; a key that the database can fill in only if the row is `keyed`.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] if a field's value cannot be stored exactly.
    pub fn row<M: Model>(row: &'r M, keyed: bool) -> Result<Self> {
        Ok(Insert { model: M::META, keyed, values: all_checked(row, Insert::fields(M::META, keyed))? })
    }

    /// The positions of the fields that an insert writes.
    pub fn fields(model: &'static ModelMeta, keyed: bool) -> impl Iterator<Item = usize> {
        let without = (model.generated_key && !keyed).then_some(model.first_key());
        (0..model.fields.len()).filter(move |field| Some(*field) != without)
    }
}

impl Statement for Insert<'_> {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(110 + (u64::from(self.keyed) << 8));
        walk.address(self.model);
        self.values.iter().for_each(|value| walk.bind(Bind::Value(value)));
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.text("INSERT INTO ");
        sql.table(self.model)?;
        if self.values.is_empty() {
            sql.text(sql.dialect().no_columns());
        } else {
            write_inserted_columns(self.model, self.keyed, sql);
            for (at, value) in self.values.iter().enumerate() {
                sql.text(if at == 0 { " VALUES (" } else { ", " });
                sql.value(value);
            }
            sql.text(")");
        }
        write_returning(self.model, self.keyed, sql);
        Ok(())
    }

    fn model(&self) -> Option<&'static ModelMeta> {
        Some(self.model)
    }

    fn bound(&self, at: usize) -> Option<usize> {
        Insert::fields(self.model, self.keyed).nth(at)
    }
}

/// Writes the columns that an insert writes, between parentheses.
pub(super) fn write_inserted_columns(model: &'static ModelMeta, keyed: bool, sql: &mut Writer) {
    for (at, field) in Insert::fields(model, keyed).enumerate() {
        sql.text(if at == 0 { " (" } else { ", " });
        sql.identifier(model.field(field).column);
    }
    sql.text(")");
}

/// Writes that an insert tells the key that the database filled in, where it does and can tell.
pub(super) fn write_returning(model: &'static ModelMeta, keyed: bool, sql: &mut Writer) {
    if sql.dialect().features().returns_keys && model.generated_key && !keyed {
        sql.text(" RETURNING ");
        sql.identifier(model.key_field().column);
    }
}

/// The values of fields of a row.
#[inline]
pub(super) fn all_checked<M: Model>(row: &M, fields: impl Iterator<Item = usize>) -> Result<Vec<Value<'_>>> {
    let mut values = Vec::with_capacity(M::META.fields.len());
    for field in fields {
        values.push(checked(row, field)?);
    }
    Ok(values)
}

/// Writes fields of one row that is there.
#[derive(Debug)]
pub struct UpdateRow<'r> {
    model: &'static ModelMeta,
    /// The positions of the fields; `None` is all that a save writes.
    fields: Option<Vec<usize>>,
    values: Vec<Value<'r>>,
    key: RowKey<'r>,
}

impl<'r> UpdateRow<'r> {
    /// The update of all fields of a row but its key.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] if a field's value cannot be stored exactly.
    pub fn all<M: Model>(row: &'r M) -> Result<Self> {
        let values = all_checked(row, written_fields(M::META))?;
        Ok(UpdateRow { model: M::META, fields: None, values, key: RowKey::of_update(row)? })
    }

    /// The update of these fields of a row; the key is never written, and the version is counted.
    fn some<M: Model>(row: &'r M, mut fields: Vec<usize>) -> Result<Self> {
        let version = M::META.version();
        fields.retain(|field| !M::META.is_key(*field) && Some(*field) != version);
        let values = all_checked(row, fields.iter().copied())?;
        Ok(UpdateRow { model: M::META, fields: Some(fields), values, key: RowKey::of_update(row)? })
    }

    /// The update of named fields, and of those that `auto_now` fills in.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub fn of_fields<M: Model>(row: &'r M, fields: impl FieldSet<M>) -> Result<Self> {
        let mut named = Vec::new();
        fields.fields(&mut named);
        let wanted = |field: &usize| named.contains(field) || is_auto_now(M::META, *field);
        UpdateRow::some(row, (0..M::META.fields.len()).filter(wanted).collect())
    }

    /// The update of the fields that differ from those of the row as it was before, and if any does, of those that `auto_now` fills
    /// in.
    ///
    /// # Errors
    /// As [`all`](Self::all).
    pub fn changed<M: Model>(row: &'r M, before: &M) -> Result<Self> {
        let differs = |field: &usize| match (row.value(*field), before.value(*field)) {
            (Ok(now), Ok(before)) => !now.is_same(&before),
            // A value that cannot be stored is reported by the update.
            _ => true,
        };
        let changed: Vec<usize> = written_fields(M::META).filter(differs).collect();
        let auto_now = |field: &usize| !changed.is_empty() && is_auto_now(M::META, *field);
        UpdateRow::some(row, (0..M::META.fields.len()).filter(|field| changed.contains(field) || auto_now(field)).collect())
    }

    /// The same, owning its values.
    #[must_use]
    pub fn into_owned(self) -> UpdateRow<'static> {
        UpdateRow {
            model: self.model,
            fields: self.fields,
            values: self.values.into_iter().map(Value::into_owned).collect(),
            key: self.key.into_owned(),
        }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &'static ModelMeta {
        self.model
    }

    /// The row's key and version.
    pub(crate) fn key(&self) -> &RowKey<'r> {
        &self.key
    }

    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl Statement for UpdateRow<'_> {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(111);
        walk.address(self.model);
        match &self.fields {
            None => walk.token(u64::MAX),
            Some(fields) => fields.iter().for_each(|field| walk.token(*field as u64)),
        }
        self.values.iter().for_each(|value| walk.bind(Bind::Value(value)));
        self.key.walk(walk);
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.text("UPDATE ");
        sql.table(self.model)?;
        let all: Vec<usize>;
        let fields = match &self.fields {
            Some(fields) => fields,
            None => {
                all = written_fields(self.model).collect();
                &all
            }
        };
        for (at, (field, value)) in fields.iter().zip(&self.values).enumerate() {
            sql.text(if at == 0 { " SET " } else { ", " });
            sql.identifier(self.model.field(*field).column);
            sql.text(" = ");
            sql.value(value);
        }
        if let Some(version) = &self.key.version {
            let column = self.model.field(version.field).column;
            sql.text(", ");
            sql.identifier(column);
            sql.text(" = ");
            sql.identifier(column);
            sql.text(" + 1");
        }
        self.key.write_where(self.model, sql);
        Ok(())
    }

    fn model(&self) -> Option<&'static ModelMeta> {
        Some(self.model)
    }

    fn bound(&self, at: usize) -> Option<usize> {
        match at.checked_sub(self.values.len()) {
            Some(behind) => self.key.bound(self.model, behind),
            None => match &self.fields {
                Some(fields) => fields.get(at).copied(),
                None => written_fields(self.model).nth(at),
            },
        }
    }
}

/// The positions of the fields that a save writes as they are: all but the key and the version.
fn written_fields(model: &'static ModelMeta) -> impl Iterator<Item = usize> {
    let version = model.version();
    (0..model.fields.len()).filter(move |field| !model.is_key(*field) && Some(*field) != version)
}

fn is_auto_now(model: &ModelMeta, field: usize) -> bool {
    model.field(field).auto == Some(Auto::Now)
}

/// Deletes one row.
#[derive(Debug)]
pub struct DeleteRow<'r> {
    model: &'static ModelMeta,
    key: RowKey<'r>,
}

impl<'r> DeleteRow<'r> {
    /// The deletion of a row.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] if the key cannot be a key of any row.
    pub fn new<M: Model>(row: &'r M) -> Result<Self> {
        Ok(DeleteRow { model: M::META, key: RowKey::new(row)? })
    }

    /// The same, owning its key.
    #[must_use]
    pub fn into_owned(self) -> DeleteRow<'static> {
        DeleteRow { model: self.model, key: self.key.into_owned() }
    }

    /// The model.
    #[must_use]
    pub fn model(&self) -> &'static ModelMeta {
        self.model
    }

    /// The row's key and version.
    pub(crate) fn key(&self) -> &RowKey<'r> {
        &self.key
    }
}

impl Statement for DeleteRow<'_> {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(112);
        walk.address(self.model);
        self.key.walk(walk);
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.text("DELETE FROM ");
        sql.table(self.model)?;
        self.key.write_where(self.model, sql);
        Ok(())
    }

    fn model(&self) -> Option<&'static ModelMeta> {
        Some(self.model)
    }

    fn bound(&self, at: usize) -> Option<usize> {
        self.key.bound(self.model, at)
    }
}

/// Updates the rows of a query.
#[derive(Debug)]
pub struct Update {
    query: Box<Query>,
    assignments: Vec<(usize, Node)>,
}

impl Update {
    /// Sets fields of the query's rows, and counts their versions.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] if a value cannot be stored exactly; [`Error::InvalidQuery`] for a slice, distinct rows, a field set twice
    /// or one of a related row.
    pub fn new(query: Box<Query>, assignments: impl Iterator<Item = (Option<usize>, Node)>) -> Result<Self> {
        refuse_part(&query, "an update takes the rows of a filter, not of a slice or of distinct rows")?;
        let version = query.model.version();
        let mut list: Vec<(usize, Node)> = Vec::new();
        // A foreign key of several columns is set by one assignment.
        let assignments = assignments
            .flat_map(|(field, node)| (0..).zip(node.into_parts()).map(move |(at, node)| (field.map(|field| field + at), node)));
        for (field, node) in assignments {
            let field = field.ok_or(Error::InvalidQuery("an update sets fields of its own model, not of a related one"))?;
            if Some(field) == version {
                return Err(Error::InvalidQuery("the version of a row is counted by its writes, and set by none"));
            }
            if list.iter().any(|(other, _)| *other == field) {
                return Err(Error::InvalidQuery("an update sets each field once"));
            }
            match &node {
                Node::Value(value) => crate::check::check(query.model, query.model.field(field), value)?,
                Node::Invalid(error) => return Err(crate::check::invalid(query.model, query.model.field(field), error.clone())),
                _ => {}
            }
            let mut foreign = false;
            node.each_column(&mut |column| foreign |= column.path.is_some());
            if foreign {
                return Err(Error::InvalidQuery("an update computes with fields of its own model, not of a related one"));
            }
            list.push((field, node));
        }
        if let Some(field) = version.filter(|_| !list.is_empty()) {
            let column = Node::Column(Column { path: None, model: query.model, field });
            let one = Node::Value(Value::I64(1));
            list.push((field, Node::Arithmetic { op: Arithmetic::Add, left: Box::new(column), right: Box::new(one) }));
        }
        Ok(Update { query, assignments: list })
    }

    /// Whether it is known to change nothing.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.query.is_never() || self.assignments.is_empty()
    }
}

impl Statement for Update {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(113);
        walk.address(self.query.model);
        for (field, node) in &self.assignments {
            walk.token(*field as u64);
            walk.node(node);
        }
        walk.condition(&self.query.filter);
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.writes();
        sql.text("UPDATE ");
        sql.table(self.query.model)?;
        let assignments = if sql.dialect().features().assigns_at_once {
            self.assignments.iter().collect()
        } else {
            readers_first(&self.assignments, sql.dialect().features().name)?
        };
        for (at, (field, node)) in assignments.into_iter().enumerate() {
            sql.text(if at == 0 { " SET " } else { ", " });
            let field = self.query.model.field(*field);
            sql.identifier(field.column);
            sql.text(" = ");
            let dialect = sql.dialect();
            dialect.assigned(sql, field, node)?;
        }
        write_matching(&self.query, sql)
    }

    fn model(&self) -> Option<&'static ModelMeta> {
        Some(self.query.model)
    }

    fn bound(&self, at: usize) -> Option<usize> {
        // Each that is a value alone binds one; which of an expression's it is, is not told.
        let values = self.assignments.iter().take(at + 1);
        let alone = values.clone().count() > at && values.clone().all(|(_, node)| matches!(node, Node::Value(_)));
        if alone { self.assignments.get(at).map(|(field, _)| *field) } else { None }
    }
}

/// The assignments in an order in which none reads a field that another one before it has set.
fn readers_first<'a>(assignments: &'a [(usize, Node)], backend: &'static str) -> Result<Vec<&'a (usize, Node)>> {
    let mut left: Vec<&(usize, Node)> = assignments.iter().collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_read = |(field, _): &(usize, Node)| {
            let mut read = false;
            let others = left.iter().filter(|(other, _)| other != field);
            others.for_each(|(_, node)| node.each_column(&mut |column| read |= column.field == *field));
            read
        };
        let Some(next) = left.iter().position(|assignment| !is_read(assignment)) else {
            return Err(Error::Unsupported {
                feature: "an update whose fields are set from each other",
                backend,
                hint: "it assigns one field after the other; read the rows and save them",
            });
        };
        ordered.push(left.remove(next));
    }
    Ok(ordered)
}

/// Deletes the rows of a query.
#[derive(Debug)]
pub struct Delete {
    query: Box<Query>,
}

impl Delete {
    /// Deletes the query's rows.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`] for a slice or distinct rows.
    pub fn new(query: Box<Query>) -> Result<Self> {
        refuse_part(&query, "a delete takes the rows of a filter, not of a slice or of distinct rows")?;
        Ok(Delete { query })
    }

    /// Whether it is known to delete nothing.
    #[must_use]
    pub fn is_never(&self) -> bool {
        self.query.is_never()
    }

    /// The query whose rows it deletes.
    pub(crate) fn query(&self) -> &Query {
        &self.query
    }
}

impl Statement for Delete {
    fn walk<'a>(&'a self, walk: &mut Walk<'a>) {
        walk.token(114);
        walk.address(self.query.model);
        walk.condition(&self.query.filter);
    }

    fn render(&self, sql: &mut Writer) -> Result<()> {
        sql.writes();
        sql.text("DELETE FROM ");
        sql.table(self.query.model)?;
        write_matching(&self.query, sql)
    }
}

fn refuse_part(query: &Query, why: &'static str) -> Result<()> {
    refuse_lock(query)?;
    match query.invalid {
        Some(why) => Err(Error::InvalidQuery(why)),
        None if query.is_sliced() || query.distinct => Err(Error::InvalidQuery(why)),
        None => Ok(()),
    }
}

/// Writes which rows a write is about: the filter itself, or where the filter joins, the keys of a query.
fn write_matching(query: &Query, sql: &mut Writer) -> Result<()> {
    let plan = Plan::new(&query.filter, &[], &[], None, &[]);
    if plan.joins().is_empty() && !(sql.reads_apart() && has_exists(&query.filter)) {
        let outer = sql.enter(plan);
        let done = write_where(&query.filter, sql);
        sql.leave(outer);
        return done;
    }
    sql.text(" WHERE ");
    sql.bare_columns(query.model, query.model.key.iter().copied());
    sql.text(" IN (");
    Select::render_keys(query.model, &query.filter, plan, sql)?;
    sql.text(")");
    Ok(())
}
