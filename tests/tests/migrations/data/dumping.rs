//! Which rows are dumped, and in which order.

use std::io::Write;

use amphi::migrations::data::{DumpData, Error as DataError};
use amphi::prelude::*;
use amphi_test_macros::everywhere;
use amphi_tests::support::url;
use orm_core::schema::{FieldKind, SchemaState};

use super::super::builders::*;
use super::{Create, Script, Shared, Told as _, failed};

#[everywhere]
async fn models_come_behind_what_they_point_at(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    db.operate(Script(SHOP_ROWS)).await?;
    let out = Shared::default();
    let dumped = DumpData::new(shop()).a().run(&db, out.clone()).await.map_err(failed)?.told();
    assert_eq!(
        out.text(),
        concat!(
            r#"{"model":"shop.Author","pk":1,"fields":{"name":"Łem","born":1921}}"#,
            "\n",
            r#"{"model":"shop.Author","pk":2,"fields":{"name":"it's","born":null}}"#,
            "\n",
            r#"{"model":"shop.Book","pk":1,"fields":{"title":"Solaris","author":1,"pages":204,"price":null,"sold":true}}"#,
            "\n",
            r#"{"model":"shop.Book","pk":2,"fields":{"title":"Eden","author":1,"pages":null,"price":"9.95","sold":false}}"#,
            "\n",
            r#"{"model":"shop.Book","pk":30,"fields":{"title":"𝕳","author":2,"pages":0,"price":"0","sold":true}}"#,
            "\n",
            r#"{"model":"shop.Review","pk":1,"fields":{"book":1,"answer_to":null}}"#,
            "\n",
            r#"{"model":"shop.Review","pk":2,"fields":{"book":1,"answer_to":1}}"#,
            "\n",
            r#"{"model":"shop.Review","pk":3,"fields":{"book":30,"answer_to":null}}"#,
            "\n"
        )
    );
    let counts: Vec<(String, u64)> = dumped.models.iter().map(|of| (of.model.to_string(), of.rows)).collect();
    assert_eq!(counts, [("shop.Author".to_owned(), 2), ("shop.Book".to_owned(), 3), ("shop.Review".to_owned(), 3)]);
    Ok(())
}

#[everywhere]
async fn some_models_and_some_keys_are_chosen(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    db.operate(Script(SHOP_ROWS)).await?;
    let out = Shared::default();
    let dump = DumpData::new(shop()).only(["shop"]).exclude(["shop.Review", "shop.Author"]);
    assert_eq!(dump.a().run(&db, out.clone()).await.map_err(failed)?.told().rows, 3);
    assert!(out.text().lines().all(|line| line.starts_with("{\"model\":\"shop.Book\"")), "{}", out.text());

    let out = Shared::default();
    let dump = DumpData::new(shop()).only(["shop.Book"]).keys(["30", "4", "1"]);
    dump.a().run(&db, out.clone()).await.map_err(failed)?;
    let keys: Vec<String> =
        out.text().lines().filter_map(|line| line.split("\"pk\":").nth(1)?.split(',').next().map(str::to_owned)).collect();
    assert_eq!(keys, ["30", "1"], "in their order, as far as they are there");

    let wrong = DumpData::new(shop()).only(["shop.Bok"]).a().run(&db, Shared::default()).await;
    assert!(matches!(&wrong, Err(DataError::NoChoice { near: Some(near), .. }) if near == "shop.Book"));
    let wrong = DumpData::new(shop()).keys(["1"]).a().run(&db, Shared::default()).await;
    assert!(matches!(wrong, Err(DataError::KeysOfOneModel { models: 3 })));
    let wrong = DumpData::new(shop()).only(["shop.Book"]).keys(["1", "x"]).a().run(&db, Shared::default()).await;
    assert!(matches!(wrong, Err(DataError::Key { number: 2, .. })));
    Ok(())
}

/// A key of a text and a number, and one of an enum.
fn keyed() -> SchemaState {
    let mut place =
        model("Place", vec![text("city", 20), field("number", FieldKind::I32), nullable(field("note", FieldKind::Text))]);
    place.key = vec!["city".into(), "number".into()];
    SchemaState::from_iter([place, model("Feeling", vec![choice("mood", &["sad", "fine"]), field("n", FieldKind::I16)])])
}

