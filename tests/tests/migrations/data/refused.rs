//! Lines that cannot be loaded: each is told by its number, and nothing of it all is there.

use amphi::migrations::data::{Error as DataError, LineError, LineFault, LoadData};
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use orm_core::schema::{FieldKind, SchemaState};

use super::super::builders::*;
use super::kinds::kinds;
use super::{Ask, Create, Script, failed, lines};

fn at_line(error: DataError) -> LineError {
    match error {
        DataError::Line(error) => *error,
        other => panic!("{other}"),
    }
}

/// A value, the field that it is for, and what is said of it; `_` is a secret that no error may tell.
const WRONG: &[(&str, &str, &str)] = &[
    ("flag", "1", "it is not `true` or `false`"),
    ("short", "32768", "the integer is too large for the field's width"),
    ("int", "-2147483649", "the integer is too large for the field's width"),
    ("long", "9223372036854775808", "the integer has more than 64 bits"),
    ("long", "1.5", "it is not an integer"),
    ("long", "\"SECRET\"", "it is not an integer"),
    ("single", "1e39", "the number is too large for the field's width"),
    ("double", "1e400", "the number is too large for the field's width"),
    ("double", "\"SECRET\"", "it is not a number, \"NaN\", \"Infinity\" or \"-Infinity\""),
    ("name", "5", "it is not a text"),
    ("data", "\"SECRET!\"", "it is not a text in base64"),
    ("day", "\"2023-02-29\"", "it is not a text such as \"2026-11-21\""),
    ("day", "\"+10000-01-01\"", "dates are stored from year 1 to 9999"),
    ("clock", "\"12:00:00.0000001\"", "times are stored to the microsecond, this one is finer; truncate it first"),
    ("clock", "\"23:59:60\"", "a leap second is not storable"),
    ("local", "\"2023-02-28T12:00:00Z\"", "it is not a text such as \"2026-11-21T14:30:00\""),
    ("moment", "\"2023-02-28T12:00:00\"", "it is not a text such as \"2026-11-21T14:30:00Z\""),
    ("uid", "\"SECRET\"", "it is not a text of 32 hexadecimal digits"),
    ("price", "\"1.234\"", "it keeps 2 digits behind the point, this number has 3"),
    ("price", "1234567", "it keeps 6 digits before the point, this number has 7"),
    ("price", "\"SECRET\"", "it is not a text of at most 28 digits"),
    ("mood", "\"SECRET\"", "it is not one of the labels"),
];

#[everywhere]
async fn a_value_that_a_field_does_not_hold(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(kinds())).await?;
    for (name, value, told) in WRONG {
        let text = format!(
            "{{\"model\":\"shop.Kind\",\"pk\":1,\"fields\":{{}}}}\n\n{{\"model\":\"shop.Kind\",\"pk\":2,\"fields\":{{\"{name}\":{value}}}}}\n"
        );
        let error = LoadData::new(kinds()).a().run(&db, lines(text)).await.unwrap_err().to_string();
        assert_eq!(error, format!("line 3, `shop.Kind`, `{name}`: {told}"));
    }
    let long = format!("{{\"model\":\"shop.Kind\",\"pk\":1,\"fields\":{{\"name\":\"{}\"}}}}", "SECRET 漢".repeat(8));
    let error = LoadData::new(kinds()).a().run(&db, lines(long)).await.unwrap_err().to_string();
    assert_eq!(error, "line 1, `shop.Kind`, `name`: it takes at most 60 characters, this text has 64");
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM kind")).await?, ["0"]);
    Ok(())
}

#[everywhere]
async fn a_value_that_the_database_does_not_hold(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(kinds())).await?;
    let features = db.backend().dialect().features();
    let held = [
        ("\"double\":\"NaN\"", features.stores_nan),
        ("\"double\":\"Infinity\"", features.stores_infinity),
        ("\"essay\":\"a\\u0000b\"", features.stores_nul),
        ("\"doc\":[\"a\\u0000b\"]", features.stores_nul),
    ];
    for (field, held) in held {
        let text = format!("{{\"model\":\"shop.Kind\",\"pk\":1,\"fields\":{{{field}}}}}");
        match LoadData::new(kinds()).a().run(&db, lines(text)).await {
            Ok(_) => assert!(held, "{field}"),
            Err(error) => {
                let error = at_line(error);
                assert!(!held && error.line == 1 && matches!(error.fault, LineFault::Value { .. }), "{field}: {error}");
            }
        }
    }
    Ok(())
}

