//! The list of models, and what it leaves out.

use orm_core::meta::{ModelMeta, RelationKind, RelationMeta};
use orm_core::registry;
use orm_core::schema::{ModelName, ModelState};

use super::{Finding, Known};

/// The models of a list, each once, and those between two that the library made.
pub(super) fn listed(
    models: &[&'static ModelMeta],
    app_of: &dyn Fn(&'static ModelMeta) -> String,
    found: &mut Vec<Finding>,
) -> Vec<Known> {
    let mut listed: Vec<Known> = Vec::with_capacity(models.len());
    for model in models {
        if listed.iter().any(|other| std::ptr::eq(other.meta, *model)) {
            let name = ModelName::of(model, app_of);
            found.push(Finding::warning("amphi.W002", &name, "the model is in the list twice").hint("name it once"));
            continue;
        }
        listed.push(known(model, app_of, found));
    }
    for model in models.iter().flat_map(|model| model.relations).filter_map(|relation| made_by(relation)) {
        if !listed.iter().any(|other| std::ptr::eq(other.meta, model)) {
            listed.push(known(model, app_of, found));
        }
    }
    listed
}

/// The model between two that the library made for a relation, if it did.
fn made_by(relation: &RelationMeta) -> Option<&'static ModelMeta> {
    match relation.kind {
        RelationKind::ManyToMany(through) if through.made => Some((through.near.source)()),
        _ => None,
    }
}

fn known(meta: &'static ModelMeta, app_of: &dyn Fn(&'static ModelMeta) -> String, found: &mut Vec<Finding>) -> Known {
    let name = ModelName::of(meta, app_of);
    let state = ModelState::of_model(meta, app_of).map_err(|error| {
        found.push(Finding::error("amphi.E007", &name, error.to_string()));
    });
    Known { meta, name, state: state.ok() }
}

/// The models that those of a list point at, and these in turn, and that are not in it.
pub(super) fn beside(listed: &[Known], app_of: &dyn Fn(&'static ModelMeta) -> String) -> Vec<Known> {
    let mut beside: Vec<Known> = Vec::new();
    let mut waiting: Vec<&'static ModelMeta> = listed.iter().map(|model| model.meta).collect();
    while let Some(model) = waiting.pop() {
        for target in model.foreign_keys().map(|(_, relation)| (relation.target)()) {
            if !listed.iter().chain(&beside).any(|other| std::ptr::eq(other.meta, target)) {
                beside.push(known(target, app_of, &mut Vec::new()));
                waiting.push(target);
            }
        }
    }
    beside
}

/// Foreign keys that lead out of the list, and models of the program that are not in it.
pub(super) fn unlisted(listed: &[Known], app_of: &dyn Fn(&'static ModelMeta) -> String, found: &mut Vec<Finding>) {
    let is_listed = |model: &'static ModelMeta| listed.iter().any(|other| std::ptr::eq(other.meta, model));
    for model in listed {
        for (field, relation) in model.meta.foreign_keys() {
            let target = (relation.target)();
            if !is_listed(target) {
                let message = format!("it points at `{}`, which is not in the list of models", target.name);
                let hint = format!("add `{}` to the list", target.name);
                found.push(Finding::error("amphi.E003", &model.name, message).field(field.name).hint(hint));
            }
        }
    }
    let program = registry::models();
    let made: Vec<&ModelMeta> =
        program.iter().flat_map(|model| model.relations).filter_map(|relation| made_by(relation)).collect();
    for model in &program {
        if !is_listed(model) && !made.iter().any(|other| std::ptr::eq(*other, *model)) {
            let message = "the program has this model, and the list of models has not";
            let hint = format!("add `{}` to the list, unless it is meant to have no migrations", model.name);
            found.push(Finding::warning("amphi.W001", &ModelName::of(model, app_of), message).hint(hint));
        }
    }
}
