//! Random pairs of schemas: what is detected between them is applied, and the database has the second one, by introspection; undone,
//! and it has the first one; undone to the end, and it has none. `AMPHI_PAIRS` says how many, `AMPHI_SEED` (0 to 255) which.

use amphi::migrations::detect::{ModelHints, Questions, make_migrations};
use amphi::migrations::drift::{Difference, ReadDrift};
use amphi::migrations::graph::{Graph, Target};
use amphi::migrations::{Error as MigrationError, Migration, Migrations, NeedsFill};
use amphi::prelude::*;
use amphi::{Backend, Error};
use amphi_test_macros::everywhere;
use orm_core::connection::{Access, Connection};
use orm_core::meta::OnDelete;
use orm_core::ops::Operation;
use orm_core::schema::{
    ConstraintState, DialectSql, FieldKind, FieldState, IndexPart, IndexState, Literal, ModelName, ModelState, Reference,
    SchemaState,
};
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::builders::*;

const MODELS: [&str; 4] = ["Author", "Book", "Größe", "Order"];
const FIELDS: usize = 16;

/// What a model is made of; positions are taken as often as they fit.
#[derive(Debug, Clone)]
struct Gene {
    is_there: bool,
    table: bool,
    wide_key: bool,
    comment: bool,
    /// For each of the names of fields: whether it is there, its variant, nullable, unique or indexed, and its column.
    fields: Vec<(bool, usize, bool, usize, bool)>,
    indexes: Vec<(usize, usize, bool, bool, bool)>,
    together: Option<(usize, usize, bool)>,
    check: Option<usize>,
}

fn gene() -> impl Strategy<Value = Gene> {
    let half = proptest::bool::weighted;
    let field = (half(0.3), 0..4_usize, any::<bool>(), 0..5_usize, half(0.2));
    let index = (0..FIELDS, 0..FIELDS, any::<bool>(), any::<bool>(), half(0.3));
    (
        (half(0.8), half(0.3), any::<bool>(), any::<bool>()),
        proptest::collection::vec(field, FIELDS),
        proptest::collection::vec(index, 0..3),
        proptest::option::of((0..FIELDS, 0..FIELDS, any::<bool>())),
        proptest::option::of(0..4_usize),
    )
        .prop_map(|((is_there, table, wide_key, comment), fields, indexes, together, check)| Gene {
            is_there,
            table,
            wide_key,
            comment,
            fields,
            indexes,
            together,
            check,
        })
}

/// The key of a model: each of the four has another kind of it.
fn key(at: usize, gene: &Gene) -> Vec<FieldState> {
    match at {
        0 => vec![FieldState { generated: true, ..field("id", if gene.wide_key { FieldKind::I64 } else { FieldKind::I32 }) }],
        1 => vec![text("code", if gene.wide_key { 40 } else { 13 })],
        2 => vec![field("uuid", FieldKind::Uuid)],
        _ => vec![field("tenant", FieldKind::I32), text("number", 10)],
    }
}

/// A field of a name, in one of its variants: those of one name can become each other.
fn plain(at: usize, variant: usize) -> FieldState {
    use FieldKind::{Bool, Bytes, Date, DateTime, F32, F64, I16, I32, I64, Json, Text, Time, Timestamp, Uuid};
    let pick = |kinds: [FieldKind; 4]| kinds.into_iter().nth(variant).expect("there are four");
    let digits =
        |digits: u32| FieldState { max_digits: Some(digits), decimal_places: Some(2), ..field("price", FieldKind::Decimal) };
    match at {
        0 => field("count", pick([I16, I32, I64, I32])),
        1 => field("größe", pick([I32, I64, I32, I16])),
        2 => field("share", pick([F32, F64, F64, F32])),
        3 => digits(if variant < 2 { 8 } else { 12 }),
        4 => text("title", if variant < 2 { 60 } else { 30 }),
        5 => FieldState { max_length: (variant > 1).then_some(20), ..field("note", Text) },
        6 => field("sold", Bool),
        7 => field("day", Date),
        8 => field("hour", Time),
        9 => field("moment", if variant < 2 { DateTime } else { Timestamp }),
        10 => field("mark", Uuid),
        11 => field("photo", Bytes),
        12 => field("extra", Json),
        _ => choice("mood", if variant < 2 { &["sad", "calm"] } else { &["sad", "glad", "calm"] }),
    }
}

/// Whether a field can be a key or have an index on every database.
fn is_keyed(field: &FieldState) -> bool {
    !matches!(field.kind, FieldKind::Bytes | FieldKind::Json) && (field.kind != FieldKind::Text || field.max_length.is_some())
}

