//! The checks that hold the values of a column within its field's type, where the column's own type does not.

use orm_core::schema::{FieldKind, FieldState};
use orm_core::sql::{Backend, Dialect, NamedPart};

use crate::introspect::tokens::{Token, tokens};
use crate::introspect::{CatalogCheck, CatalogTable};

/// The check that holds a column within its field's type, if there is one; the field becomes what the check says.
pub(super) fn take<'t>(
    field: &mut FieldState,
    column: &str,
    table: &'t CatalogTable,
    dialect: &dyn Dialect,
) -> Option<&'t CatalogCheck> {
    let name = NamedPart::Check.name(&table.name, &[column.to_owned()], dialect);
    let check = table.checks.iter().find(|check| check.name.is_some() && check.name == name)?;
    if dialect.backend() == Backend::MySql {
        return (field.kind == FieldKind::Bool).then_some(check);
    }
    let words: Vec<String> = tokens(&check.condition)
        .into_iter()
        .map(|placed| match placed.token {
            Token::Quoted(name) if name == column => "?".to_owned(),
            Token::Quoted(word) | Token::Word(word) | Token::Text(word) => word,
            Token::Sign(sign) => sign.to_string(),
        })
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match (&field.kind, words.as_slice()) {
        (FieldKind::I64, ["?", "IN", "(", "0", ",", "1", ")"]) => field.kind = FieldKind::Bool,
        (FieldKind::I64, ["?", "BETWEEN", "-", "32768", "AND", "32767"]) => field.kind = FieldKind::I16,
        (FieldKind::I64, ["?", "BETWEEN", "-", "2147483648", "AND", "2147483647"]) => field.kind = FieldKind::I32,
        (FieldKind::Text, ["length", "(", "?", ")", "<", "=", most]) => field.max_length = Some(most.parse().ok()?),
        _ => return None,
    }
    Some(check)
}
