//! Migrations of large projects: what the detection takes for many models, and what a long history takes to be replayed and applied.
//! The development profile is what counts: `cargo run --bin migrations`.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use amphi::migrations::detect::{ModelHints, NoAnswers, make_migrations};
use amphi::migrations::graph::Graph;
use amphi::migrations::operation::{AddField, AddIndex, AlterField, CreateModel, Operation};
use amphi::migrations::schema::{
    FieldKind, FieldState, IndexPart, IndexState, Literal, ModelName, ModelState, Reference, SchemaState,
};
use amphi::migrations::{Event, Migration, MigrationId, Migrations, file};
use amphi::meta::OnDelete;
use amphi::prelude::*;
use amphi_benches::place::Directory;
use amphi_benches::table;

fn main() {
    let head = ["models", "operations", "first detection", "written", "read and replayed", "one change detected", "a rename", "nothing"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend([50, 100, 200, 400].map(detection));
    table::print(&rows);
    println!();
    let head = ["migrations", "read", "replayed", "applied", "its plan", "its statements", "applied, each", "nothing to do", "undone"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend([125, 250, 500, 1000].map(history));
    table::print(&rows);
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, String) {
    let (done, took) = measured(work);
    (done, shown(took))
}

fn measured<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let since = Instant::now();
    let done = work();
    (done, since.elapsed())
}

fn shown(took: Duration) -> String {
    format!("{:.1} ms", took.as_secs_f64() * 1e3)
}

fn name(number: usize) -> ModelName {
    ModelName::new(format!("app{}", number % 4), format!("Model{number}"))
}

fn text(name: &str) -> FieldState {
    FieldState { max_length: Some(50), ..FieldState::new(name, FieldKind::Text) }
}

/// A model of ten fields, among them up to two foreign keys.
fn model(number: usize) -> ModelState {
    let points_at = |field: &str, target: usize| FieldState {
        references: Some(Reference { model: name(target), on_delete: OnDelete::Cascade }),
        nullable: true,
        ..FieldState::new(field, FieldKind::I64)
    };
    let mut fields = vec![
        FieldState { generated: true, ..FieldState::new("id", FieldKind::I64) },
        FieldState { unique: true, ..text("slug") },
        text("title"),
        FieldState::new("pages", FieldKind::I32),
        FieldState { nullable: true, ..FieldState::new("price", FieldKind::F64) },
        FieldState { index: true, ..FieldState::new("written", FieldKind::Date) },
        FieldState::new("seen", FieldKind::DateTime),
        FieldState::new("active", FieldKind::Bool),
    ];
    if number > 0 {
        fields.push(points_at("parent", number / 2));
        fields.push(points_at("other", number - 1));
    }
    let index = IndexState {
        name: None,
        parts: vec![IndexPart::Field("title".into()), IndexPart::Descending("pages".into())],
        include: vec![],
        condition: None,
        method: None,
    };
    ModelState {
        name: name(number),
        table: format!("model_{number}"),
        key: vec!["id".into()],
        comment: None,
        fields,
        indexes: vec![index],
        constraints: vec![],
    }
}

fn made(graph: &Graph, models: &SchemaState, hints: &ModelHints) -> Vec<Migration> {
    make_migrations(graph, models, hints, &mut NoAnswers).unwrap()
}

/// What `makemigrations` does with so many models.
fn detection(count: usize) -> Vec<String> {
    let directory = Directory::new();
    let folder = directory.file().with_extension("migrations");
    let models: SchemaState = (0..count).map(model).collect();
    let hints = ModelHints::default();
    let (first, detected) = timed(|| made(&Graph::new(vec![]).unwrap(), &models, &hints));
    let operations: usize = first.iter().map(|migration| migration.operations.len()).sum();
    let (_, written) = timed(|| first.iter().for_each(|migration| drop(file::write(&folder, migration, true).unwrap())));
    let (graph, read) = timed(|| {
        let graph = Migrations::load(&folder).unwrap().graph().unwrap();
        graph.state().unwrap();
        graph
    });
    let mut changed = models.clone();
    changed.model_mut(&name(count / 2)).unwrap().fields.push(FieldState { nullable: true, ..text("isbn") });
    let (made_of_change, change) = timed(|| made(&graph, &changed, &hints));
    assert_eq!(made_of_change.len(), 1);
    let mut renamed = models.clone();
    renamed.model_mut(&name(1)).unwrap().fields[2].name = "heading".into();
    renamed.model_mut(&name(1)).unwrap().indexes.clear();
    let mut hint = ModelHints::default();
    hint.renamed_fields.insert((name(1), "heading".into()), "title".into());
    let (made_of_rename, rename) = timed(|| made(&graph, &renamed, &hint));
    assert_eq!(made_of_rename.len(), 1);
    let (none, nothing) = timed(|| made(&graph, &models, &hints));
    assert!(none.is_empty());
    vec![count.to_string(), operations.to_string(), detected, written, read, change, rename, nothing]
}

/// The operations of a migration of a history: a model in every fifth, and between them columns, a table that SQLite makes anew, an index.
fn operations(number: usize) -> Vec<Operation> {
    let (of, added) = (number / 5, format!("field{number}"));
    let at = name(of);
    match number % 5 {
        0 => vec![Operation::CreateModel(CreateModel(model(of)))],
        1 => vec![Operation::AddField(AddField { model: at, field: FieldState { nullable: true, ..text(&added) }, fill: None })],
        2 => {
            let field = FieldState::new(&*added, FieldKind::I32);
            vec![Operation::AddField(AddField { model: at, field, fill: Some(Literal::Integer(7)) })]
        }
        3 => vec![Operation::AlterField(AlterField { model: at, field: FieldState { max_length: Some(90), ..text("title") }, fill: None })],
        _ => {
            let parts = vec![IndexPart::Field("pages".into()), IndexPart::Field("seen".into())];
            let index = IndexState { name: None, parts, include: vec![], condition: None, method: None };
            vec![Operation::AddIndex(AddIndex { model: at, index, concurrently: false })]
        }
    }
}

/// What `migrate` does with a history of so many migrations.
fn history(count: usize) -> Vec<String> {
    let mut texts = Vec::new();
    for number in 0..count {
        let id = |number: usize| MigrationId::new("app", format!("{number:04}_step"));
        let parents = number.checked_sub(1).map(id).into_iter().collect();
        let migration = Migration { operations: operations(number), ..Migration::new(id(number), parents) };
        texts.push((format!("{number:04}_step.toml"), file::print(&migration).unwrap()));
    }
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (migrations, read) = timed(|| Migrations::embedded(&files).unwrap());
    let (_, replayed) = timed(|| migrations.graph().unwrap().state().unwrap());
    let db = Database::connect("sqlite::memory:").unwrap();
    let times = Arc::new(Mutex::new(Times::default()));
    let (seen, since) = (Arc::clone(&times), Instant::now());
    let (applied, took) = measured(|| migrations.migrate().on_event(move |event| seen.lock().unwrap().see(event, since)).run(&db).unwrap().len());
    assert_eq!(applied, count);
    let Times { planned, statements, .. } = *times.lock().unwrap();
    let each = shown(took / u32::try_from(count).unwrap());
    let (_, nothing) = timed(|| migrations.migrate().run(&db).unwrap());
    let zero = amphi::migrations::graph::Target::Zero("app".into());
    let (_, undone) = timed(|| migrations.migrate().to(zero).allow_destructive(true).run(&db).unwrap());
    vec![count.to_string(), read, replayed, shown(took), shown(planned.unwrap_or_default()), shown(statements), each, nothing, undone]
}

/// What the time of a migrator goes to.
#[derive(Default)]
struct Times {
    planned: Option<Duration>,
    statements: Duration,
    begun: Option<Instant>,
}

impl Times {
    fn see(&mut self, event: Event<'_>, since: Instant) {
        match event {
            Event::Begins(..) => _ = self.planned.get_or_insert_with(|| since.elapsed()),
            Event::Item(_) => self.begun = Some(Instant::now()),
            Event::Did(_) => self.statements += self.begun.map_or(Duration::ZERO, |begun| begun.elapsed()),
            Event::Ends(_) => {}
        }
    }
}
