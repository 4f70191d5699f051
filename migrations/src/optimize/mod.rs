//! Fewer operations that lead to the same schema: a model that is made and removed again never was, a field that is added to a new
//! model is part of it.

mod reduce;

use self::reduce::reduce;
use crate::operation::{Access, Operation};

/// Fewer operations that lead to the same schema from any schema that the given ones fit.
///
/// Two operations become one where one of them can move to the other past all that stands between. What a user added (SQL, steps in
/// Rust, separate changes) never moves, and nothing moves past it.
///
/// ```
/// use orm_core::schema::{FieldKind, FieldState, ModelName};
/// use orm_migrations::operation::{AddField, Operation, RenameField};
/// use orm_migrations::optimize::optimize;
///
/// let book = ModelName::new("shop", "Book");
/// let field = FieldState { nullable: true, ..FieldState::new("isbn", FieldKind::Text) };
/// let add = Operation::AddField(AddField { model: book.clone(), field, fill: None });
/// let rename =
///     Operation::RenameField(RenameField { model: book, field: "isbn".into(), to: "isbn13".into(), column: None });
/// let optimized = optimize(vec![add, rename]);
/// assert_eq!(optimized.len(), 1);
/// assert_eq!(optimized[0].describe(), "Add field isbn13 to Book");
/// ```
#[must_use]
pub fn optimize(operations: Vec<Operation>) -> Vec<Operation> {
    let mut list = List::new(operations);
    while list.pass() {}
    list.operations
}

/// Operations, and what each depends on and changes.
struct List {
    operations: Vec<Operation>,
    access: Vec<Access>,
}

impl List {
    fn new(operations: Vec<Operation>) -> Self {
        let access = operations.iter().map(|operation| operation.access(None)).collect();
        List { operations, access }
    }

    /// Makes of each operation and those behind it as few as can be; whether any two became one.
    fn pass(&mut self) -> bool {
        let (mut first, before) = (0, self.operations.len());
        while first < self.operations.len() {
            if !self.reduce_with_later(first) {
                first += 1;
            }
        }
        self.operations.len() < before
    }

    /// Makes an operation one with the first behind it with which it can be.
    fn reduce_with_later(&mut self, first: usize) -> bool {
        for second in first + 1..self.operations.len() {
            if self.reduce(first, second) {
                return true;
            }
            if self.access.get(second).is_none_or(|access| access.unknown) {
                return false;
            }
        }
        false
    }

    /// Makes these two one, if they can be: where the second stands if the first can move there, otherwise the other way round.
    fn reduce(&mut self, first: usize, second: usize) -> bool {
        let (Some(left), Some(right)) = (self.operations.get(first), self.operations.get(second)) else { return false };
        let Some(reduced) = reduce(left, right) else { return false };
        let at = if self.is_free(first, first + 1..second) {
            second - 1
        } else if self.is_free(second, first + 1..second) {
            first
        } else {
            return false;
        };
        let access: Vec<Access> = reduced.iter().map(|operation| operation.access(None)).collect();
        self.operations.remove(second);
        self.access.remove(second);
        self.operations.remove(first);
        self.access.remove(first);
        self.operations.splice(at..at, reduced);
        self.access.splice(at..at, access);
        true
    }

    /// Whether an operation can change places with all of some others.
    fn is_free(&self, of: usize, mut others: std::ops::Range<usize>) -> bool {
        let Some(access) = self.access.get(of) else { return false };
        others.all(|other| self.access.get(other).is_some_and(|other| !other.conflicts(access)))
    }
}
