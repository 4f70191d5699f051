//! Which two operations, one right behind the other, are one or none.

use orm_core::schema::{ConstraintState, FieldState, ModelName, ModelState, SchemaState};

use crate::operation::{
    AddConstraint, AddField, AddIndex, AlterField, CreateModel, DeleteModel, Operation, RemoveField, RemoveIndex, RenameField,
    RenameIndex, RenameModel,
};

/// What two operations come to, if that is less.
pub(super) fn reduce(left: &Operation, right: &Operation) -> Option<Vec<Operation>> {
    match (left, right) {
        (Operation::CreateModel(create), right) => on_new_model(create, right),
        (Operation::RenameModel(rename), right) => on_renamed_model(rename, right),
        (left, Operation::DeleteModel(delete)) => is_lost(left, delete).then(|| vec![right.clone()]),
        (Operation::AddField(add), right) => on_new_field(add, right),
        (Operation::AlterField(alter), right) => on_altered_field(alter, right),
        (Operation::RenameField(rename), right) => on_renamed_field(rename, right),
        (Operation::AddIndex(add), right) => on_new_index(add, right),
        (Operation::RenameIndex(first), right) => on_renamed_index(first, right),
        (Operation::AddConstraint(add), right) => on_new_constraint(add, right),
        (Operation::AlterTable(first), Operation::AlterTable(second)) if first.model == second.model => Some(vec![right.clone()]),
        (Operation::AlterComment(first), Operation::AlterComment(second)) if first.model == second.model => {
            Some(vec![right.clone()])
        }
        (Operation::AlterKey(first), Operation::AlterKey(second)) if first.model == second.model => Some(vec![right.clone()]),
        _ => None,
    }
}

/// A change of a model that was just made is part of its making.
fn on_new_model(create: &CreateModel, right: &Operation) -> Option<Vec<Operation>> {
    let CreateModel(model) = create;
    if right.model() != Some(&model.name) {
        return None;
    }
    match right {
        Operation::DeleteModel(_) => return Some(Vec::new()),
        Operation::ValidateConstraint(_) => return Some(vec![Operation::CreateModel(create.clone())]),
        _ => {}
    }
    // What the change points at is there, because the change could be made.
    let mut alone: SchemaState = [model.clone()].into_iter().collect();
    let pointed_at = crate::operation::targets(model).map(|(_, target)| target.clone());
    let also = match right {
        Operation::AddField(AddField { field, .. }) | Operation::AlterField(AlterField { field, .. }) => {
            field.references.as_ref().map(|to| to.model.clone())
        }
        Operation::AddConstraint(AddConstraint { constraint: ConstraintState::ForeignKey { model, .. }, .. }) => {
            Some(model.clone())
        }
        _ => None,
    };
    for target in pointed_at.chain(also).filter(|target| *target != model.name).collect::<Vec<_>>() {
        alone.insert(stand_in(target));
    }
    right.apply(&mut alone).ok()?;
    let name = match right {
        Operation::RenameModel(rename) => &rename.to,
        _ => &model.name,
    };
    Some(vec![Operation::CreateModel(CreateModel(alone.remove(name)?))])
}

/// A model of which only the name matters.
fn stand_in(name: ModelName) -> ModelState {
    let table = format!(" {name}");
    let (key, comment, fields, indexes, constraints) = (Vec::new(), None, Vec::new(), Vec::new(), Vec::new());
    ModelState { name, table, key, comment, fields, indexes, constraints }
}

fn on_renamed_model(rename: &RenameModel, right: &Operation) -> Option<Vec<Operation>> {
    match right {
        Operation::RenameModel(next) if next.model == rename.to && next.to != rename.model => {
            let table = next.table.clone().or_else(|| rename.table.clone());
            Some(vec![Operation::RenameModel(RenameModel { model: rename.model.clone(), to: next.to.clone(), table })])
        }
        Operation::AlterTable(alter) if alter.model == rename.to => {
            Some(vec![Operation::RenameModel(RenameModel { table: Some(alter.table.clone()), ..rename.clone() })])
        }
        Operation::DeleteModel(delete) if delete.model == rename.to => {
            Some(vec![Operation::DeleteModel(DeleteModel { model: rename.model.clone() })])
        }
        _ => None,
    }
}

