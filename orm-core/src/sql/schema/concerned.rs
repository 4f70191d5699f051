//! Which models a change concerns. All others have the same tables before and after, however many they are.

use std::collections::BTreeSet;

use super::change::SchemaChange;
use crate::schema::{ConstraintState, FieldState, ModelName, ModelState};
use crate::sql::Dialect;

/// The names, before and after, of the models whose tables are to be compared: those that differ or are called otherwise, those that
/// point at a key that may change, and those that have the type of an enum in common with one of them.
pub(super) fn concerned<'c>(change: &SchemaChange<'c>, dialect: &dyn Dialect) -> BTreeSet<&'c ModelName> {
    let mut found = change.before.differing(change.after);
    for name in change.renamed_models.iter().flat_map(|(from, to)| [from, to]) {
        let known = change.before.model(name).into_iter().chain(change.after.model(name));
        found.extend(known.map(|model| &model.name));
    }
    let both = || change.before.models().chain(change.after.models());
    if dialect.features().native_enums {
        let of_enum = |model: &'c ModelState| model.fields.iter().filter_map(|field| Some(field.kind.enum_type()?.0));
        let enums: BTreeSet<&str> = both().filter(|model| found.contains(&model.name)).flat_map(of_enum).collect();
        if !enums.is_empty() {
            let shares = |model: &&'c ModelState| of_enum(model).any(|name| enums.contains(name));
            found.extend(both().filter(shares).map(|model| &model.name));
        }
    }
    let keeps = |name: &ModelName| match (change.before.model(name), change.after.model(name)) {
        (Some(before), Some(after)) => keeps_keys(before, after) && !has_enum_key(after),
        // Nothing that stays points at what comes or goes.
        (None, Some(_)) | (Some(_), None) => !change.renamed_models.iter().any(|(from, to)| name == from || name == to),
        (None, None) => true,
    };
    let mut moving: BTreeSet<&ModelName> = found.iter().copied().filter(|name| !keeps(name)).collect();
    while !moving.is_empty() {
        let points = |model: &&'c ModelState| pointing(model).any(|(_, target)| moving.contains(target));
        let pointing_there: Vec<&'c ModelState> = both().filter(points).collect();
        let key_follows = |model: &&&'c ModelState| {
            pointing(model).any(|(field, target)| moving.contains(target) && model.key.iter().any(|name| name == field))
        };
        let next = pointing_there.iter().filter(key_follows).map(|model| &model.name).filter(|name| !found.contains(name));
        let next: BTreeSet<&ModelName> = next.collect();
        found.extend(pointing_there.iter().map(|model| &model.name));
        moving = next;
    }
    found
}

/// The fields by which a model points at others, and what they point at.
fn pointing(model: &ModelState) -> impl Iterator<Item = (&str, &ModelName)> {
    let fields = model.fields.iter().filter_map(|field| Some((field.name.as_str(), &field.references.as_ref()?.model)));
    let constraints = model.constraints.iter().filter_map(|constraint| match constraint {
        ConstraintState::ForeignKey { fields, model, .. } => Some((fields, model)),
        _ => None,
    });
    fields.chain(constraints.flat_map(|(fields, model)| fields.iter().map(move |field| (field.as_str(), model))))
}

/// Whether what points at a model can stay as it is: its table, its key and what else is unique are as they were.
fn keeps_keys(before: &ModelState, after: &ModelState) -> bool {
    let key = |model: &ModelState| model.key_fields().cloned().collect::<Vec<FieldState>>();
    let unique_stays = |field: &FieldState| !field.unique || after.field(&field.name) == Some(field);
    let constraint_stays = |constraint: &ConstraintState| {
        !matches!(constraint, ConstraintState::Unique { .. }) || after.constraints.contains(constraint)
    };
    before.table == after.table
        && before.key == after.key
        && key(before) == key(after)
        && before.fields.iter().all(unique_stays)
        && before.constraints.iter().all(constraint_stays)
}

