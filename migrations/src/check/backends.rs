//! What a database refuses of the models, as the statements that would create them say.

use orm_core::schema::{FieldKind, ModelState, SchemaState};
use orm_core::sql::{Dialect, SchemaChange};

use super::{Finding, Known, schema};

/// Tries to create each model, beside the keys of those that it points at.
pub(super) fn refused(listed: &[Known], beside: &[Known], dialect: &'static dyn Dialect, found: &mut Vec<Finding>) {
    let features = dialect.features();
    let all = schema(listed.iter().chain(beside));
    for model in listed {
        let Some(state) = &model.state else { continue };
        let mut state = state.clone();
        if !features.stores_arrays {
            found.extend(arrays(&state).map(|field| {
                let hint = "write `Json<Vec<..>>`, or a model of its own for the elements";
                Finding::error("amphi.E009", &model.name, "the database has no arrays").field(field).on(features.name).hint(hint)
            }));
            take_arrays(&mut state);
        }
        let mut targets = keys_alone(&all, &state);
        targets.remove(&state.name);
        let mut after = targets.clone();
        after.insert(state);
        if let Err(error) = SchemaChange::new(&targets, &after).statements(dialect) {
            found.push(Finding::error("amphi.E008", &model.name, error.to_string()).on(features.name));
        }
    }
}

/// The fields that are arrays.
fn arrays(model: &ModelState) -> impl Iterator<Item = &str> {
    model.fields.iter().filter(|field| matches!(field.kind, FieldKind::Array(_))).map(|field| field.name.as_str())
}

/// Takes out the fields that are arrays, which were told, to see what else is refused.
fn take_arrays(model: &mut ModelState) {
    let arrays: Vec<String> = arrays(model).map(str::to_owned).collect();
    model.fields.retain(|field| !arrays.contains(&field.name));
    if !arrays.is_empty() {
        // They may be about what was taken out.
        model.indexes.clear();
        model.constraints.clear();
    }
}

/// The models that a model points at, and those that their keys point at, with their keys alone.
fn keys_alone(all: &SchemaState, model: &ModelState) -> SchemaState {
    let mut kept = SchemaState::new();
    let mut waiting: Vec<_> = model.references().map(|(_, target)| target.clone()).collect();
    while let Some(name) = waiting.pop() {
        let Some(target) = all.model(&name).filter(|_| kept.model(&name).is_none()) else { continue };
        let mut target = target.clone();
        target.fields.retain(|field| target.key.contains(&field.name));
        target.indexes.clear();
        target.constraints.clear();
        waiting.extend(target.references().map(|(_, target)| target.clone()));
        kept.insert(target);
    }
    kept
}
