//! Rows that are loaded: new ones, ones that are there, ones that point at what comes later.

use amphi::meta::OnDelete;
use amphi::migrations::data::{DumpData, LoadData};
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use orm_core::schema::{FieldKind, SchemaState};

use super::super::builders::*;
use super::{Ask, Create, Script, Shared, failed, lines};

/// Teams that have a lead, who is a member of a team, who may have a boss.
fn circle() -> SchemaState {
    let team = model("Team", vec![id(), text("name", 20), key_of("lead", "Member", OnDelete::Restrict)]);
    let boss = nullable(key_of("boss", "Member", OnDelete::Cascade));
    let member = model("Member", vec![id(), key_of("team", "Team", OnDelete::Cascade), boss]);
    SchemaState::from_iter([team, member])
}

#[everywhere]
async fn rows_may_point_at_each_other(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(circle())).await?;
    let text = concat!(
        r#"{"model":"shop.Member","pk":1,"fields":{"team":1,"boss":2}}"#,
        "\n",
        r#"{"model":"shop.Member","pk":2,"fields":{"team":1,"boss":1}}"#,
        "\n",
        r#"{"model":"shop.Team","pk":1,"fields":{"name":"a","lead":2}}"#,
        "\n"
    );
    let reversed: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
    LoadData::new(circle()).a().run(&db, lines(reversed)).await.map_err(failed)?;
    let out = Shared::default();
    DumpData::new(circle()).a().run(&db, out.clone()).await.map_err(failed)?;
    assert_eq!(out.text(), text);
    // And once more, over the rows that are there.
    LoadData::new(circle()).a().run(&db, lines(text)).await.map_err(failed)?;
    let out = Shared::default();
    DumpData::new(circle()).a().run(&db, out.clone()).await.map_err(failed)?;
    assert_eq!(out.text(), text);
    Ok(())
}

#[everywhere]
async fn a_row_that_is_there_is_changed_and_nothing_goes_with_it(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    db.operate(Script(SHOP_ROWS)).await?;
    let text = concat!(
        r#"{"model":"shop.Author","pk":1,"fields":{"name":"Lem"}}"#,
        "\n",
        r#"{"model":"shop.Author","pk":5,"fields":{"name":"first"}}"#,
        "\n",
        r#"{"model":"shop.Author","pk":5,"fields":{"name":"second","born":5}}"#,
        "\n"
    );
    let loaded = LoadData::new(shop()).a().run(&db, lines(text)).await.map_err(failed)?;
    assert_eq!(loaded.rows, 3);
    let names = db.operate(Ask("SELECT name FROM author ORDER BY id")).await?;
    assert_eq!(names, ["Lem", "it's", "second"], "the last line of a key is the one that stays");
    assert_eq!(db.operate(Ask("SELECT COALESCE(born, 0) FROM author ORDER BY id")).await?, ["0", "0", "5"]);
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM book")).await?, ["3"], "no book went with its author");
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM review")).await?, ["3"]);
    Ok(())
}

#[derive(Model, Debug, Clone, PartialEq)]
#[model(table = "author")]
struct Author {
    id: i64,
    #[field(max_length = 40)]
    name: String,
    born: Option<i32>,
}

#[everywhere]
async fn keys_go_on_behind_those_that_were_loaded(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    let text = concat!(
        r#"{"model":"shop.Author","pk":41,"fields":{"name":"a"}}"#,
        "\n",
        r#"{"model":"shop.Author","pk":7,"fields":{"name":"b"}}"#,
        "\n"
    );
    LoadData::new(shop()).a().run(&db, lines(text)).await.map_err(failed)?;
    assert_eq!(Author::create().name("c").a().insert(&db).await?.id, 42);
    // A smaller key does not take it back.
    let text = r#"{"model":"shop.Author","pk":8,"fields":{"name":"d"}}"#;
    LoadData::new(shop()).a().run(&db, lines(text)).await.map_err(failed)?;
    assert_eq!(Author::create().name("e").a().insert(&db).await?.id, 43);
    // Without a key the database fills it in.
    let text = "{\"model\":\"shop.Author\",\"pk\":null,\"fields\":{\"name\":\"f\"}}\n{\"model\":\"shop.Author\",\"fields\":{\"name\":\"g\"}}";
    LoadData::new(shop()).a().run(&db, lines(text)).await.map_err(failed)?;
    let names = db.operate(Ask("SELECT name FROM author WHERE id > 43 ORDER BY id")).await?;
    assert_eq!(names, ["f", "g"]);
    Ok(())
}

#[everywhere]
async fn many_rows_of_several_models_in_turn(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    let text: String = (1..=3_500)
        .map(|n| {
            format!(
                "{{\"model\":\"shop.Book\",\"pk\":{n},\"fields\":{{\"title\":\"B{n}\",\"author\":{n},\"sold\":false}}}}\n\
                 {{\"model\":\"shop.Author\",\"pk\":{n},\"fields\":{{\"name\":\"A{n}\"}}}}\n"
            )
        })
        .collect();
    let told = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let listener = std::sync::Arc::clone(&told);
    let load = LoadData::new(shop()).on_progress(move |rows| listener.lock().unwrap().push(rows));
    let loaded = load.a().run(&db, lines(text)).await.map_err(failed)?;
    let counts: Vec<(String, u64)> = loaded.models.iter().map(|of| (of.model.to_string(), of.rows)).collect();
    assert_eq!(counts, [("shop.Author".to_owned(), 3_500), ("shop.Book".to_owned(), 3_500)]);
    let told = told.lock().unwrap().clone();
    assert!(told.len() > 3 && told.is_sorted() && told.last() == Some(&7_000), "{told:?}");
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM book b JOIN author a ON a.id = b.author_id")).await?, ["3500"]);
    Ok(())
}

#[everywhere]
async fn a_model_of_keys_alone_and_what_is_not_known(db: AsyncDatabase) -> Result<(), Error> {
    let mut pair = model("Pair", vec![field("a", FieldKind::I16), text("b", 10)]);
    pair.key = vec!["b".into(), "a".into()];
    let state = SchemaState::from_iter([pair, model("Alone", vec![id()])]);
    db.operate(Create(state.clone())).await?;
    let text = concat!(
        r#"{"model":"shop.Alone","pk":3,"fields":{}}"#,
        "\n",
        r#"{"model":"shop.Pair","pk":["x",1],"fields":{}}"#,
        "\n",
        r#"{"model":"shop.Pair","pk":["x",2],"fields":{}}"#,
        "\n"
    );
    for _ in 0..2 {
        LoadData::new(state.clone()).a().run(&db, lines(text)).await.map_err(failed)?;
        let out = Shared::default();
        DumpData::new(state.clone()).a().run(&db, out.clone()).await.map_err(failed)?;
        assert_eq!(out.text(), text);
    }
    // Rows of which the database makes everything.
    let alone = "{\"model\":\"shop.Alone\",\"fields\":{}}\n".repeat(2);
    LoadData::new(state.clone()).a().run(&db, lines(alone)).await.map_err(failed)?;
    assert_eq!(db.operate(Ask("SELECT COUNT(*) FROM alone")).await?, ["3"]);
    let unknown =
        "{\"model\":\"shop.Gone\",\"pk\":1,\"fields\":{\"a\":1}}\n{\"model\":\"shop.Alone\",\"pk\":9,\"fields\":{\"old\":1}}\n";
    let loaded = LoadData::new(state).ignore_unknown(true).a().run(&db, lines(unknown)).await.map_err(failed)?;
    assert_eq!(loaded.rows, 1);
    Ok(())
}
