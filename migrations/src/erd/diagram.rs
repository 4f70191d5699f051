//! What is shown of models, however it is drawn.

use orm_core::schema::{ConstraintState, FieldKind, FieldState, ModelName, ModelState, SchemaState};

/// Models, and what points from one to another.
pub(super) struct Diagram {
    pub(super) boxes: Vec<Entity>,
    pub(super) arrows: Vec<Arrow>,
}

/// A model.
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) table: String,
    pub(super) lines: Vec<Attribute>,
}

/// A field of a model.
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) nullable: bool,
    pub(super) is_key: bool,
    pub(super) is_foreign: bool,
    pub(super) is_unique: bool,
}

impl Attribute {
    /// What kind of key it is, as diagrams have it.
    pub(super) fn marks(&self) -> Vec<&'static str> {
        let mut marks = Vec::new();
        if self.is_key {
            marks.push("PK");
        }
        if self.is_foreign {
            marks.push("FK");
        }
        if self.is_unique && !self.is_key {
            marks.push("UK");
        }
        marks
    }
}

/// A foreign key.
pub(super) struct Arrow {
    /// The box that it starts from, by its position.
    pub(super) from: usize,
    /// The line that it starts from, the first of several.
    pub(super) line: usize,
    /// The box that it leads to.
    pub(super) to: usize,
    /// The fields.
    pub(super) name: String,
    /// Whether it may lead nowhere.
    pub(super) optional: bool,
    /// Whether one row at most points at a target.
    pub(super) unique: bool,
}

impl Diagram {
    /// The diagram of a schema, in the order of the models' names.
    pub(super) fn new(schema: &SchemaState) -> Self {
        let models: Vec<&ModelState> = schema.models().collect();
        let position = |name: &ModelName| models.iter().position(|model| model.name == *name);
        let mut arrows = Vec::new();
        for (from, model) in models.iter().enumerate() {
            for (fields, target) in model.references() {
                let Some(to) = position(target) else { continue };
                let named: Vec<&FieldState> = fields.iter().filter_map(|field| model.field(field)).collect();
                let line = fields.first().and_then(|first| model.fields.iter().position(|field| field.name == *first));
                arrows.push(Arrow {
                    from,
                    line: line.unwrap_or_default(),
                    to,
                    name: fields.join(", "),
                    optional: named.iter().any(|field| field.nullable),
                    unique: is_unique(model, fields),
                });
            }
        }
        let boxes = models.iter().map(|model| Entity::new(schema, model)).collect();
        Diagram { boxes, arrows }
    }
}

impl Entity {
    fn new(schema: &SchemaState, model: &ModelState) -> Self {
        let foreign: Vec<&String> = model.references().flat_map(|(fields, _)| fields).collect();
        let lines = model.fields.iter().map(|field| Attribute {
            name: field.name.clone(),
            kind: kind(&schema.typed(field)),
            nullable: field.nullable,
            is_key: model.key.contains(&field.name),
            is_foreign: foreign.contains(&&field.name),
            is_unique: field.unique,
        });
        Entity { name: model.name.to_string(), table: model.table.clone(), lines: lines.collect() }
    }
}

/// Whether no two rows have the same values in these fields.
fn is_unique(model: &ModelState, fields: &[String]) -> bool {
    let same = |others: &[String]| others.len() == fields.len() && others.iter().all(|other| fields.contains(other));
    let alone = matches!(fields, [field] if model.field(field).is_some_and(|field| field.unique));
    let together = model.constraints.iter().any(|constraint| match constraint {
        ConstraintState::Unique { fields, condition: None, .. } => same(fields),
        _ => false,
    });
    alone || together || same(&model.key)
}

/// What a field holds, in a word.
fn kind(field: &FieldState) -> String {
    let of = |kind: &FieldKind| match kind {
        FieldKind::Bool => "bool".to_owned(),
        FieldKind::I16 => "i16".to_owned(),
        FieldKind::I32 => "i32".to_owned(),
        FieldKind::I64 => "i64".to_owned(),
        FieldKind::F32 => "f32".to_owned(),
        FieldKind::F64 => "f64".to_owned(),
        FieldKind::Bytes => "bytes".to_owned(),
        FieldKind::Date => "date".to_owned(),
        FieldKind::Time => "time".to_owned(),
        FieldKind::DateTime => "date_time".to_owned(),
        FieldKind::Timestamp => "timestamp".to_owned(),
        FieldKind::Uuid => "uuid".to_owned(),
        FieldKind::Decimal => "decimal".to_owned(),
        FieldKind::Json => "json".to_owned(),
        FieldKind::Enum { name, .. } => name.clone(),
        _ => "text".to_owned(),
    };
    match &field.kind {
        FieldKind::Array(element) => of(element) + "[]",
        FieldKind::Text if field.max_length.is_some() => {
            format!("text({})", field.max_length.unwrap_or_default())
        }
        kind => of(kind),
    }
}
