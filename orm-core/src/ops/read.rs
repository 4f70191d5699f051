//! Reading: `all`, `get`, `first`, `last`, `count`, `exists`, `refresh`.

use std::marker::PhantomData;
use std::ops::ControlFlow;

use crate::connection::{Access, Connection, Sink};
use crate::error::{Error, Result};
use crate::expr::{Condition, Node, Operator};
use crate::field::FieldType;
use crate::model::Model;
use crate::ops::Operation;
use crate::query::{Query, Selectable};
use crate::row::{ColumnReader, DecodeError};
use crate::sql::{Form, Select};

type Marker<S> = PhantomData<fn() -> S>;

/// Whether a query is known to find nothing, so that none is sent.
fn finds_nothing<C: Connection>(query: &Query, connection: &C) -> Result<bool> {
    if query.lock.is_some() {
        connection.check_row_lock()?;
    }
    match query.invalid {
        Some(why) => Err(Error::InvalidQuery(why)),
        None => Ok(query.is_never()),
    }
}

/// Whether a query asks for one value of a unique column, so that it cannot find two rows.
fn finds_one(query: &Query) -> bool {
    let asks = |condition: &Condition| match condition {
        Condition::Compare { op: Operator::Eq, left: Node::Column(column), right: Node::Value(_) } => {
            column.path.is_none() && column.model.is_unique(column.field)
        }
        Condition::Compare { op: Operator::Eq, left: key @ Node::Tuple(_), right: Node::Value(_) } => {
            key.is_columns(query.model, query.model.key)
        }
        _ => false,
    };
    match &query.filter {
        Condition::And(terms) => terms.iter().any(asks),
        condition => asks(condition),
    }
}

/// Collects all rows.
struct Collect<S: Selectable>(Vec<S::Item>);

impl<S: Selectable> Sink for Collect<S> {
    #[inline]
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.0.push(S::read(row)?);
        Ok(ControlFlow::Continue(()))
    }
}

/// Keeps the first row and notices a second, if there can be one.
struct Single<S: Selectable> {
    first: Option<S::Item>,
    more: bool,
    only: bool,
}

impl<S: Selectable> Sink for Single<S> {
    #[inline]
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        if self.first.is_some() {
            self.more = true;
            return Ok(ControlFlow::Break(()));
        }
        self.first = Some(S::read(row)?);
        Ok(if self.only { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

impl<S: Selectable> Single<S> {
    fn new() -> Self {
        Single { first: None, more: false, only: true }
    }

    /// Runs a query that is wanted for one row.
    async fn find<C: Connection>(&mut self, query: Box<Query>, form: Form, connection: &mut C) -> Result<()> {
        if finds_nothing(&query, connection)? {
            return Ok(());
        }
        self.only = form != Form::Two;
        let select = Select { query, form };
        connection.fetch(&select, self).await?;
        match &mut self.first {
            Some(row) if S::PREFETCHES && !self.more => {
                S::prefetch(std::slice::from_mut(row), &select.query.prefetches, connection).await
            }
            _ => Ok(()),
        }
    }
}

macro_rules! reads {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name<S> {
            query: Box<Query>,
            rows: Marker<S>,
        }

        impl<S> $name<S> {
            /// The operation on a query.
            pub fn new(query: Box<Query>) -> Self {
                $name { query, rows: PhantomData }
            }
        }
    )+};
}
reads! {
    /// All rows.
    All,
    /// The only row.
    Get,
    /// The first row.
    First,
    /// The last row.
    Last,
}

impl<S: Selectable> Operation for All<S> {
    type Output = Vec<S::Item>;
    const NAME: &'static str = "all";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        let mut sink = Collect::<S>(Vec::new());
        if !finds_nothing(&self.query, connection)? {
            let select = Select { query: self.query, form: Form::Rows };
            connection.fetch(&select, &mut sink).await?;
            if S::PREFETCHES {
                S::prefetch(&mut sink.0, &select.query.prefetches, connection).await?;
            }
        }
        Ok(sink.0)
    }
}

impl<S: Selectable> Operation for Get<S> {
    type Output = S::Item;
    const NAME: &'static str = "get";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(mut self, connection: &mut C) -> Result<Self::Output> {
        let model = self.query.model.name;
        if !self.query.is_sliced() {
            // The order of at most one row does not matter, unless a slice depends on it.
            self.query.order.clear();
            self.query.unordered = true;
        }
        let form = if finds_one(&self.query) { Form::Only } else { Form::Two };
        let mut sink = Single::<S>::new();
        sink.find(self.query, form, connection).await?;
        match sink.first {
            Some(_) if sink.more => Err(Error::MultipleObjects { model }),
            Some(row) => Ok(row),
            None => Err(Error::DoesNotExist { model }),
        }
    }
}

