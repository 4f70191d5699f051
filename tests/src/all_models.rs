//! All models of a test program, each with those that it needs: what is true of any model is tried on these.

use std::collections::BTreeMap;

use amphi::__private::registry::{Registered, inventory};
use amphi::meta::{ModelMeta, RelationKind, RelationMeta};
use amphi::migrations::detect::{ModelHints, NoAnswers, make_migrations};
use amphi::migrations::graph::Graph;
use amphi::migrations::schema::SchemaState;
use amphi::migrations::{Error, file};

/// Each model of the program, with all that its foreign keys and links lead to.
pub fn with_their_targets() -> Vec<Vec<&'static ModelMeta>> {
    inventory::iter::<Registered>.into_iter().map(|Registered(model)| with_targets(model)).collect()
}

fn with_targets(model: &'static ModelMeta) -> Vec<&'static ModelMeta> {
    let mut needed = vec![model];
    let mut at = 0;
    while let Some(model) = needed.get(at).copied() {
        let keys = model.fields.iter().filter_map(|field| field.relation);
        let links = model.relations.iter().copied().filter(is_many_to_many);
        for target in keys.chain(links).map(|relation| (relation.target)()) {
            if !needed.iter().any(|other| std::ptr::eq(*other, target)) {
                needed.push(target);
            }
        }
        at += 1;
    }
    needed
}

fn is_many_to_many(relation: &&'static RelationMeta) -> bool {
    matches!(relation.kind, RelationKind::ManyToMany(_))
}

/// That the migrations of models, written to files and read again, lead to these models: nothing is left to detect.
pub fn makes_no_changes_twice(models: &[&'static ModelMeta]) -> Result<(), Error> {
    let app_of = |_: &'static ModelMeta| "shop".to_owned();
    let schema = SchemaState::of_models(models, &app_of)?;
    let hints = ModelHints::of_models(models, &app_of);
    let made = make_migrations(&Graph::new(Vec::new())?, &schema, &hints, &mut NoAnswers)?;
    assert!(!made.is_empty(), "no migration creates {}", models[0].name);
    let read = made.iter().map(|migration| {
        let path = format!("{}.toml", migration.id.name);
        file::parse(&path, &file::print(migration)?)
    });
    let graph = Graph::new(read.collect::<Result<_, _>>()?)?;
    let again = make_migrations(&graph, &schema, &hints, &mut NoAnswers)?;
    assert!(again.is_empty(), "{} changes at once: {again:#?}", models[0].name);
    Ok(())
}

/// [`makes_no_changes_twice`] of every model of the program but some that no schema can hold, and how many there are.
pub fn no_model_changes_at_once(but: &[&str]) -> usize {
    let mut groups = with_their_targets();
    groups.retain(|models| models.iter().all(|model| !but.contains(&model.name)));
    let mut failed = BTreeMap::new();
    for models in &groups {
        if let Err(error) = makes_no_changes_twice(models) {
            failed.insert(models[0].name, error.to_string());
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
    groups.len()
}
