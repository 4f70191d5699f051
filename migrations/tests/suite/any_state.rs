//! Any schema, out of few names, so that two of them have much in common and get into each other's way.

use orm_core::meta::OnDelete;
use orm_core::schema::{
    ConstraintState, FieldKind, FieldState, IndexPart, IndexState, Literal, ModelName, ModelState, Reference, SchemaState,
};
use orm_migrations::detect::Questions;
use orm_migrations::{NeedsFill, Result};
use proptest::prelude::*;

use crate::build::{check, unique};

const MODELS: [(&str, &str); 5] =
    [("shop", "Author"), ("shop", "Book"), ("stock", "Shelf"), ("stock", "Böcher"), ("people", "Author")];
const FIELDS: [&str; 6] = ["a", "b", "c", "title", "titel", "größe"];
const COLUMNS: [&str; 4] = ["a", "b", "x", "title"];
const TABLES: [&str; 6] = ["author", "book", "shelf", "t", "u", "größe"];

#[derive(Debug, Clone)]
struct FieldGene {
    name: usize,
    kind: usize,
    nullable: bool,
    unique: bool,
    column: Option<usize>,
    target: Option<usize>,
}

#[derive(Debug, Clone)]
struct ModelGene {
    table: usize,
    text_key: bool,
    wide_key: bool,
    pair_key: bool,
    comment: bool,
    fields: Vec<FieldGene>,
    indexes: Vec<(usize, usize, bool, bool)>,
    unique: bool,
    check: bool,
}

fn field() -> impl Strategy<Value = FieldGene> {
    let flags = (any::<bool>(), proptest::bool::weighted(0.2));
    let column = proptest::option::weighted(0.3, 0..COLUMNS.len());
    let target = proptest::option::weighted(0.4, 0..MODELS.len());
    (0..FIELDS.len(), 0..7_usize, flags, column, target).prop_map(|(name, kind, (nullable, unique), column, target)| FieldGene {
        name,
        kind,
        nullable,
        unique,
        column,
        target,
    })
}

fn model() -> impl Strategy<Value = ModelGene> {
    let index = (0..FIELDS.len(), 0..FIELDS.len(), any::<bool>(), any::<bool>());
    let flags = (any::<bool>(), any::<bool>(), proptest::bool::weighted(0.2), any::<bool>(), any::<bool>(), any::<bool>());
    (0..TABLES.len(), flags, prop::collection::vec(field(), 0..4), prop::collection::vec(index, 0..3)).prop_map(
        |(table, (text_key, wide_key, pair_key, comment, unique, check), fields, indexes)| ModelGene {
            table,
            text_key,
            wide_key,
            pair_key,
            comment,
            fields,
            indexes,
            unique,
            check,
        },
    )
}

/// Any schema.
pub fn any_state() -> impl Strategy<Value = SchemaState> {
    prop::collection::vec(proptest::option::weighted(0.7, model()), MODELS.len()).prop_map(|genes| build(&genes))
}

fn kind(number: usize) -> FieldState {
    let kinds = [
        FieldKind::I32,
        FieldKind::Text,
        FieldKind::Text,
        FieldKind::Bool,
        FieldKind::Date,
        FieldKind::Decimal,
        FieldKind::Bytes,
    ];
    let mut field = FieldState::new("", kinds[number].clone());
    match number {
        2 => field.max_length = Some(40),
        5 => (field.max_digits, field.decimal_places) = (Some(10), Some(2)),
        _ => {}
    }
    field
}

fn key(gene: &ModelGene) -> Vec<FieldState> {
    let first = match (gene.text_key, gene.wide_key) {
        (true, wide) => FieldState { max_length: Some(if wide { 40 } else { 13 }), ..FieldState::new("id", FieldKind::Text) },
        (false, wide) => {
            let kind = if wide { FieldKind::I64 } else { FieldKind::I32 };
            FieldState { generated: !gene.pair_key, ..FieldState::new("id", kind) }
        }
    };
    if gene.pair_key { vec![first, FieldState::new("part", FieldKind::I32)] } else { vec![first] }
}