impl<M: Model> Get<M> {
    /// The row of a key.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] if no row can have the key.
    pub fn by_key(key: &M::Key) -> Result<Self> {
        match key.to_value() {
            Ok(key) => Ok(Get::new(by_key::<M>(Node::Value(key.into_owned())))),
            Err(error) => {
                let field = M::META.key_field().name;
                Err(Error::InvalidValue { model: M::META.name, field, reason: error.reason().to_owned() })
            }
        }
    }
}

impl<S: Selectable> Operation for First<S> {
    type Output = Option<S::Item>;
    const NAME: &'static str = "first";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(mut self, connection: &mut C) -> Result<Self::Output> {
        self.query.order_by_key_if_unordered();
        let mut sink = Single::<S>::new();
        sink.find(self.query, Form::First, connection).await?;
        Ok(sink.first)
    }
}

impl<S: Selectable> Operation for Last<S> {
    type Output = Option<S::Item>;
    const NAME: &'static str = "last";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(mut self, connection: &mut C) -> Result<Self::Output> {
        if self.query.is_sliced() {
            self.query.refuse("the last row of a slice is not known before it is read; use `reverse` before slicing");
        }
        self.query.order_by_key_if_unordered();
        self.query.reversed = !self.query.reversed;
        let mut sink = Single::<S>::new();
        sink.find(self.query, Form::First, connection).await?;
        Ok(sink.first)
    }
}

/// How many rows there are.
#[derive(Debug)]
pub struct Count {
    query: Box<Query>,
}

impl Count {
    /// The operation on a query.
    #[must_use]
    pub fn new(query: Box<Query>) -> Self {
        Count { query }
    }
}

/// Reads one number, or sees that there is a row.
struct Number(Option<i64>);

impl Sink for Number {
    fn row<R: ColumnReader>(&mut self, row: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.0 = Some(i64::decode(row, 0)?);
        Ok(ControlFlow::Break(()))
    }
}

impl Operation for Count {
    type Output = u64;
    const NAME: &'static str = "count";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        if finds_nothing(&self.query, connection)? {
            return Ok(0);
        }
        let mut sink = Number(None);
        connection.fetch(&Select { query: self.query, form: Form::Count }, &mut sink).await?;
        Ok(sink.0.and_then(|count| u64::try_from(count).ok()).unwrap_or(0))
    }
}

/// Whether there is a row.
#[derive(Debug)]
pub struct Exists {
    query: Box<Query>,
}

impl Exists {
    /// The operation on a query.
    #[must_use]
    pub fn new(query: Box<Query>) -> Self {
        Exists { query }
    }
}

/// Sees that there is a row, whatever is in it.
struct Any(bool);

impl Sink for Any {
    fn row<R: ColumnReader>(&mut self, _: &R) -> Result<ControlFlow<()>, DecodeError> {
        self.0 = true;
        Ok(ControlFlow::Break(()))
    }
}

impl Operation for Exists {
    type Output = bool;
    const NAME: &'static str = "exists";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Self::Output> {
        if finds_nothing(&self.query, connection)? {
            return Ok(false);
        }
        let mut sink = Any(false);
        connection.fetch(&Select { query: self.query, form: Form::Exists }, &mut sink).await?;
        Ok(sink.0)
    }
}

/// A row as it is in the database now.
#[derive(Debug)]
pub struct Refresh<M>(Get<M>);

impl<M: Model> Refresh<M> {
    /// The row with the key of this one.
    ///
    /// # Errors
    /// [`Error::InvalidValue`] if the key cannot be a key of any row.
    pub fn new(row: &M) -> Result<Self> {
        Ok(Refresh(Get::<M>::by_key(&row.key())?))
    }
}

impl<M: Model> Operation for Refresh<M> {
    type Output = M;
    const NAME: &'static str = "refresh";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<M> {
        self.0.run(connection).await
    }
}

/// The query for a row of a key.
fn by_key<M: Model>(key: Node) -> Box<Query> {
    let mut query = Box::new(Query::new(M::META, M::TREE));
    query.filter = Condition::compare(Operator::Eq, M::META.key_node(None), key);
    query
}