#[everywhere]
async fn a_line_that_is_none(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    let good = r#"{"model":"shop.Author","pk":1,"fields":{"name":"a"}}"#;
    let wrong = [
        ("SECRET", None, "line 2: it is no JSON object with `model`, `pk` and `fields` (at character 1)"),
        (r#" ["SECRET"]"#, None, "line 2: it is no JSON object with `model`, `pk` and `fields` (at character 2)"),
        (
            r#"{"model":"shop.Author","pk":2,"fields":{},"more":1}"#,
            None,
            "line 2: it is no JSON object with `model`, `pk` and `fields` (at character 48)",
        ),
        (
            r#"{"model":"shop.Autor","pk":2,"fields":{}}"#,
            None,
            "line 2, `shop.Autor`: there is no such model; did you mean `shop.Author`?",
        ),
        (
            r#"{"model":"other.Author","pk":2,"fields":{}}"#,
            None,
            "line 2, `other.Author`: there is no such model; did you mean `shop.Author`?",
        ),
        (
            r#"{"model":"shop.Author","pk":2,"fields":{"nam":"x"}}"#,
            Some("nam"),
            "line 2, `shop.Author`, `nam`: the model has no such field; did you mean `name`?",
        ),
        (
            r#"{"model":"shop.Author","pk":2,"fields":{"id":3,"name":"x"}}"#,
            Some("id"),
            "line 2, `shop.Author`, `id`: the model has no such field",
        ),
        (
            r#"{"model":"shop.Author","pk":2,"fields":{}}"#,
            Some("name"),
            "line 2, `shop.Author`, `name`: it has no value, and may not be NULL",
        ),
        (
            r#"{"model":"shop.Author","pk":2,"fields":{"name":null}}"#,
            Some("name"),
            "line 2, `shop.Author`, `name`: it has no value, and may not be NULL",
        ),
        (
            r#"{"model":"shop.Author","pk":"SECRET","fields":{"name":"x"}}"#,
            Some("pk"),
            "line 2, `shop.Author`, `pk`: it is not an integer",
        ),
        (
            r#"{"model":"shop.Author","pk":[1],"fields":{"name":"x"}}"#,
            Some("pk"),
            "line 2, `shop.Author`, `pk`: it is not an integer",
        ),
    ];
    for (line, field, told) in wrong {
        let error = at_line(LoadData::new(shop()).a().run(&db, lines(format!("{good}\n{line}\n"))).await.unwrap_err());
        assert_eq!((error.to_string().as_str(), error.field.as_deref(), error.line), (told, field, 2));
    }
    let no_text = std::io::Cursor::new([b"{\"model\":\"shop.Author\xff".as_slice(), b"\"}"].concat());
    assert_eq!(at_line(LoadData::new(shop()).a().run(&db, no_text).await.unwrap_err()).line, 1);
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM author")).await?, ["0"]);
    Ok(())
}

#[everywhere]
async fn a_key_of_several_fields_has_as_many_values(db: AsyncDatabase) -> Result<(), Error> {
    let mut pair = model("Pair", vec![field("a", FieldKind::I16), text("b", 10)]);
    pair.key = vec!["a".into(), "b".into()];
    let state = SchemaState::from_iter([pair]);
    db.operate(Create(state.clone())).await?;
    let wrong = [
        ("1", "it is not an array"),
        ("[1]", "it is not an array"),
        ("[1,\"x\",2]", "it is not an array"),
        ("[70000,\"x\"]", "the integer is too large"),
        ("null", "it has no value"),
        ("[1,null]", "it has no value"),
    ];
    for (key, told) in wrong {
        let line = format!("{{\"model\":\"shop.Pair\",\"pk\":{key},\"fields\":{{}}}}");
        let error = at_line(LoadData::new(state.clone()).a().run(&db, lines(line)).await.unwrap_err());
        assert!(error.field.as_deref() == Some("pk") && error.fault.to_string().starts_with(told), "{key}: {error}");
    }
    Ok(())
}

#[everywhere]
async fn rows_that_point_at_nothing(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    let text = concat!(
        r#"{"model":"shop.Author","pk":1,"fields":{"name":"a"}}"#,
        "\n",
        r#"{"model":"shop.Book","pk":1,"fields":{"title":"b","author":2,"sold":true}}"#,
        "\n"
    );
    let error = LoadData::new(shop()).a().run(&db, lines(text)).await.unwrap_err();
    assert!(
        matches!(&error, DataError::Dangling { model, fields, target }
            if *model == name("Book") && fields == &["author"] && **target == name("Author")),
        "{error}"
    );
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM author")).await?, ["0"], "nothing was loaded");
    // Whatever was switched off for the load is on again.
    for _ in 0..6 {
        let dangling = db.operate(Script(&["INSERT INTO book (id, title, author_id, sold) VALUES (1, 'x', 5, TRUE)"])).await;
        assert!(dangling.is_err());
    }
    let good = text.replace("\"author\":2", "\"author\":1");
    LoadData::new(shop()).a().run(&db, lines(good)).await.map_err(failed)?;
    for _ in 0..6 {
        let dangling = db.operate(Script(&["INSERT INTO book (id, title, author_id, sold) VALUES (2, 'x', 5, TRUE)"])).await;
        assert!(dangling.is_err());
    }
    Ok(())
}

#[everywhere]
async fn a_row_that_the_database_refuses_is_told_by_its_line(db: AsyncDatabase) -> Result<(), Error> {
    let mut state = SchemaState::from_iter([model("Tag", vec![id(), unique(text("name", 20)), field("n", FieldKind::I16)])]);
    if let Some(tag) = state.model_mut(&name("Tag")) {
        tag.constraints.push(check("tag_n", "n < 10"));
    }
    db.operate(Create(state.clone())).await?;
    let tag = |key: i64, name: &str, n: i64| {
        format!("{{\"model\":\"shop.Tag\",\"pk\":{key},\"fields\":{{\"name\":\"{name}\",\"n\":{n}}}}}\n")
    };
    let many = |from: i64| (from..from + 300).map(|key| tag(key, &format!("t{key}"), 1)).collect::<String>();
    // Another row has the name: not of the same key, so it is no row that is changed.
    let text = many(1) + &tag(900, "t7", 1) + &many(400);
    let error = at_line(LoadData::new(state.clone()).a().run(&db, lines(text)).await.unwrap_err());
    assert_eq!((error.line, error.model.as_deref()), (301, Some("shop.Tag")), "{error}");
    assert!(matches!(&error.fault, LineFault::Refused(refused) if refused.is_unique_violation()), "{error}");
    assert!(!error.to_string().contains("t7"), "{error}");

    let text = many(1) + &tag(900, "secret", 11) + &many(400);
    let error = at_line(LoadData::new(state.clone()).a().run(&db, lines(text)).await.unwrap_err());
    assert_eq!(error.line, 301, "{error}");
    assert!(matches!(&error.fault, LineFault::Refused(Error::Constraint(_))), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM tag")).await?, ["0"]);
    LoadData::new(state).a().run(&db, lines(many(1))).await.map_err(failed)?;
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM tag")).await?, ["300"]);
    Ok(())
}

#[everywhere]
async fn a_model_that_the_database_has_not_is_refused_first(db: AsyncDatabase) -> Result<(), Error> {
    if db.backend().dialect().features().stores_arrays {
        return Ok(());
    }
    let listed = model("Listed", vec![id(), field("a", FieldKind::Array(Box::new(FieldKind::I16)))]);
    let state = SchemaState::from_iter([listed]);
    let line = r#"{"model":"shop.Listed","pk":1,"fields":{"a":[1]}}"#;
    let refused = LoadData::new(state).a().run(&db, lines(line)).await;
    assert!(matches!(refused, Err(DataError::Database(Error::Unsupported { .. }))));
    Ok(())
}

#[everywhere]
async fn foreign_keys_that_the_model_does_not_have(db: AsyncDatabase) -> Result<(), Error> {
    if db.backend() == amphi::Backend::MySql {
        // What MySQL is told not to check is checked by the models.
        return Ok(());
    }
    db.operate(Create(shop())).await?;
    let mut state = shop();
    if let Some(book) = state.model_mut(&name("Book")) {
        book.fields.iter_mut().for_each(|field| field.references = None);
    }
    let line = r#"{"model":"shop.Book","pk":1,"fields":{"title":"b","author":2,"sold":true}}"#;
    match LoadData::new(state).a().run(&db, lines(line)).await {
        Err(DataError::DanglingUnknown { model }) => assert_eq!(model, name("Book")),
        Err(DataError::Database(error)) => assert!(error.is_foreign_key_violation(), "{error}"),
        other => panic!("{other:?}"),
    }
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM book")).await?, ["0"]);
    Ok(())
}

#[everywhere]
async fn json_that_is_nested_too_deep(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(kinds())).await?;
    let text = |deep: usize| {
        format!("{{\"model\":\"shop.Kind\",\"pk\":1,\"fields\":{{\"doc\":{}{}}}}}", "[".repeat(deep), "]".repeat(deep))
    };
    let error = LoadData::new(kinds()).a().run(&db, lines(text(100_000))).await.unwrap_err();
    assert_eq!(error.to_string(), "line 1, `shop.Kind`, `doc`: it is JSON that is nested deeper than 127 levels");
    Ok(())
}

/// A reader that gives a line, and then fails.
struct Broken(std::io::Cursor<&'static str>);

impl std::io::Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer) {
            Ok(0) => Err(std::io::ErrorKind::BrokenPipe.into()),
            read => read,
        }
    }
}

#[everywhere]
async fn a_reader_that_fails_is_told(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    let line = "{\"model\":\"shop.Author\",\"pk\":1,\"fields\":{\"name\":\"a\"}}\n{\"model\"";
    let reader = std::io::BufReader::new(Broken(std::io::Cursor::new(line)));
    let error = LoadData::new(shop()).a().run(&db, reader).await.unwrap_err();
    assert!(matches!(&error, DataError::Read { line: 2, source } if source.kind() == std::io::ErrorKind::BrokenPipe), "{error}");
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM author")).await?, ["0"]);
    Ok(())
}
