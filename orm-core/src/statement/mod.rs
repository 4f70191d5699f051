//! Statements on their way to a database: their shape, their bound values and, when a connection sees the shape for the first time,
//! their SQL.

mod check;
mod log;
mod shapes;

use std::collections::HashMap;
use std::sync::Arc;

pub use check::check_binds;
pub use log::{QueryLog, Recorder};
pub use shapes::{Found, Shapes};
use smallvec::SmallVec;

use crate::error::{Error, Result};
use crate::meta::ModelMeta;
use crate::row::DecodeError;
use crate::sql::{Dialect, Writer};
use crate::value::Value;

/// Something that becomes one SQL statement.
pub trait Statement: Send + Sync {
    /// Records all that the SQL text depends on, and the bound values, in one pass that allocates next to nothing.
    ///
    /// Two statements with the same shape must render to the same text.
    fn walk<'a>(&'a self, walk: &mut Walk<'a>);

    /// Writes the SQL. Each value that it binds must have been recorded by `walk`, by the same reference.
    ///
    /// # Errors
    /// [`Error::InvalidQuery`], [`Error::TooDeep`], [`Error::InvalidValue`] or [`Error::Unsupported`].
    fn render(&self, sql: &mut Writer) -> Result<()>;

    /// The model that it writes, if it writes one.
    fn model(&self) -> Option<&'static ModelMeta> {
        None
    }

    /// The position of the field that a bound value is for, where it is for one of the [`model`](Statement::model).
    fn bound(&self, _index: usize) -> Option<usize> {
        None
    }

    /// Whether it waits for what others have locked.
    fn waits(&self) -> bool {
        true
    }

    /// The model and field of an output column, for messages.
    fn output(&self, _index: usize) -> (&'static str, String) {
        ("", String::new())
    }
}

/// The error for a column of a statement's rows that could not be read.
#[cold]
pub fn undecodable<S: Statement + ?Sized>(statement: &S, error: DecodeError) -> Error {
    let fault = error.into_fault();
    let (model, field) = statement.output(fault.index);
    Error::Decode { model, field, expected: fault.expected, found: fault.found.into_owned() }
}

/// A value as a statement binds it.
#[derive(Debug, Clone, Copy)]
pub enum Bind<'a> {
    /// One value.
    Value(&'a Value<'a>),
    /// The values of an `in_`, bound as one list.
    List(&'a [Value<'a>]),
    /// Of an `in_` of several columns the values of the one at a position, bound as a list of their own.
    Part(&'a [Value<'a>], usize),
    /// A count of rows.
    Count(&'a u64),
}

impl Bind<'_> {
    /// What tells this bind from the others of its statement: where it lives.
    fn address(&self) -> usize {
        match self {
            Bind::Value(value) => std::ptr::from_ref(*value).addr(),
            Bind::List(values) => values.as_ptr().addr(),
            Bind::Part(values, at) => address_of_part(values, *at),
            Bind::Count(count) => std::ptr::from_ref(*count).addr(),
        }
    }
}

/// What tells the list of the values of one column from the other lists of a statement: where its first value lives.
pub(crate) fn address_of_part(values: &[Value<'_>], at: usize) -> usize {
    values.first().and_then(|first| first.parts().get(at)).map_or(0, |part| std::ptr::from_ref(part).addr())
}

/// The record of one pass over a statement.
#[derive(Debug, Default)]
pub struct Walk<'a> {
    shape: SmallVec<[u64; 32]>,
    binds: SmallVec<[Bind<'a>; 16]>,
}

impl<'a> Walk<'a> {
    /// The record of a statement.
    #[inline]
    pub fn of<S: Statement + ?Sized>(statement: &'a S) -> Self {
        let mut walk = Walk::default();
        statement.walk(&mut walk);
        walk
    }

    /// Records a number that the text depends on.
    #[inline]
    pub fn token(&mut self, token: u64) {
        self.shape.push(token);
    }

    /// Records a text that is part of the statement's.
    pub fn text(&mut self, text: &str) {
        self.shape.push(text.len() as u64);
        let (words, rest) = text.as_bytes().as_chunks::<8>();
        self.shape.extend(words.iter().map(|word| u64::from_le_bytes(*word)));
        self.shape.extend(rest.iter().copied().map(u64::from));
    }

    /// Records static data that the text depends on. Equal addresses mean equal data.
    #[inline]
    pub fn address<T>(&mut self, data: &'static T) {
        self.shape.push(std::ptr::from_ref(data).addr() as u64);
    }

    /// Records a bound value.
    #[inline]
    pub fn bind(&mut self, bind: Bind<'a>) {
        self.binds.push(bind);
    }

    /// The shape: equal for statements that render to the same text.
    #[inline]
    #[must_use]
    pub fn shape(&self) -> &[u64] {
        &self.shape
    }

    /// The bound values in the order of the pass.
    #[inline]
    #[must_use]
    pub fn binds(&self) -> &[Bind<'a>] {
        &self.binds
    }
}

/// A statement's SQL, as a connection keeps it.
#[derive(Debug)]
pub struct Compiled {
    /// The text.
    pub sql: Arc<str>,
    /// For each placeholder the position of its value among [`Walk::binds`]; `None` if they are in the same order.
    pub order: Option<Box<[usize]>>,
}

impl Compiled {
    /// Renders a statement.
    ///
    /// # Errors
    /// As [`Statement::render`]; [`Error::TooManyParameters`] if the database does not take so many values.
    pub fn new<S: Statement + ?Sized>(statement: &S, walk: &Walk<'_>, dialect: &'static dyn Dialect) -> Result<Self> {
        let mut writer = Writer::new(dialect);
        statement.render(&mut writer)?;
        let (sql, marks) = writer.finish();
        let max = dialect.features().max_parameters;
        if marks.len() > max {
            return Err(Error::TooManyParameters { got: marks.len(), max });
        }
        let same = marks.len() == walk.binds.len() && marks.iter().zip(&walk.binds).all(|(mark, bind)| *mark == bind.address());
        if same {
            return Ok(Compiled { sql: sql.into(), order: None });
        }
        let positions: HashMap<usize, usize> = walk.binds.iter().enumerate().map(|(at, bind)| (bind.address(), at)).collect();
        let order: Option<Box<[usize]>> = marks.iter().map(|mark| positions.get(mark).copied()).collect();
        match order {
            Some(order) => Ok(Compiled { sql: sql.into(), order: Some(order) }),
            None => Err(Error::InvalidQuery("a statement binds a value that it did not record")),
        }
    }

    /// The values in the order of the placeholders.
    #[inline]
    pub fn binds<'w, 'a>(&'w self, walk: &'w Walk<'a>) -> impl Iterator<Item = Bind<'a>> + 'w {
        let count = self.order.as_ref().map_or(walk.binds.len(), |order| order.len());
        (0..count).filter_map(move |at| {
            let at = match &self.order {
                Some(order) => *order.get(at)?,
                None => at,
            };
            walk.binds.get(at).copied()
        })
    }
}
