//! Migrations as files.

use orm_core::schema::{DialectSql, Literal, SchemaState};
use orm_migrations::detect::{ModelHints, detect};
use orm_migrations::file::{load, parse, parse_all, print, rewrite, write};
use orm_migrations::operation::{
    AddConstraint, AddField, AddIndex, CreateModel, Operation, RemoveField, RunSql, RunStep, Separate, ValidateConstraint,
};
use orm_migrations::{Error, Migration, MigrationId};
use proptest::prelude::*;

use crate::any_state::{Always, any_state};
use crate::build::{check, foreign_key, index, model, name, nullable, text, unique};

const EXAMPLE: &str = r#"# Books get an ISBN.
#
# Ask Ada before it is applied.
app = "shop"
parents = ["shop.0001_initial", "people.0003_x"]

# Empty for the old ones.
[[operations]]
op = "add_field"
model = "shop.Book"
field = { name = "isbn", type = "text", max_length = 13 } # with the check digit
fill = ""

[[operations]]
op = "run_sql"
sql = '''
UPDATE book
SET isbn = 'none'
'''
reverse = { postgres = "SELECT 1" }
# The end.
"#;

fn migration(operations: Vec<Operation>) -> Migration {
    let mut migration = Migration::new(MigrationId::new("shop", "0002_x"), vec![MigrationId::new("shop", "0001_initial")]);
    migration.operations = operations;
    migration
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a-z'\"\\\\ #\r\n\t=\\[\\]{}]{0,12}", Just("\r\n\n\r".to_owned()), Just("'''\"\"\"".to_owned())]
}

fn any_sql() -> impl Strategy<Value = DialectSql> {
    let each = proptest::option::of(any_text());
    prop_oneof![
        any_text().prop_map(DialectSql::Same),
        (each, any_text()).prop_map(|(sqlite, text)| DialectSql::Each { sqlite, postgres: Some(text), mysql: None }),
    ]
}

fn any_literal() -> impl Strategy<Value = Literal> {
    prop_oneof![
        any::<bool>().prop_map(Literal::Bool),
        any::<i64>().prop_map(Literal::Integer),
        (-1e300..1e300).prop_map(Literal::Float),
        any_text().prop_map(Literal::Text),
        any_sql().prop_map(|sql| Literal::Sql { sql }),
    ]
}