/// Whether a change is lost with its model.
fn is_lost(left: &Operation, delete: &DeleteModel) -> bool {
    left.model() == Some(&delete.model)
        && !matches!(left, Operation::DeleteModel(_) | Operation::CreateModel(_) | Operation::RenameModel(_))
}

fn on_new_field(add: &AddField, right: &Operation) -> Option<Vec<Operation>> {
    match right {
        Operation::RemoveField(remove) if (&remove.model, &remove.field) == (&add.model, &add.field.name) => Some(Vec::new()),
        Operation::AlterField(alter) if (&alter.model, &alter.field.name) == (&add.model, &add.field.name) => {
            let fill = add.fill.clone().or_else(|| alter.fill.clone());
            Some(vec![Operation::AddField(AddField { model: add.model.clone(), field: alter.field.clone(), fill })])
        }
        Operation::RenameField(rename) if (&rename.model, &rename.field) == (&add.model, &add.field.name) => {
            Some(vec![Operation::AddField(AddField { field: renamed(&add.field, rename), ..add.clone() })])
        }
        _ => None,
    }
}

/// A field by its new name.
fn renamed(field: &FieldState, rename: &RenameField) -> FieldState {
    let column = rename.column.clone().filter(|column| *column != rename.to);
    FieldState { name: rename.to.clone(), column, ..field.clone() }
}

fn on_altered_field(alter: &AlterField, right: &Operation) -> Option<Vec<Operation>> {
    match right {
        Operation::AlterField(next) if (&next.model, &next.field.name) == (&alter.model, &alter.field.name) => {
            // What fills NULL is of the type that the column has then.
            let is_same_type = next.field.kind == alter.field.kind;
            let fill = match (&alter.fill, &next.fill) {
                (None, fill) => fill.clone(),
                (fill, None) if is_same_type => fill.clone(),
                _ => return None,
            };
            Some(vec![Operation::AlterField(AlterField { fill, ..next.clone() })])
        }
        Operation::RemoveField(remove) if (&remove.model, &remove.field) == (&alter.model, &alter.field.name) => {
            Some(vec![Operation::RemoveField(remove.clone())])
        }
        _ => None,
    }
}

fn on_renamed_field(rename: &RenameField, right: &Operation) -> Option<Vec<Operation>> {
    match right {
        Operation::RenameField(next) if (&next.model, &next.field) == (&rename.model, &rename.to) && next.to != rename.field => {
            Some(vec![Operation::RenameField(RenameField { field: rename.field.clone(), ..next.clone() })])
        }
        Operation::RemoveField(remove) if (&remove.model, &remove.field) == (&rename.model, &rename.to) => {
            Some(vec![Operation::RemoveField(RemoveField { field: rename.field.clone(), ..remove.clone() })])
        }
        _ => None,
    }
}

fn on_new_index(add: &AddIndex, right: &Operation) -> Option<Vec<Operation>> {
    match right {
        Operation::RemoveIndex(remove) if (&remove.model, &remove.index) == (&add.model, &add.index) => Some(Vec::new()),
        Operation::RenameIndex(rename) if (&rename.model, &rename.index) == (&add.model, &add.index) => {
            Some(vec![Operation::AddIndex(AddIndex { index: rename.renamed(), ..add.clone() })])
        }
        _ => None,
    }
}

fn on_renamed_index(rename: &RenameIndex, right: &Operation) -> Option<Vec<Operation>> {
    match right {
        Operation::RenameIndex(next) if next.model == rename.model && next.index == rename.renamed() => {
            let to = next.to.clone();
            if to == rename.index.name {
                return Some(Vec::new());
            }
            Some(vec![Operation::RenameIndex(RenameIndex { to, ..rename.clone() })])
        }
        Operation::RemoveIndex(remove) if remove.model == rename.model && remove.index == rename.renamed() => {
            Some(vec![Operation::RemoveIndex(RemoveIndex { index: rename.index.clone(), ..remove.clone() })])
        }
        _ => None,
    }
}

fn on_new_constraint(add: &AddConstraint, right: &Operation) -> Option<Vec<Operation>> {
    match right {
        Operation::RemoveConstraint(remove) if (&remove.model, &remove.constraint) == (&add.model, &add.constraint) => {
            Some(Vec::new())
        }
        Operation::ValidateConstraint(validate) if (&validate.model, &validate.constraint) == (&add.model, &add.constraint) => {
            Some(vec![Operation::AddConstraint(AddConstraint { not_valid: false, ..add.clone() })])
        }
        _ => None,
    }
}