fn build(genes: &[Gene], backend: Backend) -> SchemaState {
    let models = genes.iter().enumerate().filter(|(_, gene)| gene.is_there);
    models.map(|(at, gene)| build_model(at, gene, genes, backend)).collect()
}

fn build_model(at: usize, gene: &Gene, genes: &[Gene], backend: Backend) -> ModelState {
    let keys = key(at, gene);
    let mut model = model(MODELS[at], keys.clone());
    model.key = keys.iter().map(|field| field.name.clone()).collect();
    model.table = format!("{}{}", MODELS[at].to_lowercase(), if gene.table { "_of_shop" } else { "" });
    model.comment = (gene.comment && backend != Backend::Sqlite).then(|| "it's said \\ \"ł\"".to_owned());
    for (number, (is_there, variant, nullable, keyed, column)) in gene.fields.iter().enumerate().filter(|(_, gene)| gene.0) {
        let _ = is_there;
        if number < 14 {
            let mut field = plain(number, *variant);
            field.nullable = *nullable;
            field.column = column.then(|| format!("{} of", field.name));
            field.comment = (*variant == 3 && backend != Backend::Sqlite).then(|| "a comment".to_owned());
            (field.unique, field.index) = (*keyed == 3 && is_keyed(&field), *keyed == 4 && is_keyed(&field));
            model.fields.push(field);
        } else {
            reference(&mut model, ["first", "other"][number - 14], *variant, *nullable, *keyed, genes);
        }
    }
    parts(&mut model, gene, backend);
    model
}

/// A foreign key to the model of a position, if there is one.
fn reference(model: &mut ModelState, name: &str, to: usize, nullable: bool, rule: usize, genes: &[Gene]) {
    let Some(target) = genes.get(to).filter(|gene| gene.is_there) else { return };
    let rules = [OnDelete::Cascade, OnDelete::Protect, OnDelete::Restrict, OnDelete::DoNothing, OnDelete::SetNull];
    let on_delete =
        rules.into_iter().nth(rule).filter(|rule| nullable || *rule != OnDelete::SetNull).unwrap_or(OnDelete::Cascade);
    let target_name = self::name(MODELS[to]);
    match key(to, target).as_slice() {
        [only] => model.fields.push(FieldState {
            name: name.to_owned(),
            column: Some(format!("{name}_id")),
            nullable,
            generated: false,
            references: Some(Reference { model: target_name, on_delete }),
            ..only.clone()
        }),
        several => {
            let fields: Vec<String> = several.iter().map(|part| format!("{name}.{}", part.name)).collect();
            for (part, field) in several.iter().zip(&fields) {
                let column = Some(format!("{name}_{}", part.name));
                model.fields.push(FieldState { name: field.clone(), column, nullable, ..part.clone() });
            }
            let together = index(fields.iter().cloned().map(IndexPart::Field).collect());
            model.indexes.push(together);
            model.constraints.push(ConstraintState::ForeignKey { fields, model: target_name, on_delete });
        }
    }
}

fn parts(model: &mut ModelState, gene: &Gene, backend: Backend) {
    let keyed: Vec<String> = model.fields.iter().filter(|field| is_keyed(field)).map(|field| field.name.clone()).collect();
    let by = |at: usize| keyed[at % keyed.len()].clone();
    for (number, (first, second, descending, named, partial)) in gene.indexes.iter().enumerate() {
        let (first, second) = (by(*first), by(*second));
        if first == second {
            continue;
        }
        let second = if *descending { IndexPart::Descending(second) } else { IndexPart::Field(second) };
        let added = IndexState {
            name: named.then(|| format!("{} index {number}", model.table)),
            condition: (*partial && backend != Backend::MySql).then(|| DialectSql::Same("1 = 1".to_owned())),
            ..index(vec![IndexPart::Field(first), second])
        };
        let fields = |index: &IndexState| {
            index.parts.iter().map(|part| format!("{part:?}").replace("Descending", "Field")).collect::<Vec<_>>()
        };
        // Two indexes of the same columns would have one name.
        if !model.indexes.iter().any(|other| fields(other) == fields(&added)) {
            model.indexes.push(added);
        }
    }
    if let Some((first, second, named)) = gene.together
        && by(first) != by(second)
    {
        let name = named.then(|| format!("{}_once", model.table));
        model.constraints.push(ConstraintState::Unique { name, fields: vec![by(first), by(second)], condition: None });
    }
    if let Some(number) = gene.check {
        model.constraints.push(check(&format!("{}_check {}", model.table, number % 2), &format!("1 < {}", number + 2)));
    }
}

