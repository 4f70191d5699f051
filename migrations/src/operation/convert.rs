//! Which changes of a column's type lose nothing.

use orm_core::schema::{FieldKind, FieldState};

/// Whether every value of the one column is one of the other too.
pub(crate) fn is_widening(from: &FieldState, to: &FieldState) -> bool {
    let room = |from: Option<u32>, to: Option<u32>| match (from, to) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(from), Some(to)) => from <= to,
    };
    let whole = |field: &FieldState| field.max_digits.map(|digits| digits.saturating_sub(field.decimal_places.unwrap_or(0)));
    kind_widens(&from.kind, &to.kind)
        && room(from.max_length, to.max_length)
        && room(from.decimal_places, to.decimal_places)
        && room(whole(from), whole(to))
}

fn kind_widens(from: &FieldKind, to: &FieldKind) -> bool {
    use FieldKind::{Array, Bool, Date, DateTime, Enum, F32, F64, I16, I32, I64, Json, Text, Uuid};
    match (from, to) {
        (from, to) if from == to => true,
        (Bool, I16 | I32 | I64) | (I16, I32 | I64 | F32 | F64) | (I32, I64 | F64) | (F32, F64) | (Date, DateTime) => true,
        (Enum { labels: from, .. }, Enum { labels: to, .. }) => from.iter().all(|label| to.contains(label)),
        (Bool | I16 | I32 | I64 | Uuid | Json | Enum { .. }, Text) => true,
        (Array(from), Array(to)) => kind_widens(from, to),
        _ => false,
    }
}