#[everywhere]
async fn keys_of_other_kinds(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(keyed())).await?;
    let rows = &[
        "INSERT INTO place (city, number, note) VALUES ('a', 2, NULL), ('a', 10, 'x'), ('B', 1, ''), ('ä', 1, NULL), ('[\"', 3, NULL)",
        "INSERT INTO feeling (mood, n) VALUES ('sad', 1), ('fine', 2)",
    ];
    db.operate(Script(rows)).await?;
    let out = Shared::default();
    DumpData::new(keyed()).a().run(&db, out.clone()).await.map_err(failed)?;
    let text = concat!(
        r#"{"model":"shop.Feeling","pk":"fine","fields":{"n":2}}"#,
        "\n",
        r#"{"model":"shop.Feeling","pk":"sad","fields":{"n":1}}"#,
        "\n",
        r#"{"model":"shop.Place","pk":["B",1],"fields":{"note":""}}"#,
        "\n",
        r#"{"model":"shop.Place","pk":["[\"",3],"fields":{"note":null}}"#,
        "\n",
        r#"{"model":"shop.Place","pk":["a",2],"fields":{"note":null}}"#,
        "\n",
        r#"{"model":"shop.Place","pk":["a",10],"fields":{"note":"x"}}"#,
        "\n",
        r#"{"model":"shop.Place","pk":["ä",1],"fields":{"note":null}}"#,
        "\n"
    );
    assert_eq!(out.text(), text);
    let out = Shared::default();
    let dump = DumpData::new(keyed()).only(["shop.Place"]).keys(["[\"a\",10]", "[\"c\",1]"]);
    assert_eq!(dump.a().run(&db, out.clone()).await.map_err(failed)?.told().rows, 1);
    let out = Shared::default();
    let dump = DumpData::new(keyed()).only(["shop.Feeling"]).keys(["sad", "\"fine\""]);
    assert_eq!(dump.a().run(&db, out.clone()).await.map_err(failed)?.told().rows, 2);
    Ok(())
}

/// More rows than are read by one statement, with keys that tell whether pages begin where the last one ended.
#[everywhere]
async fn all_pages_are_read(db: AsyncDatabase) -> Result<(), Error> {
    let mut pair = model("Pair", vec![field("a", FieldKind::I16), field("b", FieldKind::I32)]);
    pair.key = vec!["a".into(), "b".into()];
    let state = SchemaState::from_iter([pair]);
    db.operate(Create(state.clone())).await?;
    let rows = &["INSERT INTO pair (a, b) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150) \
         SELECT x.i, y.i FROM n x, n y WHERE x.i <= 140 AND y.i <= 150"];
    db.operate(Script(rows)).await?;
    let out = Shared::default();
    let dumped = DumpData::new(state).a().run(&db, out.clone()).await.map_err(failed)?.told();
    assert_eq!(dumped.rows, 21_000);
    let expected: String = (1..=140)
        .flat_map(|a| (1..=150).map(move |b| format!("{{\"model\":\"shop.Pair\",\"pk\":[{a},{b}],\"fields\":{{}}}}\n")))
        .collect();
    assert!(out.text() == expected, "the rows are not in the order of their keys");
    Ok(())
}

/// A writer in whose midst somebody else writes to the database.
struct Meddler {
    out: Shared,
    url: String,
    met: bool,
}

impl Write for Meddler {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if !std::mem::replace(&mut self.met, true) {
            let url = self.url.clone();
            let met = std::thread::spawn(move || {
                let db = Database::connect(&url).unwrap();
                db.operate(Script(&["INSERT INTO review (id, book_id, answer_to_id) VALUES (99, 1, NULL)"])).unwrap();
                db.close();
            });
            met.join().unwrap();
        }
        self.out.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[everywhere]
async fn all_rows_are_of_one_state(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    // Enough of the first model that lines are written before the last one is read.
    let rows = &[
        "INSERT INTO author (id, name, born) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) \
         SELECT i, 'Somebody with a long name like this', NULL FROM n",
        "INSERT INTO author (id, name, born) SELECT id + 900, name, born FROM author",
        "INSERT INTO book (id, title, author_id, pages, price, sold) VALUES (1, 'Solaris', 1, 204, NULL, TRUE)",
    ];
    db.operate(Script(rows)).await?;
    let out = Shared::default();
    let meddler = Meddler { out: out.clone(), url: url(), met: false };
    let dumped = DumpData::new(shop()).a().run(&db, meddler).await.map_err(failed)?.told();
    assert_eq!((dumped.rows, out.text().lines().count()), (1_801, 1_801), "the review came later");
    let out = Shared::default();
    assert_eq!(DumpData::new(shop()).a().run(&db, out.clone()).await.map_err(failed)?.told().rows, 1_802);
    Ok(())
}

/// A writer that takes nothing.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[everywhere]
async fn a_writer_that_fails_is_told(db: AsyncDatabase) -> Result<(), Error> {
    db.operate(Create(shop())).await?;
    db.operate(Script(SHOP_ROWS)).await?;
    let dumped = DumpData::new(shop()).a().run(&db, Full).await;
    assert!(matches!(dumped, Err(DataError::Write(error)) if error.kind() == std::io::ErrorKind::StorageFull));
    // The connection is as good as new.
    let out = Shared::default();
    assert_eq!(DumpData::new(shop()).a().run(&db, out.clone()).await.map_err(failed)?.told().rows, 8);
    Ok(())
}
