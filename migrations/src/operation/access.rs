//! What an operation depends on and what it changes, from which follows which operations may change places.

use orm_core::schema::{ConstraintState, FieldState, IndexState, ModelName, ModelState, SchemaState};

/// Something in a schema that operations depend on or change.
#[derive(Debug, Clone, PartialEq)]
pub enum Resource {
    /// A model as a whole, with all that belongs to it.
    Model(ModelName),
    /// The primary key of a model, and so the type of what points at it.
    Key(ModelName),
    /// A field.
    Field(ModelName, String),
    /// A column of a model's table; none for one that is not known.
    Column(ModelName, Option<String>),
    /// A table's name; none for one that is not known.
    Table(Option<String>),
    /// What is said of the table.
    Comment(ModelName),
    /// An index.
    Index(ModelName, IndexState),
    /// A constraint.
    Constraint(ModelName, ConstraintState),
    /// That anything points at this model; none for a model that is not known.
    Referenced(Option<ModelName>),
}

impl Resource {
    /// The model that it belongs to.
    fn model(&self) -> Option<&ModelName> {
        match self {
            Resource::Model(model)
            | Resource::Key(model)
            | Resource::Field(model, _)
            | Resource::Column(model, _)
            | Resource::Comment(model)
            | Resource::Index(model, _)
            | Resource::Constraint(model, _) => Some(model),
            Resource::Table(_) | Resource::Referenced(_) => None,
        }
    }

    /// Whether the two are, or may be, the same thing in part.
    fn overlaps(&self, other: &Resource) -> bool {
        match (self, other) {
            (Resource::Model(model), other) | (other, Resource::Model(model)) => other.model() == Some(model),
            (Resource::Table(left), Resource::Table(right)) => may_be_same(left, right),
            (Resource::Referenced(left), Resource::Referenced(right)) => may_be_same(left, right),
            (Resource::Column(model, left), Resource::Column(other, right)) => model == other && may_be_same(left, right),
            (left, right) => left == right,
        }
    }
}

/// Whether the two are the same, as far as they are known.
fn may_be_same<T: PartialEq>(left: &Option<T>, right: &Option<T>) -> bool {
    left.is_none() || right.is_none() || left == right
}

/// What an operation depends on and what it changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Access {
    /// Whether that is not known, so that nothing may change places with it.
    pub unknown: bool,
    /// What it depends on.
    pub reads: Vec<Resource>,
    /// What it changes.
    pub writes: Vec<Resource>,
}

impl Access {
    /// Whether the two operations may not change places.
    #[must_use]
    pub fn conflicts(&self, other: &Access) -> bool {
        let overlap =
            |left: &[Resource], right: &[Resource]| left.iter().any(|left| right.iter().any(|right| left.overlaps(right)));
        self.unknown
            || other.unknown
            || overlap(&self.writes, &other.writes)
            || overlap(&self.writes, &other.reads)
            || overlap(&self.reads, &other.writes)
    }

    pub(super) fn read(&mut self, resource: Resource) {
        self.reads.push(resource);
    }

    pub(super) fn write(&mut self, resource: Resource) {
        self.writes.push(resource);
    }

    /// It needs what a field of `of` points at.
    pub(super) fn read_target(&mut self, of: &ModelName, target: &ModelName) {
        if of != target {
            self.reads.push(Resource::Key(target.clone()));
        }
    }
}

/// What a model points at, and by which field.
pub(crate) fn targets(model: &ModelState) -> impl Iterator<Item = (&str, &ModelName)> {
    let of_fields = model.fields.iter().filter_map(|field| Some((field.name.as_str(), target(field)?)));
    let of_constraints = model.constraints.iter().filter_map(|constraint| match constraint {
        ConstraintState::ForeignKey { fields, model, .. } => Some((fields.first()?.as_str(), model)),
        _ => None,
    });
    of_fields.chain(of_constraints)
}

/// The models that point at a model, itself among them if it does.
pub(crate) fn pointing_at(state: &SchemaState, name: &ModelName) -> Vec<ModelName> {
    let points = |model: &&ModelState| targets(model).any(|(_, target)| target == name);
    state.models().filter(points).map(|model| model.name.clone()).collect()
}

/// What a field points at.
pub(crate) fn target(field: &FieldState) -> Option<&ModelName> {
    field.references.as_ref().map(|reference| &reference.model)
}
