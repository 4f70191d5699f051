//! Conditions about relations to many rows, as EXISTS.

use crate::error::Result;
use crate::expr::{Condition, Exists};
use crate::meta::RelationKind;
use crate::sql::Writer;
use crate::sql::plan::Plan;
use crate::sql::select::write_from;

impl Writer {
    /// Writes that a relation leads to a row of which a condition is true.
    pub(super) fn exists(&mut self, exists: &Exists) -> Result<()> {
        let relation = exists.step.relation;
        let target = (relation.target)();
        let anchors: Vec<_> = exists.anchors().map(|anchor| self.place(&anchor)).collect();
        let mut plan = Plan::within(exists.within.then_some(exists.step), &exists.filter);
        let (table, key) = match relation.kind {
            RelationKind::ManyToMany(through) => (plan.link(through.link.relation), through.near),
            _ => (0, relation),
        };
        self.text("EXISTS (SELECT 1");
        let outer = self.enter_condition(plan, exists.within);
        let done = write_from(target, self).and_then(|()| {
            let holder = key.holder();
            for (at, (field, anchor)) in key.fields().zip(&anchors).enumerate() {
                self.text(if at == 0 { " WHERE " } else { " AND " });
                self.qualified(table, holder, holder.field(field));
                self.text(" = ");
                self.column_at(anchor);
            }
            if matches!(exists.filter, Condition::Always) {
                return Ok(());
            }
            self.text(" AND ");
            self.condition(&exists.filter, true)
        });
        self.leave(outer);
        self.text(")");
        done
    }
}

/// Whether a condition has a query for the rows of a relation in it.
pub(super) fn has_exists(condition: &Condition) -> bool {
    match condition {
        Condition::And(terms) | Condition::Or(terms) | Condition::Xor(terms) => terms.iter().any(has_exists),
        Condition::Not(term) => has_exists(term),
        Condition::Exists(_) => true,
        _ => false,
    }
}