fn build(genes: &[Option<ModelGene>]) -> SchemaState {
    let mut tables: Vec<String> = Vec::new();
    let models = genes.iter().enumerate().filter_map(|(at, gene)| Some((at, gene.as_ref()?))).map(|(at, gene)| {
        let mut table = TABLES[gene.table].to_owned();
        while tables.contains(&table) {
            table.push('2');
        }
        tables.push(table.clone());
        let keys = key(gene);
        let mut model = ModelState {
            name: ModelName::new(MODELS[at].0, MODELS[at].1),
            table,
            key: keys.iter().map(|field| field.name.clone()).collect(),
            comment: gene.comment.then(|| "said".to_owned()),
            fields: keys,
            indexes: vec![],
            constraints: vec![],
        };
        gene.fields.iter().for_each(|field| add_field(&mut model, field, genes));
        add_parts(&mut model, gene);
        model
    });
    models.collect()
}

fn add_field(model: &mut ModelState, gene: &FieldGene, genes: &[Option<ModelGene>]) {
    let name = FIELDS[gene.name].to_owned();
    let column = gene.column.map_or_else(|| name.clone(), |column| COLUMNS[column].to_owned());
    let is_taken = |name: &str, column: &str| model.fields.iter().any(|field| field.name == name || field.column() == column);
    if is_taken(&name, &column) || is_taken(&format!("{name}_part"), &format!("{name}_part")) {
        return;
    }
    let column = (column != name).then_some(column);
    let target = gene.target.and_then(|target| Some((target, genes[target].as_ref()?)));
    let Some((at, target)) = target else {
        let field = FieldState { name, column, nullable: gene.nullable, unique: gene.unique, ..kind(gene.kind) };
        model.fields.push(field);
        return;
    };
    let target_name = ModelName::new(MODELS[at].0, MODELS[at].1);
    match key(target).as_slice() {
        [only] => model.fields.push(FieldState {
            name,
            column,
            nullable: gene.nullable,
            unique: gene.unique,
            generated: false,
            references: Some(Reference { model: target_name, on_delete: OnDelete::Cascade }),
            ..only.clone()
        }),
        [first, second] => {
            let part = format!("{name}_part");
            model.fields.push(FieldState { name: name.clone(), column, nullable: gene.nullable, ..first.clone() });
            model.fields.push(FieldState { name: part.clone(), nullable: gene.nullable, ..second.clone() });
            let fields = vec![name, part];
            model.constraints.push(ConstraintState::ForeignKey { fields, model: target_name, on_delete: OnDelete::Protect });
        }
        _ => {}
    }
}

fn add_parts(model: &mut ModelState, gene: &ModelGene) {
    let fields: Vec<String> = model.fields.iter().map(|field| field.name.clone()).collect();
    for (first, second, descending, named) in &gene.indexes {
        let (first, second) = (&fields[first % fields.len()], &fields[second % fields.len()]);
        let second = second.clone();
        let parts = vec![
            IndexPart::Field(first.clone()),
            if *descending { IndexPart::Descending(second) } else { IndexPart::Field(second) },
        ];
        let name = named.then(|| format!("idx_{}", model.table));
        let index = IndexState { name: name.clone(), parts, include: vec![], condition: None, method: None };
        if !model.indexes.iter().any(|other| *other == index || (name.is_some() && other.name == name)) {
            model.indexes.push(index);
        }
    }
    if gene.unique && fields.len() > 1 {
        model.constraints.push(unique(None, &[&fields[0], &fields[fields.len() - 1]]));
    }
    if gene.check {
        model.constraints.push(check("positive", &format!("id > {}", gene.table)));
    }
}

/// Says always that something was renamed, or never.
pub struct Always {
    pub renamed: bool,
}

impl Questions for Always {
    fn renamed_model(&mut self, _new: &ModelState, candidates: &[&ModelState]) -> Result<Option<ModelName>> {
        Ok(candidates.first().filter(|_| self.renamed).map(|model| model.name.clone()))
    }

    fn renamed_field(&mut self, _model: &ModelName, _new: &FieldState, candidates: &[&FieldState]) -> Result<Option<String>> {
        Ok(candidates.first().filter(|_| self.renamed).map(|field| field.name.clone()))
    }

    fn fill(&mut self, _model: &ModelName, _field: &FieldState, _why: NeedsFill) -> Result<Option<Literal>> {
        Ok(Some(Literal::Integer(0)))
    }
}