fn any_addition() -> impl Strategy<Value = Vec<Operation>> {
    let flags = (any::<bool>(), any::<bool>());
    (any_sql(), proptest::option::of(any_sql()), any_literal(), any_text(), flags).prop_map(
        |(sql, reverse, literal, word, (elidable, flag))| {
            let field = nullable(text("x"));
            let add = Operation::AddField(AddField { model: name("Book"), field, fill: Some(literal) });
            let run = Operation::RunSql(RunSql { sql, reverse, state: vec![add.clone()], elidable });
            let step = Operation::RunStep(RunStep { step: word.clone(), reverse: Some(word), elidable });
            let by_x = index(None, &["x"]);
            let indexed = Operation::AddIndex(AddIndex { model: name("Book"), index: by_x, concurrently: flag });
            let constraint = check("c", "x > 0");
            let model = name("Book");
            let checked =
                Operation::AddConstraint(AddConstraint { model: model.clone(), constraint: constraint.clone(), not_valid: flag });
            let valid = Operation::ValidateConstraint(ValidateConstraint { model, constraint });
            let apart = Separate { database: vec![run.clone(), checked], state: vec![indexed, valid], elidable };
            vec![add, run, step, Operation::Separate(apart)]
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_is_printed_is_read_as_it_was(
        a in any_state(), b in any_state(), renamed: bool, atomic: bool, additions in any_addition(), lists in 0..6_usize,
    ) {
        let mut operations = detect(&SchemaState::new(), &a, &ModelHints::default(), &mut Always { renamed })?;
        operations.extend(detect(&a, &b, &ModelHints::default(), &mut Always { renamed })?);
        operations.extend(additions);
        let mut migration = migration(operations);
        migration.atomic = atomic;
        migration.replaces = (0..lists).map(|number| MigrationId::new("shop", format!("{number:04}_größe"))).collect();
        migration.run_before = migration.replaces.clone();
        let printed = print(&migration)?;
        let read = parse("0002_x.toml", &printed)?;
        prop_assert_eq!(&read, &migration, "{}", printed);
        prop_assert_eq!(print(&read)?, printed.clone());
        prop_assert_eq!(rewrite("0002_x.toml", &printed, &migration)?, printed.clone());
        // The ends of lines are no part of what it does.
        let other_ends = printed.replace('\n', "\r\n");
        prop_assert_eq!(parse("0002_x.toml", &other_ends)?.checksum(), migration.checksum());
        let commented: String = printed.lines().map(|line| if line.ends_with(']') { format!("{line}   # said\n") } else { format!("{line}\n") }).collect();
        if let Ok(read) = parse("0002_x.toml", &commented) {
            prop_assert!(read != migration || read.checksum() == migration.checksum());
        }
    }
}

#[test]
fn a_file_by_hand_is_read_and_what_stays_is_rewritten_with_its_comments() -> Result<(), Error> {
    let read = parse("migrations/0002_isbn.toml", EXAMPLE)?;
    assert_eq!(read.id, MigrationId::new("shop", "0002_isbn"));
    assert_eq!(read.parents.len(), 2);
    assert!(read.atomic);
    assert_eq!(rewrite("0002_isbn.toml", EXAMPLE, &read)?, EXAMPLE);
    let mut changed = read.clone();
    changed.operations.insert(1, Operation::RemoveField(RemoveField { model: name("Book"), field: "x".into(), fill: None }));
    changed.parents.pop();
    let rewritten = rewrite("0002_isbn.toml", EXAMPLE, &changed)?;
    assert_eq!(parse("0002_isbn.toml", &rewritten)?, changed);
    for comment in ["# Ask Ada", "# Empty for", "# with the check digit", "# The end."] {
        assert!(rewritten.contains(comment), "{rewritten}");
    }
    Ok(())
}

#[test]
fn a_new_model_has_a_line_for_each_field() -> Result<(), Error> {
    let mut book = model("Book", vec![nullable(text("title")), foreign_key("author", "Author")]);
    book.indexes = vec![index(None, &["title", "author"])];
    book.constraints = vec![unique(None, &["title", "author"])];
    let printed = print(&migration(vec![Operation::CreateModel(CreateModel(book))]))?;
    let expected = r#"app = "shop"
parents = ["shop.0001_initial"]

[[operations]]
op = "create_model"
model = "shop.Book"
table = "book"
key = ["id"]
fields = [
    { name = "id", type = "i64", generated = true },
    { name = "title", type = "text", nullable = true },
    { name = "author", column = "author_id", type = "i64", references = { model = "shop.Author", on_delete = "cascade" } },
]
indexes = [
    { parts = [{ field = "title" }, { field = "author" }] },
]
constraints = [
    { type = "unique", fields = ["title", "author"] },
]
"#;
    assert_eq!(printed, expected);
    Ok(())
}

#[test]
fn the_checksum_is_that_of_what_is_done() -> Result<(), Error> {
    let of = |text: &str| parse("0002_isbn.toml", text).map(|migration| migration.checksum().to_string());
    let first = of(EXAMPLE)?;
    assert_eq!(first.len(), 64);
    let same = [
        EXAMPLE.replace('\n', "\r\n"),
        EXAMPLE.replace("# Ask Ada", "#"),
        EXAMPLE.replace("name = \"isbn\", type = \"text\"", "type =   \"text\",name = 'isbn', nullable = false"),
        EXAMPLE.replace("[\"shop.0001_initial\", \"people.0003_x\"]", "[\"people.0003_x\",\n\"shop.0001_initial\"]"),
        EXAMPLE.replace("reverse = {", "elidable = true\nreverse = {"),
        EXAMPLE.replace("app = \"shop\"", "app = \"shop\"\natomic = true\nreplaces = [\"shop.0002_old\"]"),
        format!("\u{feff}{EXAMPLE}"),
        EXAMPLE.replace("op = \"add_field\"\nmodel = \"shop.Book\"", "model = \"shop.Book\"\nop = \"add_field\""),
    ];
    for text in same {
        assert_eq!(of(&text)?, first, "{text}");
    }
    let other = [
        EXAMPLE.replace("people.0003_x", "people.0004_x"),
        EXAMPLE.replace("max_length = 13", "max_length = 14"),
        EXAMPLE.replace("max_length = 13", "max_length = 13, unique = true"),
        EXAMPLE.replace("fill = \"\"", "fill = \" \""),
        EXAMPLE.replace("fill = \"\"", "fill = 0"),
        EXAMPLE.replace("fill = \"\"", ""),
        EXAMPLE.replace("'none'", "'nine'"),
        EXAMPLE.replace("postgres", "mysql"),
        EXAMPLE.replace("shop.Book", "shop.Boo"),
        EXAMPLE.replace("app = \"shop\"", "app = \"shop\"\natomic = false"),
        EXAMPLE.replace("app = \"shop\"", "app = \"shop\"\nrun_before = [\"people.0009_x\"]"),
    ];
    let mut seen = vec![first];
    for text in other {
        let checksum = of(&text)?;
        assert!(!seen.contains(&checksum), "{text}");
        seen.push(checksum);
    }
    Ok(())
}

#[test]
fn the_checksum_of_a_file_never_changes() -> Result<(), Error> {
    let checksum = parse("0002_isbn.toml", EXAMPLE)?.checksum().to_string();
    assert_eq!(checksum, "d6d0324f90ece14d4e36645b0e42ffc1d0372e3fff1996c8020ce95800e5e5d0");
    Ok(())
}

#[test]
fn what_cannot_be_understood_is_named_with_its_line_and_what_there_is() {
    let operation = |body: &str| format!("app = \"shop\"\n\n[[operations]]\n{body}\n");
    let add = |field: &str| operation(&format!("op = \"add_field\"\nmodel = \"shop.Book\"\nfield = {field}"));
    let cases = [
        ("app = \"shop\"\nparent = []".to_owned(), 2, "did you mean `parents`?"),
        ("parents = []".to_owned(), 1, "`app = \"shop\"`"),
        ("app = \"shop/x\"".to_owned(), 1, "letters"),
        ("app = \"shop\"\nparents = [\"0001_initial\"]".to_owned(), 2, "`shop.0001_initial`"),
        ("app = \"shop\"\nparents = [\"shop.\n".to_owned(), 2, ""),
        ("app = \"shop\"\noperations = []".to_owned(), 2, "[[operations]]"),
        (operation("model = \"shop.Book\""), 3, "begins with its `op`"),
        (operation("op = \"ad_field\""), 4, "did you mean `add_field`?"),
        (operation("op = \"delete_model\"\nmodel = \"Book\""), 5, "shop.Book"),
        (operation("op = \"delete_model\"\nmodel = \"shop.Book\"\nmodle = 1"), 6, "unknown field `modle`, expected `model`"),
        (operation("op = \"delete_model\""), 3, "missing field `model`"),
        (add("{ name = \"x\", type = \"txt\" }"), 6, "`text`"),
        (add("{ name = \"x\", type = \"text\", max_len = 3 }"), 6, "`max_length`"),
        (add("{ name = \"x\", type = \"text\", max_length = -1 }"), 6, ""),
        (add("{ name = \"x\", type = \"date\" }\nfill = 2026-11-21"), 7, "in quotes"),
        (operation("op = \"run_sql\"\nsql = { postgre = \"SELECT 1\" }"), 5, "`postgres`"),
        (operation("op = \"run_sql\"\nsql = 3"), 5, "SQL as a text"),
    ];
    for (text, line, said) in cases {
        let error = parse("migrations/0002_x.toml", &text).unwrap_err();
        let Error::File { path, line: found, message } = &error else { panic!("{error}") };
        assert_eq!((path.as_str(), *found), ("migrations/0002_x.toml", line), "{text}\n{error}");
        assert!(message.contains(said), "{text}\n{error}");
    }
    assert!(matches!(parse("migrations/no migration.toml", "app = \"shop\""), Err(Error::File { .. })));
}

#[test]
fn a_folder_has_the_files_of_one_app_or_a_folder_for_each() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    assert_eq!(load(&folder.path().join("none"))?, []);
    let (first, mut second) = (migration(vec![]), migration(vec![]));
    second.id = MigrationId::new("people", "0001_größe");
    write(folder.path(), &first, false)?;
    let path = write(folder.path(), &second, true)?;
    assert!(path.ends_with("people/0001_größe.toml"), "{path:?}");
    std::fs::write(folder.path().join("README.md"), "no migration")?;
    assert_eq!(load(folder.path())?, [first.clone(), second.clone()]);
    // What is there is never written over.
    assert!(matches!(write(folder.path(), &first, false), Err(Error::Io { .. })));
    let text = print(&second)?;
    assert_eq!(parse_all([("people/0001_größe.toml", text.as_str())])?, [second]);
    let error = parse_all([("shop/0001_größe.toml", text.as_str())]).unwrap_err();
    assert!(error.to_string().contains("folder `shop`"), "{error}");
    Ok(())
}