/// Says always that something was renamed, or never, and what a field of each kind is filled with.
struct Says {
    renamed: bool,
}

impl Questions for Says {
    fn renamed_model(&mut self, _: &ModelState, _: &[&ModelState]) -> Result<Option<ModelName>, MigrationError> {
        Ok(None)
    }

    fn renamed_field(&mut self, _: &ModelName, new: &FieldState, old: &[&FieldState]) -> Result<Option<String>, MigrationError> {
        let same = old.iter().find(|old| old.kind == new.kind && self.renamed);
        Ok(same.map(|field| field.name.clone()))
    }

    fn fill(&mut self, _: &ModelName, field: &FieldState, _: NeedsFill) -> Result<Option<Literal>, MigrationError> {
        use FieldKind::{Bool, Bytes, Date, DateTime, Json, Time, Timestamp, Uuid};
        let text = |text: &str| Literal::Text(text.to_owned());
        Ok(Some(match field.kind {
            Bool => Literal::Bool(true),
            Bytes => text("00ff"),
            Date => text("2024-02-29"),
            Time => text("12:00:00"),
            DateTime => text("2024-02-29T12:00:00"),
            Timestamp => text("2024-02-29T12:00:00Z"),
            Uuid => text("00000000-0000-0000-0000-0000000000ff"),
            Json => text("[]"),
            FieldKind::Text => text("x"),
            FieldKind::Enum { .. } => text("sad"),
            _ => Literal::Integer(1),
        }))
    }
}

/// So many pairs; the servers take longer for each.
fn pairs(backend: Backend) -> Vec<(Vec<Gene>, Vec<Gene>, bool)> {
    let count = match backend {
        Backend::Sqlite => 40,
        Backend::Postgres => 8,
        _ => 3,
    };
    let count = std::env::var("AMPHI_PAIRS").ok().and_then(|count| count.parse().ok()).unwrap_or(count);
    let seed = std::env::var("AMPHI_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7_u8);
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let one = || proptest::collection::vec(gene(), MODELS.len());
    let pair = (one(), one(), any::<bool>());
    (0..count).map(|_| pair.new_tree(&mut runner).expect("any is as good as another").current()).collect()
}

#[everywhere]
async fn any_pair_of_schemas_leads_there_and_back(db: AsyncDatabase) -> Result<(), Error> {
    let backend = db.operate(Kind).await?;
    for (number, (first, second, renamed)) in pairs(backend).into_iter().enumerate() {
        let (first, second) = (build(&first, backend), build(&second, backend));
        let there = migrations(&[], &first, renamed).expect("the first schema is detected");
        let all = [there.clone(), migrations(&there, &second, renamed).expect("the second schema is detected")].concat();
        let of_first = there.last().map_or_else(|| Target::Zero("shop".to_owned()), |last| Target::Migration(last.id.clone()));
        let steps = [
            (&there, Target::Latest, &first),
            (&all, Target::Latest, &second),
            (&all, of_first, &first),
            (&all, Target::Zero("shop".to_owned()), &SchemaState::new()),
        ];
        for (at, (migrations, target, state)) in steps.into_iter().enumerate() {
            let run = Migrations::from(migrations.clone()).migrate().to(target).allow_destructive(true).a().run(&db).await;
            run.unwrap_or_else(|error| panic!("pair {number}, step {at}: {error}\n{all:#?}"));
            let told: Vec<Difference> = db.operate(ReadDrift { state: state.clone() }).await?.expect("the database can have it");
            let told: Vec<String> = told.iter().map(ToString::to_string).collect();
            assert!(told.is_empty(), "pair {number}, step {at}: {told:#?}\n{:#?}", &all[there.len()..]);
        }
    }
    Ok(())
}

/// The migrations that lead from those that there are to a schema.
fn migrations(before: &[Migration], state: &SchemaState, renamed: bool) -> Result<Vec<Migration>, MigrationError> {
    make_migrations(&Graph::new(before.to_vec())?, state, &ModelHints::default(), &mut Says { renamed })
}

struct Kind;

impl Operation for Kind {
    type Output = Backend;
    const NAME: &'static str = "kind";
    const ACCESS: Access = Access::Read;

    async fn run<C: Connection>(self, connection: &mut C) -> Result<Backend, Error> {
        Ok(connection.dialect().backend())
    }
}