/// Whether a field of the key has the type of an enum, which may be made anew.
fn has_enum_key(model: &ModelState) -> bool {
    model.key_fields().any(|field| field.kind.enum_type().is_some())
}

#[cfg(test)]
mod tests {
    use super::concerned;
    use crate::meta::OnDelete;
    use crate::schema::{FieldKind, FieldState, ModelName, ModelState, Reference, SchemaState};
    use crate::sql::{Dialect, MYSQL, POSTGRES, SQLITE, SchemaChange};

    fn name(name: &str) -> ModelName {
        ModelName::new("shop", name)
    }

    /// A model with a key, and fields that point at others.
    fn model(of: &str, key: &str, targets: &[&str]) -> ModelState {
        let points = |target: &&str| FieldState {
            references: Some(Reference { model: name(target), on_delete: OnDelete::Cascade }),
            ..FieldState::new(target.to_lowercase(), FieldKind::I64)
        };
        let mut fields: Vec<FieldState> = targets.iter().map(points).collect();
        if !fields.iter().any(|field| field.name == key) {
            fields.push(FieldState::new(key, FieldKind::I64));
        }
        ModelState {
            name: name(of),
            table: of.to_lowercase(),
            key: vec![key.to_owned()],
            comment: None,
            fields,
            indexes: Vec::new(),
            constraints: Vec::new(),
        }
    }

    /// `B` points at `A` by its key, `C` at `B` and `D` at `C` by other fields; nobody points at `E`.
    fn shop() -> SchemaState {
        [
            model("A", "id", &[]),
            model("B", "a", &["A"]),
            model("C", "id", &["B"]),
            model("D", "id", &["C"]),
            model("E", "id", &[]),
        ]
        .into_iter()
        .collect()
    }

    fn found(change: impl Fn(&mut ModelState), dialect: &dyn Dialect) -> String {
        let before = shop();
        let mut after = before.clone();
        after.model_mut(&name("A")).into_iter().for_each(change);
        let change = SchemaChange::new(&before, &after);
        concerned(&change, dialect).into_iter().map(|name| name.name.as_str()).collect()
    }

    #[test]
    fn what_points_at_a_key_that_changes_is_concerned_and_nothing_else() {
        for dialect in [&SQLITE as &dyn Dialect, &POSTGRES, &MYSQL] {
            assert_eq!(found(|_| {}, dialect), "");
            assert_eq!(found(|model| model.fields.push(FieldState::new("pages", FieldKind::I32)), dialect), "A");
            assert_eq!(found(|model| model.table = "other".to_owned(), dialect), "ABC", "through the key of B, and no further");
            let retype = |model: &mut ModelState| {
                for field in &mut model.fields {
                    field.kind = FieldKind::I32;
                }
            };
            assert_eq!(found(retype, dialect), "ABC");
        }
    }

    #[test]
    fn what_has_the_same_enum_is_concerned_where_that_is_a_type() {
        let with_mood = |labels: &[&str]| {
            let kind =
                FieldKind::Enum { name: "mood".to_owned(), labels: labels.iter().map(|label| (*label).to_owned()).collect() };
            FieldState::new("mood", kind)
        };
        let mut before = shop();
        for at in ["A", "E"] {
            before.model_mut(&name(at)).into_iter().for_each(|model| model.fields.push(with_mood(&["good"])));
        }
        let mut after = before.clone();
        let relabel = |model: &mut ModelState| {
            model.fields.pop();
            model.fields.push(with_mood(&["fine", "good"]));
        };
        after.model_mut(&name("A")).into_iter().for_each(relabel);
        let change = SchemaChange::new(&before, &after);
        let found = |dialect| concerned(&change, dialect).into_iter().map(|name| name.name.as_str()).collect::<String>();
        assert_eq!(found(&POSTGRES), "AE");
        assert_eq!(found(&SQLITE), "A");
    }
}
